"""Progress on standard error: a bar that redraws itself on a terminal, now and then a line elsewhere.

Written on the standard library alone: a progress package would cost more start-up time than most jobs
take. The bar redraws at most ten times a second; a log gets a line per tenth of the job, at most one a
second, so that short jobs write none.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from pycomp.cli._common import duration, human, received

REDRAW_SECONDS = 0.1
LINE_SECONDS = 1.0
LINES = 10  # of a whole job in a log, at most
BAR_CELLS = 24
EIGHTHS = " ▏▎▍▌▋▊▉█"


class Progress:
    r"""Call it with ``(done_bytes, total_bytes, label)``; use it as a context manager, so the bar is wiped.

    >>> import io
    >>> log, ticks = io.StringIO(), iter([0.0, 2.0])
    >>> with Progress("pack", stream=log, clock=lambda: next(ticks)) as progress:
    ...     progress(50_000_000, 200_000_000, "layer.0")
    >>> log.getvalue()
    'pack: 25% of 200 MB, 25.0 MB/s, 6 s left\n'
    """

    def __init__(
        self,
        verb: str,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verb = verb
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._quiet = quiet
        self._bar = not quiet and self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._started = self._drawn = clock()
        self._share = 0.0
        self._shown = False
        encoding = getattr(self._stream, "encoding", None) or "ascii"
        self._cells = EIGHTHS if "utf" in encoding.lower() else " #"

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, done: int, total: int, label: str = "") -> None:
        if received:
            raise KeyboardInterrupt
        if self._quiet:
            return
        now = self._clock()
        share = min(done / total, 1.0) if total else 1.0
        waited = now - self._drawn
        if self._bar:
            if waited >= REDRAW_SECONDS or not self._shown:
                self._drawn = now
                self._draw(done, total, share, now, label)
        elif waited >= LINE_SECONDS and int(LINES * share) > int(LINES * self._share):
            self._drawn, self._share = now, share
            rate, left = self._pace(done, total, now)
            self._stream.write(f"{self._verb}: {share:.0%} of {human(total)}, {rate}, {left} left\n")
            self._stream.flush()

    def _pace(self, done: int, total: int, now: float) -> tuple[str, str]:
        elapsed = max(now - self._started, 1e-6)
        rate = done / elapsed
        return f"{human(rate)}/s", duration((total - done) / rate) if rate else "?"

    def _draw(self, done: int, total: int, share: float, now: float, label: str) -> None:
        rate, left = self._pace(done, total, now)
        last = len(self._cells) - 1
        filled = int(share * BAR_CELLS * last)
        bar = self._cells[last] * (filled // last)
        if filled % last:
            bar += self._cells[filled % last]
        text = f"{self._verb} {share:4.0%} |{bar:<{BAR_CELLS}}| "
        text += f"{human(done)} of {human(total)}, {rate}, ETA {left}"
        room = shutil.get_terminal_size().columns - 1
        if label and room - len(text) > 8:
            text += "  " + label[-(room - len(text) - 2) :]
        self._stream.write("\r" + text[:room] + "\x1b[K")
        self._stream.flush()
        self._shown = True


class Steps:
    """Which of a row of steps is running, on a terminal; silent elsewhere: a log needs no steps."""

    def __init__(self, verb: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._verb = verb
        self._stream = sys.stderr if stream is None else stream
        self._active = not quiet and self._stream.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Steps:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._active:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, step: int, steps: int, label: str) -> None:
        if self._active:
            self._stream.write(f"\r{self._verb} {step + 1}/{steps} {label}\x1b[K")
            self._stream.flush()
