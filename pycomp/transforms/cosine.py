"""Cosine and sine transforms of types I to IV along any axes, with scipy.fft's interface and results.

Lengths that are powers of two up to 4096 run on our own kernels for types II, III and IV: a network of plane
rotations (Plonka and Tasche 2005; csrc/arch/dct_network.h) over 4 to 16 lines at a time, whatever the layout.
Results are the same, bit for bit, on every instruction set, thread count and layout; n-dimensional ones up to
the rounding of factors, since contiguous blocks of up to 64 x 64 take both axes in one pass. All else goes to
scipy where it is installed, and else through numpy's real FFT of the extended line.

Layout: input is read through its strides, without a copy, unless it must be converted (integers, other byte
order), padded, or is misaligned. The result is a new C-contiguous array, or the input's own memory with
``overwrite_x`` where it is a native float array of the right length.
"""

from __future__ import annotations

import functools
import math
import operator
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

import numpy as np

from pycomp._native import dct as _native
from pycomp.transforms._out import overlaps_itself

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["dct", "idct", "dst", "idst", "dctn", "idctn", "dstn", "idstn"]

Norm = Literal["backward", "ortho", "forward"] | None
_Axes = SupportsIndex | Sequence[SupportsIndex] | None

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}
# Both a ValueError and an IndexError, which is what scipy raises for one axis; its home since numpy 1.25.
_AxisError = getattr(np, "exceptions", np).AxisError


