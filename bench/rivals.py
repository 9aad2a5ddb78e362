"""The side-by-side table: pycomp at every level beside the other libraries, on real models.

For each instruction-set tier a process of its own (``PYCOMP_ISA``); in it, for each fixture and thread
count, all coders on the same buffer, taking turns, each keeping its best of N. The fastest tier meets
every rival; the others and the threaded runs meet those that make sense there. The result is one CSV a
machine in bench/results, and docs/benchmarks.md made anew from all of them (bench/tables.py).

    python bench/rivals.py                                  # everything: about half an hour
    python bench/rivals.py --fixtures minilm.bf16 --levels fast,default --tiers avx512 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import data  # noqa: E402
import record  # noqa: E402
import tables  # noqa: E402

TIERS = {
    "x86_64": ("avx512", "avx2", "scalar"),
    "amd64": ("avx512", "avx2", "scalar"),
    "aarch64": ("neon", "scalar"),
    "arm64": ("neon", "scalar"),
}
# In the slower tiers and with more threads a rival that pays no heed to either would only repeat itself.
YARDSTICK = ("zipnn",)
THREADED = ("zipnn", "lmzip", "zstd")


def child(args: argparse.Namespace) -> None:
    """Measure in this process, at the tier that the environment sets; one JSON object a line."""
    from pycomp.cli import _coder, _measure, _rivals, _sample

    levels = args.levels.split(",")
    best = args.tier == args.tiers.split(",")[0]
    for name in args.fixtures.split(","):
        try:
            path = data.fixture(name, args.fetch)
        except data.Missing as error:
            print(f"SKIPPED {name}: {error}", file=sys.stderr)
            continue
        sample = _sample.load(str(path), 1 << 40)
        for threads in map(int, args.threads.split(",")):
            chosen = [one for one in args.rivals.split(",") if one]
            if not best:
                chosen = [one for one in chosen if one in YARDSTICK]
            if threads > 1:
                chosen = [one for one in chosen if one in THREADED]
            others, skipped = _rivals.theirs(sample, threads, chosen)
            for one in skipped:
                print(f"SKIPPED {one.name} on {name}: {one.reason}", file=sys.stderr)
            coders = _coder.ours(sample, threads, levels, more=True) + others
            try:
                rows = _measure.compare(coders, rounds=args.rounds)
            finally:
                for coder in coders:
                    coder.close()
            for row in rows:
                if row.error:
                    print(f"FAILED {row.coder} {row.setting} on {name}: {row.error}", file=sys.stderr)
                print(json.dumps({"fixture": name, "tier": args.tier, **row.as_dict()}), flush=True)


def main() -> int:
    tiers = TIERS.get(platform.machine().lower(), ("scalar",))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fixtures", default=",".join(data.FIXTURES))
    parser.add_argument("--levels", default="fast,default,high,max")
    parser.add_argument("--rivals", default="zipnn,lmzip,openzl,zstd,blosc2,lz4,zlib")
    parser.add_argument("--tiers", default=",".join(tiers))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--machine", help="name of the result file (default: made from the CPU's)")
    parser.add_argument("--fetch", action="store_true", help="download what is missing of the fixtures")
    parser.add_argument("--tier", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.tier:
        child(args)
        return 0

    context = record.context()
    rows: list[dict[str, object]] = []
    for tier in args.tiers.split(","):
        print(f"== {tier}", file=sys.stderr)
        command = [sys.executable, __file__, *sys.argv[1:], "--tier", tier]
        environment = {**os.environ, "PYCOMP_ISA": tier}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                row = json.loads(line)
                rows.append({**context, **row})
                speeds = f"{row['encode_mb_s']:9.1f} {row['decode_mb_s']:9.1f} MB/s"
                name = f"{row['fixture']:14} {row['coder']:12} {row['setting']:28} x{row['threads']}"
                print(f"{name} {row['ratio']:.4f} {speeds}{'' if row['exact'] else ' NOT EXACT'}")
        if process.returncode:
            return process.returncode
    if not rows:
        print("nothing was measured", file=sys.stderr)
        return 1
    record.write("tensor", rows, args.machine)
    tables.main()
    return 0 if all(row["exact"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
