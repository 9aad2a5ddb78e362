"""``Archive.verify``: decode every chunk, name each that is damaged, and go on.

Beyond the checksums that every read tests, the content of each segment is compared with its digest in
the index, which a frame that was exchanged for another valid one does not have.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from pycomp.archive.index import Entry, Extent
from pycomp.archive.opening import check_copies
from pycomp.archive.report import Damage, VerifyReport
from pycomp.archive.segments import SegmentError
from pycomp.errors import PycompError

if TYPE_CHECKING:
    from pycomp.archive.reader import Archive

__all__ = ["verify"]

Bad = tuple[int, int, int, int, str]  # chunk, archive offset, start and stop in the segment, message

SMALL_SIZE = 4 << 20  # checked as a whole by one of several threads


def verify(archive: Archive, threads: int, progress: Callable[[int, int, str], None] | None) -> VerifyReport:
    """See ``Archive.verify``."""
    started = time.perf_counter()
    archive.require_base(thorough=True)  # without it nothing can be said of what is differences
    segments = archive._index.segments
    users = _users(archive)
    total = sum(segment.size for segment in segments)
    done = 0
    damage: list[Damage] = []
    for number, found in _check_all(archive, threads):
        for bad in found:
            damage += _named(archive, users.get(number, []), bad)
        done += segments[number].size
        if progress is not None:
            who = users.get(number)
            progress(done, total, who[0][0].path if who else "")
    return VerifyReport(
        raw_bytes=sum(entry.size for entry in archive.entries),
        packed_bytes=archive._source.size,
        seconds=time.perf_counter() - started,
        damage=damage,
        warnings=archive.warnings + check_copies(archive._source),
    )


def _check_all(archive: Archive, threads: int) -> Iterator[tuple[int, list[Bad]]]:
    """(segment, what is wrong with it), in order, with a bounded number under way."""
    segments = archive._index.segments
    with ThreadPoolExecutor(threads, "pycomp-verify") as pool:
        waiting: deque[tuple[int, Future[list[Bad]]]] = deque()
        for number, segment in enumerate(segments):
            if segment.size <= SMALL_SIZE and threads > 1:
                waiting.append((number, pool.submit(_check, archive, number, 1)))
            while waiting and (len(waiting) > 4 * threads or waiting[-1][0] != number):
                first, future = waiting.popleft()
                yield first, future.result()
            if segment.size > SMALL_SIZE or threads == 1:
                yield number, _check(archive, number, threads)
        for number, future in waiting:
            yield number, future.result()


def _check(archive: Archive, number: int, threads: int) -> list[Bad]:
    segment = archive._index.segments[number]
    reader = archive._segments
    bad: list[Bad] = []
    try:
        step = reader.chunk_size(number)
    except SegmentError as error:  # nothing of it can be read
        return [(error.chunk, error.offset, 0, segment.size, str(error.cause))]
    if not segment.packed:  # a hole
        return []
    batch = step * max(threads, 1)
    buffer = memoryview(bytearray(min(batch, segment.size)))

    def chunks() -> Iterator[memoryview]:
        for start in range(0, segment.size, batch):
            part = buffer[: min(batch, segment.size - start)]
            try:
                reader.decode_into(number, start, part, threads)
            except SegmentError:
                for at in range(0, len(part), step):  # to find out which
                    piece = part[at : at + step]
                    try:
                        reader.decode_into(number, start + at, piece, 1)
                    except SegmentError as error:
                        stop = start + at + len(piece)
                        bad.append((error.chunk, error.offset, start + at, stop, str(error.cause)))
            for at in range(0, len(part), step):
                yield part[at : at + step]
            reader.release(number, start, len(part))

    try:
        reader.check_digest(number, chunks())
    except PycompError as error:
        if not bad:
            bad.append((0, segment.offset, 0, segment.size, str(error)))
    return _joined(bad)


def _joined(bad: list[Bad]) -> list[Bad]:
    """Neighbours of which there is the same to say, such as that their base is another, as one."""
    out: list[Bad] = []
    for one in bad:
        if out and (out[-1][3], out[-1][4]) == (one[2], one[4]):
            out[-1] = (*out[-1][:3], one[3], one[4])
        else:
            out.append(one)
    return out


def _users(archive: Archive) -> dict[int, list[tuple[Entry, Extent]]]:
    """Who refers to each segment."""
    users: dict[int, list[tuple[Entry, Extent]]] = {}
    for entry in archive.entries:
        for extent in entry.extents:
            users.setdefault(extent.segment, []).append((entry, extent))
    return users


def _named(archive: Archive, users: list[tuple[Entry, Extent]], bad: Bad) -> Iterator[Damage]:
    """A damaged range of a segment as ranges of files, each split by the tensors it touches."""
    chunk, offset, low, high, message = bad
    for entry, extent in users:
        start = extent.start + max(low, extent.skip) - extent.skip
        stop = extent.start + min(high, extent.skip + extent.size) - extent.skip
        if start >= stop:
            continue
        position = start
        for tensor in sorted(entry.tensors, key=lambda tensor: tensor.start):
            first, last = max(position, tensor.start), min(stop, tensor.start + tensor.nbytes)
            if first >= last:
                continue
            if position < first:
                yield Damage(entry.path, None, chunk, offset, position, first, message)
            yield Damage(entry.path, tensor.name, chunk, offset, first, last, message)
            position = last
        if position < stop:
            yield Damage(entry.path, None, chunk, offset, position, stop, message)
