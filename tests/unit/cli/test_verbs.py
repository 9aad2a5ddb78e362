"""Each verb, in this process: what it writes, prints and returns."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from pycomp.cli import main

CaptureText = pytest.CaptureFixture[str]
CaptureBytes = pytest.CaptureFixture[bytes]


def test_pack_and_unpack_a_file(model: Path, capsys: CaptureText) -> None:
    original = model.read_bytes()
    assert main(["pack", str(model)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{model}.pcz: ")
    assert "ratio 1." in captured.out
    assert captured.err == ""
    packed = Path(f"{model}.pcz")
    assert packed.stat().st_size < len(original)
    model.unlink()
    assert main(["unpack", str(packed)]) == 0
    assert model.read_bytes() == original


def test_pack_and_unpack_a_folder(folder: Path, tmp_path: Path, capsys: CaptureText) -> None:
    assert main(["pack", f"{folder}/", "--level", "fast", "--threads", "2"]) == 0
    packed = tmp_path / "repo.pcz"
    assert packed.is_file()
    assert main(["unpack", str(packed), "-o", str(tmp_path / "back")]) == 0
    assert "5 files" in capsys.readouterr().out
    for path in folder.rglob("*"):
        twin = tmp_path / "back" / path.relative_to(folder)
        assert twin.is_dir() if path.is_dir() else twin.read_bytes() == path.read_bytes()


def test_output_may_be_a_folder(model: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert main(["pack", "-q", str(model), "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "model.safetensors.pcz").is_file()


@pytest.mark.parametrize("level", ["fast", "default", "high", "max"])
def test_levels(model: Path, tmp_path: Path, level: str) -> None:
    packed, back = tmp_path / "a.pcz", tmp_path / "back"
    assert main(["pack", "-q", "-l", level, str(model), "-o", str(packed)]) == 0
    assert main(["unpack", "-q", str(packed), "-o", str(back)]) == 0
    assert back.read_bytes() == model.read_bytes()


def test_nothing_is_overwritten_unless_forced(model: Path, packed: Path, capsys: CaptureText) -> None:
    before, original = packed.read_bytes(), model.read_bytes()
    assert main(["pack", str(model)]) == 3
    assert capsys.readouterr().err == f"pycomp: error: {packed}: exists already; --force replaces it\n"
    assert main(["unpack", str(packed)]) == 3
    assert "exists already" in capsys.readouterr().err
    assert packed.read_bytes() == before
    model.write_bytes(b"changed")
    assert main(["pack", "-qf", str(model)]) == 0
    assert packed.read_bytes() != before
    model.write_bytes(original)
    assert main(["pack", "-qf", str(model)]) == 0
    model.write_bytes(b"changed")
    assert main(["unpack", "-qf", str(packed)]) == 0
    assert model.read_bytes() == original


def test_unpacking_a_folder_spares_what_is_there(folder: Path, tmp_path: Path, capsys: CaptureText) -> None:
    assert main(["pack", "-q", str(folder)]) == 0
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "config.json").write_text("mine")
    assert main(["unpack", str(tmp_path / "repo.pcz"), "-o", str(tmp_path / "back")]) == 3
    assert "config.json: exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["config.json"]
    assert main(["unpack", "-qf", str(tmp_path / "repo.pcz"), "-o", str(tmp_path / "back")]) == 0
    assert (tmp_path / "back" / "config.json").read_bytes() == (folder / "config.json").read_bytes()


def test_quiet_is_silent(model: Path, capfd: CaptureText) -> None:
    packed = f"{model}.pcz"
    assert main(["pack", "--quiet", str(model)]) == 0
    assert main(["verify", "--quiet", packed]) == 0
    assert main(["unpack", "--quiet", "--force", packed]) == 0
    assert capfd.readouterr() == ("", "")


def test_pack_json(model: Path, capsys: CaptureText) -> None:
    assert main(["pack", "--json", str(model)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["source"] == str(model)
    assert report["output"] == f"{model}.pcz"
    assert (report["files"], report["tensors"], report["warnings"]) == (1, 5, [])
    assert report["raw_bytes"] == model.stat().st_size
    assert report["packed_bytes"] == Path(f"{model}.pcz").stat().st_size
    assert report["ratio"] == round(report["raw_bytes"] / report["packed_bytes"], 4)
    assert report["seconds"] >= 0
    shares = {share["dtype"]: share for share in report["by_dtype"]}
    assert set(shares["BF16"]) == {"dtype", "tensors", "raw_bytes", "packed_bytes"}
    assert shares["BF16"]["raw_bytes"] == 600 * 256 * 2


def test_unpack_json(packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    back = tmp_path / "back"
    assert main(["unpack", "--json", str(packed), "-o", str(back)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["output"] == str(back)
    assert report["raw_bytes"] == back.stat().st_size
    assert set(report) == {"source", "output", "files", "raw_bytes", "packed_bytes", "seconds", "warnings"}


def test_verify_json(packed: Path, capsys: CaptureText) -> None:
    assert main(["verify", "--json", str(packed)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is True
    assert (report["damage"], report["warnings"]) == ([], [])
    assert main(["verify", "--json", str(packed), str(packed)]) == 0
    assert [one["ok"] for one in json.loads(capsys.readouterr().out)] == [True, True]


def test_verify_names_what_is_damaged(packed: Path, capsys: CaptureText) -> None:
    import pycomp

    image = bytearray(packed.read_bytes())
    # The tensors' bytes make up most of the archive, so its middle is inside one of them.
    image[len(image) // 2] ^= 0x10
    packed.write_bytes(image)
    assert main(["verify", str(packed)]) == 1
    out = capsys.readouterr().out
    assert f"{packed}: DAMAGED: " in out
    assert "model.safetensors" in out
    assert "tensor" in out
    assert "chunk" in out
    assert main(["verify", "--json", str(packed)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    (damage, *_) = report["damage"]
    assert {"file", "tensor", "chunk", "offset", "message"} <= set(damage)
    with pycomp.open(packed) as archive:
        intact = set(archive.keys()) - {one["tensor"] for one in report["damage"]}
    assert len(intact) >= 4, "all undamaged tensors stay readable"
    name = sorted(intact)[0]
    with pycomp.open(packed) as archive:
        archive.tensor(name)


def test_reading_damage_is_exit_code_1(packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    image = bytearray(packed.read_bytes())
    image[len(image) // 2] ^= 0x10
    packed.write_bytes(image)
    assert main(["unpack", str(packed), "-o", str(tmp_path / "back")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("pycomp: error: ")
    assert error.count("\n") == 1
    assert "tensor" in error
    assert not (tmp_path / "back").exists()


def test_info(packed: Path, model: Path, capsys: CaptureText) -> None:
    assert main(["info", str(packed)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{packed}: one file; 1 file, 5 tensors\n")
    assert "BF16" in out
    assert main(["info", "--json", str(packed)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["kind"], report["files"], report["tensors"]) == ("file", 1, 5)
    assert report["raw_bytes"] == model.stat().st_size


def test_ls(packed: Path, capsys: CaptureText) -> None:
    assert main(["ls", str(packed)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["name", "dtype", "shape", "size", "packed", "ratio"]
    assert "embed.weight" in out
    assert "600×256" in out
    assert main(["ls", "--json", str(packed)]) == 0
    listing = json.loads(capsys.readouterr().out)
    tensor = next(one for one in listing["tensors"] if one["name"] == "embed.weight")
    assert (tensor["dtype"], tensor["shape"], tensor["raw_bytes"]) == ("BF16", [600, 256], 307200)
    assert 0 < tensor["packed_bytes"] < 307200
    assert main(["ls", "-1", str(packed)]) == 0
    assert set(capsys.readouterr().out.split()) >= {
        "model.safetensors",
        "embed.weight",
        "norm",
        "ids",
        "scale",
    }


def test_cat_a_tensor(
    packed: Path, weights: dict[str, tuple[str, np.ndarray]], capfdbinary: CaptureBytes
) -> None:
    for name, (_, array) in weights.items():
        assert main(["cat", f"{packed}:{name}"]) == 0
        assert capfdbinary.readouterr().out == array.tobytes()
    array = weights["layer.0:weight"][1]
    for text, rows in (
        ("10:20", slice(10, 20)),
        ("299", slice(299, 300)),
        ("-2:", slice(-2, None)),
        (":1", slice(1)),
    ):
        assert main(["cat", str(packed), "layer.0:weight", f"--rows={text}"]) == 0
        assert capfdbinary.readouterr().out == array[rows].tobytes()


@pytest.mark.parametrize("shape", [(30, 40), (0, 4), (7,), ()])
def test_cat_in_fortrans_order(shape: tuple[int, ...], tmp_path: Path, capfdbinary: CaptureBytes) -> None:
    array = np.asfortranarray(np.random.default_rng(0).standard_normal(shape))
    np.save(tmp_path / "a.npy", array)
    assert main(["pack", "-q", str(tmp_path / "a.npy")]) == 0
    assert main(["cat", f"{tmp_path}/a.npy.pcz:a"]) == 0
    assert capfdbinary.readouterr().out == array.tobytes("A")
    assert main(["cat", "--npy", f"{tmp_path}/a.npy.pcz:a"]) == 0
    assert np.array_equal(np.load(io.BytesIO(capfdbinary.readouterr().out)), array)


def test_cat_as_npy(
    packed: Path, weights: dict[str, tuple[str, np.ndarray]], capfdbinary: CaptureBytes
) -> None:
    for name in ("embed.weight", "layer.0:weight", "scale"):
        assert main(["cat", "--npy", f"{packed}:{name}"]) == 0
        array = np.load(io.BytesIO(capfdbinary.readouterr().out))
        assert np.array_equal(array, weights[name][1])


def test_cat_a_file(folder: Path, tmp_path: Path, capfdbinary: CaptureBytes) -> None:
    assert main(["pack", "-q", str(folder)]) == 0
    for name in ("config.json", "größe.txt", "sub/empty", "model-1.safetensors"):
        assert main(["cat", f"{tmp_path / 'repo.pcz'}:{name}"]) == 0
        assert capfdbinary.readouterr().out == (folder / name).read_bytes()
    assert main(["cat", f"{tmp_path / 'repo.pcz'}:config.json", "--rows", "1:2"]) == 2


def test_cat_unknown_name(packed: Path, capfd: CaptureText) -> None:
    assert main(["cat", f"{packed}:nobody"]) == 2
    assert "no tensor 'nobody' in" in capfd.readouterr().err
    assert main(["cat", str(packed)]) == 2
    assert "name a tensor or file" in capfd.readouterr().err


@pytest.mark.parametrize("verb", ["info", "ls", "verify", "unpack"])
def test_missing_archive(verb: str, tmp_path: Path, capsys: CaptureText) -> None:
    assert main([verb, str(tmp_path / "no.pcz")]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pycomp: error: ")
    assert captured.err.count("\n") == 1
    assert "no.pcz" in captured.err


def test_missing_source(tmp_path: Path, capsys: CaptureText) -> None:
    assert main(["pack", str(tmp_path / "no")]) == 3
    assert str(tmp_path / "no") in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 10, 0.5, -1])
def test_truncated_archive(cut: float, packed: Path, tmp_path: Path, capsys: CaptureText) -> None:
    image = packed.read_bytes()
    packed.write_bytes(image[: int(len(image) * cut) if isinstance(cut, float) else cut])
    for command in (["verify"], ["info"], ["ls"], ["unpack", "-o", str(tmp_path / "back")]):
        code = main([command[0], str(packed), *command[1:]])
        captured = capsys.readouterr()
        if cut == -1 and code == 0 and command[0] != "verify":
            continue  # the second copy of the index is cut; the first may serve
        assert code == 1, command
        assert (captured.out + captured.err).count("\n") >= 1
        assert "Traceback" not in captured.err


def test_not_an_archive(model: Path, capsys: CaptureText) -> None:
    assert main(["info", str(model)]) == 1
    assert capsys.readouterr().err.startswith("pycomp: error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["squeeze"],
        ["pack"],
        ["pack", "x", "--level", "ultra"],
        ["pack", "x", "--threads", "0"],
        ["cat", "x.pcz:a", "--rows", "a:b"],
        ["cat", "x.pcz:a", "--rows", ":"],
        ["bench", "x", "--limit", "big"],
        ["bench", "x", "--dtype", "f33"],
        ["bench", "x", "--limit", "inf"],
    ],
)
def test_wrong_command_lines(arguments: list[str], capsys: CaptureText) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("pycomp: error: ")
    assert error.count("\n") == 1


def test_impossible_requests(model: Path, packed: Path, capsys: CaptureText) -> None:
    assert main(["pack", str(model), "-o", "-", "--json"]) == 2
    assert main(["unpack", str(packed), "-o", "-", "--json"]) == 2
    assert main(["unpack", str(model)]) == 2, "no .pcz to take off its name"
    assert main(["pack", "-", "--name", "../x"]) == 2
    assert capsys.readouterr().err.count("pycomp: error: ") == 4


def test_help_documents_the_exit_codes(capsys: CaptureText) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = " ".join(capsys.readouterr().out.split())
    for phrase in (
        "0 done",
        "1 damaged data",
        "2 wrong command line",
        "3 the system refused",
        "130 interrupted",
    ):
        assert phrase in out
