"""Files that appear under their name whole or not at all.

The bytes go to a new file beside the target, which takes its name only at the end; whatever ends the
work earlier, Ctrl-C included, removes it. ``sync`` also waits for the disk: after a power cut, too,
there is the old file or the new one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import threading
from types import TracebackType
from typing import Any

__all__ = ["AtomicFile", "is_sink", "real_target", "write_all"]

# Never created with more than the owner may read: permissions are set when the content is there.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def write_all(file: Any, data: bytes | memoryview) -> None:
    """Write to a binary file, going on after short writes (raw pipes and sockets make them)."""
    view = memoryview(data)
    while view:
        count = file.write(view)
        if count is None:
            raise BlockingIOError("the target is a non-blocking file and is full")
        view = view[count:]


def is_sink(path: str) -> bool:
    """Whether a device or a pipe is at *path*, which is written to and not replaced."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def real_target(path: str) -> str:
    """Where a link at *path* leads, which is what the caller means by it; else *path*."""
    return os.path.realpath(path) if os.path.islink(path) else path


class AtomicFile:
    """A context manager for a file at *path*; *mode* None leaves its permissions to the umask."""

    def __init__(
        self, path: str, *, sync: bool, mode: int | None = None, mtime_ns: int | None = None
    ) -> None:
        folder, name = os.path.split(os.path.abspath(path))
        self.target = path
        # Cut so that the temporary name is no longer than 255 bytes where the name itself is.
        self.path = os.path.join(folder, f".{name[:48]}.{secrets.token_hex(6)}.tmp")
        self._sync = sync
        self._mode = mode
        self._mtime_ns = mtime_ns
        self._lock = threading.Lock()
        self._fd = -1

    def __enter__(self) -> AtomicFile:
        if not os.path.basename(self.target):  # "out/" means a folder, which nobody made
            raise NotADirectoryError(errno.ENOTDIR, "no such folder", self.target)
        try:
            with contextlib.suppress(FileNotFoundError):  # what cannot take the name in the end is told now
                if stat.S_ISDIR(os.lstat(self.target).st_mode):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._fd = os.open(self.path, _FLAGS, 0o666 if self._mode is None else 0o600)
        except OSError as error:
            raise self._named(error) from None
        except BaseException:  # an interrupt, with the file just made
            self._drop()
            raise
        return self

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            raise self._named(error) from None

    def write_at(self, offset: int, data: memoryview) -> None:
        """Write at *offset*; any thread may."""
        try:
            while data:
                if hasattr(os, "pwrite"):
                    count = os.pwrite(self._fd, data, offset)
                else:
                    with self._lock:
                        os.lseek(self._fd, offset, os.SEEK_SET)
                        count = os.write(self._fd, data)
                offset += count
                data = data[count:]
        except OSError as error:
            raise self._named(error) from None

    def resize(self, size: int) -> None:
        """Make the file *size* bytes long; what was not written reads as zeros and takes no space."""
        try:
            os.ftruncate(self._fd, size)
        except OSError as error:
            raise self._named(error) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        except OSError as failure:
            raise self._named(failure) from None
        finally:
            self._drop()

    def _drop(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
        with contextlib.suppress(OSError):  # gone already when it took its name
            os.unlink(self.path)

    def _commit(self) -> None:
        if self._mode is not None:
            if hasattr(os, "fchmod"):
                os.fchmod(self._fd, self._mode)
            else:
                os.chmod(self.path, self._mode)
        if self._mtime_ns is not None:
            os.utime(self.path, ns=(self._mtime_ns, self._mtime_ns))
        if self._sync:
            os.fsync(self._fd)
        fd, self._fd = self._fd, -1
        os.close(fd)
        os.replace(self.path, self.target)
        if self._sync and hasattr(os, "O_DIRECTORY"):
            folder = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _named(self, error: OSError) -> OSError:
        """The same error, saying which file it is about."""
        return type(error)(error.errno, error.strerror, self.target)
