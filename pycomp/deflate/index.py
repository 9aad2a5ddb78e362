"""Random access to gzip files, by an index of points where decoding can begin.

A DEFLATE stream can be entered where a block begins, given the 32 KiB of output before it (Mark Adler,
zran.c, 2005). A :class:`GzipIndex` holds such points. It is built by reading the file once, and from then on
any part of the file is read without what comes before it, and on several threads, since spans between points
are independent. Files of two kinds are read and written: ``GZIDX``, that of the indexed_gzip package, and
``.gzi``, that of bgzip, whose points are the blocks of a BGZF file and need no history.
"""

from __future__ import annotations

import io
import os
import struct
from bisect import bisect_right
from itertools import pairwise
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from pycomp._native.span import PointFinder as _PointFinder
from pycomp._native.span import inflate_spans as _inflate_spans
from pycomp._threads import resolve as _resolve
from pycomp.deflate.bgzf import check_open
from pycomp.errors import CorruptError, TruncatedError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, BinaryIO

    from typing_extensions import Buffer

__all__ = ["GzipIndex", "IndexedGzipReader"]

_MAGIC = b"GZIDX"
_HEAD = struct.Struct("<5sBBQQIII")
_POINT = struct.Struct("<QQB")
_WINDOW = 1 << 15
_BGZF_HEADER = 18  # of the blocks that bgzip and we write; the raw stream begins behind it
_PIECE = 1 << 20


class Point(NamedTuple):
    """Where decoding can begin: bytes of the file and of its contents before it, bits, history."""

    packed: int
    plain: int
    bits: int
    window: bytes


