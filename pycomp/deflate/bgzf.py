"""BGZF files: gzip in blocks of 64 KiB that know their size, read and written on several threads.

The format of bgzip and samtools (SAM specification, 4.1). Any gzip reader reads it; what it adds is that
blocks can be found without inflating, so they can be inflated side by side and from the middle.
"""

from __future__ import annotations

import io
from array import array
from bisect import bisect_right
from threading import RLock
from typing import TYPE_CHECKING

from pycomp._native import deflate as _native
from pycomp._native.gzip import MemberReader as _MemberReader
from pycomp._threads import resolve as _resolve
from pycomp.errors import PycompError

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Buffer

__all__ = ["BgzfReader", "BgzfWriter"]

_TURN = 16  # blocks a thread and turn: some 1 MiB of output, which hides what starting a thread costs


_NOTHING = memoryview(b"")


def check_open(file: io.RawIOBase) -> None:
    """ValueError in the words of the io module once the file was closed."""
    if file.closed:
        raise ValueError("I/O operation on closed file.")


class BgzfReader(io.RawIOBase):
    """The contents of a BGZF file as a raw stream; put an ``io.BufferedReader`` around it for lines.

    *file* is a binary file object at the start of the data. What is not BGZF after all, or damaged, is read
    as ordinary gzip from there on, so that errors are those of the gzip module and come at their place.
    *prefix* are bytes that were read from the file already.
    """

    def __init__(self, file: Any, *, threads: int | None = None, prefix: bytes = b"") -> None:
        self._file = file
        self._threads = _resolve(threads)
        self._input = memoryview(prefix)  # read and not inflated yet
        self._output = _NOTHING  # inflated and not handed out yet
        self._members: _MemberReader | None = None
        self._base = 0  # what _members must add to its position
        self._position = 0
        self._size = -1
        self._lock = RLock()
        self._next = 0  # where in the file the input begins, from where it was at first
        self._start = None if prefix else file_start(file)
        # Where blocks begin, compressed and plain, as far as they have been read.
        self.offsets = array("Q", [0]), array("Q", [0])
        self._last_mtime: int | None = None

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether :meth:`seek` can go back."""
        return self._start is not None

    def tell(self) -> int:
        """How many bytes of contents come before the next one."""
        check_open(self)
        return self._position

    def _fill(self) -> bool:
        """Inflate some more blocks; False at the end, or once the rest is ordinary gzip."""
        limit = self._threads * _TURN * _native.BGZF_MAX
        while self._members is None:
            try:
                output, used, sizes = self._decode(limit)
            except PycompError:
                break
            if used:
                last = used - sizes[-1][0]  # of the blocks; 4 bytes of its header are a time
                self._last_mtime = int.from_bytes(self._input[last + 4 : last + 8], "little")
                self._input = self._input[used:]
                self._note(sizes)
                if output:
                    self._output = memoryview(output)
                    return True
                continue
            more = self._file.read(limit)
            if not more:
                break
            self._input = memoryview(b"".join((self._input, more)) if self._input else more)
        if self._members is None:
            self._members = _MemberReader(self._read_on)
            self._base = self._position
        return False

    def _note_mtime(self) -> None:
        """A member that was begun has a time, be it 0; before the first one there is none."""
        if self._members is not None and self._members.mtime is not None:
            self._last_mtime = self._members.mtime

    def _decode(self, limit: int) -> tuple[bytes, int, list[tuple[int, int]]]:
        """Contents of the blocks at the start of the input, how much of that they take, and their sizes."""
        return _native.bgzf_decompress(self._input, limit, self._threads)

    def _note(self, sizes: list[tuple[int, int]]) -> None:
        packed, plain = self.offsets
        known = self._next < packed[-1]
        for size, length in sizes:
            self._next += size
            if known:
                continue
            if length:
                packed.append(self._next)
                plain.append(plain[-1] + length)
            else:  # the mark of the end, or one inside: nothing to find there
                packed[-1] = self._next

    def _read_on(self, size: int) -> bytes:
        data, self._input = bytes(self._input), _NOTHING
        return data or self._file.read(size)

    def readinto(self, buffer: Buffer) -> int:
        """Fill the start of a buffer; returns how many bytes, 0 at the end."""
        check_open(self)
        target = memoryview(buffer).cast("B")
        with self._lock:
            if not self._output and (self._members is not None or not self._fill()):
                assert self._members is not None
                n = self._members.readinto(target)
                self._note_mtime()
            else:
                n = min(len(target), len(self._output))
                target[:n] = self._output[:n]
                # An empty view would hold on to the output, and the next one could not have its memory.
                self._output = self._output[n:] if n < len(self._output) else _NOTHING
            self._position += n
            return n

    def readall(self) -> bytes:
        """All the rest."""
        check_open(self)
        parts = []
        with self._lock:
            while self._output or (self._members is None and self._fill()):
                parts.append(self._output)
                self._position += len(self._output)
                self._output = _NOTHING
            assert self._members is not None
            parts.append(memoryview(self._members.readall()))
            self._note_mtime()
            self._position += len(parts[-1])
        return b"".join(parts)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the contents; returns it."""
        check_open(self)
        with self._lock:
            return self._seek(offset, whence)

    def _seek(self, offset: int, whence: int) -> int:
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            if self._size < 0:
                self._pass(None)
                self._size = self._position
            offset += self._size
        elif whence != io.SEEK_SET:
            raise ValueError(f"Invalid value for whence: {whence}")
        offset = max(offset, 0)
        packed, plain = self.offsets
        if offset < self._position or offset > plain[-1] > self._position:
            if self._start is None:
                raise io.UnsupportedOperation("seek back in a file that cannot")
            block = bisect_right(plain, offset) - 1
            self._file.seek(self._start + packed[block])
            self._next, self._position = packed[block], plain[block]
            self._input, self._output, self._members = _NOTHING, _NOTHING, None
        self._pass(offset - self._position)
        return self._position

    def _pass(self, count: int | None) -> None:
        """Pass over so many bytes, or all."""
        buffer = bytearray(1 << 16)
        while count is None or count > 0:
            n = self.readinto(buffer if count is None else memoryview(buffer)[:count])
            if n == 0:
                break
            count = None if count is None else count - n


