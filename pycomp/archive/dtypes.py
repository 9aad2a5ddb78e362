"""Element types: their names, widths, and what numpy and torch call them.

Names are those of safetensors. Where numpy has no such type, ``ml_dtypes`` provides it if installed;
without it the array has the unsigned integers of the same width, and the dtype's name is what
``Archive.describe`` says. Types narrower than a byte come as the packed bytes, ``uint8``, with the last
axis counted in bytes (or flat, when rows do not end on a byte).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pycomp.errors import UnsupportedError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["BITS", "codec_dtype", "nbytes", "numpy_dtype", "packed_shape", "torch_dtype", "bits_of"]

BITS: dict[str, int] = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I4": 4, "U4": 4,
    "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip

_BITS_MAX = 1 << 67  # 2^64 bytes

_NUMPY = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "F16": "<f2", "I32": "<i4", "U32": "<u4",
    "F32": "<f4", "C64": "<c8", "F64": "<f8", "I64": "<i8", "U64": "<u8",
}  # fmt: skip
_TORCH = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "U16": "uint16", "F16": "float16",
    "BF16": "bfloat16", "I32": "int32", "U32": "uint32", "F32": "float32", "C64": "complex64",
    "F64": "float64", "I64": "int64", "U64": "uint64", "F8_E5M2": "float8_e5m2", "F8_E4M3": "float8_e4m3fn",
    "F8_E8M0": "float8_e8m0fnu", "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
}  # fmt: skip
_FROM_NPY = {name[-2:]: dtype for dtype, name in _NUMPY.items() if name != "?"} | {"b1": "BOOL"}

# A .npy array of a type without a name above keeps numpy's own, behind this prefix ("npy:>f4").
NPY = "npy:"
_NPY_ONLY = {">f2", ">f4", ">f8", ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", "<c16", ">c8", ">c16"}


def from_npy(descr: str) -> str:
    """The dtype of a .npy header's ``descr``; raises UnsupportedError for objects and structures.

    >>> from_npy("<f4"), from_npy("|u1"), from_npy(">f4")
    ('F32', 'U8', 'npy:>f4')
    """
    order, kind = descr[:1], descr[1:]
    if kind in _FROM_NPY and (order == "<" or (order == "|" and kind[1:] == "1")):
        return _FROM_NPY[kind]
    if descr in _NPY_ONLY:
        return NPY + descr
    raise UnsupportedError(f"no tensor dtype for {descr!r}")


def bits_of(dtype: str) -> int:
    """Bits of one element; raises UnsupportedError for a name nobody gave."""
    if dtype in BITS:
        return BITS[dtype]
    if dtype.startswith(NPY) and dtype[len(NPY) :] in _NPY_ONLY:
        return 8 * int(dtype[len(NPY) + 2 :])
    raise UnsupportedError(f"unknown dtype {dtype!r}")


def nbytes(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor; raises ValueError when it does not end on a byte.

    >>> nbytes("BF16", (2, 3)), nbytes("F4", (2, 3)), nbytes("F32", ())
    (12, 3, 4)
    """
    bits = bits_of(dtype) if 0 not in shape else 0
    for size in shape if bits else ():
        bits *= size
        if bits > _BITS_MAX:  # and not go on: products of a lying header's thousand numbers take for ever
            raise ValueError(f"{dtype} with {len(shape)} dimensions is larger than any file")
    if bits % 8:
        raise ValueError(f"{dtype} of shape {list(shape)} does not end on a whole byte")
    return bits // 8


def codec_dtype(dtype: str) -> str:
    """The name under which the numeric codec takes the elements."""
    if not dtype.startswith(NPY):
        return dtype
    return "F64" if dtype == NPY + "<c16" else "BYTES"


def packed_shape(dtype: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in storage units: that of the tensor, or for packed types the one in bytes."""
    bits = bits_of(dtype)
    if bits >= 8:
        return shape
    if shape and shape[-1] * bits % 8 == 0:
        return (*shape[:-1], shape[-1] * bits // 8)
    return (nbytes(dtype, shape),)


def numpy_dtype(dtype: str) -> np.dtype[Any]:
    """The numpy type of one storage unit (see the head of this file)."""
    import numpy

    from pycomp.tensor.dtypes import ML_DTYPES, extra_dtype

    if dtype in _NUMPY:
        return numpy.dtype(_NUMPY[dtype])
    if dtype.startswith(NPY):
        return numpy.dtype(dtype[len(NPY) :])
    if dtype in ML_DTYPES:
        return extra_dtype(dtype)
    bits_of(dtype)
    return numpy.dtype("u1")


def torch_dtype(dtype: str) -> Any:
    """The torch type of one storage unit; raises UnsupportedError where torch has none."""
    import torch

    if dtype == "F4" and hasattr(torch, "float4_e2m1fn_x2"):
        return torch.float4_e2m1fn_x2
    if bits_of(dtype) < 8:
        return torch.uint8
    name = _TORCH.get(dtype, "")
    if not hasattr(torch, name):
        raise UnsupportedError(f"torch {torch.__version__} has no dtype for {dtype}")
    return getattr(torch, name)