def dct(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Discrete cosine transform of each line along one axis.

    Parameters
    ----------
    x : array_like
        Of any shape. float32 and complex64 keep their precision, float16 becomes float32, everything else
        float64; a complex array's real and imaginary parts are transformed each by itself.
    type : {1, 2, 3, 4}
        For type II ``y[k] = 2 * sum(x[i] * cos(pi * k * (2 * i + 1) / (2 * n)))``; the others are defined
        in scipy.fft's documentation, whose results these are.
    n : int, optional
        Length to cut lines to, or to pad them with zeros to.
    axis : int
        The axis that lines run along.
    norm : {"backward", "ortho", "forward"}, optional
        Which of the transform and its inverse carries the factor: the inverse (default), both, this one.
    overwrite_x : bool
        The contents of *x* may be destroyed; the result may be in its memory.
    workers : int, optional
        Threads; negative values count from the number of cores, -1 being all. None is 1.
    orthogonalize : bool, optional
        Scale the terms that make the matrix orthogonal; by default with ``norm="ortho"``.

    Returns
    -------
    ndarray
        Of the shape of *x*, with *n* along *axis*.

    Raises
    ------
    ValueError
        An unknown type or norm, no data, an axis out of range, workers out of range.

    Examples
    --------
    >>> import numpy as np
    >>> dct(np.array([1.0, 2.0, 3.0, 4.0])).round(3) + 0.0
    array([20.   , -6.309,  0.   , -0.448])
    >>> x = np.random.default_rng(0).random((100, 256), np.float32)
    >>> y = dct(x, norm="ortho")
    >>> y.dtype, bool(np.allclose(idct(y, norm="ortho"), x, atol=1e-5))
    (dtype('float32'), True)
    """
    return _one(x, "dct", type, n, axis, norm, overwrite_x, workers, orthogonalize)


def idct(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Inverse of :func:`dct` with the same arguments.

    >>> idct(dct([1.0, 2.0, 3.0, 5.0])).round(6).tolist()
    [1.0, 2.0, 3.0, 5.0]
    """
    return _one(x, "idct", type, n, axis, norm, overwrite_x, workers, orthogonalize)


def dst(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Discrete sine transform of each line along one axis; arguments as for :func:`dct`.

    For type II ``y[k] = 2 * sum(x[i] * sin(pi * (k + 1) * (2 * i + 1) / (2 * n)))``.

    >>> dst([1.0, 0.0, 0.0, 0.0]).round(3).tolist()
    [0.765, 1.414, 1.848, 2.0]
    """
    return _one(x, "dst", type, n, axis, norm, overwrite_x, workers, orthogonalize)


def idst(
    x: ArrayLike, type: int = 2, n: int | None = None, axis: int = -1, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Inverse of :func:`dst` with the same arguments.

    >>> idst(dst([1.0, 2.0, 3.0, 5.0], type=4), type=4).round(6).tolist()
    [1.0, 2.0, 3.0, 5.0]
    """
    return _one(x, "idst", type, n, axis, norm, overwrite_x, workers, orthogonalize)


def dctn(
    x: ArrayLike, type: int = 2, s: int | Iterable[int] | None = None, axes: _Axes = None, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, *, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Discrete cosine transform along several axes.

    *s* are the lengths along *axes*; None for *axes* means the last ``len(s)``, or all. The other arguments
    are those of :func:`dct`.

    >>> import numpy as np
    >>> y = dctn(np.ones((1000, 8, 8), np.float32), axes=(-2, -1), norm="ortho")
    >>> float(y[0, 0, 0].round(4)), float(abs(y[0, 1:]).max()) < 1e-6
    (8.0, True)
    """
    return _many(x, "dct", type, s, axes, norm, overwrite_x, workers, orthogonalize)


def idctn(
    x: ArrayLike, type: int = 2, s: int | Iterable[int] | None = None, axes: _Axes = None, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Inverse of :func:`dctn` with the same arguments.

    >>> idctn(dctn([[1.0, 2.0], [3.0, 5.0]])).round(6).tolist()
    [[1.0, 2.0], [3.0, 5.0]]
    """
    return _many(x, "idct", type, s, axes, norm, overwrite_x, workers, orthogonalize)


def dstn(
    x: ArrayLike, type: int = 2, s: int | Iterable[int] | None = None, axes: _Axes = None, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Discrete sine transform along several axes; arguments as for :func:`dctn`.

    >>> dstn([[1.0, 0.0], [0.0, 0.0]]).round(6).tolist()
    [[2.0, 2.828427], [2.828427, 4.0]]
    """
    return _many(x, "dst", type, s, axes, norm, overwrite_x, workers, orthogonalize)


def idstn(
    x: ArrayLike, type: int = 2, s: int | Iterable[int] | None = None, axes: _Axes = None, norm: Norm = None,
    overwrite_x: bool = False, workers: int | None = None, orthogonalize: bool | None = None,
) -> NDArray[Any]:  # fmt: skip
    """Inverse of :func:`dstn` with the same arguments.

    >>> idstn(dstn([[1.0, 2.0], [3.0, 5.0]])).round(6).tolist()
    [[1.0, 2.0], [3.0, 5.0]]
    """
    return _many(x, "idst", type, s, axes, norm, overwrite_x, workers, orthogonalize)


# -- Arguments ------------------------------------------------------------------------------------------


def _one(
    x: ArrayLike, name: str, type: int, n: int | None, axis: int, norm: Norm, overwrite_x: bool,
    workers: int | None, orthogonalize: bool | None,
) -> NDArray[Any]:  # fmt: skip
    plain = n is None and not overwrite_x and workers is None and orthogonalize is None
    if (
        plain
        and isinstance(x, np.ndarray)
        and x.flags.aligned
        and -x.ndim <= axis < x.ndim <= _native.DIMENSIONS
    ):
        # The common call of a short line: microseconds count.
        plan = _line_plan(name, type, norm, x.dtype, x.shape[axis])
        if plan is not None:
            result = np.empty(x.shape, x.dtype)
            _native.lines(x, result, axis % x.ndim, *plan, 1)
            return result
    array, fresh = _as_float(x)
    axis = operator.index(axis)
    if not -array.ndim <= axis < array.ndim:
        raise _AxisError(axis, array.ndim)
    length = array.shape[axis] if n is None else operator.index(n)
    return _transform(
        array, name, type, [length], [axis % array.ndim], norm, fresh or overwrite_x, workers, orthogonalize
    )


def _many(
    x: ArrayLike, name: str, type: int, s: int | Iterable[int] | None, axes: _Axes, norm: Norm,
    overwrite_x: bool, workers: int | None, orthogonalize: bool | None,
) -> NDArray[Any]:  # fmt: skip
    array, fresh = _as_float(x)
    lengths = None if s is None else _integers(s, "s")
    if axes is None:
        count = array.ndim if lengths is None else len(lengths)
        if count > array.ndim:
            raise ValueError(f"s has {count} lengths, the array {array.ndim} axes")
        places = list(range(array.ndim - count, array.ndim))
    else:
        places = _integers(axes, "axes")
        for axis in places:
            if not -array.ndim <= axis < array.ndim:
                raise _AxisError(axis, array.ndim)
        places = [axis % array.ndim for axis in places]
        if len(set(places)) != len(places):
            raise ValueError(f"axes {places}: each may be there once only")
    if lengths is None:
        lengths = [-1] * len(places)
    if len(lengths) != len(places):
        raise ValueError(f"s has {len(lengths)} lengths for {len(places)} axes")
    lengths = [array.shape[a] if n == -1 else n for n, a in zip(lengths, places, strict=True)]
    if not places:
        return np.asarray(x)
    return _transform(array, name, type, lengths, places, norm, fresh or overwrite_x, workers, orthogonalize)


def _integers(values: Any, name: str) -> list[int]:
    try:
        return [operator.index(v) for v in (values if np.iterable(values) else (values,))]
    except TypeError:
        raise ValueError(f"{name} is {values!r}, neither an integer nor several") from None


def _as_float(x: ArrayLike) -> tuple[NDArray[Any], bool]:
    """The array to read from, *x* itself if native, aligned and of floats, and whether it is a copy."""
    array = np.asarray(x)
    kind = array.dtype.kind
    if kind not in "fc":
        if kind not in "biu":
            raise TypeError(f"dtype {array.dtype} is not numeric")
        return array.astype(np.float64), True
    if array.dtype.itemsize == 2:
        return array.astype(np.float32), True
    if not array.dtype.isnative or not array.flags.aligned:
        return array.astype(array.dtype.newbyteorder("=")), True
    return array, False


def _threads(workers: int | None) -> int:
    """The number that *workers* means: None is 1, negative counts from the number of cores."""
    if workers is None:
        return 1
    cores = os.cpu_count() or 1
    count = operator.index(workers)
    if count == 0 or count < -cores:
        raise ValueError(f"workers is {count}; use 1 and more, or -{cores} to -1")
    return count if count > 0 else cores + 1 + count


def _transform(
    array: NDArray[Any], name: str, type: int, lengths: list[int], axes: list[int], norm: Norm,
    overwrite: bool, workers: int | None, orthogonalize: bool | None,
) -> NDArray[Any]:  # fmt: skip
    """What all eight come to; *name* is dct, idct, dst or idst."""
    if type not in _INVERSE:
        raise ValueError(f"type is {type!r}; there are 1, 2, 3 and 4")
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f'norm is {norm!r}; it is "backward", "ortho" or "forward"')
    if min(lengths) < 1:
        raise ValueError(f"invalid number of data points ({lengths}) specified")
    threads = _threads(workers)
    if not accelerates(array.dtype, array.ndim, type, lengths):
        return _elsewhere(array, name, type, lengths, axes, norm, threads, orthogonalize)

    source = _fit(array, lengths, axes)
    overwrite = overwrite or not np.may_share_memory(source, array)  # it was padded
    if not overwrite or not source.flags.writeable or overlaps_itself(source):
        result = np.empty(source.shape, source.dtype)
    else:
        result = source
    inverse, sine = name[0] == "i", name.endswith("dst")
    kind = _INVERSE[type] if inverse else type
    ortho = norm == "ortho" if orthogonalize is None else bool(orthogonalize)
    if kind != 4 and not sine and _is_squares(source, result, axes):
        table = _square_factors(kind, source.shape[-1], norm, inverse, ortho, source.dtype)
        _native.squares(source, result, source.shape[-1], kind == 2, table, threads)
        return result
    for axis in axes:
        first, rest = factors(kind, source.shape[axis], norm, inverse, ortho)
        if source.dtype.kind == "c":
            _native.lines(source.real, result.real, axis, kind, sine, first, rest, threads)
            _native.lines(source.imag, result.imag, axis, kind, sine, first, rest, threads)
        else:
            _native.lines(source, result, axis, kind, sine, first, rest, threads)
        source = result
    return result


def accelerates(dtype: np.dtype[Any], ndim: int, type: int, lengths: Iterable[int]) -> bool:
    """Whether our kernels do this: types II to IV, powers of two up to 4096, single or double precision."""
    return (
        type in (2, 3, 4)
        and dtype.char in "fdFD"
        and ndim <= _native.DIMENSIONS
        and all(0 < n <= _native.LONGEST and n & (n - 1) == 0 for n in lengths)
    )


def _fit(array: NDArray[Any], lengths: list[int], axes: list[int]) -> NDArray[Any]:
    """The array cut to, or padded with zeros to, the lengths along the axes; itself where they fit."""
    shape, part = list(array.shape), [slice(None)] * array.ndim
    for n, axis in zip(lengths, axes, strict=True):
        part[axis] = slice(min(n, shape[axis]))
        shape[axis] = n
    if tuple(shape) == array.shape:
        return array
    cut = array[tuple(part)]
    if cut.shape == tuple(shape):
        return cut
    padded = np.zeros(shape, array.dtype)
    padded[tuple(part)] = cut
    return padded


@functools.lru_cache(maxsize=256)
def _line_plan(
    name: str, type: int, norm: Norm, dtype: np.dtype[Any], n: int
) -> tuple[int, bool, float, float] | None:
    """Kind, sine and factors of a call with nothing unusual about it; None where there is."""
    if type not in _INVERSE or norm not in (None, "backward", "ortho", "forward"):
        return None
    if dtype.char not in "fd" or not dtype.isnative or not accelerates(dtype, 1, type, [n]):
        return None
    inverse = name[0] == "i"
    kind = _INVERSE[type] if inverse else type
    return kind, name.endswith("dst"), *factors(kind, n, norm, inverse, norm == "ortho")


def _is_squares(source: NDArray[Any], result: NDArray[Any], axes: list[int]) -> bool:
    """Whether all there is are small square blocks, each contiguous, one after the other."""
    return (
        source.ndim >= 2
        and sorted(axes) == [source.ndim - 2, source.ndim - 1]
        and source.shape[-1] == source.shape[-2]
        and source.shape[-1] in (4, 8, 16, 32, 64)
        and source.dtype.kind == "f"
        and source.flags.c_contiguous
        and result.flags.c_contiguous
    )


@functools.lru_cache(maxsize=64)
def _square_factors(
    kind: int, n: int, norm: Norm, inverse: bool, ortho: bool, dtype: np.dtype[Any]
) -> NDArray[Any]:
    first, rest = factors(kind, n, norm, inverse, ortho)
    line = np.array([first] + [rest] * (n - 1))
    return np.outer(line, line).astype(dtype)


def factors(kind: int, n: int, norm: Norm, inverse: bool, ortho: bool) -> tuple[float, float]:
    """Factors, of the first and the other terms, from the plain sums of our kernels to scipy's results."""
    scale = {"ortho": math.sqrt(0.5 / n), "forward": 0.5 / n if not inverse else 1.0}.get(
        norm or "", 0.5 / n if inverse else 1.0
    )
    first = rest = 2 * scale
    if kind == 3:
        first = scale * (math.sqrt(2) if ortho else 1)
    elif kind == 2 and ortho:
        first *= math.sqrt(0.5)
    return first, rest


# -- Other lengths and types ----------------------------------------------------------------------------


def _elsewhere(
    array: NDArray[Any], name: str, type: int, lengths: list[int], axes: list[int], norm: Norm, threads: int,
    orthogonalize: bool | None,
) -> NDArray[Any]:  # fmt: skip
    """By scipy where it is installed, else along one axis after the other by numpy."""
    try:
        from scipy import fft
    except ImportError:
        result = _fit(array, lengths, axes)
        for axis in axes:
            result = _plain(result, name, type, axis, norm, orthogonalize)
        return result
    call = getattr(fft, name + "n")
    options: dict[str, Any] = {"norm": norm, "workers": threads, "orthogonalize": orthogonalize}
    if array.dtype.kind != "c":
        return np.asarray(call(array, type=type, s=lengths, axes=axes, **options))
    # Part by part: scipy (1.17) forgets orthogonalize with complex numbers.
    real, imag = (call(x, type=type, s=lengths, axes=axes, **options) for x in (array.real, array.imag))
    result = np.empty(real.shape, array.dtype)
    result.real, result.imag = real, imag
    return result


def _plain(
    x: NDArray[Any], name: str, type: int, axis: int, norm: Norm, orthogonalize: bool | None
) -> NDArray[Any]:
    """Any type and length as the FFT of a longer line with the symmetry that the type implies.

    The line's numbers stand at the (odd, for half-sample shifts) places of a period with even or odd
    symmetry around 0; its spectrum is then real or imaginary, and every (second) term of it is a result.
    """
    if x.dtype.kind == "c":
        real = _plain(x.real, name, type, axis, norm, orthogonalize)
        return np.asarray(real + 1j * _plain(x.imag, name, type, axis, norm, orthogonalize))
    inverse, sine = name[0] == "i", name.endswith("dst")
    kind = _INVERSE[type] if inverse else type
    ortho = norm == "ortho" if orthogonalize is None else bool(orthogonalize)
    line = np.array(np.moveaxis(x, axis, -1), dtype=x.dtype)
    n = line.shape[-1]
    if kind == 1 and not sine and n < 2:
        raise ValueError("DCT-I is not defined for size < 2")
    half = n - 1 if kind == 1 and not sine else n + 1 if kind == 1 else n  # half the period of scipy's norm
    ends = [0, -1] if kind == 1 else [0]
    root = math.sqrt(2)
    if ortho and kind == 1 and not sine:
        line[..., ends] *= root
    if ortho and kind == 3:
        line[..., -1 if sine else 0] *= root
    if sine and kind == 3:
        line[..., -1] /= 2  # at the other axis of symmetry, which this longer period does not have

    shifted_in, shifted_out = kind in (2, 4), kind in (3, 4)
    grid = (2 if shifted_in else 1) * (2 if shifted_out else 1)  # steps of the long line a sample, a term
    period = 2 * half * grid
    step = 2 if shifted_in else 1
    at = step * np.arange(n) + (1 if shifted_in else 1 if sine else 0)
    longer = np.zeros((*line.shape[:-1], period), np.float64)
    longer[..., at] = line
    sign = -1.0 if sine else 1.0
    mirrored = (period - at) % period
    own = mirrored == at  # a sample on an axis of symmetry stands for both sides
    longer[..., mirrored[~own]] += sign * line[..., ~own]
    spectrum = np.fft.rfft(longer)
    result = -spectrum.imag if sine else spectrum.real
    terms = (2 if shifted_out else 1) * np.arange(n) + (1 if shifted_out else 1 if sine else 0)
    result = result[..., terms]

    if ortho and kind == 1 and not sine:
        result[..., ends] /= root
    if ortho and kind == 2:
        result[..., -1 if sine else 0] /= root
    whole = 2 * half
    result *= {"ortho": 1 / math.sqrt(whole), "forward": 1.0 if inverse else 1 / whole}.get(
        norm or "", 1 / whole if inverse else 1.0
    )
    return np.ascontiguousarray(np.moveaxis(result, -1, axis), dtype=x.dtype)
