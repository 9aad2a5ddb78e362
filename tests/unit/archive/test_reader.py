"""Reading single things lazily: names, tensors, rows, sources of bytes, threads."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp.archive import reader
from pycomp.errors import CorruptError, PycompError, TruncatedError


class Ranges:
    """A range source that counts what it hands out."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.served = 0
        self.calls = 0

    def read_range(self, offset: int, size: int, /) -> bytes:
        self.served += size
        self.calls += 1
        return self.data[offset : offset + size]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    tmp_path = tmp_path_factory.mktemp("table")
    values = (np.random.default_rng(5).standard_normal((3000, 1000)) * 0.02).astype("<f4")
    np.save(tmp_path / "table.npy", values)
    archive.pack(tmp_path / "table.npy")
    return tmp_path / "table.npy.pcz", values


INDICES: list[Any] = [
    0, 7, -1, -3000, np.int64(5), slice(None), slice(5, 9), slice(-3, None), slice(9, 5),
    slice(None, None, 999), slice(None, None, -1), slice(20, 3, -4), slice(2900, 10**9), [0, 2999, 5, 5, -2],
    [], np.array([[1], [2500]]),
    np.arange(3000) % 700 == 3, [False] * 3000, np.array([4], np.uint8), ..., (), np.s_[3:5, ::7],
    np.s_[..., 2],
    np.s_[[1, 2000], -1], np.s_[4, 5], np.s_[[0, 5, 2000], [1, 2, 3]], np.s_[None, 2], np.s_[:, None, 5:7],
]  # fmt: skip


@pytest.mark.parametrize("rows", INDICES, ids=lambda rows: str(rows)[:30].replace("\n", " "))
def test_slice_is_what_numpy_does(table: tuple[Path, np.ndarray], rows: Any) -> None:
    path, values = table
    with archive.open(path) as opened:
        got = opened.slice("table", rows)
        want = values[rows]
        assert got.shape == want.shape
        np.testing.assert_array_equal(got, want)
        assert not isinstance(got, np.ndarray) or got.flags.writeable


@pytest.mark.parametrize(
    "rows", [3000, -3001, [3000], [0, -3001], [True, False], 1.5, "a", [0.5], np.s_[0, 1000]]
)
def test_slice_out_of_range(table: tuple[Path, np.ndarray], rows: Any) -> None:
    with archive.open(table[0]) as opened, pytest.raises(IndexError):
        opened.slice("table", rows)


def test_a_slice_touches_only_its_chunks(table: tuple[Path, np.ndarray]) -> None:
    path, values = table
    ranges = Ranges(path.read_bytes())
    with archive.open(ranges) as opened:
        assert ranges.served < 4000  # the header and the index
        ranges.served = 0
        np.testing.assert_array_equal(opened.slice("table", 1500), values[1500])
        assert ranges.served < 1.1 * (1 << 20)  # one chunk of 12
        assert ranges.calls < 8
        ranges.served = 0
        np.testing.assert_array_equal(opened.slice("table", [0, 2999]), values[[0, 2999]])
        assert ranges.served < 2.1 * (1 << 20)


@pytest.mark.parametrize("how", ["path", "file", "bytesio", "ranges"])
def test_sources(packed: Path, model: Path, how: str) -> None:
    data = packed.read_bytes()
    where: Any = {"path": packed, "bytesio": io.BytesIO(data), "ranges": Ranges(data)}.get(how)
    with packed.open("rb") as file, archive.open(where or file, threads=2) as opened:
        assert opened.read("model.safetensors") == model.read_bytes()
        assert opened.verify(threads=2).ok


def test_short_reads_are_errors(packed: Path) -> None:
    class Short(Ranges):
        def read_range(self, offset: int, size: int, /) -> bytes:
            return super().read_range(offset, size)[:-1]

    with pytest.raises(TruncatedError, match="could be read"):
        archive.open(Short(packed.read_bytes()))


def test_names_and_descriptions(packed: Path) -> None:
    with archive.open(packed) as opened:
        assert opened.keys()[:2] == ["embed", "layer.weight"]
        info = opened.describe("embed")
        assert (info.file, info.dtype, info.shape, info.nbytes) == (
            "model.safetensors",
            "BF16",
            (1000, 384),
            768000,
        )
        assert 0 < info.packed_bytes < info.nbytes
        with pytest.raises(KeyError, match=r"did you mean 'embed'"):
            opened.tensor("embedd")
        with pytest.raises(KeyError, match="no file 'x'"):
            opened.read("x")
        assert opened.tensor("model.safetensors#embed").shape == (1000, 384)
        overall = opened.info()
        assert (overall.files, overall.tensors, overall.packed_bytes) == (1, 9, packed.stat().st_size)
        assert sum(share.raw_bytes for share in overall.by_dtype) == overall.raw_bytes
        assert "9 tensors" in repr(opened)


