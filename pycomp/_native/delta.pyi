from typing_extensions import Buffer

KINDS: dict[str, int]
MAX_WIDTH: int

def difference(
    src: Buffer,
    dst: Buffer,
    axis: int,
    distance: int,
    order: int,
    inverse: bool,
    xor_bits: bool,
    zigzag: bool,
    threads: int,
) -> None: ...
def shuffle(src: Buffer, dst: Buffer, kind: int, width: int, inverse: bool, threads: int) -> None: ...
