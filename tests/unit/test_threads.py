"""The number of usable cores, from made-up control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pycomp import _threads


@pytest.fixture
def system(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "fs").mkdir()
    return tmp_path / "cgroup", tmp_path / "fs"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_no_control_groups(system: tuple[Path, Path]) -> None:
    assert _threads.cgroup_cores(*system) is None


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", None), ("150000 100000", 1.5), ("50000 100000", 0.5), ("nonsense", None), ("1 0", None)],
)
def test_version_2(system: tuple[Path, Path], text: str, cores: float | None) -> None:
    proc, mount = system
    proc.write_text("0::/user/job\n")
    put(mount / "user" / "job" / "cpu.max", text + "\n")
    assert _threads.cgroup_cores(proc, mount) == cores


def test_the_tightest_level_binds(system: tuple[Path, Path]) -> None:
    proc, mount = system
    proc.write_text("0::/a/b/c\n")
    put(mount / "a" / "b" / "c" / "cpu.max", "max 100000\n")
    put(mount / "a" / "b" / "cpu.max", "400000 100000\n")
    put(mount / "a" / "cpu.max", "300000 100000\n")
    put(mount / "cpu.max", "800000 100000\n")
    assert _threads.cgroup_cores(proc, mount) == 3


@pytest.mark.parametrize("folder", ["cpu", "cpu,cpuacct"])
def test_version_1(system: tuple[Path, Path], folder: str) -> None:
    proc, mount = system
    proc.write_text("5:memory:/x\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n")
    put(mount / folder / "docker" / "abc" / "cpu.cfs_quota_us", "250000\n")
    put(mount / folder / "docker" / "abc" / "cpu.cfs_period_us", "100000\n")
    put(mount / folder / "cpu.cfs_quota_us", "-1\n")
    put(mount / folder / "cpu.cfs_period_us", "100000\n")
    assert _threads.cgroup_cores(proc, mount) == 2.5


def test_usable_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    for quota, want in ((None, 8), (2.5, 3), (0.1, 1), (16.0, 8)):
        monkeypatch.setattr(_threads, "cgroup_cores", lambda quota=quota: quota)
        assert _threads.usable_cores() == want
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    monkeypatch.setattr(_threads, "cgroup_cores", lambda: None)
    assert _threads.usable_cores() == 1


def test_resolve() -> None:
    assert _threads.resolve(None) == _threads.usable_cores()
    assert _threads.resolve(7) == 7
    with pytest.raises(ValueError, match="at least 1"):
        _threads.resolve(0)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_one_ahead(threads: int) -> None:
    running: list[int] = []

    def double(x: int) -> int:
        running.append(x)
        if x == 7:
            raise KeyError(x)
        return 2 * x

    assert list(_threads.one_ahead(double, [], threads)) == []
    assert list(_threads.one_ahead(double, range(5), threads)) == [0, 2, 4, 6, 8]
    assert running == list(range(5))
    results = _threads.one_ahead(double, [6, 7, 8], threads)
    assert next(results) == 12
    with pytest.raises(KeyError):
        next(results)
    given_up = _threads.one_ahead(double, [1, 2, 3], threads)
    next(given_up)
    given_up.close()  # what was begun has ended by now, and nothing more will begin
    assert running[-1] == (1 if threads == 1 else 2)


def test_groups_are_of_some_size_and_begin_with_the_largest() -> None:
    sizes = [5, 9 << 20, 1, 20 << 20, 3 << 20, 0]
    found = list(_threads.groups([(i, f"item {i}", size) for i, size in enumerate(sizes)], threads=2))
    assert [[i for i, _ in group] for group in found] == [[3], [1, 4, 0, 2, 5]]
    assert found[1][1] == (4, "item 4")
    assert list(_threads.groups([], threads=1)) == []
    assert _threads.fills_threads(16 << 20, 2)
    assert not _threads.fills_threads(16 << 20, 3)
