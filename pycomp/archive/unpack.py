"""``unpack``: the files of a .pcz, bit for bit.

Each file is decoded piece by piece, by several threads, into a temporary file beside its target which
takes its name when it is whole. A piece is a few chunks: decoded into a buffer that stays in the cache,
then written at its place, which is faster than decoding into a map of the new file (no page faults)
and fails with an error rather than a signal when the disk is full. Holes are not written, so they are
holes again.

Nothing is written outside the target folder: members' paths are checked when the index is read, links
are made last, and no folder on the way may be a link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple

from pycomp._threads import resolve
from pycomp.archive.bytesource import RangeReadable
from pycomp.archive.files import AtomicFile, is_sink, real_target, write_all
from pycomp.archive.index import Entry, Extent
from pycomp.archive.layout import Method
from pycomp.archive.paths import check_encodable, check_local, points_outside
from pycomp.archive.reader import Archive
from pycomp.archive.report import UnpackReport
from pycomp.archive.segments import SegmentError
from pycomp.errors import OverlapError, PycompError

__all__ = ["unpack"]

Progress = Callable[[int, int, str], None]
PathLike = str | os.PathLike[str]

PIECE_SIZE = 1 << 20  # decoded at once by a thread: within a second-level cache, well above a system call
WAITING_PER_THREAD = 4


def unpack(
    src: PathLike | BinaryIO | RangeReadable,
    dst: PathLike | BinaryIO | None = None,
    *,
    threads: int | None = None,
    base: PathLike | None = None,
    progress: Progress | None = None,
) -> UnpackReport:
    """Restore what was packed, with permissions and modification times.

    Args:
        src: the archive, as ``pycomp.open`` takes it.
        dst: for one packed file its path, or an existing folder to put it in, or a writable binary
            file (devices and pipes are written to, too); for a packed folder the folder, made if need
            be, whose files of the same names are replaced one by one. None for the path of *src* without
            ``.pcz``.
        threads: None for all usable cores.
        base: what the archive was packed with as ``base=``; None for what is beside it under that name.
        progress: called with (bytes done, bytes in all, member) from the calling thread.

    Raises:
        OSError: the target cannot be written or lacks the room; no half-written file is left.
        PycompError: the archive is damaged (the message names file, tensor, chunk and offset), or a
            link in the target folder would lead a member out of it. ``UnsupportedError`` where the base
            is not at hand, ``BaseError`` where it is another, ``OverlapError`` where the archive or its
            base would be replaced.
    """
    count = resolve(threads)
    started = time.perf_counter()
    with Archive(src, base=base) as archive:
        archive.require_base(whole=True)  # before anything is written
        single = archive.entries[0] if archive._index.single else None
        if dst is None:
            dst = _without_suffix(src)
        warnings = list(archive.warnings)
        if not isinstance(dst, (str, os.PathLike)):
            if single is None:
                raise ValueError(f"{archive.name} holds a folder, which cannot be written to a single file")
            target = str(getattr(dst, "name", "-"))
            _to_stream(archive, single, dst, progress)
        else:
            target = os.fspath(dst)
            if single is not None and os.path.isdir(target):
                check_local(single.path)
                target = os.path.join(target, single.path)
            if single is not None and is_sink(target):
                with open(target, "wb", buffering=0) as sink:
                    _to_stream(archive, single, sink, progress)
            else:
                _refuse_sources(archive, src, target)
                work = _Unpacking(archive, count, progress)
                try:
                    if single is None:
                        warnings += work.folder(target)
                    else:
                        work.single(target, single)
                finally:
                    work.shutdown()
        return UnpackReport(
            src=archive.name,
            dst=target,
            files=len(archive.files()),
            raw_bytes=sum(entry.size for entry in archive.entries),
            packed_bytes=archive._source.size,
            seconds=time.perf_counter() - started,
            warnings=warnings,
        )


def _without_suffix(src: object) -> str:
    if isinstance(src, (str, os.PathLike)):
        stem, suffix = os.path.splitext(os.fspath(src))
        if suffix.lower() == ".pcz" and os.path.basename(stem):
            return stem
    raise ValueError("dst is needed where the archive's name does not end in .pcz")


def _refuse_sources(archive: Archive, src: object, target: str) -> None:
    """Raise ValueError where the archive itself, or the base it needs, would be replaced."""
    paths = [target]
    if not archive._index.single:
        paths += [os.path.join(target, entry.path) for entry in archive.entries if entry.kind != "folder"]
    for path in filter(os.path.lexists, paths):
        if isinstance(src, (str, os.PathLike)) and os.path.exists(path) and os.path.samefile(src, path):
            raise OverlapError(f"cannot unpack {archive.name!r} over itself")
        if archive._link.stands_on(path):
            raise OverlapError(f"cannot unpack over the base {path!r}: the archive needs it")


def _to_stream(archive: Archive, entry: Entry, file: BinaryIO, progress: Progress | None) -> None:
    done = 0
    for piece in archive.stream(entry.path):
        write_all(file, piece)
        done += len(piece)
        if progress is not None:
            progress(done, entry.size, entry.path)


class _Piece(NamedTuple):
    """Decode *size* bytes of *segment* from *skip*, and write their parts where the file has them."""

    segment: int
    skip: int
    size: int
    places: list[tuple[int, int, int]]  # (offset in the piece, offset in the file, size)


class _Unpacking:
    """The state of one ``unpack`` to the file system."""

    def __init__(self, archive: Archive, threads: int, progress: Progress | None) -> None:
        self._archive = archive
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "pycomp-unpack") if threads > 1 else None
        self._buffers = threading.local()
        self._progress = progress
        self._done = 0
        self._total = sum(entry.size for entry in archive.entries)

    def shutdown(self) -> None:
        """End the threads; call it whatever happened."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def single(self, target: str, entry: Entry) -> None:
        """One file to the path *target*."""
        target = real_target(target)
        self._check_space(os.path.dirname(os.path.abspath(target)))
        self._file(entry, target)

    def folder(self, root: str) -> list[str]:
        """Everything to the folder *root*; returns warnings."""
        entries = self._archive.entries
        for entry in entries:
            check_local(entry.path)
            check_encodable(entry.target)
        self._check_space(root)
        os.makedirs(root, exist_ok=True)
        safe: set[str] = set()
        folders = [entry for entry in entries if entry.kind == "folder"]
        warnings = []
        with contextlib.ExitStack() as locked:
            for entry in folders:
                _make_folder(root, entry.path, safe)
                _unlock(os.path.join(root, entry.path), locked)
            for entry in entries:
                if entry.kind != "folder":
                    _make_folder(root, os.path.dirname(entry.path), safe)
                if entry.kind == "file":
                    self._file(entry, os.path.join(root, entry.path))
            for entry in entries:
                if entry.kind == "link":
                    warnings += _make_link(root, entry)
            locked.pop_all()  # their modes are those of the archive now
        # Children change their folder's time, and a folder that is read-only takes no children.
        for entry in reversed(folders):
            path = os.path.join(root, entry.path)
            os.chmod(path, entry.mode & 0o777)
            os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns))
        return warnings

    def _check_space(self, folder: str) -> None:
        segments = self._archive._index.segments
        needed = sum(
            extent.size
            for entry in self._archive.entries
            for extent in entry.extents
            if segments[extent.segment].method != Method.ZEROS
        )
        while not os.path.exists(folder) and (above := os.path.dirname(folder)) != folder:
            folder = above
        try:
            free = shutil.disk_usage(folder or ".").free
        except OSError:  # a file system that does not tell
            return
        if needed > free:
            text = f"{os.strerror(errno.ENOSPC)} ({needed} bytes are needed, {free} are free)"
            raise OSError(errno.ENOSPC, text, folder)

    def _file(self, entry: Entry, target: str) -> None:
        # Set-user-id bits are not restored: an archive should not be able to hand them out.
        mode = entry.mode & 0o777
        with AtomicFile(target, sync=False, mode=mode, mtime_ns=entry.mtime_ns) as file:
            file.resize(entry.size)
            waiting: deque[Future[int]] = deque()
            try:
                for piece in self._pieces(entry):
                    if self._pool is None:
                        self._tick(self._restore(entry, file, piece), entry)
                        continue
                    waiting.append(self._pool.submit(self._restore, entry, file, piece))
                    if len(waiting) > WAITING_PER_THREAD * self._threads:
                        self._tick(waiting.popleft().result(), entry)
                while waiting:
                    self._tick(waiting.popleft().result(), entry)
            finally:
                for future in waiting:
                    future.cancel()
                for future in waiting:  # none may write once the file is closed
                    if not future.cancelled():
                        future.exception()

    def _pieces(self, entry: Entry) -> Iterator[_Piece]:
        segments = self._archive._index.segments
        bundles: dict[int, list[tuple[int, int, int]]] = {}
        for extent in entry.extents:
            segment = segments[extent.segment]
            if segment.method == Method.ZEROS:
                self._tick(extent.size, entry)
            elif extent.size < segment.size and segment.size <= PIECE_SIZE:
                bundles.setdefault(extent.segment, []).append((extent.skip, extent.start, extent.size))
            else:
                yield from self._cut(entry, extent)
        for number, places in bundles.items():
            yield _Piece(number, 0, segments[number].size, places)

    def _cut(self, entry: Entry, extent: Extent) -> Iterator[_Piece]:
        """An extent in pieces that end where chunks do."""
        start, size, number, skip = extent
        with self._located(entry, start):
            chunk = self._archive._segments.chunk_size(number)
        step = chunk * max(1, PIECE_SIZE // chunk)
        end = skip + size
        while skip < end:
            stop = min(end, skip // step * step + step)
            yield _Piece(number, skip, stop - skip, [(0, start, stop - skip)])
            start, skip = start + stop - skip, stop

    def _restore(self, entry: Entry, file: AtomicFile, piece: _Piece) -> int:
        buffer = getattr(self._buffers, "buffer", None)
        if buffer is None or len(buffer) < piece.size:
            buffer = self._buffers.buffer = bytearray(max(piece.size, PIECE_SIZE))
        content = memoryview(buffer)[: piece.size]
        with self._located(entry, piece.places[0][1]):
            self._archive._segments.decode_into(piece.segment, piece.skip, content, 1)
        for offset, start, size in piece.places:
            file.write_at(start, content[offset : offset + size])
        self._archive._segments.release(piece.segment, piece.skip, piece.size)
        return sum(size for _, _, size in piece.places)

    @contextlib.contextmanager
    def _located(self, entry: Entry, position: int) -> Iterator[None]:
        try:
            yield
        except SegmentError as error:
            raise self._archive.locate(error, entry, position) from error.cause

    def _tick(self, size: int, entry: Entry) -> None:
        self._done += size
        if self._progress is not None:
            self._progress(self._done, self._total, entry.path)


def _make_folder(root: str, path: str, safe: set[str]) -> None:
    """Make root/path, refusing to pass through a link on the way; *safe* remembers what was checked."""
    if not path or path in safe:
        return
    parent = os.path.dirname(path)
    at = len(parent) if parent in safe else -1
    while at < len(path):  # from the top, where the system refuses what is too long before it takes memory
        at = path.find("/", at + 1)
        at = len(path) if at < 0 else at
        full = os.path.join(root, path[:at])
        try:
            os.mkdir(full)
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(full).st_mode):
                text = f"{full!r} is in the way: a folder of that name is to be written to"
                raise PycompError(text) from None
        safe.add(path[:at])


def _unlock(path: str, locked: contextlib.ExitStack) -> None:
    """Let the owner write to a folder, which an earlier unpacking may forbid, until *locked* is closed."""
    mode = stat.S_IMODE(os.lstat(path).st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        with contextlib.suppress(PermissionError):  # somebody else's; what needs it will say so
            os.chmod(path, mode | stat.S_IRWXU)
            locked.callback(os.chmod, path, mode)


def _make_link(root: str, entry: Entry) -> list[str]:
    path = os.path.join(root, entry.path)
    if os.path.lexists(path):
        if stat.S_ISDIR(os.lstat(path).st_mode):
            raise PycompError(f"{path!r} is in the way: a link of that name is to be made")
        os.unlink(path)
    os.symlink(entry.target, path)
    with contextlib.suppress(OSError, NotImplementedError):  # not every system keeps a link's time
        os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)
    if points_outside(entry.path, entry.target):
        return [f"{entry.path}: a link to outside the folder, {entry.target!r}"]
    return []
