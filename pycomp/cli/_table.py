"""Tables on standard output: drawn by rich on a terminal if it is installed, else aligned text."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Rows in columns as wide as their widest cell: the first *left* to the left, the rest to the right.

    >>> print(aligned(["name", "size"], [["a", "1.5 MB"], ["long", "2 B"]]))
    name    size
    a     1.5 MB
    long     2 B
    """
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join(lines)


def show(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, bold: str = "") -> None:
    """Print a table; on a terminal with rich, rows whose first cell starts with *bold* stand out."""
    if sys.stdout.isatty():
        try:
            from rich import box
            from rich.console import Console
            from rich.table import Table
            from rich.text import Text
        except ModuleNotFoundError:
            pass
        else:
            table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            for i, name in enumerate(header):
                table.add_column(name, justify="left" if i < left else "right", no_wrap=i > 0)
            for row in rows:
                style = "bold" if bold and row[0].startswith(bold) else ""
                table.add_row(*(Text(cell, style=style) for cell in row))
            Console().print(table)
            return
    print(aligned(header, rows, left))
