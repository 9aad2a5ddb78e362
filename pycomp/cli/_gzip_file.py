"""Names, headers and attributes of files as gzip(1) treats them."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

# Suffixes that decompression knows, and what it puts in their place.
KNOWN = {".gz": "", "-gz": "", ".z": "", "-z": "", "_z": "", ".tgz": ".tar", ".taz": ".tar"}
MAGIC = b"\x1f\x8b"
TRAILER = 8
FNAME, FEXTRA = 8, 4  # flags of the header (RFC 1952)
UNIX = 3  # its number for the system


class Header(NamedTuple):
    """What a gzip header says: time and name of the original (0 and "": nothing); and how long it is."""

    mtime: int
    name: str
    size: int


def parse_header(head: bytes) -> Header | None:
    """The header at the start of a file; None if there is none.

    >>> import gzip
    >>> parse_header(gzip.compress(b"", mtime=7))
    Header(mtime=7, name='', size=10)
    """
    if len(head) < 10 or head[:3] != MAGIC + b"\x08":
        return None
    flags, mtime = struct.unpack_from("<BL", head, 3)
    at = 10
    if flags & FEXTRA:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    name = head[at:].split(b"\0", 1)[0] if flags & FNAME else b""
    size = at + len(name) + 1 if flags & FNAME else at
    return Header(mtime, os.path.basename(os.fsdecode(name)), size)


def make_header(path: str, mtime: float, level: int) -> bytes:
    """A header as gzip(1) writes it: the name's own bytes, and what was the effort.

    >>> parse_header(make_header("folder/a", 1, 9))
    Header(mtime=1, name='a', size=12)
    """
    name = os.fsencode(os.path.basename(path))
    effort = 4 if level == 1 else 2 if level >= 9 else 0
    head = MAGIC + struct.pack("<BBLBB", 8, FNAME if name else 0, int(mtime), effort, UNIX)
    return head + name + b"\0" if name else head


class Source(io.RawIOBase):
    """Input that is read from here to its end: what it begins with can be looked at, and bytes are counted.

    *stream* is what to read: the file itself where it can be wound back, else this object.
    """

    ENOUGH = 512  # for any header but those with the longest names; a pipe is not waited for longer

    def __init__(self, file: Any, name: str) -> None:
        self._file = file
        self.name = name  # for messages
        self.status = _status(file)
        start = file.tell() if file.seekable() else None
        self.head = b""
        while len(self.head) < self.ENOUGH and (more := file.read(1 << 16)):
            self.head += more
        self.header = parse_header(self.head)
        self._rest = self.head
        self._taken = 0
        self._last = b""
        self.stream: Any = self
        if start is not None:
            file.seek(start)
            self.stream = file

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Some of the input; b"" at the end."""
        if size < 0:
            return self.readall()
        data = self._rest[:size] if self._rest else self._file.read(size)
        self._rest = self._rest[size:]
        self._taken += len(data)
        self._last = (self._last + data[-TRAILER:])[-TRAILER:]
        return bytes(data)

    def measure(self) -> tuple[int, bytes]:
        """After reading: how long the input was, and its last bytes, which are a trailer."""
        if self.stream is self:
            return self._taken, self._last
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(size - TRAILER, 0))
        return size, self._file.read()

    @property
    def mtime(self) -> float:
        """When the file was changed last; 0 for a pipe."""
        return self.status.st_mtime if self.status and stat.S_ISREG(self.status.st_mode) else 0


def _status(file: Any) -> os.stat_result | None:
    try:
        return os.fstat(file.fileno())
    except (AttributeError, OSError, ValueError):
        return None


def open_plain(path: str, follow: bool) -> BinaryIO:
    """Open a file to read, without waiting for a pipe; OSError for a link unless *follow*."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(number, True)
    return os.fdopen(number, "rb", buffering=0)


@contextlib.contextmanager
def replacing(target: str) -> Iterator[BinaryIO]:
    """A new file, readable by us alone, that gets its name, if another file has it, only when it is whole."""
    if os.path.isdir(target):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    if os.path.lexists(target):
        number, path = tempfile.mkstemp(dir=os.path.dirname(target) or ".", prefix=".pycomp-gzip-")
    else:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        number, path = os.open(target, flags, 0o600), target
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        if path != target:
            os.replace(path, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def original_name(path: str, suffix: str) -> str | None:
    """The name without the suffix of a compressed file, None if it has none that is known.

    >>> original_name("a.tgz", ".gz"), original_name("a.XYZ", ".xYz"), original_name("a", "")
    ('a.tar', 'a', None)
    """
    for known, instead in {suffix: "", **KNOWN}.items():
        if known and path.lower().endswith(known.lower()) and len(os.path.basename(path)) > len(known):
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
