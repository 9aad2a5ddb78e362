"""pycomp.entropy.rans: sizes against the entropy."""

from __future__ import annotations

from pycomp import entropy
from pycomp.entropy import rans


def test_size_is_near_the_entropy() -> None:
    data = bytes(i * i * i // 7 % 61 + i % 5 for i in range(200_000))
    size = len(rans.encode(data))
    floor = entropy.bits(data) / 8
    assert floor <= size <= 1.003 * floor + 12 + 70 + 4 * 64
