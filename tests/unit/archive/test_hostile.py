"""Damaged and lying archives: an error under PycompError or the right bytes, never wrong ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp.archive import layout
from pycomp.errors import (
    ChecksumError,
    CorruptError,
    LimitError,
    PycompError,
    TruncatedError,
    UnsupportedError,
)


class Image:
    """An archive in memory, as a range source."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_range(self, offset: int, size: int, /) -> bytes:
        return self.data[offset : offset + size]


@pytest.fixture
def small(
    tmp_path: Path, image: Callable[..., bytes], make_weights: Callable[..., bytes]
) -> tuple[bytes, bytes]:
    """The image of an archive with a segment of each method but zeros, and the file in it."""
    path = tmp_path / "m.safetensors"
    content = image(
        {
            "a": ("BF16", [20, 32], make_weights(640, "BF16")),
            "b": ("F32", [40], make_weights(40)),
            "c": ("U8", [3000], bytes(range(250)) * 12),
        }
    )
    path.write_bytes(content)
    archive.pack(path)
    return Path(f"{path}.pcz").read_bytes(), content


# Entropy coders leave a few bits that decode to nothing, such as the last ones of a byte: changing them
# changes no content, and every check is of content.
UNUSED_BITS = 10


def check(data: bytes, content: bytes) -> bool:
    """Whether *data* was found to be damaged; fails if it was not and yet gives other bytes."""
    damaged = False
    try:
        with archive.open(Image(data)) as opened:
            try:
                report = opened.verify()
                damaged = not report.ok
            except PycompError:
                damaged = True
            for name in opened.files():
                try:
                    assert opened.read(name) == content
                except PycompError:
                    assert damaged, "verify passed what read refused"
            for name in opened.keys():
                try:
                    info = opened.describe(name)
                    tensor = opened.tensor(name)
                    assert tensor.nbytes == info.nbytes
                    assert tensor.tobytes() in content
                except PycompError:
                    assert damaged
    except PycompError:
        damaged = True
    return damaged


def test_every_truncation(small: tuple[bytes, bytes]) -> None:
    data, content = small
    assert not check(data, content)
    for size in range(len(data)):
        assert check(data[:size], content), size


def test_flipped_bits_everywhere(small: tuple[bytes, bytes]) -> None:
    data, content = small
    rng = random.Random(0)
    unseen = 0
    for at in range(len(data)):
        hurt = bytearray(data)
        hurt[at] ^= 1 << rng.randrange(8)
        unseen += not check(bytes(hurt), content)
    assert unseen <= UNUSED_BITS


def test_bytes_replaced_everywhere(small: tuple[bytes, bytes]) -> None:
    data, content = small
    unseen = 0
    for at in range(len(data)):
        for value in (0x00, 0xFF):
            if data[at] != value:
                unseen += not check(data[:at] + bytes([value]) + data[at + 1 :], content)
    assert unseen <= UNUSED_BITS


def test_appended_and_inserted_bytes(small: tuple[bytes, bytes]) -> None:
    data, content = small
    assert check(data + b"x", content)
    assert check(data + data, content)
    for at in (0, 16, 100, len(data) - layout.TRAILER_SIZE):
        assert check(data[:at] + b"x" + data[at:], content)


def test_either_copy_of_the_index_is_enough(small: tuple[bytes, bytes]) -> None:
    data, content = small
    last = layout.Trailer.from_bytes(data[-layout.TRAILER_SIZE :])
    first = last.offset - last.packed - layout.TRAILER_SIZE
    for at, warns in ((first + 5, False), (last.offset + 5, True), (len(data) - 5, True)):
        hurt = bytearray(data)
        hurt[at] ^= 1
        with archive.open(Image(bytes(hurt))) as opened:
            assert opened.read("m.safetensors") == content
            assert bool(opened.warnings) == warns
            assert not opened.verify().ok
    hurt = bytearray(data)
    hurt[first + 5] ^= 1
    hurt[last.offset + 5] ^= 1
    with pytest.raises(ChecksumError, match="index is damaged"):
        archive.open(Image(bytes(hurt)))


