"""Full disks, missing permissions, interruptions, changing files: an error, and nothing left behind."""

from __future__ import annotations

import errno
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pycomp import archive
from pycomp.archive import files
from pycomp.archive.files import AtomicFile
from pycomp.errors import PycompError

ROOT = getattr(os, "geteuid", lambda: 1)() == 0


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".tmp"))


@pytest.mark.parametrize("after", [0, 1, 2])
def test_disk_full_while_packing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    write, calls = os.write, []

    def full(fd: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data)

    (tmp_path / "old.pcz").write_text("old")
    monkeypatch.setattr(files.os, "write", full)
    with pytest.raises(OSError, match=r"No space left.*old\.pcz") as caught:
        archive.pack(model, tmp_path / "old.pcz", threads=2)
    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / "old.pcz").read_text() == "old"
    assert leftovers(tmp_path) == []


def test_disk_full_while_unpacking(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "pwrite", full)
    for threads in (1, 3):
        with pytest.raises(OSError, match=r"No space left.*back"):
            archive.unpack(packed, tmp_path / "back", threads=threads)
    assert not (tmp_path / "back").exists()
    assert leftovers(tmp_path) == []


def test_too_little_room_for_a_folder(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo").mkdir()
    shutil.copy(model, tmp_path / "repo")
    archive.pack(tmp_path / "repo")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(OSError, match="bytes are needed, 1000 are free"):
        archive.unpack(tmp_path / "repo.pcz", tmp_path / "new" / "out")
    assert not (tmp_path / "new").exists()


def test_too_little_room_is_told_early(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(OSError, match="bytes are needed, 1000 are free") as caught:
        archive.unpack(packed, tmp_path / "back")
    assert caught.value.errno == errno.ENOSPC
    assert not (tmp_path / "back").exists()


@pytest.mark.thread_unsafe
def test_file_size_limit(model: Path, packed: Path, tmp_path: Path) -> None:
    """A limit that the system itself enforces, in another process."""
    code = """
        import resource, signal, sys
        from pycomp import archive
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        for run, source in ((archive.pack, sys.argv[1]), (archive.unpack, sys.argv[2])):
            try:
                run(source, sys.argv[3])
            except OSError as error:
                print(error.errno, error.filename)
    """
    out = run_python(code, model, packed, tmp_path / "new")
    assert out.split("\n")[:2] == [f"{errno.EFBIG} {tmp_path / 'new'}"] * 2
    assert not (tmp_path / "new").exists()
    assert leftovers(tmp_path) == []


def run_python(code: str, *arguments: object, timeout: int = 100) -> str:
    """Run code in a fresh interpreter that finds the same pycomp; returns what it printed."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(ROOT, reason="permissions do not bind the superuser")
def test_missing_permissions(model: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    with pytest.raises(PermissionError, match="locked"):
        archive.pack(model, locked / "x.pcz")
    model.chmod(0)
    with pytest.raises(PermissionError, match=r"model\.safetensors"):
        archive.pack(model, tmp_path / "x.pcz")
    assert not (tmp_path / "x.pcz").exists()


def test_refused_by_the_system(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int, mode: int = 0o777) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(files.os, "open", refuse)
    with pytest.raises(PermissionError, match=r"x\.pcz'$"):
        archive.pack(model, tmp_path / "x.pcz")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_files_that_do_not_say_how_large_they_are(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"does not say how large it is.*/proc/self/status"):
        archive.pack("/proc/self/status", tmp_path / "x.pcz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_archive(model: Path, tmp_path: Path) -> None:
    """It is refused, rather than waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="cannot be read from its end"):
        archive.open(tmp_path / "pipe")
    for source, base in ((tmp_path / "pipe", None), (model, tmp_path / "pipe")):
        with pytest.raises(OSError, match=r"neither a file nor a folder.*pipe"):
            archive.pack(source, tmp_path / "x.pcz", base=base)


def test_missing_target_folder(model: Path, packed: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/x\.pcz"):
        archive.pack(model, tmp_path / "nowhere" / "x.pcz")
    with pytest.raises(FileNotFoundError, match="nowhere/x"):
        archive.unpack(packed, tmp_path / "nowhere" / "x")


@pytest.mark.parametrize("threads", [1, 3])
def test_interrupted_in_the_middle(packed: Path, model: Path, tmp_path: Path, threads: int) -> None:
    def stop(done: int, total: int, label: str) -> None:
        if done > total // 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.pack(model, tmp_path / "new.pcz", threads=threads, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        archive.unpack(packed, tmp_path / "back", threads=threads, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == [model.name, packed.name]


def test_interrupted_as_the_file_appears(
    packed: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just made, and nobody has its descriptor yet; or about to be handed to who will remove it."""
    real, enter = os.open, AtomicFile.__enter__

    def opening(path: Any, *args: Any, **options: Any) -> int:
        fd = real(path, *args, **options)
        if str(path).endswith(".tmp"):
            os.close(fd)
            raise KeyboardInterrupt
        return fd

    def entering(file: AtomicFile) -> AtomicFile:
        enter(file)
        raise KeyboardInterrupt

    with monkeypatch.context() as patches:
        patches.setattr(os, "open", opening)
        with pytest.raises(KeyboardInterrupt):
            archive.pack(model, tmp_path / "new.pcz")
        with pytest.raises(KeyboardInterrupt):
            archive.unpack(packed, tmp_path / "back")
    with monkeypatch.context() as patches:
        patches.setattr(AtomicFile, "__enter__", entering)
        with pytest.raises(KeyboardInterrupt):
            archive.pack(model, tmp_path / "new.pcz")
    assert sorted(path.name for path in tmp_path.iterdir()) == [model.name, packed.name]


def test_signal_while_packing(tmp_path: Path) -> None:
    """Ctrl-C for real, in another process."""
    (tmp_path / "noise").write_bytes(os.urandom(64 << 20))
    code = """
        import os, signal, sys
        from pycomp import archive
        signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background inherit none
        told = []
        def progress(done, total, label):
            if not told:
                told.append(done)
                os.kill(os.getpid(), signal.SIGINT)
        try:
            archive.pack(sys.argv[1], progress=progress, level="fast")
        except KeyboardInterrupt:
            print("stopped")
    """
    assert run_python(code, tmp_path / "noise") == "stopped\n"
    assert [path.name for path in tmp_path.iterdir()] == ["noise"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
def test_killed_while_packing(tmp_path: Path) -> None:
    """Even then there is nothing under the archive's own name."""
    (tmp_path / "noise").write_bytes(os.urandom(32 << 20))
    code = """
        import os, signal, sys
        from pycomp import archive
        if os.fork() == 0:
            archive.pack(sys.argv[1], threads=1, progress=lambda *told: os.kill(os.getpid(), signal.SIGKILL))
        os.wait()
    """
    run_python(code, tmp_path / "noise")
    assert not (tmp_path / "noise.pcz").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
@pytest.mark.parametrize("verb", ["pack", "unpack"])
@pytest.mark.parametrize("old", [False, True])
def test_killed_at_every_step(model: Path, packed: Path, tmp_path: Path, verb: str, old: bool) -> None:
    """Before each call to the system in turn: the target is what it was, or whole."""
    code = """
        import os, shutil, signal, sys
        from pycomp import archive
        from pycomp.archive import files
        verb, source, target, old = sys.argv[1:]
        steps = "open write pwrite ftruncate fchmod utime fsync close replace unlink".split()

        class Counting:
            def __init__(self, left):
                self.left = left
            def __getattr__(self, name):
                call = getattr(os, name)
                if name not in steps:
                    return call
                def run(*args, **more):
                    if not self.left:
                        os.kill(os.getpid(), signal.SIGKILL)
                    self.left -= 1
                    return call(*args, **more)
                return run

        for left in range(1000):
            if os.path.exists(target):
                os.unlink(target)
            if old:
                shutil.copy(old, target)
            child = os.fork()
            if child == 0:
                files.os = Counting(left)
                getattr(archive, verb)(source, target, threads=1)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            found = open(target, "rb").read() if os.path.exists(target) else b"none"
            print(left, status, len(found), hash(found))
            if status == 0:
                break
    """
    source, target = (model, tmp_path / "new.pcz") if verb == "pack" else (packed, tmp_path / "new")
    out = run_python(code, verb, source, target, packed if old and verb == "pack" else model if old else "")
    states = [line.split() for line in out.splitlines()]
    assert len(states) > 8
    assert states[-1][1] == "0"
    whole, before = states[-1][2:], states[0][2:]
    content = (packed if verb == "pack" else model).read_bytes()
    assert target.read_bytes() == content
    assert all(state[2:] in (before, whole) for state in states)
    assert all(name.startswith(".new") for name in leftovers(tmp_path))


def test_a_file_that_changes_while_it_is_packed(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    for k in range(3):
        (root / f"{k}").write_bytes(bytes([k]) * 100_000)

    def touch(done: int, total: int, label: str) -> None:
        (root / "1").write_bytes(b"new")

    with pytest.raises(PycompError, match="changed while it was being packed"):
        archive.pack(root, threads=1, progress=touch)
    assert not (tmp_path / "r.pcz").exists()
    assert leftovers(tmp_path) == []


def test_a_stream_that_fails(model: Path) -> None:
    class Broken(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    with pytest.raises(BrokenPipeError):
        archive.pack(model, Broken())  # type: ignore[arg-type]


def test_short_writes_are_continued(model: Path, packed: Path) -> None:
    class Short(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            return super().write(data[:1000])

    sink = Short()
    archive.pack(model, sink)
    assert sink.getvalue() == packed.read_bytes()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
@pytest.mark.parametrize("threads", [1, 4])
def test_memory_stays_bounded(
    tmp_path: Path, image: Callable[..., bytes], make_weights: Callable[..., bytes], threads: int
) -> None:
    """Packing and unpacking 256 MB of weights and bytes takes less than 64 MiB and a chunk a thread more."""
    block = make_weights(4 << 20, "BF16")  # 8 MiB
    tensors = {}
    for k in range(4):  # one large and four middling tensors of each, all different
        mixed = bytes([k]) + block[1:]
        tensors[f"large{k}"] = ("BF16", [4 << 10, 4 << 10], mixed * 4)
        for j in range(4):
            tensors[f"part{k}.{j}"] = ("BF16", [2 << 10, 2 << 10], bytes([k, j]) + block[2:])
    path = tmp_path / "big.safetensors"
    path.write_bytes(image(tensors))
    code = """
        import sys
        from pycomp import archive
        import numpy
        def peak():
            with open("/proc/self/status") as file:
                return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))
        archive.pack(sys.argv[2], sys.argv[3], threads=int(sys.argv[4]))  # so that all is imported
        archive.unpack(sys.argv[3], sys.argv[3] + ".out")
        before = peak()
        archive.pack(sys.argv[1], sys.argv[3], threads=int(sys.argv[4]), level="fast")
        packing = peak() - before
        archive.unpack(sys.argv[3], sys.argv[3] + ".out", threads=int(sys.argv[4]))
        print(packing, peak() - before)
    """
    (tmp_path / "little").write_bytes(image({"t": ("BF16", [64, 64], block[:8192])}))
    out = run_python(code, path, tmp_path / "little", tmp_path / "x.pcz", threads)
    packing, both = map(int, out.split())
    # The largest tensor is mapped while it is analysed, and a map's pages count here.
    mapped, chunk = 32 << 20, 2 << 20
    assert packing < (64 << 20) + threads * chunk + mapped
    assert both < (64 << 20) + threads * chunk + mapped
    assert (tmp_path / "x.pcz.out").stat().st_size == path.stat().st_size


def test_no_descriptors_leak(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    for k in range(300):
        (root / f"{k}").write_bytes(bytes([k % 256]) * (k + 100))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 90, hard))
    try:
        for _ in range(2):
            archive.pack(root, threads=2)
            archive.unpack(tmp_path / "r.pcz", tmp_path / "out", threads=2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(list((tmp_path / "out").iterdir())) == 300
