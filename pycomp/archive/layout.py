"""The fixed parts of a .pcz file: header, trailer, methods, limits (docs/formats/pcz.md).

    header (16 bytes) | segment frames | index | trailer (64 bytes) | the index again | trailer again

Everything is little-endian. The file is written front to back, so it can go down a pipe; it is read
from the back, so opening costs the index and nothing else. The index and its trailer are there twice,
since they are the one place where a damaged sector could take every tensor with it.
"""

from __future__ import annotations

import struct
from typing import ClassVar, NamedTuple

from pycomp._native.checksum import xxh3_64, xxh3_128
from pycomp.deflate import compress, decompress
from pycomp.errors import (
    ChecksumError,
    CorruptError,
    LimitError,
    PycompError,
    TruncatedError,
    UnsupportedError,
)

__all__ = ["HEADER_SIZE", "TRAILER_SIZE", "Method", "Trailer", "header", "check_header", "inflate_index"]

# A byte with the high bit, so nothing takes it for text; CR LF and LF show a transfer in text mode.
MAGIC = b"\x89PCZ\r\n\x1a\n"
VERSION = 1
_HEADER = struct.Struct("<8sII")  # magic, version, flags (0)
HEADER_SIZE = _HEADER.size

TRAILER_MAGIC = b"PCZindex"
# magic, version, copy, index offset, packed size, raw size, XXH3-128 of the packed index, XXH3-64 of this
_TRAILER = struct.Struct("<8sIIQQQ16sQ")
TRAILER_SIZE = _TRAILER.size

# A million tensors take about 120 MB of JSON, so this is room enough; a reader refuses more.
INDEX_RAW_MAX = 256 << 20
# JSON full of hexadecimal hashes shrinks about threefold and cannot reach this: a claim beyond it is a
# bomb. Writers keep to it too (by storing an index that would).
INDEX_RATIO_MAX = 100
INDEX_RATIO_FLOOR = 1 << 16

# Blocks of the stored and zlib methods. Independent blocks lose zlib's 32 KiB window at each start,
# about 1 % of text at this size, and buy threads, bounded memory and cheap partial reads.
BLOCK_SIZE = 1 << 20


class Method:
    """How the bytes of a segment are coded. The numbers are for ever."""

    STORED = 0
    ZLIB = 1
    NUMERIC = 2
    RESERVED = 3  # for the project's own general codec
    ZEROS = 4

    NAMES: ClassVar = {
        STORED: "stored",
        ZLIB: "zlib",
        NUMERIC: "numeric",
        RESERVED: "reserved",
        ZEROS: "zeros",
    }


class Trailer(NamedTuple):
    """Where the index is; *copy* is 0 for the first and 1 for the last of the two."""

    copy: int
    offset: int
    packed: int
    raw: int
    digest: bytes

    def to_bytes(self) -> bytes:
        """The 64 bytes that stand behind the index."""
        body = _TRAILER.pack(
            TRAILER_MAGIC, VERSION, self.copy, self.offset, self.packed, self.raw, self.digest, 0
        )[:-8]
        return body + struct.pack("<Q", xxh3_64(body))

    @classmethod
    def from_bytes(cls, data: bytes) -> Trailer:
        """Parse and check; raises TruncatedError, CorruptError, ChecksumError or UnsupportedError."""
        if len(data) < TRAILER_SIZE:
            raise TruncatedError("the trailer is cut short")
        magic, version, copy, offset, packed, raw, digest, check = _TRAILER.unpack(data)
        if magic != TRAILER_MAGIC:
            raise CorruptError("the file does not end in a .pcz trailer: it was cut short, or is none")
        if check != xxh3_64(data[:-8]):
            raise ChecksumError("the trailer is damaged")
        if version != VERSION:
            raise UnsupportedError(f"written in version {version} of the format; this build reads {VERSION}")
        return cls(copy, offset, packed, raw, digest)


def header() -> bytes:
    """The first 16 bytes of every .pcz file."""
    return _HEADER.pack(MAGIC, VERSION, 0)


def check_header(data: bytes) -> None:
    """Raise unless *data* starts a .pcz file that this build reads."""
    if len(data) < HEADER_SIZE:
        raise TruncatedError("too short to be a .pcz file")
    magic, version, flags = _HEADER.unpack(data[:HEADER_SIZE])
    if magic != MAGIC:
        raise CorruptError("not a .pcz file (its first bytes are not the magic)")
    if version != VERSION or flags:
        raise UnsupportedError(f"version {version}, flags {flags:#x}; this build reads version {VERSION}")


def deflate_index(raw: bytes) -> bytes:
    """Pack the JSON of the index; raises LimitError when it is larger than a reader would accept."""
    if len(raw) > INDEX_RAW_MAX:
        raise LimitError(f"the index takes {len(raw)} bytes, more than {INDEX_RAW_MAX}: too many files")
    packed = compress(raw, 9)
    return packed if _earned(len(packed), len(raw)) else compress(raw, 0)


def _earned(packed: int, raw: int) -> bool:
    return raw <= packed * INDEX_RATIO_MAX + INDEX_RATIO_FLOOR


def inflate_index(packed: bytes, trailer: Trailer) -> bytes:
    """The JSON behind *packed*, checked against its hash and never larger than announced."""
    if xxh3_128(packed) != trailer.digest:
        raise ChecksumError("the index is damaged")
    if trailer.raw > INDEX_RAW_MAX or not _earned(len(packed), trailer.raw):
        raise LimitError(f"the index claims {trailer.raw} bytes from {len(packed)}")
    try:
        raw = decompress(packed, format="zlib", max_size=trailer.raw)
    except LimitError:
        raw = b""  # longer than announced: no valid index is empty
    except PycompError as error:
        raise CorruptError(f"the index does not inflate: {error}") from None
    if not raw or len(raw) != trailer.raw:
        raise CorruptError("the index is not of the size that the trailer announces")
    return raw
