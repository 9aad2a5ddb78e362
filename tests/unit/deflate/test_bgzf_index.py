"""BGZF files and seek indexes: read by gzip, read from the middle, damaged, in both index formats."""

from __future__ import annotations

import gzip
import io
import random
import struct
from itertools import pairwise
from pathlib import Path

import pytest

from pycomp import deflate
from pycomp import gzip as ours
from pycomp._native import deflate as _native
from pycomp._native.span import PointFinder
from pycomp.deflate import BgzfReader, BgzfWriter, GzipIndex, IndexedGzipReader
from pycomp.deflate.index import Point
from pycomp.errors import ChecksumError, CorruptError, PycompError, TruncatedError

DATA = b"".join(b"%d,%d,%x\n" % (i, i * i % 9973, i * 7919) for i in range(120_000))
MEMBERS = gzip.compress(DATA[:700_000]) + gzip.compress(b"") + bytes(5) + gzip.compress(DATA[700_000:], 1)


def written(threads: int = 2) -> tuple[bytes, BgzfWriter]:
    target, rng, at = io.BytesIO(), random.Random(1), 0
    with BgzfWriter(target, threads=threads) as writer:
        while at < len(DATA):
            at += writer.write(DATA[at : at + rng.choice([1, 1000, 65_280, 700_000])])
    return target.getvalue(), writer


BLOB, WRITER = written()


def test_bgzf_is_gzip() -> None:
    assert gzip.decompress(BLOB) == DATA
    assert BLOB.endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000"))
    assert written(1)[0] == written(5)[0] == BLOB


@pytest.mark.parametrize("level", range(13))
def test_incompressible_blocks_stay_within_64_kib(level: int) -> None:
    data = random.Random(level).randbytes(200_000)
    target = io.BytesIO()
    with BgzfWriter(target, level) as writer:
        writer.write(data)
    assert gzip.decompress(target.getvalue()) == data
    packed = writer.offsets[0]
    assert max(b - a for a, b in pairwise(packed)) <= 1 << 16


def test_reader() -> None:
    rng = random.Random(2)
    reader = BgzfReader(io.BytesIO(BLOB), threads=2)
    buffered = io.BufferedReader(reader)
    assert buffered.read() == DATA
    assert reader.offsets == WRITER.offsets
    for _ in range(100):
        at = rng.randrange(len(DATA))
        assert buffered.seek(at) == at
        assert buffered.read(1000) == DATA[at : at + 1000]
    assert buffered.seek(-10, io.SEEK_END) == len(DATA) - 10
    assert buffered.read() == DATA[-10:]
    assert deflate.decompress(BLOB, threads=3) == DATA


