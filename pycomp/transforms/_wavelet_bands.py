"""What all wavelet transforms do with their arguments, and the one step that they are made of.

:func:`analyse` and :func:`synthesise` are one level along some axes; everything else is levels, names and
layouts around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import dwt as _native
from pycomp.transforms._wavelet_filters import FilterBank, Wavelet
from pycomp.transforms._wavelet_filters import wavelet as bank_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["analyse", "axes_of", "mode_code", "numbers", "prepared", "synthesise", "together", "undecimated"]


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


def analyse(
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
        real = analyse(values.real, axes, wavelets, modes, threads, where)
        imag = analyse(values.imag, axes, wavelets, modes, threads, where)
        bands = outputs(out, len(real), real[0].shape, values.dtype, [values], where)
        for band, re, im in zip(bands, real, imag, strict=True):
            band.real, band.imag = re, im
        return bands
    shape = list(values.shape)
    for axis, w, mode in zip(axes, wavelets, modes, strict=True):
        if shape[axis] == 0:
            raise ValueError(f"{where}: axis {axis} of shape {values.shape} is empty")
        shape[axis] = _band_length(shape[axis], w.dec_len, mode)
    bands = outputs(out, 2 ** len(axes), tuple(shape), values.dtype, [values], where)
    banks, places, order = tuple(w.analysis for w in wavelets), axes, bands
    if len(axes) == 2 and abs(values.strides[axes[0]]) < abs(values.strides[axes[1]]):
        # The kernel reads along the second axis, which had better be the denser one.
        places, banks, modes = axes[::-1], banks[::-1], modes[::-1]
        order = [bands[0], bands[2], bands[1], bands[3]]
    double = values.dtype == np.float64
    _native.transform([values], list(order), places, banks, tuple(modes), double, False, 0, threads)
    return bands


def synthesise(
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
        real = synthesise([b.real for b in bands], axes, wavelets, modes, threads, where)
        imag = synthesise([b.imag for b in bands], axes, wavelets, modes, threads, where)
        (result,) = outputs(given, 1, real.shape, bands[0].dtype, bands, where)
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
    (result,) = outputs(given, 1, tuple(shape), bands[0].dtype, bands, where)
    banks = tuple(w.synthesis for w in wavelets)
    double = bands[0].dtype == np.float64
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
    values: NDArray[Any], axis: int, w: Wavelet, step: int, threads: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    if values.dtype.kind == "c":
        real = undecimated(values.real, axis, w, step, threads)
        imag = undecimated(values.imag, axis, w, step, threads)
        approx, detail = (re + 1j * im for re, im in zip(real, imag, strict=True))
        return approx, detail
    bands = [np.empty(values.shape, values.dtype) for _ in range(2)]
    double = values.dtype == np.float64
    _native.transform([values], list(bands), (axis,), (w.analysis,), (0,), double, False, step, threads)
    return bands[0], bands[1]
