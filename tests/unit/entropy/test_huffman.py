"""pycomp.entropy.huffman: round trips, sizes against an independent bound, damage, limits, every ISA tier."""

from __future__ import annotations

import contextlib
import heapq
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import entropy
from pycomp._native import arch
from pycomp.entropy import huffman
from pycomp.errors import LimitError, PycompError, TruncatedError, UnsupportedError

CODER = 1


def bound(n: int) -> int:
    """What the format document promises."""
    return n + 12 + -(-n // (1 << 20))


def test_round_trip(sample: bytes) -> None:
    blob = huffman.encode(sample)
    assert huffman.decode(blob) == sample
    assert len(blob) <= bound(len(sample))
    assert huffman.encode(bytearray(sample)) == blob


def test_every_tier_writes_the_same_bytes(sample: bytes) -> None:
    blobs = set()
    try:
        for tier in arch.detected():
            arch.set_isa(tier)
            blobs.add(huffman.encode(sample))
            assert huffman.decode(min(blobs)) == sample
    finally:
        arch.set_isa(None)
    assert len(blobs) == 1


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 40))
def test_round_trip_any_bytes(data: bytes, repeat: int) -> None:
    data *= repeat
    blob = huffman.encode(data)
    assert huffman.decode(blob) == data
    assert len(blob) <= bound(len(data))


def huffman_bits(data: bytes) -> int:
    """The cost of an unlimited Huffman code, from a heap: the sum of all joins."""
    heap = list(Counter(data).values())
    heapq.heapify(heap)
    cost = len(data) if len(heap) == 1 else 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        cost += joined
        heapq.heappush(heap, joined)
    return cost


@pytest.mark.parametrize("limit", [12, 15])
def test_size_is_optimal(limit: int) -> None:
    data = bytes(i * i * i // 7 % 61 + i % 5 for i in range(30_000))
    size = len(huffman.encode(data, limit=limit))
    optimum = huffman_bits(data) / 8
    assert optimum <= size <= optimum + 12 + 2 + 33 + 4 * 4


@pytest.mark.parametrize("limit", range(8, 16))
def test_every_limit(sample: bytes, limit: int) -> None:
    assert huffman.decode(huffman.encode(sample, limit=limit)) == sample


@pytest.mark.parametrize("limit", [-1, 0, 7, 16, 1 << 40])
def test_wrong_limit(limit: int) -> None:
    with pytest.raises((ValueError, OverflowError)):
        huffman.encode(b"abc", limit=limit)


def test_entropy_is_a_floor(sample: bytes) -> None:
    if len(sample) <= 1 << 20:
        assert entropy.bits(sample) <= 8 * len(huffman.encode(sample))


def test_every_truncation_is_an_error(sample: bytes) -> None:
    blob = huffman.encode(sample)
    step = max(1, len(blob) // 400)
    for cut in {*range(0, len(blob), step), *range(max(0, len(blob) - 20), len(blob))}:
        with pytest.raises(PycompError):
            huffman.decode(blob[:cut])


def test_more_than_a_frame_is_an_error(sample: bytes) -> None:
    with pytest.raises(PycompError):
        huffman.decode(huffman.encode(sample) + b"\0")


def test_bit_flips_are_safe(sample: bytes) -> None:
    blob = bytearray(huffman.encode(sample))
    step = max(1, 8 * len(blob) // 500)
    for bit in range(0, 8 * len(blob), step):
        blob[bit // 8] ^= 1 << bit % 8
        with contextlib.suppress(PycompError):
            huffman.decode(blob, max_size=4 * len(sample) + 1000)
        blob[bit // 8] ^= 1 << bit % 8
    assert huffman.decode(blob) == sample


def test_limits_come_before_memory() -> None:
    bomb = bytes([1, CODER, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
    with pytest.raises(TruncatedError):
        huffman.decode(bomb)  # 32 GiB announced, no blocks there
    blob = huffman.encode(b"a" * 1000)
    assert huffman.decode(blob, max_size=1000) == b"a" * 1000
    with pytest.raises(LimitError):
        huffman.decode(blob, max_size=999)
    with pytest.raises(LimitError):
        huffman.decode(blob, max_size=999, out=bytearray(1000))


def test_unknown_version_and_coder() -> None:
    blob = bytearray(huffman.encode(b"hello hello hello"))
    for at, value in ((0, 2), (1, 3 - CODER), (1, 77)):
        wrong = bytearray(blob)
        wrong[at] = value
        with pytest.raises(UnsupportedError):
            huffman.decode(wrong)


def test_out(sample: bytes) -> None:
    blob = huffman.encode(sample)
    target = bytearray(b"\xee" * (len(sample) + 3))
    assert huffman.decode(blob, out=target) == sample
    assert target == sample + b"\xee" * 3
    if sample:
        with pytest.raises(ValueError, match="out has"):
            huffman.decode(blob, out=bytearray(len(sample) - 1))
    with pytest.raises(BufferError):
        huffman.decode(blob, out=bytes(len(sample)))


def test_input_kinds() -> None:
    data = b"buffers of every kind " * 20
    blob = huffman.encode(data)
    for kind in (bytes, bytearray, memoryview):
        assert huffman.encode(kind(data)) == blob
        assert huffman.decode(kind(blob)) == data
    with pytest.raises(TypeError):
        huffman.encode("text")  # type: ignore[arg-type]
    with pytest.raises(BufferError):
        huffman.encode(memoryview(data)[::2])
