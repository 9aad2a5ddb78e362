"""Decoding any byte range of any segment, touching only the chunks it lies in.

Numeric frames: the head and the chunk table are read once and kept; a chunk's payload is found through
the table. Block frames likewise. What is asked for lands in the caller's memory; whole chunks of large
ranges never exist twice. The last few decoded segments of one chunk are kept, since a bundle of small
tensors is asked for once a tensor.
"""

from __future__ import annotations

import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from pycomp._native.checksum import xxh3_64, xxh3_128
from pycomp._native.tensor import FrameDecoder, decode_frames
from pycomp.archive.base import OTHER, Link
from pycomp.archive.blocks import Blocks, decode_block
from pycomp.archive.bytesource import ByteSource
from pycomp.archive.index import Segment
from pycomp.archive.layout import BLOCK_SIZE, Method
from pycomp.errors import BaseError, ChecksumError, CorruptError, PycompError

__all__ = ["SegmentError", "Segments"]

T = TypeVar("T")

FRAMES_KEPT = 256
SMALL_SIZE = 2 << 20  # a bundle: one chunk of the widest elements
SMALL_KEPT = 8
BATCH_SIZE = 8 << 20  # decoded at once where the payload has to be fetched


class SegmentError(Exception):
    """A chunk that does not decode; the archive adds whose it is and raises the cause's own kind."""

    def __init__(self, number: int, chunk: int, offset: int, cause: PycompError) -> None:
        super().__init__(str(cause))
        self.number, self.chunk, self.offset, self.cause = number, chunk, offset, cause


class _Numeric(NamedTuple):
    decoder: FrameDecoder
    table: memoryview
    starts: list[int]


