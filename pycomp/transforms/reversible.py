"""The reversible 5/3 wavelet of JPEG 2000: integers to integers, exactly.

By lifting (Sweldens, "The lifting scheme", 1996; Calderbank et al., "Wavelet transforms that map integers
to integers", 1998; ITU-T T.800, annex F): ``detail[k] = x[2k+1] - floor((x[2k] + x[2k+2]) / 2)``, then
``approx[k] = x[2k] + floor((detail[k-1] + detail[k] + 2) / 4)``, the signal reflected about its end
elements. All arithmetic is modulo 2^width, so nothing is lost, whatever the integers. Of unsigned integers
the approximations are unsigned too; details are signed and of the same width, so that full-scale jumps
wrap: give the type a bit to spare if they matter to what comes after.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import dwt as _native
from pycomp._threads import resolve
from pycomp.transforms._out import check_apart, copied, fitting
from pycomp.transforms._wavelet_bands import check_levels, in_kernel_order, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["lift53", "unlift53"]


def _places(axes: Sequence[int], ndim: int, where: str) -> tuple[int, ...]:
    for axis in axes:
        if not -ndim <= axis < ndim:
            raise ValueError(f"{where}: axis {axis} is out of bounds for an array of {ndim} dimensions")
    places = tuple(axis % ndim for axis in axes)
    if len(places) not in (1, 2) or len(set(places)) != len(places):
        raise ValueError(f"{where}: axes {tuple(axes)} are not one axis or two distinct ones")
    return places


def _images(values: NDArray[Any], places: tuple[int, ...]) -> NDArray[Any]:
    """The array as (batch, rows, cols) of unsigned integers; a line is an image of one row."""
    moved = np.moveaxis(values, places, range(-len(places), 0))
    rows, cols = (1, moved.shape[-1]) if len(places) == 1 else moved.shape[-2:]
    batch = moved.size // (rows * cols) if rows * cols else 0
    return moved.view(f"u{values.dtype.itemsize}").reshape(batch, rows, cols)


def _bands(
    shape: tuple[int, ...], places: tuple[int, ...], dtype: np.dtype[Any], given: Sequence[Any]
) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    """Bands of arrays of that shape: (batch, rows, cols) for the kernel, and as callers see them.

    Those given are used where the kernel can write them; the others are fresh.
    """
    batch = tuple(n for axis, n in enumerate(shape) if axis not in places)
    rows, cols = (1, shape[places[0]]) if len(places) == 1 else (shape[places[0]], shape[places[1]])
    detail = np.dtype(f"i{dtype.itemsize}")
    kernel, seen = [], []
    sizes = [((rows + (b < 2)) // 2, (cols + (b % 2 == 0)) // 2) for b in range(4)]
    lengths = [math.prod(batch) * math.prod(size) for size in sizes]
    details = np.empty(0 if any(g is not None for g in given) else sum(lengths[1:]), detail)
    for b, size in enumerate(sizes):
        if b and details.size:  # in one block: see _wavelet_bands.alike
            first = sum(lengths[1:b])
            band = details[first : first + lengths[b]].reshape((*batch, *size))
        else:
            band = np.empty((*batch, *size), dtype if b == 0 else detail)
        kernel.append(band.view(f"u{dtype.itemsize}").reshape(int(np.prod(batch)), *size))
        shaped = band if len(places) == 2 else band[..., 0 if size[0] else slice(0, 0), :]
        seen.append(np.moveaxis(shaped, range(-len(places), 0), places))
        if b < len(given) and given[b] is not None:
            fitting(given[b], seen[b].shape, band.dtype, "lift53")
            view = _images(given[b], places) if given[b].size else kernel[b]
            if np.may_share_memory(view, given[b]):
                kernel[b], seen[b] = view, given[b]
    return kernel, seen


def _given(out: Any, i: int, axes: int) -> list[Any]:
    """The arrays of *out* for the details of a level, and for the approximation of the last one."""
    if out is None:
        return []
    if axes == 1:
        return [out[0] if i == 1 else None, out[i]]
    return in_kernel_order((out[0] if i == 1 else None, out[i]), "lift53")


def lift53(
    array: ArrayLike,
    level: int = 1,
    axes: Sequence[int] = (-2, -1),
    *,
    out: Sequence[Any] | None = None,
    threads: int | None = 1,
) -> list[Any]:
    """Analyse integers along one axis or two; :func:`unlift53` gives back the same integers.

    Parameters
    ----------
    array : array_like of integers
        Any width and shape; axes that are not named are batch axes. Read through its strides, unless batch
        axes that do not fold into one force a copy.
    level : int
        How often the approximation is analysed again.
    axes : sequence of one or two int
        The axes transformed.
    out : list, optional
        What a former call returned for such an array: where to put the coefficients.
    threads : int, optional
        Threads to share the work, None for all cores.

    Returns
    -------
    list
        ``[approx, details_n, ..., details_1]``. Approximations have ceil(n / 2) elements along each axis,
        details floor(n / 2). Details are a triple ``(da, ad, dd)`` for two axes, as in :func:`wavedec2`,
        one array for one.

    Raises
    ------
    TypeError
        Elements that are no integers in the machine's byte order.
    ValueError
        Bad axes, a negative level, an empty axis.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.lift53(np.array([1, 2, 3, 6, 8], np.int16), axes=[0])
    [array([1, 3, 9], dtype=int16), array([0, 1], dtype=int16)]
    """
    values = np.asarray(array)
    if values.dtype.kind not in "iu" or not values.dtype.isnative:
        raise TypeError(f"lift53: elements of dtype {values.dtype.str} are no integers in native byte order")
    places = _places(axes, values.ndim, "lift53")
    if level < 0:
        raise ValueError(f"lift53: level {level} is negative")
    if any(values.shape[axis] == 0 for axis in places):
        raise ValueError(f"lift53: an axis of shape {values.shape} is empty")
    signed, workers = values.dtype.kind == "i", resolve(threads)
    details: list[Any] = []
    check_levels(out, level, "lift53")
    for i in range(level, 0, -1):
        given = _given(out, i, len(places))
        check_apart([values, *given], "lift53")
        kernel, seen = _bands(values.shape, places, values.dtype, given)
        _native.lift53(_images(values, places), list(kernel), signed, False, workers)
        approx, ad, da, dd = settled([*given, *[None] * (4 - len(given))], seen)
        details.append((da, ad, dd) if len(places) == 2 else ad)
        values = approx
    return [values, *details[::-1]]


def unlift53(
    coeffs: Sequence[Any],
    axes: Sequence[int] = (-2, -1),
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The integers that :func:`lift53` was given, from what it returned and the same axes.

    *out*, if given, is an array of the result's shape and dtype, apart from the coefficients.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> image = np.arange(35, dtype=np.uint8).reshape(5, 7)
    >>> bool((transforms.unlift53(transforms.lift53(image, level=2)) == image).all())
    True
    """
    if not isinstance(coeffs, (list, tuple)) or not coeffs:
        raise ValueError("unlift53: a list of at least one array of coefficients is needed")
    values = np.asarray(coeffs[0])
    if values.dtype.kind not in "iu" or not values.dtype.isnative:
        raise TypeError(
            f"unlift53: elements of dtype {values.dtype.str} are no integers in native byte order"
        )
    places, workers = _places(axes, values.ndim, "unlift53"), resolve(threads)
    for i, details in enumerate(coeffs[1:], 1):
        if len(places) == 2:
            if not isinstance(details, (list, tuple)) or len(details) != 3:
                raise ValueError("unlift53: details of two axes are three arrays a level")
            da, ad, dd = (np.asarray(d) for d in details)
            bands = [values, ad, da, dd]
        else:
            bands = [values, np.asarray(details)]
        if any(
            b.ndim != values.ndim or b.dtype.kind not in "iu" or b.dtype.itemsize != values.dtype.itemsize
            for b in bands
        ):
            kinds = ", ".join(f"{b.dtype} of shape {b.shape}" for b in bands)
            raise ValueError(
                f"unlift53: coefficients of unlike rank or width do not belong together: {kinds}"
            )
        shape = list(values.shape)
        for i, axis in enumerate(places):  # the last band but one step differs along this axis alone
            shape[axis] += bands[1 if i == len(places) - 1 else 2].shape[axis]
        batch = [n for axis, n in enumerate(shape) if axis not in places]
        kernel = [_images(b, places) if b.size else _empty(b, places) for b in bands]
        if len(places) == 1:
            kernel += [np.empty((b.shape[0], 0, b.shape[2]), b.dtype) for b in kernel]
        rows, cols = (1, shape[places[0]]) if len(places) == 1 else (shape[places[0]], shape[places[1]])
        target = out if i == len(coeffs) - 1 else None
        if target is not None:
            fitting(target, tuple(shape), values.dtype, "unlift53", apart=bands)
        flat = None if target is None or not target.size else _images(target, places)
        if target is None or flat is None or not np.may_share_memory(flat, target):
            result = np.empty((*batch, *(() if len(places) == 1 else (rows,)), cols), values.dtype)
            flat = result.view(f"u{values.dtype.itemsize}").reshape(int(np.prod(batch)), rows, cols)
            result = np.moveaxis(result, range(-len(places), 0), places)
        else:
            result = target
        try:
            _native.lift53(flat, list(kernel), values.dtype.kind == "i", True, workers)
        except ValueError as error:
            shapes = [b.shape for b in bands]
            raise ValueError(f"unlift53: coefficients of shapes {shapes} do not belong together") from error
        values = result
    return values if out is None or values is out else copied(values, out, "unlift53")


def _empty(band: NDArray[Any], places: tuple[int, ...]) -> NDArray[Any]:
    """A band without elements as (batch, rows, cols)."""
    batch = int(np.prod([n for axis, n in enumerate(band.shape) if axis not in places]))
    rows, cols = (
        (1, band.shape[places[0]]) if len(places) == 1 else (band.shape[places[0]], band.shape[places[1]])
    )
    return np.empty((batch, rows, cols), f"u{band.dtype.itemsize}")
