"""What all wavelet transforms do with their arguments, and the one step that they are made of.

:func:`analyse` and :func:`synthesise` are one level along some axes; everything else is levels, names and
layouts around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import dwt as _native
from pycomp.transforms._out import check_apart, fitting
from pycomp.transforms._wavelet_filters import FilterBank, Wavelet
from pycomp.transforms._wavelet_filters import wavelet as bank_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    Outputs: TypeAlias = Sequence[NDArray[Any] | None] | None

__all__ = [
    "analyse",
    "axes_of",
    "check_levels",
    "in_kernel_order",
    "mode_code",
    "numbers",
    "prepared",
    "settled",
    "synthesise",
    "together",
    "undecimated",
]


def numbers(data: ArrayLike, where: str) -> NDArray[Any]:
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


def axes_of(axes: Sequence[int], ndim: int, where: str) -> tuple[int, ...]:
    for axis in axes:
        if not -ndim <= axis < ndim:
            raise ValueError(f"{where}: axis {axis} is out of bounds for an array of {ndim} dimensions")
    positive = tuple(axis % ndim for axis in axes)
    if len(set(positive)) != len(positive):
        raise ValueError(f"{where}: axes {tuple(axes)} are not distinct")
    return positive


def mode_code(mode: str, where: str) -> int:
    key = str(mode)
    if key not in _native.MODES:
        raise ValueError(f"{where}: mode {mode!r} is unknown; choose one of {', '.join(_native.MODES)}")
    return _native.MODES[key]


def one_each(values: Any, count: int, single: type | tuple[type, ...], what: str) -> list[Any]:
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


def outputs(
    out: Outputs,
    count: int,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    sources: Sequence[NDArray[Any]],
    where: str,
) -> list[NDArray[Any] | None]:
    """Arrays for results, None where there is none: those given, once they fit and stand apart."""
    if out is None:
        return [None] * count
    if not isinstance(out, (list, tuple)):
        raise TypeError(f"{where}: out is of type {type(out).__name__}, not {count} arrays")
    if len(out) != count:
        raise ValueError(f"{where}: out holds {len(out)} arrays, not {count}")
    checked: list[NDArray[Any]] = []
    for array in out:
        if array is not None:
            checked.append(fitting(array, shape, dtype, where, apart=[*sources, *checked]))
    return list(out)


def alike(
    given: Sequence[NDArray[Any] | None], shape: tuple[int, ...], dtype: np.dtype[Any]
) -> list[NDArray[Any]]:
    """Arrays of one layout, as the kernel wants them: those given and fresh ones, or else fresh ones only.

    Fresh details of two axes share a block of memory. Allocators give blocks of some megabytes back to the
    system one by one, to ask for every page of them anew at the next call, but soon keep a single large one;
    the approximation, which most callers drop or keep alone, is on its own.
    """
    if len(given) == 4 and all(array is None for array in given):
        return [np.empty(shape, dtype), *np.empty((3, *shape), dtype)]
    arrays = [np.empty(shape, dtype) if array is None else array for array in given]
    if len({array.strides for array in arrays}) > 1:
        return [np.empty(shape, dtype) for _ in given]
    return arrays


def settled(given: Sequence[NDArray[Any] | None], results: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """The results, in the given arrays where there are any."""
    final = []
    for array, result in zip(given, results, strict=True):
        if array is not None and array is not result:
            array[...] = result
        final.append(result if array is None else array)
    return final


def check_levels(out: Any, count: int, where: str) -> None:
    """Whether *out* has an entry for the approximation and one for each level's details."""
    if out is not None and (not isinstance(out, (list, tuple)) or len(out) != count + 1):
        raise ValueError(f"{where}: out is not a list of {count + 1}: the approximation and {count} details")
    details = [d.values() if isinstance(d, dict) else d if isinstance(d, tuple) else [d] for d in out or ()]
    check_apart([band for level in details for band in level], where)


def in_kernel_order(level: Any, where: str) -> list[NDArray[Any]]:
    """``aa, (da, ad, dd)``, PyWavelets' order, as aa ad da dd."""
    try:
        aa, (da, ad, dd) = level
    except (TypeError, ValueError):
        raise ValueError(f"{where}: out is not of the form cA, (cH, cV, cD)") from None
    return [aa, ad, da, dd]


