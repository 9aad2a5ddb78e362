"""``pycomp gzip``: what gzip(1) does with files, their names, times and modes, and its exit codes."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import sys
import zlib
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
    for data in (b"as it is", b"", b"x" * 5000):
        through = piped(data, "-dcf")
        assert (through.returncode, through.stdout) == (0, data)


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
    assert main(["gzip", "file.txt.gz"]) == 0  # said, but no warning
    assert "already has .gz suffix" in capfd.readouterr().err
    (file.parent / "folder").mkdir()
    assert main(["gzip", "folder"]) == 2
    (file.parent / "plain").write_bytes(b"x")
    assert main(["gzip", "-d", "plain"]) == 2
    assert "unknown suffix" in capfd.readouterr().err
    os.link("plain", "other")
    assert main(["gzip", "plain"]) == 2
    os.symlink("plain", "link")
    assert main(["gzip", "link"]) == 1
    os.mkfifo("fifo")
    assert main(["gzip", "fifo"]) == 2
    os.unlink("other")
    os.chmod("plain", 0o4644)
    assert main(["gzip", "plain"]) == 2
    assert "set-user-ID" in capfd.readouterr().err
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
    (file.parent / "y.Packed").write_bytes(gzip.compress(DATA))
    assert main(["gzip", "-d", "-S", ".Packed", "y.Packed"]) == 0
    assert (file.parent / "y").read_bytes() == DATA
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


def test_list_verbose(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gzip", "-k", "file.txt"]) == 0
    assert main(["gzip", "-lv", "file.txt.gz"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["method", "crc", "date", "time"]
    assert second.split()[:2] == ["defla", f"{zlib.crc32(DATA):08x}"]


def test_one_bad_file_does_not_stop_a_folder(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = file.parent / "folder"
    folder.mkdir()
    (folder / "a.gz").write_bytes(b"no gzip")
    (folder / "b.gz").write_bytes(gzip.compress(DATA))
    (folder / "c").write_bytes(b"of no interest")
    assert main(["gzip", "-dr", "folder"]) == 1
    assert "folder/a.gz: not in gzip format" in capfd.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["a.gz", "b", "c"]
    (folder / "a.gz").unlink()
    assert main(["gzip", "-dr", "folder"]) == 0  # in folders names without a suffix are no fault
    os.symlink("folder", "link")
    assert main(["gzip", "-r", "link"]) == 1


def test_a_file_is_never_lost(file: Path) -> None:
    """Not one whose stored name is its own, and not one that a damaged file would have replaced."""
    blob = gzip.compress(DATA)
    own = file.with_name("own.gz")
    own.write_bytes(blob[:3] + b"\x08" + blob[4:10] + b"own.gz\0" + blob[10:])
    assert main(["gzip", "-dNf", "own.gz"]) == 0
    assert own.read_bytes() == DATA
    packed = file.with_name("file.txt.gz")
    packed.write_bytes(blob[:-4] + bytes(4))
    assert main(["gzip", "-df", "file.txt.gz"]) == 1
    assert file.read_bytes() == DATA
    assert sorted(path.name for path in file.parent.iterdir()) == ["file.txt", "file.txt.gz", "own.gz"]
    packed.write_bytes(blob[:3] + b"\x08" + blob[4:10] + b"..\0" + blob[10:])
    assert main(["gzip", "-dNf", "file.txt.gz"]) == 1
    os.symlink("file.txt", "link")
    assert main(["gzip", "-f", "link"]) == 0
    assert not file.with_name("link").is_symlink()
    assert file.read_bytes() == DATA


def test_nobody_else_can_read_a_file_that_is_not_finished(file: Path) -> None:
    from pycomp.cli._gzip_file import replacing

    for target in ("new", "file.txt"):
        with replacing(target) as output:
            assert stat.S_IMODE(os.fstat(output.fileno()).st_mode) == 0o600
        with pytest.raises(KeyboardInterrupt), replacing("stopped"):
            raise KeyboardInterrupt
    assert sorted(path.name for path in file.parent.iterdir()) == ["file.txt", "new"]


@pytest.mark.parametrize("time", [-1_000_000, 1 << 33])
def test_times_that_the_header_cannot_hold(file: Path, time: int, capfd: pytest.CaptureFixture[str]) -> None:
    os.utime(file, (time, time))
    assert main(["gzip", "file.txt"]) == 2
    assert "timestamp out of range" in capfd.readouterr().err
    packed = file.with_name("file.txt.gz")
    assert (packed.read_bytes()[4:8], packed.stat().st_mtime) == (bytes(4), time)


def test_names_are_stored_as_they_are(file: Path) -> None:
    os.rename("file.txt", "dürfen.gz")
    assert main(["gzip", "-f", "dürfen.gz"]) == 0
    assert Path("dürfen.gz.gz").read_bytes()[10:].startswith("dürfen.gz\0".encode())
    os.rename("dürfen.gz.gz", "other.gz")
    assert main(["gzip", "-dN", "other.gz"]) == 0
    assert Path("dürfen.gz").read_bytes() == DATA


def test_options_between_names_and_wrong_ones(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "-c"):
        (file.parent / name).write_bytes(DATA)
    assert main(["gzip", "a", "-k", "b", "-1", "--", "-c"]) == 0
    assert sorted(path.name for path in file.parent.iterdir()) == [
        *("-c", "-c.gz", "a", "a.gz", "b", "b.gz", "file.txt")
    ]
    for wrong in (["--bad"], ["-Q", "a"], ["a", "-k", "--bad", "b"], ["-b", "8"], ["-p", "0"], ["-p", "x"]):
        with pytest.raises(SystemExit) as info:
            main(["gzip", *wrong])
        assert info.value.code == 1
    assert main(["gzip", "-S", "", "a"]) == 1
    assert main(["gzip", "-d", "-S", "", "a"]) == 2  # nothing that could be taken off
    assert file.exists()
    assert capfd.readouterr().err


def test_pipes_that_have_a_name(file: Path) -> None:
    read, write = os.pipe()
    os.write(write, gzip.compress(b"through a pipe"))
    os.close(write)
    command = [sys.executable, "-m", "pycomp", "gzip", "-dc", f"/dev/fd/{read}"]
    done = subprocess.run(command, pass_fds=[read], capture_output=True, timeout=60)
    os.close(read)
    assert (done.returncode, done.stdout) == (0, b"through a pipe")


def test_what_has_arrived_comes_out(file: Path) -> None:
    """A stream that goes on: what is flushed can be read before the end comes."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(os.urandom(3000)) + packer.flush(zlib.Z_SYNC_FLUSH)
    command = [sys.executable, "-u", "-m", "pycomp", "gzip", "-dc", "-p1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(first)
        process.stdin.flush()
        assert len(process.stdout.read(3000)) == 3000
        process.stdin.write(packer.flush())
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked(file: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    file.with_name("file.txt.gz").write_bytes(b"there before")
    master, slave = pty.openpty()
    os.write(master, answer.encode() + b"\n")
    with os.fdopen(slave, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert main(["gzip", "file.txt"]) == (0 if answer == "y" else 2)
    os.close(master)
    assert file.exists() == (answer == "n")


def test_nothing_compressed_to_a_terminal(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert main(["gzip", "-c", "file.txt"]) == 1
        assert main(["gzip"]) == 1
    os.close(master)


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
