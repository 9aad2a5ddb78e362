"""The files being packed, as memory maps of which only a few are open at a time.

Maps rather than reads: the numeric codec wants a whole tensor at once, and a map lends it without
taking memory. Pages that have been coded are handed back (``MADV_DONTNEED``), so the resident size
stays small even where a system counts mapped pages.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
from collections import OrderedDict

from pycomp.archive.tree import Member
from pycomp.errors import PycompError

__all__ = ["Sources", "find_holes"]

Ranges = tuple[tuple[int, int], ...]

# File descriptors are scarce (1,024 by default) and deduplication comes back to earlier files.
OPEN_MAX = 64
HOLE_MIN = 1 << 20  # a smaller hole costs more as a segment of its own than as packed zeros
COMPARE_SIZE = 256 << 10  # two of them fit a second-level cache


class Sources:
    """Maps of the members by number, opened on demand."""

    def __init__(self, members: list[Member]) -> None:
        self._members = members
        self._maps: OrderedDict[int, mmap.mmap] = OrderedDict()

    def open(self, number: int) -> mmap.mmap:
        """The map of a member that is not empty; raises PycompError when it changed since it was listed."""
        if number in self._maps:
            self._maps.move_to_end(number)
            return self._maps[number]
        member = self._members[number]
        with open(member.path, "rb") as file:
            self._unchanged(member, os.fstat(file.fileno()))
            try:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (OSError, ValueError) as error:
                raise OSError(errno.ENODEV, f"cannot be mapped into memory ({error})", member.path) from None
        self._maps[number] = mapped
        if len(self._maps) > OPEN_MAX:
            self._maps.popitem(last=False)  # unmapped once no job holds a view of it
        return mapped

    def view(self, number: int, ranges: Ranges) -> memoryview:
        """The bytes of *ranges*: a view of the map, or of a copy where they are several."""
        data = memoryview(self.open(number))
        if len(ranges) == 1:
            return data[ranges[0][0] : sum(ranges[0])]
        return memoryview(b"".join(data[start : start + size] for start, size in ranges))

    def equal(self, a: tuple[int, Ranges], b: tuple[int, Ranges]) -> bool:
        """Whether two equally long (member, ranges) are the same, byte by byte."""
        left, right = self.view(*a), self.view(*b)
        for at in range(0, len(left), COMPARE_SIZE):
            # As bytes: comparing memoryviews goes element by element through Python.
            if bytes(left[at : at + COMPARE_SIZE]) != bytes(right[at : at + COMPARE_SIZE]):
                return False
        return True

    def release(self, number: int, ranges: Ranges) -> None:
        """Give the pages of *ranges* back; reading them again only costs time."""
        mapped = self._maps.get(number)
        if mapped is None or not hasattr(mmap, "MADV_DONTNEED"):
            return
        for start, size in ranges:
            first = start // mmap.PAGESIZE * mmap.PAGESIZE
            mapped.madvise(mmap.MADV_DONTNEED, first, min(start + size, len(mapped)) - first)

    def check_unchanged(self) -> None:
        """Raise PycompError when a file's size or time is no longer what it was when it was listed."""
        for member in self._members:
            if member.entry.kind == "file":
                self._unchanged(member, os.stat(member.path))

    def check_empty(self, number: int) -> None:
        """Raise OSError for a file that is said to be empty and is not, as in /proc."""
        path = self._members[number].path
        with contextlib.suppress(PermissionError), open(path, "rb", buffering=0) as file:
            if file.read(1):
                raise OSError(errno.EINVAL, "it does not say how large it is; pack a copy", path)

    def close(self) -> None:
        """Drop all maps."""
        self._maps.clear()

    @staticmethod
    def _unchanged(member: Member, now: os.stat_result) -> None:
        then = member.status
        if (then.st_size, then.st_mtime_ns, then.st_ino) != (now.st_size, now.st_mtime_ns, now.st_ino):
            raise PycompError(f"{member.path!r} changed while it was being packed; nothing was kept")


def find_holes(path: str, status: os.stat_result) -> list[tuple[int, int]]:
    """(start, size) of the large holes of a sparse file; none where the system cannot tell."""
    sparse = getattr(status, "st_blocks", 1 << 62) * 512 < status.st_size
    if not sparse or not hasattr(os, "SEEK_HOLE"):
        return []
    holes = []
    fd = os.open(path, os.O_RDONLY)
    try:
        end, size = 0, status.st_size
        while end < size:
            start = os.lseek(fd, end, os.SEEK_HOLE)
            try:
                end = os.lseek(fd, start, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:  # what says that only a hole is left
                    raise
                end = size
            if end - start >= HOLE_MIN:
                holes.append((start, min(end, size) - start))
    except OSError:
        return []
    finally:
        os.close(fd)
    return holes
