"""Scalar quantisation: floating-point arrays as small integer codes, and back.

With a scale s and a zero point z, a number x gets the code ``clip(round(x / s) + z)``, and ``(code - z) *
s`` takes its place; x / s is divided in x's precision, so the codes are those of ``numpy.clip(numpy.rint(x
/ s) + z, ...)``.

**What is copied.** float32 and float64 are read through their strides; other floats are converted to float32
first. Codes have the layout of the input. Calibration by percentile or mean square error copies groups
whose numbers do not lie side by side. Results do not depend on threads, layout or instruction set, random
ones included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import quant as _native
from pycomp._threads import resolve
from pycomp.transforms._calibrate import affine, calibrate, find_unreal
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["Quantized", "dequantize", "quantize"]

_RULES = {"nearest": _native.NEAREST, "stochastic": _native.STOCHASTIC}
_EMPTY = np.empty(0)
_ZERO_MAX = 1 << 16  # of codes of 16 bits; differences to it stay far within 32


@dataclass(frozen=True, eq=False)
class Quantized:
    """Codes and all that turns them into numbers again.

    ``codes`` has the shape of the array; ``scale`` and ``zero_point`` broadcast against it, but with
    ``block`` have one entry for each block along ``axis`` instead. ``dtype`` is what the array was. A
    number's code means ``(code - zero_point) * scale``, a ``dead_zone`` further from 0, or ``codebook[code]
    * scale``.
    """

    codes: NDArray[Any]
    scale: NDArray[Any]
    zero_point: NDArray[np.int32]
    bits: int
    dtype: np.dtype[Any]
    axis: int | None = None
    block: int | None = None
    dead_zone: float = 0.0
    codebook: NDArray[Any] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the codes, packed, with scales and, where one is not 0, zero points."""
        size = (self.codes.size * self.bits + 7) // 8 + self.scale.nbytes
        size += self.zero_point.nbytes if self.zero_point.any() else 0
        return size + (0 if self.codebook is None else self.codebook.nbytes)

    def dequantize(self, *, out: NDArray[Any] | None = None, threads: int | None = 1) -> NDArray[Any]:
        """The same as :func:`dequantize`."""
        return dequantize(self, out=out, threads=threads)


def _numbers(array: ArrayLike) -> tuple[NDArray[Any], np.dtype[Any]]:
    """The array as native float32 or float64, and the dtype it had."""
    values = np.asarray(array)
    extra = values.dtype.kind == "V" and values.dtype.names is None and "float" in values.dtype.name
    if (values.dtype.kind != "f" and not extra) or values.dtype.itemsize > 8:
        raise TypeError(f"quantize: elements of dtype {values.dtype} are not floats of at most 64 bits")
    wide = values.dtype == np.float64
    return values.astype(np.float64 if wide else np.float32, copy=False), values.dtype


def _split(array: NDArray[Any], axis: int, start: int, block: int) -> NDArray[Any]:
    """The array from *start* along the axis, with whole blocks on an axis of their own behind it: a view."""
    count = (array.shape[axis] - start) // block
    inner = array[(slice(None),) * axis + (slice(start, start + count * block),)]
    step = inner.strides[axis]
    shape = (*inner.shape[:axis], count, block, *inner.shape[axis + 1 :])
    strides = (*inner.strides[:axis], step * block, step, *inner.strides[axis + 1 :])
    return np.lib.stride_tricks.as_strided(inner, shape, strides)


def _parts(shape: tuple[int, ...], axis: int | None, block: int | None) -> Iterator[tuple[int, int, int]]:
    """(first element, length of block, first block) of the runs of equal blocks along the axis."""
    if block is None or axis is None:
        yield 0, 0, 0
        return
    whole, rest = divmod(shape[axis], block)
    if whole:
        yield 0, block, 0
    if rest:
        yield whole * block, rest, whole


