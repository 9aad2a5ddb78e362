"""Codes of 1 to 8 bits, one after the other.

**Bit order**: code i takes bits ``i * bits`` up to ``(i + 1) * bits - 1`` of the stream, and bit k of the
stream is bit ``k % 8``, counted from the least, of byte ``k // 8``. So one bit is
``numpy.packbits(bitorder="little")``, and four bits put the first code into the low half of the first byte.
Negative codes are stored in two's complement; bits left over in the last byte are 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import quant as _native
from pycomp.errors import TruncatedError
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["pack_bits", "unpack_bits"]


def _bits(bits: int, where: str) -> int:
    if not 1 <= bits <= 8:
        raise ValueError(f"{where}: bits {bits} is not in 1..8")
    return bits


def pack_bits(codes: ArrayLike, bits: int, *, out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Integers as a row of ``bits`` bits each, in C order; see the module for the order of bits.

    *codes* are integers of any shape: unsigned ones from 0 to ``2**bits - 1``, signed ones from ``-2**(bits
    - 1)`` to ``2**(bits - 1) - 1``. Contiguous bytes are read where they are, other layouts and types are
    copied. *out*, if given, is a C-contiguous row of as many bytes as it takes. Raises TypeError for other
    dtypes, ValueError for a code out of range, a bad number of bits or ``out``.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.pack_bits(np.array([1, 2, 3], np.uint8), 4)
    array([33,  3], dtype=uint8)
    >>> transforms.unpack_bits(_, 4, 3)
    array([1, 2, 3], dtype=uint8)
    """
    values = np.asarray(codes)
    _bits(bits, "pack_bits")
    if values.dtype.kind not in "iub":
        raise TypeError(f"pack_bits: codes of dtype {values.dtype} are no integers")
    signed = values.dtype.kind == "i"
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if values.size and (values.min() < low or values.max() > high):
        place = tuple(int(i) for i in np.argwhere((values < low) | (values > high))[0])
        raise ValueError(f"pack_bits: {values[place]} at {place} is not in {low}..{high}")
    if values.dtype.itemsize > 1:
        values = values.astype(np.int8 if signed else np.uint8)
    values = np.ascontiguousarray(values)
    size = (_native.packed_size(values.size, bits),)
    if out is None:
        out = np.empty(size, np.uint8)
    else:
        fitting(out, size, np.dtype(np.uint8), "pack_bits", apart=[values], contiguous=True)
    _native.pack(values, out, bits)
    return out


def unpack_bits(
    packed: ArrayLike,
    bits: int,
    shape: int | Sequence[int],
    *,
    signed: bool = False,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """What :func:`pack_bits` was given, as uint8 or int8 of the given shape (or number of codes).

    *packed* is uint8 or bytes; *out*, if given, is C-contiguous, of the result's shape and dtype. Raises
    TruncatedError where bytes are missing, ValueError where there are too many.
    """
    raw = isinstance(packed, (bytes, bytearray, memoryview))
    values = np.frombuffer(packed, np.uint8) if raw else np.ascontiguousarray(packed)  # type: ignore[arg-type]
    _bits(bits, "unpack_bits")
    if values.dtype != np.uint8:
        raise TypeError(f"unpack_bits: packed codes are uint8, not {values.dtype}")
    dtype = np.dtype(np.int8 if signed else np.uint8)
    if out is None:
        target = np.empty(shape, dtype)
    else:
        wanted = tuple(shape) if isinstance(shape, Sequence) else (shape,)
        target = fitting(out, wanted, dtype, "unpack_bits", apart=[values], contiguous=True)
    want = _native.packed_size(math.prod(target.shape), bits)
    if values.size != want:
        error = TruncatedError if values.size < want else ValueError
        raise error(f"unpack_bits: {target.shape} codes of {bits} bits are {want} bytes, not {values.size}")
    _native.unpack(values, target, bits, signed)
    return target
