"""pycomp.gzip: members, damage, read-ahead, times, threads; CPython's own tests run in tests/compliance."""

from __future__ import annotations

import gzip as standard
import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from pycomp import gzip as ours

TEXT = b"".join(b"%d: a line of some text, and %d more\n" % (i, i * i % 977) for i in range(40_000))


def header(
    flags: int, extra: bytes = b"", name: bytes = b"", comment: bytes = b"", crc: bytes = b""
) -> bytes:
    return b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<LBB", 7, 0, 3) + extra + name + comment + crc


def member(data: bytes, head: bytes | None = None) -> bytes:
    packer = zlib.compressobj(6, 8, -15)
    body = packer.compress(data) + packer.flush()
    trailer = struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return (header(0) if head is None else head) + body + trailer


def outcome(call: Any) -> tuple[str, Any]:
    try:
        return "gave", call()
    except Exception as error:
        return type(error).__qualname__, str(error)


def slurp(module: Any, blob: bytes, how: str) -> Any:
    with module.GzipFile(fileobj=io.BytesIO(blob)) as file:
        if how == "all":
            return file.read()
        if how == "lines":
            return list(file)
        got = []
        while piece := file.read(1000):
            got.append(piece)
        return got


def test_it_is_the_standard_kind() -> None:
    assert issubclass(ours.GzipFile, standard.GzipFile)
    assert ours.BadGzipFile is standard.BadGzipFile
    assert set(standard.__all__) <= set(dir(ours))
    assert ours._PaddedFile is standard._PaddedFile  # type: ignore[attr-defined]
    assert ours.FNAME == standard.FNAME


@pytest.mark.parametrize("level", range(10))
def test_one_shot(level: int) -> None:
    assert standard.decompress(ours.compress(TEXT, level)) == TEXT
    assert ours.decompress(standard.compress(TEXT, level)) == TEXT
    for mtime in (0, 1, 123456789):
        assert (
            ours.compress(b"abc", level, mtime=mtime)[:10]
            == standard.compress(b"abc", level, mtime=mtime)[:10]
        )
    assert ours.compress.__defaults__ == standard.compress.__defaults__
    assert (ours.compress.__kwdefaults__ or {}) == (standard.compress.__kwdefaults__ or {})


FIELDS = {
    "extra": header(4, struct.pack("<H", 5) + b"extra"),
    "name": header(8, name=b"name\0"),
    "comment": header(16, comment=b"said\0"),
    "crc": header(2, crc=b"??"),
    "all": header(31, struct.pack("<H", 0), b"n\0", b"c\0", b"xx"),
    "long name": header(8, name=b"n" * 200_000 + b"\0"),
}
BLOBS = {
    "empty": b"",
    "plain": member(TEXT),
    "of nothing": member(b""),
    "two": member(b"py") + member(b"comp"),
    "zeros between": member(b"py") + bytes(1000) + member(b"comp") + bytes(7),
    "zeros only": bytes(10),
    "junk after": member(b"py") + b"junk",
    "junk": b"junk and more junk",
    "one byte": b"\x1f",
    "method": b"\x1f\x8b\x07" + bytes(20),
    "wrong check": member(TEXT)[:-8] + bytes(8),
    "wrong length": member(TEXT)[:-4] + bytes(4),
    "bad block": header(0) + b"\x07" + bytes(20),
    "bytes": b"".join(member(bytes([i & 255])) for i in range(3000)),
    **{name: member(b"contents", head) for name, head in FIELDS.items()},
}


@pytest.mark.parametrize("how", ["all", "pieces", "lines"])
@pytest.mark.parametrize("name", BLOBS)
def test_same_as_standard(name: str, how: str) -> None:
    blob = BLOBS[name]
    assert outcome(lambda: slurp(ours, blob, how)) == outcome(lambda: slurp(standard, blob, how))
    assert outcome(lambda: ours.decompress(blob)) == outcome(lambda: standard.decompress(blob))


def test_every_truncation() -> None:
    blob = member(b"some contents " * 20, FIELDS["all"]) + member(b"more")
    for cut in range(len(blob)):
        for how in ("all", "pieces"):
            assert (
                outcome(lambda h=how, c=cut: slurp(ours, blob[:c], h))
                == outcome(  # type: ignore[misc]
                    lambda h=how, c=cut: slurp(standard, blob[:c], h)  # type: ignore[misc]
                )
            )
        assert (
            outcome(lambda c=cut: ours.decompress(blob[:c]))
            == outcome(  # type: ignore[misc]
                lambda c=cut: standard.decompress(blob[:c])  # type: ignore[misc]
            )
        )


