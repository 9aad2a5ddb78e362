"""Compare pycomp with the compressors installed here, on a file of yours.

All run in this process on the same bytes in memory, taking turns, and each keeps its best time; every
coder's output is decoded and compared with the original. Nothing is written beside the file.

  pycomp bench model.safetensors
  pycomp bench model.safetensors --levels fast,default --rivals zipnn,zstd --csv > table.csv
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pycomp.cli._common import DAMAGED, LEVELS, OK, UsageError, byte_count, human, positive

if TYPE_CHECKING:
    from pycomp.cli._measure import Row
    from pycomp.cli._rivals import Skipped
    from pycomp.cli._sample import Sample

HELP = "compare with the compressors installed here, on a file of yours"

# The part of a large file that is measured unless --limit says otherwise: seconds with the fast coders,
# half a minute with the slowest.
LIMIT = 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument(
        "file", metavar="FILE", help="what to compress: a .safetensors, .npy or any other file"
    )
    parser.add_argument(
        "--levels", default=",".join(LEVELS[:3]), help="pycomp's levels (default: %(default)s)"
    )
    parser.add_argument("--rivals", help="which others (default: all that are installed); 'none' for none")
    parser.add_argument(
        "--rounds", type=positive, default=5, help="turns for each coder (default: %(default)s)"
    )
    parser.add_argument("-t", "--threads", type=positive, default=1, help="for coders that can (default: 1)")
    parser.add_argument(
        "--limit", type=byte_count, default=LIMIT, help="measure at most so much of the file (default: 100M)"
    )
    parser.add_argument(
        "--dtype",
        type=element_type,
        help="element type of a raw file, such as bf16 or f32, for all coders to know",
    )
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_true", help="print one JSON object")
    style.add_argument("--csv", action="store_true", help="print comma-separated values")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def element_type(text: str) -> str:
    """The name of a dtype, for argparse.

    >>> element_type("bf16")
    'BF16'
    """
    from pycomp.archive.dtypes import BITS

    if text.upper() not in BITS:
        known = ", ".join(BITS).lower()
        raise argparse.ArgumentTypeError(f"{text!r} is no element type; known are {known}")
    return text.upper()


def run(args: argparse.Namespace) -> int:
    """Measure and print; fails if any coder gave back something else than it got."""
    from pycomp.cli import _coder, _measure, _progress, _rivals, _sample

    levels = _choice(args.levels, LEVELS, "level")
    names = _choice(args.rivals or ",".join(_rivals.RIVALS), (*_rivals.RIVALS, "none"), "rival")
    sample = _sample.load(args.file, args.limit, args.dtype)
    if not sample.data:
        raise UsageError(f"{args.file} is empty: nothing to measure")
    coders = _coder.ours(sample, args.threads, levels)
    others, skipped = _rivals.theirs(sample, args.threads, [name for name in names if name != "none"])
    if args.threads > 1:
        coders += _coder.ours(sample, 1, levels)
    if not coders + others:
        raise UsageError("nothing to compare: name a level, or a rival that is installed")
    try:
        with _progress.Steps("bench", quiet=args.quiet) as progress:
            rows = _measure.compare(coders + others, rounds=args.rounds, progress=progress)
    finally:
        for coder in coders + others:
            coder.close()
    _print(args, sample, rows, skipped)
    return DAMAGED if any(row.rounds and not row.exact for row in rows) else OK


def _choice(text: str, known: Sequence[str], noun: str) -> list[str]:
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    for name in chosen:
        if name not in known:
            raise UsageError(f"no {noun} {name!r}; there are {', '.join(known)}")
    return chosen


def _print(args: argparse.Namespace, sample: Sample, rows: Sequence[Row], skipped: Sequence[Skipped]) -> None:
    from pycomp.cli._common import print_json
    from pycomp.cli._table import show

    if args.json:
        print_json(
            {
                "file": sample.name,
                "raw_bytes": len(sample.data),
                "cut": sample.cut,
                "dtype": sample.dtype,
                "tensors": len(sample.tensors),
                "threads": args.threads,
                "rows": [row.as_dict() for row in rows],
                "skipped": [{"name": one.name, "reason": one.reason} for one in skipped],
            }
        )
        return
    if args.csv:
        import csv

        writer = csv.DictWriter(sys.stdout, list(rows[0].as_dict()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.as_dict() for row in rows)
    else:
        part = "the start of " if sample.cut else ""
        count = len(sample.tensors)
        kind = f"{count} tensor{'s' * (count > 1)}, mostly {sample.dtype}" if count else "no tensors known"
        plural = "s" * (args.threads > 1)
        print(f"{part}{sample.name}: {human(len(sample.data))}, {kind}; {args.threads} thread{plural}")
        show(HEADER, [cells(row) for row in rows], left=2, bold="pycomp")
    for row in rows:
        if row.error:
            print(f"{row.coder} {row.setting}: {row.error}", file=sys.stderr)
    for one in skipped:
        print(f"{one.name} skipped: {one.reason}", file=sys.stderr)


HEADER = ("coder", "setting", "ratio", "encode MB/s", "decode MB/s", "exact")


def cells(row: Row) -> list[str]:
    """One row of the table, as text."""
    if not row.rounds:
        return [row.coder, row.setting, "-", "-", "-", "failed"]
    setting = row.setting + (f", {row.threads} threads" if row.threads > 1 else "")
    speeds = [f"{row.encode_mb_s:.0f}", f"{row.decode_mb_s:.0f}"]
    return [row.coder, setting, f"{row.ratio:.4f}", *speeds, "yes" if row.exact else "NO"]
