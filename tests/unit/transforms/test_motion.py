"""Block matching against a plain search by numpy, on every tier, and what compensation gives back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp._native import arch
from pycomp.transforms import motion

METHODS = ["hex", "diamond", "full", "pyramid"]
METRICS = ["sad", "ssd", "satd"]
HADAMARD = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]])


def texture(height: int, width: int, seed: int, dtype: Any = np.uint8) -> Any:
    """Smooth noise, which has a direction to walk in, unlike white noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.standard_normal((height // 6 + 4, width // 6 + 4))
    fine = np.kron(coarse, np.ones((6, 6)))
    for axis in (0, 1):
        fine = np.mean([np.roll(fine, k, axis) for k in range(-4, 5)], axis=0)
    fine = fine[6 : 6 + height, 6 : 6 + width]
    top = np.iinfo(dtype).max
    scaled = (fine - fine.min()) / (np.ptp(fine) or 1) * top + rng.normal(0, top / 200, fine.shape)
    return scaled.clip(0, top).astype(dtype)


def blocks(picture: Any, block: int) -> Any:
    """(down, across, block, block) of the picture with its last row and column repeated."""
    height, width = picture.shape
    padded = np.pad(picture, ((0, -height % block), (0, -width % block)), "edge").astype(np.int64)
    return padded.reshape(-(-height // block), block, -(-width // block), block).swapaxes(1, 2)


def shifted(reference: Any, block: int, down: int, right: int) -> Any:
    height, width = reference.shape
    rows = np.clip(np.arange(-(-height // block) * block) + down, 0, height - 1)
    cols = np.clip(np.arange(-(-width // block) * block) + right, 0, width - 1)
    return blocks(reference[np.ix_(rows, cols)], block)


def cost(a: Any, b: Any, metric: str) -> Any:
    difference = a - b
    if metric == "sad":
        return abs(difference).sum((-2, -1))
    if metric == "ssd":
        return (difference**2).sum((-2, -1))
    *grid, size, _ = difference.shape
    parts = difference.reshape(*grid, size // 4, 4, size // 4, 4).swapaxes(-3, -2)
    return abs(HADAMARD @ parts @ HADAMARD.T).sum((-4, -3, -2, -1)) // 2


def plain_search(frame: Any, reference: Any, block: int, radius: int, metric: str) -> tuple[Any, Any]:
    """The least cost of all places; of equals the shortest vector, then the smaller down, then right."""
    places = [(d, r) for d in range(-radius, radius + 1) for r in range(-radius, radius + 1)]
    places.sort(key=lambda v: (abs(v[0]) + abs(v[1]), v))
    of_frame = blocks(frame, block)
    costs = np.array([cost(of_frame, shifted(reference, block, *v), metric) for v in places])
    best = costs.argmin(0)
    return np.array(places)[best], costs.min(0)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("block", [4, 8, 12, 16, 32])
def test_full_search_is_exact(isa: str, dtype: Any, metric: str, block: int) -> None:
    then = texture(67, 90, block, dtype)
    now = np.roll(then, (3, -2), (0, 1)) ^ texture(67, 90, 1, dtype) >> (3 if dtype == np.uint8 else 10)
    vectors, costs = motion.search(now, then, block, 5, "full", metric)
    want, least = plain_search(now, then, block, 5, metric)
    np.testing.assert_array_equal(costs, least)
    np.testing.assert_array_equal(vectors, want)
    assert vectors.dtype == np.int16
    assert costs.dtype == np.int64


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(4, 40), st.integers(4, 60)),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    radius=st.integers(0, 9),
    kind=st.sampled_from(["flat", "noise", "extreme"]),
    metric=st.sampled_from(METRICS),
    seed=st.integers(0, 999),
)
def test_full_search_of_anything(
    shape: tuple[int, int], dtype: Any, radius: int, kind: str, metric: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    top = int(np.iinfo(dtype).max)
    low, high = {"flat": (7, 8), "noise": (0, top + 1), "extreme": (0, 2)}[kind]
    now, then = rng.integers(low, high, (2, *shape)).astype(dtype) * dtype(top if kind == "extreme" else 1)
    radius = min(radius, max(shape))
    vectors, costs = motion.search(now, then, 4, radius, "full", metric)
    want, least = plain_search(now, then, 4, radius, metric)
    np.testing.assert_array_equal(costs, least)
    np.testing.assert_array_equal(vectors, want)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_translation_is_found(method: str, dtype: Any) -> None:
    then = texture(160, 200, 3, dtype)
    for shift in [(0, 0), (3, 4), (-5, 2), (1, -9)]:
        now = np.roll(then, shift, (0, 1))
        vectors, costs = motion.search(now, then, 16, 12, method)
        inner = vectors[1:-1, 1:-2]
        assert np.mean((inner == -np.array(shift)).all(-1)) > 0.9
        assert costs[2, 2] == 0


def test_pyramid_finds_what_is_far() -> None:
    then = texture(256, 256, 5)
    now = np.roll(then, (-40, 33), (0, 1))
    found = motion.search(now, then, 16, 48, "pyramid").vectors[3:-4, 3:-4]
    assert np.mean((found == (40, -33)).all(-1)) > 0.9


def neighbours(vectors: Any, row: int, col: int) -> list[tuple[int, int]]:
    """The predictions of a block: no motion, left, up, up right, their median; bands are 8 rows high."""
    found = [np.zeros(2, int)] * 3
    if col > 0:
        found[0] = vectors[row, col - 1]
    if row % 8 > 0:
        across = vectors.shape[1]
        corner = col + 1 if col + 1 < across else max(col - 1, 0)
        found[1], found[2] = vectors[row - 1, col], vectors[row - 1, corner]
    return [(0, 0), *(tuple(v) for v in found), tuple(np.median(found, 0).astype(int))]


@pytest.mark.parametrize("method", ["hex", "diamond", "pyramid"])
@pytest.mark.parametrize("metric", METRICS)
def test_walks_are_never_worse_than_their_predictions(method: str, metric: str) -> None:
    then = texture(176, 120, 6)
    now = (
        (np.roll(then, (2, 3), (0, 1)).astype(int) + texture(176, 120, 7) // 9).clip(0, 255).astype(np.uint8)
    )
    vectors, costs = motion.search(now, then, 8, 7, method, metric)
    _, least = plain_search(now, then, 8, 7, metric)
    of_frame = blocks(now, 8)
    assert (costs >= least).all()
    for row, col in np.ndindex(costs.shape):
        at = [
            cost(of_frame[row, col], shifted(then, 8, *v)[row, col], metric)
            for v in neighbours(vectors, row, col)
        ]
        assert costs[row, col] <= min(at)


@pytest.mark.thread_unsafe
@pytest.mark.parametrize("subpel", [False, True])
@pytest.mark.parametrize("metric", METRICS)
def test_tiers_threads_and_layouts_agree(metric: str, subpel: bool) -> None:
    rng = np.random.default_rng(0)
    video = np.stack([texture(150, 170, k) for k in range(3)]) + rng.integers(0, 9, (3, 150, 170), np.uint8)
    for dtype in (np.uint8, np.uint16):
        frames = video.astype(dtype) * dtype(1 if dtype == np.uint8 else 200)
        for method in METHODS:
            options: dict[str, Any] = {"method": method, "metric": metric, "subpel": subpel, "rate": 2.5}
            want = motion.search(frames[1:], frames[:-1], 12, 9, **options)
            fields = [motion.search(frames[1:], frames[:-1], 12, 9, threads=3, **options)]
            for layout in (
                np.asfortranarray(frames),
                frames[:, ::-1].copy()[:, ::-1],
                frames.repeat(2, 2)[..., ::2],
            ):
                fields.append(motion.search(layout[1:], layout[:-1], 12, 9, **options))
            for name in arch.detected():
                arch.set_isa(name)
                fields.append(motion.search(frames[1:], frames[:-1], 12, 9, **options))
            arch.set_isa(None)
            one = motion.search(frames[2], frames[1], 12, 9, **options)
            np.testing.assert_array_equal(one.vectors, want.vectors[1])
            for field in fields:
                np.testing.assert_array_equal(field.vectors, want.vectors)
                np.testing.assert_array_equal(field.costs, want.costs)


def plain_compensate(reference: Any, vectors: Any, block: int) -> Any:
    """Bilinear interpolation in quarters, sample by sample."""
    height, width = reference.shape
    y, x = np.mgrid[:height, :width]
    quarters = np.rint(np.asarray(vectors, float) * 4).astype(int)[y // block, x // block]
    down, right = y * 4 + quarters[..., 0], x * 4 + quarters[..., 1]

    def at(dy: int, dx: int) -> Any:
        return reference[
            np.clip(down // 4 + dy, 0, height - 1), np.clip(right // 4 + dx, 0, width - 1)
        ].astype(int)

    a, b = down % 4, right % 4
    total = (4 - a) * ((4 - b) * at(0, 0) + b * at(0, 1)) + a * ((4 - b) * at(1, 0) + b * at(1, 1))
    return ((total + 8) >> 4).astype(reference.dtype)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(4, 50), st.integers(4, 50)),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    reach=st.sampled_from([0, 3, 20, 100_000]),
    whole=st.booleans(),
    seed=st.integers(0, 99),
)
def test_compensation_of_any_vectors(
    shape: tuple[int, int], dtype: Any, reach: int, whole: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.integers(0, int(np.iinfo(dtype).max) + 1, shape).astype(dtype)
    vectors: Any = rng.integers(-reach, reach + 1, (-(-shape[0] // 4), -(-shape[1] // 4), 2))
    if not whole:
        vectors = vectors / 4
    predicted = motion.compensate(reference, vectors, 4)
    np.testing.assert_array_equal(predicted, plain_compensate(reference, vectors, 4))
    frame = rng.integers(0, int(np.iinfo(dtype).max) + 1, shape).astype(dtype)
    left = motion.residual(frame, reference, vectors, 4)
    np.testing.assert_array_equal(predicted + left, frame)
    out = np.empty(shape, dtype)
    assert motion.compensate(np.asfortranarray(reference), vectors, 4, out=out, threads=2) is out
    np.testing.assert_array_equal(out, predicted)


@pytest.mark.parametrize("metric", METRICS)
def test_fractions_are_what_compensation_makes(metric: str) -> None:
    fine = texture(320, 480, 9).astype(float)
    then = fine[::4, ::4].astype(np.uint8)
    now = fine[1::4, 2::4].astype(np.uint8)
    whole = motion.search(now, then, 8, 4, metric=metric)
    field = motion.search(now, then, 8, 4, metric=metric, subpel=True)
    assert field.vectors.dtype == np.float32
    assert (field.costs <= whole.costs).all()
    assert field.costs.sum() < 0.8 * whole.costs.sum()
    predicted = motion.compensate(then, field.vectors, 8)
    np.testing.assert_array_equal(cost(blocks(now, 8), blocks(predicted, 8), metric), field.costs)
    assert (abs(field.vectors) <= 4).all()


def test_rate_smooths_the_field() -> None:
    rng = np.random.default_rng(4)
    then = texture(128, 128, 8)
    now = (np.roll(then, (1, 2), (0, 1)).astype(int) + rng.integers(-20, 21, then.shape)).clip(0, 255)
    now = now.astype(np.uint8)
    rough = motion.search(now, then, 8, 8, "full")
    smooth = motion.search(now, then, 8, 8, "full", rate=40)
    assert len(np.unique(smooth.vectors.reshape(-1, 2), axis=0)) < len(
        np.unique(rough.vectors.reshape(-1, 2), axis=0)
    )
    assert smooth.costs.sum() >= rough.costs.sum()


def test_no_pictures() -> None:
    vectors, costs = motion.search(np.zeros((0, 32, 48), np.uint8), np.zeros((0, 32, 48), np.uint8))
    assert vectors.shape == (0, 2, 3, 2)
    assert costs.shape == (0, 2, 3)
    assert motion.compensate(np.zeros((0, 32, 48), np.uint8), vectors).shape == (0, 32, 48)


PICTURE = np.zeros((32, 48), np.uint8)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        ((PICTURE.astype(float), PICTURE), {}, TypeError, "f8"),
        ((PICTURE, PICTURE.astype(np.int8)), {}, TypeError, "i1"),
        ((PICTURE.astype(">u2"), PICTURE), {}, TypeError, ">u2"),
        ((PICTURE, PICTURE.astype(np.uint16)), {}, ValueError, "uint16"),
        ((PICTURE, PICTURE[:, 1:]), {}, ValueError, r"\(32, 47\)"),
        ((PICTURE[0], PICTURE[0]), {}, ValueError, r"\(48,\)"),
        ((PICTURE, PICTURE[None]), {}, ValueError, r"\(1, 32, 48\)"),
        ((PICTURE, PICTURE), {"block": 6}, ValueError, "block 6"),
        ((PICTURE, PICTURE), {"block": 0}, ValueError, "block 0"),
        ((PICTURE, PICTURE), {"block": 128}, ValueError, "block 128"),
        ((PICTURE, PICTURE), {"block": 36}, ValueError, r"block 36 is larger than the frame, \(32, 48\)"),
        ((PICTURE, PICTURE), {"radius": -1}, ValueError, "radius -1"),
        ((PICTURE, PICTURE), {"radius": 49}, ValueError, r"radius 49 is not in 0\.\.48"),
        ((PICTURE, PICTURE), {"method": "umh"}, ValueError, "'umh'"),
        ((PICTURE, PICTURE), {"metric": "mad"}, ValueError, "'mad'"),
        ((PICTURE, PICTURE), {"rate": -0.5}, ValueError, "-0.5"),
        ((PICTURE, PICTURE), {"rate": float("nan")}, ValueError, "nan"),
        ((PICTURE, PICTURE), {"threads": 0}, ValueError, "threads"),
    ],
)
def test_search_refusals(arguments: Any, options: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        motion.search(*arguments, **options)


@pytest.mark.parametrize(
    ("vectors", "options", "error", "says"),
    [
        (np.zeros((2, 3, 1)), {}, ValueError, r"\(2, 3, 1\)"),
        (np.zeros((2, 3, 2), complex), {}, TypeError, "complex128"),
        (np.full((2, 3, 2), 0.3), {}, ValueError, r"0.3 at \(0, 0, 0\)"),
        (np.full((2, 3, 2), np.nan), {}, ValueError, "nan at"),
        (np.full((2, 3, 2), 1 << 40), {}, ValueError, "1099511627776 at"),
        (np.zeros((2, 3, 2)), {"out": np.zeros((32, 48))}, ValueError, "float64"),
        (np.zeros((2, 3, 2)), {"out": PICTURE}, ValueError, "overlaps"),
    ],
)
def test_compensate_refusals(vectors: Any, options: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        motion.compensate(PICTURE, vectors, **options)


def test_residual_refusals() -> None:
    with pytest.raises(TypeError, match="float"):
        motion.search(PICTURE, PICTURE, radius=1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="uint16"):
        motion.residual(PICTURE.astype(np.uint16), PICTURE, np.zeros((2, 3, 2)))


def luma(path: Path) -> Any:
    """The luma planes of a 4:2:0 YUV4MPEG2 file."""
    data = path.read_bytes()
    head = data[: data.index(b"\n")].decode().split()
    width, height = (int(next(f[1:] for f in head if f[0] == key)) for key in "WH")
    rest = np.frombuffer(data, np.uint8, offset=data.index(b"\n") + 1)
    step = len(b"FRAME\n") + width * height * 3 // 2
    return (
        rest[: len(rest) // step * step]
        .reshape(-1, step)[:, 6 : 6 + width * height]
        .reshape(-1, height, width)
    )


def test_real_frames() -> None:
    root = os.environ.get("PYCOMP_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data"
    path = Path(root) / "video" / "carphone_qcif_48f.y4m"
    if not path.is_file():
        pytest.skip(f"no {path}: NO real frames were searched; PYCOMP_SHARED_DATA names their folder")
    video = luma(path)
    now, then = video[1:], video[:-1]
    still = cost(np.stack([blocks(f, 16) for f in now]), np.stack([blocks(f, 16) for f in then]), "sad").sum()
    totals = {method: int(motion.search(now, then, method=method).costs.sum()) for method in METHODS}
    print("sum of absolute differences:", {"none": int(still), **totals})
    assert totals["full"] <= min(totals.values())
    assert totals["hex"] < 1.05 * totals["full"] < 1.05 * still
    vectors, costs = motion.search(now[:3], then[:3], method="full")
    for i in range(3):
        want, least = plain_search(now[i], then[i], 16, 16, "sad")
        np.testing.assert_array_equal(vectors[i], want)
        np.testing.assert_array_equal(costs[i], least)
