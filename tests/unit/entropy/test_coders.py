"""What both coders of bytes promise: round trips, bounds, damage, limits, every ISA tier."""

from __future__ import annotations

import contextlib
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp._native import arch
from pycomp.entropy import huffman, rans
from pycomp.errors import LimitError, PycompError, TruncatedError, UnsupportedError

NUMBERS = {huffman: 1, rans: 2}  # in a frame's second byte


@pytest.fixture(params=NUMBERS, ids=lambda coder: coder.__name__.rpartition(".")[2])
def coder(request: pytest.FixtureRequest) -> ModuleType:
    """One coder a test."""
    return request.param


def bound(n: int) -> int:
    """What the format document promises."""
    return n + 12 + -(-n // (1 << 20))


def test_round_trip(coder: ModuleType, sample: bytes) -> None:
    blob = coder.encode(sample)
    assert coder.decode(blob) == sample
    assert len(blob) <= bound(len(sample))
    assert coder.encode(bytearray(sample)) == blob


def test_every_tier_writes_the_same_bytes(coder: ModuleType, sample: bytes) -> None:
    blobs = set()
    try:
        for tier in arch.detected():
            arch.set_isa(tier)
            blobs.add(coder.encode(sample))
            assert coder.decode(min(blobs)) == sample
    finally:
        arch.set_isa(None)
    assert len(blobs) == 1


@settings(deadline=None)
@given(st.sampled_from([*NUMBERS]), st.binary(max_size=300), st.integers(1, 40))
def test_round_trip_any_bytes(coder: ModuleType, data: bytes, repeat: int) -> None:
    data *= repeat
    blob = coder.encode(data)
    assert coder.decode(blob) == data
    assert len(blob) <= bound(len(data))


def test_every_truncation_is_an_error(coder: ModuleType, sample: bytes) -> None:
    blob = coder.encode(sample)
    step = max(1, len(blob) // 400)
    for cut in {*range(0, len(blob), step), *range(max(0, len(blob) - 20), len(blob))}:
        with pytest.raises(PycompError):
            coder.decode(blob[:cut])


def test_more_than_a_frame_is_an_error(coder: ModuleType, sample: bytes) -> None:
    with pytest.raises(PycompError):
        coder.decode(coder.encode(sample) + b"\0")


def test_bit_flips_are_safe(coder: ModuleType, sample: bytes) -> None:
    blob = bytearray(coder.encode(sample))
    step = max(1, 8 * len(blob) // 500)
    for bit in range(0, 8 * len(blob), step):
        blob[bit // 8] ^= 1 << bit % 8
        with contextlib.suppress(PycompError):
            coder.decode(blob, max_size=4 * len(sample) + 1000)
        blob[bit // 8] ^= 1 << bit % 8
    assert coder.decode(blob) == sample


def test_limits_come_before_memory(coder: ModuleType) -> None:
    bomb = bytes([1, NUMBERS[coder], 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
    with pytest.raises(TruncatedError):
        coder.decode(bomb)  # 32 GiB announced, no blocks there
    blob = coder.encode(b"a" * 1000)
    assert coder.decode(blob, max_size=1000) == b"a" * 1000
    with pytest.raises(LimitError):
        coder.decode(blob, max_size=999)
    with pytest.raises(LimitError):
        coder.decode(blob, max_size=999, out=bytearray(1000))


def test_unknown_version_and_coder(coder: ModuleType) -> None:
    blob = bytearray(coder.encode(b"hello hello hello"))
    for at, value in ((0, 2), (1, 3 - NUMBERS[coder]), (1, 77)):
        wrong = bytearray(blob)
        wrong[at] = value
        with pytest.raises(UnsupportedError):
            coder.decode(wrong)


def test_out(coder: ModuleType, sample: bytes) -> None:
    blob = coder.encode(sample)
    target = bytearray(b"\xee" * (len(sample) + 3))
    assert coder.decode(blob, out=target) == sample
    assert target == sample + b"\xee" * 3
    if sample:
        with pytest.raises(ValueError, match="out has"):
            coder.decode(blob, out=bytearray(len(sample) - 1))
    with pytest.raises(BufferError):
        coder.decode(blob, out=bytes(len(sample)))


def test_input_kinds(coder: ModuleType) -> None:
    data = b"buffers of every kind " * 20
    blob = coder.encode(data)
    for kind in (bytes, bytearray, memoryview):
        assert coder.encode(kind(data)) == blob
        assert coder.decode(kind(blob)) == data
    with pytest.raises(TypeError):
        coder.encode("text")  # type: ignore[arg-type]
    with pytest.raises(BufferError):
        coder.encode(memoryview(data)[::2])
