from typing import Any, final

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
    def __new__(
        cls,
        data: Buffer,
        dtype: str,
        cols: int,
        level: int,
        base: Buffer | None = None,
        threads: int = 1,
    ) -> FrameEncoder: ...
    def encode(self, first: int, count: int, threads: int = 1) -> tuple[bytes, bytes, bytes]: ...
    def reach(self, count: int) -> int: ...
    def encode_into(
        self, first: int, count: int, out: Buffer, threads: int = 1
    ) -> tuple[int, bytes, bytes]: ...
    def frame(self, before: bytes, threads: int = 1) -> bytes: ...

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
    @property
    def base(self) -> bytes | None: ...
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
        base: Buffer | None = None,
    ) -> None: ...

def encode_frames(
    items: list[tuple[bytes, memoryview, str, int]], level: int, threads: int
) -> list[tuple[bytes, bytes, int]]: ...
def decode_frames(items: list[tuple[FrameDecoder, memoryview, memoryview, Any]], threads: int) -> None: ...
