from typing_extensions import Buffer

LAST_STEP: int
MAX_CHANNELS: int

def block_frames(block_size: int, channels: int) -> int: ...
def wav(
    codes: Buffer,
    samples: Buffer,
    frames: int,
    channels: int,
    block_size: int,
    encode: bool,
    threads: int,
) -> None: ...
def streams(
    codes: Buffer,
    samples: Buffer,
    predictors: Buffer,
    indexes: Buffer,
    n: int,
    high_first: bool,
    encode: bool,
    threads: int,
) -> None: ...
def adaptive(codes: Buffer, samples: Buffer, count: int, bits: int, encode: bool, threads: int) -> None: ...
