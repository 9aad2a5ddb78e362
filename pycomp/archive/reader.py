"""``open``: reading single files, tensors and rows out of a .pcz without unpacking it.

Opening reads the index only. A tensor or a range of its rows then touches the chunks that hold it and
nothing else, whether the archive is a local file or byte ranges of something far away. An ``Archive``
may be used by several threads at once.
"""

from __future__ import annotations

import difflib
import io
import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from pycomp._threads import fills_threads, groups
from pycomp._threads import resolve as resolve_threads
from pycomp.archive.base import Link
from pycomp.archive.bytesource import RangeReadable, open_source
from pycomp.archive.dtypes import numpy_dtype, packed_shape
from pycomp.archive.index import Entry, Tensor
from pycomp.archive.layout import Method
from pycomp.archive.opening import read_index
from pycomp.archive.report import ArchiveInfo, DtypeShare, TensorInfo, VerifyReport
from pycomp.archive.segments import SegmentError, Segments
from pycomp.errors import LimitError, PycompError

if TYPE_CHECKING:
    from typing import BinaryIO

    import numpy as np

__all__ = ["Archive", "open"]

STREAM_SIZE = 8 << 20


class _Named(NamedTuple):
    entry: Entry
    tensor: Tensor


class Archive:
    """An open .pcz archive; see ``pycomp.open``. Also a context manager; pickles are opened anew.

    Attributes:
        warnings: what was odd about the archive when it was opened (a damaged copy of its index).
        entries: files, folders and links in the order they were packed.
    """

    def __init__(
        self,
        where: str | os.PathLike[str] | BinaryIO | RangeReadable,
        *,
        base: str | os.PathLike[str] | None = None,
        threads: int | None = 1,
        depth: int = 0,
    ) -> None:
        self._threads = resolve_threads(threads)
        self._opened = (where, base, threads, depth)
        self._source = open_source(where)
        self.name = self._source.name
        try:
            self._index, self.warnings = read_index(self._source)
            self._link = Link(self.name, self._index.base, base, depth)
        except BaseException as error:
            self._source.close()
            if isinstance(error, PycompError):
                raise type(error)(f"{self.name}: {error}") from None
            raise
        self.entries = self._index.entries
        self._segments = Segments(self._source, self._index.segments, self._link)
        self._files = {entry.path: entry for entry in self.entries if entry.kind == "file"}
        self._names = self._name_tensors()
        self._costs: dict[str, list[float]] = {}  # by file: archive bytes for what lies before each extent
        self._closed = False

    # What is there

    def keys(self) -> list[str]:
        """The names of all tensors; where files share a name it is ``file#name`` for each of them."""
        return list(self._names)

    def files(self) -> list[str]:
        """The paths of all files."""
        return list(self._files)

    def describe(self, name: str) -> TensorInfo:
        """Dtype, shape, size and place of a tensor; raises KeyError."""
        entry, tensor = self._find(name)
        return TensorInfo(
            name, entry.path, tensor.dtype, tensor.shape, tensor.nbytes, round(self._packed(entry, tensor))
        )

    def info(self) -> ArchiveInfo:
        """Counts and sizes of the whole archive."""
        shares: dict[str, list[float]] = {}
        raw = 0
        for entry in self._files.values():
            raw += entry.size
            rest = [entry.size, self._packed(entry, None)]
            for tensor in entry.tensors:
                share = shares.setdefault(tensor.dtype, [0, 0, 0])
                packed = self._packed(entry, tensor)
                for k, amount in enumerate((1, tensor.nbytes, packed)):
                    share[k] += amount
                rest[0] -= tensor.nbytes
                rest[1] -= packed
            share = shares.setdefault("bytes", [0, 0, 0])
            share[1] += rest[0]
            share[2] += rest[1]
        if not any(shares.get("bytes", [1])):
            del shares["bytes"]
        kinds = Counter(entry.kind for entry in self.entries)
        return ArchiveInfo(
            path=self.name,
            single=self._index.single,
            files=kinds["file"],
            folders=kinds["folder"],
            links=kinds["link"],
            tensors=len(self._names),
            raw_bytes=raw,
            packed_bytes=self._source.size,
            segments=dict(Counter(Method.NAMES[segment.method] for segment in self._index.segments)),
            by_dtype=sorted(
                (DtypeShare(d, int(n), int(a), max(0, round(b))) for d, (n, a, b) in shares.items()),
                key=lambda share: -share.raw_bytes,
            ),
            warnings=list(self.warnings),
            base=self._index.base.name if self._index.base is not None else "",
        )

    # Reading

    def tensor(self, name: str) -> np.ndarray[Any, Any]:
        """A tensor as a new, writable numpy array (for dtypes that numpy lacks see ``archive.dtypes``).

        Raises KeyError for a name that is not there, and a PycompError that names file, tensor, chunk
        and offset where the archive is damaged.
        """
        return self._read_rows(*self._find(name), None)

    def tensors(
        self, names: Iterable[str] | None = None, *, threads: int | None = None
    ) -> dict[str, np.ndarray[Any, Any]]:
        """Several tensors by name, read side by side; all of them unless *names* says which.

        *threads* None means all usable cores. Raises as ``tensor`` does.
        """
        wanted = list(self._names) if names is None else list(dict.fromkeys(names))
        found = [self._find(name) for name in wanted]
        count = resolve_threads(threads)
        arrays: dict[int, np.ndarray[Any, Any]] = {}
        whole: list[tuple[int, tuple[int, memoryview], int]] = []
        for i, (entry, tensor) in enumerate(found):
            number = self._segment_of(entry, tensor)
            based = number is not None and self._link.reader(number) is not None
            if number is None or based or fills_threads(tensor.nbytes, count):
                arrays[i] = self._read_rows(entry, tensor, None, count)
                continue
            data = self._empty(entry, tensor, tensor.nbytes)
            arrays[i] = self._shaped(entry, tensor, data.view(numpy_dtype(tensor.dtype)))
            whole.append((i, (number, data.data), tensor.nbytes))
        for group in groups(whole, count):
            try:
                self._segments.decode_whole([job for _, job in group], count)
            except SegmentError as error:
                entry, tensor = next(found[i] for i, (number, _) in group if number == error.number)
                raise self.locate(error, entry, tensor.start) from error.cause
        return {name: arrays[i] for i, name in enumerate(wanted)}

    def slice(self, name: str, rows: Any) -> np.ndarray[Any, Any]:
        """``tensor(name)[rows]``, reading only the rows asked for.

        *rows* is an integer, a slice with any step, a list or array of integers or booleans, or a
        tuple with one of these first and indices for the other axes after it. Raises IndexError.
        """
        entry, tensor = self._find(name)
        return self._read_rows(entry, tensor, rows)

    def read(self, file: str) -> bytes:
        """The whole content of a file; raises KeyError."""
        entry = self._entry(file)
        out = io.BytesIO()  # which hands over its bytes without another copy
        if entry.size:
            try:
                out.seek(entry.size - 1)
                out.write(b"\0")
            except (MemoryError, OverflowError):
                raise self._too_large(repr(file), entry.size) from None
            with out.getbuffer() as buffer:
                self._read_into(entry, 0, buffer)
        return out.getvalue()

    def stream(self, file: str) -> Iterator[memoryview]:
        """The content of a file in order, a few MiB at a time; each piece is valid until the next."""
        entry = self._entry(file)
        buffer = memoryview(bytearray(min(STREAM_SIZE, entry.size)))
        for start in range(0, entry.size, STREAM_SIZE):
            piece = buffer[: min(STREAM_SIZE, entry.size - start)]
            self.read_into(file, start, piece)
            yield piece

    def read_into(self, file: str, start: int, out: memoryview) -> None:
        """Fill *out* (writable, contiguous) with the bytes of a file from *start*."""
        self._read_into(self._entry(file), start, memoryview(out).cast("B"))

    def verify(
        self, progress: Callable[[int, int, str], None] | None = None, threads: int | None = None
    ) -> VerifyReport:
        """Decode everything and compare with the checksums; damage is reported, not raised.

        *threads* None means as many as the archive was opened with. Where there are differences to a base,
        raises UnsupportedError if it is not at hand and BaseError if nothing of the one given fits.
        """
        from pycomp.archive.verify import verify

        self._require_open()
        return verify(self, self._threads if threads is None else resolve_threads(threads), progress)

    def close(self) -> None:
        """Let go of the file; reading afterwards is an error."""
        self._closed = True
        self._segments = Segments(self._source, [])  # whose views of the map would keep it open
        self._source.close()
        self._link.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Archive], tuple[Any, ...]]:
        # Opened anew where it is loaded (workers of a data loader): by its path, or from what was passed.
        self._require_open()
        where, *more = self._opened
        return _opened_again, (
            os.path.abspath(where) if isinstance(where, (str, os.PathLike)) else where,
            *more,
        )

    def __repr__(self) -> str:
        return f"<pcz archive {self.name!r}: {len(self._files)} files, {len(self._names)} tensors>"

    # Within the package

    def _require_open(self) -> None:
        if self._closed:
            raise ValueError(f"{self.name} is closed")

    def _name_tensors(self) -> dict[str, _Named]:
        pairs = [_Named(entry, tensor) for entry in self._files.values() for tensor in entry.tensors]
        count = Counter(named.tensor.name for named in pairs)
        count.update({_long(named) for named in pairs if count[named.tensor.name] > 1})  # which are taken
        return {
            named.tensor.name if count[named.tensor.name] == 1 else _long(named): named for named in pairs
        }

    def _find(self, name: str) -> _Named:
        found = self._names.get(name)
        if found is None and "#" in name:  # the long name of a tensor that does not need one
            file, _, short = name.partition("#")
            found = self._names.get(short)
            found = found if found is not None and found.entry.path == file else None
        if found is None:
            raise KeyError(f"no tensor {name!r} in {self.name}{_hint(name, self._names)}")
        return found

    def _entry(self, file: str) -> Entry:
        entry = self._files.get(file)
        if entry is None:
            raise KeyError(f"no file {file!r} in {self.name}{_hint(file, self._files)}")
        return entry

    def _too_large(self, what: str, size: int) -> LimitError:
        return LimitError(f"{self.name}: {what} has {size} bytes, more than there is memory for")

    def _read_rows(
        self, entry: Entry, tensor: Tensor, rows: Any, threads: int | None = None
    ) -> np.ndarray[Any, Any]:
        import numpy

        dtype, shape = numpy_dtype(tensor.dtype), packed_shape(tensor.dtype, tensor.shape)
        if rows is None or tensor.order == "F" or not shape:
            array = self._shaped(
                entry, tensor, self._fill(entry, tensor, [(0, tensor.nbytes)], dtype, threads)
            )
            return array if rows is None else numpy.array(array[rows])
        if len(shape) < len(tensor.shape):
            raise ValueError(f"rows of {name_of(entry, tensor)} ({tensor.dtype}) do not end on a whole byte")
        from pycomp.archive.rows import resolve

        row_bytes = tensor.nbytes // shape[0] if shape[0] else 0
        runs, then = resolve(rows, shape[0], row_bytes)
        data = self._fill(entry, tensor, [(a * row_bytes, b * row_bytes) for a, b in runs], dtype)
        read = data.reshape(sum(b - a for a, b in runs), *shape[1:])[then]
        # A copy only where a part of what was read would keep all of it alive.
        return numpy.array(read) if read.nbytes < data.nbytes or not read.flags.c_contiguous else read

    def _fill(
        self,
        entry: Entry,
        tensor: Tensor,
        runs: list[tuple[int, int]],
        dtype: np.dtype[Any],
        threads: int | None = None,
    ) -> np.ndarray[Any, Any]:
        """The bytes [start, stop) of each run of a tensor, one after the other."""
        data = self._empty(entry, tensor, sum(stop - start for start, stop in runs))
        at = 0
        for start, stop in runs:
            self._read_into(entry, tensor.start + start, data.data[at : at + stop - start], threads)
            at += stop - start
        return data.view(dtype)

    def _empty(self, entry: Entry, tensor: Tensor, size: int) -> np.ndarray[Any, Any]:
        import numpy

        try:
            return numpy.empty(size, numpy.uint8)
        except (MemoryError, ValueError):
            raise self._too_large(name_of(entry, tensor), size) from None

    def _shaped(self, entry: Entry, tensor: Tensor, data: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        shape = packed_shape(tensor.dtype, tensor.shape)
        try:
            return data.reshape(shape, order="F" if tensor.order == "F" else "C")
        except ValueError as error:  # more dimensions, or larger empty ones, than numpy has
            raise LimitError(f"{self.name}: {name_of(entry, tensor)}: {error}") from None

    def _segment_of(self, entry: Entry, tensor: Tensor) -> int | None:
        """The numeric segment that a tensor is the whole of, if there is one."""
        at = bisect_right(entry.extents, tensor.start, key=lambda extent: extent.start) - 1
        if at < 0 or self._closed or not tensor.nbytes:
            return None
        extent = entry.extents[at]
        segment = self._index.segments[extent.segment]
        same = (extent.start, extent.size, extent.skip) == (tensor.start, tensor.nbytes, 0)
        return (
            extent.segment
            if same and segment.size == tensor.nbytes and segment.method == Method.NUMERIC
            else None
        )

    def _read_into(self, entry: Entry, start: int, out: memoryview, threads: int | None = None) -> None:
        stop = start + len(out)
        if start < 0 or stop > entry.size:
            raise ValueError(f"bytes {start}..{stop} are not all in {entry.path!r}, which has {entry.size}")
        self._require_open()
        if not out:
            return
        at = bisect_right(entry.extents, start, key=lambda extent: extent.start) - 1
        while start < stop:
            extent = entry.extents[at]
            skip = start - extent.start
            size = min(extent.size - skip, stop - start)
            try:
                self._segments.read_into(
                    extent.segment, extent.skip + skip, out[:size], threads or self._threads
                )
            except SegmentError as error:
                raise self.locate(error, entry, start) from error.cause
            start, out, at = start + size, out[size:], at + 1

    def require_base(self, *, whole: bool = False, thorough: bool = False) -> None:
        """Raise where there are differences and no base, or another one; see ``Link.require``."""
        try:
            self._link.require(whole=whole, thorough=thorough)
        except PycompError as error:
            raise type(error)(f"{self.name}: {error}") from None

    def locate(self, error: SegmentError, entry: Entry, position: int) -> PycompError:
        """The error's own kind, saying which file, tensor, chunk and offset it is about.

        *position* is a place in the file that could not be read.
        """
        inside = [t for t in entry.tensors if t.start <= position < t.start + t.nbytes]
        tensor = inside[0] if inside else None
        located = type(error.cause)(
            f"{self.name}: {name_of(entry, tensor)}, chunk {error.chunk}, "
            f"archive offset {error.offset}: {error.cause}"
        )
        attributes = {
            "file": entry.path,
            "tensor": tensor.name if tensor else None,
            "chunk": error.chunk,
            "offset": error.offset,
        }
        for key, value in attributes.items():
            setattr(located, key, value)
        return located

    def _packed(self, entry: Entry, tensor: Tensor | None) -> float:
        """The share of a tensor, or of the whole file, in the archive; what is shared counts each time."""
        start, stop = (0, entry.size) if tensor is None else (tensor.start, tensor.start + tensor.nbytes)
        return self._spent(entry, stop) - self._spent(entry, start)

    def _spent(self, entry: Entry, size: int) -> float:
        """Archive bytes for the first *size* bytes of a file."""
        segments, costs = self._index.segments, self._costs.get(entry.path)
        if costs is None:
            shares = (segments[e.segment].packed * (e.size / segments[e.segment].size) for e in entry.extents)
            costs = self._costs[entry.path] = list(accumulate(shares, initial=0.0))
        at = bisect_right(entry.extents, size, key=lambda extent: extent.start) - 1
        if at < 0:
            return 0.0
        extent = entry.extents[at]
        return costs[at] + segments[extent.segment].packed * (
            (size - extent.start) / segments[extent.segment].size
        )


def _long(named: _Named) -> str:
    """The name of a tensor whose own is not enough."""
    return f"{named.entry.path}#{named.tensor.name}"


def _opened_again(where: Any, base: Any, threads: int | None, depth: int) -> Archive:
    return Archive(where, base=base, threads=threads, depth=depth)


def name_of(entry: Entry, tensor: Tensor | None) -> str:
    """How messages call a place: the file, and the tensor if there is one."""
    return f"file {entry.path!r}" + (f", tensor {tensor.name!r}" if tensor else "")


def _hint(name: str, known: dict[str, Any]) -> str:
    # Comparing with very many names takes seconds.
    near = difflib.get_close_matches(name, list(known)[:5000], 3)
    qualified = [key for key in known if key.endswith(f"#{name}")][:3]
    return f"; did you mean {' or '.join(map(repr, qualified or near))}?" if qualified or near else ""


def open(
    where: str | os.PathLike[str] | BinaryIO | RangeReadable,
    *,
    base: str | os.PathLike[str] | None = None,
    threads: int | None = 1,
) -> Archive:
    """Open a .pcz archive for reading single files, tensors and rows.

    Args:
        where: a path (mapped into memory), a seekable binary file object, or any object with ``size``
            and ``read_range(offset, size)`` (for HTTP ranges, object stores).
        base: what the archive was packed with as ``base=``, if it was. None for the file or folder of that
            name beside the archive; where there is none, tensors that need it raise ``UnsupportedError``
            and everything else stays readable.
        threads: used for decoding what is large; None for all usable cores.

    Raises:
        OSError: it cannot be read.
        PycompError: it is no archive, or so damaged that not even its index can be read.

    >>> import numpy as np, pathlib, tempfile, pycomp
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> np.save(folder / "table.npy", np.arange(60000, dtype=np.float32).reshape(6000, 10))
    >>> _ = pycomp.pack(folder / "table.npy")
    >>> with pycomp.open(folder / "table.npy.pcz") as archive:
    ...     print(archive.keys(), archive.slice("table", slice(7, 9)).sum(axis=1))
    ['table'] [745. 845.]
    """
    return Archive(where, base=base, threads=threads)
