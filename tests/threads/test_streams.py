"""zlib and gzip objects shared by threads: each call is whole, nothing crashes, nothing leaks across."""

from __future__ import annotations

import gzip as standard_gzip
import io
import random
import threading
import zlib as standard
from collections.abc import Callable

from pycomp import deflate, gzip, zlib

THREADS = 8  # that `together` starts
Together = Callable[[Callable[[int], None]], None]
DATA = b"".join(b"%d: %d\n" % (i, i * i % 1013) for i in range(30_000))


def test_functions(together: Together) -> None:
    packed = [zlib.compress(DATA[number:], number) for number in range(THREADS)]

    def work(number: int) -> None:
        for turn in range(6):
            n = (number + turn) % THREADS
            assert zlib.compress(DATA[n:], n) == packed[n]
            assert zlib.decompress(packed[n]) == DATA[n:]
            assert gzip.decompress(gzip.compress(DATA[n:], 1)) == DATA[n:]
            assert deflate.decompress_batch([packed[n]] * 3, threads=2) == [DATA[n:]] * 3

    together(work)


def test_one_compressor(together: Together) -> None:
    """Lines of several threads come out whole, in some order."""
    packer = zlib.compressobj(6)
    parts: list[bytes] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        for turn in range(100):
            with lock:  # the order of outputs is the caller's business
                parts.append(packer.compress(b"%d-%d\n" % (number, turn) * 50))

    together(work)
    text = standard.decompress(b"".join(parts) + packer.flush())
    assert sorted(set(text.split())) == sorted(b"%d-%d" % (n, t) for n in range(THREADS) for t in range(100))


def test_one_decompressor_without_any_order(together: Together) -> None:
    """Garbage in, an error or garbage out: never a crash."""
    packed = zlib.compress(DATA, 6)
    for seed in range(10):
        reader = zlib.decompressobj()

        def work(number: int, reader: zlib.Decompress = reader, seed: int = seed) -> None:  # type: ignore[name-defined]
            rng = random.Random(seed * 100 + number)
            for _ in range(40):
                at = rng.randrange(len(packed))
                try:
                    reader.decompress(packed[at : at + 200], rng.choice([0, 1, 5000]))
                    reader.copy().flush()
                except (standard.error, ValueError):
                    pass

        together(work)


def test_one_bgzf_writer(together: Together) -> None:
    """What threads write arrives whole, in some order."""
    target = io.BytesIO()
    writer = deflate.BgzfWriter(target, 1, threads=2)

    def work(number: int) -> None:
        for turn in range(50):
            writer.write(b"%d-%d\n" % (number, turn) * 10_000)
            if turn % 10 == number:
                writer.flush()

    together(work)
    writer.close()
    lines = standard_gzip.decompress(target.getvalue()).split()
    assert len(lines) == THREADS * 50 * 10_000
    assert set(lines) == {b"%d-%d" % (n, t) for n in range(THREADS) for t in range(50)}


def test_one_reader_side_by_side(together: Together) -> None:
    """Each byte once, from BGZF blocks and from an index."""
    target = io.BytesIO()
    with deflate.BgzfWriter(target, 1) as writer:
        writer.write(DATA)
    for reader in (
        deflate.BgzfReader(io.BytesIO(target.getvalue()), threads=2),
        deflate.IndexedGzipReader(target, threads=2),
    ):
        got: list[bytes] = []

        def work(number: int, reader: io.RawIOBase = reader, got: list[bytes] = got) -> None:
            room = bytearray(1000)
            while n := reader.readinto(room):
                got.append(bytes(room[:n]))

        together(work)
        assert sum(map(len, got)) == len(DATA)
        assert sorted(b"".join(got)) == sorted(DATA)


def test_one_file(together: Together) -> None:
    """Threads that read from one file get each byte once."""
    file = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(DATA, 1)))
    raw = file._buffer.raw
    got: list[bytes] = []

    def work(number: int) -> None:
        room = bytearray(1000)
        while n := raw.readinto(room):
            got.append(bytes(room[:n]))

    together(work)
    assert sum(map(len, got)) == len(DATA)
    assert sorted(b"".join(got)) == sorted(DATA)
