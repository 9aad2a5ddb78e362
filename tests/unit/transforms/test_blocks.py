"""Blocks of pictures: scipy.fft for the floating-point transform; for the integer one the definition in exact
arithmetic, and Pillow's libjpeg.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp._native import arch
from pycomp.transforms import block_dct, block_idct, zigzag_order

SIZES = [4, 8, 16, 32, 64]


def cut(image: Any, size: int) -> Any:
    """Blocks of a padded picture, (rows, columns[, C], size, size)."""
    pad = [(0, -image.shape[0] % size), (0, -image.shape[1] % size)] + [(0, 0)] * (image.ndim - 2)
    padded = np.pad(image, pad, mode="edge")
    rows, columns = padded.shape[0] // size, padded.shape[1] // size
    blocks = padded.reshape(rows, size, columns, size, *image.shape[2:])
    return np.moveaxis(blocks, (1, 3), (-2, -1))


def dctn(blocks: Any) -> Any:
    return scipy.fft.dctn(blocks.astype(np.float64), axes=(-2, -1), norm="ortho")


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_float_like_scipy(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(SIZES))
    height, width = data.draw(st.integers(1, 3 * size)), data.draw(st.integers(1, 70))
    channels = data.draw(st.sampled_from([(), (1,), (3,)]))
    dtype = data.draw(st.sampled_from(["u1", "i1", "u2", "i2", "f4", ">f4", "f8", "i4", "f2"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    image = (rng.standard_normal((height, width, *channels)) * 40).astype(dtype)
    if data.draw(st.booleans()):
        image = np.asfortranarray(image)
    if data.draw(st.booleans()):
        image = image[::-1, ::2]
    shift = data.draw(st.sampled_from([0, 128, 0.5]))
    zigzag = data.draw(st.booleans())
    work = np.float64 if dtype in ("f8", "i4") else np.float32
    threads = data.draw(st.integers(1, 2))
    options: dict[str, Any] = {"level_shift": shift, "zigzag": zigzag, "threads": threads}
    ours = block_dct(image, size, dtype=work, **options)
    expected = dctn(cut(image.astype(np.float64) - shift, size))
    if zigzag:
        expected = expected.reshape(*expected.shape[:-2], -1)[..., zigzag_order(size)]
    assert ours.dtype == work
    assert ours.shape == expected.shape
    scale = np.abs(expected).max() + 1
    assert np.abs(ours - expected).max() <= 16 * np.finfo(work).eps * scale
    back = block_idct(ours, size, shape=image.shape[:2], **options)
    assert back.dtype == work
    assert np.abs(back - image.astype(np.float64)).max() <= 32 * np.finfo(work).eps * scale


@pytest.mark.parametrize("size", SIZES)
def test_quantised_floats(isa: str, size: int) -> None:
    rng = np.random.default_rng(size)
    image = rng.integers(0, 256, (3 * size + 1, 5 * size + 2, 2)).astype(np.float32)
    tables = rng.integers(1, 90, (2, size, size))
    ours = block_dct(image, size, level_shift=128, qtable=tables, zigzag=True)
    exact = (dctn(cut(image - 128, size)) / tables).reshape(*ours.shape)[..., zigzag_order(size)]
    assert ours.dtype == np.int16
    assert np.abs(ours - exact).max() < 0.501
    back = block_idct(
        ours.astype(np.float32), size, shape=image.shape[:2], level_shift=128, qtable=tables, zigzag=True
    )
    error = block_dct(image - back, size) / tables
    assert np.abs(error[:3, :5]).max() < 0.502  # whole blocks: as far off as the rounding went
    again = block_dct(image.astype(np.float64), size, level_shift=128, qtable=tables, zigzag=True)
    assert np.abs(again.astype(int) - ours).max() <= 1
    assert np.mean(again != ours) < 0.02  # ties


def test_limits_of_quantised_floats(isa: str) -> None:
    image = np.zeros((8, 32), np.float32)
    image[:, :8], image[:, 8:16], image[:, 16:24], image[0, 24] = 1e5, -1e5, np.inf, np.nan
    coefs = block_dct(image, qtable=np.ones((8, 8)))
    assert coefs[0, :2, 0, 0].tolist() == [32767, -32768]
    assert coefs[0, 3].tolist() == [[-32768] * 8] * 8


# -- The integer transform ------------------------------------------------------------------------------


def exact_islow(samples: Any) -> Any:
    """The JPEG reference's forward transform, as integer matrices of the 13-bit constants: what its sums of
    products amount to.
    """
    f = {"298": 2446, "390": 3196, "541": 4433, "765": 6270, "899": 7373, "1175": 9633, "1501": 12299,
         "1847": 15137, "1961": 16069, "2053": 16819, "2562": 20995, "3072": 25172}  # fmt: skip
    a, b, c, d = f["1175"], f["899"], f["1961"], f["390"]
    odd = np.array(  # rows: outputs 1, 3, 5, 7; columns: x0-x7, x1-x6, x2-x5, x3-x4
        [
            [f["1501"] - b + a - d, a, a - d, a - b],
            [a, f["3072"] - f["2562"] + a - c, a - f["2562"], a - c],
            [a - d, a - f["2562"], f["2053"] - f["2562"] + a - d, a],
            [a - b, a - c, a, f["298"] - b + a - c],
        ]
    )

    def one(x: Any, first: bool) -> Any:
        s, t = x[..., :4] + x[..., :3:-1], x[..., :4] - x[..., :3:-1]
        p, q, r, u = (
            s[..., 0] + s[..., 3],
            s[..., 1] + s[..., 2],
            s[..., 1] - s[..., 2],
            s[..., 0] - s[..., 3],
        )
        down = 11 if first else 15
        half = 1 << (down - 1)
        y = np.empty_like(x)
        y[..., 0], y[..., 4] = ((p + q) << 2, (p - q) << 2) if first else ((p + q + 2) >> 2, (p - q + 2) >> 2)
        y[..., 2] = ((f["541"] + f["765"]) * u + f["541"] * r + half) >> down
        y[..., 6] = (f["541"] * u + (f["541"] - f["1847"]) * r + half) >> down
        y[..., 1::2] = (t @ odd.T + half) >> down
        return y

    x = samples.astype(np.int64)
    return np.swapaxes(one(np.swapaxes(one(x, True), -1, -2), False), -1, -2)  # rows first


def test_fixed_is_the_reference(isa: str) -> None:
    rng = np.random.default_rng(0)
    for low, high in ((0, 256), (100, 140), (0, 2)):
        image = rng.integers(low, high, (80, 123)).astype(np.uint8) * (1 if high > 2 else 255)
        ours = block_dct(image, level_shift=128)
        assert ours.dtype == np.int16
        np.testing.assert_array_equal(ours, exact_islow(cut(image.astype(int) - 128, 8)))
        signed = (image.astype(int) - 128).astype(np.int16)
        np.testing.assert_array_equal(block_dct(signed), ours)
        np.testing.assert_array_equal(block_dct(signed.astype(np.int8)), ours)
        table = rng.integers(1, 200, (8, 8))
        quantised = block_dct(image, level_shift=128, qtable=table)
        wide = ours.astype(int)
        expected = np.sign(wide) * ((abs(wide) + 4 * table) // (8 * table))
        np.testing.assert_array_equal(quantised, expected)
        flat = expected.reshape(*expected.shape[:2], 64)[..., zigzag_order()]
        np.testing.assert_array_equal(block_dct(image, level_shift=128, qtable=table, zigzag=True), flat)


def jpeg_coefficients(data: bytes) -> Any:
    """Quantised coefficients, in natural order, of a baseline JPEG of one component (ITU T.81, annex F)."""
    at, tables = 2, {}
    height = width = 0
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xC0:
            height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
        elif marker == 0xC4:
            while body:
                counts, codes, at_symbol, code = body[1:17], {}, 17, 0
                for bits, count in enumerate(counts, 1):
                    for _ in range(count):
                        codes[bits, code] = body[at_symbol]
                        at_symbol, code = at_symbol + 1, code + 1
                    code <<= 1
                tables[body[0]], body = codes, body[at_symbol:]
        elif marker == 0xDA:
            break
    stream = data[at : data.rindex(b"\xff\xd9")].replace(b"\xff\x00", b"\xff")
    text = "".join(f"{byte:08b}" for byte in stream)
    place = 0

    def symbol_of(codes: Any) -> int:
        nonlocal place
        for n in range(1, 17):
            found = codes.get((n, int(text[place : place + n], 2)))
            if found is not None:
                place += n
                return int(found)
        raise ValueError("no code")

    def value(n: int) -> int:
        nonlocal place
        if n == 0:
            return 0
        raw = int(text[place : place + n], 2)
        place += n
        return raw if raw >> (n - 1) else raw - (1 << n) + 1

    rows, columns, dc = -(-height // 8), -(-width // 8), 0
    blocks = np.zeros((rows * columns, 64), int)
    for block in blocks:
        dc += value(symbol_of(tables[0x00]))
        block[0], k = dc, 1
        while k < 64:
            run, size = divmod(symbol_of(tables[0x10]), 16)
            if size == 0 and run != 15:
                break
            k += run
            block[zigzag_order()[k]] = value(size)
            k += 1
    return blocks.reshape(rows, columns, 8, 8)


@pytest.mark.parametrize("step", [1, 2, 7, 16, 99])
def test_fixed_like_libjpeg(isa: str, step: int) -> None:
    from PIL import Image  # comes with matplotlib

    rng = np.random.default_rng(step)
    y, x = np.mgrid[:48, :56]
    image = np.clip(128 + 90 * np.sin(x / 5) * np.cos(y / 9) + rng.normal(0, 25, x.shape), 0, 255).astype(
        np.uint8
    )
    table = np.full((8, 8), step)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", qtables=[[step] * 64], optimize=False)
    coefs = block_dct(image, level_shift=128, qtable=table)
    np.testing.assert_array_equal(coefs, jpeg_coefficients(file.getvalue()))
    decoded = np.asarray(Image.open(file))
    back = block_idct(coefs, shape=image.shape, level_shift=128, qtable=table, dtype=np.uint8)
    np.testing.assert_array_equal(back, decoded)
    line = block_dct(image, level_shift=128, qtable=table, zigzag=True)
    np.testing.assert_array_equal(
        block_idct(line, shape=image.shape, level_shift=128, qtable=table, dtype=np.uint8, zigzag=True),
        decoded,
    )


# -- Layouts, tiers, threads, refusals ------------------------------------------------------------------


def test_tiers_and_threads_agree() -> None:
    rng = np.random.default_rng(0)
    for size in SIZES:
        image = rng.standard_normal((5 * size + 3, 9 * size + 1)).astype(np.float32)
        for dtype in (np.float32, np.float64, np.uint8):
            results = []
            for tier in arch.detected():
                arch.set_isa(tier)
                coefs = block_dct((image * 50).astype(dtype), size)
                back = block_idct(coefs, size)
                results.append((coefs.tobytes(), back.tobytes()))
                wide = np.repeat((image * 50).astype(dtype), 2, axis=1)[:, ::2]
                results.append(
                    (block_dct(wide, size, threads=2).tobytes(), block_idct(coefs, size, threads=2).tobytes())
                )
            arch.set_isa(None)
            assert len(set(results)) == 1


def test_out(isa: str) -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (40, 52, 3)).astype(np.uint8)
    for options in ({}, {"qtable": np.full((8, 8), 9), "zigzag": True}, {"dtype": np.float32}):
        expected = block_dct(image, level_shift=128, **options)  # type: ignore[arg-type]
        planes = np.full((3, *expected.shape[:2], *expected.shape[3:]), 77, expected.dtype)
        out = np.moveaxis(planes, 0, 2)  # component by component
        assert block_dct(image, level_shift=128, out=out, **options) is out  # type: ignore[arg-type]
        np.testing.assert_array_equal(out, expected)
        spaced = np.full((*expected.shape[:2], 5, *expected.shape[3:]), 77, expected.dtype)
        block_dct(image, level_shift=128, out=spaced[:, :, 1:4], **options)  # type: ignore[arg-type]
        np.testing.assert_array_equal(spaced[:, :, 1:4], expected)
        assert (spaced[:, :, [0, 4]] == 77).all()
    coefs = block_dct(image, level_shift=128, qtable=np.ones((8, 8)))
    wide = np.full((60, 70, 4), 7, np.uint8)
    view = wide[10:50, 5:57, :3]
    block_idct(coefs, shape=(40, 52), level_shift=128, out=view)
    assert np.abs(view.astype(int) - image).max() <= 1
    wide[10:50, 5:57, :3] = 7
    assert (wide == 7).all()


def test_large_results_are_the_same() -> None:
    """Results beyond the cache are written around it: those of a part of the picture are not."""
    image = np.random.default_rng(5).integers(0, 256, (2056, 2059)).astype(np.float32)
    table = np.random.default_rng(6).integers(1, 50, (8, 8))
    for options in ({}, {"zigzag": True}, {"qtable": table, "zigzag": True}):
        whole = block_dct(image, **options)
        part = block_dct(image[1024:1096], **options)
        assert np.array_equal(whole[128:137], part)
    for size in (4, 32, 64):
        blocks = block_dct(image, size)
        assert np.array_equal(blocks[1024 // size :], block_dct(image[1024:], size))
        settings: dict[str, Any] = {"size": size, "level_shift": 3.0, "threads": 2}
        back = block_idct(blocks, shape=image.shape, **settings)
        rows = 512  # too few for that
        for first in range(0, image.shape[0], rows):
            shape = (min(rows, image.shape[0] - first), image.shape[1])
            part = block_idct(blocks[first // size : -(-(first + rows) // size)], shape=shape, **settings)
            assert np.array_equal(back[first : first + rows], part)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_samples_are_rounded_and_limited(isa: str, dtype: Any) -> None:
    info = np.iinfo(dtype)
    image = np.linspace(info.min - 100.0, info.max + 100.0, 64 * 48).reshape(48, 64).astype(np.float32)
    back = block_idct(block_dct(image, 16), 16, dtype=dtype)
    assert back.dtype == dtype
    assert np.abs(back - np.clip(image, info.min, info.max)).max() <= 0.51 + info.max * 1e-6


def test_empty() -> None:
    assert block_dct(np.zeros((0, 16), np.float32)).shape == (0, 2, 8, 8)
    assert block_dct(np.zeros((16, 16, 0), np.uint8)).shape == (2, 2, 0, 8, 8)
    assert block_idct(np.zeros((0, 2, 8, 8), np.float32)).shape == (0, 16)


def test_zigzag_orders() -> None:
    assert zigzag_order()[:10].tolist() == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]
    assert zigzag_order()[-3:].tolist() == [55, 62, 63]
    for size in SIZES:
        assert sorted(zigzag_order(size).tolist()) == list(range(size * size))


SQUARE = np.zeros((16, 16), np.float32)
BLOCKS = np.zeros((2, 2, 8, 8), np.float32)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: block_dct(SQUARE, 12), ValueError, "size is 12"),
        (lambda: block_dct(SQUARE[0]), ValueError, r"shape \(16,\)"),
        (lambda: block_dct(SQUARE + 1j), TypeError, "complex"),
        (lambda: block_dct(SQUARE, qtable=np.ones((4, 4))), ValueError, r"shape \(4, 4\)"),
        (lambda: block_dct(SQUARE, qtable=np.zeros((8, 8))), ValueError, "not positive"),
        (lambda: block_dct(SQUARE, qtable=np.full((8, 8), np.nan)), ValueError, "not positive"),
        (lambda: block_dct(SQUARE, dtype=np.int16), TypeError, "float32"),
        (lambda: block_dct(SQUARE, dtype=np.int32), TypeError, "int32"),
        (lambda: block_dct(SQUARE, level_shift=float("nan")), ValueError, "nan"),
        (lambda: block_dct(SQUARE.astype(np.uint8), level_shift=0.5), ValueError, "0.5"),
        (lambda: block_dct(SQUARE.astype(np.uint8), qtable=np.full((8, 8), 1.5)), ValueError, "whole steps"),
        (lambda: block_dct(SQUARE, threads=0), ValueError, "0"),
        (lambda: block_dct(SQUARE, out=BLOCKS[:1]), ValueError, r"\(1, 2, 8, 8\)"),
        (lambda: block_dct(SQUARE, out=BLOCKS.astype(float)), ValueError, "float64"),
        (lambda: block_dct(SQUARE, out=BLOCKS.swapaxes(2, 3)), ValueError, "block of out are apart"),
        (lambda: block_dct(SQUARE, out=SQUARE.reshape(2, 2, 8, 8)), ValueError, "overlaps"),
        (lambda: block_idct(BLOCKS.astype(np.int32)), TypeError, "int32"),
        (lambda: block_idct(BLOCKS, 16), ValueError, r"\(2, 2, 8, 8\)"),
        (lambda: block_idct(BLOCKS, shape=(17, 16)), ValueError, r"\(17, 16\)"),
        (lambda: block_idct(BLOCKS, shape=(8, 16)), ValueError, r"\(8, 16\)"),
        (lambda: block_idct(BLOCKS, dtype=np.int32), TypeError, "int32"),
        (lambda: block_idct(BLOCKS, dtype=np.float64), TypeError, "float64"),
        (lambda: block_idct(BLOCKS.astype(np.int16), dtype=np.float32), TypeError, "float32"),
        (lambda: block_idct(BLOCKS, out=SQUARE[:8]), ValueError, r"\(8, 16\)"),
        (lambda: zigzag_order(7), ValueError, "7"),
        (lambda: block_dct(SQUARE, qtable=np.full((8, 8), np.inf)), ValueError, "inf"),
        (lambda: block_dct(SQUARE, threads=1.5), TypeError, "float"),  # type: ignore[arg-type]
        (lambda: block_idct(BLOCKS, shape=16), ValueError, "shape is 16"),  # type: ignore[arg-type]
    ],
)
def test_refusals(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
