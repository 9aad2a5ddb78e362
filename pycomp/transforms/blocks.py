"""DCT of the square blocks of pictures, fused with what image codecs do around it.

The picture is read once: padding, level shift, transform, quantisation and zigzag order happen on strips of
blocks that stay in the innermost cache (csrc/mt/dct_picture.c). Two arithmetics:

- floating point, any block size: orthonormal coefficients, as ``scipy.fft.dctn(block, norm="ortho")``;
- integers, 8 x 8: the transform of the JPEG reference implementation, bit for bit (Loeffler, Ligtenberg and
  Moschytz 1989 with 13-bit constants), for int8, uint8 and int16 pictures.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import dct as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["block_dct", "block_idct", "zigzag_order"]

SIZES = (4, 8, 16, 32, 64)
_FIXED = ("uint8", "int8", "int16")  # samples of the integer transform


def block_dct(
    image: ArrayLike,
    size: int = 8,
    *,
    level_shift: float = 0,
    qtable: ArrayLike | None = None,
    zigzag: bool = False,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    threads: int = 1,
) -> NDArray[Any]:
    """Two-dimensional DCT-II of every block of a picture.

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, C)
        uint8, int8, uint16, int16, float32 or float64; other types are converted to float64 first. Read once
        through its strides, whatever they are (but an array whose items are misaligned or of foreign byte
        order is copied). Where H or W is no multiple of *size*, the last row or column is repeated.
    size : {4, 8, 16, 32, 64}
        Side of a block.
    level_shift : float
        Subtracted from each sample first: 128 for JPEG.
    qtable : array_like, shape (size, size) or (C, size, size), optional
        Quantiser steps in natural order, positive. Coefficients are divided by them and rounded to the
        nearest int16 (ties to even; in integer arithmetic away from zero, as JPEG encoders do). Values beyond
        int16 are limited to its range, NaN becomes -32768. Integer arithmetic needs whole steps below 65536.
    zigzag : bool
        Give each block as a line of size * size numbers along the zigzag scan of ITU T.81, figure 5.
    dtype : {float32, float64, int16}, optional
        The arithmetic. int16 is the JPEG integer transform, for *size* 8 and samples of at most 16 bits;
        without *qtable* its coefficients are 8 times the orthonormal ones, as the reference leaves them to
        its quantiser (a table of ones makes those that :func:`block_idct` takes without a table), and they
        wrap around for samples of more than 10 bits after the shift. Default: int16 where it is possible
        (uint8, int8, int16 and size 8), float64 for float64, float32 for the rest.
    out : ndarray, optional
        Where to write: right shape and dtype, each block contiguous and aligned; must not overlap *image*.
    threads : int
        How many threads share the work; the result does not depend on it.

    Returns
    -------
    ndarray, shape (rows, columns, size, size) or (rows, columns, C, size, size)
        With *zigzag* the last axis is one of size * size. rows is ceil(H / size), columns ceil(W / size).
        int16 with *qtable* or in integer arithmetic, else the floating-point type.

    Raises
    ------
    TypeError
        *image* is not numeric, or *dtype* does not go with it.
    ValueError
        Wrong rank, size, table or *out*, with the offending value.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.add.outer(np.arange(16), np.arange(24)).astype(np.uint8)
    >>> block_dct(picture, level_shift=128).shape
    (2, 3, 8, 8)
    >>> table = np.full((8, 8), 16)
    >>> block_dct(picture, level_shift=128, qtable=table, zigzag=True)[0, 0, :6]
    array([-61,  -1,  -1,   0,   0,   0], dtype=int16)
    >>> block_dct(picture.astype(np.float32))[0, 0, 0, :2].round(3)
    array([ 56.   , -18.222], dtype=float32)
    """
    size = _check_size(size)
    array = _as_samples(image)
    if array.ndim not in (2, 3):
        raise ValueError(f"image has shape {array.shape}; it must be (H, W) or (H, W, C)")
    work = _arithmetic(array.dtype, size, dtype)
    result_type = np.dtype(np.int16) if qtable is not None else work
    rows, columns = -(-array.shape[0] // size), -(-array.shape[1] // size)
    block = (size * size,) if zigzag else (size, size)
    shape = (rows, columns, *array.shape[2:], *block)
    if out is None:
        out = np.empty(shape, result_type)
    else:
        fitting(out, shape, result_type, "block_dct", apart=[array])
        if out.size and not _whole_blocks(out, len(block)):
            raise ValueError(f"block_dct: the numbers of a block of out are apart (strides {out.strides})")
    if array.dtype == np.float64 and work == np.float32:
        array = array.astype(np.float32)
    elif work == np.float64 and array.dtype != np.float64:
        array = array.astype(np.float64)
    threads = resolve(threads)
    tables = _tables(qtable, size, array.shape[2:])
    quantised_float64 = work == np.float64 and qtable is not None
    for channel, table in enumerate(tables):
        picture = array[..., channel] if array.ndim == 3 else array
        blocks = out[:, :, channel] if array.ndim == 3 else out
        if quantised_float64:  # rare: rounded by numpy, block by block in float64
            exact = _coefficients(picture, size, level_shift, table, zigzag, work, threads)
            blocks[...] = np.nan_to_num(np.clip(np.rint(exact), -32768, 32767), nan=-32768)
            continue
        plan = _plan(True, size, work, picture.dtype, result_type, level_shift, table, zigzag)
        plan.run(True, picture, blocks, threads)
    return out


def block_idct(
    coefficients: ArrayLike,
    size: int = 8,
    *,
    shape: tuple[int, int] | None = None,
    level_shift: float = 0,
    qtable: ArrayLike | None = None,
    zigzag: bool = False,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    threads: int = 1,
) -> NDArray[Any]:
    """The picture whose :func:`block_dct` *coefficients* are: dequantisation, inverse DCT, level shift.

    Parameters
    ----------
    coefficients : array_like, shape (rows, columns[, C], size, size), or size * size at the end with *zigzag*
        int16, float32 or float64. int16 with *size* 8 uses the JPEG reference's integer transform, to which
        *coefficients* times *qtable* are on the orthonormal scale; other int16 blocks use float32.
    size : {4, 8, 16, 32, 64}
        Side of a block.
    shape : (H, W), optional
        The picture's, to cut the padding off; default (rows * size, columns * size).
    level_shift : float
        Added to each sample at the end.
    qtable : array_like, shape (size, size) or (C, size, size), optional
        Steps that coefficients are multiplied by.
    zigzag : bool
        Blocks are lines along the zigzag scan.
    dtype : dtype, optional
        Of the picture: uint8, int8, uint16, int16, float32; samples are rounded (half up) and limited to the
        range of an integer type. Default: int16 from the integer transform, else the floating-point type.
        With ``level_shift=128, dtype=numpy.uint8`` the samples are those of the reference decoder.
    out : ndarray, optional
        Where to write: the right shape and dtype, any strides; must not overlap *coefficients*.
    threads : int
        How many threads share the work.

    Returns
    -------
    ndarray, shape (H, W) or (H, W, C)

    Raises
    ------
    TypeError
        *coefficients* are not int16 or floating point, or *dtype* is not among those above.
    ValueError
        Wrong rank, size, shape, table or *out*, with the offending value.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.random.default_rng(1).integers(0, 256, (20, 30)).astype(np.float32)
    >>> blocks = block_dct(picture, 16, level_shift=128)
    >>> back = block_idct(blocks, 16, shape=picture.shape, level_shift=128)
    >>> float(abs(back - picture).max()) < 1e-3
    True
    """
    size = _check_size(size)
    array = np.asarray(coefficients)
    if array.dtype not in (np.int16, np.float32, np.float64):
        raise TypeError(f"coefficients are {array.dtype}; they must be int16, float32 or float64")
    tail = 1 if zigzag else 2
    block = (size * size,) if zigzag else (size, size)
    if array.ndim not in (2 + tail, 3 + tail) or array.shape[-tail:] != block:
        raise ValueError(
            f"coefficients have shape {array.shape}; it must end in {block} after rows and columns"
        )
    if not array.dtype.isnative or not array.flags.aligned or not _whole_blocks(array, tail):
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    rows, columns = array.shape[:2]
    try:
        height, width = map(int, (rows * size, columns * size) if shape is None else shape)
    except (TypeError, ValueError):
        raise ValueError(f"shape is {shape!r}, not the two lengths of a picture") from None
    if (-(-height // size), -(-width // size)) != (rows, columns) and height * width + rows * columns:
        raise ValueError(f"shape {(height, width)} is not that of {rows} x {columns} blocks of {size}")
    fixed = array.dtype == np.int16 and size == 8
    work = np.dtype(np.int16) if fixed else np.dtype(np.float64 if array.dtype == np.float64 else np.float32)
    result_type = work if dtype is None else np.dtype(dtype)
    if isinstance(out, np.ndarray):
        if dtype is not None and result_type != out.dtype:
            raise ValueError(f"dtype is {result_type}, out is {out.dtype}")
        result_type = out.dtype
    if result_type.name not in _native.SAMPLES or (fixed and result_type.name not in _FIXED):
        raise TypeError(
            f"samples of {result_type} cannot be had from {array.dtype} coefficients of size {size}"
        )
    if (result_type == np.float64) != (work == np.float64):
        raise TypeError(f"float64 samples and float64 coefficients go together, not {result_type}, {work}")
    channels = array.shape[2:-tail]
    full = (height, width, *channels)
    if out is None:
        out = np.empty(full, result_type)
    else:
        fitting(out, full, result_type, "block_idct", apart=[array])
    threads = resolve(threads)
    for channel, table in enumerate(_tables(qtable, size, channels)):
        picture = out[..., channel] if channels else out
        blocks = array[:, :, channel] if channels else array
        plan = _plan(False, size, work, result_type, array.dtype, level_shift, table, zigzag)
        plan.run(False, blocks, picture, threads)
    return out


def zigzag_order(size: int = 8) -> NDArray[np.uint16]:
    """Where the numbers of a zigzag line come from: row * size + column, for each position.

    >>> zigzag_order(4).tolist()
    [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15]
    """
    return _zigzag(_check_size(size)).copy()


# -- Arguments ------------------------------------------------------------------------------------------


def _check_size(size: int) -> int:
    if size not in SIZES:
        raise ValueError(f"size is {size!r}; blocks have 4, 8, 16, 32 or 64 samples a side")
    return int(size)


def _as_samples(image: ArrayLike) -> NDArray[Any]:
    array = np.asarray(image)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"image is {array.dtype}; it must be of real numbers")
    if array.dtype.name not in _native.SAMPLES:
        return array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    if not array.dtype.isnative or not array.flags.aligned:
        return array.astype(array.dtype.newbyteorder("="))
    return array


def _arithmetic(samples: np.dtype[Any], size: int, asked: DTypeLike | None) -> np.dtype[Any]:
    """int16, float32 or float64."""
    possible = size == 8 and samples.name in _FIXED
    if asked is None:
        return np.dtype(np.int16 if possible else np.float64 if samples == np.float64 else np.float32)
    work = np.dtype(asked)
    if work.name not in ("int16", "float32", "float64"):
        raise TypeError(f"dtype is {work}; the arithmetic is int16, float32 or float64")
    if work == np.int16 and not possible:
        raise TypeError(
            f"the integer transform is for 8 x 8 blocks of {', '.join(_FIXED)}, not {size}, {samples}"
        )
    return work


def _whole_blocks(array: NDArray[Any], tail: int) -> bool:
    """Whether the numbers of each block are contiguous."""
    step = array.itemsize
    for n, stride in zip(array.shape[: -tail - 1 : -1], array.strides[: -tail - 1 : -1], strict=True):
        if stride != step:
            return False
        step *= n
    return True


def _tables(qtable: ArrayLike | None, size: int, channels: tuple[int, ...]) -> list[tuple[float, ...] | None]:
    """One table a channel, as tuples that a cache can hold."""
    count = channels[0] if channels else 1
    if qtable is None:
        return [None] * count
    table = np.asarray(qtable)
    if table.dtype.kind not in "iuf" or table.shape not in ((size, size), (*channels, size, size)):
        raise ValueError(f"qtable has shape {table.shape} and dtype {table.dtype}; {(size, size)} is needed")
    wrong = ~(np.isfinite(table) & (table > 0))
    if wrong.any():
        raise ValueError(f"qtable has steps that are not positive and finite: {table[wrong][:4]}")
    if table.ndim == 2:
        return [tuple(table.reshape(-1).tolist())] * count
    return [tuple(one.reshape(-1).tolist()) for one in table]


@functools.lru_cache(maxsize=16)
def _zigzag(size: int) -> NDArray[np.uint16]:
    order = np.empty(size * size, np.uint16)
    _native.zigzag(size, order)
    return order


def _scales(size: int) -> NDArray[np.float64]:
    """Factors that make the plain sums orthonormal; the matrix is orthogonal, so both ways are alike."""
    scale = np.full(size, math.sqrt(2 / size))
    scale[0] = math.sqrt(1 / size)
    return np.outer(scale, scale)


@functools.lru_cache(maxsize=64)
def _plan(
    forward: bool,
    size: int,
    work: np.dtype[Any],
    samples: np.dtype[Any],
    stored: np.dtype[Any],
    shift: float,
    table: tuple[float, ...] | None,
    zigzag: bool,
) -> _native.BlockPlan:
    factors = steps = None
    if not math.isfinite(shift):
        raise ValueError(f"level_shift is {shift}")
    if work == np.int16:
        if shift != int(shift) or not -32768 <= shift <= 32767:
            raise ValueError(f"level_shift is {shift}; the integer transform takes whole numbers of 16 bits")
        if table is not None:
            if any(q != int(q) or q > 65535 for q in table):
                raise ValueError("qtable: the integer transform takes whole steps below 65536")
            steps = np.array(table, np.uint16)
    else:
        quantiser = np.ones((size, size)) if table is None else np.array(table, float).reshape(size, size)
        scale = _scales(size)
        factors = (scale / quantiser if forward else scale * quantiser).astype(work)
    order = _zigzag(size) if zigzag else None
    return _native.BlockPlan(
        size, work == np.int16, samples.name, stored.name, float(shift), factors, steps, order
    )


def _coefficients(
    picture: NDArray[Any], size: int, shift: float, table: tuple[float, ...] | None, zigzag: bool,
    work: np.dtype[Any], threads: int,
) -> NDArray[Any]:  # fmt: skip
    rows, columns = -(-picture.shape[0] // size), -(-picture.shape[1] // size)
    result = np.empty((rows, columns, *((size * size,) if zigzag else (size, size))), work)
    _plan(True, size, work, picture.dtype, work, shift, table, zigzag).run(True, picture, result, threads)
    return result
