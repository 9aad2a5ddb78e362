"""Coding segments and writing them one after the other.

What is small (up to 4 MiB) is coded many segments at a time: arrays in groups, each by one call of the codec
with all its threads, anything else by a pool of Python threads. What is large is coded in batches by the
codec's threads. Either way the bytes in flight are bounded, and segments are written in the order they were
added, while the next are being coded; neither the archive nor the memory it takes depends on how the threads
were scheduled.
"""

from __future__ import annotations

import mmap
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from pycomp._native.checksum import xxh3_128
from pycomp._native.tensor import LEVELS, FrameDecoder, FrameEncoder, encode_frames
from pycomp._threads import one_ahead
from pycomp.archive import layout
from pycomp.archive.blocks import ENTRY, encode_block
from pycomp.archive.detect import prefers_zlib, zlib_gain
from pycomp.archive.index import Segment
from pycomp.archive.layout import BLOCK_SIZE, Method
from pycomp.archive.plan import Job

__all__ = ["Writer", "ZLIB_LEVELS", "numeric_level"]

Buffer = bytes | memoryview

SMALL_SIZE = 4 << 20
IN_FLIGHT = 12 << 20  # content being coded at once, plus the next per thread:
IN_FLIGHT_PER_THREAD = 1 << 20
JOBS_PER_THREAD = 8  # each may keep a file open
BATCH_SIZE = 8 << 20  # content per batch of a large segment of blocks, at least a block per thread
BATCH_CHUNKS = 4  # of a large numeric segment coded at once, by thread: more need fresh memory each time
TRY_BOTH_SIZE = 64 << 10  # up to here a numeric segment is also tried with zlib

ZLIB_LEVELS = {"fast": 1, "default": 6, "high": 9, "max": 12}


def numeric_level(level: str) -> int:
    """The codec's number for a level's name; raises ValueError."""
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    return LEVELS[level]


class _Small(NamedTuple):
    """A small array on its way into a segment."""

    job: Job
    content: memoryview
    coded: Future[_Coded]


class _Coded(NamedTuple):
    method: int
    parts: list[Buffer]
    digest: bytes
    head: int
    base: bytes | None = None

    @property
    def packed(self) -> int:
        return sum(len(part) for part in self.parts)


