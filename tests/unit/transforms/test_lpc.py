"""Linear prediction: scipy's Toeplitz solver and windows, the definition in Python's integers, exactness."""

from __future__ import annotations

import dataclasses
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp._native import arch
from pycomp.errors import CorruptError
from pycomp.transforms import lpc

scipy_linalg = pytest.importorskip("scipy.linalg")
scipy_windows = pytest.importorskip("scipy.signal.windows")

AUDIO = Path(__file__).resolve().parents[4] / "shared" / "data" / "audio"
SPEECH = sorted(AUDIO.glob("speech*/*.wav"))


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def tones(shape: tuple[int, ...], dtype: Any, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    t = np.arange(shape[-1])
    high = np.iinfo(dtype).max
    x = 0.3 * np.sin(t / 17) + 0.2 * np.sin(t / 5 + 1) + 0.001 * rng.standard_normal(shape)
    return (x * high).astype(dtype)


def plain(x: Any, coefficients: Any, shift: int) -> list[int]:
    """Residuals of one line by the definition, in integers of any size, modulo 2^32."""
    values, order = [int(v) for v in x], len(coefficients)
    out = []
    for i, v in enumerate(values):
        p = sum(int(c) * values[i - 1 - j] for j, c in enumerate(coefficients)) >> shift if i >= order else 0
        out.append((v - p + 2**31) % 2**32 - 2**31)
    return out


@pytest.mark.parametrize("n", [0, 1, 2, 3, 64, 4097])
def test_windows(n: int) -> None:
    np.testing.assert_array_equal(lpc.window("rectangular", n), np.ones(n))
    np.testing.assert_allclose(lpc.window("hann", n), scipy_windows.hann(n), atol=1e-15)
    np.testing.assert_allclose(lpc.window("tukey", n), scipy_windows.tukey(n, 0.5), atol=1e-15)
    if n > 1:
        middle = (n - 1) / 2
        np.testing.assert_allclose(
            lpc.window("welch", n), 1 - ((np.arange(n) - middle) / middle) ** 2, atol=1e-15
        )


@given(shape=st.lists(st.integers(0, 50), min_size=1, max_size=3).map(tuple), order=st.integers(0, 32))
@settings(deadline=None)
def test_autocorrelation(shape: tuple[int, ...], order: int) -> None:
    x = np.random.default_rng(order).standard_normal(shape)
    r = lpc.autocorrelation(x, order, window="hann")
    windowed = x * scipy_windows.hann(shape[-1])
    assert r.shape == (*shape[:-1], order + 1)
    for lag in range(order + 1):
        want = (windowed[..., lag:] * windowed[..., : max(shape[-1] - lag, 0)]).sum(-1)
        np.testing.assert_allclose(r[..., lag], want, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 8, 32])
def test_levinson_solves_the_toeplitz_system(order: int) -> None:
    x = np.random.default_rng(order).standard_normal((5, 3, 500)).cumsum(-1)
    r = lpc.autocorrelation(x, order, window="welch")
    coefficients, errors = lpc.levinson(r)
    for at in np.ndindex(5, 3):
        want = scipy_linalg.solve_toeplitz(r[at][:order], r[at][1:])
        np.testing.assert_allclose(coefficients[at], want, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(errors[at][-1], r[at][0] - want @ r[at][1:], rtol=1e-6)
    assert (np.diff(errors) <= 0).all()


def test_levinson_of_nothing_left() -> None:
    coefficients, errors = lpc.levinson(np.zeros((2, 4)))
    assert not coefficients.any()
    assert not errors.any()
    assert lpc.levinson([3.0])[0].shape == (0,)


@given(
    coefficients=st.lists(st.floats(-20, 20) | st.floats(-1e9, 1e9), max_size=32),
    precision=st.integers(5, 15),
)
@settings(deadline=None)
def test_quantise(coefficients: list[float], precision: int) -> None:
    out, shift = lpc.quantise(coefficients, precision=precision)
    high = 2 ** (precision - 1)
    assert ((out >= -high) & (out < high)).all()
    assert 0 <= int(shift) <= 15
    if coefficients and max(map(abs, coefficients)) * 2.0 ** int(shift) < high - 1:
        assert abs(sum(coefficients) * 2.0 ** int(shift) - int(out.sum())) <= 1  # errors cancel out
        if int(shift) < 15:
            assert max(map(abs, coefficients)) * 2.0 ** (int(shift) + 1) > high - 1


@given(data=st.data(), dtype=st.sampled_from([np.int16, np.int32]), order=st.integers(0, 32))
@settings(max_examples=120, deadline=None)
def test_residual_and_restore(data: st.DataObject, dtype: Any, order: int) -> None:
    info = np.iinfo(dtype)
    edge = st.sampled_from([info.min, info.max, 0, 1, -1])
    n = data.draw(st.integers(0, 90))
    line = data.draw(st.lists(edge | st.integers(info.min, info.max), min_size=n, max_size=n))
    x = np.array(line, dtype)
    weight = st.sampled_from([-16384, 16383]) | st.integers(-16384, 16383)
    coefficients = data.draw(st.lists(weight, min_size=order, max_size=order))
    shift = data.draw(st.integers(0, 15))
    out = lpc.residual(x, coefficients, shift)
    assert out.dtype == np.int32
    assert out.tolist() == plain(x, coefficients, shift)
    back = lpc.restore(out, coefficients, shift, dtype=dtype)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, x)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", [np.int16, np.int32])
