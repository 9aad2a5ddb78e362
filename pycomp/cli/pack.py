"""Pack a file or a folder into one .pcz, losslessly.

  pycomp pack model.safetensors             writes model.safetensors.pcz
  pycomp pack model/ -o model.pcz           a whole folder
  pycomp pack - -o weights.pcz < weights    from standard input
  pycomp pack model/ -o - | ssh host 'cat > model.pcz'

Nothing but a complete archive ever appears under the output's name.
"""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pycomp.cli._common import (
    LEVELS,
    OK,
    UsageError,
    add_output_style,
    add_threads,
    duration,
    human,
    packed_name,
    print_json,
    refuse_overwrite,
    warn,
)

if TYPE_CHECKING:
    from pycomp.archive.report import PackReport

HELP = "pack a file or folder into a .pcz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("source", metavar="SOURCE", help="file or folder; - for standard input")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the archive (default: SOURCE.pcz); - for standard output"
    )
    parser.add_argument(
        "-l",
        "--level",
        choices=LEVELS,
        default="default",
        help="fast: speed first; default; high: smaller, slower; max: smallest, much slower",
    )
    parser.add_argument("-f", "--force", action="store_true", help="replace an existing output")
    parser.add_argument(
        "--name", default="stdin", help="name of the file inside, when packing standard input"
    )
    parser.add_argument(
        "--base",
        metavar="PATH",
        help="an archive, file or folder of like tensors (the checkpoint before): code the differences to it",
    )
    add_threads(parser)
    add_output_style(parser)


def run(args: argparse.Namespace) -> int:
    """Pack and report."""
    from pycomp import archive
    from pycomp.cli import _streams
    from pycomp.cli._progress import Progress

    output = args.output or ("-" if args.source == "-" else packed_name(args.source))
    if output == "-" and args.json:
        raise UsageError("--json and -o - both want standard output; choose one")
    if args.name in ("", ".", "..") or os.path.basename(args.name) != args.name:
        raise UsageError(f"--name {args.name!r} is not a plain file name")
    if output != "-":
        if os.path.isdir(output):
            output = os.path.join(output, packed_name(os.path.basename(os.path.normpath(args.source))))
        refuse_overwrite(output, args.force)

    with ExitStack() as stack:
        target = output if output != "-" else stack.enter_context(_streams.binary_stdout())
        source = args.source
        if source == "-":
            folder = stack.enter_context(_streams.spool(None if output == "-" else output))
            source = os.fspath(_streams.from_stdin(folder / args.name))
        progress = stack.enter_context(Progress("pack", quiet=args.quiet))
        report = archive.pack(
            source, target, level=args.level, threads=args.threads, base=args.base, progress=progress
        )
    _report(args, output, report)
    return OK


def _report(args: argparse.Namespace, output: str, report: PackReport) -> None:
    for warning in report.warnings:
        warn(args, warning)
    if args.json:
        print_json(
            {
                "source": args.source,
                "output": output,
                "files": report.files,
                "tensors": report.tensors,
                "raw_bytes": report.raw_bytes,
                "packed_bytes": report.packed_bytes,
                "shared_bytes": report.shared_bytes,
                "ratio": round(report.raw_bytes / max(report.packed_bytes, 1), 4),
                "seconds": round(report.seconds, 3),
                "by_dtype": report.by_dtype,
                "warnings": report.warnings,
            }
        )
    elif not args.quiet and output != "-":
        speed = human(report.raw_bytes / max(report.seconds, 1e-9))
        print(
            f"{output}: {human(report.raw_bytes)} -> {human(report.packed_bytes)}, ratio "
            f"{report.raw_bytes / max(report.packed_bytes, 1):.4f}, {duration(report.seconds)}, {speed}/s"
        )
