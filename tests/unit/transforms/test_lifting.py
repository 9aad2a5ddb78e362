"""The integer 5/3 wavelet against its definition, and back exactly, for every integer type and layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp._native import arch

INTEGERS: list[Any] = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def wrap(value: int, dtype: Any) -> int:
    bits = 8 * np.dtype(dtype).itemsize
    value &= (1 << bits) - 1
    return value - (1 << bits) if np.dtype(dtype).kind == "i" and value >> (bits - 1) else value


def line(x: list[int], dtype: Any) -> tuple[list[int], list[int]]:
    """T.800's F.4.8.1 in Python's integers, wrapped to the type where the type would."""
    n, signed = len(x), np.dtype(f"i{np.dtype(dtype).itemsize}")
    if n == 1:
        return x, []

    def at(i: int) -> int:
        i = abs(i)
        return x[i if i < n else 2 * (n - 1) - i]

    def d(k: int) -> int:
        k = max(0, min(k, n // 2 - 1))
        return wrap(at(2 * k + 1) - (at(2 * k) + at(2 * k + 2)) // 2, signed)

    details = [d(k) for k in range(n // 2)]
    return [wrap(x[2 * k] + (d(k - 1) + d(k) + 2) // 4, dtype) for k in range((n + 1) // 2)], details


def random_array(dtype: Any, shape: tuple[int, ...], seed: int) -> Any:
    count = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.random.default_rng(seed).integers(0, 256, count, np.uint8).view(dtype).reshape(shape)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", INTEGERS)
def test_definition(tier: str, dtype: Any) -> None:
    signed = np.dtype(f"i{np.dtype(dtype).itemsize}")
    for n in (1, 2, 3, 4, 5, 6, 31, 2051, 4100):
        x = random_array(dtype, (n,), n)
        approx, detail = transforms.lift53(x, axes=[0])
        lo, hi = line(x.tolist(), dtype)
        assert approx.tolist() == lo
        assert detail.tolist() == hi
        assert (approx.dtype, detail.dtype) == (dtype, signed)
    image = random_array(dtype, (7, 10), 3)
    aa, (da, ad, dd) = transforms.lift53(image)
    rows = [line(row, dtype) for row in image.tolist()]
    for part, kind, low, high in ((0, dtype, aa, da), (1, signed, ad, dd)):
        columns = [line(list(column), kind) for column in zip(*(row[part] for row in rows), strict=True)]
        np.testing.assert_array_equal(low, np.array([c[0] for c in columns], kind).T)
        np.testing.assert_array_equal(high, np.array([c[1] for c in columns], signed).T)


@settings(max_examples=150, deadline=None)
@given(
    dtype=st.sampled_from(INTEGERS),
    shape=st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple),
    level=st.integers(0, 4),
    layout=st.sampled_from("CFsb"),
    threads=st.integers(1, 2),
    data=st.data(),
)
def test_exact_inverse(
    dtype: Any, shape: tuple[int, ...], level: int, layout: str, threads: int, data: st.DataObject
) -> None:
    whole = random_array(dtype, (*shape[:-1], 2 * shape[-1]), level)
    layouts = {"C": whole[..., : shape[-1]], "F": np.asfortranarray(whole[..., : shape[-1]])}
    layouts |= {"s": whole[..., ::2], "b": whole[..., shape[-1] - 1 :: -1]}
    x = layouts[layout]
    count = data.draw(st.integers(1, min(2, x.ndim)))
    axes = list(data.draw(st.permutations(range(x.ndim))))[:count]
    coeffs = transforms.lift53(x, level, axes, threads=threads)
    back = transforms.unlift53(coeffs, axes, threads=threads)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, x)
    np.testing.assert_array_equal(transforms.lift53(x.copy(), level, axes)[0], coeffs[0])


def test_large_and_extreme() -> None:
    for dtype in INTEGERS:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        x = np.where(random_array(np.uint8, (700, 2500), 1) & 1, low, high).astype(dtype)
        coeffs = transforms.lift53(x, 3, threads=2)
        np.testing.assert_array_equal(transforms.unlift53(coeffs), x)


def test_smooth_is_small() -> None:
    x = (np.add.outer(np.arange(64), np.arange(64)) // 2).astype(np.int16)
    approx, details = transforms.lift53(x)
    assert max(int(abs(d).max()) for d in details) <= 1
    assert approx.shape == (32, 32)


def test_refusals() -> None:
    ints, floats = np.zeros((2, 2), np.int64), np.zeros((2, 2))
    for details, says in (
        ((floats, ints, ints), "float64"),
        ((ints, ints), "three arrays"),
        (None, "three arrays"),
        ((ints, ints, ints.astype(np.int32)), "int32"),
    ):
        with pytest.raises(ValueError, match=says):
            transforms.unlift53([ints, details])
    with pytest.raises(TypeError, match="<f8"):
        transforms.lift53(np.zeros((4, 4)))
    with pytest.raises(TypeError, match=">i2"):
        transforms.lift53(np.zeros((4, 4), ">i2"))
    with pytest.raises(ValueError, match="axis 2"):
        transforms.lift53(np.zeros((4, 4), int), axes=(0, 2))
    with pytest.raises(ValueError, match="distinct"):
        transforms.lift53(np.zeros((4, 4), int), axes=(1, -1))
    with pytest.raises(ValueError, match="level -1"):
        transforms.lift53(np.zeros((4, 4), int), -1)
    with pytest.raises(ValueError, match=r"\(0, 4\)"):
        transforms.lift53(np.zeros((0, 4), int))
    approx, details = transforms.lift53(np.zeros((4, 6), int))
    with pytest.raises(ValueError, match="belong together"):
        transforms.unlift53([approx[:1], details])