def _spread(entries: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """np.broadcast_to, which for a single entry takes as long as quantising ten thousand numbers."""
    if entries.ndim == 0:
        return np.ndarray(shape, entries.dtype, entries, strides=(0,) * len(shape))
    return np.broadcast_to(entries, shape)


def _run(
    values: NDArray[Any], codes: NDArray[Any], result: Quantized, inverse: bool, threads: int, **how: Any
) -> bool:
    """Numbers to codes, or with *inverse* back, part by part."""
    finite = True
    index = [math.prod(values.shape[d + 1 :]) for d in range(values.ndim)]
    for first, block, number in _parts(values.shape, result.axis, result.block):
        x, c, scale, zero, steps = values, codes, result.scale, result.zero_point, list(index)
        base = 0
        if block:
            axis = result.axis or 0
            x, c = _split(values, axis, first, block), _split(codes, axis, first, block)
            own = (slice(None),) * axis + (slice(number, number + x.shape[axis]), None)
            scale, zero = scale[own], zero[own]
            base = first * index[axis]
            steps[axis : axis + 1] = [block * index[axis], index[axis]]
        order = sorted(range(x.ndim), key=lambda d: -abs(x.strides[d]))
        scale = _spread(scale, x.shape).transpose(order)
        zero = _spread(zero, x.shape).transpose(order)
        x, c = x.transpose(order), c.transpose(order)
        src, dst = (c, x) if inverse else (x, c)
        finite &= _native.run(
            src, dst, scale, zero, [steps[d] for d in order], base, inverse=inverse, threads=threads, **how
        )
    return finite


def _given(name: str, value: ArrayLike, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """A scale or zero point that the caller knows, of one entry a group."""
    try:
        entries = np.array(value, dtype, order="C")
        return entries if entries.shape == shape else np.broadcast_to(entries, shape).copy()
    except ValueError:
        raise ValueError(
            f"quantize: a {name} of shape {np.shape(value)} does not fit the groups, {shape}"
        ) from None


def _codebook(levels: ArrayLike, dtype: np.dtype[Any]) -> NDArray[Any]:
    book = np.ascontiguousarray(levels, dtype)
    if book.ndim != 1 or not 1 <= book.size <= _native.MAX_LEVELS:
        raise ValueError(f"quantize: a codebook of shape {book.shape} is no row of 1 to 256 levels")
    if not np.isfinite(book).all() or (np.diff(book) < 0).any():
        raise ValueError(f"quantize: the codebook {book} is not finite and ascending")
    return book


def _groups(shape: tuple[int, ...], axis: int | None, block: int | None) -> tuple[int, ...]:
    """The shape of the scales."""
    if axis is None:
        return ()
    if block is None:
        return tuple(n if d == axis else 1 for d, n in enumerate(shape))
    return tuple(-(-n // block) if d == axis else n for d, n in enumerate(shape))


def quantize(
    array: ArrayLike,
    bits: int = 8,
    *,
    scheme: str = "symmetric",
    axis: int | None = None,
    block: int | None = None,
    clip: str = "minmax",
    percentile: float = 99.9,
    scale: ArrayLike | None = None,
    zero_point: ArrayLike | None = None,
    dead_zone: float = 0.0,
    rounding: str = "nearest",
    seed: int = 0,
    codebook: ArrayLike | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> Quantized:
    """An array of floats as codes of a few bits.

    Parameters
    ----------
    array : array_like
        Floats of 16, 32 or 64 bits (also bfloat16 and the like of ml_dtypes), any shape, any strides, finite.
    bits : int
        1 to 16, symmetric 2 to 16. Codes are stored as 8-bit integers up to 8 bits, else as 16-bit ones;
        :func:`pack_bits` makes them as small as they can be.
    scheme : {"symmetric", "asymmetric"}
        "symmetric": signed codes from -(2**(bits-1) - 1) to 2**(bits-1) - 1, 0 for 0. "asymmetric": unsigned
        codes from 0 to 2**bits - 1 over a range that holds 0, whose code is the zero point.
    axis : int, optional
        With one scale for each index along this axis; by default there is one for the whole array.
    block : int, optional
        With one scale for each run of as many elements along ``axis`` (by default the last).
    clip : {"minmax", "percentile", "mse"}
        What the codes span in each group: all numbers; all but those beyond ``percentile``, of absolute
        values or at either end; or, of 41 parts of the full span from 1 down to 0.2, the one with the least
        mean square error.
    percentile : float
        Above 50, up to 100.
    scale, zero_point : array_like, optional
        To be used instead of calibrating; of the shape of the result's, or broadcastable to it.
    dead_zone : float
        Symmetric only, 0 to 0.5: by how many scales each side of the interval of code 0 is widened. 0.5 is
        the dead zone of JPEG 2000. The numbers that codes stand for move outwards with their intervals.
    rounding : {"nearest", "stochastic"}
        Ties to even; or up or down at random, so that the mean is kept.
    seed : int
        0 to 2**64 - 1, of "stochastic": seed and position in C order say how a number is rounded.
    codebook : array_like, optional
        Up to 256 ascending levels, as by :func:`lloyd_max`: each number gets the code of the nearest, a
        number half way the upper one's. With ``axis``, ``block`` or ``scale`` numbers are divided by the
        scale first, which is by default the group's greatest absolute value over that of the levels.
        ``bits`` follows from the levels.
    out : ndarray, optional
        Where to put the codes: of the array's shape and the codes' dtype, any strides.
    threads : int, optional
        None: all cores.

    Returns
    -------
    Quantized

    Raises
    ------
    TypeError
        Elements that are not floats.
    ValueError
        A number that is not finite, with its position; a scale that is not finite and positive; options out
        of range or at odds.

    Notes
    -----
    Without clipping, numbers come back within scale / 2 but for the rounding of the type (scale with
    stochastic rounding, scale * (1/2 + dead_zone) within the dead zone).

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> q = transforms.quantize(np.array([-1.1, 0.3, 2.0], np.float32), 4)
    >>> q.codes, q.scale
    (array([-4,  1,  7], dtype=int8), array(0.2857143, dtype=float32))
    >>> q.dequantize()
    array([-1.1428572,  0.2857143,  2.       ], dtype=float32)
    """
    values, dtype = _numbers(array)
    count = resolve(threads)
    if scheme not in ("symmetric", "asymmetric"):
        raise ValueError(f"quantize: scheme {scheme!r} is neither symmetric nor asymmetric")
    if rounding not in _RULES:
        raise ValueError(f"quantize: rounding {rounding!r} is neither nearest nor stochastic")
    if block is not None:
        if block < 1:
            raise ValueError(f"quantize: block {block} is not positive")
        axis = -1 if axis is None else axis
    if axis is not None:
        if not -values.ndim <= axis < values.ndim:
            raise ValueError(f"quantize: axis {axis} is out of bounds for {values.ndim} dimensions")
        axis %= values.ndim
    symmetric = scheme == "symmetric"
    book = None if codebook is None else _codebook(codebook, values.dtype)
    if book is not None:
        if not symmetric or dead_zone or rounding != "nearest" or zero_point is not None:
            raise ValueError("quantize: a codebook goes with no scheme, zero point, dead zone or rounding")
        bits = max(1, (book.size - 1).bit_length())
    elif not 1 + symmetric <= bits <= _native.MAX_BITS:
        raise ValueError(f"quantize: bits {bits} is not in {1 + symmetric}..{_native.MAX_BITS} ({scheme})")
    if not 0 <= dead_zone <= 0.5 or (dead_zone and (not symmetric or rounding != "nearest")):
        raise ValueError(f"quantize: dead_zone {dead_zone} is not in 0..0.5, or not symmetric and nearest")
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"quantize: seed {seed} is not in 0..2**64 - 1")
    if zero_point is not None and (symmetric or scale is None):
        raise ValueError("quantize: a zero point goes with a scale, and with the asymmetric scheme")
    if block is not None and axis is not None:
        block = max(1, min(block, values.shape[axis]))
    low, high = (1 - (1 << (bits - 1)), (1 << (bits - 1)) - 1) if symmetric else (0, (1 << bits) - 1)
    if book is not None:
        low, high = 0, book.size - 1
    shape = _groups(values.shape, axis, block)
    if scale is not None:
        scales = _given("scale", scale, shape, values.dtype)
        wrong = ~(np.isfinite(scales) & (scales > 0))
        if wrong.any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(f"quantize: scale {scales[place]} at {place} is not finite and positive")
        zeros = _given("zero point", 0 if zero_point is None else zero_point, shape, np.int32)
        if zeros.size and not low <= zeros.min() <= zeros.max() <= high and zero_point is not None:
            raise ValueError(f"quantize: zero points {zeros.min()}..{zeros.max()} are not in {low}..{high}")
    elif book is not None and axis is None:
        scales, zeros = np.ones(shape, values.dtype), np.zeros(shape, np.int32)
    else:
        parts = [
            _split(values, axis or 0, first, length) if length else values
            for first, length, _ in _parts(values.shape, axis, block)
        ]
        spans = [
            calibrate(part, axis, block is not None, symmetric, clip, percentile, low, high, count)
            for part in parts
        ]
        if spans:
            least = np.concatenate([s[0] for s in spans], axis or 0) if axis is not None else spans[0][0]
            most = np.concatenate([s[1] for s in spans], axis or 0) if axis is not None else spans[0][1]
        else:
            least = most = np.zeros(shape)
        if not (np.isfinite(least) & np.isfinite(most)).all():
            raise find_unreal(values)
        top = float(np.abs(book).max()) if book is not None else None
        scales, zeros = affine(least, most, low, high, symmetric, values.dtype, top)
    small = bits <= 8
    code_dtype = np.dtype(("i" if symmetric and book is None else "u") + ("1" if small else "2"))
    if out is None:
        codes = np.empty_like(values, code_dtype, subok=False)
    else:
        codes = fitting(out, values.shape, code_dtype, "quantize", apart=[values])
    result = Quantized(codes, scales, zeros, bits, dtype, axis, block, float(dead_zone), book)
    rule = _RULES[rounding] if not dead_zone else _native.DEAD_ZONE
    bounds: NDArray[Any] = _EMPTY[:0].astype(values.dtype)
    if book is not None:
        rule, bounds = _native.LEVELS, book[:-1] + (book[1:] - book[:-1]) / 2
    if not _run(
        values, codes, result, False, count,
        rule=rule, code_signed=code_dtype.kind == "i", low=low, high=high, dead_zone=dead_zone, seed=seed,
        bounds=bounds,
    ):  # fmt: skip
        raise find_unreal(values)
    return result


def dequantize(
    quantized: Quantized, *, out: NDArray[Any] | None = None, threads: int | None = 1
) -> NDArray[Any]:
    """The numbers that codes stand for, in the dtype that was quantised and the layout of the codes.

    *out*, if given, is a writable array of that shape and dtype, of any strides, apart from the codes;
    float32 and float64 are written there directly.

    Raises TypeError for what is not :class:`Quantized`, ValueError where codes, scales and ``out`` do not fit
    each other.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> q = transforms.quantize(np.array([0.1, 0.9, -0.4]), 8, codebook=[-0.5, 0.0, 1.0])
    >>> q.codes, transforms.dequantize(q)
    (array([1, 2, 0], dtype=uint8), array([ 0. ,  1. , -0.5]))
    """
    if not isinstance(quantized, Quantized):
        raise TypeError(f"dequantize: {type(quantized).__name__} is not what quantize returns")
    q = quantized
    work = np.dtype(np.float64 if q.dtype == np.float64 else np.float32)
    shape = _groups(q.codes.shape, q.axis, q.block)
    if q.scale.shape != shape or q.zero_point.shape != shape:
        raise ValueError(
            f"dequantize: scales {q.scale.shape} and zero points {q.zero_point.shape} are not both {shape}"
        )
    if out is not None:
        fitting(out, q.codes.shape, np.dtype(q.dtype), "dequantize", apart=[q.codes])
    direct = out is not None and out.dtype == work
    target = out if out is not None and direct else np.empty_like(q.codes, work, subok=False)
    codes, low, high = q.codes, 0, 0
    if codes.dtype.kind not in "iu" or codes.dtype.itemsize > 2:
        raise TypeError(f"dequantize: codes of dtype {codes.dtype} are not integers of 8 or 16 bits")
    if q.zero_point.size and int(np.abs(q.zero_point.astype(np.int64)).max()) > _ZERO_MAX:
        raise ValueError(f"dequantize: zero points beyond {_ZERO_MAX} are none that codes can have")
    if q.codebook is not None:
        if codes.size and int(codes.max()) >= q.codebook.size:
            raise ValueError(
                f"dequantize: code {codes.max()} is beyond the codebook's {q.codebook.size} levels"
            )
        scale = q.scale
        if q.block is not None and q.axis is not None:
            scale = np.repeat(scale, q.block, q.axis)[(slice(None),) * q.axis + (slice(codes.shape[q.axis]),)]
        np.multiply(q.codebook[codes], scale, out=target)
    else:
        _run(
            target, codes, q, True, resolve(threads),
            rule=_native.NEAREST, code_signed=codes.dtype.kind == "i", low=low, high=high,
            dead_zone=q.dead_zone, seed=0, bounds=_EMPTY[:0].astype(work),
        )  # fmt: skip
    if out is None:
        return target.astype(q.dtype, copy=False)
    if not direct:
        out[...] = target
    return out
