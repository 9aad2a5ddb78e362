from collections.abc import Sequence

from typing_extensions import Buffer

NEAREST: int
DEAD_ZONE: int
STOCHASTIC: int
LEVELS: int
MAX_BITS: int
MAX_LEVELS: int

def run(
    src: Buffer,
    dst: Buffer,
    scales: Buffer,
    zeros: Buffer,
    index_strides: Sequence[int],
    index: int,
    rule: int,
    code_signed: bool,
    low: int,
    high: int,
    dead_zone: float,
    seed: int,
    bounds: Buffer,
    inverse: bool,
    threads: int,
) -> bool: ...
def ranges(src: Buffer, low: Buffer, high: Buffer, rows: int, is_double: bool, threads: int) -> None: ...
def errors(
    src: Buffer,
    scales: Buffer,
    zeros: Buffer,
    results: Buffer,
    rows: int,
    is_double: bool,
    low: int,
    high: int,
    threads: int,
) -> None: ...
def packed_size(count: int, bits: int) -> int: ...
def pack(codes: Buffer, dst: Buffer, bits: int) -> None: ...
def unpack(packed: Buffer, codes: Buffer, bits: int, is_signed: bool) -> None: ...
