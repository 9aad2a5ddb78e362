from typing import final

from typing_extensions import Buffer

@final
class PointFinder:
    taken: int
    size: int
    points: list[tuple[int, int, int, bytes]]
    def __init__(self, spacing: int) -> None: ...
    @property
    def complete(self) -> bool: ...
    def feed(self, data: Buffer) -> None: ...

def inflate_spans(spans: list[tuple[Buffer, int, Buffer, int]], threads: int) -> bytes: ...
