"""What is to be packed: a file, or a folder with everything below it.

Links stay links unless *dereference* is set; what is no file, folder or link (sockets, devices, pipes)
is skipped with a note. Members come in the sorted order of their paths, so that the archive does not
depend on the order in which a file system lists them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from pycomp.archive.index import Entry
from pycomp.archive.paths import points_outside

__all__ = ["Member", "walk"]


@dataclass
class Member:
    """An entry to be, and where it is on disk now."""

    entry: Entry
    path: str
    status: os.stat_result


def _member(path: str, name: str, status: os.stat_result, kind: str) -> Member:
    entry = Entry(name, kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns)
    if kind == "file":
        entry.size = status.st_size
    elif kind == "link":
        entry.target = os.readlink(path)
    return Member(entry, path, status)


def walk(root: str, exclude: set[str], dereference: bool) -> tuple[list[Member], list[str]]:
    """Members of *root* and warnings; *exclude* holds real paths not to take (the archive itself).

    Raises OSError for what cannot be read: a member is never left out silently.
    """
    status = os.stat(root)
    if stat.S_ISREG(status.st_mode):
        return [_member(root, os.path.basename(os.path.abspath(root)), status, "file")], []
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(f"{root!r} is neither a file nor a folder")
    members: list[Member] = []
    warnings: list[str] = []
    ancestors = {(status.st_dev, status.st_ino)}
    _walk(root, "", exclude, dereference, ancestors, members, warnings)
    return members, warnings


def _walk(
    folder: str,
    prefix: str,
    exclude: set[str],
    dereference: bool,
    ancestors: set[tuple[int, int]],
    members: list[Member],
    warnings: list[str],
) -> None:
    for name in sorted(os.listdir(folder)):
        path, member = os.path.join(folder, name), prefix + name
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if not dereference:
                members.append(_member(path, member, status, "link"))
                if points_outside(member, members[-1].entry.target):
                    warnings.append(f"{member}: a link to outside the folder; its content is not packed")
                continue
            status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            if os.path.realpath(path) not in exclude:
                members.append(_member(path, member, status, "file"))
        elif stat.S_ISDIR(status.st_mode):
            identity = (status.st_dev, status.st_ino)
            if identity in ancestors:
                warnings.append(f"{member}: a link to a folder above it; skipped")
                continue
            members.append(_member(path, member, status, "folder"))
            below = ancestors | {identity}
            _walk(path, member + "/", exclude, dereference, below, members, warnings)
        else:
            warnings.append(f"{member}: neither a file, a folder nor a link; skipped")
