"""Where an archive's bytes come from: a memory map, a seekable file object, or ranges of something remote.

A range source is any object with ``size`` and ``read_range(offset, size) -> bytes``, such as a few lines
around HTTP requests with a ``Range`` header; it should be safe to call from several threads.
"""

from __future__ import annotations

import contextlib
import errno
import io
import mmap
import os
import threading
from typing import Any, Protocol, runtime_checkable

from pycomp.archive.files import is_sink
from pycomp.errors import TruncatedError

__all__ = ["ByteSource", "RangeReadable", "open_source"]


@runtime_checkable
class RangeReadable(Protocol):
    """Anything that hands out byte ranges of something of known size."""

    size: int

    def read_range(self, offset: int, size: int, /) -> bytes:
        """The bytes [offset, offset + size)."""


class ByteSource:
    """Reads with a check that as much came back as was asked for."""

    name = "<archive>"
    size = 0

    def read(self, offset: int, size: int) -> memoryview:
        """Exactly *size* bytes; raises TruncatedError when they are not there."""
        if offset + size > self.size:
            raise TruncatedError(f"bytes {offset}..{offset + size} are beyond the end at {self.size}")
        data = self._read(offset, size)
        if len(data) != size:
            raise TruncatedError(f"only {len(data)} of {size} bytes could be read at offset {offset}")
        return memoryview(data)

    def release(self, offset: int, size: int) -> None:
        """These bytes are not needed for now."""

    def close(self) -> None:
        """Let go of what this object opened itself."""

    def _read(self, offset: int, size: int) -> bytes | memoryview:
        raise NotImplementedError


class _MapSource(ByteSource):
    def __init__(self, name: str, file: Any) -> None:
        self.name = name
        self.size = os.fstat(file.fileno()).st_size
        if not self.size:
            raise TruncatedError(f"{name!r} is empty")
        self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def _read(self, offset: int, size: int) -> memoryview:
        return memoryview(self._map)[offset : offset + size]

    def release(self, offset: int, size: int) -> None:
        if size and hasattr(mmap, "MADV_DONTNEED"):
            first = offset // mmap.PAGESIZE * mmap.PAGESIZE
            self._map.madvise(mmap.MADV_DONTNEED, first, offset + size - first)

    def close(self) -> None:
        with contextlib.suppress(BufferError):  # someone still reads; the map goes with its last view
            self._map.close()


class _FileSource(ByteSource):
    def __init__(self, file: Any) -> None:
        self.name = str(getattr(file, "name", self.name))
        self._file = file
        self._lock = threading.Lock()
        self.size = file.seek(0, io.SEEK_END)

    def _read(self, offset: int, size: int) -> bytes:
        parts = []
        with self._lock:
            self._file.seek(offset)
            while size:
                part = self._file.read(size)
                if not part:
                    break
                parts.append(part)
                size -= len(part)
        return b"".join(parts)


class _RangeSource(ByteSource):
    def __init__(self, ranges: RangeReadable) -> None:
        self.name = str(getattr(ranges, "name", self.name))
        self.size = ranges.size
        self._ranges = ranges

    def _read(self, offset: int, size: int) -> bytes:
        return self._ranges.read_range(offset, size) if size else b""


def open_source(where: Any) -> ByteSource:
    """A source for a path, a binary file object, or a range source; raises TypeError for anything else."""
    if isinstance(where, (str, os.PathLike)):
        path = os.fspath(where)
        if is_sink(path):  # opening a pipe would wait for whoever writes to it
            raise OSError(errno.ESPIPE, "a pipe or device, which cannot be read from its end", path)
        with open(path, "rb") as file:
            return _MapSource(path, file)
    # A file on disk is mapped, too: threads need not wait for each other then, and forked processes, which
    # share the position in a file, do not read each other's bytes.
    if isinstance(getattr(where, "raw", where), io.FileIO) and not where.writable():
        with contextlib.suppress(OSError, TruncatedError):
            return _MapSource(str(where.name), where)
    if isinstance(where, RangeReadable):
        return _RangeSource(where)
    if hasattr(where, "seek") and hasattr(where, "read"):
        return _FileSource(where)
    raise TypeError(f"expected a path, a seekable binary file or an object with read_range, not {where!r}")
