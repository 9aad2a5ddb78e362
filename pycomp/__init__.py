"""The compression engine for AI data.

Everything is reached from here and loaded on first use, so ``import pycomp`` costs next to nothing:

- ``pack``, ``unpack``, ``open``: files and folders to ``.pcz`` and back, whole, by tensor or by row;
- ``tensor``: numeric arrays to bytes and back;
- ``zlib``, ``gzip``: the standard library's modules, faster; ``patch``, ``unpatch``: all of it on these;
- ``deflate``: the same for whole buffers, with more levels, threads, batches and random access;
- ``transforms``: cosine transforms, wavelets, differences and shuffles of arrays;
- ``entropy``: the entropy coders underneath;
- ``errors``: what can go wrong, all under ``PycompError``.
"""

from __future__ import annotations

TYPE_CHECKING = False  # true to type checkers; typing itself would be the slowest part of the import
if TYPE_CHECKING:
    from typing import Any

    from pycomp import archive, deflate, entropy, errors, gzip, tensor, transforms, zlib
    from pycomp.archive import open, pack, unpack
    from pycomp.patching import patch, unpatch

__version__ = "0.1.0"

__all__ = [
    "pack",
    "unpack",
    "open",
    "archive",
    "tensor",
    "zlib",
    "gzip",
    "deflate",
    "patch",
    "unpatch",
    "transforms",
    "entropy",
    "errors",
    "__version__",
]

# Where each lazy name lives; a value that equals the name's own module is a submodule.
_HOME = {
    "pack": "pycomp.archive",
    "unpack": "pycomp.archive",
    "open": "pycomp.archive",
    "archive": "pycomp.archive",
    "tensor": "pycomp.tensor",
    "zlib": "pycomp.zlib",
    "gzip": "pycomp.gzip",
    "deflate": "pycomp.deflate",
    "patch": "pycomp.patching",
    "unpatch": "pycomp.patching",
    "transforms": "pycomp.transforms",
    "entropy": "pycomp.entropy",
    "errors": "pycomp.errors",
}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'pycomp' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(home)
    value = module if home == f"pycomp.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
