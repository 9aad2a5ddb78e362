"""Interleaved range asymmetric numeral systems (rANS) for bytes.

Static 12-bit frequencies for each block of 1 MiB, 64 lanes (fewer for small blocks), 16-bit renormalisation
(Duda, arXiv:1311.2540; Giesen, arXiv:1402.3392). Format: docs/formats/frame.md and docs/formats/rans.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from pycomp._native import entropy as _native
from pycomp.entropy import _frame

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["encode", "decode"]


def encode(data: Buffer) -> bytes:
    """Code the bytes of a buffer; the result knows its own length.

    Never longer than the data by more than 13 bytes and one for each MiB.

    >>> from pycomp.entropy import rans
    >>> blob = rans.encode(b"abracadabra" * 100)
    >>> len(blob), rans.decode(blob) == b"abracadabra" * 100
    (308, True)
    """
    return _native.encode(data, _native.RANS, 0)


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

    >>> from pycomp.entropy import rans
    >>> buffer = bytearray(16)
    >>> bytes(rans.decode(rans.encode(b"abracadabra"), out=buffer))
    b'abracadabra'
    """
    return _frame.decode(blob, _native.RANS, max_size, out)
