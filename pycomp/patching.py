"""Make the standard library itself run on :mod:`pycomp.zlib` and :mod:`pycomp.gzip`, and put all back.

Replacing ``sys.modules["zlib"]`` reaches who imports it from now on. Who has imported it already holds the
old module, or functions out of it (``zipfile.crc32``), so those names are bound anew, in every module of the
standard library that is loaded: ``gzip``, ``zipfile``, ``encodings.zlib_codec``, ``xmlrpc``, ``compression``.
Classes stay what they are: ``gzip.GzipFile`` is not replaced, the functions and the reader that it calls are;
so ``isinstance`` says what it said before, and subclasses that exist already are faster too.
"""

from __future__ import annotations

import gzip as _gzip
import sys
import threading
import zlib as _zlib
from types import ModuleType, TracebackType
from typing import Any

__all__ = ["patch", "unpatch"]

_lock = threading.Lock()
_depth = 0
_READERS = ("_GzipReader", "compress", "decompress")  # of gzip


def _pairs() -> list[tuple[Any, Any]]:
    """What of the standard library is replaced, and by what."""
    from pycomp import gzip, zlib

    names = [name for name in zlib.__all__ if getattr(_zlib, name, None) is not getattr(zlib, name)]
    pairs = [(getattr(_zlib, name), getattr(zlib, name)) for name in names if hasattr(_zlib, name)]
    # Taken from where our module found them: while patched, gzip's own names are ours.
    return [(_zlib, zlib), *pairs, *((_ORIGINAL[name], getattr(gzip, name)) for name in _READERS)]


_ORIGINAL = {name: getattr(_gzip, name) for name in _READERS}


def _standard_modules() -> list[ModuleType]:
    # While patched, the module found as "zlib" is ours: what it holds of the original must stay.
    return [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in sys.stdlib_module_names
        and isinstance(module, ModuleType)
        and module is not _zlib
        and not module.__name__.startswith("pycomp.")
    ]


def _bind(replacements: list[tuple[Any, Any]]) -> None:
    """Bind each name of the standard library that is bound to an old value to the new one."""
    new = {id(old): (old, value) for old, value in replacements}
    for module in _standard_modules():
        for name, value in list(vars(module).items()):
            found = new.get(id(value))
            if found is not None and found[0] is value:
                setattr(module, name, found[1])


class _Patched:
    """What :func:`patch` returns: leaving it as a context manager is :func:`unpatch`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unpatch()


def patch() -> _Patched:
    """Have the standard library's users of zlib and gzip run on ours: from now on, or in a ``with`` block.

    Calls may be nested; each is undone by one :func:`unpatch` or by the end of its block. Objects made in the
    meantime go on working.

    >>> import gzip, pycomp
    >>> with pycomp.patch():
    ...     packed = gzip.compress(b"abc", mtime=0)
    >>> gzip.decompress(packed)
    b'abc'
    """
    global _depth
    with _lock:
        if _depth == 0:
            pairs = _pairs()
            sys.modules["zlib"] = pairs[0][1]
            _bind(pairs)
        _depth += 1
    return _Patched()


def unpatch() -> None:
    """Undo one :func:`patch`; the last one puts everything back. Without any, does nothing."""
    global _depth
    with _lock:
        if _depth == 1:
            sys.modules["zlib"] = _zlib
            _bind([(new, old) for old, new in _pairs()])
        _depth = max(_depth - 1, 0)