def change_field(path: str, value: Any) -> Callable[[Any], None]:
    """A change of the index at a path such as ``segments.0.1``."""

    def change(index: Any) -> None:
        *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        for key in way:
            index = index[key]
        index[last] = value(index[last]) if callable(value) else value

    return change


LIES: list[tuple[str, Any]] = [
    ("format", "zip"),
    ("single", 1),
    ("single", None),
    ("segments", {}),
    ("segments", []),
    ("segments.0", []),
    ("segments.0.0", 3),
    ("segments.0.0", 5),
    ("segments.0.0", "0"),
    ("segments.0.0", True),
    ("segments.0.1", -1),
    ("segments.0.1", 1 << 70),
    ("segments.0.1", 1 << 50),
    ("segments.0.1", lambda n: n + 1),
    ("segments.0.1", lambda n: n - 1),
    ("segments.0.1", 1.5),
    ("segments.0.2", 0),
    ("segments.0.2", lambda n: n + 1),
    ("segments.1.2", 16),
    ("segments.0.3", lambda n: n + 1),
    ("segments.0.3", lambda n: n - 1),
    ("segments.0.3", 1 << 40),
    ("segments.0.4", "00"),
    ("segments.0.4", "zz" * 16),
    ("segments.0.4", "00" * 16),
    ("segments.1.5", 1 << 40),
    ("segments.1.5", lambda n: n + 1),
    ("entries", None),
    ("entries.0", []),
    ("entries.0.kind", "device"),
    ("entries.0.kind", "folder"),
    ("entries.0.kind", "link"),
    ("entries.0.mode", -1),
    ("entries.0.mode", 1 << 20),
    ("entries.0.mtime", "now"),
    ("entries.0.mtime", 1 << 80),
    ("entries.0.size", lambda n: n + 1),
    ("entries.0.size", 1 << 61),
    ("entries.0.path", ["x"]),
    ("entries.0.extents", []),
    ("entries.0.extents.0", [1]),
    ("entries.0.extents.0.0", 0),
    ("entries.0.extents.0.0", 1 << 60),
    ("entries.0.extents.0.1", 999),
    ("entries.0.extents.0.2", 1),
    ("entries.0.tensors.0", ["x"]),
    ("entries.0.tensors.0.0", "b"),
    ("entries.0.tensors.0.0", 7),
    ("entries.0.tensors.0.1", "F99"),
    ("entries.0.tensors.0.1", "npy:<f999999999999"),
    ("entries.0.tensors.0.2", [1 << 40, 1 << 40]),
    ("entries.0.tensors.0.2", [-1]),
    ("entries.0.tensors.0.2", [(1 << 62) - 1] * 300_000),
    ("entries.0.path", "below/m.safetensors"),
    ("entries.0.tensors.0.1", "npy:|O8"),
    ("entries.0.tensors.0.1", "npy:<V8"),
    ("entries.0.tensors.0.2", "x"),
    ("entries.0.tensors.0.3", 1 << 61),
    ("entries.0.tensors.0.4", "Z"),
]


@pytest.mark.parametrize(("path", "value"), LIES, ids=lambda part: str(part)[:30])
def test_lies_in_the_index(
    small: tuple[bytes, bytes], tmp_path: Path, relabel: Callable[..., None], path: str, value: Any
) -> None:
    target = tmp_path / "m.safetensors.pcz"
    relabel(target, change_field(path, value))
    assert check(target.read_bytes(), small[1])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (5, 0),
        (5, 3),
        (5, lambda n: n - 1),
        (5, lambda n: n + 1),
        (5, lambda n: n + 100_000),
        (0, 0),
        (0, 1),
        (1, lambda n: n + 4),
        (1, lambda n: n - 4),
        (1, lambda n: n * 2),
        (4, "11" * 16),
    ],
)
def test_lies_about_a_numeric_frame(
    packed: Path, model: Path, relabel: Callable[..., None], field: int, value: Any
) -> None:
    def change(index: Any) -> None:
        segment = next(segment for segment in index["segments"] if segment[0] == layout.Method.NUMERIC)
        segment[field] = value(segment[field]) if callable(value) else value

    relabel(packed, change)
    assert check(packed.read_bytes(), model.read_bytes())


