"""Differences to a base, docs/formats/tensor.md "Base", for reference.py: slow, plain, independent."""

from __future__ import annotations

from typing import Any

# By element type: bits below the key, bits of the key, whether the type is a float. The rest is of one byte,
# which is its own key, or a wider integer without.
KEYS = {10: (5, 10, True), 11: (7, 8, True), 12: (21, 10, True), 13: (50, 13, True), 14: (21, 10, True)}
KEYS |= dict.fromkeys((15, 16, 17, 18), (0, 7, True))


def key_of(dtype: int, size: int) -> tuple[int, int, bool]:
    return KEYS.get(dtype, (0, 8 if size == 1 else 0, False))


class Bits:
    """The bits of a byte string, lowest first."""

    def __init__(self, data: bytes) -> None:
        self.value, self.at, self.end = int.from_bytes(data, "little"), 0, 8 * len(data)

    def take(self, count: int) -> int:
        self.at += count
        if self.at > self.end:
            raise ValueError("corrupt")
        return self.value >> self.at - count & (1 << count) - 1

    def gap(self, memory: int) -> int:
        divisor = max(1, ((memory + 16) * 22713 + (1 << 19)) >> 20)
        bits = (divisor - 1).bit_length()
        ones = 0
        while ones < 20 and self.take(1):
            ones += 1
        if ones == 20:
            return self.take(20)
        if divisor == 1:
            return ones
        shorts, rest = (1 << bits) - divisor, self.take(bits - 1)
        if rest >= shorts:
            rest = 2 * rest + self.take(1) - shorts
        return ones * divisor + rest


def number(data: Any) -> int:
    value, shift = 0, 0
    while True:
        byte = data.number(1)
        value |= byte % 128 << shift
        if byte < 128:
            return int(value)
        shift += 7


def order(x: int, size: int, is_float: bool) -> int:
    top = 1 << 8 * size - 1
    return x ^ (top - 1) if is_float and x & top else x


def chunk(head: Any, data: Any, base: list[int], rans_stream: Any) -> list[int]:
    """The elements of a chunk whose base has these."""
    size, n = head.element, len(base)
    low, key_bits, is_float = key_of(head.dtype, size)
    data.take(4)
    outliers = [(data.number(4), data.number(size)) for _ in range(number(data))]
    counts = [number(data) for _ in head.tables]
    bits = Bits(data.take(data.number(4)))
    tokens = [iter(run) for run in rans_stream(data, list(zip(head.tables, counts, strict=True)))]
    memory = [96 * 2**kind // 2 if kind != 255 else 0 for kind in head.kinds]

    def next_gap(c: int) -> int:
        if head.kinds[c] == 255:
            return 0
        if counts[c] == 0:
            return n
        gap = bits.gap(memory[c])
        memory[c] += gap - memory[c] // 32
        return gap

    left = [next_gap(c) for c in range(len(counts))]
    found = []
    for b in base:
        key = b >> low & (1 << key_bits) - 1
        c = sum(first <= key for first in head.first_keys)
        if left[c]:
            left[c] -= 1
            found.append(b)
            continue
        z = token = next(tokens[c])
        if token >= 16:
            e = (token - 16) // 4 + 4
            z = (4 + token % 4 << e - 2) + bits.take(e - 2)
        d = z // 2 if z % 2 == 0 else -(z + 1) // 2
        found.append(order(order(b, size, is_float) + d & (1 << 8 * size) - 1, size, is_float))
        counts[c] -= 1
        left[c] = next_gap(c)
    for place, value in outliers:
        found[place] = value
    if bits.take(bits.end - bits.at) or bits.end - bits.at >= 8:
        raise ValueError("corrupt")
    return found
