"""``out=`` of every function that has one: the same numbers, in any strides allowed, and nothing beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pycomp import transforms
from pycomp.transforms import adpcm, lpc, motion
from pycomp.transforms._out import overlaps_itself

RNG = np.random.default_rng(7)
LINE, IMAGE = RNG.standard_normal(64), RNG.standard_normal((45, 38)).astype(np.float32)
CUBE = RNG.standard_normal((6, 14, 10)) + 1j * RNG.standard_normal((6, 14, 10))
SOUND = RNG.integers(-3000, 3000, (3, 200)).astype(np.int16)
PIXELS = RNG.integers(0, 256, (40, 48)).astype(np.uint8)
QUANTIZED = transforms.quantize(IMAGE, 4, block=8)
HALVES = transforms.quantize(IMAGE.astype(np.float16), 6)
VECTORS = motion.search(PIXELS, PIXELS[::-1], radius=4).vectors
CODED = lpc.encode(SOUND, block_size=64)

Call = Callable[..., Any]

# Functions of out= alone; whether out must be C-contiguous.
CALLS: dict[str, tuple[Call, bool]] = {
    "dwt": (lambda **k: transforms.dwt(LINE, "db2", **k), False),
    "idwt": (lambda **k: transforms.idwt(LINE, LINE, "db2", **k), False),
    "dwt2": (lambda **k: transforms.dwt2(IMAGE, "db3", **k), False),
    "idwt2": (lambda **k: transforms.idwt2((IMAGE, (IMAGE, None, IMAGE)), "db3", **k), False),
    "dwtn": (lambda **k: transforms.dwtn(CUBE, "db2", **k), False),
    "idwtn": (lambda **k: transforms.idwtn({"aaa": CUBE, "ada": CUBE}, "db2", **k), False),
    "wavedec": (lambda **k: transforms.wavedec(IMAGE, "sym4", level=2, axis=0, **k), False),
    "wavedec complex": (lambda **k: transforms.wavedec(CUBE, "haar", level=2, axis=1, **k), False),
    "wavedec no level": (lambda **k: transforms.waverec([LINE], "haar", **k), False),
    "waverec": (lambda **k: transforms.waverec([LINE, LINE, np.ones(128)], "haar", **k), False),
    "wavedec2": (lambda **k: transforms.wavedec2(IMAGE, "db2", level=3, **k), False),
    "waverec2": (
        lambda **k: transforms.waverec2(transforms.wavedec2(IMAGE, "db2", level=3), "db2", **k),
        False,
    ),
    "wavedecn": (lambda **k: transforms.wavedecn(CUBE, "haar", level=2, **k), False),
    "waverecn": (
        lambda **k: transforms.waverecn(transforms.wavedecn(CUBE, "haar", level=2), "haar", **k),
        False,
    ),
    "swt": (lambda **k: transforms.swt(LINE, "db2", 3, **k), False),
    "swt trimmed": (lambda **k: transforms.swt(CUBE, "db2", 1, axis=0, trim_approx=True, **k), False),
    "lift53": (lambda **k: transforms.lift53(PIXELS, 3, **k), False),
    "lift53 along": (lambda **k: transforms.lift53(SOUND, 2, [0], **k), False),
    "unlift53": (lambda **k: transforms.unlift53(transforms.lift53(PIXELS, 3), **k), False),
    "threshold": (lambda **k: transforms.threshold(LINE, 0.5, "hard", **k), False),
    "denoise": (lambda **k: transforms.denoise(IMAGE, **k), False),
    "quantize": (lambda **k: transforms.quantize(IMAGE, 4, block=8, **k).codes, False),
    "dequantize": (lambda **k: transforms.dequantize(QUANTIZED, **k), False),
    "dequantize halves": (lambda **k: transforms.dequantize(HALVES, **k), False),
    "delta": (lambda **k: transforms.delta(PIXELS, axis=0, **k), False),
    "undelta": (lambda **k: transforms.undelta(SOUND, order=2, **k), False),
    "predict2d": (lambda **k: transforms.predict2d(PIXELS, **k), False),
    "unpredict2d": (lambda **k: transforms.unpredict2d(PIXELS, "paeth", **k), False),
    "block_idct": (lambda **k: transforms.block_idct(transforms.block_dct(IMAGE), **k), False),
    "residual of motion": (lambda **k: motion.residual(PIXELS, PIXELS[::-1], VECTORS, **k), False),
    "compensate": (lambda **k: motion.compensate(PIXELS, VECTORS, **k), True),
    "shuffle": (lambda **k: transforms.shuffle(SOUND, **k), True),
    "unshuffle": (lambda **k: transforms.unshuffle(PIXELS.ravel(), np.int16, **k), True),
    "split_planes": (lambda **k: transforms.split_planes(SOUND, **k), True),
    "merge_planes": (lambda **k: transforms.merge_planes(PIXELS[:4], np.int32, **k), True),
    "pack_bits": (lambda **k: transforms.pack_bits(PIXELS & 7, 3, **k), True),
    "unpack_bits": (lambda **k: transforms.unpack_bits(PIXELS[0], 4, (8, 12), signed=True, **k), True),
    "adpcm.decode": (lambda **k: adpcm.decode(bytes(64), block_size=32, channels=2, **k), True),
    "adpcm.encode_stream": (lambda **k: adpcm.encode_stream(SOUND, **k)[0], True),
    "adpcm.decode_stream": (lambda **k: adpcm.decode_stream(PIXELS, **k)[0], True),
    "adpcm.encode_adaptive": (lambda **k: adpcm.encode_adaptive(SOUND, **k), True),
    "adpcm.decode_adaptive": (lambda **k: adpcm.decode_adaptive(PIXELS, **k), True),
    "lpc.residual": (lambda **k: lpc.residual(SOUND, [2, -1], **k), True),
    "lpc.restore": (lambda **k: lpc.restore(SOUND.astype(np.int32), [2, -1], dtype=np.int16, **k), True),
    "lpc.decode": (lambda **k: lpc.decode(CODED, **k), True),
}


def leaves(results: Any) -> list[Any]:
    if isinstance(results, dict):
        return [leaf for key in sorted(results) for leaf in leaves(results[key])]
    if isinstance(results, (list, tuple)):
        return [leaf for one in results for leaf in leaves(one)]
    return [results]


def replaced(results: Any, make: Callable[[Any], Any]) -> Any:
    """The same nest of lists, tuples and dicts with other arrays."""
    if isinstance(results, dict):
        return {key: replaced(value, make) for key, value in results.items()}
    if isinstance(results, (list, tuple)):
        return type(results)(replaced(value, make) for value in results)
    return make(results)


class Frames:
    """Arrays cut out of larger ones full of a mark, which must stay."""

    def __init__(self, step: int, turned: bool) -> None:
        self.step, self.turned = step, turned
        self.made: list[tuple[Any, Any]] = []

    def __call__(self, like: Any) -> Any:
        shape = like.shape[::-1] if self.turned else like.shape
        around = np.full([self.step * n + 4 for n in shape], 77).astype(like.dtype)
        if self.step == 1:  # contiguous: within a line
            around = np.full(like.size + 40, 77).astype(like.dtype)
            part = around[20 : 20 + like.size].reshape(shape)
        else:
            part = around[tuple(slice(2, 2 + self.step * n, self.step) for n in shape)]
        mask = np.ones(around.shape, bool)
        if self.step == 1:
            mask[20 : 20 + like.size] = False
        else:
            mask[tuple(slice(2, 2 + self.step * n, self.step) for n in shape)] = False
        self.made.append((around, mask))
        return part.T if self.turned else part

    def check(self) -> None:
        for around, mask in self.made:
            assert (around[mask] == np.array(77).astype(around.dtype)).all()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("step", "turned"), [(1, False), (2, False), (1, True), (3, True)])
def test_results_go_where_they_are_wanted(name: str, step: int, turned: bool) -> None:
    call, contiguous = CALLS[name]
    expected = call()
    frames = Frames(step, turned)
    out = replaced(expected, frames)
    if contiguous and not all(array.flags.c_contiguous for array in leaves(out)):
        with pytest.raises(ValueError, match="C-contiguous"):
            call(out=out)
        return
    found = call(out=out)
    for given, returned, wanted in zip(leaves(out), leaves(found), leaves(expected), strict=True):
        assert returned is given
        np.testing.assert_array_equal(given, wanted)
    frames.check()


@pytest.mark.parametrize("name", CALLS)
def test_unfit_arrays_are_named(name: str) -> None:
    call, _ = CALLS[name]
    expected = call()

    def refused(make: Callable[[Any], Any], error: Any, says: str) -> None:
        with pytest.raises(error, match=says):
            call(out=replaced(expected, make))

    refused(lambda a: np.zeros((*a.shape, 2), a.dtype), ValueError, "shape")
    refused(lambda a: a.tolist(), (TypeError, ValueError), "out")
    refused(lambda a: np.broadcast_to(a, a.shape), ValueError, "read-only")
    refused(
        lambda a: np.lib.stride_tricks.as_strided(a.copy(), a.shape, [0] * a.ndim),
        ValueError,
        "share memory|C-contiguous|are apart",
    )
    if len(leaves(expected)) > 1:
        first = leaves(expected)[-1]
        if all(a.shape == first.shape for a in leaves(expected)):
            refused(lambda a: first, ValueError, "overlap")


def test_half_precision_and_half_an_array() -> None:
    both = np.zeros((*IMAGE.shape, 2), np.float32)
    both[..., 0] = IMAGE
    codes = transforms.quantize(both[..., 0], 8)
    transforms.dequantize(codes, out=both[..., 1])  # interleaved with what is there, and apart from it
    np.testing.assert_array_equal(both[..., 0], IMAGE)
    np.testing.assert_array_equal(both[..., 1], codes.dequantize())
    transforms.threshold(both[..., 0], 1.0, "hard", out=both[::-1, :, 0])
    np.testing.assert_array_equal(both[::-1, :, 0], transforms.threshold(IMAGE, 1.0, "hard"))


@pytest.mark.parametrize(
    ("shape", "strides", "meets"),
    [
        ((3, 4), (32, 8), False),
        ((3, 4), (-32, 8), False),
        ((3, 4), (24, 8), True),
        ((3, 4), (8, 24), False),
        ((3, 4), (0, 8), True),
        ((1, 4), (0, 8), False),
        ((0, 4), (0, 0), False),
        ((4,), (4,), True),
        ((2, 2, 2), (8, 16, 32), False),
    ],
)
def test_overlaps_itself(shape: tuple[int, ...], strides: tuple[int, ...], meets: bool) -> None:
    array = np.lib.stride_tricks.as_strided(np.zeros(64)[32:], shape, strides)
    assert overlaps_itself(array) == meets


def test_levels_must_not_share() -> None:
    coeffs = transforms.wavedec2(IMAGE, "haar", level=2)
    room = np.zeros(coeffs[2][0].size + 8, np.float32)
    coeffs[2] = (room[: coeffs[2][0].size].reshape(coeffs[2][0].shape), *coeffs[2][1:])
    coeffs[1] = (room[: coeffs[1][0].size].reshape(coeffs[1][0].shape), *coeffs[1][1:])
    with pytest.raises(ValueError, match="overlap each other"):
        transforms.wavedec2(IMAGE, "haar", level=2, out=coeffs)
    with pytest.raises(ValueError, match="a list of 3"):
        transforms.wavedec2(IMAGE, "haar", level=2, out=coeffs[:2])
    with pytest.raises(ValueError, match="cA"):
        transforms.dwt2(IMAGE, "haar", out=coeffs[0])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="keys aa, ad, da, dd"):
        transforms.dwtn(IMAGE, "haar", out={"aa": coeffs[0]})
