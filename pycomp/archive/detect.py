"""Finding numbers in files of no known format.

A dump of floats has a period: of every 2, 4 or 8 bytes the one with the exponent takes few values, the
mantissa bytes many. So, in windows over the file, the entropy of the bytes at each position modulo 8 is
measured; the shortest period that explains it and the position of the exponent are the window's
signature, and neighbours with one signature are one region. Per region the numeric codec itself then
codes a sample under each dtype and alignment that could be meant, and is chosen only if it beats zlib by
a margin. So text, code and compressed data never pay, and the weights inside .bin, .pt, .onnx and .gguf
files gain although nothing parsed these formats. Alignment is found anew for each region, since tensors
behind headers of odd lengths start anywhere.

Nothing here can cost correctness: a wrong guess is only a larger file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pycomp._native.tensor import FrameEncoder
from pycomp.archive.layout import Method
from pycomp.archive.plan import VECTOR_COLS, Job
from pycomp.deflate import compress

if TYPE_CHECKING:
    import numpy as np

__all__ = ["plan_unknown", "prefers_zlib", "zlib_gain"]

PERIOD = 8
WINDOW = 256 << 10  # below it, boundaries between tensors cost more in segments than they gain
WINDOWS_MAX = 4096  # of a larger file: a look at 128 MiB of it, whatever its size
WINDOW_SAMPLE = 32 << 10  # 4,096 bytes a position: the entropy estimate is 0.05 bits low at most
REGION_SAMPLE = 256 << 10
VERDICT_SAMPLE = 128 << 10  # of one segment: zlib or not
KNOWN_SAMPLE = 64 << 10  # to confirm what a region like it was
SLICES = 4  # places of a range that a sample is taken from
SMALLEST = 4 << 10  # below it there is nothing to gain
PERIOD_MARGIN = 0.1  # bits a byte that a longer period must gain, over the estimate's error
ZLIB_MARGIN = 0.98  # of zlib's size: its segments need no tables
# The likelier come first below: fp16 costs no more as bf16, but bf16 more as fp16; and in a sample integers
# may seem as good as floats, in the whole they are not.
DTYPE_MARGIN = 0.996
STORED_MARGIN = 0.99

_REPEATING = {"BOOL", "I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"}
_CANDIDATES = {1: ("BYTES",), 2: ("F16", "BF16", "I16"), 4: ("F32", "I32"), 8: ("F64", "I64")}


class _Region(NamedTuple):
    start: int
    size: int
    width: int
    top: int  # position of the lowest-entropy byte in the file, modulo width


class _Choice(NamedTuple):
    dtype: str  # "" for bytes
    behind: int  # where elements start, counted from the region's top


def sample(data: memoryview, start: int, size: int, want: int) -> bytes:
    """*want* bytes of data[start : start + size] from evenly spread places, keeping positions modulo 8."""
    if size <= want:
        return bytes(data[start : start + size])
    piece = want // SLICES // PERIOD * PERIOD
    step = (size - piece) // (SLICES - 1) // PERIOD * PERIOD
    return b"".join(bytes(data[start + k * step : start + k * step + piece]) for k in range(SLICES))


def _entropies(counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Bits a byte of each row of counts."""
    import numpy as np

    totals = counts.sum(axis=1)
    information = (counts * np.log2(np.maximum(counts, 1))).sum(axis=1)
    bits: np.ndarray[Any, Any] = np.log2(totals) - information / totals
    return bits