class GzipIndex:
    """Points in a gzip file; see the module for how to get one.

    *packed_size* and *size* are those of the file and of its contents. They are 0 where a ``.gzi`` file,
    which does not say them, was loaded: :class:`IndexedGzipReader` finds them out.
    """

    def __init__(self, points: Iterable[Point], packed_size: int, size: int, spacing: int = 1 << 22) -> None:
        self.points = tuple(points)
        self.packed_size = packed_size
        self.size = size
        self.spacing = spacing
        self._plain = [point.plain for point in self.points]
        packed = [point.packed for point in self.points]
        if not (
            _ordered([0, *packed])
            and _ordered([0, *self._plain, size or 1 << 64])
            and all(0 <= point.bits < 8 and point.packed >= bool(point.bits) for point in self.points)
        ):
            raise CorruptError("gzip index: the points are not in order; build the index again")

    def __repr__(self) -> str:
        return f"<GzipIndex of {len(self.points)} points, {self.size} bytes>"

    @classmethod
    def build(cls, file: str | os.PathLike[str] | BinaryIO, *, spacing: int = 1 << 22) -> GzipIndex:
        """Read a gzip file once, checking it on the way; a point about every *spacing* bytes of contents.

        *spacing* is 32 KiB at least, and less than 4 GiB.

        >>> import gzip, io
        >>> from pycomp.deflate import GzipIndex
        >>> GzipIndex.build(io.BytesIO(gzip.compress(bytes(10))))
        <GzipIndex of 1 points, 10 bytes>
        """
        if not _WINDOW <= spacing < 1 << 32:  # the file has 32 bits for it
            raise ValueError(f"spacing must be between {_WINDOW} and {(1 << 32) - 1}, not {spacing}")
        finder = _PointFinder(spacing)
        stream, own = _opened(file, "rb")
        try:
            while piece := stream.read(_PIECE):
                finder.feed(piece)
        finally:
            if own:
                stream.close()
        if not finder.complete:
            raise TruncatedError("gzip index: the file ends inside a member; fetch or copy it again in full")
        points = (Point(*point) for point in finder.points)
        return cls(points, finder.taken, finder.size, spacing)

    @classmethod
    def from_bgzf(cls, offsets: tuple[Sequence[int], Sequence[int]]) -> GzipIndex:
        """From the ``offsets`` of a :class:`BgzfWriter`, or of a :class:`BgzfReader` at its end."""
        packed, plain = offsets
        points = [Point(a + _BGZF_HEADER, b, 0, b"") for a, b in zip(packed[:-1], plain[:-1], strict=True)]
        return cls(points, packed[-1], plain[-1], _WINDOW)

    # -- Files ---------------------------------------------------------------------------------------

    def save(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        """Write the index as GZIDX or, if it is one of BGZF blocks and the name ends in .gzi, as that."""
        name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", ""))
        stream, own = _opened(file, "wb")
        try:
            stream.write(self._gzi() if name.endswith(".gzi") else self._gzidx())
        finally:
            if own:
                stream.close()

    def _gzi(self) -> bytes:
        if any(point.bits or point.window for point in self.points):
            raise ValueError("a .gzi file holds BGZF blocks only; save this index under another name")
        pairs = [value for point in self.points[1:] for value in (point.packed - _BGZF_HEADER, point.plain)]
        return struct.pack(f"<Q{len(pairs)}Q", len(pairs) // 2, *pairs)

    def _gzidx(self) -> bytes:
        count = len(self.points)
        parts = [_HEAD.pack(_MAGIC, 1, 0, self.packed_size, self.size, self.spacing, _WINDOW, count)]
        parts += [_POINT.pack(p.packed, p.plain, p.bits) + bytes([bool(p.window)]) for p in self.points]
        parts += [p.window.rjust(_WINDOW, b"\0") for p in self.points if p.window]
        return b"".join(parts)

    @classmethod
    def load(cls, file: str | os.PathLike[str] | BinaryIO) -> GzipIndex:
        """Read an index in either form."""
        stream, own = _opened(file, "rb")
        try:
            data = stream.read()
        finally:
            if own:
                stream.close()
        return cls._from_gzidx(data) if data.startswith(_MAGIC) else cls._from_gzi(data)

    @classmethod
    def _from_gzi(cls, data: bytes) -> GzipIndex:
        count = int.from_bytes(data[:8], "little")
        if len(data) < 8 or len(data) - 8 != 16 * count:
            raise CorruptError("gzip index: neither a GZIDX nor a .gzi file, or not all of it")
        values = struct.unpack_from(f"<{2 * count}Q", data, 8)
        pairs = [(0, 0), *zip(values[::2], values[1::2], strict=True)]
        return cls([Point(a + _BGZF_HEADER, b, 0, b"") for a, b in pairs], 0, 0, _WINDOW)

    @classmethod
    def _from_gzidx(cls, data: bytes) -> GzipIndex:
        if len(data) < _HEAD.size:
            raise TruncatedError("gzip index: the file is cut short; build the index again")
        _, version, _, packed_size, size, spacing, window, count = _HEAD.unpack_from(data)
        if version > 1:
            raise UnsupportedError(f"gzip index: GZIDX version {version} is not known; versions 0 and 1 are")
        if window > _WINDOW:
            raise UnsupportedError(f"gzip index: windows of {window} bytes; DEFLATE has at most {_WINDOW}")
        width = _POINT.size + version
        at = _HEAD.size + width * count
        if at > len(data):
            raise TruncatedError("gzip index: the file is cut short; build the index again")
        points = []
        for number in range(count):
            place = _HEAD.size + width * number
            packed, plain, bits = _POINT.unpack_from(data, place)
            history = b""
            if data[place + _POINT.size] if version else number:
                history = data[at : at + window]
                at += window
                if len(history) < window:
                    raise TruncatedError("gzip index: the file is cut short; build the index again")
            points.append(Point(packed, plain, bits, history))
        return cls(points, packed_size, size, spacing)


class IndexedGzipReader(io.RawIOBase):
    """The contents of a gzip file as a raw stream that seeks.

    Put an ``io.BufferedReader`` around it for lines.

    *file* is a path or a seekable binary file object, *index* its index; without one it is built now. Spans
    are decoded on *threads* threads (None: all usable cores), as many at a time.

    >>> import gzip, io
    >>> from pycomp.deflate import IndexedGzipReader
    >>> reader = IndexedGzipReader(io.BytesIO(gzip.compress(b"0123456789")))
    >>> reader.seek(7), reader.read()
    (7, b'789')
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | BinaryIO,
        index: GzipIndex | None = None,
        *,
        threads: int | None = None,
    ) -> None:
        self._threads = _resolve(threads)
        self._file, self._own = _opened(file, "rb")
        self._end = self._file.seek(0, io.SEEK_END)
        self._file.seek(0)
        self.index = GzipIndex.build(self._file) if index is None else index
        if any(point.packed > self._end for point in self.index.points[-1:]):
            raise CorruptError("gzip index: the file is shorter than it says; is the index of another file?")
        self.size = self.index.size or self._last_span()
        self._position = 0
        self._lock = RLock()
        self._cache: tuple[int, memoryview] = (0, memoryview(b""))  # where it begins, contents

    def _last_span(self) -> int:
        """The size of the contents where the index does not know it: decode what follows the last point."""
        from pycomp._native.gzip import MemberReader

        if not self.index.points:
            return 0
        point = self.index.points[-1]
        if self.index.packed_size:  # it knows all sizes: the contents are empty
            return 0
        self._file.seek(point.packed - _BGZF_HEADER)
        reader = MemberReader(self._file.read)
        reader.skip(None)
        return point.plain + reader.position

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether :meth:`seek` can go back."""
        return True

    def tell(self) -> int:
        """How many bytes of contents come before the next one."""
        check_open(self)
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the contents; returns it."""
        check_open(self)
        with self._lock:
            base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}
            if whence not in base:
                raise ValueError(f"Invalid value for whence: {whence}")
            self._position = min(max(base[whence] + offset, 0), self.size)
            return self._position

    def _span(self, number: int) -> tuple[bytes, int, bytes, int]:
        points = self.index.points
        point = points[number]
        first = point.packed - bool(point.bits)
        last = number + 1 == len(points)
        end = self._end if last else points[number + 1].packed
        self._file.seek(first)
        data = self._file.read(end - first)
        return data, point.bits, point.window, (self.size if last else points[number + 1].plain) - point.plain

    def _fetch(self, wanted: int) -> None:
        """Decode the spans from the current position on: what is wanted, but at least one a thread."""
        points, plain = self.index.points, self.index._plain
        first = bisect_right(plain, self._position) - 1
        if first < 0:
            raise CorruptError("gzip index: no point before the start; build the index again")
        last = bisect_right(plain, min(self._position + wanted, self.size) - 1)
        spacing = max(self.size // len(points), 1)
        least = self._threads * max(1, _PIECE // spacing)  # small spans, as BGZF has them, several at a time
        last = min(max(last, first + least), first + 16 * least, len(points))
        self._cache = 0, memoryview(b"")  # its memory can be had for the new one
        data = _inflate_spans([self._span(number) for number in range(first, last)], self._threads)
        self._cache = points[first].plain, memoryview(data)

    def readinto(self, buffer: Buffer) -> int:
        """Fill the start of a buffer; returns how many bytes, 0 at the end."""
        check_open(self)
        target = memoryview(buffer).cast("B")
        with self._lock:
            if not target or self._position >= self.size:
                return 0
            begin, data = self._cache
            if not begin <= self._position < begin + len(data):
                self._fetch(len(target))
                begin, data = self._cache
            data = data[self._position - begin :][: len(target)]
            target[: len(data)] = data
            self._position += len(data)
            return len(data)

    def close(self) -> None:
        """Close the file too, if it was opened here."""
        if not self.closed and self._own:
            self._file.close()
        super().close()


def _ordered(values: list[int]) -> bool:
    return all(a <= b for a, b in pairwise(values))


def _opened(file: Any, mode: str) -> tuple[Any, bool]:
    """The file as a stream, and whether we opened it and so must close it."""
    if isinstance(file, str | os.PathLike):
        return open(file, mode), True
    return file, False
