"""docs/benchmarks.md from bench/results/*.csv: everything between its markers is written here.

python bench/tables.py           # write
python bench/tables.py --check   # only say whether the page is up to date (exit code 1: it is not)
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
YARDSTICK = "zipnn"

Row = dict[str, str]


def render(path: Path) -> str:
    """The tables of one machine."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    first = rows[0]
    versions = {row["coder"]: row["version"] for row in rows if not row["coder"].startswith("pycomp")}
    lines = [
        f"## {first['cpu']}, {first['cores']} cores",
        "",
        f"{first['system']}, Python {first['python']}, {first['date']}, commit {first['commit']}; "
        f"from `bench/results/{path.name}`. Speeds are MB (10⁶ bytes) of original data a second. "
        + "Versions: "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + ".",
    ]
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        group = "1" if row["threads"] == "1" else row["threads"]
        groups.setdefault((row["fixture"], row["tier"], group), []).append(row)
    for (fixture, tier, threads), members in sorted(groups.items(), key=lambda item: _order(rows, item[0])):
        plural = "s" if threads != "1" else ""
        lines += ["", f"### {fixture}, {tier}, {threads} thread{plural}", "", *_table(members)]
    return "\n".join(lines)


def _order(rows: list[Row], key: tuple[str, str, str]) -> tuple[int, int, int]:
    fixtures = list(dict.fromkeys(row["fixture"] for row in rows))
    tiers = list(dict.fromkeys(row["tier"] for row in rows))
    return fixtures.index(key[0]), tiers.index(key[1]), int(key[2])


def _table(rows: list[Row]) -> list[str]:
    yardstick = next((row for row in rows if row["coder"] == YARDSTICK and row["exact"] == "True"), None)
    head = ["coder", "setting", "ratio", "encode MB/s", "decode MB/s"]
    if yardstick:
        head += [f"encode × {YARDSTICK}", f"decode × {YARDSTICK}"]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for row in rows:
        if row["exact"] != "True":
            lines.append(
                f"| {row['coder']} | {row['setting']} | {row['error'] or 'not exact'} |"
                + " |" * (len(head) - 3)
            )
            continue
        ours = "**" if row["coder"] == "pycomp" else ""
        cells = [f"{ours}{row['coder']}{ours}", row["setting"], f"{float(row['ratio']):.4f}"]
        cells += [f"{float(row[key]):.0f}" for key in ("encode_mb_s", "decode_mb_s")]
        if yardstick:
            cells += [
                f"{float(row[key]) / float(yardstick[key]):.2f}" for key in ("encode_mb_s", "decode_mb_s")
            ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def render_deflate(path: Path) -> str:
    """The DEFLATE tables of one machine: by job, a line for each coder and a column for each input."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    first = rows[0]
    versions = {row["coder"]: row["version"] for row in rows if row["coder"] != "pycomp"}
    inputs = list(dict.fromkeys(row["input"] for row in rows))
    lines = [
        f"## DEFLATE on {first['cpu']}, {first['cores']} cores",
        "",
        f"{first['system']}, Python {first['python']}, {first['date']}, commit {first['commit']}, "
        f"instruction sets: {first['tier']}; from `bench/results/{path.name}`. MB (10⁶ bytes) of original "
        "data a second; where compressing, with the ratio. Versions: "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + ".",
    ]
    cells: dict[tuple[str, tuple[str, str, str]], dict[str, str]] = {}
    for row in rows:
        speed = f"{float(row['mb_s']):.0f}" if row["exact"] == "True" else "wrong"
        if row["packed_bytes"]:
            speed += f" · {int(row['raw_bytes']) / int(row['packed_bytes']):.3f}"
        one = (row["coder"], row["setting"], row["threads"])
        cells.setdefault((row["job"], one), {})[row["input"]] = speed
    for job in dict.fromkeys(job for job, _ in cells):
        lines += ["", f"### {job}", "", "| coder | setting | threads | " + " | ".join(inputs) + " |"]
        lines.append("|---|---|---:|" + "---:|" * len(inputs))
        for (other, (coder, setting, threads)), speeds in cells.items():
            if other == job:
                name = f"**{coder}**" if coder == "pycomp" else coder
                values = " | ".join(speeds.get(name, "") for name in inputs)
                lines.append(f"| {name} | {setting} | {threads} | {values} |")
    return "\n".join(lines)


def main(check: bool = False) -> int:
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    results = sorted((HERE / "results").glob("tensor-*.csv"))
    parts = [render(path) for path in results]
    parts += [render_deflate(path) for path in sorted((HERE / "results").glob("deflate-*.csv"))]
    tables = "\n\n".join(parts) or "No results yet: run `make bench`."
    fresh = f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"
    if check:
        if fresh != page:
            print("docs/benchmarks.md is not what bench/tables.py makes of bench/results", file=sys.stderr)
        return int(fresh != page)
    PAGE.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
