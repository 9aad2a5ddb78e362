"""Difference coding: each element less the one before it, exact for every integer, by XOR for floats.

What a smooth signal is turned into before an entropy coder sees it. Integers are differenced modulo 2^width,
so nothing is ever lost to overflow; floats by XOR of their bits, which is exact for every value, NaN included
(Ratanaworabhan, Ke and Burtscher, "Fast lossless compression of scientific floating-point data", 2006).
Zigzag puts small differences of either sign on small codes: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.

Any layout that strides can express is read and written in place of a copy. A new result has the layout of the
input, as ``numpy.empty_like`` makes it.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import delta as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["delta", "undelta", "zigzag", "unzigzag"]


_UNSIGNED = {width: np.dtype(f"u{width}") for width in (1, 2, 4, 8)}


def _checked(array: ArrayLike, where: str) -> NDArray[Any]:
    """The array, if its elements are numbers of 1, 2, 4 or 8 bytes in the machine's byte order."""
    values = np.asarray(array)
    extra = values.dtype.kind == "V" and values.dtype.names is None and "float" in values.dtype.name
    if (values.dtype.kind not in "iufmM" and not extra) or values.dtype.itemsize > 8:
        raise TypeError(
            f"{where}: elements of dtype {values.dtype} are neither integers nor floats of 1 to 8 bytes"
        )
    if not values.dtype.isnative:
        raise TypeError(f"{where}: dtype {values.dtype.str} is not in the machine's byte order")
    return values


def _axis(axis: int, values: NDArray[Any], where: str) -> int:
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(f"{where}: axis {axis} is out of bounds for an array of {values.ndim} dimensions")
    return axis % values.ndim


def _target(out: NDArray[Any] | None, values: NDArray[Any], dtype: np.dtype[Any], where: str) -> NDArray[Any]:
    """Where the result goes: fresh, or *out* once it is known to fit."""
    if out is None:
        return np.empty_like(values, dtype=dtype, subok=False)
    same = False
    if isinstance(out, np.ndarray) and out.dtype.itemsize == dtype.itemsize and out.dtype.isnative:
        dtype = out.dtype  # bits are bits
        same = out.ctypes.data == values.ctypes.data and out.strides == values.strides
    return fitting(out, values.shape, dtype, where, apart=() if same else [values], aligned=False)


def _run(
    values: NDArray[Any],
    target: NDArray[Any],
    axis: int,
    *,
    distance: int = 1,
    order: int = 1,
    inverse: bool = False,
    xor: bool = False,
    zigzag: bool = False,
    threads: int | None = 1,
) -> None:
    """Run the kernel over views of plain unsigned elements, with axes side by side joined."""
    unsigned = _UNSIGNED[values.dtype.itemsize]
    src, dst = values.view(unsigned), target.view(unsigned)
    if not src.flags.c_contiguous and src.flags.f_contiguous and dst.flags.f_contiguous:
        src, dst, axis = src.T, dst.T, src.ndim - 1 - axis
    if src.flags.c_contiguous and dst.flags.c_contiguous:
        n = src.shape[axis]
        inner, outer = math.prod(src.shape[axis + 1 :]), math.prod(src.shape[:axis])
        src, dst, axis = src.reshape(outer, n, inner), dst.reshape(outer, n, inner), 1
        if inner == 1:
            src, dst = src[:, :, 0], dst[:, :, 0]
    _native.difference(src, dst, axis, distance, order, inverse, xor, zigzag, resolve(threads))


def _parameters(order: int, stride: int, zigzag: bool, xor: bool, where: str) -> None:
    if not 0 <= operator.index(order) <= 255:
        raise ValueError(f"{where}: order {order} is not in 0..255")
    if operator.index(stride) < 1:
        raise ValueError(f"{where}: stride {stride} is not positive")
    if zigzag and xor:
        raise ValueError(f"{where}: zigzag maps signed differences, and XOR has no sign")


