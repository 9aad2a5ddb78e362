"""pycomp.deflate: whole buffers and batches, limits, damage; every level read by the standard zlib."""

from __future__ import annotations

import contextlib
import gzip
import random
import zlib
from itertools import pairwise
from typing import Any, Literal

import pytest

from pycomp import deflate
from pycomp._native import arch
from pycomp.errors import (
    ChecksumError,
    CorruptError,
    LimitError,
    PycompError,
    TruncatedError,
    UnsupportedError,
)

FORMATS: dict[Any, int] = {"zlib": 15, "gzip": 31, "raw": -15}
WORDS = [bytes([i, i * 7 & 255, i * 31 & 255]) * (1 + i % 3) for i in range(200)]
DATA = b"".join(random.Random(1).choices(WORDS, k=60_000))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("level", range(-1, 13))
def test_levels_and_formats(level: int, format: Literal["zlib", "gzip", "raw"]) -> None:
    for data in (b"", b"a", DATA, bytes(100_000), random.Random(2).randbytes(70_000)):
        packed = deflate.compress(data, level, format=format)
        assert zlib.decompress(packed, FORMATS[format]) == data
        assert deflate.decompress(packed, format=format) == data
        assert len(packed) <= len(data) + 5 * (len(data) // 16_000 + 1) + 30


@pytest.mark.parametrize("level", range(13))
def test_tiers_and_threads_give_the_same_bytes(level: int) -> None:
    alone, threaded = set(), set()
    try:
        for tier in arch.detected():
            arch.set_isa(tier)
            alone.add(deflate.compress(DATA, level))
            threaded |= {deflate.compress(DATA, level, threads=n, block_size=1 << 15) for n in (2, 3, 7)}
    finally:
        arch.set_isa(None)
    assert len(alone) == len(threaded) == 1
    assert zlib.decompress(threaded.pop()) == DATA


def test_more_effort_is_not_longer() -> None:
    """Words of three bytes are the one input known where a level is larger than the one before, by 0.2 %."""
    sizes = [len(deflate.compress(DATA, level)) for level in range(13)]
    assert all(more <= 1.003 * less for less, more in pairwise(sizes))
    assert sizes[12] <= sizes[9]
    assert sizes[12] <= sizes[6] <= sizes[3] <= sizes[0]


def test_auto_and_members() -> None:
    for format in ("zlib", "gzip"):
        assert deflate.decompress(deflate.compress(DATA, format=format)) == DATA  # type: ignore[call-overload]
    two = gzip.compress(b"py") + gzip.compress(b"comp")
    assert deflate.decompress(two) == deflate.decompress(two + bytes(9), format="gzip") == b"pycomp"
    assert bytes(deflate.decompress(two, out=bytearray(6))) == b"pycomp"
    for more in (two + b"junk", zlib.compress(b"a") + b"\0"):
        with pytest.raises(CorruptError, match="follow the end"):
            deflate.decompress(more)


def test_limits_and_out() -> None:
    packed = deflate.compress(DATA)
    assert deflate.decompress(packed, max_size=len(DATA)) == DATA
    for size in (0, 1, 20_000, len(DATA) - 1):
        with pytest.raises(LimitError):
            deflate.decompress(packed, max_size=size)
        with pytest.raises(LimitError):
            deflate.decompress(packed, max_size=size, out=bytearray(len(DATA)))
        with pytest.raises(ValueError, match="out has"):
            deflate.decompress(packed, out=bytearray(size))
    target = bytearray(b"\xee" * (len(DATA) + 5))
    assert deflate.decompress(packed, out=target) == DATA
    assert target == DATA + b"\xee" * 5
    with pytest.raises(BufferError):
        deflate.decompress(packed, out=bytes(10))
    assert deflate.decompress(packed, max_size=1 << 80) == DATA
    assert deflate.decompress_batch([packed], max_size=1 << 80) == [DATA]
    for call in (deflate.decompress, lambda data, **more: deflate.decompress_batch([data], **more)):
        with pytest.raises(ValueError, match="must not be negative"):
            call(packed, max_size=-1)
        with pytest.raises(TypeError):
            call(packed, max_size=1e6)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="must not be negative"):
        deflate.decompress_batch([packed], sizes=[-1])
    with pytest.raises(TypeError):
        deflate.compress(DATA, 1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS)
def test_damage(format: Literal["zlib", "gzip", "raw"]) -> None:
    data = b"some contents, not very long " * 9
    blob = bytearray(deflate.compress(data, format=format))
    for cut in range(len(blob)):
        with pytest.raises((TruncatedError, CorruptError)):
            deflate.decompress(blob[:cut], format=format)
    for bit in range(8 * len(blob)):
        blob[bit // 8] ^= 1 << bit % 8
        with contextlib.suppress(PycompError):
            deflate.decompress(blob, format=format, max_size=10_000)
        blob[bit // 8] ^= 1 << bit % 8
    assert deflate.decompress(blob, format=format) == data


def test_errors_are_told_apart() -> None:
    packed = bytearray(deflate.compress(DATA))
    packed[-1] ^= 1
    with pytest.raises(ChecksumError, match="incorrect data check"):
        deflate.decompress(packed)
    packer = zlib.compressobj(zdict=b"words")
    with pytest.raises(UnsupportedError, match="dictionary"):
        deflate.decompress(packer.compress(b"words") + packer.flush())
    with pytest.raises(CorruptError, match="incorrect header check"):
        deflate.decompress(b"no zlib at all")
    with pytest.raises(ValueError, match="format must be"):
        deflate.compress(b"", format="bz2")  # type: ignore[arg-type]
    for level in (-2, 13):
        with pytest.raises(ValueError, match="level must be"):
            deflate.compress(b"", level)
    with pytest.raises(ValueError, match="block_size must be"):
        deflate.compress(b"", block_size=1000)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("format", FORMATS)
def test_batches(format: Literal["zlib", "gzip", "raw"], threads: int) -> None:
    rng = random.Random(3)
    items = [DATA[rng.randrange(50_000) :][: rng.randrange(3000)] for _ in range(300)] + [b"", bytes(10**6)]
    packed = deflate.compress_batch(items, format=format, threads=threads)
    assert packed == [deflate.compress(item, format=format) for item in items]
    assert deflate.decompress_batch(packed, format=format, threads=threads) == items
    sizes = [len(item) for item in items]
    assert deflate.decompress_batch(packed, format=format, threads=threads, sizes=sizes) == items
    assert deflate.compress_batch([]) == deflate.decompress_batch([]) == []


def test_batch_errors_name_the_item() -> None:
    packed = deflate.compress_batch([b"one", b"two", bytes(5000)])
    with pytest.raises(LimitError, match="item 2"):
        deflate.decompress_batch(packed, max_size=4999)
    packed[1] = packed[1][:-1]
    with pytest.raises(TruncatedError, match="item 1"):
        deflate.decompress_batch(packed)
    packed[1] += b"xyz"
    with pytest.raises(PycompError, match="item 1"):
        deflate.decompress_batch(packed)
    with pytest.raises(ValueError, match="3 items but 1 sizes"):
        deflate.decompress_batch(packed, sizes=[1])
    with pytest.raises(TypeError):
        deflate.compress_batch([b"a", "text"])  # type: ignore[list-item]
