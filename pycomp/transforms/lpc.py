"""Linear prediction: samples less a weighted sum of those before them, in FLAC's integers, exactly undone.

From samples to coefficients: :func:`window`, :func:`autocorrelation`, :func:`levinson`, :func:`quantise`.
With coefficients: :func:`residual` and :func:`restore`; :data:`FIXED` are FLAC's fixed predictors. All at
once and block by block: :func:`encode` chooses the predictor whose residual takes the fewest bits in Rice
codes, :func:`decode` undoes it.

The prediction of ``x[i]`` is ``sum(c[j] * x[i - 1 - j]) >> shift``, the sum exact, the shift towards minus
infinity (RFC 9639, 9.2.6). Residuals are int32, modulo 2^32, so whatever the coefficients and however wild
the samples, int16 and int32 come back exactly. Sources: Makhoul, "Linear prediction: a tutorial review",
1975; RFC 9639.

Arrays work along their last axis, all axes before it being a batch; input that is not C-contiguous is copied
first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import lpc as _native
from pycomp._threads import resolve
from pycomp.errors import CorruptError
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FIXED",
    "Blocks",
    "autocorrelation",
    "decode",
    "encode",
    "levinson",
    "quantise",
    "residual",
    "restore",
    "window",
]

FIXED: tuple[tuple[int, ...], ...] = ((), (1,), (2, -1), (3, -3, 1), (4, -6, 4, -1))
"""FLAC's fixed predictors of order 0 to 4, with a shift of 0: differences of that order."""


@dataclass(frozen=True)
class Blocks:
    """What :func:`encode` made: a residual, and each block's predictor.

    A line of n samples has ceil(n / block_size) blocks, the last one short; the first ``order`` residuals of
    a block are its samples themselves.
    """

    residual: NDArray[np.int32]
    """Of the samples' shape (..., n)."""
    order: NDArray[np.uint8]
    """Coefficients in use, of shape (..., blocks)."""
    shift: NDArray[np.uint8]
    """0 for the fixed predictors, else 0 to 15; (..., blocks)."""
    coefficients: NDArray[np.int16]
    """Zeros from ``order`` on; (..., blocks, most)."""
    bits: NDArray[np.uint64]
    """An estimate of the block in Rice codes, coefficients and first samples included; (..., blocks)."""
    block_size: int
    dtype: np.dtype[Any]
    """The samples', int16 or int32."""
    sample_bits: int
    """That every sample fits, sign included: narrow sums take half the time."""


def _order(order: int, where: str, least: int = 0) -> int:
    if not least <= order <= _native.MAX_ORDER:
        raise ValueError(f"lpc.{where}: order {order} is not in {least}..{_native.MAX_ORDER}")
    return int(order)


def _precision(precision: int, where: str) -> int:
    low, high = _native.PRECISIONS
    if not low <= precision <= high:
        raise ValueError(f"lpc.{where}: precision {precision} is not in {low}..{high}")
    return int(precision)


def _window(name: str, where: str) -> int:
    if name not in _native.WINDOWS:
        raise ValueError(
            f"lpc.{where}: window {name!r} is unknown; choose one of {', '.join(_native.WINDOWS)}"
        )
    return _native.WINDOWS[name]


def _lines(shape: tuple[int, ...]) -> int:
    return math.prod(shape[:-1])


def window(name: str, n: int) -> NDArray[np.float64]:
    """Weights of a ``"rectangular"``, ``"hann"``, ``"tukey"`` or ``"welch"`` window of n samples.

    Symmetric, and the same to the last bit on every platform. Tukey's tapers a quarter at each end.

    :raises ValueError: if the name is another, or n is negative.

    >>> from pycomp.transforms import lpc
    >>> lpc.window("welch", 5)
    array([0.  , 0.75, 1.  , 0.75, 0.  ])
    """
    kind = _window(name, "window")
    if n < 0:
        raise ValueError(f"lpc.window: n {n} is negative")
    weights = np.empty(n)
    _native.weights(kind, weights)
    return weights


