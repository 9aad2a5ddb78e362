"""What is to be packed: a file, or a folder with everything below it.

Links stay links unless *dereference* is set; what is no file, folder or link (sockets, devices, pipes)
is skipped with a note. Members come in the sorted order of their paths, so that the archive does not
depend on the order in which a file system lists them.
"""

from __future__ import annotations

import errno
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
        raise OSError(errno.EINVAL, "neither a file nor a folder", root)
    members: list[Member] = []
    warnings: list[str] = []
    levels = [_Level(root, "", status)]  # the folder being listed, and those it lies in
    while levels:
        level = levels[-1]
        name = next(level.names, None)
        if name is None:
            levels.pop()
            continue
        path, member = os.path.join(level.path, name), level.prefix + name
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
        elif not stat.S_ISDIR(status.st_mode):
            warnings.append(f"{member}: neither a file, a folder nor a link; skipped")
        elif any(os.path.samestat(status, above.status) for above in levels):
            warnings.append(f"{member}: a link to a folder above it; skipped")
        else:
            members.append(_member(path, member, status, "folder"))
            levels.append(_Level(path, member + "/", status))
    return members, warnings


class _Level:
    """A folder being listed: the names in it that are still to come."""

    def __init__(self, path: str, prefix: str, status: os.stat_result) -> None:
        self.path, self.prefix, self.status = path, prefix, status
        self.names = iter(sorted(os.listdir(path)))
