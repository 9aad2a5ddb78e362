"""``pycomp gzip``: what gzip(1) does with files, their names, times and modes, and its exit codes."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pycomp.cli import main

DATA = b"".join(b"line %d of the file\n" % i for i in range(5000))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "file.txt"
    path.write_bytes(DATA)
    path.chmod(0o640)
    os.utime(path, (1_000_000_000, 1_100_000_000))
    return path


def piped(data: bytes, *args: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pycomp", "gzip", *args]
    return subprocess.run(command, input=data, capture_output=True, timeout=60)


@pytest.mark.parametrize("level", ["-0", "-1", "-6", "-9", "-10", "-12", "--fast", "--best"])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_there_and_back(file: Path, level: str, threads: str) -> None:
    assert main(["gzip", level, "-p", threads, "file.txt"]) == 0
    packed = file.with_name("file.txt.gz")
    assert not file.exists()
    assert gzip.decompress(packed.read_bytes()) == DATA
    status = packed.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_mtime) == (0o640, 1_100_000_000)
    assert packed.read_bytes()[10:19] == b"file.txt\0"
    assert main(["gzip", "-d", "file.txt.gz"]) == 0
    assert not packed.exists()
    assert file.read_bytes() == DATA
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_mtime) == (0o640, 1_100_000_000)


def test_pipes() -> None:
    packed = piped(DATA, "-9")
    assert (packed.returncode, gzip.decompress(packed.stdout)) == (0, DATA)
    assert piped(packed.stdout, "-dc").stdout == DATA
    assert piped(packed.stdout * 2, "-d", "-").stdout == DATA * 2
    assert piped(packed.stdout, "-t").returncode == 0
    broken = piped(packed.stdout[:-3], "-d")
    assert (broken.returncode, b"unexpected end of file" in broken.stderr) == (1, True)
    assert b"not in gzip format" in piped(b"text", "-d").stderr
    garbage = piped(packed.stdout + b"garbage", "-d")
    assert (garbage.returncode, garbage.stdout) == (2, DATA)
    assert b"trailing garbage ignored" in garbage.stderr
    assert piped(b"as it is", "-dcf").returncode in (0, 1)  # a pipe cannot be looked into and wound back


def test_keep_stdout_and_suffix(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["gzip", "-k", "-S", ".zz", "file.txt"]) == 0
    assert file.exists()
    assert file.with_name("file.txt.zz").exists()
    file.unlink()
    assert main(["gzip", "-dkv", "-S", ".zz", "file.txt.zz"]) == 0
    assert "created file.txt" in capfd.readouterr().err
    assert main(["gzip", "-dc", "-S", ".zz", "file.txt.zz"]) == 0
    assert capfd.readouterr().out.encode() == DATA


def test_warnings_are_exit_code_2(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.with_name("file.txt.gz").write_bytes(b"there before")
    assert main(["gzip", "file.txt"]) == 2
    assert "already exists" in capfd.readouterr().err
    assert main(["gzip", "-q", "file.txt"]) == 2
    assert capfd.readouterr().err == ""
    assert main(["gzip", "-f", "file.txt"]) == 0
    assert main(["gzip", "file.txt.gz"]) == 2
    assert "already has .gz suffix" in capfd.readouterr().err
    (file.parent / "folder").mkdir()
    assert main(["gzip", "folder"]) == 2
    (file.parent / "plain").write_bytes(b"x")
    assert main(["gzip", "-d", "plain"]) == 2
    assert "unknown suffix" in capfd.readouterr().err
    os.link("plain", "other")
    assert main(["gzip", "plain"]) == 2
    os.symlink("plain", "link")
    assert main(["gzip", "link"]) == 2
    assert main(["gzip", "nowhere"]) == 1
    assert "nowhere" in capfd.readouterr().err


def test_damage_leaves_the_original_and_no_half(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    blob = bytearray(gzip.compress(DATA))
    blob[-5] ^= 1
    file.unlink()
    packed = file.with_name("file.txt.gz")
    packed.write_bytes(blob)
    for verb in ("-d", "-t"):
        assert main(["gzip", verb, "file.txt.gz"]) == 1
        assert "crc error" in capfd.readouterr().err
    assert packed.exists()
    assert not file.exists()


def test_names_and_times(file: Path) -> None:
    assert main(["gzip", "-n", "file.txt"]) == 0
    head = file.with_name("file.txt.gz").read_bytes()
    assert (head[3], head[4:8]) == (0, bytes(4))
    assert main(["gzip", "-d", "file.txt.gz"]) == 0
    assert main(["gzip", "file.txt"]) == 0
    os.rename("file.txt.gz", "other.gz")
    os.utime("other.gz", (1, 1))
    assert main(["gzip", "-dN", "other.gz"]) == 0
    assert file.stat().st_mtime == 1_100_000_000


def test_recursion_and_implied_suffix(file: Path) -> None:
    folder = file.parent / "folder" / "below"
    folder.mkdir(parents=True)
    for name in ("a", "b.gz"):
        (folder / name).write_bytes(DATA if name == "a" else gzip.compress(DATA))
    assert main(["gzip", "-r", "folder"]) == 0
    assert sorted(p.name for p in folder.iterdir()) == ["a.gz", "b.gz"]
    assert main(["gzip", "-dr", "folder"]) == 0
    assert sorted(p.name for p in folder.iterdir()) == ["a", "b"]
    assert main(["gzip", "file.txt"]) == 0
    assert main(["gzip", "-d", "file.txt"]) == 0
    assert main(["gzip", "-k", "file.txt"]) == 0
    os.rename("file.txt.gz", "x.tgz")
    assert main(["gzip", "-d", "x.tgz"]) == 0
    assert (file.parent / "x.tar").read_bytes() == DATA


def test_list(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gzip", "-k", "file.txt"]) == 0
    assert main(["gzip", "-l", "file.txt.gz", "file.txt.gz"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["compressed", "uncompressed", "ratio", "uncompressed_name"]
    size = str(file.with_name("file.txt.gz").stat().st_size)
    assert lines[1].split()[:2] == [size, str(len(DATA))]
    assert lines[1].endswith("file.txt")
    assert lines[3].endswith("(totals)")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gzip", "-V"]) == 0
    assert capsys.readouterr().out.startswith("pycomp gzip ")
    with pytest.raises(SystemExit):
        main(["gzip", "-h"])
    assert "gzip(1)" in capsys.readouterr().out


def test_python_m_pycomp_gzip(file: Path) -> None:
    def run(*args: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "pycomp.gzip", *args], input=data, capture_output=True, timeout=60
        )

    for flags in ((), ("--fast",), ("--best",)):
        assert run("-d", data=run(*flags, data=DATA).stdout).stdout == DATA
    assert run("file.txt").returncode == 0
    assert file.exists()
    file.unlink()
    assert run("-d", "file.txt.gz").returncode == 0
    assert file.read_bytes() == DATA
    wrong = run("-d", "file.txt")
    assert wrong.returncode == 1
    assert wrong.stderr.strip() == b"filename doesn't end in .gz: 'file.txt'"
