"""How files are cut into segments: bundles, columns, holes, and numbers in unknown files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pycomp import archive
from pycomp.archive.index import Tensor
from pycomp.archive.layout import Method
from pycomp.archive.plan import CHUNK_ELEMENTS, Job, columns, cut_holes, plan_tensors


def covered(jobs: list[Job]) -> list[tuple[int, int]]:
    return sorted((start, start + size) for job in jobs for start, size in job.ranges)


def assert_tiles(jobs: list[Job], size: int) -> None:
    position = 0
    for start, stop in covered(jobs):
        assert start == position
        position = stop
    assert position == size


def test_small_tensors_share_a_bundle_wherever_they_lie() -> None:
    tensors, at = [], 100
    for k in range(20):
        for name, shape in ((f"{k}.bias", (384,)), (f"{k}.weight", (384, 1536)), (f"{k}.norm", (384,))):
            tensors.append(Tensor(name, "BF16", shape, at))
            at += tensors[-1].nbytes
    jobs = plan_tensors(tensors, at + 7)
    assert_tiles(jobs, at + 7)
    numeric = [job for job in jobs if job.method == Method.NUMERIC]
    assert len(numeric) == 21
    assert numeric[-1].tensors == 40
    assert numeric[-1].cols == 128
    assert {job.cols for job in numeric[:-1]} == {1536}


def test_bundles_are_of_one_dtype_and_one_chunk() -> None:
    tensors, at = [], 0
    for k in range(100):
        tensors.append(Tensor(str(k), ("F16", "F32", "I64")[k % 3], (50, 1000), at))
        at += tensors[-1].nbytes
    jobs = plan_tensors(tensors, at)
    assert_tiles(jobs, at)
    for job in jobs:
        width = {"F16": 2, "F32": 4, "I64": 8}[job.dtype]
        assert job.size // width <= CHUNK_ELEMENTS
        assert job.tensors == job.size // width // 50_000


@pytest.mark.parametrize(
    ("shape", "cols"),
    [
        ((), 1),
        ((1,), 1),
        ((300,), 300),
        ((10**6,), 1024),
        ((10**6, 1), 1024),
        ((1, 10**6), 1024),
        ((4096, 4096), 4096),
        ((32000, 256), 256),
        ((4096, 151936), 151936),
        ((64, 4096, 14336), 14336),
        ((64, 64, 3, 3), 576),
        ((512, 1, 3, 3), 9),
        ((100_000, 1, 3, 3), 1017),
        ((2, 1000), 1024),
        ((0, 5), 1),
        ((3, 3), 9),
    ],
)
def test_columns(shape: tuple[int, ...], cols: int) -> None:
    assert columns(shape) == cols


def test_holes_are_cut_out_of_bytes_but_not_of_tensors() -> None:
    jobs = [
        Job(((0, 100),), Method.ZLIB),
        Job(((100, 50),), Method.NUMERIC),
        Job(((150, 50),), Method.NUMERIC),
    ]
    out = cut_holes(jobs, [(10, 20), (40, 80), (150, 50)])
    assert_tiles(out, 200)
    assert [(job.ranges[0], job.method) for job in out] == [
        ((0, 10), Method.ZLIB),
        ((10, 20), Method.ZEROS),
        ((30, 10), Method.ZLIB),
        ((40, 60), Method.ZEROS),
        ((100, 50), Method.NUMERIC),
        ((150, 50), Method.ZEROS),
    ]


def pack(path: Path) -> tuple[archive.PackReport, dict[str, int]]:
    report = archive.pack(path)
    with archive.open(report.dst) as opened:
        assert opened.verify().ok
        assert opened.read(path.name) == path.read_bytes()
    return report, {share.dtype: share.raw_bytes for share in report.by_dtype}


@pytest.mark.parametrize("dtype", ["BF16", "F16", "F32", "F64"])
@pytest.mark.parametrize("lead", [0, 1, 5])
def test_raw_floats_are_found_at_any_offset(
    tmp_path: Path, make_weights: Callable[..., bytes], dtype: str, lead: int
) -> None:
    content = b"\x3c" * lead + make_weights(700_000, dtype) + b"tail"
    (tmp_path / "dump.bin").write_bytes(content)
    report, shares = pack(tmp_path / "dump.bin")
    # The integers of the same width cost nearly the same where a mantissa is short.
    assert shares.get(dtype, 0) + shares.get(dtype.replace("BF", "F").replace("F", "I"), 0) > 0.95 * len(
        content
    )
    assert report.ratio > {"BF16": 1.3, "F16": 1.1, "F32": 1.1, "F64": 1.02}[dtype]


def test_a_file_of_several_kinds(tmp_path: Path, make_weights: Callable[..., bytes]) -> None:
    text = b"".join(b"line %d of some text\n" % k for k in range(100_000))
    noise = np.random.default_rng(1).bytes(3 << 20)
    content = text + make_weights(2 << 20, "F32") + b"!" + make_weights(2 << 20, "BF16", 1) + noise
    (tmp_path / "mixed.bin").write_bytes(content)
    report, shares = pack(tmp_path / "mixed.bin")
    assert shares["F32"] > 6 << 20
    assert shares["BF16"] > 2 << 20
    assert shares["bytes"] > 4 << 20
    assert report.packed_bytes < 0.8 * len(content)


def test_text_and_noise_are_not_taken_for_numbers(tmp_path: Path) -> None:
    for name, content in {
        "text": b"".join(b"%d,%d,word\n" % (k, k * k) for k in range(200_000)),
        "noise": np.random.default_rng(2).bytes(2 << 20),
        "zeros": bytes(3 << 20),
        "code": (b"for (int i = 0; i < n; i++)\n    sum += values[i];\n" * 30_000),
    }.items():
        (tmp_path / name).write_bytes(content)
        _, shares = pack(tmp_path / name)
        assert set(shares) == {"bytes"}, name


def test_repeating_integers_go_to_zlib(tmp_path: Path) -> None:
    tokens = np.tile(np.random.default_rng(3).integers(0, 50_000, 3000), 100)
    np.save(tmp_path / "tokens.npy", tokens)
    report, _ = pack(tmp_path / "tokens.npy")
    assert report.ratio > 20