def test_dtypes_without_a_numpy_name(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with archive.open(packed) as opened:
        with_names = opened.tensor("embed")
        assert with_names.dtype.name == "bfloat16"
        tiny = opened.tensor("tiny")
        assert (tiny.dtype.name, tiny.shape, tiny.tobytes()) == ("uint8", (3, 2), bytes(range(6)))
        assert opened.slice("tiny", 1).tolist() == [2, 3]
        monkeypatch.setitem(__import__("sys").modules, "ml_dtypes", None)
        plain = opened.tensor("embed")
        assert plain.dtype == np.dtype("<u2")
        np.testing.assert_array_equal(plain, with_names.view("<u2"))


def test_zero_d_and_empty(packed: Path) -> None:
    with archive.open(packed) as opened:
        assert opened.tensor("scale").shape == ()
        assert opened.tensor("nothing").shape == (0, 7)
        assert opened.slice("nothing", slice(None)).shape == (0, 7)
        with pytest.raises(IndexError):
            opened.slice("scale", 0)
        with pytest.raises(IndexError):
            opened.slice("nothing", 0)


def test_packed_rows_that_end_within_a_byte(tmp_path: Path, image: Callable[..., bytes]) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(image({"t": ("F6_E2M3", [4, 3], bytes(range(9)))}))
    archive.pack(path)
    with archive.open(f"{path}.pcz") as opened:
        assert opened.tensor("t").tolist() == list(range(9))
        with pytest.raises(ValueError, match="whole byte"):
            opened.slice("t", 1)


def test_files_that_share_tensor_names(tmp_path: Path, image: Callable[..., bytes]) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    for k in (1, 2):
        (folder / f"{k}.safetensors").write_bytes(image({"w": ("U8", [2], bytes([k, k]))}))
    archive.pack(folder)
    with archive.open(tmp_path / "repo.pcz") as opened:
        assert opened.keys() == ["1.safetensors#w", "2.safetensors#w"]
        assert opened.tensor("2.safetensors#w").tolist() == [2, 2]
        with pytest.raises(KeyError, match=r"did you mean '1\.safetensors#w' or"):
            opened.tensor("w")


def test_a_name_that_looks_like_a_long_one(tmp_path: Path, image: Callable[..., bytes]) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    for file, name, value in (("a", "w", 1), ("b", "w", 2), ("c", "a#w", 3)):
        (folder / file).write_bytes(image({name: ("U8", [2], bytes([value, value]))}))
    archive.pack(folder)
    with archive.open(tmp_path / "repo.pcz") as opened:
        assert opened.keys() == ["a#w", "b#w", "c#a#w"]
        assert [opened.tensor(name)[0] for name in opened.keys()] == [1, 2, 3]
        assert opened.info().tensors == 3


def test_many_threads_read_one_archive(packed: Path, model: Path) -> None:
    with archive.open(packed) as opened:
        want = {name: opened.tensor(name).tobytes() for name in opened.keys()}
    for where in (packed, packed.open("rb"), Ranges(packed.read_bytes())):
        start = threading.Barrier(8)
        with archive.open(where) as opened, ThreadPoolExecutor(8) as pool:

            def work(seed: int, opened: reader.Archive = opened, start: threading.Barrier = start) -> None:
                start.wait()
                for name in np.random.default_rng(seed).permutation(list(want) * 5):
                    assert opened.tensor(str(name)).tobytes() == want[str(name)]

            list(pool.map(work, range(8)))
        if hasattr(where, "close"):
            where.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_reading_a_file_takes_its_size(tmp_path: Path) -> None:
    """And not twice that for a copy."""
    size = 128 << 20
    (tmp_path / "data").write_bytes(np.random.default_rng(0).bytes(1 << 20) * (size >> 20))
    archive.pack(tmp_path / "data", level="fast")
    code = """
        import sys
        from pycomp import archive
        content = archive.open(open(sys.argv[1], "r+b")).read("data")
        with open("/proc/self/status") as file:
            peak = next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))
        print(len(content), peak)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "data.pcz")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    length, peak = map(int, out.split())
    assert length == size
    assert peak < 1.6 * size


def test_stream_and_read_into(packed: Path, model: Path) -> None:
    content = model.read_bytes()
    with archive.open(packed) as opened:
        assert b"".join(bytes(piece) for piece in opened.stream(model.name)) == content
        out = bytearray(1000)
        for start in (0, 1, 500, len(content) - 1000, 777_000):
            opened.read_into(model.name, start, memoryview(out))
            assert bytes(out) == content[start : start + 1000]
        with pytest.raises(ValueError, match="are not all in"):
            opened.read_into(model.name, len(content) - 999, memoryview(out))


def test_not_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"")
    with pytest.raises(TruncatedError, match="empty"):
        archive.open(path)
    path.write_bytes(b"something else entirely, and long enough for a header and a trailer" * 3)
    with pytest.raises(CorruptError, match=r"x: not a \.pcz file"):
        archive.open(path)
    with pytest.raises(FileNotFoundError):
        archive.open(tmp_path / "missing")


def test_closed(packed: Path) -> None:
    opened = archive.open(packed)
    opened.close()
    opened.close()
    for use in (
        lambda: opened.tensor("embed"),
        lambda: opened.slice("embed", 0),
        lambda: opened.tensors(),
        lambda: opened.read("model.safetensors"),
        lambda: next(opened.stream("model.safetensors")),
        lambda: opened.verify(),
        lambda: pickle.dumps(opened),
    ):
        with pytest.raises(ValueError, match="is closed"):
            use()
    assert opened.info().tensors == len(opened.keys()) == 9  # what the index says stays known


@pytest.mark.parametrize("how", ["path", "relative path", "ranges", "safe_open"])
def test_pickled(packed: Path, model: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the workers of a data loader: opened anew, wherever they work."""
    monkeypatch.chdir(packed.parent)
    where: Any = {"relative path": packed.name, "ranges": Ranges(packed.read_bytes())}.get(how, packed)
    with archive.safe_open(packed) if how == "safe_open" else archive.open(where) as opened:
        image = pickle.dumps(opened)
        assert len(image) < 1000 + (len(where.data) if how == "ranges" else 0)
    monkeypatch.chdir("/")
    with pickle.loads(image) as again:
        found = again.get_tensor("embed") if how == "safe_open" else again.tensor("embed")
        assert found.shape == (1000, 384)
    with packed.open("rb") as file, archive.open(file) as opened, pytest.raises(TypeError, match="pickle"):
        pickle.dumps(opened)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # other tests' threads
@pytest.mark.parametrize("how", ["path", "file", "unbuffered"])
def test_after_a_fork(packed: Path, how: str) -> None:
    """Parent and children read at the same time, which a file's shared position would not allow."""
    with (
        packed.open("rb", buffering=0 if how == "unbuffered" else -1) as file,
        archive.open(packed if how == "path" else file) as opened,
    ):
        want = opened.tensor("embed").tobytes()
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                try:
                    same = all(opened.tensor("embed").tobytes() == want for _ in range(50))
                    same = same and opened.verify(threads=2).ok
                except BaseException:
                    same = False
                os._exit(0 if same else 1)
            children.append(child)
        for _ in range(50):
            assert opened.tensor("embed").tobytes() == want
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]


