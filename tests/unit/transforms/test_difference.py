"""Differences and zigzag against numpy, over shapes, strides, widths, orders and tiers."""

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
FLOATS: list[Any] = [np.float16, np.float32, np.float64]


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def expected(values: Any, order: int, axis: int, stride: int, xor: bool, zigzag: bool) -> Any:
    """The definition, by numpy's wrapping arithmetic on unsigned integers."""
    bits = np.moveaxis(values, axis, 0).view(f"u{values.dtype.itemsize}").copy()
    for _ in range(order):
        before = np.zeros_like(bits)
        before[stride:] = bits[:-stride]
        bits = bits ^ before if xor else bits - before
    if zigzag:
        signed = bits.view(f"i{bits.dtype.itemsize}")
        bits = (
            (bits << bits.dtype.type(1)) ^ (signed >> (8 * bits.dtype.itemsize - 1)).view(bits.dtype)
        ).astype(bits.dtype)
    return np.moveaxis(bits, 0, axis)


def layouts(values: Any) -> list[Any]:
    """The same values in several layouts."""
    padded = np.zeros((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)
    padded[..., ::2] = values
    backwards = values[..., ::-1].copy()[..., ::-1]
    return [values, np.asfortranarray(values), padded[..., ::2], backwards]


def random_array(dtype: Any, shape: tuple[int, ...], seed: int) -> Any:
    count = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.random.default_rng(seed).integers(0, 256, count, np.uint8).view(dtype).reshape(shape)


@settings(max_examples=120, deadline=None)
@given(
    dtype=st.sampled_from(INTEGERS + FLOATS),
    shape=st.lists(st.integers(0, 40), min_size=1, max_size=3).map(tuple),
    order=st.integers(0, 3),
    stride=st.integers(1, 70),
    zigzag=st.booleans(),
    threads=st.integers(1, 2),
    data=st.data(),
)
def test_any_array(
    dtype: Any,
    shape: tuple[int, ...],
    order: int,
    stride: int,
    zigzag: bool,
    threads: int,
    data: st.DataObject,
) -> None:
    values = random_array(dtype, shape, order + stride)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    xor = dtype in FLOATS
    zigzag &= not xor
    options: dict[str, Any] = {
        "order": order,
        "axis": axis,
        "stride": stride,
        "zigzag": zigzag,
        "threads": threads,
    }
    want = expected(values, order, axis, stride, xor, zigzag)
    for layout in layouts(values):
        coded = transforms.delta(layout, **options)
        assert coded.dtype == (want.dtype if xor or zigzag else dtype)
        np.testing.assert_array_equal(coded.view(want.dtype), want)
        back = transforms.undelta(coded, dtype=dtype, **options)
        assert back.dtype == dtype
        assert back.tobytes() == values.tobytes()
        out = np.empty(shape, coded.dtype)
        assert transforms.delta(layout, out=out, **options) is out
        np.testing.assert_array_equal(out, coded)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("stride", [1, 2, 3, 4, 7, 64, 100])
def test_long_lines_on_every_tier(tier: str, dtype: Any, stride: int) -> None:
    values = random_array(dtype, (5003,), stride)
    xor = dtype in FLOATS
    for zigzag in [False] if xor else [False, True]:
        coded = transforms.delta(values, stride=stride, zigzag=zigzag)
        np.testing.assert_array_equal(
            coded.view(f"u{values.itemsize}"), expected(values, 1, 0, stride, xor, zigzag)
        )
        assert (
            transforms.undelta(coded, dtype=dtype, stride=stride, zigzag=zigzag).tobytes() == values.tobytes()
        )


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_in_place(dtype: Any, axis: int) -> None:
    values = random_array(dtype, (50, 70), 1)
    work = values.copy()
    coded = transforms.delta(work, axis=axis, order=2)
    bits = work.view(coded.dtype)
    assert transforms.delta(bits, axis=axis, order=2, xor=dtype is np.float64, out=bits) is bits
    np.testing.assert_array_equal(bits, coded)
    transforms.undelta(bits, axis=axis, order=2, dtype=dtype, out=work)
    assert work.tobytes() == values.tobytes()


def test_threads_change_nothing() -> None:
    values = random_array(np.int16, (1_000_003,), 5)
    cases: list[dict[str, Any]] = [{}, {"order": 2}, {"zigzag": True}, {"stride": 5}]
    for options in cases:
        one = transforms.delta(values, threads=1, **options)
        np.testing.assert_array_equal(transforms.delta(values, threads=3, **options), one)
        back = transforms.undelta(one, threads=3, dtype=np.int16, **options)
        np.testing.assert_array_equal(back, values)


def test_large_results_are_the_same() -> None:
    """Results beyond the cache are written around it, in pieces."""
    x = np.random.default_rng(2).integers(-(1 << 15), 1 << 15, (9 << 19) + 77).astype(np.int16)
    for stride in (1, 3):
        differences = transforms.delta(x, stride=stride)
        assert np.array_equal(differences[stride:], x[stride:] - x[:-stride])
        assert np.array_equal(differences[:stride], x[:stride])
        assert np.array_equal(transforms.undelta(differences, stride=stride), x)
    codes = transforms.delta(x, zigzag=True)
    assert np.array_equal(codes, transforms.zigzag(transforms.delta(x)))
    assert np.array_equal(transforms.undelta(codes, zigzag=True).view(np.int16), x)
    assert np.array_equal(transforms.zigzag(x), ((x << 1) ^ (x >> 15)).view(np.uint16))
    assert np.array_equal(transforms.unzigzag(transforms.zigzag(x)), x)
    table = x[: 2049 * 2051].reshape(2049, 2051)
    down = transforms.delta(table, axis=0)
    assert np.array_equal(down[1:], table[1:] - table[:-1])
    assert np.array_equal(down[0], table[0])
    assert np.array_equal(transforms.undelta(down, axis=0), table)


def test_dates_and_nan() -> None:
    days = np.array(["2026-01-01", "2026-01-03", "NaT"], "M8[D]")
    np.testing.assert_array_equal(transforms.undelta(transforms.delta(days)), days)
    odd = np.array([np.nan, -np.nan, np.inf, -0.0, 5e-324])
    assert transforms.undelta(transforms.delta(odd), dtype=np.float64).tobytes() == odd.tobytes()


def test_extremes_wrap() -> None:
    for dtype in INTEGERS:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        values = np.array([low, high, low, low, high], dtype)
        for zigzag in (False, True):
            coded = transforms.delta(values, zigzag=zigzag)
            np.testing.assert_array_equal(transforms.undelta(coded, dtype=dtype, zigzag=zigzag), values)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", INTEGERS)
def test_zigzag(tier: str, dtype: Any) -> None:
    values = random_array(dtype, (3, 333), 9)
    coded = transforms.zigzag(values)
    signed = values.view(f"i{values.itemsize}")
    exact = [2 * v if v >= 0 else -2 * v - 1 for v in signed.ravel().tolist()]
    assert coded.ravel().tolist() == exact
    assert coded.dtype.kind == "u"
    for layout in layouts(coded):
        np.testing.assert_array_equal(transforms.unzigzag(layout), signed)
    assert transforms.unzigzag(np.array(3, np.uint8)) == -2


@pytest.mark.parametrize(
    ("array", "options", "error", "says"),
    [
        (np.zeros(3, complex), {}, TypeError, "complex128"),
        (np.zeros(3, ">i4"), {}, TypeError, ">i4"),
        (np.zeros(3, bool), {}, TypeError, "bool"),
        (np.zeros(3, object), {}, TypeError, "object"),
        (np.zeros(3, np.longdouble), {}, TypeError, "longdouble|float128"),
        (np.zeros((3, 3)), {"axis": 2}, ValueError, "axis 2"),
        (np.int32(3), {}, ValueError, "axis -1"),
        (np.zeros(3, int), {"order": -1}, ValueError, "order -1"),
        (np.zeros(3, int), {"stride": 0}, ValueError, "stride 0"),
        (np.zeros(3), {"zigzag": True}, ValueError, "XOR"),
        (np.zeros(3, int), {"out": np.zeros(4, int)}, ValueError, r"\(4,\)"),
        (np.zeros(3, int), {"threads": 0}, ValueError, "threads"),
    ],
)
def test_refusals(array: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    for function in (transforms.delta, transforms.undelta):
        with pytest.raises(error, match=says):
            function(array, **options)


def test_overlap_is_refused() -> None:
    values = np.arange(10)
    with pytest.raises(ValueError, match="overlaps"):
        transforms.delta(values[:-1], out=values[1:])
    fixed = np.arange(3)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        transforms.delta(np.arange(3), out=fixed)
    with pytest.raises(ValueError, match="4 bytes"):
        transforms.undelta(values, dtype=np.float32)
    with pytest.raises(TypeError, match="float64"):
        transforms.zigzag(np.zeros(3))
