"""Folders: what is kept, what is skipped, and that nothing is ever written outside the target."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pycomp import archive
from pycomp.archive.paths import check_local, check_member
from pycomp.errors import CorruptError, PycompError, UnsupportedError


def snapshot(root: Path) -> dict[str, tuple[Any, ...]]:
    """Everything about a tree that an archiver should keep."""
    out: dict[str, tuple[Any, ...]] = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        content: Any = None
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            content = path.read_bytes()
        mode = None if path.is_symlink() else stat.S_IMODE(status.st_mode)
        out[str(path.relative_to(root))] = (stat.S_IFMT(status.st_mode), mode, status.st_mtime_ns, content)
    return out


@pytest.fixture
def tree(tmp_path: Path, model: Path) -> Path:
    root = tmp_path / "repo"
    (root / "empty").mkdir(parents=True)
    (root / "sub" / "deeper").mkdir(parents=True)
    (root / "sub" / "deeper" / "model.safetensors").write_bytes(model.read_bytes())
    (root / "sub" / "config.json").write_text('{"layers": 2}' * 50)
    (root / "empty file").write_bytes(b"")
    (root / "überschrift 模型 \N{ROCKET}").write_text("unicode")
    (root / os.fsdecode(b"not utf-8 \xff")).write_text("bytes")
    (root / "sub" / "link").symlink_to("deeper/model.safetensors")
    (root / "dangling").symlink_to("nowhere")
    (root / "linked folder").symlink_to("sub")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "secret").write_text("x")
    (root / "secret").chmod(0o400)
    os.utime(root / "sub" / "config.json", ns=(0, 1_111_111_111_000_000_001))
    os.utime(root / "secret", ns=(0, -5_000_000_000))
    (root / "sub" / "deeper").chmod(0o555)
    os.utime(root / "sub", ns=(0, 1_222_222_222_000_000_002))
    return root


@pytest.mark.parametrize("threads", [1, 3])
def test_round_trip(tree: Path, tmp_path: Path, threads: int) -> None:
    report = archive.pack(tree, threads=threads)
    assert (report.files, report.warnings) == (7, [])
    assert Path(report.dst) == tmp_path / "repo.pcz"
    unpacked = archive.unpack(report.dst, tmp_path / "out", threads=threads)
    assert (unpacked.files, unpacked.warnings) == (7, [])
    assert snapshot(tmp_path / "out") == snapshot(tree)
    with archive.open(report.dst) as opened:
        assert (opened.info().folders, opened.info().links) == (3, 3)
        assert opened.verify().ok
        assert opened.read("sub/config.json") == (tree / "sub/config.json").read_bytes()


def test_unpacking_again_replaces_files(tree: Path, tmp_path: Path) -> None:
    archive.pack(tree)
    out = tmp_path / "repo.out"
    archive.unpack(tmp_path / "repo.pcz", out)
    (out / "run.sh").write_text("changed")
    (out / "mine").write_text("stays")
    archive.unpack(tmp_path / "repo.pcz", out)  # where "deeper" is read-only by now
    assert stat.S_IMODE((out / "sub" / "deeper").stat().st_mode) == 0o555
    assert (out / "run.sh").read_text() == "#!/bin/sh\n"
    assert (out / "mine").read_text() == "stays"


def test_read_only_folders_stay_so_where_unpacking_fails(tree: Path, tmp_path: Path) -> None:
    archive.pack(tree)
    out = tmp_path / "repo.out"
    archive.unpack(tmp_path / "repo.pcz", out)

    def stop(done: int, total: int, label: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.unpack(tmp_path / "repo.pcz", out, progress=stop)
    assert stat.S_IMODE((out / "sub" / "deeper").stat().st_mode) == 0o555


def test_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    report = archive.pack(tmp_path / "nothing")
    assert (report.files, report.raw_bytes, report.ratio) == (0, 0, 0.0)
    archive.unpack(report.dst, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_within_its_folder_is_not_packed_into_itself(tree: Path) -> None:
    archive.pack(tree, tree / "self.pcz")
    archive.pack(tree, tree / "self.pcz")
    with archive.open(tree / "self.pcz") as opened:
        assert not [name for name in opened.files() if "self" in name or ".tmp" in name]


def test_what_is_no_file_is_skipped_with_a_note(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        here = os.getcwd()
        os.chdir(root)  # the name of a socket is short
        unix.bind("socket")
        os.chdir(here)
        report = archive.pack(root)
    assert [warning.split(":")[0] for warning in report.warnings] == ["pipe", "socket"]
    assert report.files == 0


def test_links_to_outside_are_kept_and_never_followed(tmp_path: Path) -> None:
    root = tmp_path / "snapshot"
    root.mkdir()
    blob = tmp_path / "blob"
    blob.write_text("content")
    (root / "config.json").symlink_to("../blob")
    (root / "self").symlink_to(".")
    report = archive.pack(root)
    assert "a link to outside the folder; its content is not packed" in report.warnings[0]
    out = tmp_path / "else" / "where"
    unpacked = archive.unpack(report.dst, out)
    assert "link to outside" in unpacked.warnings[0]
    assert os.readlink(out / "config.json") == "../blob"
    assert blob.read_text() == "content"
    report = archive.pack(root, dereference=True)
    assert (report.files, "link to a folder above" in report.warnings[0]) == (1, True)
    archive.unpack(report.dst, tmp_path / "solid")
    assert not (tmp_path / "solid" / "config.json").is_symlink()
    assert (tmp_path / "solid" / "config.json").read_text() == "content"


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", "a//x", "./x", "a/.", "..", "", "a/", "x\0y"],
)
def test_paths_that_lead_out_are_refused(
    tree: Path, tmp_path: Path, relabel: Callable[..., None], path: str
) -> None:
    archive.pack(tree)
    target = tmp_path / "repo.pcz"
    relabel(target, lambda index: index["entries"][-1].update(path=path))
    with pytest.raises(CorruptError, match="leads outside the folder"):
        archive.unpack(target, tmp_path / "out" / "deep")
    assert not (tmp_path / "out").exists()


def test_writing_through_a_link_of_the_archive_is_refused(
    tree: Path, tmp_path: Path, relabel: Callable[..., None]
) -> None:
    archive.pack(tree)
    target = tmp_path / "repo.pcz"

    def change(index: Any) -> None:
        link = next(entry for entry in index["entries"] if entry["kind"] == "link")
        link.update(path="trap", target=str(tmp_path))
        file = next(entry for entry in index["entries"] if entry["path"] == "run.sh")
        file.update(path="trap/run.sh")

    relabel(target, change)
    with pytest.raises(CorruptError, match="lies below 'trap', which is no folder"):
        archive.unpack(target, tmp_path / "out")
    assert not (tmp_path / "run.sh").exists()


def test_writing_through_a_link_that_was_there_is_refused(tree: Path, tmp_path: Path) -> None:
    archive.pack(tree)
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "sub").symlink_to(elsewhere)
    with pytest.raises(PycompError, match="is in the way"):
        archive.unpack(tmp_path / "repo.pcz", out)
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_a_files_place_is_replaced_not_followed(tree: Path, tmp_path: Path) -> None:
    archive.pack(tree)
    out, victim = tmp_path / "out", tmp_path / "victim"
    out.mkdir()
    victim.write_text("untouched")
    (out / "run.sh").symlink_to(victim)
    archive.unpack(tmp_path / "repo.pcz", out)
    assert victim.read_text() == "untouched"
    assert not (out / "run.sh").is_symlink()


@pytest.mark.parametrize("change", ["twice", "below a file"])
def test_entries_that_contradict_each_other(
    tree: Path, tmp_path: Path, relabel: Callable[..., None], change: str
) -> None:
    archive.pack(tree)
    new = {"twice": "run.sh", "below a file": "run.sh/x"}[change]
    relabel(tmp_path / "repo.pcz", lambda index: index["entries"][0].update(path=new))
    with pytest.raises(CorruptError):
        archive.open(tmp_path / "repo.pcz")


def test_set_user_id_is_not_handed_out(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("x")
    (tmp_path / "tool").chmod(0o4755)
    archive.pack(tmp_path / "tool")
    archive.unpack(tmp_path / "tool.pcz", tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


@pytest.mark.parametrize("name", ["c:/x", "a\\b", "aux", "NUL.txt", "x.", "x ", "a<b", "tab\t", "d/com1"])
def test_names_that_windows_reads_differently(name: str) -> None:
    check_local(name, windows=False)
    check_member(name)
    with pytest.raises(UnsupportedError, match="Windows"):
        check_local(name, windows=True)


@pytest.mark.parametrize("change", [{"path": "half a \ud83d pair"}, {"kind": "link", "target": "to \ud83d"}])
def test_names_that_no_system_has(
    tree: Path, tmp_path: Path, relabel: Callable[..., None], change: dict[str, str]
) -> None:
    archive.pack(tree)
    relabel(tmp_path / "repo.pcz", lambda index: index["entries"][-1].update(change))
    with pytest.raises(UnsupportedError, match="this system cannot hold"):
        archive.unpack(tmp_path / "repo.pcz", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_to_a_stream_is_refused(tree: Path, tmp_path: Path) -> None:
    archive.pack(tree)
    with (tmp_path / "x").open("wb") as file, pytest.raises(ValueError, match="holds a folder"):
        archive.unpack(tmp_path / "repo.pcz", file)


def test_order_of_listing_does_not_matter(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.pack(tree, tmp_path / "a.pcz")
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listdir(path)[::-1])
    archive.pack(tree, tmp_path / "b.pcz")
    assert (tmp_path / "a.pcz").read_bytes() == (tmp_path / "b.pcz").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="needs working folders deeper than a path may be")
def test_folders_within_folders_within_folders(deep_path: Path) -> None:
    """Deeper than Python recurses, and as deep as paths go; beyond that the system refuses."""
    here = os.getcwd()
    os.chdir(deep_path)
    try:
        os.mkdir("root")
        os.chdir("root")
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        Path("file").write_text("deep down")
        os.chdir(deep_path)
        archive.pack("root")
        archive.unpack("root.pcz", "back")
        assert (Path("back") / "/".join("d" * 1500) / "file").read_text() == "deep down"
    finally:
        os.chdir(here)