class MembersReader(BgzfReader):
    """The contents of a gzip file of many members, decoded side by side as far as whole members are at hand.

    Where a member ends is a guess that decoding proves; where it was wrong, and from a member on that is too
    long to be read whole (1 MiB a thread, packed or not), the rest is read by one thread.
    """

    def _decode(self, limit: int) -> tuple[bytes, int, list[tuple[int, int]]]:
        output, used, sizes = _native.members_decompress(self._input, limit, self._threads)
        if not used and len(self._input) >= limit:
            raise PycompError("deflate: a member too long to be read whole")
        return output, used, sizes


def file_start(file: Any) -> int | None:
    """Where in the file its data begins, None if it cannot be wound back to there."""
    try:
        return int(file.tell()) if file.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None


class BgzfWriter(io.RawIOBase):
    """Write a BGZF file: ``write`` takes any amounts, blocks are compressed on several threads.

    *file* is a binary file object, which :meth:`close` leaves open. Afterwards ``offsets`` says where blocks
    begin, compressed and plain; :meth:`GzipIndex.from_bgzf <pycomp.deflate.GzipIndex.from_bgzf>` takes them.

    >>> import gzip, io
    >>> file = io.BytesIO()
    >>> with BgzfWriter(file) as bgzf:
    ...     _ = bgzf.write(b"pycomp")
    >>> gzip.decompress(file.getvalue())
    b'pycomp'
    """

    def __init__(self, file: Any, level: int = 6, *, threads: int | None = 1) -> None:
        if not -1 <= level <= 12:
            raise ValueError(f"level must be from 0 to 12, or -1 for the default, not {level}")
        self._file = file
        self._level = 6 if level == -1 else level
        self._threads = _resolve(threads)
        self._lock = RLock()
        self._pending = bytearray()
        self.offsets = array("Q", [0]), array("Q", [0])

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Buffer) -> int:
        """Take some contents; returns how many bytes, which is all."""
        check_open(self)
        view = memoryview(data).cast("B")
        turn = self._threads * _TURN * _native.BGZF_BLOCK
        with self._lock:
            self._pending += view
            if len(self._pending) >= turn:
                self._emit(len(self._pending) // turn * turn)
        return len(view)

    def _emit(self, size: int) -> None:
        with memoryview(self._pending) as view:
            blob, sizes = _native.bgzf_compress(view[:size], self._level, self._threads)
        self._file.write(blob)
        packed, plain = self.offsets
        for number, length in enumerate(sizes):
            packed.append(packed[-1] + length)
            plain.append(plain[-1] + min(_native.BGZF_BLOCK, size - number * _native.BGZF_BLOCK))
        del self._pending[:size]

    def flush(self) -> None:
        """Write out what was gathered, as a block that may be short."""
        check_open(self)
        with self._lock:
            self._emit(len(self._pending))

    def close(self) -> None:
        """Write the rest and the mark of the end."""
        with self._lock:
            if self.closed:
                return
            try:
                self._emit(len(self._pending))
                self._file.write(_native.BGZF_END)
                self.offsets[0][-1] += len(_native.BGZF_END)
            finally:
                super().close()
