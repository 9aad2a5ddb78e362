"""One battery for all codecs: round trips, every truncation, bit flips, buffers, determinism, bounds."""

from __future__ import annotations

import array
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp.errors import PycompError

sys.path.insert(0, str(Path(__file__).parent))
from registry import CODECS, Codec, contents

CASES = [
    pytest.param(codec, content, id=f"{codec.name}-{content}")
    for codec in CODECS
    for content in contents(codec.item)
]
codecs = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
# A tenth of the work for codecs that go through files.
EFFORT = {"archive": 10, "archive-base": 20}


@pytest.mark.parametrize(("codec", "content"), CASES)
def test_round_trip(codec: Codec, content: str) -> None:
    data = contents(codec.item)[content]
    blob = codec.encode(data)
    assert bytes(codec.decode(blob)) == data
    assert len(blob) <= codec.bound(len(data))
    assert codec.encode(data) == blob  # the same each time


@pytest.mark.parametrize(("codec", "content"), CASES)
def test_tiers(codec: Codec, content: str, isa: str) -> None:
    data = contents(codec.item)[content]
    assert bytes(codec.decode(codec.encode(data))) == data


@codecs
def test_truncation(codec: Codec) -> None:
    for content in ("one", "weights", "skewed"):
        data = contents(codec.item)[content][: 300 // codec.item * codec.item]
        blob = codec.encode(data)
        for cut in range(0, len(blob), EFFORT.get(codec.name, 1)):
            try:
                found = bytes(codec.decode(blob[:cut]))
            except PycompError:
                pass
            else:
                assert codec.mends
                assert found == data


@codecs
def test_flips(codec: Codec) -> None:
    for content in ("weights", "text"):
        data = contents(codec.item)[content][: 200 // codec.item * codec.item]
        blob = bytearray(codec.encode(data))
        for bit in range(0, 8 * len(blob), 7 * EFFORT.get(codec.name, 1)):
            blob[bit // 8] ^= 1 << bit % 8
            try:
                found = bytes(codec.decode(bytes(blob)))
            except PycompError:
                pass
            else:
                assert found == data or not codec.checked
            blob[bit // 8] ^= 1 << bit % 8


@codecs
def test_noise(codec: Codec) -> None:
    rng = np.random.default_rng(2)
    for size in (0, 1, 2, 5, 20, 100, 1000):
        with pytest.raises(PycompError):
            codec.decode(rng.bytes(size))


@codecs
def test_buffers(codec: Codec) -> None:
    if not codec.buffers:
        pytest.skip("takes files")
    data = contents(codec.item)["weights"][: 400 // codec.item * codec.item]
    blob = codec.encode(data)
    kinds: list[Any] = [
        bytes,
        bytearray,
        memoryview,
        lambda b: array.array("B", b),
        lambda b: np.frombuffer(b, np.uint8),
    ]
    kinds.append(lambda b: memoryview(b"12345" + b + b"678")[5:-3])  # at an odd address
    for kind in kinds:
        assert codec.encode(kind(data)) == blob
        assert bytes(codec.decode(kind(blob))) == data


@codecs
def test_threads(codec: Codec) -> None:
    if not codec.threads:
        pytest.skip("has no threads")
    data = np.random.default_rng(3).standard_normal(400_000).astype("<f4").tobytes()
    blobs = {codec.encode(data, threads=threads) for threads in (1, 2, 7)}
    assert len(blobs) == 1
    for threads in (1, 3):
        assert bytes(codec.decode(blobs.copy().pop(), threads=threads)) == data
