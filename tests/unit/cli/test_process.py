"""The command as a process: pipes, terminals, signals, start-up."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def test_pipes(model: Path, tmp_path: Path, run: Run) -> None:
    original = model.read_bytes()
    packed = run("pack", model, "-o", "-")
    assert (packed.returncode, packed.stderr) == (0, b"")
    unpacked = run("unpack", "-", stdin=packed.stdout)
    assert (unpacked.returncode, unpacked.stdout, unpacked.stderr) == (0, original, b"")
    to_file = run("unpack", "-", "-o", tmp_path / "back", stdin=packed.stdout)
    assert to_file.returncode == 0
    assert (tmp_path / "back").read_bytes() == original


def test_standard_input(model: Path, tmp_path: Path, run: Run) -> None:
    original = model.read_bytes()
    done = run("pack", "-", "-o", "out.pcz", "--name", "weights", stdin=original)
    assert done.returncode == 0, done.stderr
    listing = json.loads(run("ls", "--json", "out.pcz").stdout)
    assert len(listing["tensors"]) == 5, "tensors are found in what was piped in, too"
    assert run("cat", "out.pcz:weights").stdout == original
    assert run("pack", "-", stdin=original).stdout[1:4] == b"PCZ"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.safetensors", "out.pcz"], (
        "the spool is gone"
    )


def test_unbuffered_output_is_whole(packed: Path, weights: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "pycomp.cli", "cat", f"{packed}:embed.weight"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        time.sleep(0.3)  # let the pipe fill up
        assert process.stdout.read() == weights["embed.weight"][1].tobytes()


@posix
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_names_that_are_no_text(encoding: str, tmp_path: Path) -> None:
    """Listed on any terminal, moving nobody's cursor; whole where programs read them."""
    names = [b"broken \xff", b"clear\x1b[2J", b"new\nline", "ohne größe 模型".encode()]
    (tmp_path / "repo").mkdir()
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path / "repo") + b"/" + name)).touch()
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}

    def run(*args: str) -> bytes:
        command = [sys.executable, "-m", "pycomp.cli", *args]
        return subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment, check=True).stdout

    run("pack", "-q", "repo")
    assert b"\x1b" not in run("ls", "repo.pcz")
    lines = run("ls", "repo.pcz").decode(encoding).splitlines()
    assert [line.split("  ")[0] for line in lines[1:4]] == ["broken \\udcff", "clear\\x1b[2J", "new\\nline"]
    assert run("ls", "--names", "repo.pcz").startswith(b"\n".join(names[:3]) + b"\n")
    paths = [entry["path"] for entry in json.loads(run("ls", "--json", "repo.pcz"))["entries"]]
    assert [os.fsencode(path) for path in paths] == names


def test_a_folder_has_no_single_stream(folder: Path, run: Run) -> None:
    assert run("pack", "-q", folder).returncode == 0
    done = run("unpack", "repo.pcz", "-o", "-")
    assert done.returncode == 2
    assert b"folder" in done.stderr
    assert done.stdout == b""


def test_piped_garbage(tmp_path: Path, run: Run) -> None:
    for garbage in (b"", b"nothing of the kind"):
        done = run("unpack", "-", "-o", "back", stdin=garbage)
        assert done.returncode == 1
        assert done.stderr.startswith(b"pycomp: error: ")
        assert b"standard input" in done.stderr
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("option", ["-B", "-u"])
def test_broken_pipe(option: str, packed: Path, tmp_path: Path) -> None:
    # The reader takes one byte and leaves, while there is more to write than a pipe holds.
    command = [sys.executable, option, "-m", "pycomp.cli", "cat", f"{packed}:embed.weight"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        error = process.stderr.read()
    assert (process.returncode, error) == (141, b"")


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_permission(model: Path, run: Run) -> None:
    model.chmod(0)
    done = run("pack", model)
    assert done.returncode == 3
    assert b"Permission denied" in done.stderr


def test_unwritable_target(model: Path, tmp_path: Path, run: Run) -> None:
    done = run("pack", model, "-o", tmp_path / "no" / "where.pcz")
    assert done.returncode == 3
    assert b"no" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk(model: Path, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "pycomp.cli", "pack", str(model), "-o", "-"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60)
    assert done.returncode == 3
    assert b"No space left" in done.stderr


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_nothing(number: signal.Signals, code: int, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(1 << 20) * 256)
    command = [sys.executable, "-m", "pycomp.cli", "pack", "--level", "max", "--threads", "1", str(big)]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(
            number, signal.SIG_DFL
        ),  # which these tests may have inherited ignored
    ) as process:
        deadline = time.monotonic() + 30
        while len(list(tmp_path.iterdir())) < 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)  # until the temporary file is there
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["big.bin"], error
    assert process.returncode == code, error
    assert b"Traceback" not in error


@posix
def test_ignored_signals_stay_ignored(model: Path, tmp_path: Path) -> None:
    """A script's job in the background does not end with what runs in front."""
    code = (
        "import os, signal, sys; from pycomp import archive;"
        "from pycomp.cli import main; pack = archive.pack;"
        "archive.pack = lambda *a, **k: (os.kill(os.getpid(), signal.SIGINT), pack(*a, **k))[1];"
        "sys.argv = ['pycomp', 'pack', '-q', 'model.safetensors']; sys.exit(main())"
    )
    command = [sys.executable, "-c", code]
    for handler, expected in ((signal.SIG_IGN, 0), (signal.SIG_DFL, 130)):
        inherited = functools.partial(signal.signal, signal.SIGINT, handler)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, preexec_fn=inherited)
        assert done.returncode == expected, done.stderr
        (tmp_path / "model.safetensors.pcz").unlink(missing_ok=True)


@posix
def test_progress_bar_on_a_terminal(model: Path, tmp_path: Path) -> None:
    import pty

    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "pycomp.cli", "pack", "model.safetensors"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, stdout=terminal, stderr=terminal, cwd=tmp_path, env=environment)
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(controller, 4096)
        except OSError:  # Linux reports the end of a terminal so
            break
        if not piece:
            break
        shown += piece
    os.close(controller)
    assert process.wait(60) == 0
    text = shown.decode()
    assert "pack" in text
    assert "%" in text
    assert "/s, ETA " in text
    assert text.split("\r")[-2].startswith("\x1b[K") or "\x1b[K" in text, "the bar is wiped at the end"
    assert "model.safetensors.pcz: " in text


@posix
def test_no_bytes_on_a_terminal(packed: Path, tmp_path: Path) -> None:
    import pty

    for arguments in (
        ["cat", f"{packed}:norm"],
        ["unpack", str(packed), "-o", "-"],
        ["pack", "model.safetensors", "-o", "-"],
    ):
        controller, terminal = pty.openpty()
        command = [sys.executable, "-m", "pycomp.cli", *arguments]
        process = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60)
        os.close(terminal)
        os.close(controller)
        assert process.returncode == 2
        assert b"terminal" in process.stderr


def test_start_up_imports_little() -> None:
    """Building the command line loads neither numpy nor the codecs; the time it takes follows."""
    code = (
        "import sys; from pycomp.cli import build_parser; build_parser();"
        "print([m for m in sys.modules if m.split('.')[0] in ('numpy', 'rich', 'json')"
        " or m.startswith(('pycomp._native', 'pycomp.archive'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pycomp", "--version"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.startswith(b"pycomp ")


def test_version(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").stdout.decode().split() == ["pycomp", version("pycomp-codecs")]
