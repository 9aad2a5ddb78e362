"""The side-by-side table of wavelets, differences and shuffles: pycomp beside PyWavelets and a copy.

All contenders of a job run in one process on the same data and take turns, each keeping its best of N; times
are the process's CPU time for one thread, wall time for two. One CSV in bench/results.

    python bench/wavelet_rivals.py            # about two minutes
    python bench/wavelet_rivals.py --rounds 3 --dry
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contest import Task, main  # noqa: E402

from pycomp import transforms  # noqa: E402


def wavelets() -> Iterator[list[Task]]:
    """Four levels of a picture, there and back, on one thread and two."""
    import pywt

    image = np.random.default_rng(0).standard_normal((2048, 2048)).astype(np.float32)
    for name in ("haar", "bior2.2", "bior4.4", "db4", "db8"):
        coeffs = pywt.wavedec2(image, name, level=4)
        task = partial(Task, f"2048x2048 f32 {name} 4 levels", size=image.nbytes)
        tasks: list[Task] = []
        for verb, data in (("wavedec2", image), ("waverec2", coeffs)):
            options: dict[str, Any] = {"level": 4} if verb == "wavedec2" else {}
            ours, theirs = getattr(transforms, verb), getattr(pywt, verb)
            tasks.append(task("pywt", verb, partial(theirs, data, name, **options)))
            for threads in (1, 2):
                more = {**options, "threads": threads}
                tasks.append(task("pycomp", verb, partial(ours, data, name, **more), threads=threads))
        yield tasks


def lifting() -> Iterator[list[Task]]:
    """The reversible 5/3 over pictures of integers."""
    for dtype in ("u1", "i2", "i4"):
        image = np.random.default_rng(0).integers(0, 200, (2048, 2048)).astype(dtype)
        coeffs, target = transforms.lift53(image, 4), image.copy()
        task = partial(Task, f"2048x2048 {dtype} 5/3 4 levels", size=image.nbytes)
        yield [
            task("numpy", "copyto", partial(np.copyto, target, image)),
            task("pycomp", "lift53", partial(transforms.lift53, image, 4)),
            task("pycomp", "unlift53", partial(transforms.unlift53, coeffs)),
        ]  # fmt: skip


def streams() -> Iterator[list[Task]]:
    """Differences and shuffles, in the cache and out of it."""
    for size in (1 << 20, 1 << 26):
        for dtype in ("u1", "i2", "i4", "i8"):
            x = np.random.default_rng(0).integers(0, 256, size, np.uint8).view(dtype)
            y, u, planes = np.zeros_like(x), np.zeros_like(x.view(f"u{x.itemsize}")), np.zeros(size, np.uint8)
            shuffled = transforms.shuffle(x)
            task = partial(Task, f"{size >> 20} MiB {dtype}", size=size)
            yield [
                task("numpy", "copyto", partial(np.copyto, y, x)),
                task("pycomp", "delta", partial(transforms.delta, x, out=y)),
                task("pycomp", "undelta", partial(transforms.undelta, x, out=y)),
                task("pycomp", "zigzag", partial(transforms.zigzag, x, out=u)),
                task("pycomp", "shuffle", partial(transforms.shuffle, x, out=planes)),
                task("pycomp", "unshuffle", partial(transforms.unshuffle, shuffled, y.dtype, out=y)),
                task("pycomp", "bitshuffle", partial(transforms.shuffle, x, kind="bit", out=planes)),
            ]  # fmt: skip


JOBS = {"wavelets": wavelets, "lifting": lifting, "streams": streams}

if __name__ == "__main__":
    sys.exit(main("wavelets", JOBS, __doc__))
