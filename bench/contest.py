"""Contenders that take turns: what the side-by-side tables of array functions have in common.

All contenders of a job run in one process on the same data, round after round, each keeping its best time;
times are the process's CPU time for one thread, since machines are shared, and wall time for several. Each
turn begins with a run off the clock: what the contender before left of the caches and of the allocator's
memory (which new results may get back from, or have to ask the system for, page by page) is not its doing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import record

# What a turn takes at least: shorter runs are repeated within it. Runs longer than LONG have one turn only.
TURN, LONG = 0.002, 1.0


@dataclass(frozen=True)
class Task:
    """One contender at one job: `run` does `size` bytes, or one of what the unit counts."""

    input: str
    coder: str
    setting: str
    run: Callable[[], Any]
    size: int
    threads: int = 1
    unit: str = "MB/s"

    def rate(self, seconds: float) -> float:
        return self.size / seconds / (1e6 if self.unit == "MB/s" else 1)


def measure(tasks: list[Task], rounds: int) -> list[float]:
    """The best time of each task, all taking turns."""
    best = [float("inf")] * len(tasks)
    for turn in range(rounds):
        for number, task in enumerate(tasks):
            if turn and best[number] > LONG:
                continue
            task.run()
            clock = time.process_time if task.threads == 1 else time.perf_counter
            runs, spent, begin = 0, 0.0, clock()
            while spent < TURN:
                task.run()
                runs, spent = runs + 1, clock() - begin
            best[number] = min(best[number], spent / runs)
    return best


PACKAGES = {"pycomp": "pycomp-codecs", "pywt": "PyWavelets", "skvideo": "scikit-video"}  # named otherwise


def version(coder: str) -> str:
    """Of the package; what comes with Python has Python's."""
    try:
        return importlib.metadata.version(PACKAGES.get(coder, coder))
    except importlib.metadata.PackageNotFoundError:
        return platform.python_version()


def main(kind: str, jobs: Mapping[str, Callable[[], Iterator[list[Task]]]], doc: str | None) -> int:
    """The command line of a table: measures the jobs and writes bench/results/KIND-MACHINE.csv."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", default=",".join(jobs))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--machine", help="name of the result file (default: made from the CPU's)")
    parser.add_argument("--dry", action="store_true", help="only print")
    args = parser.parse_args()

    context = {**record.context(), "tier": os.environ.get("PYCOMP_ISA", "best")}
    table: list[dict[str, object]] = []
    for job in args.jobs.split(","):
        for tasks in jobs[job]():
            for task, seconds in zip(tasks, measure(tasks, args.rounds), strict=True):
                rate = task.rate(seconds)
                table.append({
                    **context, "job": job, "input": task.input, "coder": task.coder, "setting": task.setting,
                    "version": version(task.coder), "threads": task.threads, "rate": round(rate, 2),
                    "unit": task.unit,
                })  # fmt: skip
                what = f"{job:8} {task.input:30} {task.coder:7} {task.setting:32} x{task.threads}"
                print(f"{what} {rate:9.1f} {task.unit}", flush=True)
    if not args.dry:
        record.write(kind, table, args.machine)
    return 0