def analyse(
    values: NDArray[Any],
    axes: tuple[int, ...],
    wavelets: Sequence[Wavelet],
    modes: Sequence[int],
    threads: int,
    where: str,
    out: Outputs = None,
) -> list[NDArray[Any]]:
    """One level along one axis or two: bands in the order a d, or aa ad da dd."""
    shape = list(values.shape)
    for axis, w, mode in zip(axes, wavelets, modes, strict=True):
        if shape[axis] == 0:
            raise ValueError(f"{where}: axis {axis} of shape {values.shape} is empty")
        shape[axis] = _band_length(shape[axis], w.dec_len, mode)
    given = outputs(out, 2 ** len(axes), tuple(shape), values.dtype, [values], where)
    bands = alike(given, tuple(shape), values.dtype)
    if values.dtype.kind == "c":
        for part in ("real", "imag"):
            targets = [getattr(band, part) for band in bands]
            analyse(getattr(values, part), axes, wavelets, modes, threads, where, targets)
        return settled(given, bands)
    banks, places, order = tuple(w.analysis for w in wavelets), axes, bands
    if len(axes) == 2 and abs(values.strides[axes[0]]) < abs(values.strides[axes[1]]):
        # The kernel reads along the second axis, which had better be the denser one.
        places, banks, modes = axes[::-1], banks[::-1], modes[::-1]
        order = [bands[0], bands[2], bands[1], bands[3]]
    double = values.dtype == np.float64
    _native.transform([values], list(order), places, banks, tuple(modes), double, False, 0, threads)
    return settled(given, bands)


def synthesise(
    bands: list[NDArray[Any]],
    axes: tuple[int, ...],
    wavelets: Sequence[Wavelet],
    modes: Sequence[int],
    threads: int,
    where: str,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """What :func:`analyse` took apart."""
    shape = list(bands[0].shape)
    for axis, w, mode in zip(axes, wavelets, modes, strict=True):
        if shape[axis] == 0 or _signal_length(shape[axis], w.dec_len, mode) == 0:
            raise ValueError(
                f"{where}: {shape[axis]} coefficients along axis {axis} are too few for {w.dec_len} taps"
            )
        shape[axis] = _signal_length(shape[axis], w.dec_len, mode)
    dtype = bands[0].dtype
    result = np.empty(shape, dtype) if out is None else fitting(out, tuple(shape), dtype, where, apart=bands)
    if dtype.kind == "c":
        for part in ("real", "imag"):
            parts = [getattr(band, part) for band in bands]
            synthesise(parts, axes, wavelets, modes, threads, where, getattr(result, part))
        return result
    if len({band.strides for band in bands}) > 1:  # the kernel walks all bands alike
        bands = [np.ascontiguousarray(band) for band in bands]
    banks, double = tuple(w.synthesis for w in wavelets), dtype == np.float64
    _native.transform(list(bands), [result], axes, banks, tuple(modes), double, True, 0, threads)
    return result


def together(coefficients: Sequence[Any], where: str) -> list[NDArray[Any]]:
    """Bands of one shape and dtype, those that are None as zeros."""
    given = [numbers(c, where) for c in coefficients if c is not None]
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


def prepared(wavelet: Any, mode: Any, count: int, where: str) -> tuple[list[Wavelet], list[int]]:
    wavelets = [bank_of(w) for w in one_each(wavelet, count, (str, FilterBank), "wavelets")]
    return wavelets, [mode_code(m, where) for m in one_each(mode, count, str, "modes")]


def undecimated(
    values: NDArray[Any], axis: int, w: Wavelet, step: int, threads: int, out: Outputs = None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """One level of the stationary transform."""
    given = outputs(out, 2, values.shape, values.dtype, [values], "swt")
    bands = alike(given, values.shape, values.dtype)
    if values.dtype.kind == "c":
        for part in ("real", "imag"):
            targets = [getattr(band, part) for band in bands]
            undecimated(getattr(values, part), axis, w, step, threads, targets)
    else:
        double = values.dtype == np.float64
        _native.transform([values], list(bands), (axis,), (w.analysis,), (0,), double, False, step, threads)
    approx, detail = settled(given, bands)
    return approx, detail
