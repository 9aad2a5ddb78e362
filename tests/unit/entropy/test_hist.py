"""bits(): the entropy against closed forms and against counting in pure Python."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycomp import entropy
from pycomp._native import entropy as native


@given(st.binary(max_size=2000))
def test_histogram_counts(data: bytes) -> None:
    counts = Counter(data)
    assert native.histogram(data) == [counts[s] for s in range(256)]


@given(st.binary(max_size=500))
def test_bits_is_shannon(data: bytes) -> None:
    n = len(data)
    expected = sum(-c * math.log2(c / n) for c in Counter(data).values())
    assert entropy.bits(data) == pytest.approx(expected, abs=1e-9)


def test_bits_of_uniform_bytes() -> None:
    assert entropy.bits(bytes(range(256)) * 16) == 8 * 4096


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_buffer_kinds(kind: type) -> None:
    assert entropy.bits(kind(b"aabb")) == 4.0


def test_not_a_buffer() -> None:
    with pytest.raises(TypeError):
        entropy.bits("text")  # type: ignore[arg-type]
