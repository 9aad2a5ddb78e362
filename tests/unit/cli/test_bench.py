"""``pycomp bench``: what it measures is exact, what is missing is named, what fails is told."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp.cli import _coder, _measure, _rivals, _sample, main

Capture = pytest.CaptureFixture[str]


def test_json(model: Path, capsys: Capture) -> None:
    command = [
        "bench",
        str(model),
        "--json",
        "--rounds",
        "2",
        "--rivals",
        "zlib,lzma",
        "--levels",
        "fast,default",
    ]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["file"], report["dtype"], report["tensors"], report["cut"]) == (
        model.name,
        "F32",
        5,
        False,
    )
    assert report["raw_bytes"] == model.stat().st_size
    assert [(row["coder"], row["setting"]) for row in report["rows"]] == [
        ("pycomp", "fast"),
        ("pycomp", "default"),
        ("zlib", "level 6"),
        ("lzma", "preset 0"),
    ]
    for row in report["rows"]:
        assert row["exact"] is True
        assert row["rounds"] == 2
        assert row["ratio"] == round(row["raw_bytes"] / row["packed_bytes"], 4)
        assert row["encode_mb_s"] > 0
        assert row["decode_mb_s"] > 0


def test_table_and_csv(model: Path, capsys: Capture) -> None:
    command = ["bench", str(model), "--rounds", "1", "--rivals", "zlib", "--levels", "fast"]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("model.safetensors: ")
    assert lines[1].split() == ["coder", "setting", "ratio", "encode", "MB/s", "decode", "MB/s", "exact"]
    assert lines[2].split()[:2] == ["pycomp", "fast"]
    assert main([*command, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["coder"] for row in rows] == ["pycomp", "zlib"]


def test_missing_rivals_are_named(model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    assert main(["bench", str(model), "--rounds", "1", "--rivals", "zstd,lz4", "--levels", "fast"]) == 0
    error = capsys.readouterr().err
    assert "zstd skipped: " in error
    assert "lz4 skipped: " in error


def test_wrong_names(model: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["bench", str(model), "--rivals", "winzip"]) == 2
    assert "no rival 'winzip'; there are zipnn, " in capsys.readouterr().err
    assert main(["bench", str(model), "--levels", "ultra"]) == 2
    assert main(["bench", str(model), "--levels", ",", "--rivals", "none", "--csv"]) == 2
    assert "name a level" in capsys.readouterr().err
    (tmp_path / "empty").touch()
    assert main(["bench", str(tmp_path / "empty")]) == 2
    assert main(["bench", str(tmp_path / "nothing")]) == 3


def test_no_room_for_files(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    (tmp_path / "place").mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", lambda **kwargs: str(tmp_path / "place"))
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        _coder.PycompFile(_sample.load(str(model), 1 << 30))
    assert not (tmp_path / "place").exists()


def test_every_installed_rival_is_exact(model: Path) -> None:
    sample = _sample.load(str(model), 1 << 30)
    coders, skipped = _rivals.theirs(sample, 1, ("lmzip", "zstd", "blosc2", "lz4", "zlib", "bz2", "lzma"))
    rows = _measure.compare(coders, rounds=1)
    for coder in coders:
        coder.close()
    assert {row.coder for row in rows} >= {"zlib", "bz2", "lzma"}
    assert {row.coder for row in rows} | {one.name for one in skipped} >= {"lmzip", "zstd", "blosc2", "lz4"}
    assert all(row.exact and not row.error for row in rows), rows


def test_our_coders_are_exact(model: Path) -> None:
    sample = _sample.load(str(model), 1 << 30)
    coders = _coder.ours(sample, 2, more=True)
    rows = _measure.compare(coders, rounds=1)
    for coder in coders:
        coder.close()
    assert len(rows) == 12
    assert all(row.exact and not row.error for row in rows), rows


def test_plain_bytes(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("what is no numbers is bytes; " * 1000)
    sample = _sample.load(str(path), 1 << 30)
    assert (sample.dtype, sample.width, sample.start) == ("BYTES", 1, 0)
    assert all(row.exact for row in _measure.compare(_coder.ours(sample, levels=("default",)), rounds=1))


def test_a_long_file_is_shortened_to_a_valid_one(model: Path) -> None:
    whole = _sample.load(str(model), 1 << 30)
    part = _sample.load(str(model), 100_001)
    assert part.cut
    assert not whole.cut
    assert [tensor.name for tensor in part.tensors] == ["embed.weight"]
    (first,) = part.tensors
    assert first.shape == (195, 256)  # the rows of 512 bytes that fit
    start = whole.tensors[0].start
    assert part.body == whole.data[start : start + first.nbytes]


@pytest.mark.parametrize(
    ("shape", "left"), [((300, 200), (62, 200)), ((1, 60000), (12500,)), ((60000,), (12500,))]
)
def test_a_long_array_is_its_first_rows(
    shape: tuple[int, ...], left: tuple[int, ...], tmp_path: Path
) -> None:
    array = np.arange(60000, dtype="<f4").reshape(shape)
    np.save(tmp_path / "long.npy", array)
    sample = _sample.load(str(tmp_path / "long.npy"), 50_000)
    assert [tensor.shape for tensor in sample.tensors] == [left]
    assert sample.body == array.tobytes()[: len(sample.body)]


def test_a_long_file_of_bytes_is_its_start(tmp_path: Path) -> None:
    path = tmp_path / "long.bin"
    path.write_bytes(np.arange(1000, dtype="<f4").tobytes())
    sample = _sample.load(str(path), 1000)
    assert (len(sample.data), sample.cut) == (1000, True)


def test_a_raw_file_of_a_named_dtype(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "raw"
    path.write_bytes(np.random.default_rng(0).standard_normal(5000).astype("<f4").tobytes() + b"odd")
    command = ["bench", str(path), "--rounds", "1", "--rivals", "none", "--levels", "fast", "--json"]
    assert main([*command, "--dtype", "f32"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["dtype"], report["tensors"], report["rows"][0]["exact"]) == ("F32", 1, True)
    with pytest.raises(SystemExit):
        main([*command, "--dtype", "f33"])
    assert "'f33' is no element type" in capsys.readouterr().err


class Liar(_coder.Coder):
    name, setting = "liar", "always"

    def encode(self, source: Any) -> bytes:
        return b"small"

    def decode(self, packed: bytes) -> bytes:
        return bytes(len(self.sample.data))


class Broken(Liar):
    name = "broken"

    def encode(self, source: Any) -> bytes:
        raise RuntimeError("no luck\ntoday")


def test_lies_and_failures_are_told(model: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = _sample.load(str(model), 1 << 30)
    liar, broken = _measure.compare([Liar(sample), Broken(sample)], rounds=2)
    assert (liar.exact, liar.error) == (False, "what came back differs from the original")
    assert (broken.rounds, broken.error) == (0, "RuntimeError: no luck")
    monkeypatch.setitem(_rivals.RIVALS, "zlib", lambda sample, threads: [Liar(sample)])
    assert main(["bench", str(model), "--rounds", "1", "--rivals", "zlib", "--levels", "fast"]) == 1
    captured = capsys.readouterr()
    assert "NO" in captured.out
    assert "liar always: what came back differs" in captured.err


def test_the_slow_sit_out(model: Path) -> None:
    sample = _sample.load(str(model), 1 << 30)
    (row,) = _measure.compare(_rivals.theirs(sample, 1, ("lzma",))[0], rounds=5, patience=0)
    assert row.rounds == 1
