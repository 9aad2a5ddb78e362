"""pycomp.zlib against the standard zlib, in the same process: arguments, errors, streams cut anywhere."""

from __future__ import annotations

import copy
import inspect
import pickle
import random
import zlib as standard
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from pycomp import zlib as ours
from pycomp._native import arch

WBITS = (15, -15, 31, 9, -9, 25, 12)


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """What a call gives or raises, comparable between the two modules."""
    try:
        return "gave", call()
    except Exception as error:
        return type(error).__qualname__, str(error)


def both(call: Callable[[ModuleType], Any]) -> None:
    assert outcome(lambda: call(ours)) == outcome(lambda: call(standard))


def sample(rng: random.Random) -> bytes:
    n = rng.choice([0, 1, 2, 10, 100, 1000, 5000, 40_000, 100_000])
    kind = rng.randrange(5)
    if kind == 0:
        return rng.randbytes(n)
    if kind == 1:
        return bytes(n)
    if kind == 2:
        return bytes(rng.choices(b"abcd", k=n))
    if kind == 3:
        return (b"the quick brown fox jumps " * (n // 20 + 1))[:n]
    words = [rng.randbytes(rng.randrange(1, 12)) for _ in range(50)]
    return b"".join(rng.choices(words, k=n // 6 + 1))[:n]


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


# -- The surface ----------------------------------------------------------------------------------------


def test_every_name_is_there() -> None:
    for name in dir(standard):
        if not name.startswith("__"):
            assert hasattr(ours, name), name
            value = getattr(standard, name)
            if isinstance(value, int | str):
                assert getattr(ours, name) == value
    assert ours.error is standard.error
    assert set(dir(standard)) <= set(dir(ours))


@pytest.mark.parametrize(
    "name", ["crc32", "adler32", "compress", "decompress", "compressobj", "decompressobj"]
)
def test_signatures(name: str) -> None:
    assert str(inspect.signature(getattr(ours, name))) == str(inspect.signature(getattr(standard, name)))


def test_functions_are_no_methods() -> None:
    class Holder:
        checksum: Any = ours.crc32

    assert Holder().checksum(b"abc") == standard.crc32(b"abc")


@pytest.mark.parametrize("wbits", range(-20, 60))
def test_wbits(wbits: int) -> None:
    both(lambda module: module.decompressobj(wbits).decompress(b""))
    both(lambda module: module.decompress(b"", wbits))
    both(lambda module: module.decompress(b"\0", wbits))
    back = 47 if wbits >= 0 else -15

    def shot(level: int, module: ModuleType) -> bytes:
        return standard.decompress(module.compress(b"abc" * 20, level, wbits), back)

    for level in (-2, -1, 0, 1, 5, 9, 10):
        both(partial(shot, level))
        for mem, strategy in ((0, 0), (1, 0), (8, 4), (9, 0), (10, 0), (8, -1), (8, 5)):

            def stream(module: ModuleType, args: tuple[int, ...] = (level, 8, wbits, mem, strategy)) -> Any:
                packer = module.compressobj(*args)
                packed = packer.compress(b"abc" * 30) + packer.flush()
                return packed[:2] if wbits >= 0 else b"", standard.decompress(packed, back)

            both(stream)


@pytest.mark.parametrize("value", ["x", 1.5, None, -1, 1 << 31, 1 << 80, True])
def test_arguments(value: Any) -> None:
    packed = standard.compress(b"ab")
    for call in (
        lambda m: standard.decompress(m.compress(b"ab", value)),
        lambda m: m.compress(b"ab", 6, value) and None,
        lambda m: m.decompress(packed, value),
        lambda m: m.decompress(value),
        lambda m: m.compress(value),
        lambda m: bool(m.compressobj(value)),
        lambda m: bool(m.compressobj(6, value)),
        lambda m: bool(m.decompressobj(value)),
        lambda m: bool(m.compressobj(zdict=value)),
        lambda m: bool(m.decompressobj(zdict=value)),
        lambda m: bool(m.compressobj().flush(value)),
        lambda m: m.decompressobj().decompress(packed, value),
        lambda m: m.crc32(b"x", value),
        lambda m: m.adler32(b"x", value),
        lambda m: m.crc32(value),
    ):
        both(call)
    for call in (lambda m: m.decompressobj().flush(value), lambda m: m.decompress(packed, 15, value)):
        if value not in (1 << 31,):  # the standard module would try to take that much memory
            both(call)


@pytest.mark.parametrize(
    "name", ["crc32", "adler32", "compress", "decompress", "compressobj", "decompressobj"]
)
def test_wrong_calls_are_type_errors(name: str) -> None:
    for args, named in (((1,) * 8, {}), ((b"",), {"nonsense": 1}), ((), {"nonsense": 1})):
        with pytest.raises(TypeError):
            getattr(ours, name)(*args, **named)


@pytest.mark.parametrize("name", ["crc32", "adler32"])
def test_checksums_count_their_arguments_as_the_standard_ones(name: str) -> None:
    for args in ((), (b"", 1, 2), (b"", b""), (b"", None), (None, 1), ("", 1)):
        both(partial(lambda args, m: getattr(m, name)(*args), args))
    function = getattr(ours, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_objects_are_made_by_functions_only() -> None:
    for thing in (ours.compressobj(), ours.decompressobj()):
        kind: Any = type(thing)
        with pytest.raises(TypeError, match="cannot create"):
            kind()
        with pytest.raises(TypeError, match="cannot create"):
            kind.__new__(kind)
        with pytest.raises((TypeError, pickle.PicklingError)):
            pickle.dumps(thing)


def test_header_bytes() -> None:
    for level in range(-1, 10):
        for wbits in (15, 9, 31):
            a, b = ours.compress(b"abc", level, wbits), standard.compress(b"abc", level, wbits)
            assert a[: 10 if wbits > 15 else 2] == b[: 10 if wbits > 15 else 2]


def test_buffers() -> None:
    data = b"buffers of every kind " * 100
    packed = ours.compress(data)
    for kind in (bytes, bytearray, memoryview):
        assert ours.compress(kind(data)) == packed
        assert ours.decompress(kind(packed)) == data
        assert ours.crc32(kind(data)) == standard.crc32(data)
    both(lambda m: m.crc32(memoryview(data)[::2]))
    both(lambda m: m.compress(memoryview(data)[::2]))
    both(lambda m: m.compress("text"))


# -- Checksums ------------------------------------------------------------------------------------------


def test_checksums(tier: str) -> None:
    rng = random.Random(1)
    for n in [*range(200), 5552, 5553, 70_000]:
        data, start = rng.randbytes(n), rng.getrandbits(32)
        for value in (start, 0, 1, -1, 1 << 40):
            assert ours.crc32(data, value) == standard.crc32(data, value)
            assert ours.adler32(data, value) == standard.adler32(data, value)
        cut = rng.randrange(n + 1)
        a, b = data[:cut], data[cut:]
        assert ours.crc32_combine(ours.crc32(a), ours.crc32(b), len(b)) == standard.crc32(data)
        assert ours.adler32_combine(ours.adler32(a), ours.adler32(b), len(b)) == standard.adler32(data)
    with pytest.raises(ValueError, match="non-negative"):
        ours.crc32_combine(0, 0, -1)


# -- Compression ----------------------------------------------------------------------------------------


def pieces(rng: random.Random, data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        step = rng.choice([1, 100, 5000, 100_000])
        yield data[at : at + step]
        at += step


@pytest.mark.parametrize("seed", range(120))
def test_streams_are_read_by_zlib(seed: int) -> None:
    rng = random.Random(seed)
    data, wbits = sample(rng), rng.choice(WBITS)
    args = (rng.randrange(-1, 10), 8, wbits, rng.randrange(1, 10), rng.randrange(5))
    zdict = data[: rng.randrange(1, 300)] if rng.random() < 0.2 and wbits < 16 and data else None
    packer = ours.compressobj(*args) if zdict is None else ours.compressobj(*args, zdict)
    packed = b""
    for piece in pieces(rng, data):
        packed += packer.compress(piece)
        if rng.random() < 0.1:
            packed += packer.flush(rng.choice([0, 1, 2, 3, 5]))
        if rng.random() < 0.1:
            packer = copy.copy(packer)
    packed += packer.flush()
    reader = standard.decompressobj(wbits) if zdict is None else standard.decompressobj(wbits, zdict)
    assert reader.decompress(packed) + reader.flush() == data
    assert reader.eof
    again = ours.decompressobj(wbits) if zdict is None else ours.decompressobj(wbits, zdict)
    assert again.decompress(packed) == data


@pytest.mark.parametrize("level", range(-1, 10))
def test_one_shot_is_the_stream(level: int, tier: str) -> None:
    rng = random.Random(level)
    for data in (sample(rng), b"", rng.randbytes(300_000), b"line of a log " * 20_000):
        packed = ours.compress(data, level)
        packer = ours.compressobj(level)
        assert b"".join(map(packer.compress, pieces(rng, data))) + packer.flush() == packed
        arch.set_isa("scalar")
        assert ours.compress(data, level) == packed
        arch.set_isa(tier)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [1, 2, 3, 5])
def test_flush_brings_all_out(mode: int) -> None:
    for level in range(10):
        packer, reader = ours.compressobj(level, 8, -15), standard.decompressobj(-15)
        for number in range(20):
            line = b"line %d of many" % number
            packed = packer.compress(line) + packer.flush(mode)
            if mode in (2, 3):
                assert packed.endswith(b"\0\0\xff\xff")
                assert packer.flush(mode) == b""
            got = reader.decompress(packed)
            if mode != 5:  # up to seven bits wait
                assert got == line
        assert packer.flush(0) == b""


def test_after_the_end() -> None:
    def use(module: ModuleType, *calls: tuple[str, Any]) -> list[Any]:
        packer = module.compressobj()
        packer.compress(b"abc")
        packer.flush()
        return [outcome(lambda n=name, a=args: getattr(packer, n)(*a)) for name, args in calls]  # type: ignore[misc]

    calls = [
        ("flush", ()),
        ("flush", (6,)),
        ("flush", (99,)),
        ("flush", (0,)),
        ("compress", (b"x",)),
        ("copy", ()),
    ]
    assert use(ours, *calls) == use(standard, *calls)


# -- Decompression --------------------------------------------------------------------------------------


def damaged(rng: random.Random, packed: bytes) -> bytes:
    choice = rng.random()
    if choice < 0.3 and packed:
        blob = bytearray(packed)
        for _ in range(rng.randrange(1, 4)):
            blob[rng.randrange(min(len(blob), rng.choice([3, 20, 10**9])))] ^= 1 << rng.randrange(8)
        return bytes(blob)
    if choice < 0.5:
        return packed[: rng.randrange(len(packed) + 1)]
    return packed + rng.randbytes(rng.randrange(1, 50)) if choice < 0.7 else packed


def read_in_steps(
    module: ModuleType, packed: bytes, steps: list[tuple[int, int]], wbits: int, feed_tail: bool
) -> list[Any]:
    """Everything that can be seen of a decompressobj that is fed step by step."""
    reader, at = module.decompressobj(wbits), 0
    log: list[Any] = []
    try:
        for cut, limit in steps:
            data = (reader.unconsumed_tail if feed_tail else b"") + packed[at:cut]
            at = cut
            out = reader.decompress(data, limit)
            log.append((out, reader.unused_data, reader.unconsumed_tail, reader.eof))
        log.append((reader.copy().flush(), reader.flush(), reader.unused_data, reader.eof))
        log.append(reader.decompress(b"more"))
    except standard.error as error:
        log.append((str(error), reader.unused_data, reader.eof))
    return log


@pytest.mark.parametrize("seed", range(250))
def test_streams_cut_anywhere(seed: int) -> None:
    rng = random.Random(seed)
    data, wbits = sample(rng), rng.choice(WBITS)
    packer = rng.choice([ours, standard]).compressobj(rng.randrange(-1, 10), 8, wbits)
    packed = damaged(rng, packer.compress(data) + packer.flush())
    if rng.random() < 0.2:
        wbits = rng.choice([15, -15, 31, 47, 0, 32, 9, 25])
    both(lambda module: module.decompress(packed, wbits))
    cuts = sorted(rng.randrange(len(packed) + 1) for _ in range(rng.randrange(12))) + [len(packed)] * 3
    steps = [(cut, rng.choice([0, 0, 1, 2, 10, 258, 1000, 32_768, 50_000])) for cut in cuts]
    feed_tail = rng.random() < 0.5
    assert read_in_steps(ours, packed, steps, wbits, feed_tail) == read_in_steps(
        standard, packed, steps, wbits, feed_tail
    )


@pytest.mark.parametrize("seed", range(60))
def test_zlib_decompressor(seed: int) -> None:
    """Against bz2's contract, which the standard class shares where it exists."""
    rng = random.Random(seed)
    data = sample(rng)
    packed = standard.compress(data) + b"tail"
    makers: list[Any] = [ours._ZlibDecompressor]
    if hasattr(standard, "_ZlibDecompressor"):
        makers.append(standard._ZlibDecompressor)
    logs = []
    for make in makers:
        reader, log, at, steps = make(), [], 0, random.Random(seed)
        while not reader.eof:
            step = steps.choice([1, 10, 1000, 100_000]) if reader.needs_input else 0
            out = reader.decompress(packed[at : at + step], max_length=steps.choice([-1, 0, 1, 100, 50_000]))
            at += step
            log.append((out, reader.needs_input, reader.eof, reader.unused_data))
        assert b"".join(out for out, *_ in log) == data
        assert reader.unused_data + packed[at:] == b"tail"
        with pytest.raises(EOFError, match="End of stream already reached"):
            reader.decompress(b"")
        logs.append(log)
    assert logs[0] == logs[-1]


def test_dictionary() -> None:
    words = b"compression engine for data "
    packer = standard.compressobj(zdict=words)
    packed = packer.compress(words * 3) + packer.flush()

    def read(zdict: bytes, module: ModuleType) -> Any:
        return module.decompressobj(zdict=zdict).decompress(packed) if zdict else module.decompress(packed)

    for wrong in (b"", b"other", words[1:]):
        both(partial(read, wrong))
    assert ours.decompressobj(zdict=words).decompress(packed) == words * 3
    raw = standard.compressobj(wbits=-15, zdict=words)
    packed = raw.compress(words * 3) + raw.flush()
    assert ours.decompressobj(-15, words).decompress(packed) == words * 3
    both(lambda m: m.compressobj(wbits=31, zdict=words))


def test_sizes_around_every_growth() -> None:
    edges = (16_384, 1 << 20, 4 << 20)
    for n in (0, 1, 100_000, 13_000_000, *(edge + more for edge in edges for more in (-1, 0, 1))):
        for data in (bytes(n), random.Random(n).randbytes(n)):
            out = ours.decompress(standard.compress(data, 1))
            assert out == data
            assert out.__sizeof__() >= n
            assert hash(out) == hash(data)
            assert ours.decompress(standard.compress(data, 1), bufsize=n) == data
            assert ours.decompressobj().decompress(standard.compress(data, 1), n) == data
            assert standard.decompress(ours.compress(data, 1)) == data


# -- Fixed codes ----------------------------------------------------------------------------------------


def every_symbol(rng: random.Random) -> bytes:
    """Data with each literal, a match of each length, and matches from each power of two away."""
    data = bytearray(bytes(range(256)) + rng.randbytes(33_000))
    for length in range(3, 259):
        data += data[256 : 256 + length] + rng.randbytes(3)
    for power in range(15):
        for distance in ((1 << power) + 1, (3 << power) // 2 + 1, 2 << power):
            for _ in range(8):
                data.append(data[-min(distance, 32768)])
            data += rng.randbytes(3)
    return bytes(data)


def test_fixed_codes_have_every_symbol_of_the_standard_ones(tier: str) -> None:
    data = every_symbol(random.Random(29))
    for writer, reader in ((ours, standard), (standard, ours)):
        packer = writer.compressobj(9, strategy=writer.Z_FIXED)
        packed = packer.compress(data) + packer.flush()
        assert reader.decompress(packed) == data


def test_messages_of_few_bytes() -> None:
    rng = random.Random(30)
    text = (
        b"Of a message of a few bytes the codes are fixed, and of a longer one it may be that they are not. "
        * 3
    )
    for n in range(len(text)):
        for data in (text[:n], bytes(n), rng.randbytes(n), bytes(rng.choices(b"ab", k=n))):
            for level in (1, 6, 9):
                packed = ours.compress(data, level)
                assert standard.decompress(packed) == data
                assert len(packed) <= len(standard.compress(data, level)) + 8
            assert ours.decompress(standard.compress(data)) == data
