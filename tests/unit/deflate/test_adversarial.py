"""Streams made to be awkward: a million members, one endless block, more than 4 GiB, odd joints and codes."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib as standard
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from pycomp import deflate, gzip, zlib
from pycomp._native import arch

GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
# 258 zeros at distance 1 in the static code: symbol 285 (11000101), distance symbol 0 (00000). Eight of these
# are a whole number of bytes.
RUN_BITS = "1100010100000"
RUNS = int((RUN_BITS * 8)[::-1], 2).to_bytes(13, "little")


def bits(text: str) -> bytes:
    text = "".join(text.split())
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8][::-1], 2) for i in range(0, len(text), 8))


def zeros_crc(n: int) -> int:
    """CRC-32 of n zeros, by halves."""
    if n < 1 << 16:
        return standard.crc32(bytes(n))
    half = zeros_crc(n // 2)
    both = zlib.crc32_combine(half, half, n // 2)
    return standard.crc32(b"\0", both) if n % 2 else both


def one_block(runs: int) -> tuple[bytes, bytes, int]:
    """Begin and end of one static block of zeros, with RUNS between them `runs` times; and its length."""
    # Three header bits, a literal zero (00110000) and one match are a whole number of bytes.
    begin = bits("1 10" + "00110000" + RUN_BITS)
    n = 1 + 258 + 8 * 258 * runs
    return begin, bits("0000000"), n


def test_a_million_members() -> None:
    packer = standard.compressobj(wbits=31)
    member = packer.compress(b"m") + packer.flush()
    assert deflate.decompress(member * 1_000_000, format="gzip") == b"m" * 1_000_000
    fewer = member * 20_000
    assert gzip.decompress(fewer) == b"m" * 20_000
    with gzip.GzipFile(fileobj=io.BytesIO(fewer)) as file:
        assert file.read() == b"m" * 20_000


def test_members_of_nothing() -> None:
    packer = standard.compressobj(wbits=31)
    empty = packer.compress(b"") + packer.flush()
    assert deflate.decompress(empty * 100_000 + bytes(7), format="gzip") == b""
    assert gzip.decompress(empty * 10_000) == b""


@pytest.mark.parametrize("runs", [20_000, (1 << 32) // (8 * 258) + 1], ids=["40 MB", "4 GiB"])
def test_one_block_without_end(runs: int) -> None:
    """Bounded memory, a size that wraps around 32 bits, and a checksum over all of it."""
    begin, end, n = one_block(runs)
    trailer = struct.pack("<LL", zeros_crc(n), n & 0xFFFFFFFF)
    for tail, message in ((trailer, None), (trailer[:4] + b"\1\2\3\4", "incorrect length check")):
        reader, got, room = zlib.decompressobj(31), 0, 1 << 24
        pieces = [GZIP_HEADER + begin] + [RUNS * 20_000] * (runs // 20_000) + [RUNS * (runs % 20_000) + end]
        for piece in pieces:
            while piece:
                got += len(reader.decompress(piece, room))
                piece = reader.unconsumed_tail
        if message is None:
            got += len(reader.decompress(tail))
            assert reader.eof
        else:
            with pytest.raises(zlib.error, match=message):
                reader.decompress(tail)
        assert got == n


@pytest.mark.skipif(not os.environ.get("PYCOMP_SLOW"), reason="PYCOMP_SLOW is not set; half a minute")
@pytest.mark.parametrize("level", [1, 6])
def test_more_than_4_gib_written(level: int) -> None:
    """Positions of 32 bits and the trailer's size wrap; matches must still be true afterwards."""
    text = random.Random(level).randbytes(3000) * 3
    packer, reader, check = zlib.compressobj(level, wbits=31), standard.decompressobj(31), 0
    chunk, total = bytes(1 << 25), 0
    for i in range(131):
        data = text + chunk + text if i > 125 else chunk
        check, total = zlib.crc32(data, check), total + len(data)
        out = packer.compress(data)
        if i > 125:  # what came before is zeros only
            out += packer.flush(zlib.Z_SYNC_FLUSH)
            assert reader.decompress(out).endswith(data)
        else:
            reader.decompress(out)
    out = packer.flush()
    reader.decompress(out)
    assert reader.eof
    assert out[-8:] == struct.pack("<LL", check, total & 0xFFFFFFFF)


def test_longest_match_by_the_other_symbol() -> None:
    """258 is symbol 285, and also 284 with all its extra bits, which encoders don't write."""
    # 284 is 11000100 in the static code, with 31 in five extra bits.
    block = bits("1 10" + "00110001" + "11000100 11111 00000" + "0000000")
    assert standard.decompress(block, -15) == zlib.decompress(block, -15) == b"\x01" * 259
    assert deflate.decompress(block, format="raw") == b"\x01" * 259


def test_joints() -> None:
    """Streams put together as pigz does: dictionary carried over, sync flushes and empty blocks between."""
    rng = random.Random(3)
    data = b"".join(rng.choices([b"one ", b"two ", b"three, ", b"\n"], k=60_000))
    empty = [b"\0\0\0\xff\xff", bits("010 0000000") + b""]  # stored; static, ten bits
    out, step = b"", 20_000
    for at in range(0, len(data), step):
        packer = zlib.compressobj(6, wbits=-15, zdict=data[max(0, at - 32768) : at])
        out += packer.compress(data[at : at + step])
        out += packer.flush(rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH])) + empty[0] * rng.randrange(4)
    out += bits("1 10 0000000")
    assert standard.decompress(out, -15) == zlib.decompress(out, -15) == data
    reader = zlib.decompressobj(-15)
    got = b"".join(reader.decompress(out[i : i + 7]) for i in range(0, len(out), 7))
    assert got == data
    assert reader.eof


