"""Arrays that results are put into: what every ``out=`` of this package has to be.

An array of the right shape and dtype, writable and aligned, whose elements all have memory of their own, and
none in common with what is read meanwhile. Interleaved views, such as two channels of one picture, have not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["check_apart", "copied", "fitting", "overlaps_itself", "share"]

# Candidates that numpy may try before it answers whether two sets of strides meet; it seldom needs ten.
_EFFORT = 10_000


def fitting(
    out: Any,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    where: str,
    *,
    apart: Iterable[NDArray[Any]] = (),
    contiguous: bool = False,
    aligned: bool = True,
) -> NDArray[Any]:
    """*out* itself, if a result of this shape and dtype can go there."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{where}: out is of type {type(out).__name__}, not a numpy array")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(f"{where}: out is {out.dtype} of shape {out.shape}, not {dtype} of shape {shape}")
    if not out.flags.writeable:
        raise ValueError(f"{where}: out is read-only")
    if aligned and not (out.flags.aligned and all(stride % dtype.itemsize == 0 for stride in out.strides)):
        raise ValueError(f"{where}: the elements of out are misaligned (strides {out.strides})")
    if contiguous and not out.flags.c_contiguous:
        raise ValueError(f"{where}: out is not C-contiguous (strides {out.strides})")
    if overlaps_itself(out):
        raise ValueError(f"{where}: elements of out share memory (strides {out.strides})")
    for other in apart:
        if share(out, other):
            raise ValueError(f"{where}: out overlaps the input or another result")
    return out


def copied(values: NDArray[Any], out: NDArray[Any] | None, where: str) -> NDArray[Any]:
    """Values that are there already, in *out* if it is given."""
    if out is None:
        return values
    fitting(out, values.shape, values.dtype, where)[...] = values
    return out


def check_apart(arrays: Sequence[Any], where: str) -> None:
    """Raise ValueError if any two of the arrays have memory in common; what is no array is passed over."""
    known: list[NDArray[Any]] = []
    for array in arrays:
        if isinstance(array, np.ndarray):
            if any(share(array, other) for other in known):
                raise ValueError(f"{where}: arrays of out overlap each other")
            known.append(array)


def share(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays have a byte in common, or it is too hard to tell."""
    if not np.may_share_memory(a, b):
        return False
    try:
        return np.shares_memory(a, b, max_work=_EFFORT)  # type: ignore[arg-type]
    except RuntimeError:  # numpy.exceptions.TooHardError, numpy.TooHardError before 1.25
        return True


def overlaps_itself(array: NDArray[Any]) -> bool:
    """Whether two elements may share memory, as in a broadcast array: then it is no place for results."""
    if not array.size or array.flags.c_contiguous or array.flags.f_contiguous:
        return False
    reach = array.itemsize - 1
    for stride, n in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True)):
        if n > 1 and stride <= reach:
            return True
        reach += stride * (n - 1)
    return False