def autocorrelation(x: ArrayLike, order: int, *, window: str = "rectangular") -> NDArray[np.float64]:
    """Sums of ``x[i] * x[i - lag]`` for lags 0 to *order*, of windowed lines.

    Parameters
    ----------
    x : array_like
        Real numbers, of shape (..., n).
    order : int
        0 to 32.
    window : str
        See :func:`window`.

    Returns
    -------
    ndarray of float64, shape (..., order + 1)

    Raises
    ------
    TypeError, ValueError
        Complex input or a scalar; a bad order or window.

    Examples
    --------
    >>> from pycomp.transforms import lpc
    >>> lpc.autocorrelation([1, 2, 3], 2)
    array([14.,  8.,  3.])
    """
    values = np.asarray(x)
    if values.dtype.kind not in "iufb":
        raise TypeError(f"lpc.autocorrelation: elements of dtype {values.dtype} are no real numbers")
    if values.ndim == 0:
        raise ValueError("lpc.autocorrelation: a single number has no axis to run along")
    order, kind, n = _order(order, "autocorrelation"), _window(window, "autocorrelation"), values.shape[-1]
    lines = _lines(values.shape)
    padded = np.zeros((lines, _native.MAX_ORDER + n + _native.PAD))
    weights = np.empty(n)
    _native.weights(kind, weights)
    flat = values.reshape(lines, n)
    np.multiply(flat, weights, out=padded[:, _native.MAX_ORDER : _native.MAX_ORDER + n])
    r = np.empty((*values.shape[:-1], order + 1))
    _native.autocorrelate(padded, lines, n, order + 1, r)
    return r


