from typing_extensions import Buffer

MAX_ORDER: int
MAX_SHIFT: int
PRECISIONS: tuple[int, int]
PAD: int
WINDOWS: dict[str, int]
CHOOSE: int
RESIDUAL: int
RESTORE: int

def weights(window: int, out: Buffer) -> None: ...
def autocorrelate(lines: Buffer, count: int, n: int, lags: int, out: Buffer) -> None: ...
def levinson(r: Buffer, count: int, order: int, coefs: Buffer, errors: Buffer) -> None: ...
def quantise(coefs: Buffer, count: int, order: int, precision: int, out: Buffer, shifts: Buffer) -> None: ...
def run(
    what: int,
    samples: Buffer,
    residual: Buffer,
    shape: tuple[int, int, int],
    orders: Buffer,
    shifts: Buffer,
    coefs: Buffer,
    costs: Buffer,
    sizes: tuple[int, int, int],
    settings: tuple[int, int, int],
    threads: int,
) -> None: ...
