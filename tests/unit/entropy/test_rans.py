"""pycomp.entropy.rans: round trips, sizes against an independent bound, damage, limits, every ISA tier."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import entropy
from pycomp._native import arch
from pycomp.entropy import rans
from pycomp.errors import LimitError, PycompError, TruncatedError, UnsupportedError

CODER = 2


def bound(n: int) -> int:
    """What the format document promises."""
    return n + 12 + -(-n // (1 << 20))


def test_round_trip(sample: bytes) -> None:
    blob = rans.encode(sample)
    assert rans.decode(blob) == sample
    assert len(blob) <= bound(len(sample))
    assert rans.encode(bytearray(sample)) == blob


def test_every_tier_writes_the_same_bytes(sample: bytes) -> None:
    blobs = set()
    try:
        for tier in arch.detected():
            arch.set_isa(tier)
            blobs.add(rans.encode(sample))
            assert rans.decode(min(blobs)) == sample
    finally:
        arch.set_isa(None)
    assert len(blobs) == 1


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 40))
def test_round_trip_any_bytes(data: bytes, repeat: int) -> None:
    data *= repeat
    blob = rans.encode(data)
    assert rans.decode(blob) == data
    assert len(blob) <= bound(len(data))


def test_size_is_near_the_entropy() -> None:
    data = bytes(i * i * i // 7 % 61 + i % 5 for i in range(200_000))
    size = len(rans.encode(data))
    floor = entropy.bits(data) / 8
    assert floor <= size <= 1.003 * floor + 12 + 70 + 4 * 64


def test_every_truncation_is_an_error(sample: bytes) -> None:
    blob = rans.encode(sample)
    step = max(1, len(blob) // 400)
    for cut in {*range(0, len(blob), step), *range(max(0, len(blob) - 20), len(blob))}:
        with pytest.raises(PycompError):
            rans.decode(blob[:cut])


def test_more_than_a_frame_is_an_error(sample: bytes) -> None:
    with pytest.raises(PycompError):
        rans.decode(rans.encode(sample) + b"\0")


def test_bit_flips_are_safe(sample: bytes) -> None:
    blob = bytearray(rans.encode(sample))
    step = max(1, 8 * len(blob) // 500)
    for bit in range(0, 8 * len(blob), step):
        blob[bit // 8] ^= 1 << bit % 8
        with contextlib.suppress(PycompError):
            rans.decode(blob, max_size=4 * len(sample) + 1000)
        blob[bit // 8] ^= 1 << bit % 8
    assert rans.decode(blob) == sample


def test_limits_come_before_memory() -> None:
    bomb = bytes([1, CODER, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
    with pytest.raises(TruncatedError):
        rans.decode(bomb)  # 32 GiB announced, no blocks there
    blob = rans.encode(b"a" * 1000)
    assert rans.decode(blob, max_size=1000) == b"a" * 1000
    with pytest.raises(LimitError):
        rans.decode(blob, max_size=999)
    with pytest.raises(LimitError):
        rans.decode(blob, max_size=999, out=bytearray(1000))


def test_unknown_version_and_coder() -> None:
    blob = bytearray(rans.encode(b"hello hello hello"))
    for at, value in ((0, 2), (1, 3 - CODER), (1, 77)):
        wrong = bytearray(blob)
        wrong[at] = value
        with pytest.raises(UnsupportedError):
            rans.decode(wrong)


def test_out(sample: bytes) -> None:
    blob = rans.encode(sample)
    target = bytearray(b"\xee" * (len(sample) + 3))
    assert rans.decode(blob, out=target) == sample
    assert target == sample + b"\xee" * 3
    if sample:
        with pytest.raises(ValueError, match="out has"):
            rans.decode(blob, out=bytearray(len(sample) - 1))
    with pytest.raises(BufferError):
        rans.decode(blob, out=bytes(len(sample)))


def test_input_kinds() -> None:
    data = b"buffers of every kind " * 20
    blob = rans.encode(data)
    for kind in (bytes, bytearray, memoryview):
        assert rans.encode(kind(data)) == blob
        assert rans.decode(kind(blob)) == data
    with pytest.raises(TypeError):
        rans.encode("text")  # type: ignore[arg-type]
    with pytest.raises(BufferError):
        rans.encode(memoryview(data)[::2])
