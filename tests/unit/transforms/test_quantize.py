"""Quantisation against numpy, over shapes, layouts, groups, rules and tiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp._native import arch


def numbers(shape: tuple[int, ...], dtype: Any, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 4)).astype(dtype)


def layouts(values: Any) -> list[Any]:
    """The same values in several layouts."""
    padded = np.zeros((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)
    padded[..., ::2] = values
    odd = np.zeros(values.nbytes + 1, np.uint8)[1:].view(values.dtype).reshape(values.shape)
    odd[...] = values
    return [values, np.asfortranarray(values), padded[..., ::2], values[..., ::-1].copy()[..., ::-1], odd]


def spread(result: Any, what: Any) -> Any:
    """Scales or zero points of blocks, one for each number."""
    if result.block is None:
        return what
    n = result.codes.shape[result.axis]
    return np.repeat(what, result.block, result.axis)[(slice(None),) * result.axis + (slice(n),)]


def expected(values: Any, result: Any, low: int, high: int) -> Any:
    scale, zero = spread(result, result.scale), spread(result, result.zero_point)
    return np.clip(np.rint(values / scale) + zero, low, high)


@settings(max_examples=150, deadline=None)
@given(
    shape=st.lists(st.integers(0, 40), min_size=0, max_size=3).map(tuple),
    dtype=st.sampled_from([np.float32, np.float64]),
    bits=st.integers(2, 16),
    symmetric=st.booleans(),
    block=st.sampled_from([None, 1, 7, 16, 33]),
    threads=st.integers(1, 2),
    data=st.data(),
)
def test_any_array(
    shape: tuple[int, ...],
    dtype: Any,
    bits: int,
    symmetric: bool,
    block: int | None,
    threads: int,
    data: st.DataObject,
) -> None:
    values = numbers(shape, dtype, bits)
    axis = data.draw(st.one_of(st.none(), st.integers(-len(shape), len(shape) - 1))) if shape else None
    if not shape:
        block = None
    options: dict[str, Any] = {
        "axis": axis,
        "block": block,
        "scheme": "symmetric" if symmetric else "asymmetric",
        "threads": threads,
    }
    low, high = (1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1) if symmetric else (0, 2**bits - 1)
    want = transforms.quantize(values, bits, **options)
    np.testing.assert_array_equal(want.codes, expected(values, want, low, high))
    assert want.codes.dtype == np.dtype(f"{'i' if symmetric else 'u'}{1 if bits <= 8 else 2}")
    back = want.dequantize()
    assert back.dtype == dtype
    scale, zero = spread(want, want.scale), spread(want, want.zero_point)
    np.testing.assert_array_equal(back, (want.codes.astype(np.int32) - zero).astype(dtype) * scale)
    slack = 8 * np.finfo(dtype).eps * np.abs(values)
    room = 0.5 if symmetric else 1.0  # a rounded zero point moves the ends by up to half a step
    assert (np.abs(back - values) <= room * scale * (1 + 1e-5) + slack).all()
    if values.ndim == 0:
        return
    for layout in layouts(values):
        again = transforms.quantize(layout, bits, **options)
        np.testing.assert_array_equal(again.codes, want.codes)
        np.testing.assert_array_equal(again.scale, want.scale)
        np.testing.assert_array_equal(again.dequantize(threads=threads), back)
    out = np.empty((*shape[:-1], 2 * shape[-1]), dtype)[..., ::2]
    assert transforms.dequantize(want, out=out) is out
    np.testing.assert_array_equal(out, back)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clip", ["minmax", "percentile", "mse"])
def test_tiers_and_threads_agree(dtype: Any, clip: str) -> None:
    values = numbers((37, 531), dtype, 3)
    book = transforms.lloyd_max(values, 3)
    cases: list[dict[str, Any]] = [
        {"bits": 8},
        {"bits": 12, "axis": 0},
        {"bits": 4, "block": 32},
        {"bits": 5, "scheme": "asymmetric", "axis": 1},
        {"bits": 3, "dead_zone": 0.25},
        {"bits": 4, "rounding": "stochastic", "seed": 7, "block": 100, "axis": 0},
        {"codebook": book},
        {"codebook": book, "block": 64},
    ]
    for options in cases:
        want = None
        for name in arch.detected():
            arch.set_isa(name)
            for threads in (1, 3):
                q = transforms.quantize(values, clip=clip, threads=threads, **options)
                back = q.dequantize(threads=threads)
                want = want or (q, back)
                np.testing.assert_array_equal(q.codes, want[0].codes)
                np.testing.assert_array_equal(q.scale, want[0].scale)
                np.testing.assert_array_equal(q.zero_point, want[0].zero_point)
                np.testing.assert_array_equal(back, want[1])
        arch.set_isa(None)


def test_halves_go_to_the_even_code() -> None:
    values = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 3.49, 1e30, -1e30], np.float32)
    q = transforms.quantize(values, 8, scale=1)
    assert q.codes.tolist() == [0, 2, 2, 0, -2, 3, 127, -127]


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from([0.1, 0.25, 1 / 3, 0.5]), bits=st.integers(2, 16), seed=st.integers(0, 99))
def test_dead_zone(zone: float, bits: int, seed: int) -> None:
    values = numbers((301,), np.float64, seed)
    q = transforms.quantize(values, bits, dead_zone=zone)
    y = np.clip(values / q.scale, 1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1)
    np.testing.assert_array_equal(q.codes, np.sign(y) * np.floor(abs(y) + (0.5 - zone)))
    codes = q.codes.astype(float)
    np.testing.assert_allclose(q.dequantize(), (codes + np.sign(codes) * zone) * q.scale, rtol=1e-12)
    error = abs(q.dequantize() - values)
    assert (
        error[q.codes != 0] <= (0.5 + 1e-9 + zone * (abs(y) >= 2 ** (bits - 1) - 2)[q.codes != 0]) * q.scale
    ).all()
    assert (error[q.codes == 0] <= (0.5 + zone) * q.scale).all()


def test_stochastic_rounding_keeps_the_mean() -> None:
    values = np.full((400, 500), 0.3, np.float32)
    q = transforms.quantize(values, 8, scale=1, rounding="stochastic", seed=1)
    assert set(np.unique(q.codes)) == {0, 1}
    assert abs(q.codes.mean() - 0.3) < 5 * (0.3 * 0.7 / values.size) ** 0.5
    # Neighbours, rows and seeds have nothing to do with each other.
    flat = q.codes.ravel() - 0.3
    for lag in (1, 2, 16, 500):
        assert abs(np.mean(flat[:-lag] * flat[lag:])) < 5 * 0.21 / values.size**0.5
    other = transforms.quantize(values, 8, scale=1, rounding="stochastic", seed=2)
    assert abs(np.mean(flat * (other.codes.ravel() - 0.3))) < 5 * 0.21 / values.size**0.5
    whole = transforms.quantize(np.arange(-5, 6, dtype=float), 8, scale=1, rounding="stochastic")
    assert whole.codes.tolist() == list(range(-5, 6))
    negative = transforms.quantize(-values, 8, scale=1, rounding="stochastic")
    assert set(np.unique(negative.codes)) == {-1, 0}
    part = transforms.quantize(values[:7], 8, scale=1, rounding="stochastic", seed=1)
    np.testing.assert_array_equal(part.codes, q.codes[:7])  # by index, wherever it is cut


@pytest.mark.parametrize("scheme", ["symmetric", "asymmetric"])
@pytest.mark.parametrize("groups", [{}, {"axis": 0}, {"axis": 1}, {"block": 64}, {"block": 50, "axis": 0}])
def test_clipping(scheme: str, groups: dict[str, Any]) -> None:
    values = np.random.default_rng(5).standard_t(3, (300, 600)).astype(np.float32)
    options: dict[str, Any] = {"scheme": scheme, **groups}
    error = {
        clip: float(
            np.mean((transforms.quantize(values, 4, clip=clip, **options).dequantize() - values) ** 2)
        )
        for clip in ("minmax", "percentile", "mse")
    }
    assert error["mse"] <= error["minmax"]
    q = transforms.quantize(values, 4, clip="mse", **options)
    # No other of the parts that are tried would have done better for the whole.
    full = transforms.quantize(values, 4, **options)
    for part in np.linspace(1.0, 0.2, 41):
        try_one = transforms.quantize(
            values, 4, scale=full.scale * np.float32(part),
            zero_point=None if scheme == "symmetric" else full.zero_point, **options,
        )  # fmt: skip
        assert error["mse"] <= 1.000001 * np.mean((try_one.dequantize() - values) ** 2)
    assert (q.scale <= full.scale).all()


def test_percentile() -> None:
    values = np.arange(1, 1001, dtype=np.float64)
    assert transforms.quantize(values, 8, clip="percentile", percentile=90).scale == 900 / 127
    q = transforms.quantize(values - 500, 8, scheme="asymmetric", clip="percentile", percentile=99)
    np.testing.assert_allclose(q.scale, (490 - -489) / 255)


def test_narrow_floats() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="ml_dtypes has the narrow floats of this test")
    values = numbers((20, 30), np.float32, 1)
    for dtype in (np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ">f4"):
        narrow = values.astype(dtype)
        q = transforms.quantize(narrow, 6, axis=0)
        np.testing.assert_array_equal(
            q.codes, transforms.quantize(narrow.astype(np.float32), 6, axis=0).codes
        )
        assert q.dequantize().dtype == dtype


def test_extremes_are_spanned() -> None:
    for dtype in (np.float32, np.float64):
        info = np.finfo(dtype)
        for scheme in ("symmetric", "asymmetric"):
            big = np.array([info.max, -info.max, 0], dtype)
            q = transforms.quantize(big, 8, scheme=scheme)
            assert np.isfinite(q.scale)
            assert np.isfinite(q.dequantize()).all() or scheme == "asymmetric"
            small = np.array([info.smallest_subnormal, 0], dtype)
            assert np.isfinite(transforms.quantize(small, 8, scheme=scheme).dequantize()).all()
            none = transforms.quantize(np.zeros(5, dtype), 8, scheme=scheme)
            assert none.scale == 1
            assert not none.dequantize().any()


def test_size() -> None:
    q = transforms.quantize(np.ones((64, 64), np.float32), 4, block=32)
    assert q.nbytes == 64 * 64 // 2 + 128 * 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("levels", [1, 2, 3, 16, 100, 256])
def test_codebook_takes_the_nearest(dtype: Any, levels: int) -> None:
    rng = np.random.default_rng(levels)
    book = np.sort(rng.standard_normal(levels)).astype(dtype)
    values = rng.standard_normal((40, 50)).astype(dtype)
    q = transforms.quantize(values, codebook=book)
    assert q.bits == max(1, (levels - 1).bit_length())
    near = abs(values[..., None] - book).min(-1)
    np.testing.assert_allclose(abs(q.dequantize() - values), near, atol=1e-6)
    np.testing.assert_array_equal(
        q.codes, np.searchsorted(book[:-1] + (book[1:] - book[:-1]) / 2, values, "right")
    )
    scaled = transforms.quantize(values, codebook=book, block=16)
    want = book[scaled.codes] * spread(scaled, scaled.scale)
    np.testing.assert_array_equal(scaled.dequantize(), want)


def test_lloyd_max() -> None:
    # Max's table for the normal distribution, 1960: distortion 0.1175 at 2 bits, 0.009497 at 4.
    normal = np.random.default_rng(0).standard_normal(400_000)
    for bits, distortion in ((2, 0.1175), (4, 0.009497)):
        book = transforms.lloyd_max(normal, bits)
        error = np.mean((transforms.quantize(normal, codebook=book).dequantize() - normal) ** 2)
        assert abs(error / distortion - 1) < 0.02
        uniform = transforms.quantize(normal, bits, scheme="asymmetric", clip="mse").dequantize()
        assert error < np.mean((uniform - normal) ** 2)
    np.testing.assert_array_equal(np.unique(transforms.lloyd_max(np.array([1.0, 5.0, 9.0]), 3)), [1, 5, 9])
    assert transforms.lloyd_max(np.array([2.5], np.float32), 2).tolist() == [2.5] * 4
    few = transforms.lloyd_max(normal.astype(np.float32).reshape(100, -1), 3, sample=1000, seed=4)
    assert few.dtype == np.float32
    np.testing.assert_array_equal(
        few, transforms.lloyd_max(normal.astype(np.float32), 3, sample=1000, seed=4)
    )


GOOD = np.ones((3, 4), np.float32)
BAD = GOOD.copy()
BAD[1, 2] = np.nan


@pytest.mark.parametrize(
    ("array", "options", "error", "says"),
    [
        (np.zeros(3, int), {}, TypeError, "int64"),
        (np.zeros(3, complex), {}, TypeError, "complex128"),
        (np.zeros(3, np.longdouble), {}, TypeError, "longdouble|float128"),
        (BAD, {}, ValueError, r"nan at \(1, 2\)"),
        (BAD, {"scale": 1}, ValueError, r"nan at \(1, 2\)"),
        (BAD, {"axis": 1}, ValueError, r"nan at \(1, 2\)"),
        (BAD, {"block": 2, "clip": "mse"}, ValueError, r"nan at \(1, 2\)"),
        (-np.array([1, np.inf]), {}, ValueError, r"-inf at \(1,\)"),
        (GOOD, {"bits": 1}, ValueError, "bits 1 "),
        (GOOD, {"bits": 17}, ValueError, "bits 17"),
        (GOOD, {"bits": 0, "scheme": "asymmetric"}, ValueError, "bits 0"),
        (GOOD, {"scheme": "affine"}, ValueError, "'affine'"),
        (GOOD, {"axis": 2}, ValueError, "axis 2"),
        (GOOD, {"block": 0}, ValueError, "block 0"),
        (GOOD, {"clip": "kl"}, ValueError, "'kl'"),
        (GOOD, {"clip": "percentile", "percentile": 50}, ValueError, "percentile 50"),
        (GOOD, {"scale": 0}, ValueError, r"scale 0.0 at \(\)"),
        (GOOD, {"axis": 0, "scale": [[1], [np.inf], [1]]}, ValueError, r"scale inf at \(1, 0\)"),
        (GOOD, {"axis": 0, "scale": [1, 2]}, ValueError, r"\(2,\) does not fit the groups, \(3, 1\)"),
        (GOOD, {"zero_point": 3}, ValueError, "zero point"),
        (GOOD, {"zero_point": 300, "scale": 1, "scheme": "asymmetric"}, ValueError, "300"),
        (GOOD, {"dead_zone": 0.6}, ValueError, "dead_zone 0.6"),
        (GOOD, {"dead_zone": 0.1, "scheme": "asymmetric"}, ValueError, "dead_zone 0.1"),
        (GOOD, {"rounding": "up"}, ValueError, "'up'"),
        (GOOD, {"seed": -1}, ValueError, "seed -1"),
        (GOOD, {"codebook": [2.0, 1.0]}, ValueError, "ascending"),
        (GOOD, {"codebook": np.zeros(257)}, ValueError, r"\(257,\)"),
        (GOOD, {"codebook": [0.0, np.nan]}, ValueError, "nan"),
        (GOOD, {"codebook": [0.0, 1.0], "rounding": "stochastic"}, ValueError, "codebook"),
        (GOOD, {"threads": 0}, ValueError, "threads"),
    ],
)
def test_refusals(array: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        transforms.quantize(array, **options)


def test_dequantize_refusals() -> None:
    with pytest.raises(TypeError, match="ndarray"):
        transforms.dequantize(np.zeros(3, np.int8))  # type: ignore[arg-type]
    q = transforms.quantize(GOOD, 8)
    with pytest.raises(ValueError, match="float64"):
        q.dequantize(out=np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"\(4, 3\)"):
        q.dequantize(out=np.zeros((4, 3), np.float32))
    wrong = transforms.Quantized(q.codes, np.ones(3, np.float32), q.zero_point, 8, q.dtype)
    with pytest.raises(ValueError, match=r"\(3,\)"):
        wrong.dequantize()
    lost = transforms.Quantized(q.codes, q.scale, np.full_like(q.zero_point, -(2**31)), 8, q.dtype)
    with pytest.raises(ValueError, match="zero points"):
        lost.dequantize()
    beyond = transforms.quantize(GOOD, codebook=[0.0, 1.0])
    beyond.codes[0, 0] = 7
    with pytest.raises(ValueError, match="code 7"):
        beyond.dequantize()
    with pytest.raises(ValueError, match="bits 9"):
        transforms.lloyd_max(GOOD, 9)
    with pytest.raises(ValueError, match="0 numbers"):
        transforms.lloyd_max(GOOD[:0])
    with pytest.raises(ValueError, match="nan at"):
        transforms.lloyd_max(BAD)
    with pytest.raises(TypeError, match="int64"):
        transforms.lloyd_max(np.arange(3))
