"""Names, headers and attributes of files as gzip(1) treats them."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

# Suffixes that decompression knows, and what it puts in their place.
KNOWN = {".gz": "", "-gz": "", ".z": "", "-z": "", "_z": "", ".tgz": ".tar", ".taz": ".tar"}


class Header(NamedTuple):
    """What a gzip header says: time of the original (0: nothing) and its name (empty: nothing)."""

    mtime: int
    name: str


def read_header(file: BinaryIO) -> Header | None:
    """The header at the start of the file, which is then wound back; None if there is none.

    >>> import gzip, io
    >>> read_header(io.BytesIO(gzip.compress(b"", mtime=7)))
    Header(mtime=7, name='')
    """
    head = file.read(1 << 16)
    file.seek(0)
    if len(head) < 10 or head[:3] != b"\x1f\x8b\x08":
        return None
    flags, mtime = struct.unpack_from("<BL", head, 3)
    at = 10
    if flags & 4:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    name = head[at:].split(b"\0", 1)[0] if flags & 8 else b""
    return Header(mtime, os.path.basename(name.decode("latin-1")))


def original_name(path: str, suffix: str) -> str | None:
    """The name without the suffix of a compressed file, None if it has none that is known.

    >>> original_name("a.tgz", ".gz"), original_name("a.xyz", ".xyz"), original_name("a", ".gz")
    ('a.tar', 'a', None)
    """
    for known, instead in {suffix: "", **KNOWN}.items():
        if path.lower().endswith(known) and len(os.path.basename(path)) > len(known):
            return path[: -len(known)] + instead
    return None


def copy_attributes(status: os.stat_result, target: str, mtime: float | None = None) -> None:
    """Owner, group, mode and times of the original, as far as we may; *mtime* instead of its own."""
    with contextlib.suppress(OSError, AttributeError):
        os.chown(target, status.st_uid, status.st_gid)
    with contextlib.suppress(OSError):
        os.chmod(target, stat.S_IMODE(status.st_mode))
    with contextlib.suppress(OSError):
        if mtime is None:
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        else:
            os.utime(target, (status.st_atime, mtime))


def files_below(folder: str) -> list[str]:
    """Every file in a folder and the folders in it, in order."""
    found = []
    for root, folders, names in os.walk(folder):
        folders.sort()
        found += [os.fspath(Path(root, name)) for name in sorted(names)]
    return found
