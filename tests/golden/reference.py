"""A decoder of tensor blobs written from docs/formats alone: slow, plain, and independent of the C core.

Read it beside the pages, whose names head its parts; reference_mix.py and reference_base.py have those for
mixing and for differences to a base.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import reference_base
import reference_mix

# docs/formats/tensor.md, "Element types": size, then for floats key bits, mid bits, low bits, trims.
SIZES = [1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 2, 4, 8, 4] + [1] * 10
FLOATS: dict[int, tuple[int, int, int, tuple[int, ...]]] = {
    10: (10, 6, 0, ()), 11: (8, 8, 0, ()), 12: (10, 6, 16, (13, 16)), 13: (13, 3, 48, (29, 42, 45)),
    14: (10, 6, 16, (13, 16)),
}  # fmt: skip
CHUNK_ELEMENTS, PIECE, MID_ELEMENTS = 1 << 18, 1 << 16, 1 << 12
RAW, FLOAT, BYTE, PLANES, PALETTE, BASE = range(6)
SPARSE, DELTA, MEANS, WEIGHTS = 1, 2, 4, 8
PIVOT, RANS, MIX = range(3)


class Reader:
    """Bytes and a place among them."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def take(self, size: int) -> bytes:
        if self.end - self.at < size:
            raise ValueError("truncated")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")


# -- bits.md -------------------------------------------------------------------------------------------


