"""Write a tensor, or a file, out of an archive to standard output: its bytes, as they were.

  pycomp cat model.pcz:encoder.weight > weight.bin         little-endian, rows in order
  pycomp cat model.pcz:encoder.weight --rows 10:20 | od -f
  pycomp cat model.pcz:encoder.weight --npy > weight.npy   with a header that says dtype and shape
  pycomp cat model.pcz config.json                         a file; the colon may be a space

Only the chunks that hold the wanted rows are read.
"""

from __future__ import annotations

import argparse
import os
import re
from typing import TYPE_CHECKING, BinaryIO

from pycomp.cli._common import OK, UsageError, add_base

if TYPE_CHECKING:
    from pycomp.archive import Archive

HELP = "write a tensor or file to standard output"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("where", metavar="FILE.pcz:NAME", help="the archive, and a tensor or file in it")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the tensor or file, if not after a colon")
    parser.add_argument(
        "--rows",
        metavar="A:B",
        type=row_range,
        help="only rows A to B-1 of a tensor; negative counts from the end, as in --rows=-2:",
    )
    parser.add_argument("--npy", action="store_true", help="write a tensor as a .npy file")
    add_base(parser)
    parser.add_argument("-f", "--force", action="store_true", help="write even to a terminal")


def row_range(text: str) -> slice:
    """``A:B``, ``A:``, ``:B`` or a single row ``A``, for argparse.

    >>> row_range("2:5"), row_range(":3"), row_range("7")
    (slice(2, 5, None), slice(None, 3, None), slice(7, 8, None))
    """
    match = re.fullmatch(r"(-?\d+)?(:)?(-?\d+)?", text)
    if not match or text in ("", ":") or (match[3] and not match[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B")
    start = int(match[1]) if match[1] else None
    if not match[2]:
        assert start is not None
        return slice(start, start + 1 or None)
    return slice(start, int(match[3]) if match[3] else None)


def locate(where: str) -> tuple[str, str]:
    """Split FILE:NAME at the first colon that has a file before it, since names may hold colons too."""
    for match in re.finditer(":", where):
        path, name = where[: match.start()], where[match.end() :]
        if name and os.path.isfile(path):
            return path, name
    if os.path.isfile(where):
        raise UsageError(f"name a tensor or file in {where}: FILE.pcz:NAME (pycomp ls lists them)")
    path = where.rpartition(":")[0] or where
    raise FileNotFoundError(2, "no such file", path)


def run(args: argparse.Namespace) -> int:
    """Find the name among tensors, then files, and write it."""
    from pycomp import archive
    from pycomp.cli._streams import binary_stdout

    path, name = (args.where, args.name) if args.name else locate(args.where)
    with archive.open(path, base=args.base) as packed, binary_stdout(args.force) as out:
        tensors = packed.keys()
        if name not in tensors and name in packed.files():
            if args.rows or args.npy:
                raise UsageError(f"{name} is a file; --rows and --npy are for tensors")
            for piece in packed.stream(name):
                out.write(piece)
        else:
            _write_tensor(packed, name, args, out)
    return OK


def _write_tensor(packed: Archive, name: str, args: argparse.Namespace, out: BinaryIO) -> None:
    import numpy as np

    try:
        array = packed.tensor(name) if args.rows is None else packed.slice(name, args.rows)
    except KeyError as error:
        raise UsageError(f"{error.args[0]} (pycomp ls lists what there is)") from None
    except IndexError as error:
        raise UsageError(f"{name}: {error}") from None
    if args.npy:
        # numpy has no name for bf16 and the like: their bits go out as unsigned integers.
        plain = array if array.dtype.kind in "biufc" else array.view(f"<u{array.dtype.itemsize}")
        np.lib.format.write_array(out, plain, allow_pickle=False)
    else:
        out.write(
            array.reshape(-1, order="A").view("u1").data
        )  # "A": as they were stored, Fortran's order too
