"""Turning an index into the byte ranges that have to be read for it.

Only the first axis is read selectively: rows lie one after the other, so a range of rows is a range of
bytes. What an index says about further axes is applied by numpy to the rows that were read.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Rows", "resolve"]

# Rows between two wanted ones that are read along rather than starting over, in bytes: a chunk has to
# be decoded as a whole anyway.
NEAR = 256 << 10


class Rows(NamedTuple):
    """Read the rows of *runs* [start, stop), one after the other; then index the result with *then*."""

    runs: list[tuple[int, int]]
    then: Any


def resolve(rows: Any, length: int, row_bytes: int) -> Rows:
    """How to read ``array[rows]`` of an array with *length* rows of *row_bytes* bytes.

    *rows* is an integer, a slice, a list or array of integers or booleans, Ellipsis, or a tuple of
    these with the first for the rows, as numpy takes them. Raises IndexError where a row is out of
    range or the index of another kind.

    >>> resolve(slice(2, 4), 10, 8)
    Rows(runs=[(2, 4)], then=(slice(None, None, None),))
    >>> resolve([9, 0], 10, 1 << 20)
    Rows(runs=[(0, 1), (9, 10)], then=(array([1, 0]),))
    """
    first, *rest = (rows or (...,)) if isinstance(rows, tuple) else (rows,)
    if first is Ellipsis or first is None:
        return Rows([(0, length)], (first, *rest))
    if isinstance(first, slice):
        wanted = range(length)[first]
        if abs(wanted.step) == 1 or (abs(wanted.step) - 1) * row_bytes < NEAR:
            low, high = (min(wanted), max(wanted) + 1) if wanted else (0, 0)
            step = slice(None, None, wanted.step if wanted.step != 1 else None)
            return Rows([(low, high)], (step, *rest))
        return _scattered(np.asarray(wanted), rest, row_bytes)
    if isinstance(first, (list, np.ndarray)) and np.ndim(first) > 0:
        picked = np.asarray(first)
        if picked.dtype == bool:
            if picked.shape != (length,):
                raise IndexError(f"a boolean index of shape {picked.shape} for {length} rows")
            picked = np.flatnonzero(picked)
        elif not picked.size:
            picked = picked.astype(np.int64)
        if not np.issubdtype(picked.dtype, np.integer):
            raise IndexError(f"rows are picked by integers or booleans, not {picked.dtype}")
        picked = picked.astype(np.int64)
        if picked.size and (picked.min() < -length or picked.max() >= length):
            raise IndexError(f"a row from {picked.min()} to {picked.max()} is out of range for {length} rows")
        return _scattered(np.where(picked < 0, picked + length, picked), rest, row_bytes)
    if isinstance(first, (bool, np.bool_)):
        raise IndexError("a single boolean picks no rows")
    try:
        row = operator.index(first)
    except TypeError:
        raise IndexError(f"rows are given by integers, slices or lists, not {type(first).__name__}") from None
    if not -length <= row < length:
        raise IndexError(f"row {row} is out of range for {length} rows")
    row %= length
    return Rows([(row, row + 1)], (0, *rest))


def _scattered(picked: np.ndarray[Any, Any], rest: list[Any], row_bytes: int) -> Rows:
    """Runs that cover *picked*, and where each picked row then stands among those that were read."""
    runs: list[tuple[int, int]] = []
    places = np.empty(picked.shape, np.int64)
    near = max(1, NEAR // max(1, row_bytes))
    unique, inverse = np.unique(picked, return_inverse=True)
    breaks = np.flatnonzero(np.diff(unique) > near) + 1
    read = 0
    where = np.empty(unique.shape, np.int64)
    for group in np.split(np.arange(unique.size), breaks):
        if group.size:
            low, high = int(unique[group[0]]), int(unique[group[-1]]) + 1
            where[group] = unique[group] - low + read
            runs.append((low, high))
            read += high - low
    places = where[inverse].reshape(picked.shape)
    return Rows(runs, (places, *rest))
