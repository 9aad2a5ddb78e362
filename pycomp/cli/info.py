"""Say what an archive holds, in a few lines: counts, sizes, ratio, and the share of each dtype."""

from __future__ import annotations

import argparse

from pycomp.cli._common import OK, add_output_style, human, print_json, ratio

HELP = "summarise an archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own options."""
    parser.add_argument("archive", metavar="FILE.pcz", help="the archive")
    add_output_style(parser)


def run(args: argparse.Namespace) -> int:
    """Print the summary; only the index is read."""
    from pycomp import archive
    from pycomp.cli._table import show

    with archive.open(args.archive) as packed:
        info = packed.info()
    total = ratio(info.raw_bytes, info.packed_bytes)
    if args.json:
        print_json(
            {
                "archive": args.archive,
                "kind": "file" if info.single else "folder",
                "files": info.files,
                "folders": info.folders,
                "links": info.links,
                "tensors": info.tensors,
                "raw_bytes": info.raw_bytes,
                "packed_bytes": info.packed_bytes,
                "ratio": round(total, 4),
                "segments": info.segments,
                "by_dtype": info.by_dtype,
                "base": info.base or None,
                "warnings": info.warnings,
            }
        )
        return OK
    counts = [f"{count} {noun}{'s' * (count != 1)}" for count, noun in _counts(info) if count]
    kind = "one file" if info.single else "a folder"
    print(f"{args.archive}: {kind}; {', '.join(counts)}")
    print(f"{human(info.raw_bytes)} -> {human(info.packed_bytes)}, ratio {total:.4f}")
    rows = [
        [share.dtype, str(share.tensors or ""), human(share.raw_bytes), human(share.packed_bytes),
         f"{ratio(share.raw_bytes, share.packed_bytes):.4f}"]
        for share in info.by_dtype
    ]  # fmt: skip
    if rows:
        print()
        show(["dtype", "tensors", "size", "packed", "ratio"], rows)
    if info.base:
        print(f"needs its base {info.base}")
    for warning in info.warnings:
        print(f"warning: {warning}")
    return OK


def _counts(info: object) -> list[tuple[int, str]]:
    return [(getattr(info, name + "s"), name) for name in ("file", "folder", "link", "tensor")]
