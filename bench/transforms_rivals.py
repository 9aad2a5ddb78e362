"""The side-by-side table of transforms: pycomp beside scipy, numpy's matrix product, and a copy.

All contenders of a job run in one process on the same data and take turns, each keeping its best of N; times
are the process's CPU time for one thread, since machines are shared, and wall time for several. The result is
one CSV a machine in bench/results.

    python bench/transforms_rivals.py                       # everything: about three minutes
    python bench/transforms_rivals.py --jobs blocks,rows --rounds 5 --dry
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin on for a while, on everyone's clock

import numpy as np
import scipy.fft

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from contest import Task, main  # noqa: E402

from pycomp import transforms  # noqa: E402


def _picture(side: int, size: int, dtype: Any = np.float32) -> Any:
    rng = np.random.default_rng(size)
    return rng.integers(0, 256, (side, side)).astype(dtype)


def _cut(image: Any, size: int) -> Any:
    rows, columns = image.shape[0] // size, image.shape[1] // size
    return np.ascontiguousarray(image.reshape(rows, size, columns, size).swapaxes(1, 2))


def _matrix(size: int) -> Any:
    one = scipy.fft.dct(np.eye(size), axis=0, norm="ortho")
    return np.kron(one, one).astype(np.float32).T.copy()


def blocks() -> Iterator[list[Task]]:
    """Float32 blocks of a picture, orthonormal, out of cache and in it."""
    for side in (512, 4096):
        for size in (4, 8, 16, 32, 64):
            image = _picture(side, size)
            cut = _cut(image, size)
            out, back, copy = np.empty_like(cut), np.empty_like(image), np.empty_like(image)
            where = f"{image.nbytes >> 20} MiB, {size}x{size}"
            task = partial(Task, where, size=image.nbytes)
            scipy_dctn = partial(scipy.fft.dctn, cut, axes=(-2, -1), norm="ortho")
            tasks = [
                task("pycomp", "block_dct", partial(transforms.block_dct, image, size, out=out)),
                task("pycomp", "block_idct", partial(transforms.block_idct, out, size, out=back)),
                task("pycomp", "dctn", partial(transforms.dctn, cut, axes=(-2, -1), norm="ortho")),
                task("scipy", "dctn", scipy_dctn),
                task("numpy", "copyto", partial(np.copyto, copy, image)),
            ]
            if size == 8:
                product = np.empty((cut.size // 64, 64), np.float32)
                gemm = partial(np.matmul, cut.reshape(-1, 64), _matrix(8), out=product)
                tasks.append(task("numpy", "matmul, kron(C, C)", gemm))
            yield tasks


def fused() -> Iterator[list[Task]]:
    """Level shift, 8 x 8 DCT, quantiser, zigzag, to int16: 16 million samples."""
    image = _picture(4096, 8)
    narrow = image.astype(np.uint8)
    table = np.random.default_rng(1).integers(1, 100, (8, 8))
    order = transforms.zigzag_order(8)
    reciprocal = (1 / table).astype(np.float32)
    matrix = (_matrix(8) * reciprocal.reshape(64))[:, order].copy()
    out = np.empty((512, 512, 64), np.int16)

    def by_scipy() -> Any:
        cut = (image - np.float32(128)).reshape(512, 8, 512, 8).swapaxes(1, 2)
        coefs = scipy.fft.dctn(cut, axes=(-2, -1), norm="ortho", overwrite_x=True)
        coefs *= reciprocal
        np.rint(coefs, out=coefs)
        return coefs.astype(np.int16).reshape(512, 512, 64)[:, :, order]

    def by_matmul() -> Any:
        cut = (image - np.float32(128)).reshape(512, 8, 512, 8).swapaxes(1, 2).reshape(-1, 64)
        coefs = cut @ matrix
        np.rint(coefs, out=coefs)
        return coefs.astype(np.int16)

    ours: dict[str, Any] = {"level_shift": 128, "qtable": table, "zigzag": True, "out": out}
    task = partial(Task, "64 MiB, 8x8", size=image.nbytes)
    byte = partial(Task, "16 MiB, 8x8", size=image.size)
    yield [
        task("pycomp", "block_dct, float32", partial(transforms.block_dct, image, **ours)),
        byte("pycomp", "block_dct, uint8, JPEG integers", partial(transforms.block_dct, narrow, **ours)),
        task("scipy", "dctn and numpy", by_scipy),
        task("numpy", "matmul, all in one matrix", by_matmul),
    ]
    coefs = transforms.block_dct(narrow, level_shift=128, qtable=table, zigzag=True)
    back = np.empty_like(narrow)
    inverse: dict[str, Any] = {"level_shift": 128, "qtable": table, "zigzag": True, "out": back}
    yield [
        byte("pycomp", "block_idct, uint8, JPEG integers", partial(transforms.block_idct, coefs, **inverse))
    ]


def rows() -> Iterator[list[Task]]:
    """Lines of 256 to 4096, types II and III: many, a vector's worth, and one."""
    rng = np.random.default_rng(0)
    for dtype in (np.float32, np.float64):
        for n in (256, 1024, 4096):
            for count in (1 << 20) // n, 16, 1:
                x = rng.standard_normal((count, n)).astype(dtype)
                task = partial(Task, f"{np.dtype(dtype).name}, {count} x {n}", size=x.nbytes)
                yield [
                    task(coder, name, partial(getattr(module, name), x))
                    for name in ("dct", "idct")
                    for coder, module in (("pycomp", transforms), ("scipy", scipy.fft))
                ]


def threads() -> Iterator[list[Task]]:
    """The same work on one thread and on two."""
    image = _picture(4096, 8)
    table = np.full((8, 8), 16)
    narrow = image.astype(np.uint8)
    large, small = np.empty((64, 64, 64, 64), np.float32), np.empty((512, 512, 8, 8), np.int16)
    lines = np.random.default_rng(0).standard_normal((4096, 1024)).astype(np.float32)
    for name, call, size in (
        ("block_dct, 64x64", partial(transforms.block_dct, image, 64, out=large), image.nbytes),
        (
            "block_dct, uint8, quantised",
            partial(transforms.block_dct, narrow, qtable=table, out=small),
            narrow.nbytes,
        ),
    ):
        yield [
            Task("16 Mi samples", "pycomp", name, partial(call, threads=count), size, count)
            for count in (1, 2)
        ]
    yield [
        Task(
            "4096 x 1024", "pycomp", "dct", partial(transforms.dct, lines, workers=count), lines.nbytes, count
        )
        for count in (1, 2)
    ]


JOBS = {"blocks": blocks, "fused": fused, "rows": rows, "threads": threads}


if __name__ == "__main__":
    sys.exit(main("transforms", JOBS, __doc__))