def delta(
    array: ArrayLike,
    *,
    order: int = 1,
    axis: int = -1,
    stride: int = 1,
    zigzag: bool = False,
    xor: bool | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """Differences along an axis, of the array's shape: the first ``stride`` elements are taken against 0.

    Parameters
    ----------
    array : array_like
        Integers, floats, dates or time spans of 1 to 8 bytes, any shape but (), any strides.
    order : int
        How many times the difference is taken.
    axis : int
        The axis along which.
    stride : int
        The distance between the elements compared: 3 for interleaved RGB, the row length for "up".
    zigzag : bool
        Map the signs of the last difference into bit 0; the result is unsigned then.
    xor : bool, optional
        XOR the bits instead of subtracting. By default floats do and integers do not.
    out : ndarray, optional
        Of the same shape and item size; the input itself for work in place.
    threads : int, optional
        Threads among which independent lines are shared, and pieces of a single line unless the order is
        above 1 or the work is in place. None: all cores.

    Returns
    -------
    ndarray
        The input's dtype for plain integer differences; unsigned integers of the same width for zigzag
        and XOR.

    Raises
    ------
    TypeError
        Elements that are no numbers, are wider than 8 bytes, or of foreign byte order.
    ValueError
        A bad axis, order, stride or ``out``, or ``zigzag`` together with XOR.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.delta(np.array([10, 12, 15, 11], np.int16))
    array([10,  2,  3, -4], dtype=int16)
    >>> transforms.delta(np.array([10, 12, 15, 11], np.int16), zigzag=True)
    array([20,  4,  6,  7], dtype=uint16)
    >>> transforms.delta(np.array([1.0, 1.0, 1.5]))
    array([4607182418800017408,                   0,    2251799813685248],
          dtype=uint64)
    """
    values = _checked(array, "delta")
    axis = _axis(axis, values, "delta")
    bits = values.dtype.kind in "fV" if xor is None else bool(xor)
    _parameters(order, stride, zigzag, bits, "delta")
    plain = values.dtype.kind in "iumM" and not bits and not zigzag
    target = _target(out, values, values.dtype if plain else _UNSIGNED[values.dtype.itemsize], "delta")
    _run(values, target, axis, distance=stride, order=order, xor=bits, zigzag=zigzag, threads=threads)
    return target


def undelta(
    array: ArrayLike,
    *,
    dtype: DTypeLike | None = None,
    order: int = 1,
    axis: int = -1,
    stride: int = 1,
    zigzag: bool = False,
    xor: bool | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`delta` was given, from what it returned and the same options.

    *dtype* is the original's, where it is not that of the differences: for floats, and for signed integers
    after zigzag. Sums along a line depend on each other, so one line is one thread's work. The other
    parameters, and the errors, are those of :func:`delta`.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> signal = np.array([[0.5, 0.25], [0.5, 0.125]], np.float32)
    >>> coded = transforms.delta(signal, axis=0)
    >>> transforms.undelta(coded, axis=0, dtype=np.float32)
    array([[0.5  , 0.25 ],
           [0.5  , 0.125]], dtype=float32)
    """
    values = _checked(array, "undelta")
    result = values.dtype if dtype is None else np.dtype(dtype)
    if result.itemsize != values.dtype.itemsize:
        raise ValueError(
            f"undelta: dtype {result} has {result.itemsize} bytes, the differences {values.itemsize}"
        )
    if isinstance(out, np.ndarray) and dtype is None:
        result = out.dtype
    axis = _axis(axis, values, "undelta")
    bits = result.kind in "fV" if xor is None else bool(xor)
    _parameters(order, stride, zigzag, bits, "undelta")
    target = _target(out, values, result, "undelta")
    _run(
        values,
        target,
        axis,
        distance=stride,
        order=order,
        inverse=True,
        xor=bits,
        zigzag=zigzag,
        threads=threads,
    )
    return target


def zigzag(array: ArrayLike, *, out: NDArray[Any] | None = None, threads: int | None = 1) -> NDArray[Any]:
    """Integers of any width as unsigned ones: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.

    Unsigned input is read as the signed numbers of its width. Errors are those of :func:`delta`.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.zigzag(np.array([0, -1, 1, -128, 127], np.int8))
    array([  0,   1,   2, 255, 254], dtype=uint8)
    """
    return _mapped(array, out, threads, False, "zigzag")


def unzigzag(array: ArrayLike, *, out: NDArray[Any] | None = None, threads: int | None = 1) -> NDArray[Any]:
    """The signed integers that :func:`zigzag` was given.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.unzigzag(np.array([0, 1, 2, 255, 254], np.uint8))
    array([   0,   -1,    1, -128,  127], dtype=int8)
    """
    return _mapped(array, out, threads, True, "unzigzag")


def _mapped(
    array: ArrayLike, out: NDArray[Any] | None, threads: int | None, inverse: bool, where: str
) -> NDArray[Any]:
    values = _checked(array, where)
    if values.dtype.kind not in "iu":
        raise TypeError(f"{where}: elements of dtype {values.dtype} are no integers")
    dtype = np.dtype(f"{'i' if inverse else 'u'}{values.dtype.itemsize}")
    target = _target(out, values, dtype, where)
    # One row of a new first axis: rows are walked in blocks that threads share.
    _run(values[np.newaxis], target[np.newaxis], 0, order=0, inverse=inverse, zigzag=True, threads=threads)
    return target
