"""Motion between pictures: block matching, and the prediction its vectors make.

A picture is cut into square blocks from its top left corner. For each block :func:`search` looks for the
place in the reference picture that differs least; :func:`compensate` puts the reference together again by
the vectors found, and :func:`residual` is what then is left to be coded.

**Vectors** are (down, right), numpy's order of axes, in samples: the block at row y and column x resembles
what the reference has at (y + down, x + right). **Edges**: samples beyond a picture are those of its
nearest row and column, in the reference and in blocks that the right and bottom edges cut alike.
**Fractions**, with ``subpel``, are quarters of a sample, between samples by rounded bilinear interpolation.

Pictures are read through their strides. Results are the same for every instruction set and number of threads:
bands of eight rows of blocks are searched by themselves, so the vectors above a band's first row are not
among its predictions. All methods are from the literature of 1995 to 2002; nothing here is known to be
under patent.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pycomp._native import motion as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["MotionField", "compensate", "residual", "search"]


class MotionField(NamedTuple):
    """What :func:`search` found: one entry a block, of shape (..., blocks down, blocks across).

    ``vectors`` has one more axis, (down, right): int16 samples, or float32 multiples of 1/4 with ``subpel``.
    ``costs`` is int64: the metric at each vector, without the rate's part.
    """

    vectors: NDArray[Any]
    costs: NDArray[np.int64]


def _pictures(array: ArrayLike, block: int, name: str, where: str) -> NDArray[Any]:
    """The array as a stack of pictures."""
    pictures = np.asarray(array)
    if pictures.dtype not in (np.uint8, np.uint16) or not pictures.dtype.isnative:
        raise TypeError(f"{where}: {name} has dtype {pictures.dtype.str}, not uint8 or native uint16")
    if pictures.ndim not in (2, 3):
        raise ValueError(
            f"{where}: {name} of shape {pictures.shape} is no picture (H, W) nor a stack of them"
        )
    if not 4 <= block <= _native.MAX_BLOCK or block % 4:
        raise ValueError(f"{where}: block {block} is not a multiple of 4 from 4 to {_native.MAX_BLOCK}")
    if min(pictures.shape[-2:]) < block:
        raise ValueError(f"{where}: block {block} is larger than the {name}, {pictures.shape[-2:]}")
    return pictures if pictures.ndim == 3 else pictures[np.newaxis]


def _grid(pictures: NDArray[Any], block: int) -> tuple[int, int, int]:
    count, height, width = pictures.shape
    return count, -(-height // block), -(-width // block)


def search(
    frame: ArrayLike,
    reference: ArrayLike,
    block: int = 16,
    radius: int = 16,
    method: str = "hex",
    metric: str = "sad",
    subpel: bool = False,
    *,
    rate: float = 0.0,
    threads: int | None = 1,
) -> MotionField:
    """Where each block of a picture comes from.

    Parameters
    ----------
    frame, reference : array_like of uint8 or uint16
        (H, W), or (N, H, W): picture i is sought in reference i. For the steps of a video, pass ``video[1:]``
        and ``video[:-1]``.
    block : int
        Height and width of blocks: a multiple of 4, up to 64.
    radius : int
        The furthest that either component of a vector may reach, in samples, up to 1024.
    method : {"hex", "diamond", "full", "pyramid"}
        "hex" and "diamond" walk downhill from predictions: no motion, the neighbours' vectors, their median.
        "pyramid" gets further predictions from a search of the pictures at a quarter and half of their
        resolution, for large motion. "full" finds the least of all (2 radius + 1)^2 places.
    metric : {"sad", "ssd", "satd"}
        Sum of absolute differences, of squares, or half that of the absolute values of 4 x 4 Walsh-Hadamard
        transforms.
    subpel : bool
        Refine to halves and then quarters of a sample.
    rate : float
        What a bit of the vector's difference from the median prediction costs in units of the metric, in
        steps of 1/256; the bits are those of signed Exp-Golomb codes. Smooths the field.
    threads : int, optional
        Threads among which bands of blocks are shared. None: all cores.

    Returns
    -------
    MotionField
        (vectors, costs). Of places with equal cost the shortest vector, |down| + |right|, is taken, then the
        one with the smaller down, then right.

    Raises
    ------
    TypeError
        Samples that are not uint8 or uint16.
    ValueError
        Pictures that differ in shape or dtype or are smaller than a block, a bad block, radius (also one
        beyond the picture's longer side), method, metric, rate or number of threads.

    Notes
    -----
    Diamonds: Zhu and Ma 2000; hexagons: Zhu, Lin and Chau 2002; the full search leaves out places that cannot
    win by the sums of their quarters (Li and Salari 1995; Gao, Duanmu and Zou 2000), and still finds the
    exact minimum.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import motion
    >>> y, x = np.mgrid[:64, :64]
    >>> before = (128 + 60 * np.sin(x / 5) * np.cos(y / 7)).astype(np.uint8)
    >>> after = np.roll(before, (2, -3), axis=(0, 1))
    >>> vectors, costs = motion.search(after, before, radius=8)
    >>> vectors[1, 1], costs[1, 1]
    (array([-2,  3], dtype=int16), np.int64(0))
    """
    now = _pictures(frame, block, "frame", "motion.search")
    then = _pictures(reference, block, "reference", "motion.search")
    if now.shape != then.shape or np.ndim(frame) != np.ndim(reference) or now.dtype != then.dtype:
        raise ValueError(
            f"motion.search: the frame is {now.dtype} of shape {np.shape(frame)}, "
            f"the reference {then.dtype} of shape {np.shape(reference)}"
        )
    radius, longest = operator.index(radius), min(max(now.shape[1:]), _native.MAX_RADIUS)
    if not 0 <= radius <= longest:
        raise ValueError(f"motion.search: radius {radius} is not in 0..{longest}")
    if method not in _native.METHODS:
        raise ValueError(f"motion.search: method {method!r} is none of {', '.join(_native.METHODS)}")
    if metric not in _native.METRICS:
        raise ValueError(f"motion.search: metric {metric!r} is none of {', '.join(_native.METRICS)}")
    if not 0 <= rate < 1 << 20:
        raise ValueError(f"motion.search: rate {rate} is not in 0..{(1 << 20) - 1}")
    grid = _grid(now, block)
    found = np.empty((*grid, 2), np.int32)
    costs = np.empty(grid, np.uint64)
    _native.search(
        now,
        then,
        found,
        costs,
        block,
        radius,
        _native.METRICS[metric],
        _native.METHODS[method],
        subpel,
        round(rate * 256),
        resolve(threads),
    )
    vectors = found.astype(np.float32) / _native.QUARTERS if subpel else found.astype(np.int16)
    first = 3 - np.ndim(frame)  # a single picture has no axis of pictures
    return MotionField(vectors[0] if first else vectors, (costs[0] if first else costs).view(np.int64))


def _quarters(vectors: ArrayLike, shape: tuple[int, ...], where: str) -> NDArray[np.int32]:
    """Vectors of the given shape in quarters of a sample."""
    values = np.asarray(vectors)
    if values.shape != shape:
        raise ValueError(f"{where}: the vectors have shape {values.shape}, the blocks call for {shape}")
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{where}: vectors of dtype {values.dtype} are neither integers nor floats")
    scaled = values.astype(np.float64) * _native.QUARTERS
    wrong = ~(np.abs(scaled) < 1 << 30) | (scaled != np.rint(scaled))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{where}: {values[place]} at {place} is no multiple of 1/4 below 2^28")
    return scaled.astype(np.int32)


def compensate(
    reference: ArrayLike,
    vectors: ArrayLike,
    block: int = 16,
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The picture that vectors predict from a reference: what a decoder adds the residual to.

    *reference* and *block* are as for :func:`search`; *vectors* is its result, or any integers or multiples
    of 1/4 of that shape: places beyond the edges have the edges' samples. *out*, if given, is a
    C-contiguous array of the reference's shape and dtype that does not overlap it.

    Raises
    ------
    TypeError
        Samples or vectors of a wrong dtype.
    ValueError
        A wrong shape, block or ``out``, or a vector that is no multiple of 1/4.

    >>> import numpy as np
    >>> from pycomp.transforms import motion
    >>> ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
    >>> motion.compensate(ramp, [[[1, 0]]], block=8)[:, 0]
    array([ 8, 16, 24, 32, 40, 48, 56, 56], dtype=uint8)
    >>> motion.compensate(ramp, [[[0, 0.5]]], block=8)[0, :3]
    array([1, 2, 3], dtype=uint8)
    """
    where = "motion.compensate"
    then = _pictures(reference, block, "reference", where)
    single = np.ndim(reference) == 2
    shape = _grid(then, block)[single:]
    quarters = _quarters(vectors, (*shape, 2), where)
    if out is None:
        target = np.empty(then.shape, then.dtype)
    else:
        fitting(out, np.shape(reference), then.dtype, where, apart=[then], contiguous=True)
        target = out[np.newaxis] if single else out
    _native.compensate(then, quarters, target, block, resolve(threads))
    if out is not None:
        return out
    return target[0] if single else target


def residual(
    frame: ArrayLike,
    reference: ArrayLike,
    vectors: ArrayLike,
    block: int = 16,
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The frame less its prediction: int16 for uint8 pictures, int32 for uint16.

    Adding it to what :func:`compensate` returns gives back the frame exactly. *out*, if given, is an array of
    the frame's shape and this dtype, apart from the pictures. Parameters and errors are those of
    :func:`search` and :func:`compensate`.

    >>> import numpy as np
    >>> from pycomp.transforms import motion
    >>> then, now = np.zeros((8, 8), np.uint8), np.full((8, 8), 3, np.uint8)
    >>> motion.residual(now, then, [[[0, 0]]], block=8)[0, :4]
    array([3, 3, 3, 3], dtype=int16)
    """
    now = np.asarray(frame)
    predicted = compensate(reference, vectors, block, threads=threads)
    if now.shape != predicted.shape or now.dtype != predicted.dtype:
        raise ValueError(
            f"motion.residual: the frame is {now.dtype} of shape {now.shape}, "
            f"the reference {predicted.dtype} of shape {predicted.shape}"
        )
    dtype = np.dtype(np.int16 if now.dtype == np.uint8 else np.int32)
    if out is not None:
        fitting(out, now.shape, dtype, "motion.residual", apart=[now, np.asarray(reference)])
    left: NDArray[Any] = np.subtract(now, predicted, out=out, dtype=dtype)
    return left
