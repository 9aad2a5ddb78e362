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

import importlib
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contest import Task, main  # noqa: E402

from pycomp import transforms  # noqa: E402
from pycomp.transforms import motion  # noqa: E402


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


def search() -> Iterator[list[Task]]:
    """Pictures a second: all methods, other metrics, quarters of a sample, and the way back."""
    for height, width in ((1080, 1920), (288, 352)):
        then, now = pictures(height, width)
        task = partial(Task, f"{width}x{height} 16x16 +-16", size=1, unit="frames/s")
        tasks = [
            task("pycomp", method, partial(motion.search, now, then, 16, 16, method, threads=n), threads=n)
            for method in ("hex", "diamond", "pyramid", "full")
            for n in (1, 2)
        ]
        for metric in ("ssd", "satd"):
            tasks.append(task("pycomp", f"hex {metric}", partial(motion.search, now, then, metric=metric)))
        tasks.append(task("pycomp", "hex subpel", partial(motion.search, now, then, subpel=True)))
        field = motion.search(now, then)
        tasks.append(task("pycomp", "compensate", partial(motion.compensate, then, field.vectors)))
        if height < 1000:
            tasks.append(task("numpy", "full", partial(numpy_full, now, then, 16, 16)))
            if find_spec("skvideo"):
                np.int = int  # type: ignore[attr-defined]
                np.float = float  # type: ignore[attr-defined]
                block_motion = importlib.import_module("skvideo.motion").blockMotion

                video = np.stack([then, now])
                for method, name in (("DS", "diamond"), ("ES", "full")):
                    tasks.append(task("skvideo", name, partial(block_motion, video, method, 16, 16)))
        yield tasks


def quantise() -> Iterator[list[Task]]:
    """Floats to codes and back."""
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

        task = partial(Task, f"{name} f32", size=x.nbytes)
        tasks = [
            task("numpy", "copyto", partial(np.copyto, y, x)),
            task("numpy", "quantize scale given", plain),
            task("numpy", "quantize", plain_calibrated),
            task("numpy", "dequantize", partial(np.multiply, q.codes, q.scale)),
            task("pycomp", "dequantize out=", partial(q.dequantize, out=y)),
            task("pycomp", "quantize 4 block 32", partial(transforms.quantize, x, 4, block=32)),
            task("pycomp", "quantize mse", partial(transforms.quantize, x, 4, axis=0, clip="mse")),
            task(
                "pycomp",
                "quantize stochastic",
                partial(transforms.quantize, x, 8, scale=0.1, rounding="stochastic"),
            ),
            task("pycomp", "pack 4", partial(transforms.pack_bits, nibbles.codes, 4)),
            task("pycomp", "unpack 4", partial(transforms.unpack_bits, packed, 4, shape, signed=True)),
            task("numpy", "pack 4", partial(numpy_pack, nibbles.codes)),
        ]
        for threads in (1, 2):
            given = partial(transforms.quantize, x, 8, axis=0, scale=scale, threads=threads)
            chosen = partial(transforms.quantize, x, 8, axis=0, threads=threads)
            back = partial(q.dequantize, threads=threads)
            for setting, run in (("quantize scale given", given), ("quantize", chosen), ("dequantize", back)):
                tasks.append(task("pycomp", setting, run, threads=threads))
        if find_spec("torch"):
            import torch

            torch.set_num_threads(1)
            tensor, scales = torch.from_numpy(x), torch.from_numpy(scale[:, 0].astype(np.float64))
            zeros = torch.zeros(shape[0], dtype=torch.int64)
            per_channel = partial(torch.quantize_per_channel, tensor, scales, zeros, 0, torch.qint8)
            tasks.append(task("torch", "quantize scale given", per_channel))
            tasks.append(task("torch", "dequantize", per_channel().dequantize))
        assert (codes == 0).all()
        yield tasks


JOBS = {"search": search, "quantise": quantise}

if __name__ == "__main__":
    sys.exit(main("motion", JOBS, __doc__))
