"""Canonical Huffman coding of bytes, with optimal codes of limited length.

Each block of 1 MiB gets the best code under the limit (package-merge: Larmore and Hirschberg 1990) and is
coded in four streams. Format: docs/formats/frame.md and docs/formats/huffman.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from pycomp._native import entropy as _native
from pycomp.entropy import _frame

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["encode", "decode"]


def encode(data: Buffer, *, limit: int = 12) -> bytes:
    """Code the bytes of a buffer; the result knows its own length.

    *limit* is the longest code allowed, 8 to 15 bits. Up to 12 decode through tables; longer codes save
    at most a fraction of a percent and decode several times slower. Never longer than the data by more
    than 13 bytes and one for each MiB.

    >>> from pycomp.entropy import huffman
    >>> blob = huffman.encode(b"abracadabra" * 100)
    >>> len(blob), huffman.decode(blob) == b"abracadabra" * 100
    (306, True)
    """
    return _native.encode(data, _native.HUFFMAN, limit)


@overload
def decode(blob: Buffer, *, max_size: int | None = None, out: None = None) -> bytes: ...
@overload
def decode(blob: Buffer, *, max_size: int | None = None, out: Buffer) -> memoryview: ...
def decode(blob: Buffer, *, max_size: int | None = None, out: Buffer | None = None) -> bytes | memoryview:
    """Restore what :func:`encode` was given.

    With *max_size*, a stream that announces more bytes is refused before memory is taken for it. With
    *out*, a writable buffer, the bytes go to its start, and a memoryview of just that part is returned.

    Raises :class:`~pycomp.errors.CorruptError`, :class:`~pycomp.errors.TruncatedError`,
    :class:`~pycomp.errors.LimitError` or :class:`~pycomp.errors.UnsupportedError`. There is no checksum:
    damage that leads to another valid stream goes unnoticed.

    >>> from pycomp.entropy import huffman
    >>> buffer = bytearray(16)
    >>> bytes(huffman.decode(huffman.encode(b"abracadabra"), out=buffer))
    b'abracadabra'
    """
    return _frame.decode(blob, _native.HUFFMAN, max_size, out)