def test_an_exchanged_segment_is_seen_by_verify(
    tmp_path: Path, relabel: Callable[..., None], make_weights: Callable[..., bytes]
) -> None:
    root = tmp_path / "r"
    root.mkdir()
    for k in (1, 2):
        np.save(root / f"{k}.npy", np.frombuffer(make_weights(70_000, seed=k), "<f4"))
    archive.pack(root)

    def swap(index: Any) -> None:
        digests = [segment[4] for segment in index["segments"]]
        for segment, digest in zip(index["segments"], digests[::-1], strict=True):
            segment[4] = digest

    relabel(tmp_path / "r.pcz", swap)
    with archive.open(tmp_path / "r.pcz") as opened:
        assert {damage.message for damage in opened.verify().damage} == {
            "the segment is not the one that the index describes"
        }


def test_an_index_that_is_a_bomb(small: tuple[bytes, bytes], tmp_path: Path) -> None:
    import zlib

    from pycomp._native.checksum import xxh3_128

    packed = zlib.compress(bytes(100 << 20), 9)
    trailer = layout.Trailer(1, 16, len(packed), 100 << 20, xxh3_128(packed))
    with pytest.raises(LimitError, match="claims"):
        archive.open(Image(layout.header() + packed + trailer.to_bytes()))
    trailer = layout.Trailer(1, 16, len(packed), 5, xxh3_128(packed))
    with pytest.raises(CorruptError, match="not of the size"):
        archive.open(Image(layout.header() + packed + trailer.to_bytes()))
    nested = zlib.compress(b"[" * 60_000)
    trailer = layout.Trailer(1, 16, len(nested), 60_000, xxh3_128(nested))
    with pytest.raises(CorruptError):
        archive.open(Image(layout.header() + nested + trailer.to_bytes()))


def test_other_versions(small: tuple[bytes, bytes]) -> None:
    data = bytearray(small[0])
    data[8] = 2
    with pytest.raises(UnsupportedError, match="version 2"):
        archive.open(Image(bytes(data)))