def test_gzip_open_finds_bgzf(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    for blob, data in ((BLOB, DATA), (MEMBERS, DATA), (BLOB + MEMBERS, DATA + DATA), (b"", b"")):
        path.write_bytes(blob)
        with ours.open(path, threads=2) as file:
            assert file.read() == data
        with ours.open(path, threads=2) as file:
            assert list(file) == data.splitlines(keepends=True)


def test_bgzf_damage_is_reported_as_gzip_does() -> None:
    for cut in (5, 100, len(BLOB) // 2, len(BLOB) - 29):
        with pytest.raises((EOFError, gzip.BadGzipFile)):
            ours.open(io.BytesIO(BLOB[:cut]), threads=2).read()
    broken = bytearray(BLOB)
    broken[len(BLOB) // 2] ^= 16
    with pytest.raises(Exception, match=r"CRC check failed|Error -3|length of data|Not a gzipped") as found:
        ours.open(io.BytesIO(broken), threads=2).read()
    with pytest.raises(type(found.value)):
        gzip.decompress(broken)


@pytest.mark.parametrize("spacing", [1 << 15, 1 << 17, 1 << 22])
@pytest.mark.parametrize("blob", [MEMBERS, gzip.compress(DATA, 9), deflate.compress(DATA, 1, format="gzip")])
def test_index(blob: bytes, spacing: int, tmp_path: Path) -> None:
    index = GzipIndex.build(io.BytesIO(blob), spacing=spacing)
    assert (index.packed_size, index.size) == (len(blob), len(DATA))
    index.save(tmp_path / "file.gzidx")
    loaded = GzipIndex.load(tmp_path / "file.gzidx")
    assert [point[:3] for point in loaded.points] == [point[:3] for point in index.points]
    rng = random.Random(spacing)
    for known in (index, loaded):
        reader = IndexedGzipReader(io.BytesIO(blob), known, threads=2)
        for _ in range(30):
            at = rng.randrange(len(DATA))
            assert reader.seek(at) == at
            got = reader.read(50)
            assert got == DATA[at : at + len(got)]
            assert got
        reader.seek(0)
        assert io.BufferedReader(reader).read() == DATA


@pytest.mark.parametrize("name", ["", "a name that takes more bytes than a block's header has"])
def test_index_of_nothing(name: str) -> None:
    target = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=target):
        pass
    for blob in (target.getvalue(), target.getvalue() * 2 + bytes(3)):
        saved = io.BytesIO()
        index = GzipIndex.build(io.BytesIO(blob))
        index.save(saved)
        for known in (index, GzipIndex.load(io.BytesIO(saved.getvalue()))):
            reader = IndexedGzipReader(io.BytesIO(blob), known)
            assert (reader.size, reader.read(), reader.seek(5)) == (0, b"", 0)


def test_spacing() -> None:
    for spacing in (0, (1 << 15) - 1, 1 << 32, (1 << 64) - 1):
        with pytest.raises(ValueError, match="between 32768 and 4294967295"):
            GzipIndex.build(io.BytesIO(MEMBERS), spacing=spacing)
    finder = PointFinder((1 << 64) - 1)  # so far on that an address would wrap
    finder.feed(MEMBERS)
    assert (finder.size, finder.complete, finder.points[0][1]) == (len(DATA), True, 0)


def test_gzi(tmp_path: Path) -> None:
    index = GzipIndex.from_bgzf(WRITER.offsets)
    index.save(tmp_path / "file.gz.gzi")
    raw = (tmp_path / "file.gz.gzi").read_bytes()
    (count,) = struct.unpack_from("<Q", raw)
    pairs = struct.unpack_from(f"<{2 * count}Q", raw, 8)
    assert list(zip(pairs[::2], pairs[1::2], strict=True)) == list(
        zip(WRITER.offsets[0][1:-1], WRITER.offsets[1][1:-1], strict=True)
    )
    (tmp_path / "file.gz").write_bytes(BLOB)
    with IndexedGzipReader(
        tmp_path / "file.gz", GzipIndex.load(tmp_path / "file.gz.gzi"), threads=2
    ) as reader:
        assert reader.size == len(DATA)
        assert reader.read() == DATA
        reader.seek(999_999)
        assert reader.read(10) == DATA[999_999:1_000_009]
    with pytest.raises(ValueError, match="BGZF blocks only"):
        GzipIndex.build(io.BytesIO(MEMBERS), spacing=1 << 15).save(tmp_path / "other.gzi")


def test_index_damage() -> None:
    target = io.BytesIO()
    GzipIndex.build(io.BytesIO(MEMBERS), spacing=1 << 17).save(target)
    raw = target.getvalue()
    for cut in (0, 7, 30, 60, len(raw) - 1):
        with pytest.raises((TruncatedError, CorruptError)):
            GzipIndex.load(io.BytesIO(raw[:cut]))
    for blob in (MEMBERS[:-3], MEMBERS[:1000]):
        with pytest.raises(TruncatedError):
            GzipIndex.build(io.BytesIO(blob))
    with pytest.raises(CorruptError):
        GzipIndex.build(io.BytesIO(MEMBERS + b"junk and more of it"))
    rng = random.Random(1)
    for _ in range(50):
        broken = bytearray(raw)
        broken[rng.randrange(40, 400)] ^= 1 << rng.randrange(8)
        try:
            reader = IndexedGzipReader(io.BytesIO(MEMBERS), GzipIndex.load(io.BytesIO(broken)), threads=2)
            reader.seek(500_000)
            reader.read(10)
        except PycompError:
            pass


@pytest.mark.parametrize(
    ("points", "size"),
    [
        ([], 5),
        ([(1 << 40, 0, 0)], 5),
        ([(1 << 63, 0, 0)], 5),
        ([(10, 0, 0), (5, 100, 0)], 500),
        ([(0, 0, 3)], 5),
        ([(-5, 0, 0)], 5),
        ([(10, -1, 0)], 5),
        ([(10, 0, 8)], 5),
        ([(10, 5, 0)], 9),
        ([(10, 0, 0), (20, 10**7, 0)], 5),
        ([(10, 0, 0)], 1 << 50),
        ([(10, 0, 0)], 1 << 64),
        (
            [(10, 0, 0), (len(MEMBERS) - 9, 1 << 63, 0)],
            1 << 64,
        ),  # what they promise adds up to 0, modulo 2^64
    ],
)
def test_index_that_lies(points: list[tuple[int, int, int]], size: int) -> None:
    """An error of ours, and no memory but what the file can become."""

    def read() -> bytes:
        index = GzipIndex([Point(*point, b"") for point in points], len(MEMBERS), size)
        return IndexedGzipReader(io.BytesIO(MEMBERS), index, threads=4).read()

    with pytest.raises(PycompError):
        read()


def test_empty_bgzf_has_an_index() -> None:
    target = io.BytesIO()
    with BgzfWriter(target) as writer:
        pass
    index = GzipIndex.from_bgzf(writer.offsets)
    assert IndexedGzipReader(target, index).read() == b""


def test_a_block_cannot_promise_more_than_it_holds() -> None:
    end = BLOB[-28:]
    liar = end[:-4] + struct.pack("<L", 1 << 16)
    with pytest.raises(CorruptError):
        _native.bgzf_decompress(liar, 1 << 30, 1)
    for threads in (1, 2):
        with pytest.raises(gzip.BadGzipFile):
            ours.open(io.BytesIO(liar * 50), threads=threads).read()
        with pytest.raises((CorruptError, ChecksumError)):
            deflate.decompress(liar * 50, threads=threads)


def test_closed_files() -> None:
    for reader in (BgzfReader(io.BytesIO(BLOB)), IndexedGzipReader(io.BytesIO(MEMBERS))):
        reader.close()
        for call in (reader.read, reader.tell, lambda: reader.seek(0), lambda: reader.readinto(bytearray(3))):  # noqa: B023
            with pytest.raises(ValueError, match="closed file"):
                call()
        reader.close()
    target = io.BytesIO()
    writer = BgzfWriter(target)
    writer.close()
    writer.close()
    assert len(target.getvalue()) == 28
    for method, args in ((writer.write, (b"x",)), (writer.flush, ())):
        with pytest.raises(ValueError, match="closed file"):
            method(*args)


def test_a_writer_whose_file_fails_is_closed() -> None:
    class Full(io.RawIOBase):
        def write(self, data: object) -> int:
            raise OSError("no space")

    writer = BgzfWriter(Full())
    writer.write(b"some")
    with pytest.raises(OSError, match="no space"):
        writer.close()
    assert writer.closed
