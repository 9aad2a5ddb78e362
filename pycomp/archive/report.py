"""What pack, unpack, info and verify hand back: plain frozen records."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ArchiveInfo", "Damage", "DtypeShare", "PackReport", "TensorInfo", "UnpackReport", "VerifyReport"]


@dataclass(frozen=True, slots=True)
class DtypeShare:
    """Bytes before and after for one dtype ("bytes" for what is no tensor)."""

    dtype: str
    tensors: int
    raw_bytes: int
    packed_bytes: int

    @property
    def ratio(self) -> float:
        """Original over packed; infinite where nothing was stored."""
        return _ratio(self.raw_bytes, self.packed_bytes)


@dataclass(frozen=True, slots=True)
class PackReport:
    """The outcome of ``pack``; *warnings* name what was skipped or taken as plain bytes, and why."""

    src: str
    dst: str
    files: int
    tensors: int
    raw_bytes: int
    packed_bytes: int
    shared_bytes: int
    seconds: float
    by_dtype: list[DtypeShare]
    warnings: list[str]

    @property
    def ratio(self) -> float:
        """Original over packed size."""
        return _ratio(self.raw_bytes, self.packed_bytes)


@dataclass(frozen=True, slots=True)
class UnpackReport:
    """The outcome of ``unpack``."""

    src: str
    dst: str
    files: int
    raw_bytes: int
    packed_bytes: int
    seconds: float
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor: the file it is in, its dtype and shape, its size, and its share of the archive."""

    name: str
    file: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int
    packed_bytes: int


@dataclass(frozen=True, slots=True)
class ArchiveInfo:
    """The archive as a whole. *segments* counts stored runs by method, *base* names the base it needs."""

    path: str
    single: bool
    files: int
    folders: int
    links: int
    tensors: int
    raw_bytes: int
    packed_bytes: int
    segments: dict[str, int]
    by_dtype: list[DtypeShare]
    warnings: list[str]
    base: str = ""

    @property
    def ratio(self) -> float:
        """Original over packed size."""
        return _ratio(self.raw_bytes, self.packed_bytes)


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes [*start*, *stop*) of *file* cannot be restored; *offset* is where in the archive they are.

    *tensor* is None where the range belongs to no tensor; *chunk* counts within the segment.
    """

    file: str
    tensor: str | None
    chunk: int
    offset: int
    start: int
    stop: int
    message: str

    def __str__(self) -> str:
        tensor = "" if self.tensor is None else f", tensor {self.tensor!r}"
        return f"{self.file!r}{tensor}, chunk {self.chunk}, archive offset {self.offset}: {self.message}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The outcome of ``verify``: *ok* when *damage* and *warnings* are empty."""

    raw_bytes: int
    packed_bytes: int
    seconds: float
    damage: list[Damage]
    warnings: list[str]

    @property
    def ok(self) -> bool:
        """Whether every byte can be restored and nothing about the archive is odd."""
        return not self.damage and not self.warnings


def _ratio(raw: int, packed: int) -> float:
    return raw / packed if packed else float("inf") if raw else 1.0
