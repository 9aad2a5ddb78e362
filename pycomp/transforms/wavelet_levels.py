"""Wavelet transforms of several levels, and the stationary one: PyWavelets' names and layouts.

Each level is a transform of :mod:`pycomp.transforms.wavelets`, which says what becomes of types and strides,
applied to the approximation that the level before it left. ``out=`` is what a former call returned, or arrays
of those shapes and dtype in the same lists: results of many megabytes cost more to ask the system for than to
compute.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pycomp._native import dwt as _native
from pycomp._threads import resolve
from pycomp.transforms._out import check_apart, copied
from pycomp.transforms._wavelet_bands import (
    analyse,
    axes_of,
    check_levels,
    in_kernel_order,
    numbers,
    prepared,
    synthesise,
    together,
    undecimated,
)
from pycomp.transforms._wavelet_filters import FilterBank, Wavelet
from pycomp.transforms._wavelet_filters import wavelet as bank_of
from pycomp.transforms.wavelets import dwtn, idwtn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Name: TypeAlias = str | FilterBank

__all__ = ["wavedec", "waverec", "wavedec2", "waverec2", "wavedecn", "waverecn", "swt", "dwt_max_level"]


def dwt_max_level(data_len: int, filter_len: int | Name) -> int:
    """Levels until the signal is shorter than the filter: floor(log2(length / (taps - 1))), at least 0.

    *filter_len* is the number of taps, or a wavelet.

    >>> from pycomp import transforms
    >>> transforms.dwt_max_level(1024, 8)
    7
    """
    taps = filter_len if isinstance(filter_len, (int, np.integer)) else bank_of(filter_len).dec_len
    if taps < 2:
        raise ValueError(f"dwt_max_level: {taps} taps are no filter")
    return max((int(data_len) // (int(taps) - 1)).bit_length() - 1, 0)


def _levels(level: int | None, lengths: Sequence[int], wavelets: Sequence[Wavelet], where: str) -> int:
    most = min((dwt_max_level(n, w.dec_len) for n, w in zip(lengths, wavelets, strict=True)), default=0)
    if level is None:
        return most
    if level < 0:
        raise ValueError(f"{where}: level {level} is negative")
    if level > most:
        warnings.warn(
            f"{where}: at level {level}, above {most}, every coefficient feels the ends", stacklevel=3
        )
    return level


def wavedec(
    data: ArrayLike,
    wavelet: Name,
    mode: str = "symmetric",
    level: int | None = None,
    axis: int = -1,
    *,
    out: Sequence[NDArray[Any]] | None = None,
    threads: int | None = 1,
) -> list[NDArray[Any]]:
    """Several levels along one axis: ``[cA_n, cD_n, ..., cD_1]``.

    By default there are as many as :func:`dwt_max_level` says.

    >>> from pycomp import transforms
    >>> [len(band) for band in transforms.wavedec(range(16), "db2")]
    [6, 6, 9]
    """
    values = numbers(data, "wavedec")
    (place,) = axes_of([axis], values.ndim, "wavedec")
    (w,), (code,) = prepared(wavelet, mode, 1, "wavedec")
    bands, workers = [], resolve(threads)
    count = _levels(level, [values.shape[place]], [w], "wavedec")
    check_levels(out, count, "wavedec")
    for i in range(count, 0, -1):
        given = None if out is None else [out[0] if i == 1 else None, out[i]]
        values, detail = analyse(values, (place,), [w], [code], workers, "wavedec", given)
        bands.append(detail)
    return [values, *bands[::-1]]


def _trimmed(
    approx: NDArray[Any], shape: tuple[int, ...], places: tuple[int, ...], where: str
) -> NDArray[Any]:
    """The approximation without the element more that an odd length left it with."""
    for axis in range(approx.ndim):
        extra = approx.shape[axis] - shape[axis]
        if extra and not (extra == 1 and axis in places):
            raise ValueError(
                f"{where}: coefficients of shapes {approx.shape} and {shape} do not belong together"
            )
    return approx[tuple(slice(n) for n in shape)]


def waverec(
    coeffs: Sequence[Any],
    wavelet: Name,
    mode: str = "symmetric",
    axis: int = -1,
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`wavedec` was given; details that are None count as zeros.

    >>> from pycomp import transforms
    >>> transforms.waverec(transforms.wavedec([1.0, 2.0, 3.0, 5.0], "haar"), "haar").round(12)
    array([1., 2., 3., 5.])
    """
    if not isinstance(coeffs, (list, tuple)) or not coeffs:
        raise ValueError("waverec: a list of at least one array of coefficients is needed")
    (w,), (code,) = prepared(wavelet, mode, 1, "waverec")
    approx, workers = coeffs[0], resolve(threads)
    for i, detail in enumerate(coeffs[1:], 1):
        if approx is not None and detail is not None:
            approx, shape = np.asarray(approx), np.shape(detail)
            if len(shape) != approx.ndim:
                raise ValueError(f"waverec: shapes {approx.shape} and {shape} do not belong together")
            approx = _trimmed(approx, shape, axes_of([axis], approx.ndim, "waverec"), "waverec")
        bands = together([approx, detail], "waverec")
        places, given = axes_of([axis], bands[0].ndim, "waverec"), out if i == len(coeffs) - 1 else None
        approx = synthesise(bands, places, [w], [code], workers, "waverec", given)
    return approx if len(coeffs) > 1 else copied(np.asarray(approx), out, "waverec")


