"""Restore what a .pcz holds, bit for bit; every byte is checked on the way.

pycomp unpack model.safetensors.pcz       writes model.safetensors
pycomp unpack model.pcz -o restored/      a packed folder into a folder
pycomp unpack - -o restored/ < model.pcz  from standard input
pycomp unpack weights.pcz -o - | sha256sum
"""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pycomp.cli._common import (
    OK,
    UsageError,
    add_base,
    add_output_style,
    add_threads,
    duration,
    human,
    print_json,
    refuse_overwrite,
    unpacked_name,
    warn,
)

if TYPE_CHECKING:
    from pycomp.archive.report import UnpackReport

HELP = "restore a .pcz to the file or folder it was"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("source", metavar="FILE.pcz", help="the archive; - for standard input")
    parser.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="file or folder (default: the name without .pcz); - for standard output",
    )
    parser.add_argument("-f", "--force", action="store_true", help="replace what is in the way")
    add_base(parser)
    add_threads(parser)
    add_output_style(parser)


def run(args: argparse.Namespace) -> int:
    """Unpack and report."""
    from pycomp import archive
    from pycomp.cli import _streams
    from pycomp.cli._progress import Progress

    output = args.output or ("-" if args.source == "-" else unpacked_name(args.source))
    if output == "-" and args.json:
        raise UsageError("--json and -o - both want standard output; choose one")
    with ExitStack() as stack:
        source = args.source
        if source == "-":
            folder = stack.enter_context(_streams.spool(None if output == "-" else output))
            source = os.fspath(_streams.from_stdin(folder / "standard input"))
        with archive.open(source) as packed:
            single = packed.info().single
            names = [entry.path for entry in packed.entries if entry.kind != "folder"]
        target = output if output != "-" else stack.enter_context(_streams.binary_stdout())
        if output != "-":
            _refuse_what_is_there(names, single, output, args.force)
        elif not single:
            raise UsageError(
                f"{args.source} holds a folder, which is no single stream; name a folder with -o"
            )
        progress = stack.enter_context(Progress("unpack", quiet=args.quiet))
        report = archive.unpack(source, target, threads=args.threads, base=args.base, progress=progress)
    _report(args, report, single, output)
    return OK


def _refuse_what_is_there(names: list[str], single: bool, output: str, force: bool) -> None:
    if not single or os.path.isdir(output):
        for name in names:
            refuse_overwrite(os.path.join(output, name), force)
    else:
        refuse_overwrite(output, force)


def _report(args: argparse.Namespace, report: UnpackReport, single: bool, output: str) -> None:
    for warning in report.warnings:
        warn(args, warning)
    if args.json:
        print_json(
            {
                "source": args.source,
                "output": report.dst,
                "files": report.files,
                "raw_bytes": report.raw_bytes,
                "packed_bytes": report.packed_bytes,
                "seconds": round(report.seconds, 3),
                "warnings": report.warnings,
            }
        )
    elif not args.quiet and output != "-":
        speed = human(report.raw_bytes / max(report.seconds, 1e-9))
        files = "" if single else f"{report.files} files, "
        print(f"{report.dst}: {files}{human(report.raw_bytes)}, {duration(report.seconds)}, {speed}/s")
