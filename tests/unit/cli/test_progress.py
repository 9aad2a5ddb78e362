"""Progress: a bar on a terminal, sparse lines in a log, nothing when quiet."""

from __future__ import annotations

import io

import pytest

from pycomp.cli._progress import Progress, Steps


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return Clock()


def test_bar(clock: Clock) -> None:
    screen = Terminal()
    with Progress("pack", stream=screen, clock=clock) as progress:
        clock.now = 1.0
        progress(25_000_000, 100_000_000, "layer.0.weight")
        clock.now = 1.01
        progress(26_000_000, 100_000_000, "layer.0.weight")  # too soon to redraw
        clock.now = 2.0
        progress(100_000_000, 100_000_000, "layer.1.weight")
    first, second, wipe = screen.getvalue().split("\r")[1:]
    assert first.startswith("pack  25% |██████ ")
    assert "25.0 MB of 100 MB, 25.0 MB/s, ETA 3 s  layer.0.weight" in first
    assert second.startswith("pack 100% |" + "█" * 24 + "|")
    assert wipe == "\x1b[K"
    assert all(len(line.removesuffix("\x1b[K")) < 100 for line in (first, second))


def test_narrow_terminal(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    screen = Terminal()
    with Progress("pack", stream=screen, clock=clock) as progress:
        progress(1, 2, "x" * 100)
    assert len(screen.getvalue().split("\r")[1].removesuffix("\x1b[K")) == 29


def test_ascii_terminal(clock: Clock) -> None:
    screen = Terminal()
    screen.encoding = "ascii"  # type: ignore[assignment]
    with Progress("pack", stream=screen, clock=clock) as progress:
        progress(1, 2, "")
    assert screen.getvalue().isascii()


def test_lines(clock: Clock) -> None:
    log = io.StringIO()
    with Progress("pack", stream=log, clock=clock) as progress:
        for step in range(1, 101):
            clock.now = step / 10
            progress(step, 100, "")
    lines = log.getvalue().splitlines()
    assert len(lines) == 10, "one for each tenth"
    assert lines[0] == "pack: 10% of 100 B, 10 B/s, 9 s left"
    assert "\r" not in log.getvalue()


def test_short_jobs_write_no_lines(clock: Clock) -> None:
    log = io.StringIO()
    with Progress("pack", stream=log, clock=clock) as progress:
        clock.now = 0.5
        progress(1, 1, "")
    assert log.getvalue() == ""


def test_dumb_terminal_gets_lines(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Terminal()
    with Progress("pack", stream=screen, clock=clock) as progress:
        clock.now = 2.0
        progress(1, 2, "")
    assert screen.getvalue().count("\n") == 1
    assert "\r" not in screen.getvalue()


def test_quiet(clock: Clock) -> None:
    screen = Terminal()
    with Progress("pack", quiet=True, stream=screen, clock=clock) as progress:
        progress(1, 2, "")
    with Steps("bench", quiet=True, stream=screen) as steps:
        steps(0, 3, "zstd")
    assert screen.getvalue() == ""


def test_empty_job_and_steps(clock: Clock) -> None:
    screen = Terminal()
    with Progress("pack", stream=screen, clock=clock) as progress:
        progress(0, 0, "")
    with Steps("bench", stream=screen) as steps:
        steps(0, 3, "zstd")
    assert "100%" in screen.getvalue()
    assert "bench 1/3 zstd" in screen.getvalue()
