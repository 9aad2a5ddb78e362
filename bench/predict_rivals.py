"""The side-by-side table of prediction: pycomp beside audioop, numpy, and a copy.

All contenders of a job run in one process on the same data and take turns, each keeping its best of N; times
are the process's CPU time for one thread, since machines are shared, and wall time for several. The result is
one CSV a machine in bench/results.

    python bench/predict_rivals.py                       # everything: about a minute
    python bench/predict_rivals.py --jobs adpcm --rounds 5 --dry
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contest import Task, main  # noqa: E402

from pycomp import transforms  # noqa: E402
from pycomp.transforms import adpcm, lpc  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop  # the standard library's up to 3.12, audioop-lts from 3.13


def _sound(n: int) -> Any:
    t = np.arange(n)
    noise = np.random.default_rng(0).integers(-1000, 1001, n)
    return (9000 * np.sin(t * 0.03) + 4000 * np.sin(t * 0.11) + noise).astype(np.int16)


def adpcm_blocks() -> Iterator[list[Task]]:
    """Two million samples in WAV blocks, on one thread and two, and as one stream."""
    sound = _sound(2_000_000)
    raw = sound.tobytes()
    stream = audioop.lin2adpcm(raw, 2, None)[0]
    out = np.empty_like(sound)
    for size in (256, 1024, 2048):
        blocks = adpcm.encode(sound, block_size=size)
        task = partial(Task, f"blocks of {size}", size=sound.nbytes)
        options: dict[str, Any] = {"block_size": size, "frames": sound.size, "out": out}
        yield [
            task("pycomp", "decode", partial(adpcm.decode, blocks, **options)),
            task("audioop", "decode", partial(audioop.adpcm2lin, stream, 2, None)),
            task("pycomp", "encode", partial(adpcm.encode, sound, block_size=size)),
            task("audioop", "encode", partial(audioop.lin2adpcm, raw, 2, None)),
        ]
        yield [
            task("pycomp", "decode", partial(adpcm.decode, blocks, threads=count, **options), threads=count)
            for count in (1, 2)
        ]
    task = partial(Task, "one stream", size=sound.nbytes)
    yield [
        task("pycomp", "decode", partial(adpcm.adpcm2lin, stream, 2, None)),
        task("audioop", "decode", partial(audioop.adpcm2lin, stream, 2, None)),
        task("pycomp", "encode", partial(adpcm.lin2adpcm, raw, 2, None)),
        task("audioop", "encode", partial(audioop.lin2adpcm, raw, 2, None)),
        task("pycomp", "encode_adaptive, 4 bits", partial(adpcm.encode_adaptive, sound)),
    ]


def _by_numpy(lines: Any, coefficients: Any, shift: int) -> Any:
    wide = lines.astype(np.int64)
    sums = np.zeros_like(wide)
    for j, c in enumerate(coefficients):
        sums[:, j + 1 :] += c * wide[:, : -j - 1]
    sums[:, : len(coefficients)] = 0
    return (wide - (sums >> shift)).astype(np.int32)


def linear() -> Iterator[list[Task]]:
    """A million samples in 256 lines of 4096: given coefficients, and chosen ones."""
    for dtype in (np.int16, np.int32):
        lines = _sound(1 << 20).astype(dtype).reshape(256, 4096) << (0 if dtype == np.int16 else 12)
        for order in (8, 32):
            tone = lpc.levinson(lpc.autocorrelation(lines[0], order, window="tukey"))[0]
            whole, shift = lpc.quantise(tone)
            residual = lpc.residual(lines, whole, shift)
            task = partial(Task, f"{np.dtype(dtype).name}, order {order}", size=lines.nbytes)
            restore = partial(lpc.restore, residual, whole, shift, dtype=dtype)
            tasks = [
                task("pycomp", "residual", partial(lpc.residual, lines, whole, shift)),
                task("pycomp", "restore", restore),
                task("pycomp", "encode", partial(lpc.encode, lines, max_order=order)),
            ]
            if order == 8:
                tasks.append(task("numpy", "residual", partial(_by_numpy, lines, whole.tolist(), int(shift))))
            yield tasks
            yield [
                task("pycomp", "encode", partial(lpc.encode, lines, max_order=order, threads=n), threads=n)
                for n in (1, 2)
            ]


def _med_by_numpy(image: Any) -> Any:
    padded = np.pad(image.astype(np.int16), ((1, 0), (1, 0)) + ((0, 0),) * (image.ndim - 2))
    a, b, c = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    return (image - np.clip(a + b - c, np.minimum(a, b), np.maximum(a, b))).astype(image.dtype)


def pictures() -> Iterator[list[Task]]:
    """A grey and a coloured picture of smooth shapes and noise."""
    y, x = np.mgrid[:2000, :2000]
    noise = np.random.default_rng(0).normal(0, 4, x.shape)
    grey = (128 + 60 * np.sin(x / 50) + 50 * np.cos(y / 30) + noise).astype(np.uint8)
    for name, image in (("2000 x 2000", grey), ("2000 x 2000 x 3", np.stack([grey] * 3, -1))):
        out, back = np.empty_like(image), np.empty_like(image)
        task = partial(Task, name, size=image.size)
        for method in ("left", "up", "average", "paeth", "med"):
            residual = transforms.predict2d(image, method)
            tasks = [
                task("pycomp", f"predict2d, {method}", partial(transforms.predict2d, image, method, out=out)),
                task(
                    "pycomp",
                    f"unpredict2d, {method}",
                    partial(transforms.unpredict2d, residual, method, out=back),
                ),
                task("numpy", "copyto", partial(np.copyto, out, image)),
            ]
            if method == "med":
                tasks.append(task("numpy", "the same by numpy, med", partial(_med_by_numpy, image)))
            yield tasks


JOBS = {"adpcm": adpcm_blocks, "lpc": linear, "pictures": pictures}


if __name__ == "__main__":
    sys.exit(main("predict", JOBS, __doc__))
