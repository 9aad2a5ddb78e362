"""The arrays behind the golden blobs, and the script that writes them: `python tests/golden/samples.py`.

The arrays come from a generator of our own and integer arithmetic, so that they are the same for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
Array = NDArray[Any]


def dice(n: int, seed: int) -> NDArray[np.uint64]:
    """n random 64-bit words (SplitMix64)."""
    z = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def weights(rows: int, cols: int, seed: int) -> NDArray[np.uint32]:
    """Bits of fp32 weights: random signs and mantissas, a hill of exponents, scales by row and column."""
    r = dice(rows * cols, seed)
    top = 118 - 3 * (np.arange(rows)[:, None] % 3) - 4 * (np.arange(cols)[None, :] * 7 % 5 == 1)
    drop = np.zeros(rows * cols, np.int64)
    alive = np.ones(rows * cols, bool)
    for bit in range(24, 36):
        alive &= (r >> np.uint64(bit) & np.uint64(1)).astype(bool)
        drop += alive
    exponent = (top.reshape(-1) - drop).astype(np.uint64)
    bits = (r >> np.uint64(63)) << np.uint64(31) | exponent << np.uint64(23) | r & np.uint64(0x7FFFFF)
    found: NDArray[np.uint32] = bits.astype(np.uint32).reshape(rows, cols)
    return found


def correlated(rows: int, cols: int, seed: int) -> NDArray[np.uint16]:
    """bf16 whose columns are mixtures of four numbers a row, and a little of their own."""

    def numbers(n: int, of: int, more: int) -> NDArray[np.int64]:
        return (dice(n, seed + more) % np.uint64(2 * of + 1)).astype(np.int64) - of

    hidden, mixture = numbers(rows * 4, 1000, 0).reshape(rows, 4), numbers(4 * cols, 3, 1).reshape(4, cols)
    total = hidden @ mixture + numbers(rows * cols, 600, 2).reshape(rows, cols)
    found: NDArray[np.uint16] = (((total / 4096).astype("<f4")).view("<u4") >> np.uint32(16)).astype("<u2")
    return found


def samples() -> dict[str, tuple[Array, str | None, str]]:
    """Name -> array, dtype by name, level."""
    wide = weights(40, 96, 1)
    bf16, f16 = (wide >> 16).astype("<u2"), wide.view("<f4").astype("<f2")
    trimmed = wide.copy()
    trimmed[1::3] &= np.uint32(0xFFFF0000)
    trimmed[2::3] &= np.uint32(0xFFFFE000)
    constant = bf16[:20].copy()
    constant[3::5] = 0x3F80
    outliers = bf16.copy()
    outliers.reshape(-1)[5::900] = 0x0123
    sparse = wide.copy()
    sparse.reshape(-1)[dice(sparse.size, 2) % np.uint64(3) == 0] = 0
    few = (np.uint32(0x3F000000) + (dice(3000, 3) % np.uint64(11)).astype(np.uint32) * np.uint32(77)).reshape(
        30, 100
    )
    skewed = (dice(3000, 4) % np.uint64(7) * (dice(3000, 5) % np.uint64(2))).astype("u1").reshape(30, 100)
    counter = (10**12 + 7 * np.arange(1500) + (dice(1500, 6) % np.uint64(3)).astype("<i8")).astype("<i8")
    grouped = (weights(72, 128, 7) >> np.uint32(16)).astype("<u2")
    f64 = (
        wide.view("<f4")[:8].astype("<f8").view("<u8") | dice(768, 8).reshape(8, 96) >> np.uint64(36)
    ).view("<f8")
    found: dict[str, tuple[Array, str | None, str]] = {}
    for level in ("fast", "default", "high", "max"):
        found[f"float-bf16-{level}"] = (grouped, "bf16", level)
    for level in ("default", "high"):
        found[f"float-f16-{level}"] = (f16[:20], None, level)
        found[f"float-trimmed-{level}"] = (trimmed[:12].view("<f4"), None, level)
        found[f"sparse-{level}"] = (sparse[:12].view("<f4"), None, level)
        found[f"palette-{level}"] = (few[:12].view("<f4"), None, level)
        found[f"byte-{level}"] = (skewed, None, level)
        found[f"planes-{level}"] = (skewed.astype("<u4") * np.uint32(259), None, level)
    sign = np.where(dice(3000, 10) % np.uint64(5) < 2, -1, 1).reshape(30, 100)
    found["float-f16-max"] = (f16[:20], None, "max")
    found["float-trimmed-max"] = (trimmed[:12].view("<f4"), None, "max")
    found["float-weights-max"] = (correlated(320, 64, 11), "bf16", "max")
    found["sparse-max"] = (sparse[:12].view("<f4"), None, "max")
    found["palette-max"] = (few[:12].view("<f4"), None, "max")
    found["byte-max"] = (skewed[:20], None, "max")
    found["byte-signed-max"] = ((skewed.astype("i1") * sign).astype("i1"), None, "max")
    found["byte-f8-max"] = ((f16[:20].view("<u2") >> np.uint16(8)).astype("u1"), "f8_e5m2", "max")
    found["float-f16-of-bf16"] = (
        (wide[:20] & np.uint32(0xFFF00000)).view("<f4").astype("<f2"),
        None,
        "default",
    )
    found["float-f64"] = (f64, None, "default")
    found["float-big-endian"] = (wide[:6].view("<f4").astype(">f4"), None, "default")
    found["float-constant"] = (constant, "bf16", "default")
    found["float-outliers"] = (outliers, "bf16", "fast")
    found["planes-delta"] = (counter, None, "default")
    found["filled"] = (np.full((3, 50), 7, "<i4"), None, "default")
    found["stored"] = (dice(25, 9).view("<u2"), None, "default")
    found["empty"] = (np.empty((0, 5), "<f4"), None, "default")
    found["scalar"] = (np.array(3.5, "<f8"), None, "default")
    types = {"bf16": "bf16", "outlier": "bf16", "f8": "f8_e4m3"}
    for name, before in bases().items():
        kind = name.split("-")[1]
        level = "fast" if kind == "outlier" else LEVELS[len(found) % 3]
        found[name] = (before if kind == "same" else moved(before), types.get(kind), level)
    return found


LEVELS = ("fast", "default", "high")


def moved(before: Array) -> Array:
    """Small steps: of one element in 60, and of most of the fifth that is nearest to zero."""
    bits = before.reshape(-1).view(f"<u{before.itemsize}").copy()
    r, magnitudes = dice(bits.size, 12), bits & bits.dtype.type((1 << 8 * bits.itemsize - 1) - 1)
    if bits.size > 100_000:
        bits += (r % np.uint64(600) == 0).astype(bits.dtype)
        bits[7500] = 0x1234  # where a sample does not look
    else:
        bits += (r % np.uint64(60) == 0).astype(bits.dtype)
        small = magnitudes < np.sort(magnitudes)[bits.size // 5]
        bits += small.astype(bits.dtype) * (r >> np.uint64(40) & np.uint64(31)).astype(bits.dtype)
    return bits.view(before.dtype).reshape(before.shape)


def bases() -> dict[str, Array]:
    """Name -> base, of the blobs that have one."""
    wide, words = weights(60, 96, 13), dice(4000, 14)
    return {
        "base-bf16": (wide >> np.uint32(16)).astype("<u2"),
        "base-f16": wide.view("<f4").astype("<f2"),
        "base-f32": wide.view("<f4"),
        "base-f64": wide[:30].view("<f4").astype("<f8"),
        "base-i16": (words >> np.uint64(50)).astype("<i2"),
        "base-i64": (words >> np.uint64(20)).astype("<i8"),
        "base-u8": (words >> np.uint64(59)).astype("u1"),
        "base-f8": (words >> np.uint64(57)).astype("u1"),
        "base-same": wide.view("<f4"),
        "base-outlier": (0x3C00 + (np.arange(300_000) * 7919 & 0x7FF)).astype("<u2"),
    }


def encode(name: str) -> bytes:
    from pycomp import tensor

    array, dtype, level = samples()[name]
    return tensor.encode(array, base=bases().get(name), dtype=dtype, level=level)


if __name__ == "__main__":
    total = 0
    for old in (HERE / "tensor").glob("*.bin"):
        old.unlink()
    (HERE / "tensor").mkdir(exist_ok=True)
    for name in samples():
        blob = encode(name)
        total += (HERE / "tensor" / f"{name}.bin").write_bytes(blob)
    print(f"{len(samples())} blobs, {total} bytes")