@pytest.mark.parametrize("threads", [1, 2, None])
def test_tensors_side_by_side(model: Path, threads: int | None) -> None:
    packed = archive.pack(model).dst
    with archive.open(packed) as opened:
        got = opened.tensors(threads=threads)
        assert list(got) == opened.keys()
        for name, array in got.items():
            alone = opened.tensor(name)
            assert (array.dtype, array.shape, array.tobytes()) == (alone.dtype, alone.shape, alone.tobytes())
        some = opened.tensors(iter(["layer.bias", "embed", "layer.bias"]), threads=threads)
        assert list(some) == ["layer.bias", "embed"]
        assert opened.tensors([]) == {}
        with pytest.raises(KeyError, match=r"no tensor 'layer\.bia'"):
            opened.tensors(["embed", "layer.bia"], threads=threads)


@pytest.mark.parametrize("threads", [1, 2])
def test_tensors_say_which_is_damaged(model: Path, threads: int) -> None:
    packed = Path(archive.pack(model).dst)
    with archive.open(packed) as opened:
        place = opened._index.segments[
            max(range(len(opened._index.segments)), key=lambda i: opened._index.segments[i].size)
        ].offset
    data = bytearray(packed.read_bytes())
    data[place + 2000] ^= 1
    packed.write_bytes(data)
    with archive.open(packed) as opened, pytest.raises(PycompError, match="tensor 'embed', chunk"):
        opened.tensors(threads=threads)
