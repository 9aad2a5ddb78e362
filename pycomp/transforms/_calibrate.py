"""Scales and zero points from the numbers themselves, group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import quant as _native

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["affine", "calibrate", "find_unreal"]

# What "mse" tries of the full span: even two bits over a normal distribution want a third of it.
PARTS = np.linspace(1.0, 0.2, 41)
PIECE = 1 << 16  # numbers: a lone row is looked at in pieces, by several threads
SLAB = 1 << 22  # numbers whose errors are held at once


def find_unreal(values: NDArray[Any]) -> ValueError:
    """The error for the first number that is not finite."""
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
    return ValueError(f"quantize: {values[place]} at {place} is not finite")


def affine(
    least: NDArray[Any],
    most: NDArray[Any],
    low: int,
    high: int,
    symmetric: bool,
    dtype: np.dtype[Any],
    top: float | None = None,
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Scales and zero points for spans from least to most; *top* is the greatest level of a codebook.

    A span of nothing but 0 gets the scale 1; scales are at least the type's smallest normal number.
    """
    least, most = np.asarray(least, np.float64), np.asarray(most, np.float64)
    if symmetric:
        scale = np.maximum(-least, most) / ((top or 1.0) if top is not None else high)
    else:
        least, most = np.minimum(least, 0), np.maximum(most, 0)
        scale = most / (high - low) - least / (high - low)
    info = np.finfo(dtype)
    # The greatest code's number must not round to infinity.
    greatest = np.nextafter(dtype.type(info.max / max(high, 1)), dtype.type(0)) if symmetric else info.max
    scale = np.where(scale == 0, 1.0, np.clip(scale, info.tiny, greatest)).astype(dtype, order="C")
    if symmetric:
        return scale, np.zeros(scale.shape, np.int32)
    return scale, np.clip(np.rint(low - least / scale), low, high).astype(np.int32, order="C")


def _ranges(rows: NDArray[Any], threads: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Least and greatest of each contiguous row."""
    count, n = rows.shape
    if count == 1 and n >= 2 * PIECE:
        whole = n // PIECE * PIECE
        pieces = [_ranges(rows[0, :whole].reshape(-1, PIECE), threads)]
        if whole < n:
            pieces.append(_ranges(rows[:, whole:], threads))
        low, high = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
        return low.min(keepdims=True), high.max(keepdims=True)
    low, high = np.empty(count, rows.dtype), np.empty(count, rows.dtype)
    if count:
        _native.ranges(rows, low, high, count, rows.dtype == np.float64, threads)
    return low, high


def _errors(
    rows: NDArray[Any],
    scales: NDArray[Any],
    zeros: NDArray[np.int32],
    low: int,
    high: int,
    threads: int,
) -> NDArray[np.float64]:
    """Squared errors [tries, rows] of each contiguous row under scales and zero points [tries, rows]."""
    count, n = rows.shape
    tries = scales.shape[0]
    if count == 1 and n >= 2 * PIECE:
        whole = n // PIECE
        spread = (np.repeat(scales, whole, 1), np.repeat(zeros, whole, 1))
        total = _errors(rows[0, : whole * PIECE].reshape(-1, PIECE), *spread, low, high, threads).sum(1)
        if whole * PIECE < n:
            total += _errors(rows[:, whole * PIECE :], scales, zeros, low, high, threads)[:, 0]
        return np.asarray(total[:, np.newaxis])
    result = np.empty((tries, count))
    _native.errors(
        rows, np.ascontiguousarray(scales), np.ascontiguousarray(zeros), result, count,
        rows.dtype == np.float64, low, high, threads,
    )  # fmt: skip
    return result


def _best_spans(
    rows: NDArray[Any],
    least: NDArray[Any],
    most: NDArray[Any],
    symmetric: bool,
    low: int,
    high: int,
    threads: int,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The part of each row's span that quantises it with the least squared error."""
    part = np.empty(len(rows))
    slab = max(1, SLAB // max(rows.shape[1], 1) // len(PARTS))
    for first in range(0, len(rows), slab):
        own = slice(first, first + slab)
        scale, zero = affine(
            PARTS[:, None] * least[own], PARTS[:, None] * most[own], low, high, symmetric, rows.dtype
        )
        part[own] = PARTS[_errors(rows[own], scale, zero, low, high, threads).argmin(0)]
    return least * part, most * part


def calibrate(
    values: NDArray[Any],
    axis: int | None,
    blocked: bool,
    symmetric: bool,
    clip: str,
    percentile: float,
    low: int,
    high: int,
    threads: int,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The spans that the codes are to cover, of the shape of the scales.

    A group is an index along *axis*, or with *blocked* (the blocks' numbers on the axis behind it) one
    along every other axis. Spans are not finite where a number is not.
    """
    if clip not in ("minmax", "percentile", "mse"):
        raise ValueError(f"quantize: clip {clip!r} is none of minmax, percentile, mse")
    if not 50 < percentile <= 100:
        raise ValueError(f"quantize: percentile {percentile} is not above 50 and up to 100")
    if axis is None:
        inner = tuple(range(values.ndim))
    elif blocked:
        inner = (axis + 1,)
    else:
        inner = tuple(d for d in range(values.ndim) if d != axis)
    outer = tuple(d for d in range(values.ndim) if d not in inner)
    groups = tuple(values.shape[d] for d in outer)
    shape = () if axis is None else groups if blocked else tuple(
        n if d == axis else 1 for d, n in enumerate(values.shape)
    )  # fmt: skip
    if values.size == 0:
        return np.zeros(shape), np.zeros(shape)
    # Within a group the order of numbers is all one: the one they lie in.
    inner = tuple(sorted(inner, key=lambda d: -abs(values.strides[d])))
    turned = values.transpose(outer + inner)
    if clip == "minmax" and not turned.flags.c_contiguous:
        return values.min(inner).reshape(shape), values.max(inner).reshape(shape)
    rows = np.ascontiguousarray(turned).reshape(int(np.prod(groups)), -1)
    least, most = _ranges(rows, threads)
    if np.isnan(least).any():
        return least.reshape(shape), most.reshape(shape)
    if clip == "percentile":
        # The least of the numbers that so many in a hundred do not exceed.
        n = rows.shape[1]
        above = min(n - 1, max(0, int(np.ceil(percentile / 100 * n)) - 1))
        if symmetric:
            most = np.partition(abs(rows), above, 1)[:, above]
            least = -most
        else:
            both = np.partition(rows, sorted({above, n - 1 - above}), 1)
            least, most = both[:, n - 1 - above], both[:, above]
    elif clip == "mse":
        least, most = _best_spans(
            rows, least.astype(np.float64), most.astype(np.float64), symmetric, low, high, threads
        )
    return least.reshape(shape), most.reshape(shape)
