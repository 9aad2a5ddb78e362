"""Archives of differences: found by name, restored exactly, and clear about a base that is not at hand."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp.archive import base as base_module
from pycomp.errors import BaseError, CorruptError, OverlapError, PycompError, UnsupportedError

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
    with pytest.raises(
        BaseError, match=r"next\.pcz: the base .*step2.* is not the 'step0.safetensors'"
    ) as told:
        archive.open(tmp_path / "next.pcz", base=checkpoints[2])
    assert "chunk" not in str(told.value)
    shutil.copy(checkpoints[2], checkpoints[0])  # under the right name
    for base, error in ((None, UnsupportedError), (checkpoints[0], BaseError)):
        with pytest.raises(PycompError, match="has other contents") as refused:
            archive.unpack(tmp_path / "next.pcz", tmp_path / "out", base=base)
        assert type(refused.value) is error
        assert "chunk" not in str(refused.value)
    with archive.open(tmp_path / "next.pcz") as opened:  # which takes no look at what nobody gave it
        with pytest.raises(UnsupportedError, match="beside the archive has other contents"):
            opened.verify()
        with pytest.raises(UnsupportedError, match=r"'layer.weight', chunk 0.*beside the archive has other"):
            opened.tensor("layer.weight")
        assert opened.tensor("only.1").shape == (300, 300)
    np.save(tmp_path / "other.npy", np.zeros((2, 2), "<f4"))
    with pytest.raises(BaseError, match="has no tensor"):
        archive.unpack(tmp_path / "next.pcz", tmp_path / "out", base=tmp_path / "other.npy")
    assert not (tmp_path / "out").exists()


def test_base_that_is_right_in_part(
    checkpoints: list[Path], tmp_path: Path, image: Image, make_weights: Callable[..., bytes]
) -> None:
    """What fits is read; ``verify`` names the tensors that do not, not every chunk of them."""
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=checkpoints[0])
    big, small = make_weights(600 * 512, "BF16", seed=5), make_weights(500, "BF16", seed=1)
    tensors = {"norm.a": ("BF16", [500], small), "norm.b": ("BF16", [500], small[::-1])}
    other = tmp_path / "other.safetensors"
    for more, message in (
        ({"layer.weight": ("BF16", [600, 512], big)}, "has other contents"),
        ({}, "has no tensor 'layer.weight' of 614400 bytes"),
    ):
        other.write_bytes(image(tensors | more))
        with archive.open(tmp_path / "next.pcz", base=other) as opened:
            assert opened.tensor("norm.a").shape == (500,)
            (bad,) = opened.verify().damage
            assert (bad.tensor, bad.stop - bad.start) == ("layer.weight", 614400)
            assert message in bad.message
        with pytest.raises(BaseError, match="is not the 'step0"):
            archive.unpack(tmp_path / "next.pcz", tmp_path / "out", base=other)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_damaged_base(checkpoints: list[Path], tmp_path: Path, packed: bool) -> None:
    """Damage to the base costs the chunks that stand on it and no others."""
    base = checkpoints[0]
    if packed:
        base = Path(archive.pack(base).dst)
    archive.pack(checkpoints[1], tmp_path / "next.pcz", base=base)
    content = bytearray(base.read_bytes())
    content[len(content) // 100] ^= 1  # in the first chunk of the matrix
    base.write_bytes(content)
    with archive.open(tmp_path / "next.pcz", base=base) as opened:
        with pytest.raises(PycompError, match="chunk 0"):
            opened.tensor("layer.weight")
        assert opened.slice("layer.weight", slice(550, 600)).shape == (50, 512)
        (bad,) = opened.verify().damage
        assert (bad.tensor, bad.chunk) == ("layer.weight", 0)


def test_base_that_is_gone_but_for_one_tensor(tmp_path: Path) -> None:
    """An archive of one tensor whose base is damaged says so once."""
    table = np.random.default_rng(0).standard_normal((500, 300)).astype("<f4")
    np.save(tmp_path / "first.npy", table)
    first = Path(archive.pack(tmp_path / "first.npy").dst)
    table[7] += 1e-3
    np.save(tmp_path / "second.npy", table)
    archive.pack(tmp_path / "second.npy", base=first)
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    with pytest.raises(BaseError, match=r"second.npy.pcz: the base .*first.npy.pcz.* is damaged \(.*chunk 0"):
        archive.open(tmp_path / "second.npy.pcz", base=first)


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


def test_large_tensors_of_a_packed_base(
    checkpoints: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go to a temporary file, for which there may be no room."""
    archive.pack(checkpoints[0], tmp_path / "0.pcz")
    archive.pack(checkpoints[1], tmp_path / "want.pcz", base=tmp_path / "0.pcz")
    monkeypatch.setattr(base_module, "IN_MEMORY", 100_000)
    archive.pack(checkpoints[1], tmp_path / "1.pcz", base=tmp_path / "0.pcz")
    assert (tmp_path / "1.pcz").read_bytes() == (tmp_path / "want.pcz").read_bytes()
    with archive.open(tmp_path / "1.pcz") as opened:
        assert opened.verify().ok

    def full(file: object, data: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(base_module, "write_all", full)
    with pytest.raises(OSError, match=r"No space left.*\(for a tensor of the base, 614400 bytes\)"):
        archive.pack(checkpoints[1], tmp_path / "2.pcz", base=tmp_path / "0.pcz")
    assert not (tmp_path / "2.pcz").exists()


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
    with pytest.raises(OverlapError, match=r"over it: they need it"):
        archive.pack(checkpoints[1], packed, base=packed)
    assert packed.read_bytes() == before


def test_a_base_is_not_what_is_packed(checkpoints: list[Path], tmp_path: Path) -> None:
    """Who deletes the original afterwards would have nothing left."""
    (tmp_path / "run").mkdir()
    inside = checkpoints[0].rename(tmp_path / "run" / "step0.safetensors")
    (tmp_path / "link").symlink_to(inside)
    for source, base in (
        (inside, inside),
        (inside, tmp_path / "link"),
        (inside, tmp_path / "run"),
        (tmp_path / "run", inside),
        (tmp_path / "run", tmp_path / "run"),
    ):
        with pytest.raises(OverlapError, match="one lies in the other"):
            archive.pack(source, tmp_path / "x.pcz", base=base)
    assert not (tmp_path / "x.pcz").exists()
    archive.pack(checkpoints[1], tmp_path / "run" / "step.pcz", base=tmp_path / "run")


def test_unpacking_does_not_replace_the_base(checkpoints: list[Path], tmp_path: Path) -> None:
    packed = tmp_path / "step0.safetensors.pcz"
    archive.pack(checkpoints[1], packed, base=checkpoints[0])
    before = checkpoints[0].read_bytes()
    for base in (None, checkpoints[0]):
        with pytest.raises(OverlapError, match="the archive needs it"):
            archive.unpack(packed, base=base)
    assert checkpoints[0].read_bytes() == before
    for name, source in (("old", 0), ("new", 1)):
        (tmp_path / name).mkdir()
        shutil.copy(checkpoints[source], tmp_path / name / "model.safetensors")
    for base in (tmp_path / "old", tmp_path / "old" / "model.safetensors"):
        archive.pack(tmp_path / "new", base=base)
        with pytest.raises(OverlapError, match="the archive needs it"):
            archive.unpack(tmp_path / "new.pcz", tmp_path / "old", base=base)
    archive.unpack(tmp_path / "new.pcz", tmp_path / "new", base=base)
