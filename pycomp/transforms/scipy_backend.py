"""A backend for scipy.fft: its dct, idct, dst, idst and their n-dimensional forms on our kernels.

    import scipy.fft
    from pycomp.transforms import scipy_backend

    with scipy.fft.set_backend(scipy_backend):      # or set_global_backend(scipy_backend)
        scipy.fft.dctn(blocks, axes=(-2, -1))

What our kernels do not accelerate (other lengths, type I, complex transforms, arrays that are not numpy's) is
answered with NotImplemented, so that scipy goes on to its own code. The protocol is uarray's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pycomp.transforms import cosine

__all__ = ["__ua_domain__", "__ua_function__"]

__ua_domain__ = "numpy.scipy.fft"

_OURS = {name: getattr(cosine, name) for name in cosine.__all__}


def __ua_function__(  # noqa: N807
    method: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """Call our function of the same name where it is an acceleration, else return NotImplemented."""
    name = getattr(method, "__name__", "")
    ours = _OURS.get(name)
    if ours is None or not args or not _accelerates(name, *args, **kwargs):
        return NotImplemented
    if kwargs.get("workers") is None and len(args) < 7:
        from scipy.fft import get_workers

        kwargs = {**kwargs, "workers": get_workers()}
    return ours(*args, **kwargs)


def _accelerates(
    name: str, x: Any, type: Any = 2, lengths: Any = None, axes: Any = None, *rest: Any, **named: Any
) -> bool:
    """Whether the call is valid as far as it can be seen here, and all its lengths are ours."""
    if not isinstance(x, np.ndarray) or type not in (2, 3, 4):
        return False
    if name.endswith("n"):
        lengths, axes = named.get("s", lengths), named.get("axes", axes)
        if lengths is None and axes is None:
            lengths = x.shape
    else:
        lengths, axes = named.get("n", lengths), named.get("axis", -1 if axes is None else axes)
    try:
        if lengths is None:
            lengths = [x.shape[axis] for axis in (axes if np.iterable(axes) else [axes])]
        elif not np.iterable(lengths):
            lengths = [lengths]
        dtype = np.dtype(np.float64) if x.dtype.kind in "biu" else x.dtype
        return cosine.accelerates(dtype, x.ndim, type, lengths)
    except (IndexError, TypeError):
        return False  # scipy says what is wrong
