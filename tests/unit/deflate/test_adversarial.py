"""Streams made to be awkward: a million members, one endless block, lengths beyond 32 bits, odd joints."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib as standard

import pytest

from pycomp import deflate, gzip, zlib

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
