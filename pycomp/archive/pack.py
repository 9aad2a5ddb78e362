"""``pack``: a file or folder into one .pcz.

List the members, plan each file's segments, look every segment up among those there are already
(equal size and sampled hash propose, a comparison byte by byte decides), code the rest in order, write
the index. The target is written under a temporary name, flushed to the disk and renamed, so that under
its own name there is a whole archive or none.
"""

from __future__ import annotations

import contextlib
import functools
import io
import mmap
import os
import time
from collections import deque
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from pycomp._native.checksum import xxh3_64
from pycomp._native.tensor import LEVELS
from pycomp._threads import resolve
from pycomp.archive.base import Base, Found, open_base
from pycomp.archive.detect import plan_unknown, sample
from pycomp.archive.files import AtomicFile, is_sink, real_target, write_all
from pycomp.archive.index import BasePiece, BaseUse, Extent, Index, Segment, Tensor
from pycomp.archive.known import plan_known
from pycomp.archive.layout import HEADER_SIZE, MAGIC, Method
from pycomp.archive.plan import FilePlan, Job, cut_holes, plan_bytes, plan_tensors
from pycomp.archive.report import DtypeShare, PackReport
from pycomp.archive.sources import Sources, find_holes
from pycomp.archive.tree import Member, walk
from pycomp.archive.writer import ZLIB_LEVELS, Writer, numeric_level
from pycomp.errors import OverlapError

__all__ = ["Progress", "pack"]

Progress = Callable[[int, int, str], None]
PathLike = str | os.PathLike[str]

SHARE_MIN = 64  # sharing anything smaller saves less than naming it costs
SHARE_SAMPLE = 16 << 10
SHARE_TRIES = 4  # equal samples with unequal contents (mostly zeros, say): compare with the latest few


def pack(
    src: PathLike,
    dst: PathLike | BinaryIO | None = None,
    *,
    level: str = "default",
    threads: int | None = None,
    base: PathLike | None = None,
    progress: Progress | None = None,
    dereference: bool = False,
) -> PackReport:
    """Pack a file or a folder into a ``.pcz`` archive, bit-exactly.

    Args:
        src: the file or folder. Weights in .safetensors, .npy and .npz files become tensors that can be
            read one by one; numbers in other files are found by their statistics.
        dst: where to: a path, replaced atomically (a link keeps pointing there, and devices and pipes are
            written to); a writable binary file; or None for the name of *src* with ``.pcz`` added.
        level: ``fast``, ``default``, ``high`` or ``max``; the archive does not depend on *threads*.
        threads: None for all usable cores.
        base: an archive, file or folder whose tensors are good guesses: the checkpoint before, the model
            that this one was tuned from. Tensors of the same name, dtype and shape are coded as differences
            where that is the smaller, and reading them needs the base again; its file name is remembered.
        progress: called with (bytes done, bytes in all, member) from the calling thread.
        dereference: pack what symbolic links point at instead of the links.

    Returns:
        A report with sizes, the ratio, the share of each dtype, and warnings about what was skipped or
        is not what its name says.

    Raises:
        OSError: *src* cannot be read or *dst* not be written; nothing is left behind.
        PycompError: a file changed while it was being packed; nothing is left behind. ``OverlapError``: *dst*
            is among what is to be packed (older archives in a folder are not), or *src* and *base* are one.

    >>> import pathlib, tempfile, pycomp
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "notes.txt").write_text("to be or not to be " * 1000)
    >>> report = pycomp.pack(folder / "notes.txt")
    >>> report.raw_bytes, report.packed_bytes < 1000
    (19000, True)
    """
    numeric_level(level)
    count = resolve(threads)
    started = time.perf_counter()
    root = os.fspath(src)
    with contextlib.ExitStack() as stack:
        known = None
        if base is not None:
            if _overlap(root, os.fspath(base)):
                raise OverlapError(f"{os.fspath(base)!r} is no base for {root!r}: one lies in the other")
            known = open_base(base)
            stack.callback(known.close)
        sink: BinaryIO | io.FileIO | AtomicFile
        exclude: set[str] = set()
        if dst is None:
            dst = os.path.abspath(root) + ".pcz"
        if not isinstance(dst, (str, os.PathLike)):
            sink, target = dst, str(getattr(dst, "name", "-"))
        elif is_sink(target := os.fspath(dst)):
            sink = stack.enter_context(open(target, "wb", buffering=0))
        else:
            real = real_target(target)
            _refuse_target(real, root, None if base is None else os.fspath(base))
            sink = AtomicFile(real, sync=True)
            stack.push(sink)  # first: an interrupt once the file is there finds who removes it
            sink.__enter__()
            exclude = {os.path.realpath(real), os.path.realpath(sink.path)}
        write = sink.write if isinstance(sink, AtomicFile) else functools.partial(write_all, sink)
        work = _Packing(root, write, exclude, level, count, progress, dereference, known)
        packed = work.run()
    return PackReport(
        src=root,
        dst=target,
        files=sum(member.entry.kind == "file" for member in work.members),
        tensors=sum(len(member.entry.tensors) for member in work.members),
        raw_bytes=work.total,
        packed_bytes=packed,
        shared_bytes=work.shared,
        seconds=time.perf_counter() - started,
        by_dtype=work.by_dtype(),
        warnings=work.warnings,
    )


