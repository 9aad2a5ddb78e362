from typing import final

from typing_extensions import Buffer

LEVELS: dict[str, int]
DTYPES: dict[str, int]
ITEM_SIZES: dict[str, int]

@final
class FrameEncoder:
    @property
    def head(self) -> bytes: ...
    @property
    def chunks(self) -> int: ...
    @property
    def chunk_bytes(self) -> int: ...
    def __new__(cls, data: Buffer, dtype: str, cols: int, level: int) -> FrameEncoder: ...
    def encode(self, first: int, count: int, threads: int = 1) -> tuple[bytes, bytes, bytes]: ...

@final
class FrameDecoder:
    @property
    def dtype(self) -> str: ...
    @property
    def cols(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def chunks(self) -> int: ...
    @property
    def chunk_bytes(self) -> int: ...
    @property
    def head_size(self) -> int: ...
    def __new__(cls, head: Buffer) -> FrameDecoder: ...
    def decode(
        self,
        payload: Buffer,
        table: Buffer,
        first: int,
        count: int,
        out: Buffer,
        skip: int = 0,
        threads: int = 1,
    ) -> None: ...
