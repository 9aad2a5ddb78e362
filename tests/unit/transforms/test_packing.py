"""Packed codes against numpy's own bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp.errors import TruncatedError


def plain(codes: Any, bits: int) -> Any:
    wide = np.unpackbits(codes.ravel().view(np.uint8)[:, None], axis=1, bitorder="little")[:, :bits]
    return np.packbits(wide.ravel(), bitorder="little")


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("bits", range(1, 9))
def test_every_length_on_every_tier(isa: str, bits: int) -> None:
    rng = np.random.default_rng(bits)
    for n in [*range(70), 1000, 4099]:
        for dtype in (np.uint8, np.int8):
            low = -(1 << (bits - 1)) if dtype == np.int8 else 0
            codes = rng.integers(low, low + (1 << bits), n).astype(dtype)
            packed = transforms.pack_bits(codes, bits)
            np.testing.assert_array_equal(packed, plain(codes, bits))
            back = transforms.unpack_bits(packed, bits, n, signed=dtype == np.int8)
            assert back.dtype == dtype
            np.testing.assert_array_equal(back, codes)


@settings(max_examples=100, deadline=None)
@given(
    shape=st.lists(st.integers(0, 20), min_size=0, max_size=3).map(tuple),
    bits=st.integers(1, 8),
    dtype=st.sampled_from([np.uint8, np.int8, np.int16, np.uint16, np.int64]),
    seed=st.integers(0, 99),
)
def test_any_array(shape: tuple[int, ...], bits: int, dtype: Any, seed: int) -> None:
    signed = np.dtype(dtype).kind == "i"
    low = -(1 << (bits - 1)) if signed else 0
    codes = np.random.default_rng(seed).integers(low, low + (1 << bits), shape).astype(dtype)
    packed = transforms.pack_bits(codes, bits)
    assert packed.size == -(-codes.size * bits // 8)
    np.testing.assert_array_equal(transforms.unpack_bits(packed, bits, shape, signed=signed), codes)
    np.testing.assert_array_equal(transforms.pack_bits(np.asfortranarray(codes), bits), packed)
    if packed.size:
        with pytest.raises(TruncatedError, match=str(packed.size - 1)):
            transforms.unpack_bits(packed[:-1], bits, shape)
    with pytest.raises(ValueError, match=str(packed.size + 1)):
        transforms.unpack_bits(np.append(packed, np.uint8(0)), bits, shape)


def test_flags() -> None:
    flags = np.array([True, False, True])
    assert transforms.pack_bits(flags, 1).tolist() == [5]


@pytest.mark.parametrize(
    ("codes", "bits", "error", "says"),
    [
        (np.array([1, 16], np.uint8), 4, ValueError, r"16 at \(1,\) is not in 0\.\.15"),
        (np.array([[-9]], np.int8), 4, ValueError, r"-9 at \(0, 0\) is not in -8\.\.7"),
        (np.array([300]), 8, ValueError, "300"),
        (np.array([1], np.uint8), 0, ValueError, "bits 0"),
        (np.array([1], np.uint8), 9, ValueError, "bits 9"),
        (np.array([1.0]), 4, TypeError, "float64"),
    ],
)
def test_refusals(codes: Any, bits: int, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        transforms.pack_bits(codes, bits)


def test_unpack_refusals() -> None:
    with pytest.raises(TypeError, match="int16"):
        transforms.unpack_bits(np.zeros(3, np.int16), 4, 6)
    with pytest.raises(ValueError, match="bits 9"):
        transforms.unpack_bits(np.zeros(3, np.uint8), 9, 6)