def test_every_bit_flip_has_the_same_verdict() -> None:
    blob = bytearray(member(b"some contents " * 20) + member(b"more"))
    for bit in range(8 * len(blob)):
        blob[bit // 8] ^= 1 << bit % 8
        assert outcome(lambda: ours.decompress(bytes(blob))) == outcome(
            lambda: standard.decompress(bytes(blob))
        )
        assert (
            outcome(lambda: slurp(ours, bytes(blob), "all"))[0]
            == outcome(lambda: slurp(standard, bytes(blob), "all"))[0]
        )
        blob[bit // 8] ^= 1 << bit % 8


@pytest.mark.parametrize("seed", range(20))
def test_reads_and_seeks(seed: int) -> None:
    rng = random.Random(seed)
    blob = b"".join(member(TEXT[at : at + 300_000]) for at in range(0, len(TEXT), 300_000))
    with ours.open(io.BytesIO(blob)) as file:
        at = 0
        for _ in range(60):
            choice = rng.randrange(5)
            if choice == 0:
                at = file.seek(rng.randrange(len(TEXT)))
            elif choice == 1:
                line = file.readline()
                assert TEXT[at : at + len(line)] == line
                at += len(line)
            elif choice == 2:
                at = file.seek(max(at + rng.randrange(-5000, 5000), 0))
            else:
                got = file.read(rng.choice([1, 100, 8192, 100_000, 500_000]))
                assert TEXT[at : at + len(got)] == got
                at += len(got)
            assert file.tell() == at
        assert file.seek(0, io.SEEK_END) == len(TEXT)
        assert file.read() == b""


class Trickle(io.RawIOBase):
    """Gives a few bytes at a time, as a slow pipe would, and counts what was asked for."""

    def __init__(self, blob: bytes, step: int) -> None:
        self.source, self.step, self.given = io.BytesIO(blob), step, 0

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(min(size, self.step))
        self.given += len(piece)
        return piece

    def readable(self) -> bool:
        return True


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_short_reads(step: int) -> None:
    blob = BLOBS["all"] + BLOBS["two"] + bytes(3) + member(TEXT[:20_000])
    with ours.GzipFile(fileobj=Trickle(blob, step)) as file:
        assert file.read() == b"contents" + b"pycomp" + TEXT[:20_000]


def test_reading_ahead_is_bounded() -> None:
    rng = random.Random(1)
    file = Trickle(member(rng.randbytes(1 << 22)), 1 << 30)
    with ours.GzipFile(fileobj=file) as reader:
        reader.read(1)
        assert file.given <= 1 << 17
        bomb = ours.GzipFile(fileobj=io.BytesIO(member(bytes(1 << 26))))
        assert bomb.read(1) == b"\0"
        assert bomb._buffer.raw.tell() <= 1 + io.DEFAULT_BUFFER_SIZE


def test_data_before_damage_is_given_first() -> None:
    blob = member(TEXT)[:-8] + bytes(8)
    with ours.GzipFile(fileobj=io.BytesIO(blob)) as file:
        assert file.read(len(TEXT)) == TEXT
        for _ in range(2):
            with pytest.raises(ours.BadGzipFile, match="CRC check failed"):
                file.read(1)


def test_lines_of_a_subclass() -> None:
    class Loud(ours.GzipFile):
        def readline(self, size: int = -1) -> bytes:  # type: ignore[override]
            return super().readline(size).upper()

    assert list(Loud(fileobj=io.BytesIO(member(b"a\nb\n")))) == [b"A\n", b"B\n"]
    file = ours.GzipFile(fileobj=io.BytesIO(member(b"a\nb\n")))
    assert iter(file) is file
    assert next(file) == b"a\n"
    file.close()
    with pytest.raises(ValueError, match="closed"):
        next(file)


@pytest.mark.parametrize("threads", [1, 2, 3, None])
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_writing(threads: int | None, level: int, tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    with ours.open(path, "wb", level, threads=threads, block_size=1 << 16) as file:
        rng, at = random.Random(level), 0
        while at < len(TEXT):
            size = rng.choice([1, 100, 50_000, 700_000])
            file.write(TEXT[at : at + size])  # type: ignore[arg-type]
            at += size
        file.flush()
        file.write(b"end")  # type: ignore[arg-type]
    assert standard.open(path).read() == TEXT + b"end"  # noqa: SIM115
    with ours.open(path, "ab") as file:
        file.write(b"more")  # type: ignore[arg-type]
    with ours.open(path, "rt", threads=threads) as text:
        assert text.read() == (TEXT + b"endmore").decode()


def test_bytes_do_not_depend_on_threads() -> None:
    blobs = set()
    for threads in (2, 3, 5):
        target = io.BytesIO()
        with ours.GzipFile("", "wb", 6, target, 0, threads=threads, block_size=1 << 15) as file:
            file.write(TEXT)
        blobs.add(target.getvalue())
    assert len(blobs) == 1
    assert len(blobs.pop()) < 1.02 * len(ours.compress(TEXT, 6))


class Pipe(io.RawIOBase):
    """A source that can't go back."""

    def __init__(self, blob: bytes) -> None:
        self.inner = io.BytesIO(blob)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.inner.readinto(buffer)


def many(count: int, seed: int) -> tuple[bytes, bytes]:
    """Members of all sizes, with names and without, and one that holds what looks like another, stored."""
    rng, blob, plain = random.Random(seed), b"", b""
    for number in range(count):
        at = rng.randrange(len(TEXT))
        data = TEXT[at : at + rng.choice([0, 1, 50, 3000, 60_000])]
        if number % 17 == 5:
            data += member(b"inside")
        level = 0 if number % 17 == 5 else rng.choice([1, 6])
        blob += standard.compress(data, level, mtime=number + 1) if number % 3 else member(data)
        plain += data
    return blob, plain


@pytest.mark.parametrize("threads", [2, 3])
def test_members_side_by_side(threads: int) -> None:
    blob, plain = many(120, threads)
    for source in (io.BytesIO(blob), io.BufferedReader(Pipe(blob))):
        with ours.GzipFile(fileobj=source, threads=threads) as file:
            assert file.read(10) == plain[:10]
            assert file.mtime is not None
            assert file.read() == plain[10:]
    with ours.GzipFile(fileobj=io.BytesIO(blob), threads=threads) as file:
        assert b"".join(file) == plain
        rng = random.Random(1)
        for _ in range(40):
            at = rng.randrange(len(plain) + 1)
            assert file.seek(at) == at
            assert file.read(500) == plain[at : at + 500]
        assert file.seek(0, io.SEEK_END) == len(plain)


def test_members_too_long_or_padded_are_read_on() -> None:
    noise = random.Random(0).randbytes(3_000_000)
    parts = [TEXT[:5000], noise, TEXT * 4, TEXT[:77]]
    for padding in (b"", bytes(13)):
        blob = b"".join(member(part) + padding for part in parts)
        with ours.GzipFile(fileobj=io.BytesIO(blob), threads=2) as file:
            assert file.read() == b"".join(parts)


def test_members_damaged_fail_as_with_one_thread() -> None:
    blob, _ = many(60, 9)
    rng = random.Random(2)

    def read(cut: bytes, threads: int) -> tuple[str, Any, bytes]:
        got: list[bytes] = []
        with ours.GzipFile(fileobj=io.BytesIO(cut), threads=threads) as file:
            what = outcome(lambda: got.extend(iter(lambda: file.read(1000), b"")))
        return (*what, b"".join(got))

    for _ in range(60):
        cut = bytearray(blob)
        cut[rng.randrange(len(cut))] ^= 1 << rng.randrange(8)
        damaged = bytes(cut[: rng.choice([len(cut), rng.randrange(len(cut))])])
        assert read(damaged, 3) == read(damaged, 1)


def test_wrong_mode_and_arguments() -> None:
    for args in (("x", "rbt"), ("x", "rb", 9, "utf-8"), (1, "rb")):
        assert outcome(lambda a=args: ours.open(*a)) == outcome(lambda a=args: standard.open(*a))  # type: ignore[misc]  # noqa: SIM115
    with ours.GzipFile(fileobj=io.BytesIO(), mode="wb") as file, pytest.raises(OSError, match="write-only"):
        file.read()
    with ours.GzipFile(fileobj=io.BytesIO(BLOBS["two"])) as file, pytest.raises(OSError, match="read-only"):
        file.write(b"x")
    with pytest.raises(ValueError, match="threads must be"):
        ours.open("x.gz", "wb", threads=0)
    assert not Path("x.gz").exists()


def test_lines_of_what_has_none(tmp_path: Path) -> None:
    for mode in ("rb", "wb"):
        (tmp_path / "file.gz").write_bytes(standard.compress(b"a\nb\n"))
        errors = []
        for module in (standard, ours):
            file = module.GzipFile(tmp_path / "file.gz", mode)
            file.close()
            with pytest.raises(ValueError, match="closed") as info:
                next(file)
            errors.append(str(info.value))
        assert errors[0] == errors[1]


def test_threads_and_files_that_can_only_read() -> None:
    class Reads:
        def __init__(self, data: bytes) -> None:
            self.read = io.BytesIO(data).read

    for threads in (1, 2, None):
        file = ours.GzipFile(fileobj=Reads(standard.compress(TEXT)), threads=threads)
        assert file.read() == TEXT


def test_a_wrong_block_size_does_not_empty_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(b"there before")
    for wrong in ({"block_size": 1}, {"threads": 0}):
        with pytest.raises(ValueError, match="must be"):
            ours.open(path, "wb", **wrong)  # type: ignore[arg-type]
    assert path.read_bytes() == b"there before"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_time_of_zero_is_a_time(tmp_path: Path, threads: int) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(standard.compress(b"abc", mtime=0))
    with ours.GzipFile(path, "rb", threads=threads) as file:
        assert file.mtime is None
        assert file.read() == b"abc"
        assert file.mtime == 0