@pytest.mark.parametrize("threads", [1, 3])
def test_damage_is_named_and_the_rest_stays_readable(
    tmp_path: Path, image: Callable[..., bytes], make_weights: Callable[..., bytes], threads: int
) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    path = root / "m.safetensors"
    path.write_bytes(
        image(
            {
                "big": ("F32", [1500, 1024], make_weights(1500 * 1024)),
                "other": ("F32", [300, 1000], make_weights(300_000, seed=1)),
                "s1": ("F16", [900], make_weights(900, "F16")),
                "s2": ("F16", [700], make_weights(700, "F16")),
            }
        )
    )
    (root / "copy.safetensors").write_bytes(path.read_bytes())
    (root / "readme.txt").write_text("hello " * 3000)
    archive.pack(root)
    target = tmp_path / "repo.pcz"
    with archive.open(target) as opened:
        big = next(s for s in opened._index.segments if s.size == 1500 * 4096)
        bundle = next(s for s in opened._index.segments if s.size == 3200)
    data = bytearray(target.read_bytes())
    data[big.offset + big.packed // 2] ^= 0xFF  # in the middle: chunk 2 or 3 of 6
    data[bundle.offset + bundle.packed // 2] ^= 0xFF
    target.write_bytes(data)
    with archive.open(target, threads=threads) as opened:
        report = opened.verify()
        assert not report.ok
        assert {(damage.file, damage.tensor) for damage in report.damage} == {
            (file, tensor) for file in ("copy.safetensors", "m.safetensors") for tensor in ("big", "s1", "s2")
        }
        hits = [d for d in report.damage if d.tensor == "big" and d.file == "m.safetensors"]
        assert [d.chunk for d in hits] in ([2], [3])
        assert hits[0].stop - hits[0].start == 1 << 20
        assert "'m.safetensors', tensor 'big', chunk" in str(hits[0])
        assert opened.tensor("m.safetensors#other").shape == (300, 1000)
        assert opened.slice("m.safetensors#big", slice(0, 500)).shape == (500, 1024)
        assert opened.read("readme.txt") == b"hello " * 3000
        with pytest.raises(
            PycompError, match=r"file 'm.safetensors', tensor 'big', chunk [23], archive offset \d+"
        ):
            opened.tensor("m.safetensors#big")
        with pytest.raises(PycompError) as caught:
            opened.tensor("copy.safetensors#s1")
        assert (caught.value.file, caught.value.tensor) == ("copy.safetensors", "s1")
    with pytest.raises(PycompError, match=r"tensor 'big', chunk [23]"):
        archive.unpack(target, tmp_path / "out", threads=threads)
    assert not list((tmp_path / "out").glob("**/*.safetensors"))
    assert not list((tmp_path / "out").glob("**/.*"))


def test_header_only_and_truncated_errors(small: tuple[bytes, bytes]) -> None:
    data, _ = small
    with pytest.raises(TruncatedError, match="too short"):
        archive.open(Image(data[:10]))
    with pytest.raises(CorruptError, match="cut short"):
        archive.open(Image(data[: len(data) // 2]))


def test_deep_paths_take_no_time(
    small: tuple[bytes, bytes], deep_path: Path, relabel: Callable[..., None]
) -> None:
    """A path of many parts is a path: what checking it takes does not grow with their square."""
    deep = "/".join("a" * 400_000)

    def change(index: Any) -> None:
        index["single"] = False
        index["entries"] += [dict(index["entries"][0], path=f"{deep}/{k}") for k in range(3)]

    target = deep_path / "m.safetensors.pcz"
    relabel(target, change)
    with archive.open(target) as opened:
        assert len(opened.files()) == 4
    with pytest.raises(OSError, match="too long"):
        archive.unpack(target, deep_path / "out")


def test_tensors_upon_tensors(
    small: tuple[bytes, bytes], tmp_path: Path, relabel: Callable[..., None]
) -> None:
    """Many tensors over the same many extents: the sizes of each are still told at once."""

    def change(index: Any) -> None:
        entry = index["entries"][0]
        first = next(i for i, segment in enumerate(index["segments"]) if segment[1] >= 100)
        entry["extents"] = [[1, first, k % 100] for k in range(30_000)]
        entry["tensors"] = [[f"t{k}", "U8", [30_000], 0, "C"] for k in range(30_000)]
        entry["size"] = 30_000

    target = tmp_path / "m.safetensors.pcz"
    relabel(target, change)
    with archive.open(target) as opened:
        packed = {opened.describe(name).packed_bytes for name in opened.keys()}
        assert len(packed) == 1
        assert opened.info().tensors == 30_000


def test_many_false_trailers(small: tuple[bytes, bytes]) -> None:
    data, content = small
    rng = random.Random(1)
    noise = b"".join(layout.TRAILER_MAGIC + rng.randbytes(56) for _ in range(20_000))
    with pytest.raises(PycompError):  # too many to look at: the good one is not reached
        archive.open(Image(data + noise))
    few = b"".join(
        layout.Trailer(k % 2, 16, len(data) + 64 * k - 16, 100, bytes(16)).to_bytes() for k in range(8)
    )
    with archive.open(Image(data + few)) as opened:
        assert opened.read("m.safetensors") == content
        assert opened.warnings
