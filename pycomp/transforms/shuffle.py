"""Shuffles: bytes, or bits, of like significance side by side.

The numbers of an array differ mostly in their low bytes. Put all first bytes together, then all second ones,
and a byte coder sees long stretches of the same; with bits, even noise in the low bits leaves the high ones
clean. ``bytedelta`` also takes each byte less the one before it in its plane. The layouts are those of Blosc
(Alted, "Why modern CPUs are starving and what can be done about it", 2010; Masui et al., "A compression
scheme for radio data in high performance computing", 2015), so the planes can be exchanged with it.

Input that is not C-contiguous is copied first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import delta as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["shuffle", "unshuffle", "split_planes", "merge_planes"]


def _bytes(array: ArrayLike, where: str) -> tuple[NDArray[np.uint8], int]:
    """The array's bytes in C order, and the width of an element."""
    values = np.asarray(array)
    if values.dtype.hasobject:
        raise TypeError(f"{where}: elements of dtype {values.dtype} are references, not bytes")
    width = values.dtype.itemsize
    if not 1 <= width <= _native.MAX_WIDTH:
        raise TypeError(f"{where}: elements of {width} bytes; 1 to {_native.MAX_WIDTH} can be shuffled")
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8), width


def _kind(kind: str, where: str) -> int:
    if kind not in _native.KINDS:
        raise ValueError(f"{where}: kind {kind!r} is unknown; choose one of {', '.join(_native.KINDS)}")
    return _native.KINDS[kind]


def _target(
    out: NDArray[Any] | None, shape: tuple[int, ...], dtype: np.dtype[Any], source: NDArray[Any], where: str
) -> NDArray[Any]:
    if out is None:
        return np.empty(shape, dtype)
    return fitting(out, shape, dtype, where, apart=[source], contiguous=True, aligned=False)


def _run(
    source: NDArray[Any], target: NDArray[Any], kind: int, width: int, inverse: bool, threads: int | None
) -> None:
    _native.shuffle(source, target.reshape(-1).view(np.uint8), kind, width, inverse, resolve(threads))


def shuffle(
    array: ArrayLike, *, kind: str = "byte", out: NDArray[np.uint8] | None = None, threads: int | None = 1
) -> NDArray[np.uint8]:
    """The bytes of an array, rearranged by significance.

    Parameters
    ----------
    array : array_like
        Any shape; elements of 1 to 256 bytes, without references.
    kind : {"byte", "bit", "bytedelta"}
        Planes of bytes; planes of bits (the last ``size % 8`` elements follow unshuffled); planes of
        differences of bytes.
    out : ndarray of uint8, optional
        1-D, C-contiguous, of the array's number of bytes; must not overlap it.
    threads : int, optional
        Threads to use, None for all cores.

    Returns
    -------
    ndarray of uint8
        1-D, ``array.nbytes`` long.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.shuffle(np.array([0x0102, 0x0103, 0x0104], "<u2"))
    array([2, 3, 4, 1, 1, 1], dtype=uint8)
    """
    source, width = _bytes(array, "shuffle")
    code = _kind(kind, "shuffle")
    target = _target(out, (source.size,), np.dtype(np.uint8), source, "shuffle")
    _run(source, target, code, width, False, threads)
    return target


def unshuffle(
    data: ArrayLike,
    dtype: DTypeLike,
    *,
    kind: str = "byte",
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[Any]:
    """The elements, of the given dtype, that :func:`shuffle` was given; 1-D, or in the shape of *out*.

    ``bytedelta`` is summed by one thread.

    Raises
    ------
    ValueError
        The data are no whole number of elements, or *out* does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.unshuffle(transforms.shuffle(np.arange(5.0), kind="bit"), np.float64, kind="bit")
    array([0., 1., 2., 3., 4.])
    """
    source, _ = _bytes(data, "unshuffle")
    result = np.dtype(dtype)
    _bytes(np.empty(0, result), "unshuffle")
    if source.size % result.itemsize:
        raise ValueError(f"unshuffle: {source.size} bytes are no whole number of {result} elements")
    size = source.size // result.itemsize
    shape = out.shape if isinstance(out, np.ndarray) and out.size == size else (size,)
    code = _kind(kind, "unshuffle")
    target = _target(out, shape, result, source, "unshuffle")
    _run(source, target, code, result.itemsize, True, threads)
    return target


def split_planes(
    array: ArrayLike, *, out: NDArray[np.uint8] | None = None, threads: int | None = 1
) -> NDArray[np.uint8]:
    """The bytes of each element as planes: shape ``(itemsize, *array.shape)``, the first in memory first.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.split_planes(np.array([[0x0102, 0x0304]], "<u2")).tolist()
    [[[2, 4]], [[1, 3]]]
    """
    shape = np.shape(array)
    source, width = _bytes(array, "split_planes")
    target = _target(out, (width, *shape), np.dtype(np.uint8), source, "split_planes")
    _run(source, target, _native.KINDS["byte"], width, False, threads)
    return target


def merge_planes(
    planes: ArrayLike, dtype: DTypeLike, *, out: NDArray[Any] | None = None, threads: int | None = 1
) -> NDArray[Any]:
    """The array whose planes :func:`split_planes` gave: uint8 ``(itemsize, ...)`` to *dtype* ``(...)``.

    >>> import numpy as np
    >>> from pycomp import transforms
    >>> transforms.merge_planes(np.array([[2, 4], [1, 3]], np.uint8), "<u2") == [0x0102, 0x0304]
    array([ True,  True])
    """
    values, result = np.asarray(planes), np.dtype(dtype)
    if values.dtype != np.uint8 or values.ndim == 0 or values.shape[0] != result.itemsize:
        raise ValueError(
            f"merge_planes: {values.dtype} of shape {values.shape} is no {result.itemsize} planes of {result}"
        )
    _bytes(np.empty(0, result), "merge_planes")
    source = np.ascontiguousarray(values)
    target = _target(out, values.shape[1:], result, source, "merge_planes")
    _run(source.reshape(-1), target, _native.KINDS["byte"], result.itemsize, True, threads)
    return target
