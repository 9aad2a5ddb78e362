"""Every codec behind one face: bytes in, a blob out, and back. The battery runs on all of them; a new codec
joins by a line here."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import pycomp
from pycomp import tensor
from pycomp.entropy import huffman, rans
from pycomp.tensor.array import parse

LEVELS = ("fast", "default", "high", "max")
TENSORS = [
    ("bytes", 1), ("u8", 1), ("bf16", 2), ("f16", 2), ("f32", 4), ("f64", 8), ("i32", 4), ("i64", 8),
    ("f8_e4m3", 1),
]  # fmt: skip


@dataclass(frozen=True)
class Codec:
    """A codec under test. `threads`: encode and decode take that keyword."""

    name: str
    encode: Callable[..., bytes]
    decode: Callable[..., Any]  # a buffer of the bytes encoded
    bound: Callable[[int], int]  # most bytes of a blob
    item: int = 1  # data must be a multiple of this long
    threads: bool = False
    buffers: bool = True  # takes any buffer, not just bytes
    checked: bool = True  # a checksum notices any change that makes a difference
    mends: bool = False  # a blob that lost its end may still give everything


def tensor_codec(dtype: str, item: int, level: str) -> Codec:
    def encode(data: Any, **options: Any) -> bytes:
        return tensor.encode(data, dtype=dtype, level=level, **options)

    def decode(blob: Any, **options: Any) -> bytes:
        return tensor.decode(blob, **options).tobytes()

    def bound(n: int) -> int:
        return n + 100 + 13 * (n // (1 << 17) + 1)

    return Codec(f"tensor-{dtype}-{level}", encode, decode, bound, item, threads=True)


def near(data: bytes) -> bytes:
    """As many bytes, of which every fiftieth is another: what differences are taken to."""
    base = np.frombuffer(data, np.uint8).copy()
    base[::50] ^= 1
    return base.tobytes()


def base_codec(dtype: str, item: int, level: str) -> Codec:
    """Differences to what is near the data, which the decoder gets from the encoder by the data's size."""
    bases: dict[int, bytes] = {}

    def encode(data: Any, **options: Any) -> bytes:
        base = bases[memoryview(data).nbytes] = near(bytes(data))
        return tensor.encode(data, base=base, dtype=dtype, level=level, **options)

    def decode(blob: Any, **options: Any) -> bytes:
        size = parse(blob).frame.size
        return tensor.decode(blob, base=bases.get(size, bytes(size)), **options).tobytes()

    def bound(n: int) -> int:
        return n + 100 + 13 * (n // (1 << 17) + 1)

    return Codec(f"base-{dtype}-{level}", encode, decode, bound, item, threads=True)


def base_archive() -> Codec:
    """The same by way of files: an array and one near it, the second as ``base=`` of the first."""
    newest: list[bytes] = []

    def encode(data: bytes, **options: Any) -> bytes:
        newest[:] = [near(data)]
        with tempfile.TemporaryDirectory() as place:
            source, base = Path(place, "data.npy"), Path(place, "base.npy")
            np.save(source, np.frombuffer(data, "<f4"))
            np.save(base, np.frombuffer(newest[0], "<f4"))
            os.utime(source, (0, 0))
            pycomp.pack(source, Path(place, "packed.pcz"), base=base, **options)
            return Path(place, "packed.pcz").read_bytes()

    def decode(blob: bytes, **options: Any) -> bytes:
        with tempfile.TemporaryDirectory() as place:
            Path(place, "packed.pcz").write_bytes(blob)
            if newest:
                np.save(Path(place, "base.npy"), np.frombuffer(newest[0], "<f4"))
            pycomp.unpack(Path(place, "packed.pcz"), Path(place, "back.npy"), **options)
            return bytes(np.load(Path(place, "back.npy")).tobytes())

    return Codec(
        "archive-base", encode, decode, lambda n: n + 2500, 4, threads=True, buffers=False, mends=True
    )


def pack_bytes(data: bytes, **options: Any) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "data.bin")
        source.write_bytes(data)
        os.utime(source, (0, 0))
        pycomp.pack(source, Path(place, "packed.pcz"), **options)
        return Path(place, "packed.pcz").read_bytes()


def unpack_bytes(blob: bytes, **options: Any) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "packed.pcz").write_bytes(blob)
        pycomp.unpack(Path(place, "packed.pcz"), Path(place, "back"), **options)
        return Path(place, "back").read_bytes()


CODECS = [
    *(tensor_codec(dtype, item, "default") for dtype, item in TENSORS),
    *(tensor_codec("f32", 4, level) for level in LEVELS if level != "default"),
    *(base_codec(dtype, item, "default") for dtype, item in TENSORS),
    *(base_codec("bf16", 2, level) for level in LEVELS if level != "default"),
    Codec("huffman", huffman.encode, huffman.decode, lambda n: n + 13 + n // (1 << 20) + 1, checked=False),
    Codec("rans", rans.encode, rans.decode, lambda n: n + 13 + n // (1 << 20) + 1, checked=False),
    Codec("archive", pack_bytes, unpack_bytes, lambda n: n + 2000, threads=True, buffers=False, mends=True),
    base_archive(),
]  # fmt: skip


def contents(item: int) -> dict[str, bytes]:
    """What the battery codes, each a multiple of `item` long."""
    rng = np.random.default_rng(9)
    weights = (rng.standard_normal(3000) * 0.05).astype("<f4")
    found = {
        "empty": b"",
        "one": bytes(range(1, item + 1)),
        "zeros": bytes(4096),
        "text": b"the quick brown fox jumps over the lazy dog; " * 64,
        "noise": rng.bytes(4096),
        "weights": weights.tobytes(),
        "bf16": (weights.view("<u4") >> 16).astype("<u2").tobytes(),
        "counter": np.arange(1000, dtype="<i8").tobytes(),
        "skewed": bytes(rng.integers(0, 2, 4000, dtype=np.uint8) * rng.integers(0, 40, 4000, dtype=np.uint8)),
    }
    return {name: data[: len(data) // item * item] for name, data in found.items()}
