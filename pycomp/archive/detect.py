"""Finding numbers in files of no known format.

A dump of floats has a period: of every 2, 4 or 8 bytes the one with the exponent takes few values, the
mantissa bytes many. So, in windows over the file, the entropy of the bytes at each position modulo 8 is
measured; where splitting by position beats what zlib makes of the same sample, the window is a
candidate, and neighbours with the same period and the same exponent position are one region. Per
region the numeric codec itself then codes a sample under each dtype and alignment that could be meant,
and is chosen only if it beats zlib by a margin. So text, code and compressed data never pay, and the
weights inside .bin, .pt, .onnx and .gguf files gain although nothing parsed these formats.

Nothing here can cost correctness: a wrong guess is only a larger file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pycomp._native.tensor import FrameEncoder
from pycomp.archive.layout import Method
from pycomp.archive.plan import VECTOR_COLS, Job

if TYPE_CHECKING:
    import numpy as np

__all__ = ["plan_unknown", "prefers_zlib", "zlib_gain"]

PERIOD = 8
WINDOW = 1 << 20  # below it, boundaries between tensors cost more segments than they gain
WINDOWS_MAX = 256  # of a larger file: a look at 8 MiB of it, whatever its size
WINDOW_SAMPLE = 32 << 10  # 4,096 bytes a position: the entropy estimate is 0.05 bits low at most
REGION_SAMPLE = 128 << 10
SLICES = 4  # places of a range that a sample is taken from
SMALLEST = 4 << 10  # below it there is nothing to gain
WINDOW_MARGIN = 0.1  # bits a byte, over the estimate's error
REGION_MARGIN = 0.98  # of zlib's size, as its segments also read back faster than the entropy coder's
STORED_MARGIN = 0.99

_REPEATING = {"BOOL", "I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"}
_CANDIDATES = {1: ("BYTES",), 2: ("BF16", "F16", "I16"), 4: ("F32", "I32"), 8: ("F64", "I64")}


class _Region(NamedTuple):
    start: int
    size: int
    width: int  # 0 for plain bytes
    top: int  # position of the lowest-entropy byte, modulo width


def sample(data: memoryview, start: int, size: int, want: int) -> bytes:
    """*want* bytes of data[start : start + size] from evenly spread places, keeping positions modulo 8."""
    if size <= want:
        return bytes(data[start : start + size])
    piece = want // SLICES // PERIOD * PERIOD
    step = (size - piece) // (SLICES - 1) // PERIOD * PERIOD
    return b"".join(bytes(data[start + k * step : start + k * step + piece]) for k in range(SLICES))


def _entropy(counts: np.ndarray[Any, Any]) -> float:
    import numpy as np

    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log2(p)).sum())


def _look(piece: bytes) -> tuple[int, int]:
    """(period, exponent position) of a sample that starts at a multiple of 8; period 0 for bytes."""
    import numpy as np

    rows = np.frombuffer(piece, np.uint8)[: len(piece) // PERIOD * PERIOD].reshape(-1, PERIOD)
    counts = np.stack([np.bincount(rows[:, k], minlength=256) for k in range(PERIOD)])
    goal = 8 * len(zlib.compress(piece, 1)) / len(piece) - WINDOW_MARGIN
    best = (0, 0)
    for width in (1, 2, 4, 8):
        planes = [_entropy(counts[k::width].sum(axis=0)) for k in range(width)]
        cost = sum(planes) / width
        if cost < goal:
            goal = cost - WINDOW_MARGIN  # a longer period must earn it
            best = (width, int(np.argmin(planes)))
    return best


def _regions(data: memoryview, start: int, size: int) -> list[_Region]:
    window = max(WINDOW, -(-size // WINDOWS_MAX) // PERIOD * PERIOD + PERIOD)
    out: list[_Region] = []
    for at in range(start, start + size, window):
        length = min(window, start + size - at)
        piece = sample(data, at, length, WINDOW_SAMPLE)
        width, top = _look(piece) if len(piece) >= SMALLEST else (0, 0)
        top = (top + at) % width if width else 0  # counted from the file's start, not the sample's
        if out and (out[-1].width, out[-1].top) == (width, top):
            out[-1] = out[-1]._replace(size=out[-1].size + length)
        else:
            out.append(_Region(at, length, width, top))
    return out


def _coded(piece: bytes, dtype: str, level: int) -> int:
    encoder = FrameEncoder(piece, dtype, VECTOR_COLS, level)
    payload, table, _ = encoder.encode(0, encoder.chunks)
    return len(encoder.head) + len(payload) + len(table)


def _choose(data: memoryview, region: _Region, level: int, zlib_level: int) -> tuple[str, int]:
    """The dtype that codes the region smallest and where its first element starts; "" for bytes."""
    piece = sample(data, region.start, region.size, REGION_SAMPLE)
    best, shift = "", 0
    goal = REGION_MARGIN * len(zlib.compress(piece, zlib_level))
    for dtype in _CANDIDATES[region.width]:
        for lead in range(region.width):
            part = piece[lead : lead + (len(piece) - lead) // region.width * region.width]
            cost = _coded(part, dtype, level) if part else len(piece)
            if cost < goal:
                goal, best, shift = cost, dtype, lead
    return best, shift


def plan_unknown(data: memoryview, start: int, size: int, level: int, zlib_level: int) -> Iterator[Job]:
    """Jobs for data[start : start + size], numeric where it gains; *level* of the numeric codec."""
    begin = start  # of the plain bytes not yet handed out
    for region in _regions(data, start, size):
        if not region.width:
            continue
        dtype, lead = _choose(data, region, level, zlib_level)
        first = region.start + lead
        count = (region.start + region.size - first) // region.width * region.width
        if not dtype or count <= 0:
            continue
        if first > begin:
            yield Job(((begin, first - begin),), Method.ZLIB)
        yield Job(((first, count),), Method.NUMERIC, dtype, VECTOR_COLS)
        begin = first + count
    if begin < start + size:
        yield Job(((begin, start + size - begin),), Method.ZLIB)


def zlib_gain(data: memoryview, zlib_level: int) -> bool:
    """Whether zlib makes a sample of *data* noticeably smaller; if not, it is best stored as it is."""
    piece = sample(data, 0, len(data), REGION_SAMPLE)
    return len(zlib.compress(piece, zlib_level)) < STORED_MARGIN * len(piece)


def prefers_zlib(data: memoryview, dtype: str, level: int, zlib_level: int) -> bool:
    """Whether zlib beats the numeric codec on a sample: token ids and masks repeat, weights don't."""
    if dtype not in _REPEATING:
        return False
    piece = sample(data, 0, len(data), REGION_SAMPLE)
    return len(zlib.compress(piece, zlib_level)) < REGION_MARGIN * _coded(piece, dtype, level)