def _overlap(a: str, b: str) -> bool:
    """Whether one path is the other or lies below it: differences to that would soon stand on nothing."""
    one, other = os.path.join(os.path.realpath(a), ""), os.path.join(os.path.realpath(b), "")
    return one.startswith(other) or other.startswith(one)


def _refuse_target(target: str, root: str, base: str | None) -> None:
    """Raise where the archive would replace what it is made of."""
    if os.path.isdir(target):
        raise IsADirectoryError(f"cannot write the archive to {target!r}: it is a folder")
    if not os.path.exists(target):
        return
    if os.path.samefile(root, target):
        raise OverlapError(f"cannot write the archive of {root!r} over {root!r} itself")
    if base is not None and os.path.samefile(base, target):
        raise OverlapError(f"cannot write differences to {base!r} over it: they need it")
    if os.path.realpath(target).startswith(os.path.join(os.path.realpath(root), "")):
        with open(target, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:  # an older archive there is not packed, and may go
                raise OverlapError(f"cannot write the archive over {target!r}, which is to be packed")


class _Origin(NamedTuple):
    """Where the content of a segment came from."""

    member: int
    ranges: tuple[tuple[int, int], ...]
    segment: int


class _Packing:
    """The state of one ``pack``."""

    def __init__(
        self,
        root: str,
        write: Callable[[bytes | memoryview], None],
        exclude: set[str],
        level: str,
        threads: int,
        progress: Progress | None,
        dereference: bool,
        base: Base | None,
    ) -> None:
        self.members, self.warnings = walk(root, exclude, dereference)
        self.total = sum(member.entry.size for member in self.members)
        self.shared = 0
        self.shares: dict[str, list[int]] = {}
        self._single = not os.path.isdir(root)
        self._sources = Sources(self.members)
        self._base = base
        self._bases: dict[int, list[Found]] = {}  # of a segment
        self._detect_level = min(numeric_level(level), LEVELS["default"])
        self._zlib_level = ZLIB_LEVELS[level]
        self._progress = progress
        self._done_bytes = 0
        self._known: dict[tuple[int, int], list[_Origin]] = {}
        self._queue: deque[tuple[int, Job]] = deque()  # (member, job) with the writer, in order
        self._within = 0  # bytes done of the first of them
        self._writer = Writer(write, level, threads, self._done)

    def run(self) -> int:
        """Code everything; returns the size of the archive."""
        try:
            for number, member in enumerate(self.members):
                if member.entry.kind != "file":
                    continue
                if member.entry.size:
                    self._add_file(number, member)
                else:
                    self._sources.check_empty(number)
            return self._writer.close(self._index)
        finally:
            self._writer.shutdown()
            self._sources.close()

    def by_dtype(self) -> list[DtypeShare]:
        """What each dtype took, the largest first."""
        shares = [DtypeShare(dtype, *numbers) for dtype, numbers in self.shares.items()]
        return sorted(shares, key=lambda share: -share.raw_bytes)

    def _index(self, segments: list[Segment]) -> bytes:
        self._sources.check_unchanged()
        entries = [member.entry for member in self.members]
        raw = Index(self._single, segments, entries, self._base_use()).to_json()
        # What no reader would take must not be written: the originals may be deleted after this.
        Index.from_json(raw, segments[-1].offset + segments[-1].packed if segments else HEADER_SIZE)
        return raw

    def _base_use(self) -> BaseUse | None:
        pieces = {
            segment: [BasePiece(f.path, f.tensor.name, f.tensor.nbytes) for f in self._bases[segment]]
            for segment in self._writer.based
        }
        if self._base is None:
            return None
        if not pieces:
            self.warnings.append(f"{self._base.name}: nothing of this base is of use")
            return None
        return BaseUse(self._base.name, pieces, self._writer.based)

    def _match(self, path: str, tensor: Tensor) -> Found | None:
        """The tensor of the base that is a guess for this one."""
        found = None if self._base is None else self._base.find(path, tensor.name)
        return (
            found
            if found is not None and found.tensor[1:3] == tensor[1:3] and found.tensor.order == tensor.order
            else None
        )

    def _add_file(self, number: int, member: Member) -> None:
        mapped = self._sources.open(number)
        plan = self._plan(member, mapped)
        entry = member.entry
        entry.format, entry.tensors = plan.format, plan.tensors
        self.warnings += [f"{entry.path}: {warning}" for warning in plan.warnings]
        for tensor in plan.tensors:
            self._share(tensor.dtype)[0] += 1
        for job in plan.jobs:
            segment = self._add_job(number, job)
            skip = 0
            for start, size in job.ranges:
                entry.extents.append(Extent(start, size, segment, skip))
                skip += size
        entry.extents.sort()

    def _plan(self, member: Member, mapped: mmap.mmap) -> FilePlan:
        plan = plan_known(member.path, mapped)
        holes = find_holes(member.path, member.status)
        if plan.tensors:
            if self._base is not None:
                path = member.entry.path
                apart = {tensor.name for tensor in plan.tensors if self._match(path, tensor) is not None}
                plan.jobs = plan_tensors(plan.tensors, len(mapped), apart)
            plan.jobs = cut_holes(plan.jobs, holes)
            return plan
        view = memoryview(mapped)
        plan.jobs = []
        for job in cut_holes(list(plan_bytes([(0, len(mapped))])), holes):
            if job.method == Method.ZEROS:
                plan.jobs.append(job)
            else:
                plan.jobs += plan_unknown(view, *job.ranges[0], self._detect_level, self._zlib_level)
        return plan

    def _add_job(self, number: int, job: Job) -> int:
        if job.method == Method.ZEROS or job.size < SHARE_MIN:
            return self._code(number, job)
        content = self._sources.view(number, job.ranges)
        key = (job.size, xxh3_64(sample(content, 0, len(content), SHARE_SAMPLE)))
        known = self._known.setdefault(key, [])
        for origin in reversed(known[-SHARE_TRIES:]):
            if self._sources.equal((origin.member, origin.ranges), (number, job.ranges)):
                self.shared += job.size
                self._share(_dtype_of(job))[1] += job.size
                self._tick(job.size, number)
                return origin.segment
        segment = self._code(number, job)
        known.append(_Origin(number, job.ranges, segment))
        return segment

    def _code(self, number: int, job: Job) -> int:
        content = memoryview(b"") if job.method == Method.ZEROS else self._sources.view(number, job.ranges)
        self._queue.append((number, job))
        bases = self._bases_of(number, job)
        segment = self._writer.add(job, content, self._guess(bases))
        if bases:
            self._bases[segment] = bases
        return segment

    def _bases_of(self, number: int, job: Job) -> list[Found]:
        """What the base has for each tensor of a job, in their order; nothing unless it has all."""
        if self._base is None or job.method != Method.NUMERIC:
            return []
        entry = self.members[number].entry
        tensors = [
            tensor
            for start, size in job.ranges
            for tensor in entry.tensors
            if start <= tensor.start and tensor.start + tensor.nbytes <= start + size and tensor.nbytes
        ]
        found = [match for tensor in tensors if (match := self._match(entry.path, tensor)) is not None]
        return found if sum(f.tensor.nbytes for f in found) == job.size else []

    def _guess(self, bases: list[Found]) -> memoryview | None:
        if self._base is None or not bases:
            return None
        parts = [self._base.whole(found) for found in bases]
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))

    def _done(self, job: Job, size: int, packed: int, last: bool) -> None:
        """The writer wrote *size* more content bytes of *job*, the first in the queue."""
        number, _ = self._queue[0]
        share = self._share(_dtype_of(job))
        share[1] += size
        share[2] += packed
        if len(job.ranges) == 1 and size:
            self._sources.release(number, ((job.ranges[0][0] + self._within, size),))
        self._within = 0 if last else self._within + size
        if last:
            self._queue.popleft()
        self._tick(size, number)

    def _tick(self, size: int, number: int) -> None:
        self._done_bytes += size
        if self._progress is not None:
            self._progress(self._done_bytes, self.total, self.members[number].entry.path)

    def _share(self, dtype: str) -> list[int]:
        return self.shares.setdefault(dtype, [0, 0, 0])


def _dtype_of(job: Job) -> str:
    return "bytes" if job.method == Method.ZLIB or job.dtype == "BYTES" else job.dtype
