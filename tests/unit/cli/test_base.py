"""``--base``: the verbs that write and read differences, and what they say of a base that is not the one."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pycomp.cli import main

CaptureText = pytest.CaptureFixture[str]
CaptureBytes = pytest.CaptureFixture[bytes]


@pytest.fixture
def steps(tmp_path: Path) -> list[Path]:
    """Three checkpoints in a row, each a folder with two shards and a file of notes."""
    rng = np.random.default_rng(11)
    weights = (rng.standard_normal((2, 300, 400)) * 0.02).astype("<f4")
    paths = []
    for step in range(3):
        path = tmp_path / f"step{step}"
        path.mkdir()
        for shard, part in enumerate(weights):
            np.save(path / f"shard{shard}.npy", part)
        (path / "notes.txt").write_text(f"step {step}")
        paths.append(path)
        weights[rng.random(weights.shape) < 0.01] += 1e-3
    return paths


@pytest.fixture
def packed(steps: list[Path]) -> Path:
    """The second checkpoint as differences to the first."""
    assert main(["pack", "-q", str(steps[1]), "--base", str(steps[0])]) == 0
    return steps[1].with_name("step1.pcz")


def restored(steps: list[Path], target: Path) -> bool:
    names = sorted(path.name for path in target.iterdir())
    assert names == ["notes.txt", "shard0.npy", "shard1.npy"]
    return all((target / name).read_bytes() == (steps[1] / name).read_bytes() for name in names)


def test_a_folder_of_shards(steps: list[Path], packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    assert packed.stat().st_size * 10 < sum(path.stat().st_size for path in steps[1].iterdir())
    assert main(["info", str(packed)]) == 0
    assert "needs its base step0\n" in capsys.readouterr().out
    assert main(["info", "--json", str(packed)]) == 0
    assert json.loads(capsys.readouterr().out)["base"] == "step0"
    assert main(["verify", str(packed)]) == 0
    assert main(["unpack", "-q", str(packed), "-o", str(tmp_path / "back")]) == 0
    assert restored(steps, tmp_path / "back")


def test_a_renamed_base(steps: list[Path], packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    before = str(steps[0].rename(tmp_path / "before"))
    for verb in (["verify"], ["unpack", "-o", str(tmp_path / "back")]):
        assert main([verb[0], str(packed), *verb[1:]]) == 4
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err == (
            f"pycomp: error: {packed}: these are differences to the base 'step0'; pass it as base=\n"
        )
    assert not (tmp_path / "back").exists()
    assert main(["verify", str(packed), "--base", before]) == 0
    assert main(["unpack", "-q", str(packed), "--base", before, "-o", str(tmp_path / "back")]) == 0
    assert restored(steps, tmp_path / "back")


def test_an_archive_as_base(steps: list[Path], tmp_path: Path) -> None:
    assert main(["pack", "-q", str(steps[0])]) == 0
    base = str(tmp_path / "step0.pcz")
    assert main(["pack", "-q", str(steps[1]), "--base", base]) == 0
    shutil.rmtree(steps[0])
    (tmp_path / "away").mkdir()
    packed = shutil.move(tmp_path / "step1.pcz", tmp_path / "away")
    assert main(["verify", str(packed)]) == 4
    assert main(["verify", "-q", str(packed), "--base", base]) == 0
    assert main(["unpack", "-q", str(packed), "--base", base]) == 0
    assert restored(steps, tmp_path / "away" / "step1")


@pytest.mark.parametrize("verb", ["verify", "unpack", "cat"])
def test_a_wrong_base_is_told_once(
    verb: str, steps: list[Path], packed: Path, tmp_path: Path, capfd: CaptureText
) -> None:
    more = {"unpack": ["-o", str(tmp_path / "back")], "cat": ["shard0"]}.get(verb, [])
    assert main([verb, str(packed), *more, "--base", str(steps[2])]) == 4
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err == (
        f"pycomp: error: {packed}: the base {str(steps[2])!r} is not the 'step0' that this was packed with: "
        "it has other contents\n"
    )
    assert not (tmp_path / "back").exists()


def test_the_wrong_base_beside_the_archive(steps: list[Path], packed: Path, capsys: CaptureText) -> None:
    shutil.rmtree(steps[0])
    steps[2].rename(steps[0])
    assert main(["verify", "--json", str(packed)]) == 4
    report, error = capsys.readouterr()
    assert "beside the archive has other contents; pass it as base=" in error
    assert json.loads(report)["ok"] is False
    assert error.count("\n") == 1


def test_cat_and_ls(steps: list[Path], packed: Path, tmp_path: Path, capfdbinary: CaptureBytes) -> None:
    content = np.load(steps[1] / "shard0.npy")
    before = str(steps[0].rename(tmp_path / "before"))
    assert main(["ls", "--names", str(packed)]) == 0  # the index needs no base
    assert b"shard1.npy" in capfdbinary.readouterr().out.split()
    assert main(["cat", f"{packed}:notes.txt"]) == 0  # nor do other files
    assert capfdbinary.readouterr().out == b"step 1"
    assert main(["cat", f"{packed}:shard0"]) == 4
    assert b"'step0'" in capfdbinary.readouterr().err
    assert main(["cat", f"{packed}:shard0", "--rows=7:9", "--npy", "--base", before]) == 0
    assert (np.load(io.BytesIO(capfdbinary.readouterr().out)) == content[7:9]).all()
    assert main(["cat", f"{packed}:shard1.npy", "--base", before]) == 0
    assert capfdbinary.readouterr().out == (steps[1] / "shard1.npy").read_bytes()


def test_verify_goes_on(steps: list[Path], packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    """What cannot be checked keeps nobody from checking the rest."""
    assert main(["pack", "-q", str(steps[2])]) == 0
    steps[0].rename(tmp_path / "before")
    missing, good = str(tmp_path / "missing.pcz"), str(tmp_path / "step2.pcz")
    assert main(["verify", str(packed), missing, good]) == 4
    told = capsys.readouterr()
    assert told.out.startswith(f"{good}: intact")
    assert told.err.count("pycomp: error: ") == 2
    Path(missing).write_bytes(b"no archive, and long enough for a header")
    assert main(["verify", "--json", missing, str(packed), good]) == 1
    assert [one["ok"] for one in json.loads(capsys.readouterr().out)] == [False, False, True]


def test_impossible_bases(steps: list[Path], tmp_path: Path, capsys: CaptureText) -> None:
    source = str(steps[1])
    assert main(["pack", source, "--base", str(tmp_path / "nothing")]) == 3
    assert main(["pack", source, "--base", source]) == 2
    assert "one lies in the other" in capsys.readouterr().err
    assert main(["pack", "-q", source, "--base", str(steps[1] / "notes.txt")]) == 2
    assert not (tmp_path / "step1.pcz").exists()
