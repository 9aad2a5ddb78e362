"""pycomp.entropy.huffman: sizes against an independent optimum, every limit on code lengths."""

from __future__ import annotations

import heapq
from collections import Counter

import pytest

from pycomp import entropy
from pycomp.entropy import huffman


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
