"""The bench folder's own parts: fixtures, pages made from results, labels of the chart."""

from __future__ import annotations

import csv
import hashlib
import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import a script of the bench folder by its name."""
    monkeypatch.syspath_prepend(str(BENCH))

    def script(name: str) -> ModuleType:
        return import_module(name)

    before = set(sys.modules)
    yield script
    for name in set(sys.modules) - before:
        if (
            getattr(sys.modules[name], "__file__", None)
            and Path(str(sys.modules[name].__file__)).parent == BENCH
        ):
            del sys.modules[name]


def test_cast_to_bf16(bench: Any) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    rng = np.random.default_rng(0)
    values = rng.integers(0, 1 << 32, 100_000, dtype=np.uint64).astype("<u4").view("<f4")
    values = np.concatenate(
        [values[np.isfinite(values)], np.array([0.0, -0.0, 1.00390625, 1.01171875, 3e38], "<f4")]
    )
    with np.errstate(over="ignore"):
        expected = values.astype(ml_dtypes.bfloat16)
    assert bench("data").to_bf16(values) == expected.tobytes()


def test_safetensors(bench: Any) -> None:
    data = bench("data")
    tensors = [("a", "F32", (2, 3), bytes(range(24))), ("b", "I64", (), bytes(8)), ("c", "F16", (0, 4), b"")]
    image = data.safetensors(tensors)
    assert int.from_bytes(image[:8], "little") % 8 == 0
    assert list(data.read_safetensors(image)) == tensors


def test_ctranslate2(bench: Any) -> None:
    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    def variable(name: str, shape: tuple[int, ...], kind: int, content: bytes) -> bytes:
        dimensions = struct.pack(f"<B{len(shape)}I", len(shape), *shape)
        return string(name) + dimensions + struct.pack("<BI", kind, len(content)) + content

    image = struct.pack("<I", 6) + string("WhisperSpec") + struct.pack("<II", 3, 3)
    image += variable("w", (2, 2), 4, bytes(range(8)))
    image += variable("count", (), 2, b"\1\0\0\0")
    image += variable("b", (1,), 4, b"\7\7")
    assert list(bench("data").read_ctranslate2(image)) == [
        ("w", "F16", (2, 2), bytes(range(8))),
        ("b", "F16", (1,), b"\7\7"),
    ]


def test_a_fixture_is_never_another_file(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bench("data")
    monkeypatch.setenv("PYCOMP_BENCH_CACHE", str(tmp_path))
    source = data.Source(
        "nobody-s-package", "1.0", "nobody_s_package/model.bin", hashlib.sha256(b"x").hexdigest()
    )
    with pytest.raises(data.Missing, match=r"nobody-s-package==1\.0"):
        data.source_file(source)
    (tmp_path / "nobody-s-package-model.bin").write_bytes(b"y")
    with pytest.raises(data.Missing):
        data.source_file(source)
    (tmp_path / "nobody-s-package-model.bin").write_bytes(b"x")
    assert data.source_file(source).read_bytes() == b"x"


ROW = {
    "date": "2026-01-02", "commit": "abc", "cpu": "A CPU", "cores": "2", "system": "Linux", "python": "3.11",
    "fixture": "minilm.bf16", "tier": "avx512", "coder": "pycomp", "setting": "fast", "version": "1",
    "threads": "1", "raw_bytes": "300", "packed_bytes": "200", "ratio": "1.5", "encode_mb_s": "2000.4",
    "decode_mb_s": "9000", "rounds": "3", "exact": "True", "error": "",
}  # fmt: skip


def test_tables(bench: Any, tmp_path: Path) -> None:
    rival = {
        **ROW,
        "coder": "zipnn",
        "setting": "bfloat16",
        "version": "0.5",
        "encode_mb_s": "500",
        "decode_mb_s": "1500",
    }
    failed = {**rival, "coder": "other", "exact": "False", "error": "no luck"}
    path = tmp_path / "tensor-x.csv"
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows([ROW, rival, failed])
    page = bench("tables").render(path)
    assert "## A CPU, 2 cores" in page
    assert "commit abc" in page
    assert "zipnn 0.5" in page
    assert "### minilm.bf16, avx512, 1 thread" in page
    assert "| **pycomp** | fast | 1.5000 | 2000 | 9000 | 4.00 | 6.00 |" in page
    assert "| other | bfloat16 | no luck |" in page


def test_tables_by_job(bench: Any, tmp_path: Path) -> None:
    row = {
        "date": "2026-01-02", "commit": "abc", "cpu": "A CPU", "cores": "2", "system": "Linux",
        "python": "3.11", "tier": "best", "input": "logs", "job": "deflate", "coder": "pycomp",
        "setting": "level 6", "version": "1", "threads": "1", "raw_bytes": "300", "packed_bytes": "200",
        "mb_s": "99.6", "exact": "True",
    }  # fmt: skip
    rows = [row, {**row, "input": "json", "mb_s": "50", "packed_bytes": ""}]
    rows.append({**row, "coder": "zlib", "version": "1.3", "exact": "False"})
    path = tmp_path / "deflate-x.csv"
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows(rows)
    page = bench("tables").render_jobs(path, "DEFLATE")
    assert "## DEFLATE on A CPU, 2 cores" in page
    assert "zlib 1.3" in page
    assert "|  | logs | json |" in page
    assert "| **pycomp** level 6 | 99.6 · 1.500 | 50 |" in page
    assert "| zlib level 6 | wrong |  |" in page


@pytest.mark.parametrize("name", ["sources", "binary", "json", "logs", "base64"])
def test_deflate_inputs(bench: Any, name: str) -> None:
    make = bench("deflate_rivals").INPUTS[name]
    data = make(50_000)
    assert 10_000 < len(data) <= 50_000
    assert make(50_000) == data


def test_the_page_is_up_to_date(bench: Any) -> None:
    assert bench("tables").main(check=True) == 0, "run python bench/tables.py"


def test_machine(bench: Any) -> None:
    record = bench("record")
    facts = record.machine()
    assert facts["cpu"]
    assert int(facts["cores"]) >= 1
    assert record.slug({"cpu": "Intel(R) Xeon(R) Processor @ 2.00GHz (family 6, model 1)"}) == "intel-xeon"
    assert record.slug({"cpu": "AMD EPYC 9965 (family 26, model 17)"}) == "amd-epyc-9965-26-17"


def test_chart_labels_keep_apart(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    from pycomp.cli._measure import Row

    chart = bench("chart")
    places = [
        ("pycomp", "fast", 1.51, 9000),
        ("pycomp", "default", 1.52, 8500),
        ("pycomp", "high", 1.521, 8000),
    ]
    places += [
        ("pycomp", "max", 1.525, 40),
        ("lmzip", "", 1.51, 300),
        ("zstd", "", 1.28, 700),
        ("zlib", "", 1.27, 650),
    ]
    rows = [
        Row(coder, setting, "1", 1, 3, 2, ratio, 1.0, speed, 1, True)
        for coder, setting, ratio, speed in places
    ]
    figures: list[Any] = []
    from matplotlib import pyplot

    monkeypatch.setattr(pyplot, "close", figures.append)
    chart.draw([("one", rows), ("two", rows[2:])], tmp_path / "chart.png", "note")
    assert (tmp_path / "chart.png").read_bytes()[:4] == b"\x89PNG"
    (figure,) = figures
    renderer = figure.canvas.get_renderer()
    for axis in figure.axes:
        boxes = [text.get_window_extent(renderer) for text in axis.texts if text.get_text()]
        assert len(boxes) >= 5
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
