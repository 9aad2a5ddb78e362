"""A coder on a sample: the face that everything under measurement shows, and pycomp behind it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pycomp._threads import fills_threads, groups
from pycomp.cli._common import LEVELS
from pycomp.cli._sample import Sample

if TYPE_CHECKING:
    from pycomp.archive.plan import Job

BATCH = 4  # chunks coded by one call and thread, as pack does: 2 MiB of bf16
ZLIB_LEVEL = 6  # of the bytes that are no numbers; zlib's own default


class Coder:
    """One library at one setting on one sample.

    ``fresh`` makes the input (not timed), ``encode`` and ``decode`` are timed, ``size`` says what the
    encoded form would take on disk, ``exact`` compares what came back with the original.
    """

    name = ""
    setting = ""
    distribution = ""  # the package whose version is reported; "" for the standard library

    def __init__(self, sample: Sample, threads: int = 1) -> None:
        self.sample = sample
        self.threads = threads

    @property
    def version(self) -> str:
        """The version of the library."""
        import platform

        return (
            metadata.version(self.distribution)
            if self.distribution
            else f"Python {platform.python_version()}"
        )

    def fresh(self) -> Any:
        """The input of one ``encode``."""
        return self.sample.data

    def encode(self, source: Any) -> Any:
        """Code the whole sample."""
        raise NotImplementedError

    def decode(self, packed: Any) -> Any:
        """Restore it."""
        raise NotImplementedError

    def size(self, packed: Any) -> int:
        """Bytes of the coded sample."""
        return len(packed)

    def exact(self, restored: Any) -> bool:
        """Whether *restored* is the sample, byte for byte."""
        return memoryview(restored).cast("B") == self.sample.data

    def close(self) -> None:
        """Give up files, if there are any."""


class Files(Coder):
    """A coder whose interface is files: they live in memory where the system has a place for that."""

    def __init__(self, sample: Sample, threads: int = 1) -> None:
        super().__init__(sample, threads)
        shared = "/dev/shm"  # Linux's memory file system
        self._folder = Path(
            tempfile.mkdtemp(prefix="bench-", dir=shared if os.access(shared, os.W_OK) else None)
        )
        self._source = self._folder / sample.name
        try:
            self._source.write_bytes(sample.data)
        except OSError:  # no room
            self.close()
            raise

    def fresh(self) -> Path:
        for stale in self._folder.iterdir():
            if stale != self._source:
                stale.unlink()
        return self._source

    def size(self, packed: Path) -> int:
        return packed.stat().st_size

    def exact(self, restored: Path) -> bool:
        return restored.read_bytes() == self.sample.data

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class Pycomp(Coder):
    """What ``pack`` makes of the file, but in memory: tensor frames, and zlib for the bytes between.

    With ``reuse`` everything decodes into one buffer made beforehand,
    as a loader does that owns its memory; without it each decode pays for fresh pages, like the rivals' do.
    """

    name = "pycomp"
    distribution = "pycomp-codecs"

    def __init__(self, sample: Sample, threads: int = 1, level: str = "default", reuse: bool = False) -> None:
        super().__init__(sample, threads)
        from pycomp._native.tensor import LEVELS as NUMBERS
        from pycomp.archive.detect import plan_unknown
        from pycomp.archive.layout import Method
        from pycomp.archive.plan import plan_tensors

        self._level = NUMBERS[level]
        self.setting = f"{level}, into a buffer" if reuse else level
        size = len(sample.data)
        jobs = (
            plan_tensors(list(sample.tensors), size)
            if sample.tensors
            else list(plan_unknown(sample.data, 0, size, self._level, ZLIB_LEVEL))
        )
        self._plain = [job for job in jobs if job.method != Method.NUMERIC]
        numeric = [job for job in jobs if job.method == Method.NUMERIC]
        self._large = [job for job in numeric if fills_threads(job.size, threads)]
        self._small = [job for job in numeric if not fills_threads(job.size, threads)]
        self._out = bytearray(size) if reuse else None

    def encode(self, source: memoryview) -> _Packed:
        from pycomp import deflate
        from pycomp._native.tensor import encode_frames

        plain = [deflate.compress(_content(source, job), ZLIB_LEVEL) for job in self._plain]
        large = [self._encode_large(source, job) for job in self._large]
        small = []
        for group in self._groups():
            items = [(b"", _content(source, job), job.dtype, job.cols) for job in group]
            small.append([frame for frame, _, _ in encode_frames(items, self._level, self.threads)])
        return _Packed(plain, large, small)

    def _groups(self) -> list[list[Job]]:
        return [
            [job for _, job in group]
            for group in groups([(i, job, job.size) for i, job in enumerate(self._small)], self.threads)
        ]

    def _encode_large(self, source: memoryview, job: Job) -> list[bytes]:
        from pycomp._native.tensor import FrameEncoder

        frame = FrameEncoder(_content(source, job), job.dtype, job.cols, self._level, threads=self.threads)
        step = BATCH * self.threads
        batches = [
            frame.encode(first, min(step, frame.chunks - first), self.threads)[:2]
            for first in range(0, frame.chunks, step)
        ]
        return [frame.head, *chain.from_iterable(batches)]

    def decode(self, packed: _Packed) -> Any:
        import numpy as np

        from pycomp import deflate
        from pycomp._native.tensor import FrameDecoder, decode_frames

        # Not a bytearray: that is filled with zeros first.
        out = np.empty(len(self.sample.data), np.uint8) if self._out is None else self._out
        view = memoryview(out)
        for job, stream in zip(self._plain, packed.plain, strict=True):
            target = _target(view, job)
            deflate.decompress(stream, out=target)
            _put(view, job, target)
        for job, parts in zip(self._large, packed.large, strict=True):
            target = _target(view, job)
            self._decode_large(parts, target)
            _put(view, job, target)
        for group, frames in zip(self._groups(), packed.small, strict=True):
            targets = [_target(view, job) for job in group]
            items = []
            for frame, target in zip(frames, targets, strict=True):
                decoder = FrameDecoder(frame)
                cut = len(frame) - 4 * decoder.chunks
                whole = memoryview(frame)
                items.append((decoder, whole[decoder.head_size : cut], whole[cut:], target))
            decode_frames(items, self.threads)
            for job, target in zip(group, targets, strict=True):
                _put(view, job, target)
        return out

    def _decode_large(self, parts: list[bytes], target: memoryview) -> None:
        from pycomp._native.tensor import FrameDecoder

        head, *batches = parts
        frame = FrameDecoder(head)
        first = 0
        for payload, table in zip(batches[::2], batches[1::2], strict=True):
            count = len(table) // 4
            part = target[first * frame.chunk_bytes : (first + count) * frame.chunk_bytes]
            if first + count == frame.chunks:  # the last chunk may be longer than the others
                part = target[first * frame.chunk_bytes :]
            frame.decode(payload, table, first, count, part, threads=self.threads)
            first += count

    def size(self, packed: _Packed) -> int:
        pieces = chain(packed.plain, chain.from_iterable(packed.large), chain.from_iterable(packed.small))
        return sum(map(len, pieces))


class _Packed(NamedTuple):
    """A coded sample: streams, large frames in parts, small frames in groups."""

    plain: list[bytes]
    large: list[list[bytes]]
    small: list[list[bytes]]


def _content(source: memoryview, job: Job) -> memoryview:
    """The bytes of a job, one range after the other."""
    ranges = [source[start : start + size] for start, size in job.ranges]
    return ranges[0] if len(ranges) == 1 else memoryview(b"".join(ranges))


def _target(view: memoryview, job: Job) -> memoryview:
    """Where a job is decoded: its place, or memory of its own if it has several."""
    start, size = job.ranges[0]
    return view[start : start + size] if len(job.ranges) == 1 else memoryview(bytearray(job.size))


def _put(view: memoryview, job: Job, target: memoryview) -> None:
    """Deals out what was decoded apart."""
    position = 0
    for start, size in job.ranges if len(job.ranges) > 1 else ():
        view[start : start + size] = target[position : position + size]
        position += size


class PycompFile(Files):
    """``pack`` and ``unpack``, file to file."""

    name = "pycomp pack"
    distribution = "pycomp-codecs"

    def __init__(self, sample: Sample, threads: int = 1, level: str = "default") -> None:
        super().__init__(sample, threads)
        self.setting = f"{level}, file to file"
        self.level = level

    def encode(self, source: Path) -> Path:
        from pycomp import archive

        packed = self._folder / "packed.pcz"
        archive.pack(source, packed, level=self.level, threads=self.threads)
        return packed

    def decode(self, packed: Path) -> Path:
        from pycomp import archive

        restored = self._folder / "restored"
        archive.unpack(packed, restored, threads=self.threads)
        return restored


def ours(
    sample: Sample, threads: int = 1, levels: Sequence[str] = LEVELS, *, more: bool = False
) -> list[Coder]:
    """Our *levels*; with *more* also decoding into a buffer, and file to file."""
    coders: list[Coder] = []
    for level in levels:
        coders.append(Pycomp(sample, threads, level))
        if more:
            coders += [Pycomp(sample, threads, level, reuse=True), PycompFile(sample, threads, level)]
    return coders