@pytest.mark.parametrize("lines", [1, 15, 16, 40])
def test_batches(tier: str, dtype: Any, lines: int) -> None:
    rng = np.random.default_rng(lines)
    x = tones((2, lines, 700), dtype)
    coefficients = rng.integers(-3000, 3000, (2, lines, 9))
    shift = rng.integers(0, 16, (2, lines))
    out = lpc.residual(np.asfortranarray(x), coefficients, shift, threads=2)
    for at in [(0, 0), (1, lines - 1)]:
        assert out[at].tolist() == plain(x[at], coefficients[at], int(shift[at]))
    np.testing.assert_array_equal(lpc.restore(out, coefficients, shift, dtype=dtype, threads=2), x)
    np.testing.assert_array_equal(
        lpc.residual(x[..., ::-3], (2, -1)), lpc.residual(x[..., ::-3].copy(), (2, -1))
    )


@pytest.mark.parametrize("order", range(5))
def test_fixed_predictors_are_differences(order: int) -> None:
    x = np.random.default_rng(order).integers(-(2**31), 2**31, 400).astype(np.int32)
    out = lpc.residual(x, lpc.FIXED[order])
    np.testing.assert_array_equal(out[order:], np.diff(x.astype(np.int64), order).astype(np.int32))
    np.testing.assert_array_equal(out[:order], x[:order])


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("bits", [16, 24, 32])
@pytest.mark.parametrize("window", ["rectangular", "hann", "tukey", "welch"])
def test_encode(tier: str, bits: int, window: str) -> None:
    dtype = np.int16 if bits == 16 else np.int32
    x = tones((3, 10_000), np.int32) >> (32 - bits)
    x[1] = np.random.default_rng(0).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), 10_000)
    x[2, 5000:] = 0
    x = x.astype(dtype)
    blocks = lpc.encode(x, block_size=1000, max_order=12, window=window)
    np.testing.assert_array_equal(lpc.decode(blocks), x)
    np.testing.assert_array_equal(lpc.decode(blocks, threads=2), x)
    assert blocks.sample_bits == bits
    assert blocks.order.shape == (3, 10)
    arch.set_isa("scalar")
    other = lpc.encode(x, block_size=1000, max_order=12, window=window, threads=2)
    for field in dataclasses.fields(lpc.Blocks):
        np.testing.assert_array_equal(getattr(other, field.name), getattr(blocks, field.name))
    for at in [(0, 0), (2, 9)]:
        order, shift = int(blocks.order[at]), int(blocks.shift[at])
        line = x[at[0], at[1] * 1000 : at[1] * 1000 + 1000]
        want = plain(line, blocks.coefficients[at][:order], shift)
        assert blocks.residual[at[0], at[1] * 1000 : at[1] * 1000 + 1000].tolist() == want
    assert blocks.bits[0].sum() < blocks.bits[1].sum() * 0.8, "tones are easier than noise"
    fixed = lpc.encode(x, block_size=1000, max_order=0)
    assert (fixed.bits >= blocks.bits).all()
    assert not fixed.shift.any()


@given(
    shape=st.lists(st.integers(0, 40), min_size=1, max_size=3).map(tuple),
    block=st.integers(1, 30),
    max_order=st.integers(0, 32),
    precision=st.integers(5, 15),
    dtype=st.sampled_from([np.int16, np.int32]),
)
@settings(max_examples=80, deadline=None)
def test_any_shape(shape: tuple[int, ...], block: int, max_order: int, precision: int, dtype: Any) -> None:
    info = np.iinfo(dtype)
    x = np.random.default_rng(block).choice(np.array([info.min, info.max, 0, 5], dtype), shape)
    blocks = lpc.encode(x, block_size=block, max_order=max_order, precision=precision)
    back = lpc.decode(blocks)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, x)


