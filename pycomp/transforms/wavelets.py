"""Discrete wavelet transforms with PyWavelets' names, modes and coefficient layout.

Filters are applied in polyphase form, both bands at once and both axes in one pass over the array, in
vectors down the columns (Mallat, "A theory for multiresolution signal decomposition", 1989; Chrysafis and
Ortega, "Line-based, reduced memory, wavelet image compression", 2000).

float32 stays float32, float16 becomes float32, complex numbers are transformed part by part, and everything
else is converted to float64. Input of these types is read through its strides, whatever they are; other
types are copied in the conversion. New results are C-contiguous; ``out=``
takes any strides. Every axis that is not transformed is a
batch axis.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

from pycomp._threads import resolve
from pycomp.transforms._wavelet_bands import (
    analyse,
    axes_of,
    in_kernel_order,
    mode_code,
    numbers,
    prepared,
    synthesise,
    together,
)
from pycomp.transforms._wavelet_filters import FilterBank
from pycomp.transforms._wavelet_filters import wavelet as bank_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Name: TypeAlias = str | FilterBank

__all__ = ["dwt", "idwt", "dwt2", "idwt2", "dwtn", "idwtn"]


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
        ``periodization``: periodic, with the fewest coefficients. A single element, which PyWavelets refuses
        to reflect, is repeated.
    axis : int
        The axis transformed; all others are batch axes.
    out : pair of ndarray, optional
        Where to put the coefficients: of their shape and dtype, nothing overlapping. Arrays of equal strides
        are written directly, others through a copy.
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
    values = numbers(data, "dwt")
    (place,) = axes_of([axis], values.ndim, "dwt")
    approx, detail = analyse(
        values, (place,), [bank_of(wavelet)], [mode_code(mode, "dwt")], resolve(threads), "dwt", out
    )
    return approx, detail


def idwt(
    cA: ArrayLike | None,  # noqa: N803, PyWavelets' names
    cD: ArrayLike | None,  # noqa: N803
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
    bands = together([cA, cD], "idwt")
    (place,) = axes_of([axis], bands[0].ndim, "idwt")
    return synthesise(
        bands, (place,), [bank_of(wavelet)], [mode_code(mode, "idwt")], resolve(threads), "idwt", out
    )


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
    values = numbers(data, "dwt2")
    if len(axes) != 2:
        raise ValueError(f"dwt2: {len(axes)} axes, not two")
    places = axes_of(axes, values.ndim, "dwt2")
    wavelets, modes = prepared(wavelet, mode, 2, "dwt2")
    given = None if out is None else in_kernel_order(out, "dwt2")
    aa, ad, da, dd = analyse(values, places, wavelets, modes, resolve(threads), "dwt2", given)
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
    bands = together([aa, ad, da, dd], "idwt2")
    if len(axes) != 2:
        raise ValueError(f"idwt2: {len(axes)} axes, not two")
    places = axes_of(axes, bands[0].ndim, "idwt2")
    wavelets, modes = prepared(wavelet, mode, 2, "idwt2")
    return synthesise(bands, places, wavelets, modes, resolve(threads), "idwt2", out)


def _groups(places: tuple[int, ...]) -> list[slice]:
    """The axes as the kernels take them: the last two at once, those before one by one."""
    split = max(len(places) - 2, 0)
    return [slice(i, i + 1) for i in range(split)] + ([slice(split, len(places))] if places else [])


def _keys(rank: int) -> list[str]:
    """``aa ad da dd`` and the like, in the kernels' order."""
    return ["".join(key) for key in product("ad", repeat=rank)]


def dwtn(
    data: ArrayLike,
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
    out: dict[str, NDArray[Any]] | None = None,
    threads: int | None = 1,
) -> dict[str, NDArray[Any]]:
    """One level along any axes (None: all): a dict with keys such as ``"ad"``, a letter an axis.

    *out*, if given, is a dict of the result's keys: arrays of the result's shapes and dtype.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> sorted(transforms.dwtn(np.zeros((2, 4, 6)), "haar"))
    ['aaa', 'aad', 'ada', 'add', 'daa', 'dad', 'dda', 'ddd']
    """
    values = numbers(data, "dwtn")
    if values.ndim == 0:
        raise ValueError("dwtn: an array of at least one dimension is needed")
    places = axes_of(range(values.ndim) if axes is None else axes, values.ndim, "dwtn")
    wavelets, modes = prepared(wavelet, mode, len(places), "dwtn")
    workers, bands = resolve(threads), {"": values}
    wanted = _keys(len(places))
    if out is not None and (not isinstance(out, dict) or sorted(out) != wanted):
        raise ValueError(f"dwtn: out is no dict of the keys {', '.join(wanted)}")
    for part in _groups(places):
        keys, found = _keys(part.stop - part.start), {}
        for prefix, x in bands.items():
            given = None
            if out is not None and part.stop == len(places):
                given = [out[prefix + key] for key in keys]
            pieces = analyse(x, places[part], wavelets[part], modes[part], workers, "dwtn", given)
            found.update({prefix + key: band for key, band in zip(keys, pieces, strict=True)})
        bands = found
    return bands


def idwtn(
    coeffs: dict[str, Any],
    wavelet: Name | Sequence[Name],
    mode: str | Sequence[str] = "symmetric",
    axes: Sequence[int] | None = None,
    *,
    out: NDArray[Any] | None = None,
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
    keys = _keys(rank)
    full = dict(zip(keys, together([present.get(key) for key in keys], "idwtn"), strict=True))
    ndim = full[keys[0]].ndim
    places = axes_of(range(rank) if axes is None else axes, ndim, "idwtn")
    if len(places) != rank:
        raise ValueError(f"idwtn: keys of {rank} letters for {len(places)} axes")
    wavelets, modes = prepared(wavelet, mode, rank, "idwtn")
    workers = resolve(threads)
    for part in reversed(_groups(places)):
        found = {}
        for prefix in _keys(part.start):
            pieces = [full[prefix + key] for key in _keys(part.stop - part.start)]
            given = out if part.start == 0 else None
            found[prefix] = synthesise(
                pieces, places[part], wavelets[part], modes[part], workers, "idwtn", given
            )
        full = found
    return full[""]
