from typing import Final

from typing_extensions import Buffer

LONGEST: Final[int]
DIMENSIONS: Final[int]
SAMPLES: Final[dict[str, int]]

def lines(
    src: Buffer, dst: Buffer, axis: int, kind: int, sine: bool, first: float, rest: float, threads: int
) -> None: ...
def squares(src: Buffer, dst: Buffer, size: int, forward: bool, factors: Buffer, threads: int) -> None: ...
def zigzag(size: int, out: Buffer) -> None: ...

class BlockPlan:
    def __new__(
        cls,
        size: int,
        fixed: bool,
        sample: str,
        coefficient: str,
        shift: float,
        factors: Buffer | None,
        steps: Buffer | None,
        order: Buffer | None,
    ) -> BlockPlan: ...
    def run(self, forward: bool, src: Buffer, dst: Buffer, threads: int) -> None: ...
