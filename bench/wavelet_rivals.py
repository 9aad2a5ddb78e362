"""The side-by-side table of wavelets, differences and shuffles: pycomp beside PyWavelets and a copy.

All contenders of a job run in one process on the same data and take turns, each keeping its best of N; times
are the process's CPU time for one thread, wall time for two. One CSV in bench/results.

    python bench/wavelet_rivals.py            # about two minutes
    python bench/wavelet_rivals.py --rounds 3 --dry
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import record  # noqa: E402

from pycomp import transforms  # noqa: E402
from pycomp._native import arch  # noqa: E402

Run = tuple[str, str, int, Callable[[], Any]]  # coder, setting, threads, what runs


def _wavelets() -> Iterator[tuple[str, int, list[Run]]]:
    import pywt

    image = np.random.default_rng(0).standard_normal((2048, 2048)).astype(np.float32)
    for name in ("haar", "bior2.2", "bior4.4", "db4", "db8"):
        coeffs = pywt.wavedec2(image, name, level=4)
        runs: list[Run] = []
        for verb, data in (("wavedec2", image), ("waverec2", coeffs)):
            options: dict[str, Any] = {"level": 4} if verb == "wavedec2" else {}
            ours, theirs = getattr(transforms, verb), getattr(pywt, verb)
            runs.append(("pywt", verb, 1, partial(theirs, data, name, **options)))
            for threads in (1, 2):
                more = {**options, "threads": threads}
                runs.append(("pycomp", verb, threads, partial(ours, data, name, **more)))
        yield f"2048x2048 f32 {name} 4 levels", image.nbytes, runs


def _lifting() -> Iterator[tuple[str, int, list[Run]]]:
    for dtype in ("u1", "i2", "i4"):
        image = np.random.default_rng(0).integers(0, 200, (2048, 2048)).astype(dtype)
        coeffs, target = transforms.lift53(image, 4), image.copy()
        yield f"2048x2048 {dtype} 5/3 4 levels", image.nbytes, [
            ("numpy", "copyto", 1, partial(np.copyto, target, image)),
            ("pycomp", "lift53", 1, partial(transforms.lift53, image, 4)),
            ("pycomp", "unlift53", 1, partial(transforms.unlift53, coeffs)),
        ]  # fmt: skip


def _streams() -> Iterator[tuple[str, int, list[Run]]]:
    for size in (1 << 20, 1 << 26):
        for dtype in ("u1", "i2", "i4", "i8"):
            x = np.random.default_rng(0).integers(0, 256, size, np.uint8).view(dtype)
            y, u, planes = np.zeros_like(x), np.zeros_like(x.view(f"u{x.itemsize}")), np.zeros(size, np.uint8)
            shuffled = transforms.shuffle(x)
            yield f"{size >> 20} MiB {dtype}", size, [
                ("numpy", "copyto", 1, partial(np.copyto, y, x)),
                ("pycomp", "delta", 1, partial(transforms.delta, x, out=y)),
                ("pycomp", "undelta", 1, partial(transforms.undelta, x, out=y)),
                ("pycomp", "zigzag", 1, partial(transforms.zigzag, x, out=u)),
                ("pycomp", "shuffle", 1, partial(transforms.shuffle, x, out=planes)),
                ("pycomp", "unshuffle", 1, partial(transforms.unshuffle, shuffled, y.dtype, out=y)),
                ("pycomp", "bitshuffle", 1, partial(transforms.shuffle, x, kind="bit", out=planes)),
            ]  # fmt: skip


def measure(runs: list[Run], rounds: int) -> list[float]:
    """Best seconds of each, taking turns; short ones are repeated within a turn."""
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for i, (_, _, threads, run) in enumerate(runs):
            clock = time.process_time if threads == 1 else time.perf_counter
            repeats, spent = 0, 0.0
            start = clock()
            while spent < 0.002:
                run()
                repeats, spent = repeats + 1, clock() - start
            best[i] = min(best[i], spent / repeats)
    return best


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--machine", help="name of the result file (default: made from the CPU's)")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    arguments = parser.parse_args(argv)
    rows: list[dict[str, Any]] = []
    context = record.context()
    for job in (_wavelets, _lifting, _streams):
        for name, size, runs in job():
            for (coder, setting, threads, _), seconds in zip(
                runs, measure(runs, arguments.rounds), strict=True
            ):
                rate = size / seconds / 1e6
                place = {"tier": arch.active(), "job": job.__name__[1:], "input": name}
                what = {"coder": coder, "setting": setting, "threads": threads, "mb_s": round(rate, 1)}
                rows.append({**context, **place, **what})
                print(f"{name:32} {coder:7} {setting:10} {threads} {rate:10.0f} MB/s", flush=True)
    if not arguments.dry:
        record.write("wavelets", rows, arguments.machine)


if __name__ == "__main__":
    main()