def unpack_bits(data: Reader, n: int, width: int) -> list[int]:
    packed, s = data.take((n * width + 7) // 8), n // 8
    values = []
    for i in range(8 * s):
        r, j, value, position = i // s, i % s, 0, 0
        for f in (8, 4, 2, 1):
            if width & f:
                byte = packed[(position + r % f) * s + j]
                value |= (byte >> f * (r // f) & (1 << f) - 1) << position
                position += f
        values.append(value)
    rest = int.from_bytes(packed[width * s :], "little")
    return values + [rest >> width * i & (1 << width) - 1 for i in range(n - 8 * s)]


# -- huffman.md "Table", pivot.md ----------------------------------------------------------------------


def read_lengths(data: Reader) -> dict[int, int]:
    first, last = data.take(2)
    nibbles = data.take((last - first + 2) // 2)
    lengths = {first + i: nibbles[i // 2] >> i % 2 * 4 & 15 for i in range(last - first + 1)}
    return {value: length for value, length in lengths.items() if length}


class PivotCode:
    """The tree: a leaf is (values,), an inner node (lower, upper)."""

    def __init__(self, lengths: dict[int, int]) -> None:
        self.single = next(iter(lengths)) if len(lengths) == 1 else None
        leaves = []
        for length in range(1, 16):
            values = sorted(value for value, found in lengths.items() if found == length)
            for width in reversed(range(9)):
                if len(values) >= 1 << width:
                    leaves.append((length - width, length, values[: 1 << width]))
                    values = values[1 << width :]
        leaves.sort(key=lambda leaf: leaf[:2])
        self.root: Any = None if self.single is not None else self.node(iter(leaves), [], 0)

    def node(self, leaves: Any, held: list[Any], depth: int) -> Any:
        leaf = held.pop() if held else next(leaves)
        if leaf[0] == depth:
            return (leaf[2],)
        held.append(leaf)
        lower = self.node(leaves, held, depth + 1)
        return lower, self.node(leaves, held, depth + 1)


def pivot_node(data: Reader, node: Any, m: int) -> list[int]:
    if m == 0:
        return []
    if len(node) == 1:
        values = node[0]
        return [values[i] for i in unpack_bits(data, m, len(values).bit_length() - 1)]
    mask = int.from_bytes(data.take((m + 7) // 8), "little")
    ones = [mask >> i & 1 for i in range(m)]
    sides = [iter(pivot_node(data, node[0], m - sum(ones))), iter(pivot_node(data, node[1], sum(ones)))]
    return [next(sides[bit]) for bit in ones]


def pivot_stream(data: Reader, code: PivotCode, n: int) -> list[int]:
    if code.single is not None:
        return [code.single] * n
    symbols: list[int] = []
    while len(symbols) < n:
        symbols += pivot_node(data, code.root, min(PIECE, n - len(symbols)))
    return symbols


# -- rans.md -------------------------------------------------------------------------------------------


def read_frequencies(data: Reader) -> list[int]:
    first, last = data.take(2)
    used = 0

    def bits(count: int) -> int:
        nonlocal used
        value = 0
        for i in range(count):
            if used % 8 == 0:
                data.take(1)
            value |= (data.data[data.at - 1] >> used % 8 & 1) << i
            used += 1
        return value

    frequencies, recent = [0] * 256, [0, 0, 0, 0]
    for value in range(first, last):
        k, ones = (sum(recent) // 16).bit_length(), 0
        while ones < 15 and bits(1):
            ones += 1
        if ones == 15:
            f = bits(12)
        else:
            z, p = (ones << k) + bits(k), recent[0]
            f = z if z > 2 * p else p - (z + 1) // 2 if z % 2 else p + z // 2
        frequencies[value] = f
        recent = [f, *recent[:3]]
    frequencies[last] = 4096 - sum(frequencies)
    return frequencies


def rans_stream(data: Reader, runs: list[tuple[list[int], int]]) -> list[list[int]]:
    """The symbols of each run of (frequencies, count); the stream goes to the reader's end."""
    n = sum(count for frequencies, count in runs if max(frequencies) < 4096)
    lanes = 0 if n == 0 else 1 if n < 2048 else 4 if n < 65536 else 64
    states = [data.number(4) for _ in range(lanes)]
    found = []
    for frequencies, count in runs:
        if max(frequencies) == 4096:
            found.append([frequencies.index(4096)] * count)
            continue
        starts = [sum(frequencies[:s]) for s in range(256)]
        owner = [s for s in range(256) for _ in range(frequencies[s])]
        symbols = []
        for i in range(count):
            x = states[i % lanes]
            s = owner[x % 4096]
            x = frequencies[s] * (x // 4096) + x % 4096 - starts[s]
            states[i % lanes] = x << 16 | data.number(2) if x < 1 << 16 else x
            symbols.append(s)
        found.append(symbols)
    if any(x != 1 << 16 for x in states) or data.at != data.end:
        raise ValueError("corrupt")
    return found


# -- tensor.md -----------------------------------------------------------------------------------------


def section(data: Reader, n: int) -> list[int]:
    method = data.number(1)
    if method == 0:
        return list(data.take(n))
    if method == 1:
        return list(data.take(1)) * n
    if method == 2:
        return unpack_bits(data, n, width=data.number(1))
    if method == 3:
        return pivot_stream(data, PivotCode(read_lengths(data)), n)
    frequencies, size = read_frequencies(data), data.number(4)
    stream = Reader(data.take(size))
    return rans_stream(stream, [(frequencies, n)])[0]


class Head:
    """What a frame's head says."""

    def __init__(self, data: Reader) -> None:
        start = data.at
        fixed = struct.unpack("<8BQIHHII", data.take(32))
        version, self.dtype, self.method, self.coder, self.flags, self.rows, self.cols, tables = fixed[:8]
        self.size, self.width, self.first, _, length, _ = fixed[8:]
        if version != 1 or self.coder > MIX:
            raise NotImplementedError
        self.element = SIZES[self.dtype]
        if self.method == FLOAT:
            self.key, self.mid, self.low, self.trims = FLOATS[self.dtype]
            mid = data.number(1)
            if self.dtype == 11 and mid == 5:
                self.mid, self.low, self.trims = 5, 3, (3,)
        if self.method == PALETTE:
            self.palette = [data.number(self.element) for _ in range(data.number(1) + 1)]
        self.tile_table = (
            section(data, self.rows * self.cols)
            if tables > 1 and self.method != BASE
            else [0] * (self.rows * self.cols)
        )
        self.col_group = section(data, self.width) if self.cols > 1 else [0] * self.width
        self.means = section(data, self.width) if self.flags & MEANS else None
        if self.method == BASE:
            self.base_digest = data.take(16)
            self.first_keys = [data.number(2) for _ in range(tables - 1)]
            self.kinds = list(data.take(tables))
        self.tables: list[Any] = [
            read_frequencies(data) if self.coder else PivotCode(read_lengths(data)) for _ in range(tables)
        ]
        if self.flags & WEIGHTS:
            self.read_weights(data)
        if data.at != start + length:
            raise ValueError("corrupt")

    def read_weights(self, data: Reader) -> None:
        pairs = [struct.unpack("<hH", data.take(4)) for _ in range(self.width)]
        self.centres, self.deviations = map(list, zip(*pairs, strict=True))
        zigzag = iter(section(data, self.width * (self.width - 1) // 2))
        self.weights = [[0] * self.width for _ in range(self.width)]
        for to in range(1, self.width):
            for origin in range(to):
                z = next(zigzag)
                self.weights[origin][to] = -(z // 2) - 1 if z % 2 else z // 2

    @property
    def sign_bit(self) -> int | None:
        """With mixing, what a sign of 1 does to a byte: bits to flip."""
        return {3: 0xFF, 15: 0x80, 16: 0x80, 17: 0x80, 18: 0x80}.get(self.dtype)

    def mix_model(self) -> reference_mix.Model:
        floats, octave = self.method == FLOAT, None
        if floats:
            octave = 3 if self.dtype == 11 else 2
        elif self.method == BYTE:
            octave = {15: 3, 17: 3, 16: 2, 18: 2}.get(self.dtype)
        model = reference_mix.Model(
            cols=self.width,
            frequencies=self.tables[0],
            signs=floats or (self.method == BYTE and self.sign_bit is not None),
            octave=octave,
            first=self.first - 1 if floats else 0,
            means=self.means,
        )
        if self.flags & WEIGHTS:
            model.weights, model.centres, model.deviations = self.weights, self.centres, self.deviations
        return model


def planes(head: Head, data: Reader, n: int) -> list[int]:
    size, values = head.element, []
    if head.flags & DELTA:
        values, n = [data.number(size)], n - 1
    columns = [section(data, n) for _ in range(size)]
    words = [sum(column[i] << 8 * p for p, column in enumerate(columns)) for i in range(n)]
    if not head.flags & DELTA:
        return words
    for z in words:
        values.append(values[-1] + (z // 2 if z % 2 == 0 else -(z + 1) // 2) & (1 << 8 * size) - 1)
    return values


def mixed_symbols(head: Head, data: Reader, n: int) -> tuple[list[int], list[int]]:
    return reference_mix.decode(head.mix_model(), data.take(data.end - data.at), n)


def symbols_of_rows(head: Head, data: Reader, groups: list[int], cols: int) -> list[list[int]]:
    """Step 5: the list, brought back into rows."""
    col_group = head.col_group if head.cols > 1 else [0] * cols
    members = [[i for i, g in enumerate(groups) if g == group] for group in range(head.rows)]
    places: list[list[tuple[int, int]]] = [[] for _ in head.tables]
    for r in range(head.rows):
        for c in range(head.cols):
            tile = [(i, j) for j in range(cols) if col_group[j] == c for i in members[r]]
            if head.cols == 1:
                tile = [(i, j) for i in members[r] for j in range(cols)]
            places[head.tile_table[r * head.cols + c]] += tile
    if head.coder:
        runs = rans_stream(data, [(table, len(places[t])) for t, table in enumerate(head.tables)])
    else:
        runs = [pivot_stream(data, table, len(places[t])) for t, table in enumerate(head.tables)]
    rows = [[0] * cols for _ in groups]
    for t, symbols in enumerate(runs):
        for (i, j), symbol in zip(places[t], symbols, strict=True):
            rows[i][j] = symbol
    return rows


def float_rows(head: Head, data: Reader, rows: int, cols: int) -> list[int]:
    flags, size = data.number(1), head.element
    kinds = section(data, rows) if flags & 1 else [0] * rows
    live = [r for r in range(rows) if kinds[r] <= len(head.trims)]
    constants = [data.number(size) for r in range(rows) if r not in live]
    outliers = [(data.number(4), data.number(2)) for _ in range(data.number(4))] if flags & 2 else []
    groups = section(data, len(live)) if head.rows > 1 else [0] * len(live)

    block, mids = max(MID_ELEMENTS // cols, 1) if cols else 1, []
    for start in range(0, len(live), block):
        mids += unpack_bits(data, min(block, len(live) - start) * cols, head.mid - (head.coder == MIX))
    lows = [0] * len(mids)
    for kind in range(len(head.trims) + 1 if head.low else 0):
        trim = head.trims[kind - 1] if kind else 0
        kept, of_kind = head.low - trim, [i for i, r in enumerate(live) if kinds[r] == kind]
        places = [i * cols + j for i in of_kind for j in range(cols)]
        high = [data.number(kept // 8) for _ in places]
        for place, top, rest in zip(places, high, unpack_bits(data, len(places), kept % 8), strict=True):
            lows[place] = (top << kept % 8 | rest) << trim

    if head.coder == MIX:
        symbols, signs = mixed_symbols(head, data, len(mids))
        mids = [mid | sign << head.mid - 1 for mid, sign in zip(mids, signs, strict=True)]
    else:
        symbols = [s for row in symbols_of_rows(head, data, groups, cols) for s in row]
    keys = [s + head.first - 1 if s else 0 for s in symbols]
    for place, key in outliers:
        keys[place] = key
    raw, values = head.mid - 1, []
    for key, mid, low in zip(keys, mids, lows, strict=True):
        values.append(mid >> raw << 8 * size - 1 | key << head.low + raw | mid % (1 << raw) << head.low | low)
    found, next_live, next_constant = [], 0, 0
    for r in range(rows):
        if kinds[r] > len(head.trims):
            found += [constants[next_constant]] * cols
            next_constant += 1
        else:
            found += values[next_live * cols : (next_live + 1) * cols]
            next_live += 1
    return found


def coded_rows(head: Head, data: Reader, rows: int, cols: int) -> list[int]:
    if head.method == FLOAT:
        return float_rows(head, data, rows, cols)
    groups = section(data, rows) if head.rows > 1 else [0] * rows
    if head.coder == MIX:
        symbols, signs = mixed_symbols(head, data, rows * cols)
        if head.method == BYTE and head.sign_bit is not None:
            symbols = [s ^ sign * head.sign_bit for s, sign in zip(symbols, signs, strict=True)]
    else:
        symbols = [s for row in symbols_of_rows(head, data, groups, cols) for s in row]
    return [head.palette[s] for s in symbols] if head.method == PALETTE else symbols


def chunk(head: Head, data: Reader, rows: int, tail: int, base: bytes) -> bytes:
    size: int = head.element
    n: int = rows * head.width + tail
    data.take(8)  # the checksum: for this decoder to be checked by, not to check
    form = data.number(1)
    if form == 0:
        return data.take(n * size)
    if form == 1:
        return data.take(size) * n
    if form == 3:
        return base
    if head.method == BASE:
        guess = [int.from_bytes(base[i : i + size], "little") for i in range(0, len(base), size)]
        values = reference_base.chunk(head, data, guess, rans_stream)
    elif head.method == PLANES:
        values = planes(head, data, n)
    elif head.flags & SPARSE:
        bitmap = section(data, (n + 7) // 8)
        live = [bitmap[i // 8] >> i % 8 & 1 for i in range(n)]
        kept = iter(coded_rows(head, data, 1, sum(live)))
        values = [next(kept) if bit else 0 for bit in live]
    else:
        end, data.end = data.end, data.end - tail * size
        values = coded_rows(head, data, rows, head.width)
        data.end = end
        values += [data.number(size) for _ in range(tail)]
    if data.at != data.end:
        raise ValueError("corrupt")
    return b"".join(value.to_bytes(size, "little") for value in values)


def decode_frame(frame: bytes, base: bytes = b"") -> bytes:
    data = Reader(frame)
    head = Head(data)
    n = head.size // head.element
    if n == 0:
        return b""
    rows, per_chunk = n // head.width, max(CHUNK_ELEMENTS // head.width, 1)
    chunks = -(-rows // per_chunk)
    sizes = struct.unpack(f"<{chunks}I", frame[len(frame) - 4 * chunks :])
    found = b""
    for c in range(chunks):
        last = c + 1 == chunks
        payload = Reader(frame, data.at, data.at + sizes[c])
        height, tail = min(per_chunk, rows - c * per_chunk), n % head.width if last else 0
        part = base[len(found) : len(found) + (height * head.width + tail) * head.element]
        found += chunk(head, payload, height, tail, part)
        data.at = payload.end
    return found


def decode(blob: bytes, base: bytes = b"") -> tuple[str, tuple[int, ...], bytes]:
    """Type string, shape, and the elements, little-endian."""
    data = Reader(blob)
    if data.number(1) != 1:
        raise NotImplementedError
    descr = data.take(data.number(1)).decode("ascii")
    shape = tuple(data.number(8) for _ in range(data.number(1)))
    return descr, shape, decode_frame(blob[data.at :], base)


def to_numpy(descr: str, shape: tuple[int, ...], content: bytes) -> np.ndarray[Any, Any]:
    """An array of numpy's own types."""
    dtype = np.dtype(descr)
    return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
