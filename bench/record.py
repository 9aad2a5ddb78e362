"""What every row of bench/results says of its run, and how rows become a file there."""

from __future__ import annotations

import csv
import datetime
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    facts: dict[str, str] = {}
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    name = facts.get("model name") or platform.processor() or platform.machine()
    numbers = [facts[key] for key in ("cpu family", "model") if key in facts]
    return {
        "cpu": name + (f" (family {numbers[0]}, model {numbers[1]})" if len(numbers) == 2 else ""),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def slug(facts: dict[str, str]) -> str:
    """A file name for the machine."""
    words = re.sub(r"\((r|tm)\)|processor|cpu|family|model|@.*", " ", facts["cpu"].lower())
    return "-".join(re.findall(r"[a-z0-9]+", words))


def commit() -> str:
    """The repository's commit, with a + if files differ from it."""
    git = ["git", "-C", str(HERE), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"]
    done = subprocess.run(git, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def context() -> dict[str, str]:
    """Day, commit and machine."""
    today = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    return {"date": today, "commit": commit(), **machine()}


def write(kind: str, rows: Sequence[dict[str, object]], name: str | None = None) -> Path:
    """The rows as bench/results/KIND-NAME.csv; the name is the machine's unless it is given."""
    out = HERE / "results" / f"{kind}-{name or slug(machine())}.csv"
    out.parent.mkdir(exist_ok=True)
    with open(out, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"wrote {out}", file=sys.stderr)
    return out
