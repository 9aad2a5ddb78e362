"""A chart of compression ratio against decoding speed, with labels that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pycomp.cli._measure import Row

OURS, THEIRS, INK = "#c1272d", "#4a6a8a", "#222222"
# Places to try for a label, in points from its dot, nearest first: right, left, above, below, corners.
PLACES = [
    (dx * reach, dy * reach)
    for reach in (8, 14, 22, 32, 44)
    for dx, dy in ((1, 0), (0, 1), (0, -1), (-1, 0), (0.8, 0.8), (0.8, -0.8), (-0.8, 0.8), (-0.8, -0.8))
]


def draw(panels: Sequence[tuple[str, Sequence[Row]]], path: Path, note: str) -> None:
    """Write a PNG with one panel for each (title, rows)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(panels), figsize=(6.6 * len(panels), 5.6), squeeze=False)
    for axis, (title, rows) in zip(axes[0], panels, strict=True):
        _panel(axis, title, [row for row in rows if row.exact])
    figure.text(0.995, 0.008, note, ha="right", va="bottom", fontsize=7.5, color="#777777")
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    for axis in axes[0]:
        _label(figure, axis)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _panel(axis: Any, title: str, rows: Sequence[Row]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ours = sorted((row for row in rows if row.coder == "pycomp"), key=lambda row: row.decode_mb_s)
    theirs = [row for row in rows if row.coder != "pycomp"]
    axis.plot(
        [row.decode_mb_s for row in ours],
        [row.ratio for row in ours],
        color=OURS,
        lw=1.2,
        alpha=0.5,
        zorder=2,
    )
    for group, colour, size in ((theirs, THEIRS, 42), (ours, OURS, 64)):
        axis.scatter(
            [row.decode_mb_s for row in group],
            [row.ratio for row in group],
            s=size,
            color=colour,
            zorder=3,
            lw=0,
        )
    axis.line_to_avoid = [(row.decode_mb_s, row.ratio) for row in ours]
    axis.labels_to_place = [
        (row.decode_mb_s, row.ratio, _name(row), OURS if row in ours else INK) for row in rows
    ]
    axis.set_xscale("log")
    low, high = min(row.decode_mb_s for row in rows), max(row.decode_mb_s for row in rows)
    axis.set_xlim(low / 2.2, high * 2.6)
    ratios = [row.ratio for row in rows]
    margin = max(0.02, 0.12 * (max(ratios) - min(ratios)))
    axis.set_ylim(min(ratios) - margin, max(ratios) + margin)
    axis.xaxis.set_major_locator(LogLocator(10))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _speed(value)))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("decoding speed, one thread (log scale): faster →")
    axis.set_ylabel("compression ratio: smaller files ↑")
    axis.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    axis.grid(True, color="#e6e6e6", lw=0.7)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _name(row: Row) -> str:
    return f"{row.coder} {row.setting.partition(',')[0]}" if row.coder in ("pycomp", "openzl") else row.coder


def _speed(value: float) -> str:
    return f"{value / 1000:g} GB/s" if value >= 1000 else f"{value:g} MB/s"


def _label(figure: Any, axis: Any) -> None:
    """Put each label at the first place where it meets no dot, no label and no edge."""
    renderer = figure.canvas.get_renderer()
    scale = figure.dpi / 72
    frame = axis.get_window_extent(renderer)
    dots = [axis.transData.transform((x, y)) for x, y, *_ in axis.labels_to_place]
    corners = [axis.transData.transform(point) for point in axis.line_to_avoid]
    line = [a + (b - a) * k / 40 for a, b in pairwise(corners) for k in range(41)]
    taken: list[Any] = []
    # Ours first: they get the nearest places.
    for x, y, text, colour in sorted(axis.labels_to_place, key=lambda item: item[3] != OURS):
        weight = "bold" if colour == OURS else "normal"
        label = axis.annotate(
            text, (x, y), xytext=(0, 0), textcoords="offset points", fontsize=9, color=colour, weight=weight
        )
        for dx, dy in PLACES:
            label.set_position((dx, dy))
            label.set_ha("left" if dx > 0 else "right" if dx < 0 else "center")
            label.set_va("bottom" if dy > 0 else "top" if dy < 0 else "center")
            box = label.get_window_extent(renderer).expanded(1.03, 1.1)
            near = 5 * scale
            own = tuple(axis.transData.transform((x, y)))
            clear = (
                not any(box.overlaps(other) for other in taken)
                and not any(_covers(box, dot, near) for dot in dots if tuple(dot) != own)
                and not any(_covers(box, point, 0) for point in line)
            )
            if clear and box.x0 > frame.x0 and box.x1 < frame.x1 and box.y0 > frame.y0 and box.y1 < frame.y1:
                if max(abs(dx), abs(dy)) > 12:  # far enough to need a pointer
                    axis.annotate(
                        "", (x, y), xytext=(dx, dy), textcoords="offset points",
                        arrowprops={"arrowstyle": "-", "color": "#aaaaaa", "lw": 0.7},
                    )  # fmt: skip
                break
        taken.append(label.get_window_extent(renderer).expanded(1.03, 1.1))


def _covers(box: Any, point: Any, near: float) -> bool:
    return bool(box.x0 - near < point[0] < box.x1 + near and box.y0 - near < point[1] < box.y1 + near)
