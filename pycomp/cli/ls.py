"""List what an archive holds: files, and the tensors in them with dtype, shape, sizes and ratio."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pycomp.cli._common import OK, human, print_json, ratio, shown

if TYPE_CHECKING:
    from pycomp.archive.report import TensorInfo

HELP = "list the files and tensors in an archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("archive", metavar="FILE.pcz", help="the archive")
    parser.add_argument("--json", action="store_true", help="print the list as one JSON object")
    parser.add_argument("-1", "--names", action="store_true", help="only names, one a line")


def run(args: argparse.Namespace) -> int:
    """Print the list; only the index is read."""
    from pycomp import archive
    from pycomp.cli._table import show

    with archive.open(args.archive) as packed:
        entries = packed.entries
        tensors = [(key, packed.describe(key)) for key in packed.keys()]
    if args.json:
        print_json(
            {
                "archive": args.archive,
                "entries": [{"path": one.path, "kind": one.kind, "size": one.size} for one in entries],
                "tensors": [
                    {
                        "name": key,
                        "file": tensor.file,
                        "dtype": tensor.dtype,
                        "shape": list(tensor.shape),
                        "raw_bytes": tensor.nbytes,
                        "packed_bytes": tensor.packed_bytes,
                        "ratio": round(ratio(tensor.nbytes, tensor.packed_bytes), 4),
                    }
                    for key, tensor in tensors
                ],
            }
        )
    elif args.names:
        print("\n".join([*(one.path for one in entries), *(key for key, _ in tensors)]))
    else:
        rows: list[list[str]] = []
        for entry in entries:
            mark = {"folder": "/", "link": f" -> {shown(entry.target)}"}.get(entry.kind, "")
            size = human(entry.size) if entry.kind == "file" else ""
            rows.append([shown(entry.path) + mark, "", "", size, "", ""])
            rows += [_row(key, tensor) for key, tensor in tensors if tensor.file == entry.path]
        show(["name", "dtype", "shape", "size", "packed", "ratio"], rows, left=3)
    return OK


def _row(key: str, tensor: TensorInfo) -> list[str]:
    shape = "×".join(map(str, tensor.shape)) or "scalar"
    sizes = [human(tensor.nbytes), human(tensor.packed_bytes)]
    return [
        f"  {shown(key)}",
        tensor.dtype,
        shape,
        *sizes,
        f"{ratio(tensor.nbytes, tensor.packed_bytes):.4f}",
    ]
