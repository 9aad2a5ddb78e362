"""Contenders that take turns: what the side-by-side tables of array functions have in common.

All contenders of a job run in one process on the same data, round after round, each keeping its best time;
times are the process's CPU time where all use one thread, since machines are shared, else wall time.
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


@dataclass(frozen=True)
class Task:
    """One contender at one job: `samples` numbers of `item` bytes go through `run`."""

    input: str
    coder: str
    setting: str
    run: Callable[[], Any]
    samples: int
    item: int
    threads: int = 1


def measure(tasks: list[Task], rounds: int) -> list[float]:
    """The best time of each task, all taking turns."""
    clock = time.process_time if all(task.threads == 1 for task in tasks) else time.perf_counter
    best = [float("inf")] * len(tasks)
    for _ in range(rounds):
        for number, task in enumerate(tasks):
            begin = clock()
            task.run()
            best[number] = min(best[number], clock() - begin)
    return best


def version(coder: str) -> str:
    """Of the package of that name; what comes with Python has Python's."""
    try:
        return importlib.metadata.version("pycomp-codecs" if coder == "pycomp" else coder)
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
                rate = task.samples / seconds / 1e6
                table.append({
                    **context, "job": job, "input": task.input, "coder": task.coder, "setting": task.setting,
                    "version": version(task.coder), "threads": task.threads, "msamples_s": round(rate, 1),
                    "mb_s": round(rate * task.item, 1),
                })  # fmt: skip
                what = f"{job:8} {task.input:20} {task.coder:7} {task.setting:32} x{task.threads}"
                print(f"{what} {rate:9.1f} Msample/s {rate * task.item:9.1f} MB/s", flush=True)
    if not args.dry:
        record.write(kind, table, args.machine)
    return 0
