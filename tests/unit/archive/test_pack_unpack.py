"""Whole files through pack and unpack: exact, deterministic, and what the reports say."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pycomp import archive
from pycomp.archive.dtypes import BITS

LEVELS = ["fast", "default", "high", "max"]


def round_trip(path: Path, **options: object) -> archive.PackReport:
    """Pack, verify, unpack elsewhere and compare; returns the report."""
    report = archive.pack(path, **options)  # type: ignore[arg-type]
    packed = Path(report.dst)
    assert packed.stat().st_size == report.packed_bytes
    with archive.open(packed) as opened:
        assert opened.verify().ok
        assert opened.read(path.name) == path.read_bytes()
    again = path.with_name("again")
    unpacked = archive.unpack(packed, again)
    assert again.read_bytes() == path.read_bytes()
    assert unpacked.raw_bytes == report.raw_bytes == path.stat().st_size
    again.unlink()
    return report


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("threads", [1, 3])
def test_model_round_trip(model: Path, level: str, threads: int) -> None:
    report = round_trip(model, level=level, threads=threads)
    assert report.tensors == 9
    assert report.warnings == []
    assert report.ratio > 1.1
    assert {share.dtype for share in report.by_dtype} >= {"BF16", "F32", "I64", "bytes"}
    assert sum(share.raw_bytes for share in report.by_dtype) == report.raw_bytes
    overhead = report.packed_bytes - sum(share.packed_bytes for share in report.by_dtype)
    assert 0 < overhead < 2000


@pytest.mark.parametrize("dtype", sorted(BITS))
@pytest.mark.parametrize("elements", [1, 24, 70_000, 600_000])
def test_every_dtype(tmp_path: Path, image: Callable[..., bytes], dtype: str, elements: int) -> None:
    elements += elements * BITS[dtype] % 8 and -elements % 8
    size = elements * BITS[dtype] // 8
    content = np.random.default_rng(1).integers(100, 140, size, np.uint8).tobytes()
    path = tmp_path / "x.safetensors"
    path.write_bytes(image({"t": (dtype, [elements], content)}))
    report = round_trip(path, threads=2)
    assert (report.tensors, report.warnings) == (1, [])
    with archive.open(report.dst) as opened:
        info = opened.describe("t")
        assert (info.dtype, info.shape, info.nbytes) == (dtype, (elements,), size)
        assert opened.tensor("t").tobytes() == content


@pytest.mark.parametrize("size", [0, 1, 2, 63, 1000, (1 << 20) - 1, 1 << 20, (9 << 20) + 5])
def test_plain_files(tmp_path: Path, size: int) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes((b"the quick brown fox jumps over the lazy dog %d\n" * (size // 40 + 1))[:size])
    report = round_trip(path, threads=2)
    assert report.tensors == 0
    if size >= 1 << 19:
        assert report.ratio > 2


@pytest.mark.parametrize("size", [100, 5 << 20, (9 << 20) + 5])
def test_incompressible_is_stored(tmp_path: Path, size: int) -> None:
    path = tmp_path / "noise.bin"
    path.write_bytes(np.random.default_rng(0).bytes(size))
    report = round_trip(path)
    assert report.packed_bytes <= size + size // 1000 + 1000
    with archive.open(report.dst) as opened:
        assert opened.info().segments == {"stored": 1}


def test_threads_do_not_change_the_archive(model: Path, tmp_path: Path) -> None:
    images = set()
    for threads in (1, 2, 5):
        archive.pack(model, tmp_path / "x.pcz", threads=threads)
        images.add((tmp_path / "x.pcz").read_bytes())
    stream = io.BytesIO()
    archive.pack(model, stream, threads=2)
    images.add(stream.getvalue())
    assert len(images) == 1


def test_pipe_as_target_and_stream_as_source(model: Path) -> None:
    reader, writer = os.pipe()

    def work() -> None:
        with os.fdopen(writer, "wb", buffering=0) as file:
            archive.pack(model, file, threads=1)

    packing = threading.Thread(target=work)
    packing.start()
    with os.fdopen(reader, "rb") as file:
        data = file.read()
    packing.join()
    out = io.BytesIO()
    archive.unpack(io.BytesIO(data), out)
    assert out.getvalue() == model.read_bytes()


def test_progress_counts_to_the_end(model: Path, tmp_path: Path) -> None:
    for run in (
        lambda tell: archive.pack(model, tmp_path / "x.pcz", threads=2, progress=tell),
        lambda tell: archive.unpack(tmp_path / "x.pcz", tmp_path / "y", threads=2, progress=tell),
        lambda tell: archive.open(tmp_path / "x.pcz").verify(tell),
    ):
        calls: list[tuple[int, int, str]] = []
        run(lambda *call, calls=calls: calls.append(call))
        assert [done for done, _, _ in calls] == sorted(done for done, _, _ in calls)
        assert calls[-1] == (model.stat().st_size, model.stat().st_size, model.name)


def test_targets_by_default(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = model.read_bytes()
    monkeypatch.chdir(model.parent)
    report = archive.pack("model.safetensors")
    assert Path(report.dst).name == "model.safetensors.pcz"
    model.unlink()
    archive.unpack("model.safetensors.pcz")
    assert model.read_bytes() == content
    (model.parent / "into").mkdir()
    archive.unpack("model.safetensors.pcz", "into")
    assert (model.parent / "into" / model.name).read_bytes() == content
    os.rename("model.safetensors.pcz", "other")
    with pytest.raises(ValueError, match="dst is needed"):
        archive.unpack("other")


def test_targets_are_replaced_whole(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.pcz"
    target.write_text("old")
    archive.pack(model, target)
    back = tmp_path / "back"
    back.write_text("old")
    archive.unpack(target, back)
    assert back.read_bytes() == model.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "model.safetensors", "x.pcz"]


def test_modes_and_times(model: Path, tmp_path: Path) -> None:
    model.chmod(0o640)
    os.utime(model, ns=(1_000_000_007, 1_234_567_890_123_456_789))
    archive.pack(model, tmp_path / "x.pcz")
    archive.unpack(tmp_path / "x.pcz", tmp_path / "y")
    status = (tmp_path / "y").stat()
    assert status.st_mode & 0o7777 == 0o640
    assert status.st_mtime_ns == model.stat().st_mtime_ns


@pytest.mark.parametrize("year", [1700, 2300, 2440])
def test_times_of_other_centuries(model: Path, tmp_path: Path, year: int) -> None:
    os.utime(model, ns=(0, (year - 1970) * 31_556_952 * 10**9 + 123_456_789))
    archive.pack(model, tmp_path / "x.pcz")
    archive.unpack(tmp_path / "x.pcz", tmp_path / "y")
    assert (tmp_path / "y").stat().st_mtime_ns == model.stat().st_mtime_ns  # as far as the file system goes


def test_bad_arguments(model: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archive.pack(model, base=tmp_path / "nothing")
    with pytest.raises(ValueError, match="level must be one of fast"):
        archive.pack(model, level="best")
    with pytest.raises(ValueError, match="threads must be"):
        archive.pack(model, threads=0)
    with pytest.raises(FileNotFoundError):
        archive.pack(tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        archive.pack(model, tmp_path)
    with pytest.raises(ValueError, match="over"):
        archive.pack(model, model)
    with pytest.raises(TypeError, match="expected a path"):
        archive.open(7)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == [model.name]


def test_equal_content_is_stored_once(
    tmp_path: Path, image: Callable[..., bytes], make_weights: Callable[..., bytes]
) -> None:
    big = make_weights(100_000)
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(
        image({"tied.in": ("F32", [1000, 100], big), "x": ("F32", [3], big[:12])})
    )
    (folder / "b.safetensors").write_bytes(image({"tied.out": ("F32", [1000, 100], big)}))
    (folder / "c.bin").write_bytes(image({"tied.in": ("F32", [1000, 100], big), "x": ("F32", [3], big[:12])}))
    report = archive.pack(folder)
    assert report.shared_bytes >= 2 * len(big)
    assert report.packed_bytes < 1.1 * len(big)
    with archive.open(report.dst) as opened:
        assert opened.tensor("tied.out").tobytes() == big
    archive.unpack(report.dst, tmp_path / "out")
    for path in folder.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_same_samples_are_not_taken_for_the_same_content(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    for k in range(7):
        data = bytearray(300_000)
        data[7_777 + k] = 1  # between the sampled places
        (folder / f"{k}.bin").write_bytes(data)
    archive.pack(folder)
    archive.unpack(tmp_path / "repo.pcz", tmp_path / "out")
    for path in folder.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(100_000, dtype="<f4").reshape(500, 200),
        np.asfortranarray(np.random.default_rng(0).standard_normal((300, 400))),
        np.arange(1000, dtype=">i4"),
        np.ones((30, 40), np.complex128) * (1 + 2j),
        np.array(3.5),
        np.zeros((0, 4), "<f2"),
        np.array([True, False, True]),
        np.arange(256, dtype="u1"),
    ],
    ids=lambda array: f"{array.dtype.str}-{array.shape}",
)
def test_npy(tmp_path: Path, array: np.ndarray) -> None:
    path = tmp_path / "data.npy"
    np.save(path, array)
    report = round_trip(path)
    assert (report.tensors, report.warnings) == (1, [])
    with archive.open(report.dst) as opened:
        assert opened.keys() == ["data"]
        np.testing.assert_array_equal(opened.tensor("data"), array)
        assert opened.tensor("data").dtype == array.dtype
        if array.ndim and len(array) > 2:
            np.testing.assert_array_equal(opened.slice("data", slice(1, None, 2)), array[1::2])


def test_npy_without_a_tensor_dtype_is_bytes(tmp_path: Path) -> None:
    np.save(tmp_path / "names.npy", np.array(["a", "bc"]))
    report = round_trip(tmp_path / "names.npy")
    assert report.tensors == 0
    assert "packed as plain bytes" in report.warnings[0]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(tmp_path: Path, save: Callable[..., None]) -> None:
    path = tmp_path / "data.npz"
    arrays = {
        "a": np.random.default_rng(0).standard_normal((400, 300)),
        "b": np.arange(10),
        "c/d": np.float32(1),
    }
    save(path, **arrays)
    report = round_trip(path)
    with archive.open(report.dst) as opened:
        if save is np.savez:
            assert opened.keys() == ["a", "b", "c/d"]
            for name, array in arrays.items():
                np.testing.assert_array_equal(opened.tensor(name), array)
        else:
            assert opened.keys() == []


def test_broken_npz_is_bytes(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(b"PK\3\4 this is no zip archive")
    assert "no valid npz" in round_trip(path).warnings[0]


def test_zip_that_lies_about_its_entries(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, a=np.arange(1000), b=np.arange(1000))
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 7):  # every kind of damage, all of it packed losslessly
        hurt = bytes(data[:at]) + bytes([data[at] ^ 0x55]) + bytes(data[at + 1 :])
        if at < 200 or at > len(data) - 200 or zipfile.stringFileHeader in hurt[at - 8 : at + 8]:
            path.write_bytes(hurt)
            archive.pack(path, tmp_path / "x.pcz", threads=1)
            with archive.open(tmp_path / "x.pcz") as opened:
                assert opened.read("data.npz") == hurt


def test_holes_come_back_as_holes(tmp_path: Path) -> None:
    path = tmp_path / "sparse.bin"
    size = (9 << 30) + 12345
    with path.open("wb") as file:
        file.write(b"start" * 1000)
        file.seek(5 << 30)
        file.write(b"middle" * 1000)
        file.truncate(size)
    if path.stat().st_blocks * 512 > 1 << 20:
        pytest.skip("this file system keeps no holes")
    report = archive.pack(path)
    assert (report.raw_bytes, report.packed_bytes < 5000) == (size, True)
    with archive.open(report.dst) as opened:
        assert opened.verify().ok
        out = bytearray(20)
        opened.read_into(path.name, (5 << 30) - 4, memoryview(out))
        assert bytes(out) == b"\0\0\0\0" + b"middlemiddlemidd"
    archive.unpack(report.dst, tmp_path / "back")
    assert (tmp_path / "back").stat().st_size == size
    assert (tmp_path / "back").stat().st_blocks * 512 < 1 << 20
    with (tmp_path / "back").open("rb") as file:
        assert file.read(5000) == b"start" * 1000
        file.seek(5 << 30)
        assert file.read(6000) == b"middle" * 1000


def test_tensors_beyond_4_gib(tmp_path: Path, image: Callable[..., bytes]) -> None:
    size = 5 << 30
    path = tmp_path / "big.safetensors"
    header = (
        b'{"zeros":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},'
        b'"last":{"dtype":"I32","shape":[3],"data_offsets":[%d,%d]}}' % (size // 4, size, size, size + 12)
    )
    header += b" " * (4096 - 8 - len(header))  # so that the hole starts on a page
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.seek(size, 1)
        file.write(np.array([1, 2, 3], "<i4").tobytes())
    if path.stat().st_blocks * 512 > 1 << 20:
        pytest.skip("this file system keeps no holes")
    report = archive.pack(path)
    assert (report.tensors, report.packed_bytes < 5000) == (2, True)
    with archive.open(report.dst) as opened:
        assert opened.tensor("last").tolist() == [1, 2, 3]
        assert opened.slice("zeros", slice((4 << 30) // 4 + 7, None, 100_000_000)).tolist() == [0.0] * 3
