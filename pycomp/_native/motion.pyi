from typing_extensions import Buffer

METRICS: dict[str, int]
METHODS: dict[str, int]
MAX_BLOCK: int
MAX_RADIUS: int
QUARTERS: int

def search(
    frames: Buffer,
    references: Buffer,
    vectors: Buffer,
    costs: Buffer,
    block: int,
    radius: int,
    metric: int,
    method: int,
    subpel: bool,
    rate: int,
    threads: int,
) -> None: ...
def compensate(references: Buffer, vectors: Buffer, dst: Buffer, block: int, threads: int) -> None: ...
