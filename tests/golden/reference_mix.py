"""Mixed streams, decoded as docs/formats/mix.md says: part of the reference decoder (reference.py)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

# fmt: off
LOGISTIC = [
    22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793,
    47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
]
# fmt: on
CLASSES = (512 * 2, 128, 32 * 16, 128, 64 * 2)


def clamp(x: int, low: int, high: int) -> int:
    return max(low, min(x, high))


def divide(x: int, y: int) -> int:
    """Towards 0, for positive y."""
    return x // y if x >= 0 else -(-x // y)


SQUASH = [
    clamp(LOGISTIC[x // 128] + (LOGISTIC[x // 128 + 1] - LOGISTIC[x // 128]) * (x % 128) // 128, 32, 65504)
    for x in range(4096)
]
STRETCH = [min(bisect_left(SQUASH, 16 * p + 8), 4095) - 2048 for p in range(4096)]
RATE = [327680 // (5 * n + 8) for n in range(1001)]


@dataclass
class Model:
    """What the frame says."""

    cols: int
    frequencies: list[int]
    signs: bool
    octave: int | None  # None: linear
    first: int
    means: list[int] | None = None
    weights: list[list[int]] | None = None  # [from][to]
    centres: list[int] = field(default_factory=list)
    deviations: list[int] = field(default_factory=list)


@dataclass
class Slot:
    q: int
    n: int


class Decoder:
    """The range coder, and decisions over slots."""

    def __init__(self, stream: bytes) -> None:
        self.code, self.range = int.from_bytes(stream[:4], "big"), (1 << 32) - 1
        self.stream, self.at = stream, 4

    def decide(self, slots: list[Slot], weights: list[int]) -> int:
        odds = [STRETCH[slot.q >> 10] for slot in slots]
        total = sum(o * w for o, w in zip(odds, weights, strict=True)) >> 14
        p = SQUASH[2048 + clamp(total, -2048, 2047)]
        ones = self.range * p >> 16
        bit = int(self.code < ones)
        if bit:
            self.range = ones
        else:
            self.code -= ones
            self.range -= ones
        while self.range < 1 << 24:
            if self.at == len(self.stream):
                raise ValueError("truncated")
            self.code, self.range = self.code << 8 | self.stream[self.at], self.range << 8
            self.at += 1
        error, target = (bit << 16) - p, (1 << 22) - 1 if bit else 255
        for i, slot in enumerate(slots):
            weights[i] = clamp(weights[i] + ((odds[i] * error + (1 << 16)) >> 17), -(1 << 17), 1 << 17)
            slot.q += ((target - slot.q) >> 8) * RATE[slot.n] >> 8
            slot.n = min(slot.n + 1, 1000)
        return bit


class Node:
    """An inner node: children are nodes, or symbols."""

    def __init__(self, below: list[int], low: int, high: int, moves: int) -> None:
        t, middle = below[low] + below[high], low + 1
        while middle + 1 < high and 2 * below[middle] < t:
            middle += 1
        if middle > low + 1 and t - 2 * below[middle - 1] < 2 * below[middle] - t:
            middle -= 1
        self.below, self.places = below, (low, middle, high)
        self.child = [tree(below, low, middle, moves), tree(below, middle, high, moves)]
        self.weights = [(1 << 14) // 5] * 5
        half = [self.guess(moves * (c // 2 - 32)) for c in range(128)]
        coarse = [self.guess(moves * (c - 16)) for c in range(32)]
        plain = self.guess(0)
        starts = (
            [plain] * CLASSES[0],
            half,
            [q for q in coarse for _ in range(16)],
            half,
            [plain] * CLASSES[4],
        )
        self.slots = [[Slot(q, n) for q in start] for start, n in zip(starts, (3, 12, 12, 3, 3), strict=True)]

    def guess(self, move: int) -> int:
        def weigh(m: int) -> tuple[int, int]:
            low, middle, high = (self.below[clamp(place - m, 0, 256)] for place in self.places)
            return high - middle, high - low

        u, a = weigh(0)
        if move:
            more = weigh(move)
            u, a = u + 50 * more[0], a + 50 * more[1]
        return clamp((u << 22) // a, 1 << 11, (1 << 22) - (1 << 11))


def tree(below: list[int], low: int, high: int, moves: int) -> Node | int:
    return low if high - low == 1 else Node(below, low, high, moves)


def values_of(model: Model) -> list[int]:
    if model.octave is None:
        return [64 * s for s in range(256)]
    top = max(s for s in range(256) if model.frequencies[s])
    values = []
    for s in range(256):
        k, octave = min(s, top) + model.first, model.octave
        shift = 13 - octave - ((top + model.first >> octave) - (k >> octave))
        middle = 2 * ((1 << octave) + k % (1 << octave)) + 1
        values.append(middle << shift if shift >= 0 else middle >> -shift if shift >= -15 else 0)
    return values


def offset(ratio: int) -> int:
    o = sum(abs(ratio) >= bound for bound in (2, 4, 6, 9, 13, 18, 25))
    return 8 + o if ratio >= 0 else 8 - o


def decode(model: Model, stream: bytes, count: int) -> tuple[list[int], list[int]]:
    """The symbols and the signs."""
    f, cols, decoder = model.frequencies, model.cols, Decoder(stream)
    below = [sum(64 * f[j] + 1 for j in range(i)) for i in range(257)]
    mean = sum(s * n for s, n in enumerate(f)) // sum(f)
    used = [s for s in range(256) if f[s]]
    root = tree(below, used[0], used[-1] + 1, int(model.octave is not None))
    values = values_of(model)
    clip = 8192 if model.octave is None else 320 << model.octave
    prior = 2 if model.means is None else 32
    share = 0
    while cols > 512 << share:
        share += 1
    colmean = [256 * mean] * cols if model.means is None else [128 * m for m in model.means]
    colvalue, above, abovesign = [0] * cols, [0] * cols, [0] * cols
    sign_slots = [[Slot(1 << 21, 3) for _ in range(n)] for n in (64, 512, 64)]
    sign_weights = [(1 << 14) // 3] * 3
    symbols: list[int] = []
    signs: list[int] = []
    sums, rowmean, left = [0] * cols, 0, 0
    for i in range(count):
        r, c = divmod(i, cols)
        if c == 0:
            sums, rowmean = [0] * cols, 0
        scale = colmean[c] + rowmean
        unit = max(values[clamp(scale >> 8, 0, 255)], 1)
        expected = colvalue[c] >> 4
        if model.weights is not None:
            expected = model.centres[c] + (sums[c] * model.deviations[c] >> 14)
        ratio = clamp(divide(16 * expected, unit), -31, 31)
        sign = 0
        if model.signs:
            rise = clamp(divide(above[c] - (scale >> 8), 4) + 2, 0, 4)
            classes = (ratio + 32, c >> share, 8 * rise + 4 * (r > 0) + 2 * abovesign[c] + left)
            chosen = [slots[one] for slots, one in zip(sign_slots, classes, strict=True)]
            sign = decoder.decide(chosen, sign_weights)
        node, inputs = root, (
            2 * (c >> share) + sign,
            clamp((2 * scale + 128 >> 8) - 2 * mean + 64, 0, 127),
            16 * clamp((scale + 128 >> 8) - mean + 16, 0, 31) + offset(-ratio if sign else ratio),
            clamp((2 * colmean[c] + 128 >> 8) - 2 * mean + 64, 0, 127),
            2 * (0 if r == 0 else clamp(above[c] - mean + 32, 1, 63)) + (sign != abovesign[c]),
        )  # fmt: skip
        while isinstance(node, Node):
            chosen = [slots[one] for slots, one in zip(node.slots, inputs, strict=True)]
            node = node.child[decoder.decide(chosen, node.weights)]
        symbols.append(node)
        signs.append(sign)
        x, value = 256 * node, -values[node] if sign else values[node]
        step = divide(clamp(x - rowmean - colmean[c], -clip, clip), min(min(r, 128) + prior, 128))
        rowmean += divide(clamp(x - scale, -clip, clip), min(c, 126) + 2)
        colmean[c] += step
        if model.weights is None:
            colvalue[c] += divide(16 * value - colvalue[c], min(r, 62) + 2)
        else:
            departure = divide(256 * (value - model.centres[c]), model.deviations[c])
            departure = clamp(departure, -2048, 2048)
            for d in range(c + 1, cols):
                sums[d] += departure * model.weights[c][d]
        above[c], abovesign[c], left = node, sign, sign
    if decoder.at != len(stream):
        raise ValueError("corrupt")
    return symbols, signs
