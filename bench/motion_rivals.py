"""The side-by-side table of motion search and quantisation: pycomp beside numpy, and others where they run.

All contenders of a job run in one process on the same data and take turns, each keeping its best of N;
times are the process's CPU time for one thread, wall time for two. One CSV in bench/results.

Rivals: a block matcher in numpy (every place of the window at once, the fastest way that numpy has),
blockMotion of scikit-video with the alias that numpy removed put back, OpenCV's and torch's where they are
installed; numpy's rint and clip for quantisation.

    python bench/motion_rivals.py            # about three minutes
    python bench/motion_rivals.py --rounds 2 --dry
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import record  # noqa: E402

from pycomp import transforms  # noqa: E402
from pycomp._native import arch  # noqa: E402
from pycomp.transforms import motion  # noqa: E402

Run = tuple[str, str, int, Callable[[], Any]]  # coder, setting, threads, what runs


def pictures(height: int, width: int) -> tuple[Any, Any]:
    """Two pictures with texture, motion that varies over them, and noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width].astype(np.float64)

    def draw(dy: Any, dx: Any) -> Any:
        v, u = y + dy, x + dx
        smooth = (
            128 + 40 * np.sin(u / 7.3 + v / 31) + 30 * np.sin(v / 5.1 - u / 17) + 20 * np.sin(u * v / 9000)
        )
        return (smooth + rng.uniform(-4, 4, y.shape)).clip(0, 255).astype(np.uint8)

    return draw(0, 0), draw(5 * np.sin(x / 400), 7 * np.cos(y / 300))


def numpy_full(now: Any, then: Any, block: int, radius: int) -> Any:
    """Full search, a place of the window at a time, all blocks at once."""
    rows, cols = now.shape[0] // block, now.shape[1] // block
    now = now[: rows * block, : cols * block].astype(np.int16)
    padded = np.pad(then, radius, "edge").astype(np.int16)
    best = np.full((rows, cols), 1 << 30)
    vectors = np.zeros((rows, cols, 2), np.int16)
    for down in range(2 * radius + 1):
        for right in range(2 * radius + 1):
            other = padded[down : down + now.shape[0], right : right + now.shape[1]]
            costs = abs(now - other).reshape(rows, block, cols, block).sum((1, 3))
            better = costs < best
            best[better] = costs[better]
            vectors[better] = down - radius, right - radius
    return vectors


def numpy_pack(codes: Any) -> Any:
    """Two codes a byte."""
    bits = codes.view(np.uint8)
    return (bits[:, ::2] & 15) | bits[:, 1::2] << 4


def _search() -> Iterator[tuple[str, int, list[Run]]]:
    for height, width in ((1080, 1920), (288, 352)):
        then, now = pictures(height, width)
        runs: list[Run] = [
            ("pycomp", method, threads, partial(motion.search, now, then, 16, 16, method, threads=threads))
            for method in ("hex", "diamond", "pyramid", "full")
            for threads in (1, 2)
        ]
        for metric in ("ssd", "satd"):
            runs.append(("pycomp", f"hex {metric}", 1, partial(motion.search, now, then, metric=metric)))
        runs.append(("pycomp", "hex subpel", 1, partial(motion.search, now, then, subpel=True)))
        field = motion.search(now, then)
        runs.append(("pycomp", "compensate", 1, partial(motion.compensate, then, field.vectors)))
        if height < 1000:
            runs.append(("numpy", "full", 1, partial(numpy_full, now, then, 16, 16)))
            if find_spec("skvideo"):
                np.int = int  # type: ignore[attr-defined]
                np.float = float  # type: ignore[attr-defined]
                block_motion = importlib.import_module("skvideo.motion").blockMotion

                video = np.stack([then, now])
                for method, name in (("DS", "diamond"), ("ES", "full")):
                    runs.append(("skvideo", name, 1, partial(block_motion, video, method, 16, 16)))
        yield f"{width}x{height} 16x16 +-16", 1, runs


