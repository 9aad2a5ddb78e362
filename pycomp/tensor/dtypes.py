"""Element types that numpy has no name for: what ``ml_dtypes`` calls them, and their stand-ins."""

from __future__ import annotations

from typing import Any

import numpy as np

from pycomp._native.tensor import ITEM_SIZES

__all__ = ["ML_DTYPES", "PACKED", "extra_dtype"]

# Codec name -> ml_dtypes name.
ML_DTYPES = {
    "BF16": "bfloat16", "F8_E5M2": "float8_e5m2", "F8_E4M3": "float8_e4m3fn", "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
}  # fmt: skip

# Types narrower than a byte, handled as the bytes that hold them.
PACKED = ("F4", "F6_E2M3", "F6_E3M2", "U4", "I4")


def extra_dtype(name: str) -> np.dtype[Any]:
    """The ml_dtypes type of that name, or the unsigned integers of the same width without the package.

    >>> extra_dtype("BF16").itemsize
    2
    """
    try:
        import ml_dtypes

        found: np.dtype[Any] = np.dtype(getattr(ml_dtypes, ML_DTYPES[name]))
        return found
    except (ImportError, AttributeError):  # not installed, or older than the type
        return np.dtype(f"<u{ITEM_SIZES[name]}")
