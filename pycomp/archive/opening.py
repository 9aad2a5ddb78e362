"""Finding the index of an archive, by its last trailer, by the first, or by looking for either."""

from __future__ import annotations

from pycomp.archive.bytesource import ByteSource
from pycomp.archive.index import Index
from pycomp.archive.layout import (
    HEADER_SIZE,
    TRAILER_MAGIC,
    TRAILER_SIZE,
    Trailer,
    check_header,
    inflate_index,
)
from pycomp.errors import CorruptError, PycompError

__all__ = ["check_copies", "read_index"]

# How far from the end a trailer is looked for when it is not at the end: data appended, or cut off.
SEARCH_SIZE = 64 << 20
SEARCH_STEP = 1 << 20
CANDIDATES_MAX = 16  # each may make us hash what lies before it


def read_index(source: ByteSource) -> tuple[Index, list[str]]:
    """The index and, where not everything was in order, warnings; raises PycompError if there is none."""
    check_header(bytes(source.read(0, min(source.size, HEADER_SIZE))))
    try:
        trailer = _trailer_at(source, source.size - TRAILER_SIZE)
        if trailer.copy != 1:
            raise CorruptError("the file ends after the first copy of the index")
        return _index_at(source, trailer), []
    except PycompError as error:
        first = error
    for position in _candidates(source):
        try:
            trailer = _trailer_at(source, position)
            index = _index_at(source, trailer)
        except PycompError:
            continue
        which = "first" if trailer.copy == 0 else "last"
        return index, [f"the end of the archive is damaged ({first}); the {which} copy of its index was used"]
    raise first


def check_copies(source: ByteSource) -> list[str]:
    """Warnings about either copy of the index that is damaged, though the other one is good."""
    warnings = []
    try:
        last = _trailer_at(source, source.size - TRAILER_SIZE)
        inflate_index(bytes(source.read(last.offset, last.packed)), last)
        try:
            first = _trailer_at(source, last.offset - TRAILER_SIZE)
            if first[2:] != last[2:]:
                raise CorruptError("its trailer differs from the last one")
            inflate_index(bytes(source.read(first.offset, first.packed)), first)
        except PycompError as error:
            warnings.append(f"the first copy of the index is damaged: {error}")
    except PycompError:
        pass  # the archive was opened by the first copy, and has said so
    return warnings


def _trailer_at(source: ByteSource, position: int) -> Trailer:
    if position < HEADER_SIZE:
        raise CorruptError("too short to be a .pcz file")
    trailer = Trailer.from_bytes(bytes(source.read(position, TRAILER_SIZE)))
    if trailer.copy > 1 or trailer.offset + trailer.packed != position:
        raise CorruptError("the trailer does not stand where it says")
    return trailer


def _index_at(source: ByteSource, trailer: Trailer) -> Index:
    raw = inflate_index(bytes(source.read(trailer.offset, trailer.packed)), trailer)
    # Segments end where the first copy begins.
    end = trailer.offset - trailer.copy * (trailer.packed + TRAILER_SIZE)
    if end < HEADER_SIZE:
        raise CorruptError("the trailer leaves no room for the header")
    return Index.from_json(raw, end)


def _candidates(source: ByteSource) -> list[int]:
    """Positions of what looks like a trailer, last first."""
    found: list[int] = []
    end = source.size
    stop = max(HEADER_SIZE, end - SEARCH_SIZE)
    while end > stop and len(found) < CANDIDATES_MAX:
        start = max(stop, end - SEARCH_STEP)
        # A magic across the edge of two steps is found with the earlier one.
        block = bytes(source.read(start, min(end + len(TRAILER_MAGIC) - 1, source.size) - start))
        at = block.rfind(TRAILER_MAGIC)
        while at >= 0 and len(found) < CANDIDATES_MAX:
            found.append(start + at)
            at = block.rfind(TRAILER_MAGIC, 0, at)
        end = start
    return found
