"""Entropy coders for bytes, and the yardstick they are measured by.

- :mod:`pycomp.entropy.huffman`: a whole number of bits for each symbol; fast everywhere.
- :mod:`pycomp.entropy.rans`: within half a percent of the entropy; best for skewed data.
- :func:`bits`: the order-0 entropy, below which no such coder gets on stationary data.

All see bytes without context: they pay after a transform, a prediction or a match finder has taken the
structure out. Each splits its input into blocks of 1 MiB and gives every block a table of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pycomp._native import entropy as _native

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["bits"]


def bits(data: Buffer) -> float:
    """The order-0 entropy of a buffer's bytes, in bits for the whole buffer.

    Shannon, "A mathematical theory of communication" (1948): the sum of -log2(count / n) over all bytes.

    >>> from pycomp import entropy
    >>> entropy.bits(b"aabb")
    4.0
    >>> entropy.bits(b"")
    0.0
    """
    counts = _native.histogram(data)
    n = sum(counts)
    return math.fsum(count * math.log2(n / count) for count in counts if count)