def levinson(r: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The coefficients that predict best, from autocorrelations, by Levinson's and Durbin's recursion.

    Parameters
    ----------
    r : array_like, shape (..., order + 1)
        Lags 0 to order, at most 32.

    Returns
    -------
    coefficients : ndarray of float64, shape (..., order)
        The solution of the Toeplitz system ``sum(c[j] * r[|i - j|]) = r[i + 1]``. A line that is predicted
        without error by fewer (or is all zeros) has 0 for the rest.
    errors : ndarray of float64, shape (..., order + 1)
        What is left of ``r[0]`` with 0, 1 ... order coefficients.

    Raises
    ------
    ValueError
        No lag at all, or more than 33.

    Examples
    --------
    >>> from pycomp.transforms import lpc
    >>> coefficients, errors = lpc.levinson([1.0, 0.5, 0.25])
    >>> coefficients, errors
    (array([0.5, 0. ]), array([1.  , 0.75, 0.75]))
    """
    values = np.ascontiguousarray(r, np.float64)
    if np.ndim(r) == 0 or not values.shape[-1]:
        raise ValueError(f"lpc.levinson: r of shape {np.shape(r)} has no lag 0")
    order = _order(values.shape[-1] - 1, "levinson")
    coefficients, errors = np.empty((*values.shape[:-1], order)), np.empty(values.shape)
    _native.levinson(values, _lines(values.shape), order, coefficients, errors)
    return coefficients, errors


def quantise(coefficients: ArrayLike, *, precision: int = 14) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Coefficients as integers of *precision* bits times 2^-shift, for each line along the last axis.

    The shift is the largest, up to 15, at which the largest fits; the error of each rounding is carried to
    the next. What does not fit even without a shift is limited to what does.

    Parameters
    ----------
    coefficients : array_like of finite numbers, shape (..., order)
        At most 32 each.
    precision : int
        5 to 15 bits, sign included.

    Returns
    -------
    coefficients : ndarray of int16, shape (..., order)
    shift : ndarray of uint8, shape (...)

    Raises
    ------
    ValueError
        A bad precision, too many coefficients, or one that is not finite.

    Examples
    --------
    >>> from pycomp.transforms import lpc
    >>> lpc.quantise([1.75, -0.5], precision=8)
    (array([112, -32], dtype=int16), array(6, dtype=uint8))
    """
    values = np.ascontiguousarray(coefficients, np.float64)
    if np.ndim(coefficients) == 0:
        raise ValueError("lpc.quantise: a single number is no line of coefficients")
    if not np.isfinite(values).all():
        raise ValueError(f"lpc.quantise: a coefficient is {values[~np.isfinite(values)][0]}")
    order, precision = _order(values.shape[-1], "quantise"), _precision(precision, "quantise")
    out, shifts = np.empty(values.shape, np.int16), np.empty(values.shape[:-1], np.uint8)
    _native.quantise(values, _lines(values.shape), order, precision, out, shifts)
    return out, shifts


def _samples(x: ArrayLike, where: str, *, dtypes: str = "int16 or int32") -> NDArray[Any]:
    values = np.asarray(x)
    if values.dtype not in ((np.int32,) if dtypes == "int32" else (np.int16, np.int32)):
        raise TypeError(f"lpc.{where}: elements of dtype {values.dtype} are not {dtypes}")
    if values.ndim == 0:
        raise ValueError(f"lpc.{where}: a single number has no axis to run along")
    return np.require(values, None, ["C", "A"])


def _target(
    out: NDArray[Any] | None, shape: tuple[int, ...], dtype: Any, source: NDArray[Any], where: str
) -> NDArray[Any]:
    if out is None:
        return np.empty(shape, dtype)
    return fitting(out, shape, np.dtype(dtype), f"lpc.{where}", apart=[source], contiguous=True)


def _given(
    coefficients: ArrayLike, shift: ArrayLike, shape: tuple[int, ...], where: str
) -> tuple[NDArray[np.int16], NDArray[np.uint8], NDArray[np.uint8]]:
    """Coefficients and shifts of each line, as one block a line; no block where the lines are empty."""
    wide, counts = np.asarray(coefficients), np.asarray(shift)
    if not wide.size:
        wide = wide.astype(np.int16)  # () is an array of floats
    for values, low, high, what in (
        (wide, -(1 << 14), (1 << 14) - 1, "coefficient"),
        (counts, 0, _native.MAX_SHIFT, "shift"),
    ):
        if values.dtype.kind not in "iu":
            raise TypeError(f"lpc.{where}: {what}s of dtype {values.dtype}; they are integers")
        bad = values[(values < low) | (values > high)]
        if bad.size:
            raise ValueError(f"lpc.{where}: {what} {bad.flat[0]} is not in {low}..{high}")
    if wide.ndim == 0:
        raise ValueError(f"lpc.{where}: a single number is no line of coefficients")
    order = _order(wide.shape[-1], where)
    batch = shape[:-1] if shape[-1] else (0,)
    coefs = np.array(np.broadcast_to(wide, (*batch, order)), np.int16, order="C")
    shifts = np.array(np.broadcast_to(counts, batch), np.uint8, order="C")
    return coefs, shifts, np.full(batch, order, np.uint8)


_NONE = np.empty(0, np.uint8)


def residual(
    x: ArrayLike,
    coefficients: ArrayLike,
    shift: ArrayLike = 0,
    *,
    out: NDArray[np.int32] | None = None,
    threads: int | None = 1,
) -> NDArray[np.int32]:
    """Each sample less its prediction, modulo 2^32; the first ``order`` of a line are the samples themselves.

    Parameters
    ----------
    x : array_like
        int16 or int32, of shape (..., n).
    coefficients : array_like of int, shape (..., order)
        At most 32, of 15 bits; one line for all, or as many as *x* has.
    shift : array_like of int, shape (...)
        0 to 15.
    out : ndarray, optional
        Where to: C-contiguous, apart from *x*.
    threads : int, optional
        Threads that share the lines. None: all cores.

    Returns
    -------
    ndarray of int32, shape (..., n)

    Raises
    ------
    TypeError, ValueError
        Samples of other dtypes, coefficients or shifts out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import lpc
    >>> squares = np.arange(8, dtype=np.int16) ** 2
    >>> lpc.residual(squares, lpc.FIXED[2])
    array([0, 1, 2, 2, 2, 2, 2, 2], dtype=int32)
    >>> lpc.restore(lpc.residual(squares, lpc.FIXED[2]), lpc.FIXED[2], dtype=np.int16)
    array([ 0,  1,  4,  9, 16, 25, 36, 49], dtype=int16)
    """
    values = _samples(x, "residual")
    coefs, shifts, orders = _given(coefficients, shift, values.shape, "residual")
    out = _target(out, values.shape, np.int32, values, "residual")
    n, bits = values.shape[-1], 8 * values.itemsize
    shape, sizes = (_lines(values.shape), n, max(n, 1)), (values.itemsize, bits, coefs.shape[-1])
    _native.run(
        _native.RESIDUAL, values, out, shape, orders, shifts, coefs, _NONE, sizes, (0, 0, 0), resolve(threads)
    )
    return out


def restore(
    residual: ArrayLike,
    coefficients: ArrayLike,
    shift: ArrayLike = 0,
    *,
    dtype: Any = np.int32,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The samples of :func:`residual`, as int16 or int32; a recurrence, so a line is one thread's work.

    Sixteen lines and more are restored side by side. Parameters and errors are those of :func:`residual`.
    """
    values = _samples(residual, "restore", dtypes="int32")
    result = np.dtype(dtype)
    if result not in (np.int16, np.int32):
        raise TypeError(f"lpc.restore: dtype {result} is not int16 or int32")
    coefs, shifts, orders = _given(coefficients, shift, values.shape, "restore")
    out = _target(out, values.shape, result, values, "restore")
    n = values.shape[-1]
    shape, sizes = (
        (_lines(values.shape), n, max(n, 1)),
        (result.itemsize, 8 * result.itemsize, coefs.shape[-1]),
    )
    _native.run(
        _native.RESTORE, out, values, shape, orders, shifts, coefs, _NONE, sizes, (0, 0, 0), resolve(threads)
    )
    return out


def encode(
    x: ArrayLike,
    *,
    block_size: int = 4096,
    max_order: int = 8,
    precision: int = 14,
    window: str = "tukey",
    threads: int | None = 1,
) -> Blocks:
    """The best predictor of each block and its residual.

    Candidates are the fixed predictors and, of the orders up to *max_order* that Levinson solves, the one
    whose error promises the fewest bits; the least Rice code of the residual decides, coefficients included.

    Parameters
    ----------
    x : array_like of int16 or int32, shape (..., n)
        Samples; axes before the last are channels or any batch.
    block_size : int
        Samples of a block.
    max_order : int
        0 (fixed predictors only) to 32.
    precision : int
        Bits of a coefficient, 5 to 15.
    window : str
        Of the autocorrelation; see :func:`window`.
    threads : int, optional
        Threads that share the blocks. None: all cores.

    Returns
    -------
    Blocks
        The same on every machine and number of threads.

    Raises
    ------
    TypeError, ValueError
        Samples of other dtypes, or an option out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import lpc
    >>> tone = (8000 * np.sin(np.arange(10000) / 20)).astype(np.int16)
    >>> blocks = lpc.encode(tone)
    >>> blocks.order, bool(np.abs(blocks.residual[100:4000]).max() < 10)
    (array([8, 8, 7], dtype=uint8), True)
    >>> bool((lpc.decode(blocks) == tone).all())
    True
    """
    values = _samples(x, "encode")
    if not 1 <= block_size < 1 << 32:
        raise ValueError(f"lpc.encode: block_size {block_size} is not in 1..{(1 << 32) - 1}")
    max_order, precision = _order(max_order, "encode"), _precision(precision, "encode")
    kind, n = _window(window, "encode"), values.shape[-1]
    size = min(block_size, max(n, 1))
    places = (*values.shape[:-1], -(-n // size))
    bits = 8 * values.itemsize
    if values.itemsize == 4 and values.size:
        ends = int(values.min()), int(values.max())
        bits = max((~v if v < 0 else v).bit_length() for v in ends) + 1
    most = max(max_order, len(FIXED) - 1)
    orders, shifts, costs = (
        np.empty(places, np.uint8),
        np.empty(places, np.uint8),
        np.empty(places, np.uint64),
    )
    coefs, out = np.empty((*places, most), np.int16), np.empty(values.shape, np.int32)
    shape, sizes = (_lines(values.shape), n, size), (values.itemsize, bits, most)
    settings, count = (max_order, precision, kind), resolve(threads)
    _native.run(_native.CHOOSE, values, _NONE, shape, orders, shifts, coefs, costs, sizes, settings, count)
    _native.run(_native.RESIDUAL, values, out, shape, orders, shifts, coefs, _NONE, sizes, settings, count)
    return Blocks(out, orders, shifts, coefs, costs, block_size, values.dtype, bits)


def decode(blocks: Blocks, *, out: NDArray[Any] | None = None, threads: int | None = 1) -> NDArray[Any]:
    """The samples that :func:`encode` was given, exactly, in *out* if it is given (C-contiguous).

    :raises CorruptError: if an order exceeds the coefficients there are, or a shift exceeds 15.
    :raises ValueError: if the arrays, or ``sample_bits``, do not fit each other.
    """
    values = _samples(blocks.residual, "decode", dtypes="int32")
    n, dtype = values.shape[-1], np.dtype(blocks.dtype)
    if dtype not in (np.int16, np.int32):
        raise TypeError(f"lpc.decode: dtype {dtype} is not int16 or int32")
    if blocks.block_size < 1:
        raise ValueError(f"lpc.decode: block_size {blocks.block_size} is not positive")
    size = min(blocks.block_size, max(n, 1))
    places = (*values.shape[:-1], -(-n // size))
    most = blocks.coefficients.shape[-1]
    for name, shape in (("order", places), ("shift", places), ("coefficients", (*places, most))):
        if getattr(blocks, name).shape != shape:
            raise ValueError(f"lpc.decode: {name} has shape {getattr(blocks, name).shape}, not {shape}")
    if not 1 <= blocks.sample_bits <= 8 * dtype.itemsize:
        raise ValueError(f"lpc.decode: sample_bits {blocks.sample_bits} is not in 1..{8 * dtype.itemsize}")
    for name, most_of_it in (("order", most), ("shift", _native.MAX_SHIFT)):
        given = np.asarray(getattr(blocks, name))
        if given.size and not 0 <= given.min() <= given.max() <= most_of_it:
            wrong = given[(given < 0) | (given > most_of_it)].flat[0]
            raise CorruptError(f"lpc.decode: a block has {name} {wrong}, which is not in 0..{most_of_it}")
    out = _target(out, values.shape, dtype, values, "decode")
    _native.run(
        _native.RESTORE,
        out,
        values,
        (_lines(values.shape), n, size),
        np.ascontiguousarray(blocks.order, np.uint8),
        np.ascontiguousarray(blocks.shift, np.uint8),
        np.ascontiguousarray(blocks.coefficients, np.int16),
        _NONE,
        (dtype.itemsize, blocks.sample_bits, most),
        (0, 0, 0),
        resolve(threads),
    )
    return out