def wavedec2(
    data: ArrayLike,
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    level: int | None = None,
    axes: tuple[int, int] = (-2, -1),
    *,
    out: Sequence[Any] | None = None,
    threads: int | None = 1,
) -> list[Any]:
    """Several levels along two axes: ``[cA_n, (cH_n, cV_n, cD_n), ..., (cH_1, cV_1, cD_1)]``.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> coeffs = transforms.wavedec2(np.zeros((64, 64)), "db2", level=2)
    >>> coeffs[0].shape, coeffs[2][0].shape
    ((18, 18), (33, 33))
    """
    values = numbers(data, "wavedec2")
    places = axes_of(axes, values.ndim, "wavedec2")
    if len(places) != 2:
        raise ValueError(f"wavedec2: {len(places)} axes, not two")
    wavelets, modes = prepared(wavelet, mode, 2, "wavedec2")
    bands: list[Any] = []
    workers = resolve(threads)
    count = _levels(level, [values.shape[a] for a in places], wavelets, "wavedec2")
    check_levels(out, count, "wavedec2")
    for i in range(count, 0, -1):
        given = None
        if out is not None:
            given = in_kernel_order((out[0] if i == 1 else None, out[i]), "wavedec2")
        values, ad, da, dd = analyse(values, places, wavelets, modes, workers, "wavedec2", given)
        bands.append((da, ad, dd))
    return [values, *bands[::-1]]


