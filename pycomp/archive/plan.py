"""How a file is cut into segments before anything is coded.

A *job* names the byte ranges that will make one segment and how to code them. Rules, with reasons:

- A tensor of 64 Ki elements or more is a segment of its own: its code tables are noise beside it.
- Smaller tensors of one dtype are gathered, from wherever they lie in the file, into bundles of up to
  one chunk (256 Ki elements) that share tables: the norms and biases between the matrices of a
  transformer would otherwise cost more in tables than they gain.
- ``cols``, the row length that the numeric codec learns column scales for, is the product of all but
  the first dimension, for that is how weight matrices vary; ``columns`` has the exceptions.
- The rest of the file (headers, padding, gaps) is bytes.
- Holes of a sparse file become segments of zeros and cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pycomp.archive.dtypes import bits_of, codec_dtype, packed_shape
from pycomp.archive.index import Tensor
from pycomp.archive.layout import Method

__all__ = ["BUNDLE_COLS", "FilePlan", "Job", "columns", "plan_bytes", "plan_tensors"]

CHUNK_ELEMENTS = 1 << 18  # of the numeric frame
SMALL_ELEMENTS = 1 << 16  # a quarter of a chunk: above it tables are < 1 % of a bf16 tensor
BUNDLE_COLS = 128  # divides the vector lengths of most models, so a row lies in one tensor
VECTOR_COLS = 1024  # virtual rows of what has no rows: 3 bits of row scale are then nothing
NARROW_COLS = 64  # rows shorter than this are joined, or the row scales cost more than they gain
MIN_ROWS = 8  # fewer rows than row classes say nothing about columns


class Job(NamedTuple):
    """One segment to make: (start, size) *ranges* of the file, and how."""

    ranges: tuple[tuple[int, int], ...]
    method: int
    dtype: str = "BYTES"
    cols: int = 1
    tensors: int = 0

    @property
    def size(self) -> int:
        """Bytes of all ranges."""
        return sum(size for _, size in self.ranges)


@dataclass
class FilePlan:
    """The jobs of one file in the order they are coded, its tensors, and what went wrong reading it."""

    jobs: list[Job]
    format: str = "bytes"
    tensors: list[Tensor] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def columns(shape: tuple[int, ...]) -> int:
    """Elements per row for the numeric codec, for a tensor of *shape* in C order.

    The product of all but the first dimension; of a stack of matrices (more than a chunk to the row)
    or of what has too few rows to tell, trailing dimensions only; rows too narrow are joined.

    >>> columns((4096, 1024)), columns((8, 4096, 14336)), columns((64, 3, 3, 3)), columns((99999, 3))
    (1024, 14336, 27, 1023)
    >>> columns((5000,)), columns((1, 100000)), columns((10, 1, 1))
    (1024, 1024, 10)
    """
    total = math.prod(shape)
    if not total:
        return 1
    cols, axis = total, 0
    while axis < len(shape) and (cols > CHUNK_ELEMENTS or cols * MIN_ROWS > total):
        cols //= shape[axis]
        axis += 1
    if cols <= 1 or axis == len(shape):
        return max(1, min(VECTOR_COLS, total))
    if cols < NARROW_COLS and total >= VECTOR_COLS * MIN_ROWS:
        cols *= VECTOR_COLS // cols
    return cols


def plan_bytes(ranges: Iterable[tuple[int, int]]) -> Iterator[Job]:
    """Jobs for byte ranges: general compression, kept only where it gains."""
    for start, size in ranges:
        if size:
            yield Job(((start, size),), Method.ZLIB)


def _tensor_cols(tensor: Tensor) -> int:
    shape = packed_shape(tensor.dtype, tensor.shape)
    if tensor.order == "F":
        shape = shape[::-1]
    cols = columns(shape)
    if tensor.dtype == "npy:<c16":  # taken as F64, so twice the elements
        return 2 * cols
    return cols if codec_dtype(tensor.dtype) != "BYTES" else cols * bits_of(tensor.dtype) // 8


def plan_tensors(tensors: list[Tensor], size: int, apart: Container[str] = ()) -> list[Job]:
    """Jobs for a file of *size* bytes with *tensors* sorted by start and not overlapping.

    Those named in *apart* share no bundle with others.
    """
    gaps: list[tuple[int, int]] = []
    jobs: list[Job] = []
    bundles: dict[tuple[str, bool], list[Tensor]] = {}
    filled: dict[tuple[str, bool], int] = {}  # elements in each bundle
    position = 0
    for tensor in tensors:
        gaps.append((position, tensor.start - position))
        position = tensor.start + tensor.nbytes
        if not tensor.nbytes:
            continue
        dtype, elements = codec_dtype(tensor.dtype), math.prod(tensor.shape)
        if elements >= SMALL_ELEMENTS:
            span = (tensor.start, tensor.nbytes)
            jobs.append(Job((span,), Method.NUMERIC, dtype, _tensor_cols(tensor), 1))
            continue
        kind = dtype, tensor.name in apart
        if filled.get(kind, 0) + elements > CHUNK_ELEMENTS:
            jobs.append(_bundle(bundles.pop(kind)))
            filled[kind] = 0
        bundles.setdefault(kind, []).append(tensor)
        filled[kind] = filled.get(kind, 0) + elements
    gaps.append((position, size - position))
    jobs.extend(_bundle(bundle) for bundle in bundles.values())
    return [*plan_bytes(gaps), *jobs]


def _bundle(tensors: list[Tensor]) -> Job:
    ranges: list[tuple[int, int]] = []
    for tensor in tensors:
        if ranges and sum(ranges[-1]) == tensor.start:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + tensor.nbytes)
        else:
            ranges.append((tensor.start, tensor.nbytes))
    cols = BUNDLE_COLS if len(tensors) > 1 else _tensor_cols(tensors[0])
    return Job(tuple(ranges), Method.NUMERIC, codec_dtype(tensors[0].dtype), cols, len(tensors))


def cut_holes(jobs: list[Job], holes: list[tuple[int, int]]) -> list[Job]:
    """Turn what lies in *holes* (start, size) into jobs of zeros.

    A tensor that a hole only touches stays whole, or it would no longer be one segment; general bytes
    are cut at the hole's edges.
    """
    if not holes:
        return jobs
    out: list[Job] = []
    for job in jobs:
        if len(job.ranges) > 1:
            out.append(job)
            continue
        start, size = job.ranges[0]
        inside = [(max(h, start), min(h + n, start + size)) for h, n in holes]
        inside = [(a, b) for a, b in inside if a < b]
        if job.method == Method.NUMERIC and inside != [(start, start + size)]:
            out.append(job)
            continue
        for a, b in inside:
            if start < a:
                out.append(job._replace(ranges=((start, a - start),)))
            out.append(Job(((a, b - a),), Method.ZEROS, job.dtype, tensors=job.tensors))
            size -= b - start
            start = b
        if size:
            out.append(job._replace(ranges=((start, size),)))
    return out
