"""Archives of differences: found by name, restored exactly, and clear about a base that is not at hand."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp.errors import BaseError, CorruptError, PycompError, UnsupportedError

Image = Callable[..., bytes]


def moved(content: bytes, seed: int, share: float = 0.01) -> bytes:
    """The same bf16 weights, a few of them one unit further from zero."""
    values = np.frombuffer(content, "<u2").copy()
    rng = np.random.default_rng(seed)
    values += (rng.random(values.size) < share).astype("<u2")
    return values.tobytes()


@pytest.fixture
def checkpoints(tmp_path: Path, image: Image, make_weights: Callable[..., bytes]) -> list[Path]:
    """Three checkpoints in a row: a large matrix, two small vectors, something that is new each time."""
    big, small = make_weights(600 * 512, "BF16"), make_weights(500, "BF16", seed=1)
    paths = []
    for step in range(3):
        tensors = {
            "layer.weight": ("BF16", [600, 512], big),
            "norm.a": ("BF16", [500], small),
            "norm.b": ("BF16", [500], small[::-1]),
            f"only.{step}": ("F32", [300, 300], make_weights(90000, seed=7 + step)),
            "count": ("I64", [1], step.to_bytes(8, "little")),
        }
        paths.append(tmp_path / f"step{step}.safetensors")
        paths[-1].write_bytes(image(tensors))
        big, small = moved(big, step), moved(small, 9 + step)
    return paths


def same(packed: Path, original: Path, **options: object) -> None:
    target = packed.parent / "restored"
    archive.unpack(packed, target, **options)  # type: ignore[arg-type]
    assert target.read_bytes() == original.read_bytes()
    with archive.open(packed, **options) as opened:  # type: ignore[arg-type]
        assert opened.verify().ok
        assert opened.read(opened.files()[0]) == original.read_bytes()
        whole = opened.tensor("layer.weight")
        assert (opened.slice("layer.weight", slice(511, 520)) == whole[511:520]).all()
    target.unlink()


@pytest.mark.parametrize("level", ["fast", "default", "high", "max"])
def test_next_checkpoint(checkpoints: list[Path], level: str, tmp_path: Path) -> None:
    plain = archive.pack(checkpoints[1], tmp_path / "plain.pcz", level=level)
    report = archive.pack(checkpoints[1], tmp_path / "next.pcz", level=level, base=checkpoints[0])
    assert report.packed_bytes < plain.packed_bytes * 0.7
    assert not report.warnings
    same(tmp_path / "next.pcz", checkpoints[1])
    same(tmp_path / "next.pcz", checkpoints[1], base=checkpoints[0])
    with archive.open(tmp_path / "next.pcz") as opened:
        assert opened.info().base == checkpoints[0].name
    with archive.open(tmp_path / "plain.pcz") as opened:
        assert opened.info().base == ""


def test_many_tensors_at_a_time(checkpoints: list[Path], tmp_path: Path) -> None:
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])
    with archive.open(tmp_path / "next.pcz") as opened:
        for name, found in opened.tensors(threads=2).items():
            assert found.tobytes() == opened.tensor(name).tobytes()


def test_threads_do_not_matter(checkpoints: list[Path]) -> None:
    outputs = []
    for threads in (1, 3):
        file = io.BytesIO()
        archive.pack(checkpoints[1], file, base=checkpoints[0], threads=threads)
        outputs.append(file.getvalue())
    assert outputs[0] == outputs[1]


def test_no_base(checkpoints: list[Path], tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    archive.pack(checkpoints[1], away / "next.pcz", base=checkpoints[0])
    with archive.open(away / "next.pcz") as opened:  # what needs no base stays readable
        assert opened.tensor("only.1").shape == (300, 300)
        with pytest.raises(UnsupportedError, match=r"'layer.weight'.*step0.safetensors.*base="):
            opened.tensor("layer.weight")
        with pytest.raises(UnsupportedError, match=r"next\.pcz: .*'step0.safetensors'.*base="):
            opened.verify()  # one error, not one for each chunk
    with pytest.raises(UnsupportedError, match=r"step0.safetensors"):
        archive.unpack(away / "next.pcz")
    assert not (away / "next").exists()
    with pytest.raises(FileNotFoundError):
        archive.open(away / "next.pcz", base=tmp_path / "nothing")


def test_renamed_base(checkpoints: list[Path], tmp_path: Path) -> None:
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])
    renamed = checkpoints[0].rename(tmp_path / "before.bin")
    same(tmp_path / "next.pcz", checkpoints[1], base=renamed)


def test_wrong_base(checkpoints: list[Path], tmp_path: Path) -> None:
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])
    with pytest.raises(BaseError, match=r"step2.safetensors.*step0.safetensors"):
        archive.unpack(tmp_path / "next.pcz", tmp_path / "out", base=checkpoints[2])
    shutil.copy(checkpoints[2], checkpoints[0])  # under the right name
    with pytest.raises(UnsupportedError, match="beside the archive is another"):
        archive.unpack(tmp_path / "next.pcz", tmp_path / "out")
    np.save(tmp_path / "other.npy", np.zeros((2, 2), "<f4"))
    with pytest.raises(BaseError, match="has no tensor"):
        archive.unpack(tmp_path / "next.pcz", tmp_path / "out", base=tmp_path / "other.npy")
    assert not (tmp_path / "out").exists()


def test_damaged_base(checkpoints: list[Path], tmp_path: Path) -> None:
    """Damage to the base costs the chunks that stand on it and no others."""
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])
    content = bytearray(checkpoints[0].read_bytes())
    content[len(content) // 100] ^= 1  # in the first chunk of the matrix
    checkpoints[0].write_bytes(content)
    with archive.open(tmp_path / "next.pcz", base=checkpoints[0]) as opened:
        with pytest.raises(BaseError, match="chunk 0"):
            opened.tensor("layer.weight")
        (bad,) = opened.verify().damage
        assert (bad.tensor, bad.chunk) == ("layer.weight", 0)


def test_chain(checkpoints: list[Path], tmp_path: Path) -> None:
    """A base may be an archive, and that archive have a base."""
    archive.pack(checkpoints[0], tmp_path / "0.pcz")
    archive.pack(checkpoints[1], tmp_path / "1.pcz", base=tmp_path / "0.pcz")
    archive.pack(checkpoints[2], tmp_path / "2.pcz", base=tmp_path / "1.pcz")
    same(tmp_path / "2.pcz", checkpoints[2])
    same(tmp_path / "2.pcz", checkpoints[2], base=checkpoints[1])
    (tmp_path / "0.pcz").unlink()
    with pytest.raises(UnsupportedError, match=r"0.pcz"):
        archive.unpack(tmp_path / "2.pcz", tmp_path / "out")


def test_circle(checkpoints: list[Path], tmp_path: Path) -> None:
    archive.pack(checkpoints[0], tmp_path / "a.pcz")
    archive.pack(checkpoints[1], tmp_path / "b.pcz", base=tmp_path / "a.pcz")
    shutil.move(tmp_path / "b.pcz", tmp_path / "a.pcz")  # is its own base now
    with pytest.raises(UnsupportedError, match="more than 8 bases"):
        archive.unpack(tmp_path / "a.pcz", tmp_path / "out")


def test_folders(checkpoints: list[Path], tmp_path: Path) -> None:
    """In folders by path first, then by a name that is nowhere else."""
    for name, source in (("old", 0), ("new", 1)):
        (tmp_path / name / "sub").mkdir(parents=True)
        shutil.copy(checkpoints[source], tmp_path / name / "model.safetensors")
        table = np.random.default_rng(3).standard_normal(90000).astype("<f4") + np.float32(source * 1e-6)
        np.save(tmp_path / name / "sub" / "embedding.npy", table)
    (tmp_path / "new" / "model.safetensors").rename(tmp_path / "new" / "moved.safetensors")
    archive.pack(tmp_path / "new", tmp_path / "new.pcz", base=tmp_path / "old")
    archive.unpack(tmp_path / "new.pcz", tmp_path / "out")
    for name in ("moved.safetensors", "sub/embedding.npy"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "new" / name).read_bytes()
    shutil.rmtree(tmp_path / "old")
    with archive.open(tmp_path / "new.pcz") as opened:
        for name in ("layer.weight", "embedding"):
            with pytest.raises(UnsupportedError):
                opened.tensor(name)


def test_lone_tensor_of_another_name(tmp_path: Path) -> None:
    table = np.random.default_rng(0).standard_normal((500, 300)).astype("<f4")
    np.save(tmp_path / "first.npy", table)
    table[7] += 1e-3
    np.save(tmp_path / "second.npy", table)
    report = archive.pack(tmp_path / "second.npy", base=tmp_path / "first.npy")
    assert report.packed_bytes < 5000
    with archive.open(tmp_path / "second.npy.pcz") as opened:
        assert (opened.tensor("second") == table).all()


def test_useless_base(checkpoints: list[Path], tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.zeros((2, 2), "<f4"))
    plain = archive.pack(checkpoints[1], tmp_path / "a.pcz")
    report = archive.pack(checkpoints[1], tmp_path / "b.pcz", base=tmp_path / "other.npy")
    assert report.packed_bytes == plain.packed_bytes
    assert any("other.npy" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("lie", "error"),
    [
        (lambda tree: tree.pop("base"), CorruptError),
        (lambda tree: tree["base"].update(name="../step0.safetensors"), UnsupportedError),
        (lambda tree: tree["base"].update(name=7), CorruptError),
        (lambda tree: tree["base"]["segments"][0].__setitem__(0, 99), CorruptError),
        (lambda tree: tree["base"]["segments"].append(tree["base"]["segments"][0]), CorruptError),
        (lambda tree: tree["base"]["segments"][0].__setitem__(1, "00"), CorruptError),
        (lambda tree: tree["base"]["segments"][0][2][0].__setitem__(2, 5), CorruptError),
        (lambda tree: tree["base"]["segments"][0][2][0].__setitem__(1, "nowhere"), UnsupportedError),
    ],
)
def test_lying_index(
    checkpoints: list[Path],
    tmp_path: Path,
    relabel: Callable[[Path, Callable[[Any], Any]], None],
    lie: Callable[[Any], Any],
    error: type[PycompError],
) -> None:
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])

    def change(tree: Any) -> None:
        lie(tree)

    relabel(tmp_path / "next.pcz", change)
    with pytest.raises(error):
        archive.unpack(tmp_path / "next.pcz", tmp_path / "out")


def test_differences_do_not_replace_their_base(checkpoints: list[Path], tmp_path: Path) -> None:
    packed = tmp_path / "step.pcz"
    archive.pack(checkpoints[0], packed)
    before = packed.read_bytes()
    with pytest.raises(ValueError, match=r"over it: they need it"):
        archive.pack(checkpoints[1], packed, base=packed)
    assert packed.read_bytes() == before
