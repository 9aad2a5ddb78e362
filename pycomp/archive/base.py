"""Bases: where the tensors come from that an archive holds only the differences to.

A base is an archive, a file or a folder, of which only the tensors count. They are found by path and name,
then by a name that no other tensor of the base has, and if the base is one lone tensor whatever its name.
That it is the right one is no question of names: the index has a digest for every segment's base, of which
a quick look compares some and ``verify`` all, and every chunk knows the checksum of its own.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pycomp._native.checksum import Hasher128
from pycomp.archive.files import is_sink, write_all
from pycomp.archive.index import BaseUse, Tensor
from pycomp.archive.known import plan_known
from pycomp.archive.layout import MAGIC
from pycomp.archive.tree import walk
from pycomp.errors import BaseError, PycompError, UnsupportedError

if TYPE_CHECKING:
    from pycomp.archive.reader import Archive

__all__ = ["OTHER", "Base", "Found", "Link", "open_base"]

DEPTH_MAX = 8  # bases of bases: a chain may be long, a circle must end
OPEN_MAX = 16  # maps of files kept open
IN_MEMORY = 16 << 20  # what is decoded of a base goes to memory up to here, else to a file without a name
# A quick look reads what so many segments stand on, the smallest. In another checkpoint these have changed,
# unless they were frozen; damage to the right one hardly strikes all of them.
LOOK_SEGMENTS = 4
OTHER = "has other contents"


class Found(NamedTuple):
    """A tensor of a base."""

    path: str
    tensor: Tensor


class Base:
    """The tensors of a base by path and name, and their bytes."""

    def __init__(self, name: str, tensors: Iterable[Found]) -> None:
        self.name = name
        self._exact: dict[tuple[str, str], Found] = {}
        self._named: dict[str, Found | None] = {}
        for found in tensors:
            self._exact[found.path, found.tensor.name] = found
            known = found.tensor.name in self._named
            self._named[found.tensor.name] = None if known else found

    def find(self, path: str, name: str) -> Found | None:
        """The tensor that goes by that name, if there is one."""
        found = self._exact.get((path, name)) or self._named.get(name)
        if found is None and len(self._exact) == 1 and name not in self._named:
            (found,) = self._exact.values()
        return found

    def read(self, found: Found, start: int, size: int) -> memoryview:
        """Bytes [start, start + size) of a tensor."""
        raise NotImplementedError

    def whole(self, found: Found) -> memoryview:
        """All bytes of a tensor, mapped where they are many."""
        return self.read(found, 0, found.tensor.nbytes)

    def close(self) -> None:
        """Let go of all files."""


class _Files(Base):
    """Files as they are, mapped on demand."""

    def __init__(self, root: str) -> None:
        self._paths: dict[str, str] = {}
        self._maps: OrderedDict[str, mmap.mmap] = OrderedDict()
        self._lock = threading.Lock()
        tensors: list[Found] = []
        for member in walk(root, set(), dereference=True)[0]:
            if member.entry.kind == "file" and member.entry.size:
                path = member.entry.path
                self._paths[path] = member.path
                tensors += [
                    Found(path, tensor) for tensor in plan_known(member.path, self._map(path)).tensors
                ]
        super().__init__(os.path.basename(os.path.abspath(root)), tensors)

    def read(self, found: Found, start: int, size: int) -> memoryview:
        start += found.tensor.start
        part = memoryview(self._map(found.path))[start : start + size]
        if len(part) != size:
            raise PycompError(f"the base {self.name!r} has become shorter")
        return part

    def close(self) -> None:
        with self._lock:
            self._maps.clear()

    def _map(self, path: str) -> mmap.mmap:
        with self._lock:
            if path not in self._maps:
                with open(self._paths[path], "rb") as file:
                    self._maps[path] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                if len(self._maps) > OPEN_MAX:
                    self._maps.popitem(last=False)  # unmapped once nobody holds a view of it
            self._maps.move_to_end(path)
            return self._maps[path]


class _Packed(Base):
    """An archive, which may have a base itself."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        tensors = [
            Found(entry.path, tensor)
            for entry in archive.entries
            if entry.kind == "file"
            for tensor in entry.tensors
        ]
        super().__init__(os.path.basename(archive.name), tensors)

    def read(self, found: Found, start: int, size: int) -> memoryview:
        part = memoryview(bytearray(size))
        self._archive.read_into(found.path, found.tensor.start + start, part)
        return part

    def whole(self, found: Found) -> memoryview:
        size = found.tensor.nbytes
        if size <= IN_MEMORY:
            return super().whole(found)
        # Written, not decoded into the map: a full disk is then an error, and not the end of the process.
        buffer = memoryview(bytearray(IN_MEMORY))
        with tempfile.TemporaryFile(buffering=0) as file:
            for start in range(0, size, IN_MEMORY):
                part = buffer[: size - start]
                self._archive.read_into(found.path, found.tensor.start + start, part)
                try:
                    write_all(file, part)
                except OSError as error:
                    text = f"{error.strerror} (for a tensor of the base, {size} bytes)"
                    raise OSError(error.errno, text, tempfile.gettempdir()) from None
            return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))

    def close(self) -> None:
        self._archive.close()


