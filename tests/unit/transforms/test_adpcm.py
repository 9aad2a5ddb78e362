"""ADPCM: audioop's results bit for bit, WAV blocks by a plain reference, damage, the adaptive quantiser."""

from __future__ import annotations

import sys
import warnings
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp._native import arch
from pycomp.errors import CorruptError, TruncatedError
from pycomp.transforms import adpcm

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # gone from 3.13, where audioop-lts takes its place
    audioop: Any = pytest.importorskip("audioop", reason="no audioop: pip install audioop-lts")

AUDIO = Path(__file__).resolve().parents[4] / "shared" / "data" / "audio"
SPEECH = sorted(AUDIO.glob("speech*/*.wav"))


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def signal(n: int, seed: int = 0) -> Any:
    """A walk of changing speed, with jumps between the extremes."""
    rng = np.random.default_rng(seed)
    speed = 2 ** rng.integers(0, 15, n // 50 + 1)
    walk = np.cumsum(rng.integers(-100, 101, n) * np.repeat(speed, 50)[:n] // 100)
    walk[rng.random(n) < 0.02] = 32767
    walk[rng.random(n) < 0.02] = -32768
    return np.clip(walk, -32768, 32767).astype(np.int16)


def read(path: Path) -> Any:
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return frames.reshape(-1, file.getnchannels()).astype(np.int16)


STEPS = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80,
    88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544,
    598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749,
    3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635,
    13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
]  # fmt: skip


def plain_wav(data: bytes, block_size: int, channels: int) -> Any:
    """Whole blocks by the book."""
    out = []
    for start in range(0, len(data), block_size):
        block = data[start : start + block_size]
        lines = []
        for channel in range(channels):
            sample = int.from_bytes(block[4 * channel : 4 * channel + 2], "little", signed=True)
            index = block[4 * channel + 2]
            line = [sample]
            for at in range(4 * channels + 4 * channel, len(block), 4 * channels):
                word = int.from_bytes(block[at : at + 4], "little")
                for k in range(8):
                    code = word >> 4 * k & 15
                    step = STEPS[index]
                    far = step // 8 + (code >> 2 & 1) * step + (code >> 1 & 1) * (step // 2)
                    far += (code & 1) * (step // 4)
                    sample = max(-32768, min(32767, sample - far if code & 8 else sample + far))
                    index = max(0, min(88, index + [-1, -1, -1, -1, 2, 4, 6, 8][code & 7]))
                    line.append(sample)
            lines.append(line)
        out.append(np.array(lines, np.int16).T)
    whole = np.concatenate(out)
    return whole[:, 0] if channels == 1 else whole


@given(
    data=st.binary(max_size=600),
    width=st.integers(1, 4),
    state=st.none() | st.tuples(st.integers(-32768, 32767), st.integers(0, 88)),
)
@settings(max_examples=150, deadline=None)
def test_audioop(data: bytes, width: int, state: Any) -> None:
    whole = data[: len(data) // width * width]
    assert adpcm.lin2adpcm(whole, width, state) == audioop.lin2adpcm(whole, width, state)
    assert adpcm.adpcm2lin(data, width, state) == audioop.adpcm2lin(data, width, state)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("lines", [1, 3, 16, 64, 100])
def test_batches_are_audioop_line_by_line(tier: str, lines: int) -> None:
    samples = signal(lines * 1003, lines).reshape(lines, 1003)[:, :1002]  # rows apart: copied first
    starts = (np.arange(lines) * 37, np.arange(lines) % 89)
    codes, (predictors, indexes) = adpcm.encode_stream(samples, state=starts, threads=2)
    for i in range(lines):
        want, end = audioop.lin2adpcm(samples[i].tobytes(), 2, (int(starts[0][i]), int(starts[1][i])))
        assert codes[i].tobytes() == want
        assert (predictors[i], indexes[i]) == end
    back, ends = adpcm.decode_stream(codes, state=starts, threads=2)
    for i in range(lines):
        want, end = audioop.adpcm2lin(codes[i].tobytes(), 2, (int(starts[0][i]), int(starts[1][i])))
        assert back[i].tobytes() == want
        assert (ends[0][i], ends[1][i]) == end
    np.testing.assert_array_equal(ends[0], predictors)


def test_the_two_orders_are_turned_halves() -> None:
    samples = signal(101)
    high, _ = adpcm.encode_stream(samples, order="audioop")
    low, _ = adpcm.encode_stream(samples, order="wav")
    np.testing.assert_array_equal(low, high >> 4 | high << 4)
    np.testing.assert_array_equal(
        adpcm.decode_stream(low, order="wav", n=101)[0], adpcm.decode_stream(high.tobytes(), n=101)[0]
    )


@given(cuts=st.lists(st.integers(0, 50).map(lambda n: 2 * n), max_size=6))
@settings(deadline=None)
def test_pieces_make_the_whole(cuts: list[int]) -> None:
    samples = signal(sum(cuts), 3)
    whole, end = adpcm.encode_stream(samples)
    state: Any = None
    parts = []
    for piece in np.split(samples, np.cumsum(cuts)[:-1]) if cuts else []:
        codes, state = adpcm.encode_stream(piece, state=state)
        parts.append(codes)
    if parts:
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        assert (state[0], state[1]) == (end[0], end[1])


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("words", [0, 1, 8, 63])
def test_wav_blocks(tier: str, channels: int, words: int) -> None:
    size = 4 * channels * (1 + words)
    assert adpcm.block_frames(size, channels) == 1 + 8 * words
    rng = np.random.default_rng(words)
    data = rng.integers(0, 256, size * 70, np.uint8)
    data.reshape(-1, size)[:, 2 : 4 * channels : 4] %= 89
    want = plain_wav(data.tobytes(), size, channels)
    for threads in (1, 2):
        got = adpcm.decode(data, block_size=size, channels=channels, threads=threads)
        np.testing.assert_array_equal(got, want)
    for frames in {0, 1, len(want) // 2, len(want) - 1}:
        out = np.empty((frames,) if channels == 1 else (frames, channels), np.int16)
        assert adpcm.decode(data, block_size=size, channels=channels, frames=frames, out=out) is out
        np.testing.assert_array_equal(out, want[:frames])


@pytest.mark.thread_unsafe
def test_encoding_is_the_same_everywhere(tier: Any) -> None:
    for channels in (1, 2, 5):
        samples = signal(20011 * channels).reshape(-1, channels)
        blocks = adpcm.encode(samples, block_size=256 * channels)
        arch.set_isa("scalar")
        assert adpcm.encode(samples, block_size=256 * channels, threads=2) == blocks
        arch.set_isa(tier)
        back = plain_wav(blocks, 256 * channels, channels).reshape(-1, channels)
        np.testing.assert_array_equal(back[:: adpcm.block_frames(256)], samples[:: adpcm.block_frames(256)])


@given(n=st.integers(0, 2000), channels=st.integers(1, 4), words=st.integers(0, 20), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_lengths_and_layouts(n: int, channels: int, words: int, seed: int) -> None:
    samples = signal(n * channels, seed).reshape(n, channels)
    size = 4 * channels * (1 + words)
    blocks = adpcm.encode(samples, block_size=size)
    frames = adpcm.block_frames(size, channels)
    assert len(blocks) == -(-n // frames) * size
    assert adpcm.encode(np.asfortranarray(samples), block_size=size) == blocks
    assert adpcm.encode(samples[::-1].copy()[::-1], block_size=size) == blocks
    back = adpcm.decode(blocks, block_size=size, channels=channels, frames=n)
    np.testing.assert_array_equal(back.reshape(n, channels)[::frames], samples[::frames])
    if n and words:  # a last block that ends after the words it needs
        short = blocks[: (n - 1) // frames * size + 4 * channels * (1 + -(-((n - 1) % frames) // 8))]
        again = adpcm.decode(short, block_size=size, channels=channels, frames=n)
        np.testing.assert_array_equal(again, back)
        assert len(adpcm.decode(short, block_size=size, channels=channels)) >= n
        with pytest.raises(TruncatedError, match=str(n)):
            adpcm.decode(short[:-1], block_size=size, channels=channels, frames=n)


def test_damaged_headers_are_named() -> None:
    blocks = bytearray(adpcm.encode(signal(4000).reshape(-1, 2), block_size=128))
    blocks[3 * 128 + 4 + 2] = 89
    out = np.full((500, 2), 7, np.int16)
    with pytest.raises(CorruptError, match=r"block 3, channel 1.*89 of 0\.\.88"):
        adpcm.decode(blocks, block_size=128, channels=2, frames=500, out=out)
    assert (out == 7).all()


def test_every_truncation_is_an_error_or_a_shorter_signal() -> None:
    blocks = adpcm.encode(signal(200), block_size=64)
    whole = adpcm.decode(blocks, block_size=64)
    for n in range(len(blocks)):
        if n % 4:
            with pytest.raises(TruncatedError):
                adpcm.decode(blocks[:n], block_size=64)
        else:
            part = adpcm.decode(blocks[:n], block_size=64)
            np.testing.assert_array_equal(part, whole[: len(part)])


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("bits", [2, 3, 4, 5])
def test_adaptive(bits: int) -> None:
    tone = (9000 * np.sin(np.arange(8000) / 15)).astype(np.int16)
    samples = np.stack([tone, signal(8000), np.zeros(8000, np.int16), np.full(8000, -32768, np.int16)])
    codes = adpcm.encode_adaptive(samples, bits=bits, threads=2)
    assert codes.shape == samples.shape
    assert codes.max() < 1 << bits
    back = adpcm.decode_adaptive(codes, bits=bits, threads=2)
    noise = np.square(back[0, 200:] - tone[200:].astype(float)).mean()
    assert 10 * np.log10(np.square(tone.astype(float)).mean() / noise) > 8 * bits - 8
    assert np.abs(back[2]).max() <= 16
    # The state moves by codes alone: a prefix decodes to the same samples.
    np.testing.assert_array_equal(adpcm.decode_adaptive(codes[:, :777], bits=bits), back[:, :777])
    rng = np.random.default_rng(bits)
    wild = rng.integers(0, 256, (2, 5000), np.uint8)  # any bytes decode to something, and nothing overflows
    assert adpcm.decode_adaptive(wild, bits=bits).shape == wild.shape


def test_adaptive_is_frozen() -> None:
    """Integers alone decide: the same on every machine."""
    samples = (np.arange(1000) ** 2 * 7919 % 20011 - 10005).astype(np.int16)
    place = np.arange(1000)
    sums = [int(adpcm.encode_adaptive(samples, bits=bits).astype(int) @ place) for bits in (2, 3, 4, 5)]
    assert sums == FROZEN


FROZEN = [628088, 1422604, 2998571, 5872295]


@pytest.mark.skipif(not SPEECH, reason="shared/data/audio is not here: no real speech is coded")
@pytest.mark.parametrize("path", SPEECH, ids=[p.stem for p in SPEECH])
def test_real_speech(path: Path) -> None:
    samples = read(path)
    back = adpcm.decode(adpcm.encode(samples), block_size=1024 * samples.shape[1], channels=samples.shape[1],
                        frames=len(samples)).reshape(samples.shape)  # fmt: skip
    codes, _ = audioop.lin2adpcm(samples[:, 0].tobytes(), 2, None)
    rival = np.frombuffer(audioop.adpcm2lin(codes, 2, None)[0], np.int16)
    ours, theirs = back[: len(rival), 0].astype(float), rival.astype(float)
    original = samples[: len(rival), 0].astype(float)
    assert np.square(ours - original).mean() <= 1.1 * np.square(theirs - original).mean() + 1


def test_bad_states() -> None:
    x = np.zeros((2, 6), np.int16)
    with pytest.raises(TypeError, match="pair"):
        adpcm.encode_stream(x, state=5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"shape \(3,\) for streams of shape \(2,\)"):
        adpcm.encode_stream(x, state=([1, 2, 3], 0))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: adpcm.encode(np.zeros(4)), TypeError, "float64"),
        (lambda: adpcm.encode(np.zeros(4, np.int32)), TypeError, "int32"),
        (lambda: adpcm.encode(np.zeros((2, 2, 2), np.int16)), ValueError, r"\(2, 2, 2\)"),
        (lambda: adpcm.encode(np.zeros(4, np.int16), block_size=6), ValueError, "block_size 6"),
        (lambda: adpcm.encode(np.zeros((4, 0), np.int16)), ValueError, "0 channels"),
        (lambda: adpcm.encode(np.zeros(4, np.int16), threads=0), ValueError, "threads"),
        (lambda: adpcm.decode(b"", block_size=0), ValueError, "block_size 0"),
        (lambda: adpcm.decode(b"", block_size=-4), ValueError, "block_size -4"),
        (lambda: adpcm.decode(bytes(8), block_size=8, frames=-1), ValueError, "frames -1"),
        (lambda: adpcm.decode(bytes(8), block_size=8, frames=10), TruncatedError, "10 frames"),
        (lambda: adpcm.decode(bytes(8), block_size=8, out=np.zeros(8, np.int16)), ValueError, r"\(8,\)"),
        (lambda: adpcm.decode(bytes(8), block_size=8, out=np.zeros(9, np.int32)), ValueError, "int32"),
        (lambda: adpcm.decode(bytes(8), block_size=8, out=np.zeros(18, "i2")[::2]), ValueError, "contiguous"),
        (lambda: adpcm.encode_stream(np.int16(3)), ValueError, "no axis"),
        (lambda: adpcm.encode_stream(np.zeros(4, np.int16), order="intel"), ValueError, "'intel'"),
        (lambda: adpcm.encode_stream(np.zeros(4, np.int16), state=(0, 89)), ValueError, "index 89"),
        (lambda: adpcm.decode_stream(b"a", state=(40000, 1)), ValueError, "predictor 40000"),
        (lambda: adpcm.decode_stream(b"a", state=(0.5, 1)), TypeError, "float64"),
        (lambda: adpcm.decode_stream(b"a", n=4), ValueError, "not 4"),
        (lambda: adpcm.decode_stream(np.zeros(3)), TypeError, "float64"),
        (lambda: adpcm.lin2adpcm(b"abc", 2, None), ValueError, "3 bytes"),
        (lambda: adpcm.lin2adpcm(b"", 5, None), ValueError, "width 5"),
        (lambda: adpcm.adpcm2lin(b"", 0, None), ValueError, "width 0"),
        (lambda: adpcm.adpcm2lin(b"", 2, cast(Any, 5)), TypeError, "5"),
        (lambda: adpcm.adpcm2lin(b"", 2, (0, -1)), ValueError, "index -1"),
        (lambda: adpcm.encode_adaptive(np.zeros(4, np.int16), bits=6), ValueError, "bits 6"),
        (lambda: adpcm.decode_adaptive(np.zeros(4, np.int16)), TypeError, "int16"),
        (lambda: adpcm.block_frames(64, 0), ValueError, "0 channels"),
    ],
)  # fmt: skip
def test_refusals(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_nothing_in_nothing_out() -> None:
    assert adpcm.encode(np.zeros(0, np.int16)) == b""
    assert adpcm.decode(b"", block_size=64, channels=2).shape == (0, 2)
    codes, state = adpcm.encode_stream(np.zeros((3, 0), np.int16))
    assert codes.shape == (3, 0)
    assert state[0].tolist() == [0, 0, 0]
    assert adpcm.encode_stream(np.zeros((0, 5), np.int16))[0].shape == (0, 3)
    assert adpcm.decode_adaptive(adpcm.encode_adaptive(np.zeros((2, 0), np.int16))).shape == (2, 0)
    assert sys.byteorder == "big" or adpcm.lin2adpcm(b"", 2, None) == (b"", (0, 0))