class _Kept:
    """A small least-recently-used cache for several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: OrderedDict[int, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: int, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]  # type: ignore[return-value]
        value = make()
        with self._lock:
            self._items[key] = value
            while len(self._items) > self._limit:
                self._items.popitem(last=False)
        return value


class Segments:
    """Random access to the content of segments; several threads may read at once."""

    def __init__(self, source: ByteSource, segments: list[Segment], link: Link | None = None) -> None:
        self._source = source
        self._segments = segments
        self._link = link
        self._frames = _Kept(FRAMES_KEPT)
        self._small = _Kept(SMALL_KEPT)

    def chunk_size(self, number: int) -> int:
        """Content bytes of every chunk of the segment but the last."""
        segment = self._segments[number]
        if segment.method == Method.NUMERIC:
            return self._numeric(number).decoder.chunk_bytes
        return BLOCK_SIZE if segment.method != Method.ZEROS else max(1, segment.size)

    def read_into(self, number: int, skip: int, out: memoryview, threads: int = 1) -> None:
        """Content bytes [skip, skip + len(out)); raises SegmentError."""
        segment = self._segments[number]
        small = len(out) < segment.size <= SMALL_SIZE and segment.method != Method.ZEROS
        if small and segment.size <= self.chunk_size(number):
            content = self._small.get(number, lambda: self._whole(number))
            out[:] = memoryview(content)[skip : skip + len(out)]
        else:
            self.decode_into(number, skip, out, threads)

    def decode_into(self, number: int, skip: int, out: memoryview, threads: int = 1) -> None:
        """The same, but always from the archive's own bytes."""
        segment = self._segments[number]
        if segment.method == Method.NUMERIC:
            self._read_numeric(number, skip, out, threads)
        elif segment.method == Method.ZEROS:
            zeros = bytes(min(len(out), BLOCK_SIZE))
            for at in range(0, len(out), BLOCK_SIZE):
                part = out[at : at + BLOCK_SIZE]
                part[:] = zeros[: len(part)]
        else:
            self._read_blocks(number, skip, out)

    def decode_whole(self, jobs: list[tuple[int, memoryview]], threads: int) -> None:
        """Whole numeric segments, (number, where to) each, chunks side by side; raises SegmentError."""
        frames = [self._numeric(number) for number, _ in jobs]
        items = []
        for (number, out), frame in zip(jobs, frames, strict=True):
            segment = self._segments[number]
            try:
                payload = self._source.read(segment.offset + segment.head, frame.starts[-1])
            except PycompError as error:
                raise SegmentError(number, 0, segment.offset, error) from error
            items.append((frame.decoder, payload, frame.table, out))
        try:
            decode_frames(items, threads)
        except PycompError as error:
            item, chunk = getattr(error, "item", 0), getattr(error, "chunk", 0)
            number, frame = jobs[item][0], frames[item]
            segment = self._segments[number]
            raise SegmentError(
                number, chunk, segment.offset + segment.head + frame.starts[chunk], error
            ) from error

    def release(self, number: int, skip: int, size: int) -> None:
        """Let the pages go that content [skip, skip + size) was decoded from."""
        segment = self._segments[number]
        if segment.size:
            first = segment.packed * skip // segment.size  # an estimate will do
            self._source.release(segment.offset + first, segment.packed * size // segment.size)

    def check_digest(self, number: int, contents: Iterator[memoryview]) -> None:
        """Raise ChecksumError unless the segment's chunks, in order, have the digest of the index."""
        segment = self._segments[number]
        if segment.method != Method.ZEROS:
            hashes = b"".join(xxh3_64(chunk).to_bytes(8, "little") for chunk in contents)
            if xxh3_128(hashes) != segment.digest:
                raise ChecksumError("the segment is not the one that the index describes")

    def _whole(self, number: int) -> bytearray:
        content = bytearray(self._segments[number].size)
        self.decode_into(number, 0, memoryview(content))
        return content

    def _read_numeric(self, number: int, skip: int, out: memoryview, threads: int) -> None:
        segment = self._segments[number]
        frame = self._numeric(number)
        chunk_bytes = frame.decoder.chunk_bytes
        batch = max(1, threads, BATCH_SIZE // chunk_bytes)
        first, end = skip // chunk_bytes, -(-(skip + len(out)) // chunk_bytes)
        base = segment.offset + segment.head
        for at in range(first, end, batch):
            stop = min(at + batch, end)
            low = max(skip, at * chunk_bytes)
            high = min(skip + len(out), stop * chunk_bytes)
            begin = frame.starts[at]
            try:
                guess = self._guess(number, frame.decoder, at * chunk_bytes, stop * chunk_bytes)
                payload = self._source.read(base + begin, frame.starts[stop] - begin)
                table = frame.table[4 * at : 4 * stop]
                part = out[low - skip : high - skip]
                self._decode(
                    frame, payload, table, at, stop - at, part, low - at * chunk_bytes, threads, guess
                )
            except PycompError as error:
                chunk = getattr(error, "chunk", at)
                chunk = chunk if isinstance(chunk, int) and at <= chunk < stop else at
                raise SegmentError(number, chunk, base + frame.starts[chunk], error) from error

    def _guess(self, number: int, decoder: FrameDecoder, start: int, stop: int) -> memoryview | None:
        """Bytes [start, stop) of what the segment holds the differences to, if it does."""
        if decoder.base is None:
            return None
        read = None if self._link is None else self._link.reader(number)
        if read is None:
            raise CorruptError("the index does not say what base this has")
        return read(start, min(stop, int(decoder.size)) - start)

    def _decode(self, frame: _Numeric, payload: memoryview, table: memoryview, *where: Any) -> None:
        try:
            frame.decoder.decode(payload, table, *where)
        except BaseError as error:
            if self._link is None:
                raise
            told = self._link.wrong(OTHER)
            told.chunk = error.chunk
            raise told from error

    def _read_blocks(self, number: int, skip: int, out: memoryview) -> None:
        segment = self._segments[number]
        blocks = self._blocks(number)
        for block in range(skip // BLOCK_SIZE, -(-(skip + len(out)) // BLOCK_SIZE)):
            start = block * BLOCK_SIZE
            size = min(BLOCK_SIZE, segment.size - start)
            low, high = max(skip, start), min(skip + len(out), start + size)
            offset = segment.offset + blocks.starts[block]
            part = out[low - skip : high - skip]
            target = part if len(part) == size else memoryview(bytearray(size))
            try:
                length = blocks.starts[block + 1] - blocks.starts[block]
                decode_block(self._source.read(offset, length), blocks.checks[block], target)
            except PycompError as error:
                raise SegmentError(number, block, offset, error) from error
            if target is not part:
                part[:] = target[low - start : high - start]

    def _numeric(self, number: int) -> _Numeric:
        def make() -> _Numeric:
            segment = self._segments[number]
            try:
                decoder = FrameDecoder(self._source.read(segment.offset, segment.head))
                size = 4 * decoder.chunks
                if decoder.size != segment.size or decoder.head_size != segment.head or size > segment.packed:
                    raise CorruptError("the frame's head contradicts the index")
                table = self._source.read(segment.offset + segment.packed - size, size)
                starts = list(accumulate(struct.unpack(f"<{decoder.chunks}I", table), initial=0))
                if segment.head + starts[-1] + size != segment.packed:
                    raise CorruptError("the frame's chunk table contradicts the index")
            except PycompError as error:
                raise SegmentError(number, 0, segment.offset, error) from error
            return _Numeric(decoder, table, starts)

        return self._frames.get(number, make)

    def _blocks(self, number: int) -> Blocks:
        def make() -> Blocks:
            segment = self._segments[number]
            try:
                size = Blocks.table_size(segment.size)
                if size > segment.packed:
                    raise CorruptError("the segment is too small for its block table")
                table = self._source.read(segment.offset + segment.packed - size, size)
                return Blocks(bytes(table), segment.size, segment.packed)
            except PycompError as error:
                raise SegmentError(number, 0, segment.offset, error) from error

        return self._frames.get(number, make)
