"""A coder on a sample: the face that everything under measurement shows, and pycomp behind it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycomp._threads import spread
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
        self._source.write_bytes(sample.data)

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

    Threads share the tensors, as there. With ``reuse`` everything decodes into one buffer made beforehand,
    as a loader does that owns its memory; without it each decode pays for fresh pages, like the rivals' do.
    """

    name = "pycomp"
    distribution = "pycomp-codecs"

    def __init__(self, sample: Sample, threads: int = 1, level: str = "default", reuse: bool = False) -> None:
        super().__init__(sample, threads)
        from pycomp._native.tensor import LEVELS as NUMBERS
        from pycomp._native.tensor import FrameDecoder, FrameEncoder
        from pycomp.archive.detect import plan_unknown
        from pycomp.archive.layout import Method
        from pycomp.archive.plan import plan_tensors

        self._encoder, self._decoder = FrameEncoder, FrameDecoder
        self._level = NUMBERS[level]
        self._numeric = Method.NUMERIC
        self.setting = f"{level}, into a buffer" if reuse else level
        size = len(sample.data)
        self._jobs = (
            plan_tensors(list(sample.tensors), size)
            if sample.tensors
            else list(plan_unknown(sample.data, 0, size, self._level, ZLIB_LEVEL))
        )
        self._out = bytearray(size) if reuse else None

    def encode(self, source: memoryview) -> list[tuple[bytes, ...]]:
        sizes = [job.size for job in self._jobs]
        return spread(lambda i, threads: self._encode(source, self._jobs[i], threads), sizes, self.threads)

    def _encode(self, source: memoryview, job: Job, threads: int) -> tuple[bytes, ...]:
        from pycomp import deflate

        ranges = [source[start : start + size] for start, size in job.ranges]
        piece = ranges[0] if len(ranges) == 1 else memoryview(b"".join(ranges))
        if job.method != self._numeric:
            return (deflate.compress(piece, ZLIB_LEVEL),)
        frame = self._encoder(piece, job.dtype, job.cols, self._level)
        step = BATCH * threads
        batches = [
            frame.encode(first, min(step, frame.chunks - first), threads)[:2]
            for first in range(0, frame.chunks, step)
        ]
        return (frame.head, *chain.from_iterable(batches))

    def decode(self, packed: list[tuple[bytes, ...]]) -> Any:
        import numpy as np

        # Not a bytearray: that is filled with zeros first.
        out = np.empty(len(self.sample.data), np.uint8) if self._out is None else self._out
        view = memoryview(out)
        sizes = [job.size for job in self._jobs]
        spread(lambda i, threads: self._decode(packed[i], self._jobs[i], view, threads), sizes, self.threads)
        return out

    def _decode(self, coded: tuple[bytes, ...], job: Job, view: memoryview, threads: int) -> None:
        from pycomp import deflate

        start, size = job.ranges[0]
        if job.method != self._numeric:
            deflate.decompress(coded[0], out=view[start : start + size])
            return
        head, *batches = coded
        frame = self._decoder(head)
        gathered = len(job.ranges) > 1
        piece = memoryview(bytearray(frame.size)) if gathered else view[start : start + size]
        first = 0
        for payload, table in zip(batches[::2], batches[1::2], strict=True):
            count = len(table) // 4
            part = piece[first * frame.chunk_bytes : (first + count) * frame.chunk_bytes]
            if first + count == frame.chunks:  # the last chunk may be longer than the others
                part = piece[first * frame.chunk_bytes :]
            frame.decode(payload, table, first, count, part, threads=threads)
            first += count
        if not gathered:
            return
        position = 0
        for start, size in job.ranges:
            view[start : start + size] = piece[position : position + size]
            position += size

    def size(self, packed: list[tuple[bytes, ...]]) -> int:
        return sum(len(piece) for coded in packed for piece in coded)


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