def waverec2(
    coeffs: Sequence[Any],
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    axes: tuple[int, int] = (-2, -1),
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`wavedec2` was given; bands that are None count as zeros.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> image = np.arange(256.0).reshape(16, 16)
    >>> bool(np.allclose(transforms.waverec2(transforms.wavedec2(image, "haar"), "haar"), image))
    True
    """
    if not isinstance(coeffs, (list, tuple)) or not coeffs:
        raise ValueError("waverec2: a list of at least one array of coefficients is needed")
    wavelets, modes = prepared(wavelet, mode, 2, "waverec2")
    approx, workers = np.asarray(coeffs[0]), resolve(threads)
    places = axes_of(axes, approx.ndim, "waverec2")
    for i, details in enumerate(coeffs[1:], 1):
        if not isinstance(details, (list, tuple)) or len(details) != 3:
            raise ValueError("waverec2: details are three arrays a level, as wavedec2 returns them")
        shapes = [np.shape(d) for d in details if d is not None]
        if shapes:
            if len(shapes[0]) != approx.ndim:
                raise ValueError(f"waverec2: shapes {approx.shape} and {shapes[0]} do not belong together")
            approx = _trimmed(approx, shapes[0], places, "waverec2")
        da, ad, dd = details
        bands = together([approx, ad, da, dd], "waverec2")
        given = out if i == len(coeffs) - 1 else None
        approx = synthesise(bands, places, wavelets, modes, workers, "waverec2", given)
    return approx if len(coeffs) > 1 else copied(np.asarray(approx), out, "waverec2")


def wavedecn(
    data: ArrayLike,
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    level: int | None = None,
    axes: Sequence[int] | None = None,
    *,
    out: Sequence[Any] | None = None,
    threads: int | None = 1,
) -> list[Any]:
    """Several levels along any axes (None: all): ``[cA_n, {details_n}, ..., {details_1}]``.

    The dicts' keys are those of :func:`dwtn`, but for the approximation's.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> len(transforms.wavedecn(np.zeros((16, 16, 16)), "haar"))
    5
    """
    values = numbers(data, "wavedecn")
    places = axes_of(range(values.ndim) if axes is None else axes, values.ndim, "wavedecn")
    wavelets, modes = prepared(wavelet, mode, len(places), "wavedecn")
    names = [mode_name for code in modes for mode_name, value in _native.MODES.items() if value == code]
    bands: list[Any] = []
    count, approx = _levels(level, [values.shape[a] for a in places], wavelets, "wavedecn"), "a" * len(places)
    check_levels(out, count, "wavedecn")
    for i in range(count, 0, -1):
        given = None if out is None else {**out[i], approx: out[0] if i == 1 else None}
        found = dwtn(values, wavelets, names, places, out=given, threads=threads)
        values = found.pop(approx)
        bands.append(found)
    return [values, *bands[::-1]]


def waverecn(
    coeffs: Sequence[Any],
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`wavedecn` was given; bands missing or None count as zeros.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> volume = np.arange(512.0).reshape(8, 8, 8)
    >>> bool(np.allclose(transforms.waverecn(transforms.wavedecn(volume, "haar"), "haar"), volume))
    True
    """
    if not isinstance(coeffs, (list, tuple)) or not coeffs:
        raise ValueError("waverecn: a list of at least one array of coefficients is needed")
    approx = np.asarray(coeffs[0])
    places = axes_of(range(approx.ndim) if axes is None else axes, approx.ndim, "waverecn")
    for i, details in enumerate(coeffs[1:], 1):
        if not isinstance(details, dict):
            raise ValueError("waverecn: details are a dict a level, as wavedecn returns them")
        shapes = [np.shape(d) for d in details.values() if d is not None]
        if shapes:
            approx = _trimmed(approx, shapes[0], places, "waverecn")
        bands, given = {"a" * len(places): approx, **details}, out if i == len(coeffs) - 1 else None
        approx = idwtn(bands, wavelet, mode, places, out=given, threads=threads)
    return approx if len(coeffs) > 1 else copied(np.asarray(approx), out, "waverecn")


def swt(
    data: ArrayLike,
    wavelet: Name,
    level: int | None = None,
    start_level: int = 0,
    axis: int = -1,
    trim_approx: bool = False,
    norm: bool = False,
    *,
    out: Sequence[Any] | None = None,
    threads: int | None = 1,
) -> list[Any]:
    """The stationary (undecimated) transform: bands as long as the signal, which is taken as periodic.

    Returns ``[(cA_n, cD_n), ..., (cA_1, cD_1)]``, or with *trim_approx* ``[cA_n, cD_n, ..., cD_1]``. With
    *norm* an orthogonal wavelet keeps the signal's energy. The length must be a multiple of ``2 **
    (start_level + level)``; by default there are as many levels as that allows.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> [(approx, detail)] = transforms.swt(np.array([1.0, 3.0, 3.0, 1.0]), "haar", level=1)
    >>> approx / 2**0.5
    array([2., 3., 2., 1.])
    """
    values = numbers(data, "swt")
    (place,) = axes_of([axis], values.ndim, "swt")
    n = values.shape[place]
    w = bank_of(wavelet)
    if norm:
        if not w.orthogonal:
            warnings.warn(f"swt: {w.name} is not orthogonal, so norm does not keep the energy", stacklevel=2)
        scaled = [
            tuple(t * math.sqrt(0.5) for t in taps) for taps in (w.dec_lo, w.dec_hi, w.rec_lo, w.rec_hi)
        ]
        w = Wavelet(w.name, *scaled)
    most = (n & -n).bit_length() - 1 if n else 0
    if level is None:
        level = most - start_level
    if start_level < 0 or level < 1 or start_level + level > most:
        raise ValueError(
            f"swt: {level} levels from {start_level} on need a multiple of 2**{start_level + level}, not {n}"
        )
    workers, bands = resolve(threads), []
    if out is not None and (not isinstance(out, (list, tuple)) or len(out) != level + trim_approx):
        raise ValueError(f"swt: out is not a list of {level + trim_approx}, as this call returns it")
    check_apart([band for pair in out or () for band in ([pair] if trim_approx else pair)], "swt")
    for i in range(start_level, start_level + level):
        given = None
        if out is not None:
            at = level - 1 - (i - start_level)
            given = [out[0] if at == 0 else None, out[at + 1]] if trim_approx else out[at]
        pair = undecimated(values, place, w, 1 << i, workers, given)
        bands.append(pair)
        values = pair[0]
    bands.reverse()
    return [bands[0][0], *(detail for _, detail in bands)] if trim_approx else bands
