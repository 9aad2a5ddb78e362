from collections.abc import Sequence
from typing import final

from typing_extensions import Buffer

MAX_TAPS: int
MODES: dict[str, int]

@final
class Bank:
    def __new__(cls, lo: Sequence[float], hi: Sequence[float]) -> Bank: ...

def transform(
    sources: list[Buffer],
    targets: list[Buffer],
    axes: tuple[int, ...],
    banks: tuple[Bank, ...],
    modes: tuple[int, ...],
    is_double: bool,
    inverse: bool,
    step: int,
    threads: int,
) -> None: ...
def lift53(image: Buffer, bands: list[Buffer], is_signed: bool, inverse: bool, threads: int) -> None: ...
