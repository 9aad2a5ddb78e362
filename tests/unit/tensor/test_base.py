"""Blobs of differences: exact for any pair of arrays, and clear about the base they need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pycomp import tensor
from pycomp.errors import BaseError, ChecksumError, PycompError, UnsupportedError

LEVELS = ["fast", "default", "high", "max"]


def pair(count: int = 50_000, share: float = 0.01) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two float32 arrays, some elements of the second a little larger."""
    rng = np.random.default_rng(5)
    before = (rng.standard_normal(count) * 0.02).astype("<f4")
    after = before.copy()
    some = rng.random(count) < share
    after.view("<u4")[some] += rng.integers(1, 9, some.sum(), dtype="<u4")
    return before, after


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("threads", [1, 2])
def test_round_trip(level: str, threads: int) -> None:
    before, after = pair(600_000)
    blob = tensor.encode(after, base=before, level=level, threads=threads)
    assert len(blob) < after.nbytes / 100
    assert blob == tensor.encode(after, base=before, level=level)
    assert tensor.decode(blob, base=before, threads=threads).tobytes() == after.tobytes()
    target = np.empty_like(after)
    tensor.decode(blob, base=before, out=target)
    assert target.tobytes() == after.tobytes()
    target[:] = before
    tensor.decode(blob, base=target, out=target)  # the base itself may be written over
    assert target.tobytes() == after.tobytes()


def test_equal_arrays_take_next_to_nothing() -> None:
    before, _ = pair(600_000)
    blob = tensor.encode(before, base=before)
    assert len(blob) < 200
    assert (tensor.decode(blob, base=before) == before).all()


def test_useless_base_is_not_needed() -> None:
    rng = np.random.default_rng(1)
    before, after = (rng.standard_normal(50_000).astype("<f4") for _ in range(2))
    blob = tensor.encode(after, base=before)
    assert len(blob) <= len(tensor.encode(after)) + 100
    if blob == tensor.encode(after):
        assert (tensor.decode(blob) == after).all()
    assert (tensor.decode(blob, base=before) == after).all()


def test_base_of_another_kind() -> None:
    before, after = pair()
    for base in (before[1:], before.astype("<f8"), before.view("<u4")):
        with pytest.raises(ValueError, match="the base is"):
            tensor.encode(after, base=base)


def test_base_missing_or_wrong() -> None:
    before, after = pair()
    blob = tensor.encode(after, base=before)
    with pytest.raises(UnsupportedError, match="base="):
        tensor.decode(blob)
    with pytest.raises(UnsupportedError, match="base"):
        tensor.decode_batch([blob])
    with pytest.raises(ValueError, match="the base has"):
        tensor.decode(blob, base=before[1:])
    other = before.copy()
    other[777] *= 2
    with pytest.raises(BaseError, match="not the one"):
        tensor.decode(blob, base=other)
    assert issubclass(BaseError, ChecksumError)


def test_byte_orders_and_buffers() -> None:
    before, after = pair()
    blob = tensor.encode(after.astype(">f4"), base=before.astype(">f4"))
    found = tensor.decode(blob, base=before.astype(">f4"))
    assert found.dtype == ">f4"
    assert (found == after).all()
    assert len(blob) < after.nbytes / 50
    halves = [memoryview((x.view("<u4") >> np.uint32(16)).astype("<u2").tobytes()) for x in (before, after)]
    blob = tensor.encode(halves[1], base=halves[0], dtype="bf16")
    assert tensor.decode(blob, base=halves[0]).tobytes() == halves[1]


@pytest.mark.parametrize("share", [0.003, 0.3])
def test_damage(share: float) -> None:
    before, after = pair(3000, share)
    blob = tensor.encode(after, base=before)
    for cut in range(len(blob)):
        with pytest.raises(PycompError):
            tensor.decode(blob[:cut], base=before)
    for bit in range(0, 8 * len(blob), 3):
        mutant = bytearray(blob)
        mutant[bit // 8] ^= 1 << bit % 8
        try:
            found = tensor.decode(mutant, base=before)
        except PycompError:
            continue
        assert found.tobytes() == after.tobytes() or bit // 8 < 3 + blob[1] + 8  # the prefix has no checksum


types = st.sampled_from(["<f2", "<f4", "<f8", "<c8", "<i2", "<u4", "<i8", "u1", "i1", "?"])


@settings(deadline=None, max_examples=150)
@given(
    hnp.arrays(st.shared(types, key="t"), st.shared(st.integers(0, 400), key="n")),
    hnp.arrays(st.shared(types, key="t"), st.shared(st.integers(0, 400), key="n")),
    st.sampled_from(LEVELS),
    st.floats(0, 1),
)
def test_any_pair(before: NDArray[Any], after: NDArray[Any], level: str, share: float) -> None:
    """Any two arrays of a type, more or less of the second taken from the first."""
    same = np.random.default_rng(0).random(after.size) < share
    after[same] = before[same]
    blob = tensor.encode(after, base=before, level=level)
    assert tensor.decode(blob, base=before).tobytes() == after.tobytes()
    assert len(blob) <= after.nbytes + 100 + 13
