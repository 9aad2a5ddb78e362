"""Frames of coded bytes, as both coders write them (docs/formats/frame.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycomp._native import entropy as _native

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["decode"]


def decode(blob: Buffer, coder: int, max_size: int | None, out: Buffer | None) -> bytes | memoryview:
    """The bytes of a frame, new or at the start of *out*."""
    if out is None:
        return _native.decode(blob, coder, max_size)
    n = _native.decode_into(blob, coder, max_size, out)
    return memoryview(out).cast("B")[:n]