def _signature(piece: bytes) -> tuple[int, int]:
    """(period, exponent position) of a sample that starts at a multiple of 8."""
    import numpy as np

    rows = np.frombuffer(piece, np.uint8)[: len(piece) // PERIOD * PERIOD].reshape(-1, PERIOD)
    counts = np.stack([np.bincount(rows[:, k], minlength=256) for k in range(PERIOD)]).astype(np.float64)
    best, least = (1, 0), float("inf")
    for width in (1, 2, 4, 8):
        planes = _entropies(counts.reshape(-1, width, 256).sum(axis=0))
        if planes.mean() < least - PERIOD_MARGIN:
            best, least = (width, int(np.argmin(planes))), float(planes.mean())
    return best


def _regions(data: memoryview, start: int, size: int) -> list[_Region]:
    window = max(WINDOW, size // WINDOWS_MAX // PERIOD * PERIOD + PERIOD)
    out: list[_Region] = []
    for at in range(start, start + size, window):
        length = min(window, start + size - at)
        piece = sample(data, at, length, WINDOW_SAMPLE)
        width, top = _signature(piece) if len(piece) >= SMALLEST else (1, 0)
        top = (top + at) % width  # counted from the file's start, not the sample's
        if out and (out[-1].width, out[-1].top) == (width, top):
            out[-1] = out[-1]._replace(size=out[-1].size + length)
        else:
            out.append(_Region(at, length, width, top))
    return out


def _coded(piece: bytes, dtype: str, level: int) -> int:
    encoder = FrameEncoder(piece, dtype, VECTOR_COLS, level)
    payload, table, _ = encoder.encode(0, encoder.chunks)
    # Without the head: of a sample it is a large part, of the whole it is not.
    return len(payload) + len(table)


def _choose(
    data: memoryview, region: _Region, level: int, zlib_level: int, choices: list[_Choice], want: int
) -> _Choice:
    """The choice that codes a sample of the region smallest; the earlier of near equals."""
    # Not the edges: the first and last window may hold something else in part.
    edge = min(WINDOW, region.size // 8) // PERIOD * PERIOD
    start = region.start + edge
    piece = sample(data, start, region.size - 2 * edge, want)
    best = _Choice("", 0)
    goal = ZLIB_MARGIN * len(compress(piece, zlib_level))
    for choice in choices:
        lead = (region.top + choice.behind - start) % region.width
        part = piece[lead : lead + (len(piece) - lead) // region.width * region.width]
        cost = _coded(part, choice.dtype, level) if part else len(piece)
        if cost < goal:
            goal, best = DTYPE_MARGIN * cost, choice
    return best


def _all_choices(width: int) -> list[_Choice]:
    # The likeliest alignment first: the exponent is the last byte of its element.
    behind = [1 % width, *(k for k in range(width) if k != 1 % width)]
    return [_Choice(dtype, k) for dtype in _CANDIDATES[width] for k in behind]


def plan_unknown(data: memoryview, start: int, size: int, level: int, zlib_level: int) -> Iterator[Job]:
    """Jobs for data[start : start + size], numeric where it gains; *level* of the numeric codec."""
    if size < SMALLEST:
        yield Job(((start, size),), Method.ZLIB)
        return
    known: dict[int, _Choice] = {}  # by width: what the last region turned out to be
    begin = start  # of the plain bytes not yet handed out
    for region in _regions(data, start, size):
        choice = _Choice("", 0)
        if region.width in known:
            like = [known[region.width]]
            choice = _choose(data, region, level, 1, like, KNOWN_SAMPLE)
        if not choice.dtype:
            every = _all_choices(region.width)
            choice = _choose(data, region, level, zlib_level, every, REGION_SAMPLE)
        if not choice.dtype:
            continue
        known[region.width] = choice
        first = region.start + (region.top + choice.behind - region.start) % region.width
        count = (region.start + region.size - first) // region.width * region.width
        if first > begin:
            yield Job(((begin, first - begin),), Method.ZLIB)
        yield Job(((first, count),), Method.NUMERIC, choice.dtype, VECTOR_COLS)
        begin = first + count
    if begin < start + size:
        yield Job(((begin, start + size - begin),), Method.ZLIB)


def zlib_gain(data: memoryview, zlib_level: int) -> bool:
    """Whether zlib makes a sample of *data* noticeably smaller; if not, it is best stored as it is."""
    piece = sample(data, 0, len(data), VERDICT_SAMPLE)
    return len(compress(piece, zlib_level)) < STORED_MARGIN * len(piece)


def prefers_zlib(data: memoryview, dtype: str, level: int, zlib_level: int) -> bool:
    """Whether zlib beats the numeric codec on a sample: token ids and masks repeat, weights don't."""
    if dtype not in _REPEATING:
        return False
    piece = sample(data, 0, len(data), VERDICT_SAMPLE)
    return len(compress(piece, zlib_level)) < ZLIB_MARGIN * _coded(piece, dtype, level)
