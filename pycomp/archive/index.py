"""The index of a .pcz: what files there are, and which segments hold which of their bytes.

A *segment* is a run of coded bytes in the archive. A *file* is tiled by *extents*, each a range of one
segment's content, so that equal ranges of different files share a segment, and many small tensors
strewn over a file share one. A *tensor* is a byte range of its file with a dtype and a shape.

As JSON (docs/formats/pcz.md has the rules) since it is small beside what it describes, since anything
can read it, and since fields can join it later. The reader believes none of it: every number is
checked against the archive's real size before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pycomp.archive.dtypes import nbytes
from pycomp.archive.layout import HEADER_SIZE, INDEX_RAW_MAX, Method
from pycomp.archive.paths import check_member, check_members
from pycomp.errors import CorruptError, UnsupportedError

__all__ = ["BasePiece", "BaseUse", "Entry", "Extent", "Index", "Segment", "Tensor"]

# A chunk of the numeric method is at most 2 MiB and costs 12 bytes (its table entry and checksum); a
# zlib block is 1 MiB and costs 12 bytes and more. What claims to grow further is a lie.
_GROWTH_MAX = 1 << 18
_SIZE_MAX = 1 << 62
_TIME_MAX = 1 << 66  # 2,300 years either way: file systems know of times beyond 64 bits of nanoseconds

_KINDS = ("file", "folder", "link")


class Segment(NamedTuple):
    """Coded bytes: *packed* bytes at *offset* of the archive, *size* bytes when decoded.

    *digest* is the XXH3-128 of the XXH3-64s of its chunks or blocks; *head* the size of a numeric
    frame's head, so that a reader over a network fetches it exactly.
    """

    method: int
    size: int
    offset: int
    packed: int
    digest: bytes
    head: int


class Extent(NamedTuple):
    """*size* bytes of a file from *start* are those of *segment* from *skip*."""

    start: int
    size: int
    segment: int
    skip: int


class Tensor(NamedTuple):
    """A tensor in a file: its bytes start at *start*; *order* is "C" or "F" as numpy means it."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    order: str = "C"

    @property
    def nbytes(self) -> int:
        """Bytes of the tensor."""
        return nbytes(self.dtype, self.shape)


@dataclass
class Entry:
    """A file, folder or symbolic link; *path* is relative, with forward slashes."""

    path: str
    kind: str
    mode: int
    mtime_ns: int
    size: int = 0
    extents: list[Extent] = field(default_factory=list)
    format: str = "bytes"
    tensors: list[Tensor] = field(default_factory=list)
    target: str = ""


class BasePiece(NamedTuple):
    """A tensor of a base by its path and name there, and the bytes it must have."""

    path: str
    name: str
    nbytes: int


class BaseUse(NamedTuple):
    """The base an archive needs: the name it had, and which of its tensors stand for which segment.

    *digests* are the XXH3-128 of these, one after the other.
    """

    name: str
    segments: dict[int, list[BasePiece]]
    digests: dict[int, bytes]


