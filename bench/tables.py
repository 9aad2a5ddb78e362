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
TITLES = {
    "deflate": "DEFLATE",
    "transforms": "Cosine transforms",
    "wavelets": "Wavelets and differences",
    "predict": "Prediction",
    "motion": "Motion and quantisation",
}

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
        groups.setdefault((row["fixture"], row["tier"], row["threads"]), []).append(row)
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


def render_jobs(path: Path, title: str) -> str:
    """The other tables of one machine: one for each job, inputs against contenders."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    first = rows[0]
    tiers = dict.fromkeys(row["tier"] for row in rows)
    versions = {row["coder"]: row.get("version", "") for row in rows if row["coder"] != "pycomp"}
    told = ", ".join(f"{name} {version}".strip() for name, version in versions.items())
    lines = [
        f"## {title} on {first['cpu']}, {first['cores']} cores",
        "",
        f"{first['system']}, Python {first['python']}, {first['date']}, commit {first['commit']}, "
        f"instruction sets: {', '.join(tiers)}; from `bench/results/{path.name}`. "
        "MB (10⁶ bytes) of original data a second where nothing else is said; where compressing, with the "
        f"ratio. Beside: {told}.",
    ]
    for job in dict.fromkeys(row["job"] for row in rows):
        lines += ["", f"### {title}: {job}", "", *_grid([row for row in rows if row["job"] == job])]
    return "\n".join(lines)


def _grid(rows: list[Row]) -> list[str]:
    """Inputs against contenders, the longer list downwards."""
    several = len({row["threads"] for row in rows}) > 1
    cells: dict[str, dict[str, str]] = {}
    for row in rows:
        coder = f"**{row['coder']}**" if row["coder"] == "pycomp" else row["coder"]
        contender = f"{coder} {row['setting']}" + (f", ×{row['threads']}" if several else "")
        cells.setdefault(contender, {})[row["input"]] = _speed(row)
    inputs = list(dict.fromkeys(row["input"] for row in rows))
    if len(inputs) > len(cells):
        head = ["input", *cells]
        body = [[name, *(speeds.get(name, "") for speeds in cells.values())] for name in inputs]
    else:
        head = ["", *inputs]
        body = [[name, *(speeds.get(one, "") for one in inputs)] for name, speeds in cells.items()]
    rule = "|---|" + "---:|" * (len(head) - 1)
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(line)} |" for line in body)]


def _speed(row: Row) -> str:
    if row.get("exact", "True") != "True":
        return "wrong"
    ratio = f" · {int(row['raw_bytes']) / int(row['packed_bytes']):.3f}" if row.get("packed_bytes") else ""
    speed = float(row.get("mb_s") or row["rate"])
    unit = row.get("unit", "MB/s")
    return (
        (f"{speed:.0f}" if speed >= 100 else f"{speed:.3g}") + ratio + (f" {unit}" if unit != "MB/s" else "")
    )


def main(check: bool = False) -> int:
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    results = HERE / "results"
    parts = [render(path) for path in sorted(results.glob("tensor-*.csv"))]
    for kind, title in TITLES.items():
        parts += [render_jobs(path, title) for path in sorted(results.glob(f"{kind}-*.csv"))]
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
