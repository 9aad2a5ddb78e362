"""Codebooks for one number: the levels that a distribution is quantised to with the least squared error.

Lloyd's iteration ("Least squares quantization in PCM", 1957, printed 1982; Max, "Quantizing for minimum
distortion", 1960): numbers go to the nearest level, each level moves to the mean of its numbers, until none
moves. Over a sorted sample the numbers of a level are a range, found by binary search, and their mean a
difference of prefix sums: an iteration costs levels times log n, not n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp.transforms._calibrate import find_unreal

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["lloyd_max"]


def lloyd_max(
    array: ArrayLike, bits: int = 4, *, sample: int = 1 << 20, seed: int = 0, iterations: int = 500
) -> NDArray[Any]:
    """The 2**bits levels, ascending, that Lloyd's iteration ends at from the quantiles of the array.

    *array* holds finite floats of any shape, at least one; of more than *sample* numbers as many are drawn
    with *seed*. The result, float32 or float64 as the array, is a codebook for :func:`quantize`. It is a
    local optimum; with fewer different numbers than levels, some levels are equal.

    Raises TypeError for elements that are not floats, ValueError for an empty array, a number that is not
    finite, bits not in 1..8, or a sample or iterations below 1.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> normal = np.random.default_rng(0).standard_normal(100_000)
    >>> transforms.lloyd_max(normal, 2).round(1)  # known to be 0.453 and 1.510
    array([-1.5, -0.4,  0.5,  1.5])
    """
    values = np.asarray(array)
    extra = values.dtype.kind == "V" and values.dtype.names is None and "float" in values.dtype.name
    if values.dtype.kind != "f" and not extra:
        raise TypeError(f"lloyd_max: elements of dtype {values.dtype} are not floats")
    if not 1 <= bits <= 8:
        raise ValueError(f"lloyd_max: bits {bits} is not in 1..8")
    if values.size == 0 or sample < 1 or iterations < 1:
        raise ValueError(
            f"lloyd_max: {values.size} numbers, sample {sample}, iterations {iterations}: at least 1"
        )
    result = np.dtype(np.float64 if values.dtype == np.float64 else np.float32)
    if values.size > sample:
        places = np.random.default_rng(seed).integers(0, values.size, sample)
        chosen = values[np.unravel_index(places, values.shape)]
    else:
        chosen = values.ravel()
    ordered = np.sort(chosen.astype(np.float64))
    if not np.isfinite(ordered[[0, -1]]).all():
        raise find_unreal(values.astype(np.float64))
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    count = 1 << bits
    levels: NDArray[Any] = ordered[((np.arange(count) + 0.5) / count * ordered.size).astype(int)]
    for _ in range(iterations):
        ends = np.searchsorted(ordered, (levels[:-1] + levels[1:]) / 2)
        edges = np.concatenate([[0], ends, [ordered.size]])
        members = np.diff(edges)
        means = np.diff(sums[edges]) / np.maximum(members, 1)
        moved = np.where(members > 0, means, levels)  # a level that nothing is near stays
        moved = np.maximum.accumulate(moved)
        still = np.array_equal(moved, levels)
        levels = moved
        if still:
            break
    return np.asarray(levels, result)