def test_furthest_distance() -> None:
    """32768, at the edge of the window: in every level's output, and across calls of any size."""
    noise = random.Random(4).randbytes(32768)
    for level in range(1, 13):
        packed = deflate.compress(noise * 2, level, format="zlib")
        assert standard.decompress(packed) == noise * 2
        reader = zlib.decompressobj()
        assert (
            b"".join(reader.decompress(packed[i : i + 999]) for i in range(0, len(packed), 999)) == noise * 2
        )
    nearer = standard.compressobj(9, wbits=-14)
    packed = nearer.compress(noise[:16384] * 2) + nearer.flush()
    assert zlib.decompress(packed, -14) == noise[:16384] * 2


def codewords(lengths: list[int]) -> list[str]:
    """Canonical codes (RFC 1951, 3.2.2) as strings of bits, the first one first; nonsense for nonsense."""
    code, words = 0, [""] * len(lengths)
    for length in range(1, 16):
        for symbol, own in enumerate(lengths):
            if own == length:
                words[symbol] = f"{code:b}".zfill(length)[-length:]
                code += 1
        code <<= 1
    return words


def number(value: int, width: int) -> str:
    return f"{value:0{width}b}"[::-1]


# Six of 5 bits and thirteen of 4: complete, so any length can be written as itself.
HEADER_LENGTHS = [4] * 13 + [5] * 6
HEADER_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)


def dynamic_block(literals: list[int], distances: list[int]) -> str:
    """The head of a last block with these codes."""
    words = codewords(HEADER_LENGTHS)
    head = "1" + number(2, 2) + number(len(literals) - 257, 5) + number(len(distances) - 1, 5) + number(15, 4)
    head += "".join(number(HEADER_LENGTHS[symbol], 3) for symbol in HEADER_ORDER)
    return head + "".join(words[length] for length in literals + distances)


def complete(rng: random.Random, symbols: int, longest: int = 15) -> list[int]:
    """Lengths of a complete code, by splitting; as often as not as uneven as can be."""
    lengths, uneven = [0], rng.random() < 0.5
    while len(lengths) < symbols:
        able = [i for i, length in enumerate(lengths) if length < longest]
        if not able:
            break
        at = max(able, key=lambda i: lengths[i]) if uneven else rng.choice(able)
        lengths[at] += 1
        lengths.append(lengths[at])
    return lengths


def verdict(module: Any, stream: bytes, room: int = 0) -> tuple[str, Any]:
    reader, out = module.decompressobj(-15), b""
    try:
        while True:
            out += reader.decompress(stream, room)
            stream = reader.unconsumed_tail
            if not stream or reader.eof:
                return "gave", (out, reader.eof, reader.unused_data)
    except standard.error as error:
        return "error", (str(error), out)


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    before = arch.active()
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(before)


@pytest.mark.thread_unsafe
def test_codes_of_every_kind(tier: str) -> None:
    """From 257 to 288 symbols and from 1 to 32, complete, with too many codes or too few, up to 15 bits."""
    rng, seen = random.Random(5), Counter[str]()
    for turn in range(400):
        literals = complete(rng, rng.choice([2, 30, 257, 280, 286]))
        distances = complete(rng, rng.choice([1, 2, 16, 30]))
        if distances == [0] and rng.random() < 0.5:
            distances = [1]
        literals += [0] * (rng.choice([257, 270, 286, 286, 287, 288]) - len(literals))
        distances += [0] * (rng.choice([1, 16, 30, 30, 30, 32]) - len(distances))
        rng.shuffle(literals)
        rng.shuffle(distances)
        if literals[256] == 0 and rng.random() < 0.9:
            at = rng.choice([i for i, length in enumerate(literals) if length])
            literals[256], literals[at] = literals[at], 0
        for lengths in (literals, distances):
            if turn % 3 == 2 and rng.random() < 0.5:  # one more or less: the sum is wrong
                at = rng.randrange(len(lengths))
                lengths[at] = min(max(lengths[at] + rng.choice([-1, 1]), 0), 15)
        words = [word for word in codewords(literals) if word]
        others = [word for word in codewords(distances) if word] or [""]
        body = "".join(rng.choice(words) + rng.choice(["", rng.choice(others)]) for _ in range(300))
        stream = bits(dynamic_block(literals, distances) + body) + bytes(rng.choice([0, 40]))
        expected = verdict(standard, stream)
        assert verdict(zlib, stream) == expected
        assert verdict(zlib, stream, 7) == verdict(standard, stream, 7)
        seen[expected[1][0].rpartition(": ")[2] if expected[0] == "error" else "gave"] += 1
    assert {"gave", "invalid literal/lengths set", "invalid distances set"} <= set(seen)
    assert {"too many length or distance symbols", "invalid code -- missing end-of-block"} <= set(seen)