def _quantise() -> Iterator[tuple[str, int, list[Run]]]:
    for name, shape in (("64 MiB", (4096, 4096)), ("1 MiB", (512, 512))):
        x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
        y, codes = np.zeros_like(x), np.zeros(shape, np.int8)
        scale = np.abs(x).max(1, keepdims=True) / np.float32(127)
        q = transforms.quantize(x, 8, axis=0)
        nibbles = transforms.quantize(x, 4, block=32)
        packed = transforms.pack_bits(nibbles.codes, 4)

        def plain(x: Any = x, scale: Any = scale) -> Any:
            return np.clip(np.rint(x / scale), -127, 127).astype(np.int8)

        def plain_calibrated(x: Any = x) -> Any:
            return np.clip(
                np.rint(x / (np.abs(x).max(1, keepdims=True) / np.float32(127))), -127, 127
            ).astype(np.int8)

        runs: list[Run] = [
            ("numpy", "copyto", 1, partial(np.copyto, y, x)),
            ("numpy", "quantize scale given", 1, plain),
            ("numpy", "quantize", 1, plain_calibrated),
            ("numpy", "dequantize", 1, partial(np.multiply, q.codes, q.scale)),
            ("pycomp", "dequantize out=", 1, partial(q.dequantize, out=y)),
            ("pycomp", "quantize 4 block 32", 1, partial(transforms.quantize, x, 4, block=32)),
            ("pycomp", "quantize mse", 1, partial(transforms.quantize, x, 4, axis=0, clip="mse")),
            (
                "pycomp",
                "quantize stochastic",
                1,
                partial(transforms.quantize, x, 8, scale=0.1, rounding="stochastic"),
            ),
            ("pycomp", "pack 4", 1, partial(transforms.pack_bits, nibbles.codes, 4)),
            ("pycomp", "unpack 4", 1, partial(transforms.unpack_bits, packed, 4, shape, signed=True)),
            ("numpy", "pack 4", 1, partial(numpy_pack, nibbles.codes)),
        ]
        for threads in (1, 2):
            given = partial(transforms.quantize, x, 8, axis=0, scale=scale, threads=threads)
            runs.append(("pycomp", "quantize scale given", threads, given))
            runs.append(
                ("pycomp", "quantize", threads, partial(transforms.quantize, x, 8, axis=0, threads=threads))
            )
            runs.append(("pycomp", "dequantize", threads, partial(q.dequantize, threads=threads)))
        if find_spec("torch"):
            import torch

            torch.set_num_threads(1)
            tensor, scales = torch.from_numpy(x), torch.from_numpy(scale[:, 0].astype(np.float64))
            zeros = torch.zeros(shape[0], dtype=torch.int64)
            per_channel = partial(torch.quantize_per_channel, tensor, scales, zeros, 0, torch.qint8)
            runs.append(("torch", "quantize scale given", 1, per_channel))
            runs.append(("torch", "dequantize", 1, per_channel().dequantize))
        assert (codes == 0).all()
        yield f"{name} f32", x.nbytes, runs


def measure(runs: list[Run], rounds: int) -> list[float]:
    """Best seconds of each, taking turns; short ones are repeated within a turn, long ones run once."""
    best = [float("inf")] * len(runs)
    for number in range(rounds):
        for i, (_, _, threads, run) in enumerate(runs):
            if number and best[i] > 1:
                continue
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
    for job, unit in ((_search, "frames/s"), (_quantise, "MB/s")):
        for name, size, runs in job():
            for (coder, setting, threads, _), seconds in zip(
                runs, measure(runs, arguments.rounds), strict=True
            ):
                rate = size / seconds / (1 if unit == "frames/s" else 1e6)
                place = {"tier": arch.active(), "job": job.__name__[1:], "input": name}
                what = {
                    "coder": coder,
                    "setting": setting,
                    "threads": threads,
                    "rate": round(rate, 3),
                    "unit": unit,
                }
                rows.append({**context, **place, **what})
                print(f"{name:26} {coder:8} {setting:22} {threads} {rate:10.2f} {unit}", flush=True)
    if not arguments.dry:
        record.write("motion", rows, arguments.machine)


if __name__ == "__main__":
    main()
