"""Check every byte of archives against its checksums, without writing anything.

Each damaged stretch is named by file, tensor, chunk and offset; what is not named is intact, and
`pycomp cat` still reads it. The exit code is 1 if anything is damaged; other
archives are checked all the same.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from pycomp.cli._common import (
    DAMAGED,
    OK,
    add_base,
    add_output_style,
    add_threads,
    complain,
    duration,
    failure,
    human,
    print_json,
    shown,
)

if TYPE_CHECKING:
    from pycomp.archive.report import VerifyReport

HELP = "check every byte of an archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("archives", metavar="FILE.pcz", nargs="+", help="what to check")
    add_base(parser)
    add_threads(parser)
    add_output_style(parser)


def run(args: argparse.Namespace) -> int:
    """Verify each archive; report them all before failing."""
    from pycomp import archive
    from pycomp.cli._progress import Progress
    from pycomp.errors import PycompError

    results: list[dict[str, Any]] = []
    codes = {OK}
    for path in args.archives:
        try:
            with (
                archive.open(path, base=args.base, threads=args.threads) as packed,
                Progress("verify", quiet=args.quiet) as progress,
            ):
                report = packed.verify(progress)
        except (PycompError, OSError) as error:  # too damaged to open, not there, or without its base
            text, code = failure(error) or (str(error), DAMAGED)
            codes.add(code)
            results.append({"archive": path, "ok": False, "error": text, "damage": []})
            if code != DAMAGED:
                complain(text)
            elif not args.json:
                print(f"{path}: DAMAGED: {text}")
            continue
        codes.add(OK if report.ok else DAMAGED)
        results.append(_as_dict(path, report))
        if not args.json:
            _print(args, path, report)
    if args.json:
        print_json(results[0] if len(results) == 1 else results)
    return DAMAGED if DAMAGED in codes else max(codes)


def _as_dict(path: str, report: VerifyReport) -> dict[str, Any]:
    return {
        "archive": path,
        "ok": report.ok,
        "raw_bytes": report.raw_bytes,
        "packed_bytes": report.packed_bytes,
        "seconds": round(report.seconds, 3),
        "damage": report.damage,
        "warnings": report.warnings,
    }


def _print(args: argparse.Namespace, path: str, report: VerifyReport) -> None:
    for damage in report.damage:
        print(f"{path}: DAMAGED: {shown(str(damage))}")
    for warning in report.warnings:
        print(f"{path}: warning: {shown(warning)}")
    if report.ok and not args.quiet:
        speed = human(report.raw_bytes / max(report.seconds, 1e-9))
        print(f"{path}: intact, {human(report.raw_bytes)} checked, {duration(report.seconds)}, {speed}/s")
