"""Wavelet denoising: small detail coefficients are noise, and are set to zero or shrunk.

Two ways to choose the threshold, both for white Gaussian noise of standard deviation sigma. VisuShrink
takes sigma sqrt(2 ln n), which n normal numbers hardly ever exceed (Donoho and Johnstone, "Ideal spatial
adaptation by wavelet shrinkage", 1994). BayesShrink takes for each band sigma^2 / sqrt(var(band) -
sigma^2), near the best for a generalised Gaussian prior (Chang, Yu and Vetterli, "Adaptive wavelet
thresholding for image denoising and compression", 2000). Without a sigma, the median of the finest diagonal
band's magnitudes gives it, divided by 0.6745, the upper quartile of the normal distribution.

The formulas are those of scikit-image's ``denoise_wavelet``, without its rescaling of integer images.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp.transforms._out import copied, fitting
from pycomp.transforms._wavelet_bands import axes_of, numbers
from pycomp.transforms._wavelet_filters import wavelet as bank_of
from pycomp.transforms.wavelet_levels import dwt_max_level, wavedecn, waverecn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from pycomp.transforms._wavelet_filters import FilterBank

__all__ = ["denoise", "threshold"]

# The 75th percentile of the standard normal distribution: half of all magnitudes lie below it.
_QUARTILE = 0.6744897501960817


def threshold(
    data: ArrayLike, value: float, mode: str = "soft", *, out: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Coefficients without those below a threshold.

    ``soft`` moves the others towards zero by *value*, complex ones along their direction; ``hard`` leaves
    them. *out* may be the input itself.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.threshold(np.array([-3.0, 1.0, 2.0, 4.0]), 2)
    array([-1.,  0.,  0.,  2.])
    >>> transforms.threshold(np.array([-3.0, 1.0, 2.0, 4.0]), 2, "hard")
    array([-3.,  0.,  2.,  4.])
    """
    if mode not in ("soft", "hard"):
        raise ValueError(f"threshold: mode {mode!r} is unknown; choose soft or hard")
    if not value >= 0:
        raise ValueError(f"threshold: value {value} is negative, or no number")
    values = numbers(data, "threshold")
    result = np.empty_like(values) if out is None else fitting(out, values.shape, values.dtype, "threshold")
    if mode == "hard":
        small = np.abs(values) < value
        np.copyto(result, values)
        result[small] = 0
    elif values.dtype.kind == "c":
        size = np.abs(values)
        np.multiply(values, np.maximum(size - value, 0) / np.where(size == 0, 1, size), out=result)
    else:  # what is left once the part within the threshold is taken off
        np.subtract(values, np.clip(values, -value, value), out=result)
    return result


def _sigma(band: NDArray[Any]) -> float:
    """The noise from a band that holds little else; exact zeros are taken for what was never measured."""
    magnitudes = np.abs(band[band != 0])
    return float(np.median(magnitudes)) / _QUARTILE if magnitudes.size else 0.0


def _bayes(band: NDArray[Any], variance: float) -> float:
    flat = band.reshape(-1)
    energy = float(np.vdot(flat, flat).real) / flat.size
    return variance / math.sqrt(max(energy - variance, float(np.finfo(band.dtype).eps)))


def denoise(
    data: ArrayLike,
    sigma: float | None = None,
    wavelet: str | FilterBank = "db1",
    mode: str = "soft",
    level: int | None = None,
    *,
    method: str = "BayesShrink",
    axes: Sequence[int] | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The array with its noise taken out by shrinking wavelet coefficients.

    Parameters
    ----------
    data : array_like
        A signal, image or volume of numbers. float32 stays float32, all else but complex becomes float64.
    sigma : float, optional
        The noise's standard deviation, in the data's units; estimated by default.
    wavelet : str or object with filters
        An orthogonal one spreads white noise evenly, as the thresholds assume.
    mode : {"soft", "hard"}
        See :func:`threshold`.
    level : int, optional
        Levels analysed; by default three less than there could be, and at least one.
    method : {"BayesShrink", "VisuShrink"}
        A threshold for each band, or one for all.
    axes : sequence of int, optional
        The axes that the signal extends along, all by default. Thresholds are shared by the others: denoise
        the channels of a colour image one by one where their noise differs.
    out : ndarray, optional
        Where to put the result, of its shape and dtype; the input itself will do.
    threads : int, optional
        Threads for the transforms.

    Returns
    -------
    ndarray
        Of the data's shape.

    Raises
    ------
    TypeError, ValueError
        As :func:`wavedecn`; an unknown method or mode; a sigma that is negative or no number.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> clean = np.repeat([1.0, 4.0, 2.0, 8.0], 64)
    >>> noisy = clean + 0.3 * np.random.default_rng(0).standard_normal(256)
    >>> bool(np.std(transforms.denoise(noisy) - clean) < 0.5 * np.std(noisy - clean))
    True
    """
    if method not in ("BayesShrink", "VisuShrink"):
        raise ValueError(f"denoise: method {method!r} is unknown; choose BayesShrink or VisuShrink")
    if mode not in ("soft", "hard"):
        raise ValueError(f"denoise: mode {mode!r} is unknown; choose soft or hard")
    if sigma is not None and not (sigma >= 0 and math.isfinite(sigma)):
        raise ValueError(f"denoise: sigma {sigma} is no standard deviation")
    values = numbers(data, "denoise")
    places = axes_of(range(values.ndim) if axes is None else axes, values.ndim, "denoise")
    if not places:
        raise ValueError(f"denoise: no axis of shape {values.shape} is named; there must be one")
    w = bank_of(wavelet)
    if level is None:
        level = max(min(dwt_max_level(values.shape[a], w.dec_len) for a in places) - 3, 1)
    coeffs = wavedecn(values, w, "symmetric", level, places, threads=threads)
    if sigma is None and len(coeffs) > 1:
        sigma = _sigma(coeffs[-1]["d" * len(places)])
    noise = 0.0 if sigma is None else float(sigma)
    universal = noise * math.sqrt(2 * math.log(max(values.size, 1)))
    for details in coeffs[1:]:
        for band in details.values():
            value = universal if method == "VisuShrink" else _bayes(band, noise * noise)
            threshold(band, value, mode, out=band)
    back = waverecn(coeffs, w, "symmetric", places, threads=threads)
    back = back[tuple(slice(n) for n in values.shape)]
    return copied(back, out, "denoise")
