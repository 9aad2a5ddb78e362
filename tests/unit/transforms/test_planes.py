"""Predictors of pictures: PNG's and JPEG-LS's definitions sample by sample, layouts, exactness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp._native import arch

METHODS = ["left", "up", "average", "paeth", "med"]


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def book(a: int, b: int, c: int, method: str) -> int:
    p = a + b - c
    if method == "left":
        return a
    if method == "up":
        return b
    if method == "average":
        return (a + b) // 2
    if method == "med":
        return min(a, b) if c >= max(a, b) else max(a, b) if c <= min(a, b) else p
    near = sorted([(abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c)])
    return near[0][2]


def expected(image: Any, method: str) -> Any:
    cube = image.reshape(*image.shape[:2], *(image.shape[2:] or (1,))).astype(int)
    out = np.empty_like(cube)
    for y, x, k in np.ndindex(cube.shape):
        a = cube[y, x - 1, k] if x else 0
        b = cube[y - 1, x, k] if y else 0
        c = cube[y - 1, x - 1, k] if x and y else 0
        out[y, x, k] = cube[y, x, k] - book(a, b, c, method)
    return (out % (256 if image.dtype == np.uint8 else 65536)).astype(image.dtype).reshape(image.shape)


def picture(shape: tuple[int, ...], dtype: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    noise = rng.integers(0, top, shape, dtype, endpoint=True)
    flat = rng.choice(np.array([0, 1, 2, top - 1, top], dtype), shape)
    return np.where(rng.random(shape) < 0.6, flat, noise)


@given(
    shape=st.tuples(st.integers(0, 6), st.integers(0, 40))
    | st.tuples(*[st.integers(0, n) for n in (5, 30, 6)]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    method=st.sampled_from(METHODS),
    seed=st.integers(0, 1000),
)
@settings(max_examples=150, deadline=None)
def test_the_definitions(shape: tuple[int, ...], dtype: Any, method: str, seed: int) -> None:
    image = picture(shape, dtype, seed)
    want = expected(image, method)
    for layout in (image, np.asfortranarray(image), image[::-1].copy()[::-1], image[:, ::-1].copy()[:, ::-1]):
        coded = transforms.predict2d(layout, method, threads=2)
        assert coded.dtype == dtype
        np.testing.assert_array_equal(coded, want)
        np.testing.assert_array_equal(transforms.unpredict2d(coded, method), image)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4, 5])
def test_every_tier(tier: str, method: str, dtype: Any, channels: int | None) -> None:
    shape = (300, 521) if channels is None else (300, 521, channels)
    image = picture(shape, dtype, 7)
    coded = transforms.predict2d(image, method, threads=2)
    np.testing.assert_array_equal(coded[:12, :60], expected(image[:12, :60], method))
    np.testing.assert_array_equal(transforms.unpredict2d(coded, method, threads=2), image)
    arch.set_isa("scalar")
    np.testing.assert_array_equal(transforms.predict2d(image, method), coded)


@pytest.mark.parametrize("method", METHODS)
def test_out(method: str) -> None:
    image = picture((20, 30, 3), np.uint8, 1)
    want = transforms.predict2d(image, method)
    wide = np.zeros((40, 30, 3), np.uint8)
    for out in (np.empty_like(image), wide[::2], wide[::-2], np.asfortranarray(image.copy())):
        assert transforms.predict2d(image, method, out=out) is out
        np.testing.assert_array_equal(out, want)
        back = np.zeros((20, 30, 6), np.uint8)[..., ::2]
        assert transforms.unpredict2d(out, method, out=back) is back
        np.testing.assert_array_equal(back, image)


@pytest.mark.parametrize(
    ("array", "options", "error", "says"),
    [
        (np.zeros((3, 3)), {}, TypeError, "f8"),
        (np.zeros((3, 3), np.int16), {}, TypeError, "i2"),
        (np.zeros((3, 3), ">u2"), {}, TypeError, ">u2"),
        (np.zeros(3, np.uint8), {}, ValueError, r"\(3,\)"),
        (np.zeros((1, 2, 3, 4), np.uint8), {}, ValueError, r"\(1, 2, 3, 4\)"),
        (np.zeros((3, 3), np.uint8), {"method": "gap"}, ValueError, "'gap'"),
        (np.zeros((3, 3), np.uint8), {"out": np.zeros((3, 4), np.uint8)}, ValueError, r"\(3, 4\)"),
        (np.zeros((3, 3), np.uint8), {"out": np.zeros((3, 3), np.uint16)}, ValueError, "uint16"),
        (np.zeros((3, 3), np.uint8), {"threads": 0}, ValueError, "threads"),
    ],
)
def test_refusals(array: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    for function in (transforms.predict2d, transforms.unpredict2d):
        with pytest.raises(error, match=says):
            function(array, **options)


def test_overlap_is_refused() -> None:
    image = np.zeros((4, 4), np.uint8)
    for out in (image, image[::-1]):
        with pytest.raises(ValueError, match="overlaps"):
            transforms.predict2d(image, out=out)
    fixed = np.zeros((4, 4), np.uint8)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        transforms.predict2d(image, out=fixed)
