"""Predictors of pictures: each sample less what its neighbours say, exactly undone.

From a, b and c, the samples to the left, above, and above left, which are 0 outside the picture:

=============  ==================================================================================
``"left"``     a
``"up"``       b
``"average"``  half of a + b, rounded down
``"paeth"``    the nearest of a, b and c to a + b - c, in this order where two are as near
``"med"``      the median of a, b and a + b - c: edges from c, slopes from all three
=============  ==================================================================================

The first four are PNG's filters (Paeth, "Image file compression made easy", 1991), the last is that of LOCO-I
and JPEG-LS (ITU-T T.87; Weinberger, Seroussi and Sapiro, 2000). Differences are taken modulo 2^width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import plane as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["predict2d", "unpredict2d"]


def _rows(values: NDArray[Any]) -> NDArray[Any]:
    """As rows, pixels and channels; a copy unless each row is one run of memory."""
    cube = values if values.ndim == 3 else values[:, :, np.newaxis]
    _, pixels, channels = cube.shape
    together = (channels <= 1 or cube.strides[2] == cube.itemsize) and (
        pixels <= 1 or cube.strides[1] == cube.itemsize * channels
    )
    return cube if (together and cube.flags.aligned) or not cube.size else cube.copy(order="C")


def _run(
    image: ArrayLike, method: str, out: NDArray[Any] | None, threads: int | None, restore: bool, where: str
) -> NDArray[Any]:
    values = np.asarray(image)
    if values.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"{where}: samples of dtype {values.dtype.str} are not uint8 or uint16")
    if values.ndim not in (2, 3):
        raise ValueError(f"{where}: an image of shape {values.shape}, not (H, W) or (H, W, C)")
    if method not in _native.METHODS:
        raise ValueError(f"{where}: method {method!r} is unknown; choose one of {', '.join(_native.METHODS)}")
    if out is None:
        out = np.empty(values.shape, values.dtype)
    else:  # apart, because samples are looked at after their neighbours are done
        fitting(out, values.shape, values.dtype, where, apart=[values], aligned=False)
    target = _rows(out)
    _native.run(_rows(values), target, _native.METHODS[method], restore, resolve(threads))
    if not np.may_share_memory(target, out):
        out[...] = target.reshape(out.shape)
    return out


def predict2d(
    image: ArrayLike, method: str = "med", *, out: NDArray[Any] | None = None, threads: int | None = 1
) -> NDArray[Any]:
    """Each sample less its prediction from the neighbours, modulo 2^width.

    Parameters
    ----------
    image : array_like of uint8 or uint16, shape (H, W) or (H, W, C)
        Channels are predicted from themselves. Rows may lie anywhere, upside down too; an image whose pixels
        within a row are apart is copied first.
    method : str
        ``"left"``, ``"up"``, ``"average"``, ``"paeth"`` or ``"med"``.
    out : ndarray, optional
        Where to, of the same shape and dtype, elsewhere in memory.
    threads : int, optional
        Threads that share the rows. None: all cores.

    Returns
    -------
    ndarray
        Of the image's shape and dtype, C-contiguous unless it is *out*.

    Raises
    ------
    TypeError
        Samples of another dtype or byte order.
    ValueError
        An array of another rank, an unknown method, or a bad *out*.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> image = np.array([[10, 12, 14], [11, 13, 15], [90, 92, 94]], np.uint8)
    >>> transforms.predict2d(image)
    array([[10,  2,  2],
           [ 1,  1,  1],
           [79,  2,  2]], dtype=uint8)
    >>> transforms.unpredict2d(transforms.predict2d(image)).tolist() == image.tolist()
    True
    """
    return _run(image, method, out, threads, False, "predict2d")


def unpredict2d(
    residual: ArrayLike, method: str = "med", *, out: NDArray[Any] | None = None, threads: int | None = 1
) -> NDArray[Any]:
    """The image that :func:`predict2d` was given, from what it returned and the same method.

    Rows depend on those above them and are one thread's work, but for ``"left"``. Parameters and errors are
    those of :func:`predict2d`.
    """
    return _run(residual, method, out, threads, True, "unpredict2d")