@dataclass
class Index:
    """Everything behind the trailer's offset. *single*: the archive was made of one file."""

    single: bool = True
    segments: list[Segment] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    base: BaseUse | None = None

    def to_json(self) -> bytes:
        """The index as compact ASCII JSON, the same bytes for the same index."""
        segments = [[s.method, s.size, s.offset, s.packed, s.digest.hex(), s.head] for s in self.segments]
        tree: dict[str, Any] = {
            "format": "pcz",
            "single": self.single,
            "segments": segments,
            "entries": [_entry_out(entry) for entry in self.entries],
        }
        if self.base is not None:
            uses = [
                [segment, self.base.digests[segment].hex(), [list(piece) for piece in pieces]]
                for segment, pieces in sorted(self.base.segments.items())
            ]
            tree["base"] = {"name": self.base.name, "segments": uses}
        return json.dumps(tree, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_json(cls, raw: bytes, end: int) -> Index:
        """Parse and check against an archive whose segments end at byte *end*; raises CorruptError."""
        if len(raw) > INDEX_RAW_MAX:
            raise CorruptError(f"the index of {len(raw)} bytes is beyond all limits")
        try:
            tree = json.loads(raw)
            if tree["format"] != "pcz":
                raise CorruptError("the index is not that of a .pcz file")
            segments = list(_segments_in(tree["segments"], end))
            entries = [_entry_in(item, segments) for item in tree["entries"]]
            base = _base_in(tree["base"], segments) if "base" in tree else None
            index = cls(_typed(tree["single"], bool), segments, entries, base)
        except (KeyError, TypeError, IndexError, ValueError, RecursionError) as error:
            if isinstance(error, (CorruptError, UnsupportedError)):
                raise
            raise CorruptError(f"the index breaks its own rules: {error!r}") from None
        check_members([(entry.path, entry.kind == "folder") for entry in index.entries])
        if index.single and (len(index.entries) != 1 or index.entries[0].kind != "file"):
            raise CorruptError("the index announces one file and lists something else")
        if index.single and "/" in index.entries[0].path:
            raise CorruptError(
                f"the index announces one file and puts it in a folder, {index.entries[0].path!r}"
            )
        return index


def _entry_out(entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = {
        "path": entry.path,
        "kind": entry.kind,
        "mode": entry.mode,
        "mtime": entry.mtime_ns,
    }
    if entry.kind == "link":
        out["target"] = entry.target
    if entry.kind == "file":
        out |= {"size": entry.size, "extents": [[e.size, e.segment, e.skip] for e in entry.extents]}
        if entry.format != "bytes":
            out["format"] = entry.format
        if entry.tensors:
            out["tensors"] = [[t.name, t.dtype, list(t.shape), t.start, t.order] for t in entry.tensors]
    return out


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:  # so that True is no number
        raise CorruptError(f"the index has {value!r} where a {kind.__name__} belongs")
    return value


def _natural(value: Any, limit: int = _SIZE_MAX) -> int:
    if type(value) is not int or not 0 <= value <= limit:
        raise CorruptError(f"the index has {value!r} where a number from 0 to {limit} belongs")
    return value


def _segments_in(items: Any, end: int) -> Iterator[Segment]:
    """Segments lie back to back from the header to the index: no gaps, no overlaps, no order but this."""
    position = HEADER_SIZE
    for item in _typed(items, list):
        method, size, offset, packed, digest, head = _typed(item, list)
        if _natural(method, 255) not in Method.NAMES or method == Method.RESERVED:
            raise UnsupportedError(f"a segment has the method {method!r}, which this build does not know")
        segment = Segment(
            method, _natural(size), _natural(offset), _natural(packed), bytes.fromhex(digest), _natural(head)
        )
        if segment.offset != position or segment.packed > end - position:
            raise CorruptError(f"a segment claims bytes {offset}..{offset + packed} of the archive")
        heads = segment.packed if method == Method.NUMERIC else 0
        if len(segment.digest) != 16 or segment.head > heads:
            raise CorruptError("a segment has a digest or a head of impossible size")
        if method == Method.ZEROS:
            if segment.packed:
                raise CorruptError("a segment of zeros has a payload")
        elif segment.size > segment.packed * _GROWTH_MAX:
            raise CorruptError(f"a segment claims {size} bytes out of {packed}")
        position += segment.packed
        yield segment
    if position != end:
        raise CorruptError(f"bytes {position}..{end} of the archive belong to no segment")


def _entry_in(item: Any, segments: list[Segment]) -> Entry:
    kind = _typed(item["kind"], str)
    if kind not in _KINDS:
        raise UnsupportedError(f"an entry is of kind {kind!r}, which this build does not know")
    path = _typed(item["path"], str)
    check_member(path)
    mtime = item["mtime"]
    if type(mtime) is not int or abs(mtime) > _TIME_MAX:
        raise CorruptError(f"{path!r} has an impossible time")
    entry = Entry(path, kind, _natural(item["mode"], 0o7777), mtime)
    if kind == "link":
        entry.target = _typed(item["target"], str)
        if not entry.target or "\0" in entry.target:
            raise CorruptError(f"the link {path!r} has no usable target")
    if kind == "file":
        entry.size = _natural(item["size"])
        entry.extents = list(_extents_in(item["extents"], segments, entry))
        entry.format = _typed(item.get("format", "bytes"), str)
        entry.tensors = [_tensor_in(tensor, entry) for tensor in _typed(item.get("tensors", []), list)]
        if len({tensor.name for tensor in entry.tensors}) != len(entry.tensors):
            raise CorruptError(f"{path!r} has two tensors of one name")
    return entry


def _base_in(item: Any, segments: list[Segment]) -> BaseUse:
    uses: dict[int, list[BasePiece]] = {}
    digests: dict[int, bytes] = {}
    for segment, digest, pieces in _typed(item["segments"], list):
        if (
            _natural(segment) >= len(segments)
            or segments[segment].method != Method.NUMERIC
            or segment in uses
        ):
            raise CorruptError(f"the index has a base for the segment {segment}, which has none")
        uses[segment] = [
            BasePiece(_typed(path, str), _typed(name, str), _natural(size))
            for path, name, size in _typed(pieces, list)
        ]
        digests[segment] = bytes.fromhex(digest)
        if len(digests[segment]) != 16 or sum(p.nbytes for p in uses[segment]) != segments[segment].size:
            raise CorruptError(f"the index has an impossible base for the segment {segment}")
    return BaseUse(_typed(item["name"], str), uses, digests)


def _extents_in(items: Any, segments: list[Segment], entry: Entry) -> Iterator[Extent]:
    start = 0
    for item in _typed(items, list):
        size, segment, skip = map(_natural, _typed(item, list))
        if segment >= len(segments) or not size or skip + size > segments[segment].size:
            raise CorruptError(f"{entry.path!r} refers to bytes that segment {segment} does not have")
        yield Extent(start, size, segment, skip)
        start += size
    if start != entry.size:
        raise CorruptError(f"{entry.path!r} has {entry.size} bytes but its extents {start}")


def _tensor_in(item: Any, entry: Entry) -> Tensor:
    name, dtype, shape, start, order = _typed(item, list)
    dimensions = tuple(_natural(n) for n in _typed(shape, list))
    tensor = Tensor(_typed(name, str), _typed(dtype, str), dimensions, _natural(start), order)
    if order not in ("C", "F"):
        raise CorruptError(f"{entry.path!r}: tensor {name!r} has the impossible order {order!r}")
    if tensor.start + tensor.nbytes > entry.size:
        raise CorruptError(f"{entry.path!r}: tensor {name!r} reaches beyond the end of the file")
    return tensor
