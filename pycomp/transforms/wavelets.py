"""Discrete wavelet transforms with PyWavelets' names, modes and coefficient layout.

Filters are applied in polyphase form, both bands at once and both axes in one pass over the array, in
vectors down the columns (Mallat, "A theory for multiresolution signal decomposition", 1989; Chrysafis and
Ortega, "Line-based, reduced memory, wavelet image compression", 2000).

float32 stays float32, float16 becomes float32, complex numbers are transformed part by part, and everything
else is converted to float64. Input of these types is read through its strides, whatever they are; other
types are copied in the conversion. New results are C-contiguous. Every axis that is not transformed is a
batch axis.
"""

from __future__ import annotations

import math
import warnings
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pycomp._native import dwt as _native
from pycomp._threads import resolve
from pycomp.transforms._wavelet_filters import FilterBank, Wavelet
from pycomp.transforms._wavelet_filters import wavelet as bank_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Coefficients: TypeAlias = NDArray[Any] | None
    Name: TypeAlias = str | FilterBank

__all__ = [
    "dwt",
    "idwt",
    "dwt2",
    "idwt2",
    "dwtn",
    "idwtn",
    "wavedec",
    "waverec",
    "wavedec2",
    "waverec2",
    "wavedecn",
    "waverecn",
    "swt",
    "dwt_max_level",
]


def _numbers(data: ArrayLike, where: str) -> NDArray[Any]:
    """The array in a type that the kernels know, untouched if it is of one."""
    values = np.asarray(data)
    dtype = values.dtype
    if dtype.kind not in "biufc":
        raise TypeError(f"{where}: elements of dtype {dtype} are no numbers")
    if dtype.kind == "c":
        wanted = np.dtype(np.complex64 if dtype == np.complex64 else np.complex128)
    else:
        wanted = np.dtype(np.float32 if dtype in (np.float32, np.float16) else np.float64)
    if dtype != wanted or not dtype.isnative:
        values = values.astype(wanted)
    if any(stride % wanted.itemsize for stride in values.strides) or not values.flags.aligned:
        values = values.copy()
    return values


def _axes(axes: Sequence[int], ndim: int, where: str) -> tuple[int, ...]:
    for axis in axes:
        if not -ndim <= axis < ndim:
            raise ValueError(f"{where}: axis {axis} is out of bounds for an array of {ndim} dimensions")
    positive = tuple(axis % ndim for axis in axes)
    if len(set(positive)) != len(positive):
        raise ValueError(f"{where}: axes {tuple(axes)} are not distinct")
    return positive


def _mode(mode: str, where: str) -> int:
    key = str(mode)
    if key not in _native.MODES:
        raise ValueError(f"{where}: mode {mode!r} is unknown; choose one of {', '.join(_native.MODES)}")
    return _native.MODES[key]


def _each(values: Any, count: int, single: type | tuple[type, ...], what: str) -> list[Any]:
    """One value for each axis, from one for all or a sequence."""
    if isinstance(values, single) or not isinstance(values, (list, tuple)):
        return [values] * count
    if len(values) == 1:
        return list(values) * count
    if len(values) != count:
        raise ValueError(f"{len(values)} {what} for {count} axes")
    return list(values)


def _band_length(n: int, taps: int, mode: int) -> int:
    return (n + 1) // 2 if mode == _native.MODES["periodization"] else (n + taps - 1) // 2


def _signal_length(n: int, taps: int, mode: int) -> int:
    return 2 * n if mode == _native.MODES["periodization"] else max(2 * n + 2 - taps, 0)


def _outputs(
    out: Sequence[NDArray[Any]] | None,
    count: int,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    sources: Sequence[NDArray[Any]],
    where: str,
) -> list[NDArray[Any]]:
    """Fresh arrays, or the given ones if they fit, share their strides and stand apart."""
    if out is None:
        return [np.empty(shape, dtype) for _ in range(count)]
    if len(out) != count:
        raise ValueError(f"{where}: out holds {len(out)} arrays, not {count}")
    for i, array in enumerate(out):
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(
                f"{where}: out is {array.dtype} of shape {array.shape}, not {dtype} of shape {shape}"
            )
        if not array.flags.writeable or array.strides != out[0].strides:
            raise ValueError(f"{where}: the arrays of out must be writable and have equal strides")
        if any(stride % dtype.itemsize for stride in array.strides):
            raise ValueError(f"{where}: the strides {array.strides} of out are no whole number of elements")
        for other in [*sources, *out[:i]]:
            if np.may_share_memory(array, other):
                raise ValueError(f"{where}: out overlaps the input or itself")
    return list(out)