class Writer:
    """Takes jobs with their content and writes segments.

    *write* takes the bytes; *done* is told (job, content bytes, archive bytes, whether that was its
    end) after each step, in the order of the jobs. Both are called by the thread that calls this.
    """

    def __init__(
        self,
        write: Callable[[Buffer], None],
        level: str,
        threads: int,
        done: Callable[[Job, int, int, bool], None],
    ) -> None:
        self.segments: list[Segment] = []
        self.based: dict[int, bytes] = {}  # segments that need a base, and its digest
        self._write = write
        self._done = done
        self._level = numeric_level(level)
        self._zlib_level = ZLIB_LEVELS[level]
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "pycomp-pack") if threads > 1 else None
        self._waiting: deque[tuple[Job, Future[_Coded]]] = deque()
        self._group: list[_Small] = []  # the last of those waiting, which nobody codes yet
        self._group_size = 0
        self._in_flight = 0
        self._limit = IN_FLIGHT + threads * IN_FLIGHT_PER_THREAD
        # Where large segments are coded, since fresh memory for each batch takes longer; maps, since only a
        # part of each is touched.
        self._rooms = [mmap.mmap(-1, 1), mmap.mmap(-1, 1)]
        self._added = 0
        self._position = 0
        self._put(layout.header())

    def add(self, job: Job, content: memoryview, base: memoryview | None = None) -> int:
        """Code *content* as *job* says; returns the number of the segment. May write only later.

        *base* has as many bytes that may be like it; ``based`` says whether they are of use.
        """
        number = self._added
        self._added += 1
        if job.method == Method.ZEROS:
            self.flush()
            self._finish(job, Method.ZEROS, 0, b"\0" * 16, 0)
            self._done(job, job.size, 0, True)
        elif len(content) > SMALL_SIZE:
            self.flush()
            self._add_large(job, content, base)
        elif self._pool is None:
            self._store(job, self._code(job, content, base))
        else:
            full = self._in_flight + len(content) > self._limit
            if full or len(self._waiting) >= JOBS_PER_THREAD * self._threads:
                self._begin_group()
                self._pop()
            while full and self._waiting and 2 * self._in_flight > self._limit:  # what was coded together
                self._pop()
            self._in_flight += len(content)
            if job.method == Method.NUMERIC and base is None:
                self._add_small(job, content)
            else:
                self._waiting.append((job, self._pool.submit(self._code, job, content, base)))
        return number

    def flush(self) -> None:
        """Write everything added so far."""
        self._begin_group()
        while self._waiting:
            self._pop()

    def close(self, index: Callable[[list[Segment]], bytes]) -> int:
        """Write the index, which *index* makes of the segments, twice; returns the archive's size."""
        self.flush()
        raw = index(self.segments)
        packed = layout.deflate_index(raw)
        digest = xxh3_128(packed)
        for copy in (0, 1):
            trailer = layout.Trailer(copy, self._position, len(packed), len(raw), digest)
            self._put(packed)
            self._put(trailer.to_bytes())
        return self._position

    def shutdown(self) -> None:
        """End the threads, dropping what is not yet coded; call it whatever happened."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _add_small(self, job: Job, content: memoryview) -> None:
        coded: Future[_Coded] = Future()
        self._waiting.append((job, coded))
        self._group.append(_Small(job, content, coded))
        self._group_size += len(content)
        if 2 * self._group_size >= self._limit:  # the other half is the group before, being coded
            self._begin_group()

    def _begin_group(self) -> None:
        if self._pool is not None and self._group:
            self._pool.submit(self._code_group, self._group)
            self._group, self._group_size = [], 0

    def _pop(self) -> None:
        job, future = self._waiting.popleft()
        self._in_flight -= job.size
        self._store(job, future.result())

    def _put(self, data: Buffer) -> None:
        self._write(data)
        self._position += len(data)

    def _store(self, job: Job, coded: _Coded) -> None:
        self._put(coded.parts[0] if len(coded.parts) == 1 else b"".join(coded.parts))
        self._finish(job, coded.method, coded.packed, coded.digest, coded.head, coded.base)
        self._done(job, job.size, coded.packed, True)

    def _finish(
        self, job: Job, method: int, packed: int, digest: bytes, head: int, base: bytes | None = None
    ) -> None:
        if base is not None:
            self.based[len(self.segments)] = base
        self.segments.append(Segment(method, job.size, self._position - packed, packed, digest, head))

    def _code(self, job: Job, content: memoryview, base: memoryview | None) -> _Coded:
        """A small segment, as differences to the base if there is one and they take less."""
        encoder = self._differences(job, content, base)
        differences = self._code_frame(encoder) if encoder is not None else None
        if differences is not None and len(content) > TRY_BOTH_SIZE:
            return differences
        numeric = job.method == Method.NUMERIC
        plain = next(self._code_arrays([(job, content)])) if numeric else self._code_blocks(content)
        return plain if differences is None or plain.packed <= differences.packed else differences

    def _code_frame(self, encoder: FrameEncoder) -> _Coded:
        payload, table, hashes = encoder.encode(0, encoder.chunks)
        parts: list[Buffer] = [encoder.head, payload, table]
        digest, base = xxh3_128(hashes), FrameDecoder(encoder.head).base
        return _Coded(Method.NUMERIC, parts, digest, len(encoder.head), base)

    def _differences(self, job: Job, content: memoryview, base: memoryview | None) -> FrameEncoder | None:
        """An encoder of the differences to the base, if it would rather code these."""
        if base is None:
            return None
        encoder = FrameEncoder(content, job.dtype, job.cols, self._level, base)
        return None if FrameDecoder(encoder.head).base is None else encoder

    def _code_group(self, group: list[_Small]) -> None:
        """Code the arrays of a group, or say of all that are left what went wrong."""
        try:
            arrays = [(small.job, small.content) for small in group]
            for small, coded in zip(group, self._code_arrays(arrays), strict=True):
                small.coded.set_result(coded)
        except BaseException as error:
            for small in group:
                if not small.coded.done():
                    small.coded.set_exception(error)

    def _code_arrays(self, arrays: list[tuple[Job, memoryview]]) -> Iterator[_Coded]:
        """Small arrays, side by side: as frames or as blocks, whatever is smaller."""
        gain = [len(content) <= TRY_BOTH_SIZE or self._gains(job, content) for job, content in arrays]
        items = [
            (b"", content, job.dtype, job.cols)
            for (job, content), framed in zip(arrays, gain, strict=True)
            if framed
        ]
        frames = iter(encode_frames(items, self._level, self._threads))
        for (_, content), framed in zip(arrays, gain, strict=True):
            if not framed:
                yield self._code_blocks(content)
                continue
            frame, hashes, head = next(frames)
            coded = _Coded(Method.NUMERIC, [frame], xxh3_128(hashes), head)
            if len(content) <= TRY_BOTH_SIZE:  # cheap to try, and tables weigh
                coded = min(coded, self._code_blocks(content), key=lambda either: either.packed)
            yield coded

    def _gains(self, job: Job, content: memoryview) -> bool:
        level = min(self._level, LEVELS["default"])  # the order of the two is the same at any level
        return not prefers_zlib(content, job.dtype, level, self._zlib_level)

    def _code_blocks(self, content: memoryview) -> _Coded:
        gains = len(content) <= BLOCK_SIZE or zlib_gain(content, self._zlib_level)
        blocks = [
            encode_block(content[at : at + BLOCK_SIZE], self._zlib_level if gains else None)
            for at in range(0, len(content), BLOCK_SIZE)
        ]
        payloads, table = [payload for payload, _ in blocks], b"".join(entry for _, entry in blocks)
        stored = sum(map(len, payloads)) == len(content)
        hashes = b"".join(entry[4:] for _, entry in blocks)
        return _Coded(Method.STORED if stored else Method.ZLIB, [*payloads, table], xxh3_128(hashes), 0)

    def _add_large(self, job: Job, content: memoryview, base: memoryview | None) -> None:
        if (encoder := self._differences(job, content, base)) is not None:
            self._large_numeric(job, content, encoder)
        elif job.method == Method.NUMERIC and self._gains(job, content):
            encoder = FrameEncoder(content, job.dtype, job.cols, self._level, threads=self._threads)
            self._large_numeric(job, content, encoder)
        else:
            self._large_blocks(job, content)

    def _large_numeric(self, job: Job, content: memoryview, encoder: FrameEncoder) -> None:
        begin = self._position
        self._put(encoder.head)
        table, hashes, told = bytearray(), bytearray(), begin
        batch = BATCH_CHUNKS * self._threads
        starts = range(0, encoder.chunks, batch)
        room = encoder.reach(min(batch, encoder.chunks))
        self._rooms = [old if len(old) >= room else mmap.mmap(-1, room) for old in self._rooms]

        def code(first: int) -> tuple[memoryview, bytes, bytes]:
            # Two rooms in turn: while what one holds is written, the next batch goes to the other.
            out = memoryview(self._rooms[first // batch % 2])
            size, entries, checks = encoder.encode_into(
                first, min(batch, encoder.chunks - first), out, self._threads
            )
            return out[:size], entries, checks

        batches = one_ahead(code, starts, self._threads)
        for first, (payload, entries, checks) in zip(starts, batches, strict=True):
            self._put(payload)
            table += entries
            hashes += checks
            last = first + batch >= encoder.chunks
            size = len(content) - first * encoder.chunk_bytes if last else batch * encoder.chunk_bytes
            self._done(job, size, self._position - told, False)
            told = self._position
        self._put(bytes(table))
        self._done(job, 0, self._position - told, True)
        digest, base = xxh3_128(bytes(hashes)), FrameDecoder(encoder.head).base
        self._finish(job, Method.NUMERIC, self._position - begin, digest, len(encoder.head), base)

    def _large_blocks(self, job: Job, content: memoryview) -> None:
        level = self._zlib_level if zlib_gain(content, self._zlib_level) else None
        begin = self._position
        table = bytearray()
        batch = BLOCK_SIZE * max(self._threads, BATCH_SIZE // BLOCK_SIZE)
        for start in range(0, len(content), batch):
            part = content[start : start + batch]
            pieces = [part[at : at + BLOCK_SIZE] for at in range(0, len(part), BLOCK_SIZE)]
            run = self._pool.map if self._pool is not None and level is not None else map
            told = self._position
            for payload, entry in run(lambda piece: encode_block(piece, level), pieces):
                self._put(payload)
                table += entry
            self._done(job, len(part), self._position - told, False)
        self._put(bytes(table))
        self._done(job, 0, len(table), True)
        hashes = b"".join(table[at + 4 : at + ENTRY.size] for at in range(0, len(table), ENTRY.size))
        stored = self._position - begin == len(content) + len(table)
        method = Method.STORED if stored else Method.ZLIB
        self._finish(job, method, self._position - begin, xxh3_128(hashes), 0)
