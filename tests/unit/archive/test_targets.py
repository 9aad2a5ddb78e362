"""Where ``pack`` and ``unpack`` write: through links, to devices and pipes, and never over what they read."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from pycomp import archive
from pycomp.errors import OverlapError

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@posix
def test_a_link_keeps_pointing_where_it_did(model: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    for name, real in (("packed", "packed.pcz"), ("back", "model")):
        (tmp_path / name).symlink_to(f"disk/{real}")  # which is not there yet
    for _ in range(2):
        assert archive.pack(model, tmp_path / "packed").dst == str(tmp_path / "packed")
        archive.unpack(tmp_path / "packed", tmp_path / "back")
        assert os.readlink(tmp_path / "packed") == "disk/packed.pcz"
        assert os.readlink(tmp_path / "back") == "disk/model"
        assert (tmp_path / "disk" / "model").read_bytes() == model.read_bytes()
    assert sorted(os.listdir(tmp_path / "disk")) == ["model", "packed.pcz"]


def test_a_slash_at_the_end_means_a_folder(model: Path, packed: Path, tmp_path: Path) -> None:
    for work in (archive.pack, archive.unpack):
        with pytest.raises(NotADirectoryError, match="no such folder"):
            work(model if work is archive.pack else packed, f"{tmp_path}/new/")
    assert not (tmp_path / "new").exists()
    (tmp_path / "new").mkdir()
    archive.unpack(packed, f"{tmp_path}/new/")
    assert (tmp_path / "new" / model.name).read_bytes() == model.read_bytes()


def test_names_that_cannot_be_taken_are_told_first(model: Path, packed: Path, tmp_path: Path) -> None:
    def never(done: int, total: int, label: str) -> None:
        raise AssertionError("something was written")

    long = model.rename(tmp_path / ("x" * 255))  # and there is no room for .pcz
    with pytest.raises(OSError, match=r"name too long.*xxx\.pcz"):
        archive.pack(long, progress=never)
    (tmp_path / "repo").mkdir()
    long.rename(tmp_path / "repo" / "model")
    archive.pack(tmp_path / "repo")
    (tmp_path / "out" / "model").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match="out/model"):
        archive.unpack(tmp_path / "repo.pcz", tmp_path / "out", progress=never)
    assert os.listdir(tmp_path / "out" / "model") == []


@posix
def test_devices_are_written_to(model: Path, packed: Path, tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to(os.devnull)
    before = os.stat(os.devnull)
    for target in (os.devnull, tmp_path / "null"):
        assert archive.pack(model, target).packed_bytes == packed.stat().st_size
        archive.unpack(packed, target)
    after = os.stat(os.devnull)
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


@posix
def test_pipes_by_name(model: Path, packed: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for work, expected in (
        (lambda: archive.pack(model, pipe), packed.read_bytes()),
        (lambda: archive.unpack(packed, pipe), model.read_bytes()),
    ):
        writing = threading.Thread(target=work)
        writing.start()
        assert pipe.read_bytes() == expected
        writing.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_archive_does_not_replace_what_it_is_made_of(model: Path, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    config = root / "config.json"
    config.write_text("{}")
    (tmp_path / "link").symlink_to(config)
    for target in (config, tmp_path / "link", root / ".." / "repo" / "config.json"):
        with pytest.raises(OverlapError, match="which is to be packed"):
            archive.pack(root, target)
        with pytest.raises(OverlapError, match="over"):
            archive.pack(config, target)
    assert config.read_text() == "{}"
    archive.pack(root, root / "repo.pcz")
    archive.pack(root, root / "repo.pcz")  # the older archive is none of its parts
    archive.pack(root, root / "new.pcz")
    with archive.open(root / "new.pcz") as opened:
        assert opened.files() == ["config.json", "repo.pcz"]


def test_unpacking_does_not_replace_the_archive(model: Path, packed: Path, tmp_path: Path) -> None:
    before = packed.read_bytes()
    (tmp_path / "link").symlink_to(packed)
    for target in (packed, tmp_path / "link"):
        with pytest.raises(OverlapError, match="over itself"):
            archive.unpack(packed, target)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "m").write_text("m")
    archive.pack(root, tmp_path / "m")
    with pytest.raises(OverlapError, match="over itself"):
        archive.unpack(tmp_path / "m", tmp_path)
    assert packed.read_bytes() == before
    with archive.open(tmp_path / "m") as opened:
        assert opened.read("m") == b"m"