def _forward(
    values: NDArray[Any],
    axes: tuple[int, ...],
    wavelets: Sequence[Wavelet],
    modes: Sequence[int],
    threads: int,
    where: str,
    out: Sequence[NDArray[Any]] | None = None,
) -> list[NDArray[Any]]:
    """One level along one axis or two: bands in the order a d, or aa ad da dd."""
    if values.dtype.kind == "c":
        real = _forward(values.real, axes, wavelets, modes, threads, where)
        imag = _forward(values.imag, axes, wavelets, modes, threads, where)
        bands = _outputs(out, len(real), real[0].shape, values.dtype, [values], where)
        for band, re, im in zip(bands, real, imag, strict=True):
            band.real, band.imag = re, im
        return bands
    shape = list(values.shape)
    for axis, w, mode in zip(axes, wavelets, modes, strict=True):
        if shape[axis] == 0:
            raise ValueError(f"{where}: axis {axis} of shape {values.shape} is empty")
        shape[axis] = _band_length(shape[axis], w.dec_len, mode)
    bands = _outputs(out, 2 ** len(axes), tuple(shape), values.dtype, [values], where)
    banks, places, order = tuple(w.analysis for w in wavelets), axes, bands
    if len(axes) == 2 and abs(values.strides[axes[0]]) < abs(values.strides[axes[1]]):
        # The kernel reads along the second axis, which had better be the denser one.
        places, banks, modes = axes[::-1], banks[::-1], modes[::-1]
        order = [bands[0], bands[2], bands[1], bands[3]]
    double = values.dtype == np.float64
    _native.transform([values], list(order), places, banks, tuple(modes), double, False, 0, threads)
    return bands