@pytest.mark.parametrize(
    ("value", "bits"), [(0, 1), (-1, 1), (1, 2), (-2, 2), (2**31 - 1, 32), (-(2**31), 32), (2**30, 32)]
)
def test_one_value_and_its_bits(value: int, bits: int) -> None:
    x = np.full(70, value, np.int32)
    blocks = lpc.encode(x, block_size=32)
    assert blocks.sample_bits == bits
    np.testing.assert_array_equal(lpc.decode(blocks), x)


@pytest.mark.skipif(not SPEECH, reason="shared/data/audio is not here: no real speech is predicted")
@pytest.mark.parametrize("path", SPEECH, ids=[p.stem for p in SPEECH])
def test_real_speech(path: Path) -> None:
    with wave.open(str(path)) as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    x = np.ascontiguousarray(raw.T.astype(np.int16))
    blocks = lpc.encode(x)
    np.testing.assert_array_equal(lpc.decode(blocks), x)
    assert blocks.bits.sum() <= lpc.encode(x, max_order=0).bits.sum()
    assert blocks.bits.sum() < 0.95 * 16 * x.size


def test_lying_blocks() -> None:
    blocks = lpc.encode(tones((2, 300), np.int16), block_size=100)
    for name, value in (("order", 33), ("shift", 16)):
        lie = getattr(blocks, name).copy()
        lie[1, 2] = value
        with pytest.raises(CorruptError, match=f"{name} {value}"):
            lpc.decode(dataclasses.replace(blocks, **{name: lie}))
    with pytest.raises(ValueError, match=r"order has shape \(2, 2\)"):
        lpc.decode(dataclasses.replace(blocks, order=blocks.order[:, 1:]))
    for bits in (0, 17):
        with pytest.raises(ValueError, match=f"sample_bits {bits}"):
            lpc.decode(dataclasses.replace(blocks, sample_bits=bits))
    with pytest.raises(ValueError, match="block_size 0"):
        lpc.decode(dataclasses.replace(blocks, block_size=0))
    with pytest.raises(TypeError, match="float32"):
        lpc.decode(dataclasses.replace(blocks, dtype=np.dtype(np.float32)))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: lpc.encode(np.zeros(4)), TypeError, "float64"),
        (lambda: lpc.encode(np.zeros(4, np.uint16)), TypeError, "uint16"),
        (lambda: lpc.encode(np.int16(4)), ValueError, "no axis"),
        (lambda: lpc.encode(np.zeros(4, np.int16), block_size=0), ValueError, "block_size 0"),
        (lambda: lpc.encode(np.zeros(4, np.int16), max_order=33), ValueError, "order 33"),
        (lambda: lpc.encode(np.zeros(4, np.int16), precision=16), ValueError, "precision 16"),
        (lambda: lpc.encode(np.zeros(4, np.int16), window="flat"), ValueError, "'flat'"),
        (lambda: lpc.encode(np.zeros(4, np.int16), threads=0), ValueError, "threads"),
        (lambda: lpc.window("kaiser", 3), ValueError, "'kaiser'"),
        (lambda: lpc.window("hann", -1), ValueError, "n -1"),
        (lambda: lpc.autocorrelation(np.zeros(3, complex), 1), TypeError, "complex128"),
        (lambda: lpc.autocorrelation(1.0, 1), ValueError, "no axis"),
        (lambda: lpc.autocorrelation([1.0], 40), ValueError, "order 40"),
        (lambda: lpc.levinson([]), ValueError, "no lag 0"),
        (lambda: lpc.levinson(np.zeros(40)), ValueError, "order 39"),
        (lambda: lpc.quantise([1.0, np.nan]), ValueError, "nan"),
        (lambda: lpc.quantise([1.0], precision=4), ValueError, "precision 4"),
        (lambda: lpc.quantise(1.0), ValueError, "no line"),
        (lambda: lpc.residual(np.zeros(4, np.int16), [16384]), ValueError, "coefficient 16384"),
        (lambda: lpc.residual(np.zeros(4, np.int16), [1.5]), TypeError, "float64"),
        (lambda: lpc.residual(np.zeros(4, np.int16), 3), ValueError, "no line"),
        (lambda: lpc.residual(np.zeros(4, np.int16), [1], 16), ValueError, "shift 16"),
        (lambda: lpc.residual(np.zeros((2, 4), np.int16), np.ones((3, 1), int)), ValueError, "broadcast"),
        (lambda: lpc.restore(np.zeros(4, np.int16), [1]), TypeError, "int16"),
        (lambda: lpc.restore(np.zeros(4, np.int32), [1], dtype=np.int64), TypeError, "int64"),
    ],
)  # fmt: skip
def test_refusals(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
