"""XXH3 against the reference implementation, on every tier."""

from __future__ import annotations

import random
import threading

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from pycomp._native.checksum import Hasher128, xxh3_64, xxh3_128

NOISE = random.Random(3).randbytes(20_000)
# Every length class, each stripe and block boundary, and some blocks more.
LENGTHS = [*range(1100), *(1024 * k + d for k in range(2, 19) for d in (-1, 0, 1, 63, 64, 65))]


def test_equals_the_reference(isa: str) -> None:
    for n in LENGTHS:
        data = NOISE[:n]
        assert xxh3_64(data) == xxhash.xxh3_64_intdigest(data), n
        assert xxh3_128(data) == xxhash.xxh3_128_digest(data), n


def test_stream_equals_the_reference_at_every_cut(isa: str) -> None:
    rng = random.Random(isa)
    for _ in range(100):
        hasher, reference = Hasher128(), xxhash.xxh3_128()
        reference64 = xxhash.xxh3_64()
        for _ in range(8):
            begin = rng.randrange(1000)
            piece = NOISE[begin : begin + rng.choice([0, 1, 64, 255, 256, 257, rng.randrange(3000)])]
            hasher.update(piece)
            reference.update(piece)
            reference64.update(piece)
            assert hasher.digest() == reference.digest()
            assert hasher.digest64() == reference64.intdigest()


@given(st.lists(st.binary(max_size=600)))
def test_pieces_equal_the_whole(pieces: list[bytes]) -> None:
    hasher = Hasher128()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.digest() == xxh3_128(b"".join(pieces))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda b: memoryview(b)[1:-1]])
def test_buffer_types(kind: type) -> None:
    data = kind(NOISE[:333])
    assert xxh3_128(data) == xxhash.xxh3_128_digest(bytes(data))


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError):
        xxh3_64("text")  # type: ignore[arg-type]
    with pytest.raises(BufferError):
        xxh3_64(memoryview(NOISE)[::2])
    assert xxh3_64(bytearray()) == xxhash.xxh3_64_intdigest(b"")


def test_one_hasher_in_many_threads() -> None:
    """Updates are whole: equal pieces in any order give one answer."""
    hasher = Hasher128()

    def feed() -> None:
        for _ in range(50):
            hasher.update(b"x" * 999)

    threads = [threading.Thread(target=feed) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.digest() == xxhash.xxh3_128_digest(b"x" * 999 * 50 * 8)
