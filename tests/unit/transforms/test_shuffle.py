"""Shuffles against numpy, over widths, lengths and tiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp._native import arch

DTYPES = ["u1", "<u2", "<i4", "<f8", "c16", "S3", "V7", "S256", "M8[s]"]


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def random_array(dtype: str, size: int) -> Any:
    count = size * np.dtype(dtype).itemsize
    return np.random.default_rng(size).integers(0, 256, count, np.uint8).view(dtype)


def expected(values: Any, kind: str) -> Any:
    n, width = values.size, values.dtype.itemsize
    rows = values.view(np.uint8).reshape(n, width)
    if kind == "byte":
        return rows.T.ravel()
    if kind == "bytedelta":
        return np.diff(rows.T, axis=1, prepend=np.uint8(0)).ravel() if n else rows.ravel()
    whole = n - n % 8
    bits = np.unpackbits(rows[:whole], axis=1, bitorder="little").T
    return np.concatenate([np.packbits(bits, axis=1, bitorder="little").ravel(), rows[whole:].ravel()])


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["byte", "bit", "bytedelta"])
def test_against_numpy(tier: str, dtype: str, kind: str) -> None:
    for size in (0, 1, 7, 8, 63, 64, 65, 1000):
        values = random_array(dtype, size)
        planes = transforms.shuffle(values, kind=kind)
        np.testing.assert_array_equal(planes, expected(values, kind))
        assert transforms.unshuffle(planes, dtype, kind=kind).tobytes() == values.tobytes()


@settings(max_examples=30, deadline=None)
@given(
    size=st.integers(0, 400_000),
    width=st.sampled_from([1, 2, 4, 8, 12]),
    kind=st.sampled_from(["byte", "bit", "bytedelta"]),
)
def test_threads_change_nothing(size: int, width: int, kind: str) -> None:
    values = random_array(f"V{width}", size)
    planes = transforms.shuffle(values, kind=kind, threads=1)
    np.testing.assert_array_equal(transforms.shuffle(values, kind=kind, threads=3), planes)
    assert transforms.unshuffle(planes, values.dtype, kind=kind, threads=3).tobytes() == values.tobytes()


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8", "S3"])
def test_large_results_are_the_same(dtype: str) -> None:
    """Results beyond the cache are written around it, in pieces."""
    width = np.dtype(dtype).itemsize
    plain = np.random.default_rng(1).integers(0, 256, ((9 << 20) // width + 5) * width, np.uint8)
    x = plain.view(dtype)
    shuffled = transforms.shuffle(x)
    assert np.array_equal(shuffled, plain.reshape(-1, width).T.reshape(-1))
    assert transforms.unshuffle(shuffled, dtype).tobytes() == x.tobytes()


def test_planes_keep_the_shape() -> None:
    values = np.arange(24, dtype="<i4").reshape(2, 3, 4)
    planes = transforms.split_planes(values)
    assert planes.shape == (4, 2, 3, 4)
    np.testing.assert_array_equal(planes[0], values & 255)
    np.testing.assert_array_equal(transforms.merge_planes(planes, "<i4"), values)
    np.testing.assert_array_equal(transforms.split_planes(values.T), planes.transpose(0, 3, 2, 1))
    assert transforms.split_planes(np.float32(1)).shape == (4,)


def test_out() -> None:
    values = np.arange(20, dtype=np.int32).reshape(4, 5)
    out = np.empty(80, np.uint8)
    assert transforms.shuffle(values, out=out) is out
    back = np.empty((4, 5), np.int32)
    assert transforms.unshuffle(out, np.int32, out=back) is back
    np.testing.assert_array_equal(back, values)


def test_refusals() -> None:
    values = np.arange(8, dtype=np.int32)
    with pytest.raises(ValueError, match="'zip'"):
        transforms.shuffle(values, kind="zip")
    with pytest.raises(TypeError, match="object"):
        transforms.shuffle(np.array([None]))
    with pytest.raises(TypeError, match="257"):
        transforms.shuffle(np.zeros(2, "V257"))
    with pytest.raises(ValueError, match="5 bytes"):
        transforms.unshuffle(np.zeros(5, np.uint8), np.int32)
    with pytest.raises(ValueError, match=r"\(3,\)"):
        transforms.shuffle(values, out=np.empty(3, np.uint8))
    with pytest.raises(ValueError, match="overlaps"):
        transforms.shuffle(values, out=values.view(np.uint8))
    with pytest.raises(ValueError, match="planes"):
        transforms.merge_planes(np.zeros((3, 4), np.uint8), np.int32)
    with pytest.raises(ValueError, match="C-contiguous"):
        transforms.shuffle(values, out=np.empty(64, np.uint8)[::2])
