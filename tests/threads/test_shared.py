"""One encoder, one decoder, many threads that start together: all see what one alone sees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pycomp import tensor
from pycomp._native.checksum import xxh3_64
from pycomp._native.tensor import LEVELS, FrameDecoder, FrameEncoder
from pycomp.entropy import huffman, rans

THREADS = 8  # that `together` starts
Together = Callable[[Callable[[int], None]], None]


@pytest.mark.parametrize("level", LEVELS)
def test_one_encoder_and_decoder(level: str, together: Together) -> None:
    rng = np.random.default_rng(1)
    content = (rng.standard_normal((1100, 1000)) * rng.lognormal(-3, 1, 1000)).astype("<f4").tobytes()
    encoder = FrameEncoder(content, "F32", 1000, LEVELS[level])
    expected = [encoder.encode(chunk, 1) for chunk in range(encoder.chunks)]
    decoder = FrameDecoder(encoder.head)

    def work(number: int) -> None:
        for step in range(encoder.chunks):
            chunk = (number + step) % encoder.chunks
            payload, table, hashes = encoder.encode(chunk, 1, 1 + number % 2)
            assert (payload, table, hashes) == expected[chunk]
            begin = chunk * encoder.chunk_bytes
            out = bytearray(min(encoder.chunk_bytes, len(content) - begin))
            decoder.decode(payload, table, chunk, 1, out, threads=1 + number % 3)
            assert bytes(out) == content[begin : begin + len(out)]
            assert xxh3_64(out).to_bytes(8, "little") == hashes

    together(work)


def test_functions(together: Together) -> None:
    """Each thread codes an array of its own; nothing leaks from one to another."""
    arrays = [np.random.default_rng(i).standard_normal((100, 500)).astype("<f4") for i in range(THREADS)]
    alone = [tensor.encode(array) for array in arrays]

    def work(number: int) -> None:
        for _ in range(5):
            assert tensor.encode(arrays[number]) == alone[number]
            assert tensor.decode(alone[number]).tobytes() == arrays[number].tobytes()
            data = arrays[number].tobytes()[:20_000]
            assert huffman.decode(huffman.encode(data)) == data
            assert rans.decode(rans.encode(data)) == data

    together(work)


def test_one_target(together: Together) -> None:
    """Threads that decode different chunks into one buffer fill it exactly."""
    content = np.random.default_rng(2).standard_normal((1100, 1000)).astype("<f4").tobytes()
    encoder = FrameEncoder(content, "F32", 1000, 1)
    parts = [encoder.encode(chunk, 1) for chunk in range(encoder.chunks)]
    decoder = FrameDecoder(encoder.head)
    out = bytearray(len(content))

    def work(number: int) -> None:
        for chunk in range(number, encoder.chunks, THREADS):
            begin = chunk * encoder.chunk_bytes
            view = memoryview(out)[begin : begin + encoder.chunk_bytes]
            decoder.decode(*parts[chunk][:2], chunk, 1, view)

    together(work)
    assert bytes(out) == content