def open_base(path: str | os.PathLike[str], depth: int = 0) -> Base:
    """The base at *path*: an archive, a file or a folder; raises OSError or PycompError.

    *depth* counts the bases that led here.
    """
    root = os.fspath(path)
    if depth >= DEPTH_MAX:
        raise UnsupportedError(f"more than {DEPTH_MAX} bases lead from one to the next, last to {root!r}")
    if is_sink(root):
        raise OSError(errno.EINVAL, "neither a file nor a folder", root)
    if not os.path.isdir(root):
        with open(root, "rb") as file:
            packed = file.read(len(MAGIC)) == MAGIC
        if packed:
            from pycomp.archive.reader import Archive

            return _Packed(Archive(root, depth=depth))
    return _Files(root)


class Link:
    """An archive's way to its base, which is opened when it is first needed."""

    def __init__(
        self,
        archive: str,
        use: BaseUse | None,
        given: str | os.PathLike[str] | None,
        depth: int,
    ) -> None:
        self._use = use
        self._pieces = {} if use is None else use.segments
        self._given = given
        self._archive = archive
        self._depth = depth
        self._base: Base | None = None
        self._lock = threading.Lock()
        if given is not None:
            try:
                self.require()  # to tell at once where it is wrong
            except BaseException:
                self.close()
                raise

    def reader(self, segment: int) -> Callable[[int, int], memoryview] | None:
        """What reads bytes [start, start + size) of the base of a segment; None if it has none."""
        pieces = self._pieces.get(segment)
        if pieces is None:
            return None

        def read(start: int, size: int) -> memoryview:
            base = self._open()
            parts, at = [], 0
            for path, name, length in pieces:
                low, high = max(start - at, 0), min(start + size - at, length)
                at += length
                if low >= high:
                    continue
                found = base.find(path, name)
                if found is None or found.tensor.nbytes != length:
                    raise self.wrong(f"has no tensor {name!r} of {length} bytes")
                parts.append(base.read(found, low, high - low))
            return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))

        return read

    def require(self, *, whole: bool = False, thorough: bool = False) -> None:
        """Raise UnsupportedError or BaseError now where there are differences and no base, or another one.

        *whole*: whoever asks needs all of the base; else it is the one as long as any of it fits.
        *thorough*: read all of it; else only its list of tensors and the smallest of them.
        """
        segments = sorted(self._pieces, key=self._size)
        faults = [self._fault(segment, thorough) for segment in segments]
        if not thorough and not any(faults):
            small = [segment for segment in segments if self._size(segment) <= IN_MEMORY]
            faults = [self._fault(segment, True) for segment in small[:LOOK_SEGMENTS]]
        found = [fault for fault in faults if fault]
        if found and (whole or len(found) == len(faults)):
            raise self.wrong(found[0])

    def stands_on(self, path: str) -> bool:
        """Whether the base is needed, and is the file or folder at *path*."""
        return bool(self._pieces) and os.path.exists(path) and os.path.samefile(path, self._where())

    def wrong(self, what: str) -> PycompError:
        """The error for a base that is not the one: the caller's mistake, or just not at hand."""
        assert self._use is not None
        if self._given is not None:
            given, name = os.fspath(self._given), self._use.name
            return BaseError(f"the base {given!r} is not the {name!r} that this was packed with: it {what}")
        return UnsupportedError(
            f"the base {self._use.name!r} is needed, but the one beside the archive {what}; pass it as base="
        )

    def _size(self, segment: int) -> int:
        return sum(piece.nbytes for piece in self._pieces[segment])

    def _fault(self, segment: int, contents: bool) -> str:
        """What is wrong with the base of a segment, by names and sizes or by *contents*; empty if nothing."""
        assert self._use is not None
        base, hasher = self._open(), Hasher128()
        for path, name, size in self._pieces[segment]:
            found = base.find(path, name)
            if found is None or found.tensor.nbytes != size:
                return f"has no tensor {name!r} of {size} bytes"
            try:
                for start in range(0, size if contents else 0, IN_MEMORY):
                    hasher.update(base.read(found, start, min(IN_MEMORY, size - start)))
            except (BaseError, UnsupportedError):  # its own base is not at hand
                raise
            except PycompError as error:
                return f"is damaged ({error})"
        return OTHER if contents and hasher.digest() != self._use.digests[segment] else ""

    def close(self) -> None:
        """Let go of the base."""
        with self._lock:
            if self._base is not None:
                self._base.close()
                self._base = None

    def _open(self) -> Base:
        with self._lock:
            if self._base is None:
                self._base = open_base(self._where(), self._depth + 1)
            return self._base

    def _where(self) -> str | os.PathLike[str]:
        assert self._use is not None
        if self._given is not None:
            return self._given
        name = self._use.name
        beside = os.path.join(os.path.dirname(os.path.abspath(self._archive)), name)
        # The name comes from the archive: it must not lead elsewhere, nor to the archive itself.
        harmless = name not in ("", ".", "..") and not set(name) & set("/\\\0")
        if not harmless or not os.path.isfile(self._archive) or not os.path.exists(beside):
            raise UnsupportedError(f"these are differences to the base {name!r}; pass it as base=")
        return beside
