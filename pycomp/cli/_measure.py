"""Side by side on one buffer: coders take turns, round after round, and each keeps its best time.

Turns matter on a shared machine: a slow spell hits everyone. The best of several rounds is the time with
the least disturbance, since nothing makes a program faster than it is. Every coder's first output is
compared with the input byte by byte.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pycomp.cli._coder import Coder
from pycomp.cli._common import ratio


@dataclass
class Row:
    """What one coder made of the sample; speeds are MB of original (10^6 bytes) a second."""

    coder: str
    setting: str
    version: str
    threads: int
    raw_bytes: int
    packed_bytes: int
    ratio: float
    encode_mb_s: float
    decode_mb_s: float
    rounds: int
    exact: bool
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


def compare(
    coders: Sequence[Coder],
    *,
    rounds: int = 5,
    patience: float = 20.0,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Row]:
    """One row a coder, in their order.

    A coder that has used up *patience* seconds sits out the remaining rounds, so that slow ones do not
    hold up the rest; everyone gets one round. One that fails gets a row that says how.
    """
    rows = [
        Row(c.name, c.setting, c.version, c.threads, len(c.sample.data), 0, 1.0, 0.0, 0.0, 0, False)
        for c in coders
    ]
    encode = [float("inf")] * len(coders)
    decode = [float("inf")] * len(coders)
    spent = [0.0] * len(coders)
    for turn in range(rounds):
        # To and fro, so that each has others before it: the first after a slow one often pays for the system
        # putting its memory in order.
        order = range(len(coders)) if turn % 2 == 0 else reversed(range(len(coders)))
        for k, i in enumerate(order):
            coder, row = coders[i], rows[i]
            if progress is not None:
                progress(turn * len(coders) + k, rounds * len(coders), coder.name)
            if row.error or (turn and spent[i] > patience):
                continue
            try:
                packed, encode_time, decode_time, exact = _one_turn(coder, check=turn == 0)
            except Exception as error:  # a rival's failure is a result, not ours to raise
                row.error = f"{type(error).__name__}: {error}".splitlines()[0]
                continue
            encode[i], decode[i] = min(encode[i], encode_time), min(decode[i], decode_time)
            spent[i] += encode_time + decode_time
            row.rounds += 1
            row.packed_bytes = packed
            row.exact = exact if turn == 0 else row.exact
    for row, best_encode, best_decode in zip(rows, encode, decode, strict=True):
        if row.rounds:
            row.ratio = round(ratio(row.raw_bytes, row.packed_bytes), 4)
            row.encode_mb_s = round(row.raw_bytes / best_encode / 1e6, 1)
            row.decode_mb_s = round(row.raw_bytes / best_decode / 1e6, 1)
        if row.rounds and not row.exact:
            row.error = row.error or "what came back differs from the original"
    return rows


def _one_turn(coder: Coder, *, check: bool) -> tuple[int, float, float, bool]:
    source = coder.fresh()
    gc.collect()
    gc.disable()
    try:
        t0 = time.perf_counter()
        packed = coder.encode(source)
        t1 = time.perf_counter()
        del source
        t2 = time.perf_counter()
        restored = coder.decode(packed)
        t3 = time.perf_counter()
    finally:
        gc.enable()
    return (
        coder.size(packed),
        max(t1 - t0, 1e-9),
        max(t3 - t2, 1e-9),
        coder.exact(restored) if check else True,
    )
