"""Coding segments and writing them one after the other.

What is small (up to 4 MiB) is coded as a whole by a pool of Python threads, many segments at a time,
since the codecs release the GIL; what is large is coded in batches by the codec's own threads. Either
way the bytes in flight are bounded, and segments are written in the order they were added, so neither
the archive nor the memory it takes depends on how the threads were scheduled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from pycomp._native.checksum import xxh3_128
from pycomp._native.tensor import LEVELS, FrameEncoder
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
TRY_BOTH_SIZE = 64 << 10  # up to here a numeric segment is also tried with zlib: cheap, and tables weigh

ZLIB_LEVELS = {"fast": 1, "default": 6, "high": 9, "max": 12}


def numeric_level(level: str) -> int:
    """The codec's number for a level's name; raises ValueError."""
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    return LEVELS[level]


class _Coded(NamedTuple):
    method: int
    parts: list[Buffer]
    digest: bytes
    head: int

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
        self._write = write
        self._done = done
        self._level = numeric_level(level)
        self._zlib_level = ZLIB_LEVELS[level]
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "pycomp-pack") if threads > 1 else None
        self._waiting: deque[tuple[Job, Future[_Coded]]] = deque()
        self._in_flight = 0
        self._limit = IN_FLIGHT + threads * IN_FLIGHT_PER_THREAD
        self._added = 0
        self._position = 0
        self._put(layout.header())

    def add(self, job: Job, content: memoryview) -> int:
        """Code *content* as *job* says; returns the number of the segment. May write only later."""
        number = self._added
        self._added += 1
        if job.method == Method.ZEROS:
            self.flush()
            self._finish(job, Method.ZEROS, 0, b"\0" * 16, 0)
            self._done(job, job.size, 0, True)
        elif len(content) > SMALL_SIZE:
            self.flush()
            self._add_large(job, content)
        elif self._pool is None:
            self._store(job, self._code(job, content, 1))
        else:
            while self._waiting and (
                self._in_flight + len(content) > self._limit
                or len(self._waiting) >= JOBS_PER_THREAD * self._threads
            ):
                self._pop()
            # A job that takes a fair part of what may be in flight takes that part of the threads.
            share = max(1, -(-self._threads * len(content) // self._limit))
            self._waiting.append((job, self._pool.submit(self._code, job, content, share)))
            self._in_flight += len(content)
        return number

    def flush(self) -> None:
        """Write everything added so far."""
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

    def _pop(self) -> None:
        job, future = self._waiting.popleft()
        self._in_flight -= job.size
        self._store(job, future.result())

    def _put(self, data: Buffer) -> None:
        self._write(data)
        self._position += len(data)

    def _store(self, job: Job, coded: _Coded) -> None:
        self._put(b"".join(coded.parts))
        self._finish(job, coded.method, coded.packed, coded.digest, coded.head)
        self._done(job, job.size, coded.packed, True)

    def _finish(self, job: Job, method: int, packed: int, digest: bytes, head: int) -> None:
        self.segments.append(Segment(method, job.size, self._position - packed, packed, digest, head))

    def _code(self, job: Job, content: memoryview, threads: int) -> _Coded:
        """A small segment as a whole."""
        if job.method == Method.NUMERIC and (len(content) <= TRY_BOTH_SIZE or self._gains(job, content)):
            encoder = FrameEncoder(content, job.dtype, job.cols, self._level)
            payload, table, hashes = encoder.encode(0, encoder.chunks, threads)
            parts: list[Buffer] = [encoder.head, payload, table]
            coded = _Coded(Method.NUMERIC, parts, xxh3_128(hashes), len(encoder.head))
            if len(content) > TRY_BOTH_SIZE:
                return coded
            return min(coded, self._code_blocks(content), key=lambda either: either.packed)
        return self._code_blocks(content)

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

    def _add_large(self, job: Job, content: memoryview) -> None:
        if job.method == Method.NUMERIC and self._gains(job, content):
            self._large_numeric(job, content)
        else:
            self._large_blocks(job, content)

    def _large_numeric(self, job: Job, content: memoryview) -> None:
        encoder = FrameEncoder(content, job.dtype, job.cols, self._level)
        begin = self._position
        self._put(encoder.head)
        table, hashes, told = bytearray(), bytearray(), begin
        batch = BATCH_CHUNKS * self._threads
        starts = range(0, encoder.chunks, batch)

        def code(first: int) -> tuple[bytes, bytes, bytes]:
            return encoder.encode(first, min(batch, encoder.chunks - first), self._threads)

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
        self._finish(job, Method.NUMERIC, self._position - begin, xxh3_128(bytes(hashes)), len(encoder.head))

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
