"""The block frame of the stored and zlib methods: blocks back to back, then a table.

Each block holds 1 MiB of content (the last one the rest), as a zlib stream or, where that would not be
smaller, as it is: a packed size equal to the content's says so. The table has 12 bytes a block: u32
packed size, u64 XXH3-64 of the content. Blocks are independent, so they are coded and decoded by
several threads and a range read touches only its own. Compression is ours, so the same input gives the same
archive whatever zlib a system has.
"""

from __future__ import annotations

import struct
from itertools import accumulate

from pycomp._native.checksum import xxh3_64
from pycomp.archive.layout import BLOCK_SIZE
from pycomp.deflate import compress, decompress
from pycomp.errors import ChecksumError, CorruptError, PycompError

__all__ = ["ENTRY", "Blocks", "decode_block", "encode_block"]

ENTRY = struct.Struct("<IQ")


def encode_block(content: memoryview, zlib_level: int | None) -> tuple[bytes | memoryview, bytes]:
    """One block's payload and its table entry; *zlib_level* None stores."""
    payload: bytes | memoryview = content
    if zlib_level is not None:
        packed = compress(content, zlib_level)
        if len(packed) < len(content):
            payload = packed
    return payload, ENTRY.pack(len(payload), xxh3_64(content))


def decode_block(payload: memoryview, check: int, out: memoryview) -> None:
    """Restore one whole block into *out*, which has exactly its size; raises CorruptError, ChecksumError."""
    if len(payload) == len(out):
        out[:] = payload
    else:
        try:
            size = decompress(payload, format="zlib", out=out).nbytes
        except PycompError as error:
            raise CorruptError(f"the block does not inflate: {error}") from None
        except ValueError:  # out is too small
            size = len(out) + 1
        if size != len(out):
            raise CorruptError("the block is not of the size that the index announces")
    if xxh3_64(out) != check:
        raise ChecksumError("the checksum does not match")


class Blocks:
    """The table of one frame: block k is payload [starts[k], starts[k + 1]) of the frame."""

    def __init__(self, table: bytes, size: int, packed: int) -> None:
        self.count = -(-size // BLOCK_SIZE)
        entries = list(ENTRY.iter_unpack(table))
        self.starts = list(accumulate((length for length, _ in entries), initial=0))
        self.checks = [check for _, check in entries]
        if len(entries) != self.count or self.starts[-1] + len(table) != packed:
            raise CorruptError("the block table contradicts the index")

    @staticmethod
    def table_size(size: int) -> int:
        """Bytes of the table behind *size* bytes of content."""
        return -(-size // BLOCK_SIZE) * ENTRY.size
