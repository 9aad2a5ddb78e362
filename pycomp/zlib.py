"""The standard library's ``zlib``, faster: the same functions, objects, constants, exceptions and messages.

``from pycomp import zlib`` is meant to be the only line that changes. What comes out is a valid stream of at
most about the same size, not the same bytes: those depend on the library, as they do from one zlib to
another. Compressed data of either is read by both. ``error`` is the standard ``zlib.error`` itself, so
handlers that are there already keep working.

Beyond the running interpreter's module there are ``crc32_combine`` and ``adler32_combine``, which Python has
from 3.15 on. Levels above 9, threads and outputs of known size are in :mod:`pycomp.deflate`.

>>> from pycomp import zlib
>>> packed = zlib.compress(b"pycomp " * 1000, 9)
>>> len(packed) < 100, zlib.decompress(packed) == b"pycomp " * 1000
(True, True)
"""

from __future__ import annotations

import zlib as _standard
from typing import TYPE_CHECKING
from zlib import (
    DEF_BUF_SIZE,
    DEF_MEM_LEVEL,
    DEFLATED,
    MAX_WBITS,
    Z_BEST_COMPRESSION,
    Z_BEST_SPEED,
    Z_BLOCK,
    Z_DEFAULT_COMPRESSION,
    Z_DEFAULT_STRATEGY,
    Z_FILTERED,
    Z_FINISH,
    Z_FIXED,
    Z_FULL_FLUSH,
    Z_HUFFMAN_ONLY,
    Z_NO_COMPRESSION,
    Z_NO_FLUSH,
    Z_PARTIAL_FLUSH,
    Z_RLE,
    Z_SYNC_FLUSH,
    Z_TREES,
    ZLIB_RUNTIME_VERSION,
    ZLIB_VERSION,
    error,
)

from pycomp._native.crc32 import adler32, adler32_combine, crc32, crc32_combine
from pycomp._native.zlib import _ZlibDecompressor, compress, compressobj, decompress, decompressobj

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "adler32",
    "adler32_combine",
    "compress",
    "compressobj",
    "crc32",
    "crc32_combine",
    "decompress",
    "decompressobj",
    "error",
    "_ZlibDecompressor",
    "DEFLATED",
    "DEF_BUF_SIZE",
    "DEF_MEM_LEVEL",
    "MAX_WBITS",
    "ZLIB_RUNTIME_VERSION",
    "ZLIB_VERSION",
    "Z_BEST_COMPRESSION",
    "Z_BEST_SPEED",
    "Z_BLOCK",
    "Z_DEFAULT_COMPRESSION",
    "Z_DEFAULT_STRATEGY",
    "Z_FILTERED",
    "Z_FINISH",
    "Z_FIXED",
    "Z_FULL_FLUSH",
    "Z_HUFFMAN_ONLY",
    "Z_NO_COMPRESSION",
    "Z_NO_FLUSH",
    "Z_PARTIAL_FLUSH",
    "Z_RLE",
    "Z_SYNC_FLUSH",
    "Z_TREES",
]


def __getattr__(name: str) -> Any:
    """Names that only some versions of Python have, such as ZLIBNG_VERSION."""
    if name.startswith("__") and name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_standard, name)


def __dir__() -> list[str]:
    return sorted(set(__all__) | set(dir(_standard)))
