"""DEFLATE of whole buffers, in zlib, gzip or raw form: levels 0 to 12, threads, batches, BGZF, random access.

Where the standard library's shape fits, use :mod:`pycomp.zlib` and :mod:`pycomp.gzip`. This module is for
what that shape has no room for: levels 10 to 12, which spend much time on a few percent; several threads;
outputs written in place; limits; many small buffers in one call; and reading from the middle of a file
(:class:`GzipIndex`).

>>> from pycomp import deflate
>>> packed = deflate.compress(b"pycomp " * 1000, 12, format="gzip")
>>> deflate.decompress(packed) == b"pycomp " * 1000
True
"""

from __future__ import annotations

import sys
from operator import index as _integer
from typing import TYPE_CHECKING, overload

from pycomp._native import deflate as _native
from pycomp._threads import resolve as _resolve
from pycomp.deflate.bgzf import BgzfReader, BgzfWriter
from pycomp.deflate.index import GzipIndex, IndexedGzipReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from typing_extensions import Buffer

    Format = Literal["zlib", "gzip", "raw"]

__all__ = [
    "compress",
    "decompress",
    "compress_batch",
    "decompress_batch",
    "BgzfReader",
    "BgzfWriter",
    "GzipIndex",
    "IndexedGzipReader",
]

_WRITE = {"zlib": _native.ZLIB, "gzip": _native.GZIP, "raw": _native.RAW}
_READ = {**_WRITE, "auto": _native.AUTO}
# Of input for one thread at a time. What is learned in a block is lost at its end: with 1 MiB that cost up
# to 0.4 % on the data tried (JSON; source and machine code, logs less than 0.1 %), with 256 KiB 0.9 %.
_BLOCK = 1 << 20


def _format(name: str, known: dict[str, int]) -> int:
    if name not in known:
        raise ValueError(f"format must be one of {', '.join(known)}, not {name!r}")
    return known[name]


def _limit(max_size: int | None) -> int | None:
    if max_size is None:
        return None
    if _integer(max_size) < 0:
        raise ValueError(f"max_size must not be negative: {max_size}")
    return min(_integer(max_size), sys.maxsize)


def _level(level: int) -> int:
    level = _integer(level)
    if not -1 <= level <= 12:
        raise ValueError(f"level must be from 0 to 12, or -1 for the default, not {level}")
    return 6 if level == -1 else level


def compress(
    data: Buffer,
    level: int = 6,
    *,
    format: Literal["zlib", "gzip", "raw"] = "zlib",
    threads: int | None = 1,
    block_size: int = _BLOCK,
) -> bytes:
    """Compress a buffer.

    *level* is 0 (store) to 12; 1 is fastest, 6 the usual one. With *threads* above 1 (None: all usable cores)
    blocks of *block_size* bytes are compressed side by side, each with the 32 KiB before it as history: up
    to half a percent longer than with one thread, and the same bytes for any number of threads from two on.

    >>> from pycomp import deflate
    >>> len(deflate.compress(bytes(100_000), 9)) < 200
    True
    """
    if not 1 << 15 <= block_size <= 1 << 30:
        raise ValueError(f"block_size must be between {1 << 15} and {1 << 30}, not {block_size}")
    return _native.compress(data, _level(level), _format(format, _WRITE), _resolve(threads), block_size)


@overload
def decompress(
    data: Buffer,
    *,
    format: Literal["auto", "zlib", "gzip", "raw"] = "auto",
    max_size: int | None = None,
    out: None = None,
    threads: int | None = 1,
) -> bytes: ...
@overload
def decompress(
    data: Buffer,
    *,
    format: Literal["auto", "zlib", "gzip", "raw"] = "auto",
    max_size: int | None = None,
    out: Buffer,
    threads: int | None = 1,
) -> memoryview: ...
def decompress(
    data: Buffer,
    *,
    format: Literal["auto", "zlib", "gzip", "raw"] = "auto",
    max_size: int | None = None,
    out: Buffer | None = None,
    threads: int | None = 1,
) -> bytes | memoryview:
    """Decompress a stream, or all the members of a gzip file.

    "auto" tells zlib from gzip by the first bytes. An output of more than *max_size* bytes is refused. With
    *out*, a writable buffer, the bytes go to its start and a memoryview of that part is returned. *threads*
    is made use of with BGZF data.

    Raises :class:`~pycomp.errors.CorruptError`, :class:`~pycomp.errors.TruncatedError`,
    :class:`~pycomp.errors.ChecksumError`, :class:`~pycomp.errors.LimitError` or, for a stream that wants a
    preset dictionary, :class:`~pycomp.errors.UnsupportedError`.

    >>> from pycomp import deflate
    >>> buffer = bytearray(10)
    >>> bytes(deflate.decompress(deflate.compress(b"abc"), out=buffer))
    b'abc'
    """
    wrap = _format(format, _READ)
    max_size = _limit(max_size)
    if out is not None:
        return memoryview(out).cast("B")[: _native.decompress_into(data, wrap, out, max_size)]
    threads = _resolve(threads)
    # With one thread too: BGZF says how long the output is.
    if format in ("auto", "gzip") and _native.bgzf_block(data) > 0:
        limit = (1 << 63) - 1 if max_size is None else max_size
        whole, used, _ = _native.bgzf_decompress(data, limit, threads)
        if used == memoryview(data).nbytes:
            return whole
    return _native.decompress(data, wrap, max_size)


def compress_batch(
    items: Iterable[Buffer],
    level: int = 6,
    *,
    format: Literal["zlib", "gzip", "raw"] = "zlib",
    threads: int | None = 1,
) -> list[bytes]:
    """Compress many buffers, each to a stream of its own, in one call that lets go of the GIL once.

    >>> from pycomp import deflate
    >>> deflate.decompress_batch(deflate.compress_batch([b"one", b"two"]))
    [b'one', b'two']
    """
    return _native.compress_batch(list(items), _level(level), _format(format, _WRITE), _resolve(threads))


def decompress_batch(
    items: Iterable[Buffer],
    *,
    format: Literal["auto", "zlib", "gzip", "raw"] = "auto",
    max_size: int | None = None,
    sizes: Sequence[int] | None = None,
    threads: int | None = 1,
) -> list[bytes]:
    """Decompress many streams, one in each buffer.

    *max_size* is the limit for each output. *sizes*, if known, are the sizes of the outputs, or upper bounds
    that are near: nothing needs to be done twice then. Errors name the item and are those of
    :func:`decompress`.
    """
    items = list(items)
    if sizes is not None and len(sizes) != len(items):
        raise ValueError(f"{len(items)} items but {len(sizes)} sizes")
    known = None if sizes is None else [_integer(size) for size in sizes]
    if known and min(known) < 0:
        raise ValueError(f"sizes must not be negative: {min(known)}")
    return _native.decompress_batch(items, _format(format, _READ), _limit(max_size), known, _resolve(threads))