def _inverse(
    bands: list[NDArray[Any]],
    axes: tuple[int, ...],
    wavelets: Sequence[Wavelet],
    modes: Sequence[int],
    threads: int,
    where: str,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """What :func:`_forward` took apart."""
    given = None if out is None else [out]
    if bands[0].dtype.kind == "c":
        real = _inverse([b.real for b in bands], axes, wavelets, modes, threads, where)
        imag = _inverse([b.imag for b in bands], axes, wavelets, modes, threads, where)
        (result,) = _outputs(given, 1, real.shape, bands[0].dtype, bands, where)
        result.real, result.imag = real, imag
        return result
    if len({band.strides for band in bands}) > 1:  # the kernel walks all bands alike
        bands = [np.ascontiguousarray(band) for band in bands]
    shape = list(bands[0].shape)
    for axis, w, mode in zip(axes, wavelets, modes, strict=True):
        if shape[axis] == 0 or _signal_length(shape[axis], w.dec_len, mode) == 0:
            raise ValueError(
                f"{where}: {shape[axis]} coefficients along axis {axis} are too few for {w.dec_len} taps"
            )
        shape[axis] = _signal_length(shape[axis], w.dec_len, mode)
    (result,) = _outputs(given, 1, tuple(shape), bands[0].dtype, bands, where)
    banks = tuple(w.synthesis for w in wavelets)
    double = bands[0].dtype == np.float64
    _native.transform(list(bands), [result], axes, banks, tuple(modes), double, True, 0, threads)
    return result


def _together(coefficients: Sequence[Any], where: str) -> list[NDArray[Any]]:
    """Bands of one shape and dtype, those that are None as zeros."""
    given = [_numbers(c, where) for c in coefficients if c is not None]
    if not given:
        raise ValueError(f"{where}: at least one array of coefficients is needed")
    shape = given[0].shape
    for band in given:
        if band.shape != shape:
            raise ValueError(
                f"{where}: coefficients of shapes {shape} and {band.shape} do not belong together"
            )
    # Unlike types meet in double precision, as in PyWavelets.
    kinds = {band.dtype for band in given}
    dtype = given[0].dtype
    if len(kinds) > 1:
        dtype = np.dtype(np.complex128 if any(k.kind == "c" for k in kinds) else np.float64)
    converted = iter([band if band.dtype == dtype else band.astype(dtype) for band in given])
    return [np.zeros(shape, dtype) if c is None else next(converted) for c in coefficients]


def dwt_max_level(length: int, taps: int) -> int:
    """Levels until the signal is shorter than the filter: floor(log2(length / (taps - 1))), at least 0.

    >>> from pycomp import transforms
    >>> transforms.dwt_max_level(1024, 8)
    7
    """
    if taps < 2:
        raise ValueError(f"dwt_max_level: {taps} taps are no filter")
    return max((length // (taps - 1)).bit_length() - 1, 0)


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


def dwt(
    data: ArrayLike,
    wavelet: Name,
    mode: str = "symmetric",
    axis: int = -1,
    *,
    out: tuple[NDArray[Any], NDArray[Any]] | None = None,
    threads: int | None = 1,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """One level along one axis: approximation and detail coefficients.

    Parameters
    ----------
    data : array_like
        Numbers of any shape but (); the axis must not be empty.
    wavelet : str or object with filters
        See :func:`wavelist`; a ``pywt.Wavelet`` will do.
    mode : str
        What stands beyond the ends: ``zero``, ``constant``, ``symmetric`` (half-sample), ``reflect``
        (whole-sample, JPEG 2000's), ``periodic``, ``smooth``, ``antisymmetric``, ``antireflect``, or
        ``periodization``: periodic, with the fewest coefficients.
    axis : int
        The axis transformed; all others are batch axes.
    out : pair of ndarray, optional
        Where to put the coefficients; equal strides, and nothing may overlap.
    threads : int, optional
        Threads to share the work, None for all cores. The result does not depend on it.

    Returns
    -------
    (ndarray, ndarray)
        Each ``(n + taps - 1) // 2`` long on the axis, or ``(n + 1) // 2`` under periodization.

    Raises
    ------
    TypeError
        Elements that are no numbers.
    ValueError
        An unknown wavelet or mode, a bad axis, an empty axis, an unfit ``out``.

    Examples
    --------
    >>> from pycomp import transforms
    >>> transforms.dwt([1.0, 1.0, 4.0, 2.0], "haar")
    (array([1.41421356, 4.24264069]), array([0.        , 1.41421356]))
    """
    values = _numbers(data, "dwt")
    (place,) = _axes([axis], values.ndim, "dwt")
    approx, detail = _forward(
        values, (place,), [bank_of(wavelet)], [_mode(mode, "dwt")], resolve(threads), "dwt", out
    )
    return approx, detail


def idwt(
    approx: ArrayLike | None,
    detail: ArrayLike | None,
    wavelet: Name,
    mode: str = "symmetric",
    axis: int = -1,
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`dwt` was given; a band that is None counts as zeros. An odd signal comes back one longer.

    >>> from pycomp import transforms
    >>> transforms.idwt(*transforms.dwt([1.0, 1.0, 4.0, 2.0], "db2"), "db2").round(12)
    array([1., 1., 4., 2.])
    """
    bands = _together([approx, detail], "idwt")
    (place,) = _axes([axis], bands[0].ndim, "idwt")
    return _inverse(bands, (place,), [bank_of(wavelet)], [_mode(mode, "idwt")], resolve(threads), "idwt", out)


def _prepared(wavelet: Any, mode: Any, count: int, where: str) -> tuple[list[Wavelet], list[int]]:
    wavelets = [bank_of(w) for w in _each(wavelet, count, (str, FilterBank), "wavelets")]
    return wavelets, [_mode(m, where) for m in _each(mode, count, str, "modes")]


def dwt2(
    data: ArrayLike,
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    axes: tuple[int, int] = (-2, -1),
    *,
    out: tuple[NDArray[Any], tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] | None = None,
    threads: int | None = 1,
) -> tuple[NDArray[Any], tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """One level along two axes, in one pass: ``cA, (cH, cV, cD)``.

    cH holds what varies down the first axis (horizontal edges), cV along the second, cD both. Wavelet and
    mode may be pairs, one for each axis. The rest is as in :func:`dwt`.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> approx, (across, down, both) = transforms.dwt2(np.ones((4, 6)), "haar")
    >>> approx.shape, bool(np.allclose(approx, 2)), bool(np.allclose(both, 0))
    ((2, 3), True, True)
    """
    values = _numbers(data, "dwt2")
    if len(axes) != 2:
        raise ValueError(f"dwt2: {len(axes)} axes, not two")
    places = _axes(axes, values.ndim, "dwt2")
    wavelets, modes = _prepared(wavelet, mode, 2, "dwt2")
    given = None if out is None else [out[0], out[1][1], out[1][0], out[1][2]]
    aa, ad, da, dd = _forward(values, places, wavelets, modes, resolve(threads), "dwt2", given)
    return aa, (da, ad, dd)


def idwt2(
    coeffs: tuple[Any, tuple[Any, Any, Any]],
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    axes: tuple[int, int] = (-2, -1),
    *,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`dwt2` was given; bands that are None count as zeros.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> image = np.arange(16.0).reshape(4, 4)
    >>> bool(np.allclose(transforms.idwt2(transforms.dwt2(image, "cdf9.7"), "cdf9.7"), image))
    True
    """
    aa, (da, ad, dd) = coeffs
    bands = _together([aa, ad, da, dd], "idwt2")
    if len(axes) != 2:
        raise ValueError(f"idwt2: {len(axes)} axes, not two")
    places = _axes(axes, bands[0].ndim, "idwt2")
    wavelets, modes = _prepared(wavelet, mode, 2, "idwt2")
    return _inverse(bands, places, wavelets, modes, resolve(threads), "idwt2", out)


def _groups(places: tuple[int, ...]) -> list[slice]:
    """The axes as the kernels take them: the last two at once, those before one by one."""
    split = max(len(places) - 2, 0)
    return [slice(i, i + 1) for i in range(split)] + [slice(split, len(places))]


def dwtn(
    data: ArrayLike,
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
    threads: int | None = 1,
) -> dict[str, NDArray[Any]]:
    """One level along any axes (None: all): a dict with keys such as ``"ad"``, a letter an axis.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> sorted(transforms.dwtn(np.zeros((2, 4, 6)), "haar"))
    ['aaa', 'aad', 'ada', 'add', 'daa', 'dad', 'dda', 'ddd']
    """
    values = _numbers(data, "dwtn")
    if values.ndim == 0:
        raise ValueError("dwtn: an array of at least one dimension is needed")
    places = _axes(range(values.ndim) if axes is None else axes, values.ndim, "dwtn")
    wavelets, modes = _prepared(wavelet, mode, len(places), "dwtn")
    workers, bands = resolve(threads), {"": values}
    for part in _groups(places):
        if part.stop == part.start:
            break
        keys = ["".join(k) for k in product("ad", repeat=part.stop - part.start)]
        bands = {
            prefix + key: band
            for prefix, x in bands.items()
            for key, band in zip(
                keys, _forward(x, places[part], wavelets[part], modes[part], workers, "dwtn"), strict=True
            )
        }
    return bands


def idwtn(
    coeffs: dict[str, Any],
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
    threads: int | None = 1,
) -> NDArray[Any]:
    """What :func:`dwtn` was given; bands missing or None count as zeros.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> volume = np.arange(24.0).reshape(2, 3, 4)
    >>> back = transforms.idwtn(transforms.dwtn(volume, "db2"), "db2")
    >>> bool(np.allclose(back[:2, :3, :4], volume))
    True
    """
    present = {key: band for key, band in coeffs.items() if band is not None}
    if not present or len({len(key) for key in present}) != 1 or any(set(key) - set("ad") for key in present):
        raise ValueError(f"idwtn: {sorted(coeffs)} are no keys of a and d, all of one length")
    rank = len(next(iter(present)))
    keys = ["".join(key) for key in product("ad", repeat=rank)]
    full = dict(zip(keys, _together([present.get(key) for key in keys], "idwtn"), strict=True))
    ndim = full[keys[0]].ndim
    places = _axes(range(rank) if axes is None else axes, ndim, "idwtn")
    if len(places) != rank:
        raise ValueError(f"idwtn: keys of {rank} letters for {len(places)} axes")
    wavelets, modes = _prepared(wavelet, mode, rank, "idwtn")
    workers = resolve(threads)
    for part in reversed(_groups(places)):
        last = ["".join(k) for k in product("ad", repeat=part.stop - part.start)]
        full = {
            prefix: _inverse(
                [full[prefix + key] for key in last],
                places[part],
                wavelets[part],
                modes[part],
                workers,
                "idwtn",
            )
            for prefix in ("".join(k) for k in product("ad", repeat=part.start))
        }
    return full[""]


def wavedec(
    data: ArrayLike,
    wavelet: Name,
    mode: str = "symmetric",
    level: int | None = None,
    axis: int = -1,
    *,
    threads: int | None = 1,
) -> list[NDArray[Any]]:
    """Several levels along one axis: ``[cA_n, cD_n, ..., cD_1]``.

    By default there are as many as :func:`dwt_max_level` says.

    >>> from pycomp import transforms
    >>> [len(band) for band in transforms.wavedec(range(16), "db2")]
    [6, 6, 9]
    """
    values = _numbers(data, "wavedec")
    (place,) = _axes([axis], values.ndim, "wavedec")
    (w,), (code,) = _prepared(wavelet, mode, 1, "wavedec")
    bands, workers = [], resolve(threads)
    for _ in range(_levels(level, [values.shape[place]], [w], "wavedec")):
        values, detail = _forward(values, (place,), [w], [code], workers, "wavedec")
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
    coeffs: Sequence[Any], wavelet: Name, mode: str = "symmetric", axis: int = -1, *, threads: int | None = 1
) -> NDArray[Any]:
    """What :func:`wavedec` was given; details that are None count as zeros.

    >>> from pycomp import transforms
    >>> transforms.waverec(transforms.wavedec([1.0, 2.0, 3.0, 5.0], "haar"), "haar").round(12)
    array([1., 2., 3., 5.])
    """
    if not isinstance(coeffs, (list, tuple)) or not coeffs:
        raise ValueError("waverec: a list of at least one array of coefficients is needed")
    (w,), (code,) = _prepared(wavelet, mode, 1, "waverec")
    approx, workers = coeffs[0], resolve(threads)
    for detail in coeffs[1:]:
        if approx is not None and detail is not None:
            approx, shape = np.asarray(approx), np.shape(detail)
            if len(shape) != approx.ndim:
                raise ValueError(f"waverec: shapes {approx.shape} and {shape} do not belong together")
            approx = _trimmed(approx, shape, _axes([axis], approx.ndim, "waverec"), "waverec")
        bands = _together([approx, detail], "waverec")
        approx = _inverse(bands, _axes([axis], bands[0].ndim, "waverec"), [w], [code], workers, "waverec")
    return np.asarray(approx)


def wavedec2(
    data: ArrayLike,
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    level: int | None = None,
    axes: tuple[int, int] = (-2, -1),
    *,
    threads: int | None = 1,
) -> list[Any]:
    """Several levels along two axes: ``[cA_n, (cH_n, cV_n, cD_n), ..., (cH_1, cV_1, cD_1)]``.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> coeffs = transforms.wavedec2(np.zeros((64, 64)), "db2", level=2)
    >>> coeffs[0].shape, coeffs[2][0].shape
    ((18, 18), (33, 33))
    """
    values = _numbers(data, "wavedec2")
    places = _axes(axes, values.ndim, "wavedec2")
    if len(places) != 2:
        raise ValueError(f"wavedec2: {len(places)} axes, not two")
    wavelets, modes = _prepared(wavelet, mode, 2, "wavedec2")
    bands: list[Any] = []
    workers = resolve(threads)
    for _ in range(_levels(level, [values.shape[a] for a in places], wavelets, "wavedec2")):
        values, ad, da, dd = _forward(values, places, wavelets, modes, workers, "wavedec2")
        bands.append((da, ad, dd))
    return [values, *bands[::-1]]


def waverec2(
    coeffs: Sequence[Any],
    wavelet: Name | tuple[Name, Name],
    mode: str | tuple[str, str] = "symmetric",
    axes: tuple[int, int] = (-2, -1),
    *,
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
    wavelets, modes = _prepared(wavelet, mode, 2, "waverec2")
    approx, workers = np.asarray(coeffs[0]), resolve(threads)
    places = _axes(axes, approx.ndim, "waverec2")
    for details in coeffs[1:]:
        if not isinstance(details, (list, tuple)) or len(details) != 3:
            raise ValueError("waverec2: details are three arrays a level, as wavedec2 returns them")
        shapes = [np.shape(d) for d in details if d is not None]
        if shapes:
            if len(shapes[0]) != approx.ndim:
                raise ValueError(f"waverec2: shapes {approx.shape} and {shapes[0]} do not belong together")
            approx = _trimmed(approx, shapes[0], places, "waverec2")
        da, ad, dd = details
        bands = _together([approx, ad, da, dd], "waverec2")
        approx = _inverse(bands, places, wavelets, modes, workers, "waverec2")
    return approx


def wavedecn(
    data: ArrayLike,
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    level: int | None = None,
    axes: Sequence[int] | None = None,
    *,
    threads: int | None = 1,
) -> list[Any]:
    """Several levels along any axes (None: all): ``[cA_n, {details_n}, ..., {details_1}]``.

    The dicts' keys are those of :func:`dwtn`, but for the approximation's.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> len(transforms.wavedecn(np.zeros((16, 16, 16)), "haar"))
    5
    """
    values = _numbers(data, "wavedecn")
    places = _axes(range(values.ndim) if axes is None else axes, values.ndim, "wavedecn")
    wavelets, modes = _prepared(wavelet, mode, len(places), "wavedecn")
    names = [mode_name for code in modes for mode_name, value in _native.MODES.items() if value == code]
    bands: list[Any] = []
    for _ in range(_levels(level, [values.shape[a] for a in places], wavelets, "wavedecn")):
        found = dwtn(values, wavelets, names, places, threads=threads)
        values = found.pop("a" * len(places))
        bands.append(found)
    return [values, *bands[::-1]]


def waverecn(
    coeffs: Sequence[Any],
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
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
    places = _axes(range(approx.ndim) if axes is None else axes, approx.ndim, "waverecn")
    for details in coeffs[1:]:
        shapes = [np.shape(d) for d in details.values() if d is not None]
        if shapes:
            approx = _trimmed(approx, shapes[0], places, "waverecn")
        approx = idwtn({"a" * len(places): approx, **details}, wavelet, mode, places, threads=threads)
    return approx


def swt(
    data: ArrayLike,
    wavelet: Name,
    level: int | None = None,
    start_level: int = 0,
    axis: int = -1,
    trim_approx: bool = False,
    norm: bool = False,
    *,
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
    values = _numbers(data, "swt")
    (place,) = _axes([axis], values.ndim, "swt")
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
    for i in range(start_level, start_level + level):
        pair = _undecimated(values, place, w, 1 << i, workers)
        bands.append(pair)
        values = pair[0]
    bands.reverse()
    return [bands[0][0], *(detail for _, detail in bands)] if trim_approx else bands


def _undecimated(
    values: NDArray[Any], axis: int, w: Wavelet, step: int, threads: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    if values.dtype.kind == "c":
        real = _undecimated(values.real, axis, w, step, threads)
        imag = _undecimated(values.imag, axis, w, step, threads)
        approx, detail = (re + 1j * im for re, im in zip(real, imag, strict=True))
        return approx, detail
    bands = [np.empty(values.shape, values.dtype) for _ in range(2)]
    double = values.dtype == np.float64
    _native.transform([values], list(bands), (axis,), (w.analysis,), (0,), double, False, step, threads)
    return bands[0], bands[1]
