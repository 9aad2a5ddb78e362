"""pycomp.tensor: whatever array goes in comes out, and whatever is wrong is said."""

from __future__ import annotations

import signal
import struct
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from pycomp import tensor
from pycomp._native.checksum import xxh3_64
from pycomp._native.tensor import DTYPES, ITEM_SIZES, FrameDecoder, FrameEncoder
from pycomp.errors import CorruptError, PycompError, TruncatedError, UnsupportedError

LEVELS = ["fast", "default", "high", "max"]
NUMPY_TYPES = [
    "?", "u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f2", "<f4", "<f8", "<c8", "<c16",
    "<M8[ns]", "<m8[s]", ">u2", ">i4", ">u8", ">f2", ">f4", ">f8", ">c8", ">c16", ">M8[s]",
    "S5", "<U3", ">U3", "V7",
]  # fmt: skip
ML_TYPES = [
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
]
ALL_TYPES = NUMPY_TYPES + ML_TYPES


def numpy_type(name: str) -> np.dtype[Any]:
    return np.dtype(getattr(ml_dtypes, name) if name in ML_TYPES else name)


def sample(name: str, shape: tuple[int, ...] = (40, 70), seed: int = 1) -> NDArray[Any]:
    """Weights where the type can hold them, else bytes of few values."""
    rng = np.random.default_rng(seed)
    dtype = numpy_type(name)
    if dtype.kind in "fc" or name == "bfloat16":
        return (rng.standard_normal(shape) * 0.02).astype(dtype)
    if dtype.kind == "U":
        return np.array(["", "a", "bé", "日本語"])[rng.integers(0, 4, shape)].astype(dtype)
    few = rng.integers(0, 9, int(np.prod(shape)) * dtype.itemsize, dtype=np.uint8)
    if dtype.kind == "b":
        few &= 1
    return few.view(dtype).reshape(shape)


def same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return (
        a.dtype == b.dtype
        and a.dtype.str == b.dtype.str
        and a.shape == b.shape
        and a.tobytes() == b.tobytes()
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ALL_TYPES)
def test_types(name: str, level: str, isa: str) -> None:
    array = sample(name)
    assert same(tensor.decode(tensor.encode(array, level=level)), array)


@pytest.mark.parametrize(
    "shape", [(), (0,), (1,), (3, 0, 5), (7, 9), (2, 3, 4, 5), (1, 1000), (1000, 1), (3, 70000)]
)
@pytest.mark.parametrize("name", ["<f4", "bfloat16", "<i8", "u1", ">f8"])
def test_shapes(name: str, shape: tuple[int, ...]) -> None:
    array = sample(name, shape)
    assert same(tensor.decode(tensor.encode(array)), array)


def test_odd_values() -> None:
    patterns = np.arange(1 << 16, dtype=np.uint16)
    for dtype in (np.dtype("<f2"), numpy_type("bfloat16")):  # each NaN keeps its payload
        array = patterns.view(dtype)
        assert tensor.decode(tensor.encode(array)).tobytes() == patterns.tobytes()
    wide = (patterns.astype(np.uint64) * 0x1_0001_0001_0001).view("<f8")
    assert tensor.decode(tensor.encode(wide)).tobytes() == wide.tobytes()


def test_strides() -> None:
    array = sample("<f4", (60, 80))
    readonly = array.copy()
    readonly.flags.writeable = False
    views = [
        array.T,
        array[::2],
        array[:, ::-3],
        np.asfortranarray(array),
        array[3:5, 7:9],
        readonly,
        array[:, 0],
    ]
    views.append(np.broadcast_to(array[0], (5, 80)))
    for view in views:
        assert same(tensor.decode(tensor.encode(view)), np.ascontiguousarray(view))


def test_scalars() -> None:
    for scalar in (np.float32(3), np.int8(-1), np.bool_(True), numpy_type("bfloat16").type(1.5)):
        assert same(tensor.decode(tensor.encode(scalar)), np.asarray(scalar))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 30])
def test_buffers(kind: Any, content: bytes) -> None:
    found = tensor.decode(kind(tensor.encode(kind(content))))
    assert found.dtype == np.uint8
    assert found.tobytes() == content


@pytest.mark.parametrize("name", sorted(DTYPES))
def test_named(name: str) -> None:
    size = ITEM_SIZES[name]
    content = bytes(np.random.default_rng(3).integers(0, 7, 300 * size, dtype=np.uint8))
    for spelling in (name, name.lower()):  # as bytes, which come back as bytes but for types of one byte
        found = tensor.decode(tensor.encode(content, dtype=spelling))
        assert found.itemsize == 1
        assert found.shape == (len(content),)
        assert found.tobytes() == content
    whole = np.frombuffer(content, f"<u{size}").reshape(30, 10)
    found = tensor.decode(tensor.encode(whole, dtype=name))
    assert found.shape == whole.shape
    assert found.tobytes() == content


def test_named_errors() -> None:
    with pytest.raises(ValueError, match=r"'f9' is unknown; known are .*bf16"):
        tensor.encode(b"ab", dtype="f9")
    with pytest.raises(ValueError, match="BF16"):
        tensor.encode(np.ones(3), dtype="bf16")
    with pytest.raises(ValueError, match="3 bytes are no whole number of BF16"):
        tensor.encode(b"abc", dtype="bf16")


@pytest.mark.parametrize(
    "array", [np.array([None]), np.zeros(2, "i4,i4"), np.zeros(3, "V0"), np.ones(3, ml_dtypes.int4)]
)
def test_unfit(array: NDArray[Any]) -> None:
    with pytest.raises(TypeError, match="dtype"):
        tensor.encode(array)


def test_unknown_level() -> None:
    with pytest.raises(ValueError, match="'best' is unknown; choose one of fast, default, high, max"):
        tensor.encode(b"", level="best")


# -- out= ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["<f4", "bfloat16", ">i4", "<M8[ns]"])
def test_out(name: str, tmp_path: Any) -> None:
    array = sample(name, (50, 60))
    blob = tensor.encode(array)
    mapped = np.memmap(tmp_path / "out", np.uint8, "w+", shape=(array.nbytes,))
    targets = [np.empty_like(array), np.empty(array.nbytes, np.uint8), bytearray(array.nbytes), mapped]
    targets.append(memoryview(bytearray(array.nbytes + 10))[5:-5])
    out: Any
    for out in targets:
        found = tensor.decode(blob, out=out)
        assert same(found, array)
        assert np.shares_memory(found, np.frombuffer(out, np.uint8))
        assert bytes(np.frombuffer(out, np.uint8)) == array.tobytes()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("threads", [1, 2])
def test_out_where_the_blob_is(level: str, threads: int) -> None:
    """As with numpy's own functions, the result is that of memory apart."""
    array = sample("<f4", (300, 700))
    blob = tensor.encode(array, level=level)
    for begin in (0, 1000, len(blob) // 2, len(blob) - 10):
        for batch in (False, True):
            memory = memoryview(bytearray(len(blob) + array.nbytes))
            memory[: len(blob)] = blob
            out = memory[begin : begin + array.nbytes]
            if batch:
                (found,) = tensor.decode_batch([memory[: len(blob)]], out=[out], threads=threads)
            else:
                found = tensor.decode(memory[: len(blob)], out=out, threads=threads)
            assert same(found, array)
            assert out == array.tobytes()


def test_out_errors() -> None:
    array = sample("<f4", (50, 60))
    blob = tensor.encode(array)
    for size in (0, 1, array.nbytes - 1, array.nbytes + 1):
        with pytest.raises(ValueError, match=f"out has {size} bytes, the array {array.nbytes}"):
            tensor.decode(blob, out=bytearray(size))
    with pytest.raises(ValueError, match="read-only"):
        tensor.decode(blob, out=bytes(array.nbytes))
    with pytest.raises(ValueError, match="contiguous"):
        tensor.decode(blob, out=np.empty((60, 50), "f4").T)
    with pytest.raises(TypeError):
        tensor.decode(blob, out=5)


# -- Levels and threads --------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_threads(level: str) -> None:
    array = sample("<f4", (700, 1000))
    blobs = {tensor.encode(array, level=level, threads=threads) for threads in (1, 2, 3, 8, 1 << 28)}
    assert len(blobs) == 1
    for threads in (1, 2, 5):
        assert same(tensor.decode(blobs.copy().pop(), threads=threads), array)


@pytest.mark.parametrize("threads", [1, 2])
def test_many_chunks(threads: int) -> None:
    """More than are coded before interrupts are looked for; damage is found wherever it is."""
    array = np.random.default_rng(5).integers(0, 50, 40 * (256 << 10) + 3).astype(np.uint8)
    blob = tensor.encode(array, level="fast", threads=threads)
    assert blob == tensor.encode(array, level="fast")
    assert (tensor.decode(blob, threads=threads) == array).all()
    for chunk in (0, 15, 16, 31, 32, 39):
        broken = bytearray(blob)
        broken[-4 * (40 - chunk)] ^= 1  # the chunk's size in the table
        with pytest.raises(PycompError):
            tensor.decode(bytes(broken), threads=threads)
    broken = bytearray(blob)
    broken[len(blob) * 3 // 4] ^= 1
    with pytest.raises(PycompError) as caught:
        tensor.decode(bytes(broken), threads=threads)
    assert caught.value.chunk in (29, 30)
    assert f"chunk {caught.value.chunk}" in str(caught.value)
    for cut in (len(blob) // 2, len(blob) - 4 * 40, len(blob) - 4):
        with pytest.raises(PycompError):
            tensor.decode(blob[:cut], threads=threads)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers that signal here")
def test_interrupts_are_heard() -> None:
    """A signal's handler runs before all is coded, as the last chunk shows (max takes seconds)."""
    array = np.random.default_rng(3).integers(1, 9, 20 * (256 << 10)).astype(np.uint8)
    array[0] = 0
    blob, out, tail = tensor.encode(array, level="max"), np.zeros_like(array), slice(-1000, None)
    seen: list[bool] = []

    def change(number: int, frame: Any) -> None:
        array[tail] = 0
        seen.append(not out[tail].any())

    before = signal.signal(signal.SIGALRM, change)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.003)
        assert not tensor.decode(tensor.encode(array, level="max"))[tail].any()
        signal.setitimer(signal.ITIMER_REAL, 0.003)
        assert tensor.decode(blob, out=out)[tail].all()
        assert seen == [True, True]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_levels_pay() -> None:
    rng = np.random.default_rng(4)
    array = (rng.standard_normal((1000, 512)) * rng.lognormal(-3, 1, 512)).astype("<f4")
    fast, default, high, highest = (len(tensor.encode(array, level=level)) for level in LEVELS)
    assert high < default < fast < array.nbytes
    assert highest < high * 1.001


def test_never_expands() -> None:
    rng = np.random.default_rng(5)
    for size in (0, 1, 100, 1 << 12, (1 << 20) + 3):
        noise = rng.integers(0, 256, size, dtype=np.uint8)
        for level in LEVELS:
            blob = tensor.encode(noise, level=level)
            assert len(blob) <= size + 100 + 13 * (size // (1 << 18) + 1)


# -- Damage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["<f4", "bfloat16", "<i8", "u1"])
def test_truncation(name: str) -> None:
    blob = tensor.encode(sample(name, (8, 70)))
    for cut in range(len(blob)):
        with pytest.raises(PycompError):
            tensor.decode(blob[:cut])
    with pytest.raises(PycompError):
        tensor.decode(blob + b"x")


@pytest.mark.parametrize("level", LEVELS)
def test_flips(level: str) -> None:
    array = sample("bfloat16", (5, 70))
    blob = bytearray(tensor.encode(array, level=level))
    frame = 2 + blob[1] + 1 + 8 * 2  # from here on, checksums watch
    for bit in range(8 * len(blob)):
        blob[bit // 8] ^= 1 << bit % 8
        try:
            found = tensor.decode(blob)
        except PycompError:
            pass
        else:  # spare bits between a byte's end and a list's, or another name or shape for the same bytes
            assert found.tobytes() == array.tobytes()
            assert bit // 8 >= frame or found.shape != array.shape or found.dtype != array.dtype
        blob[bit // 8] ^= 1 << bit % 8


def prefixed(descr: str, shape: tuple[int, ...], frame: bytes, version: int = 1) -> bytes:
    name = descr.encode("latin-1")
    return struct.pack(f"<BB{len(name)}sB{len(shape)}Q", version, len(name), name, len(shape), *shape) + frame


def frame_of(content: bytes) -> bytes:
    return tensor.encode(content)[2 + 3 + 1 + 8 :]


@pytest.mark.parametrize(
    "descr",
    ["", "O", "|O", "f4,f4", "(2,3)f4", "a24", "float", "=f4", " <f4", "<f3", "<M8[xx]", "{'names':['a']}",
     "\0", "S99999999999", "V0", "|V0", "T", "\xff", "BF17", "<f4" * 80],
)  # fmt: skip
def test_hostile_types(descr: str) -> None:
    with pytest.raises(CorruptError):
        tensor.decode(prefixed(descr, (24,), frame_of(bytes(24))))


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (23,),
        (25,),
        (24, 0),
        (2, 13),
        (1 << 62, 4),
        ((1 << 64) - 1,),
        (1,) * 70 + (24,),
        (1 << 61, 1 << 61),
    ],
)
def test_hostile_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(CorruptError):
        tensor.decode(prefixed("|u1", shape, frame_of(bytes(24))))


def test_hostile_empties() -> None:
    assert tensor.decode(prefixed("|u1", (3, 0), frame_of(b""))).shape == (3, 0)
    with pytest.raises(CorruptError):
        tensor.decode(prefixed("|u1", (0, 1 << 61, 1 << 61), frame_of(b"")))
    with pytest.raises(CorruptError):
        tensor.decode(prefixed("|u1", (0,), frame_of(b"") + b"more"))


def test_other_version() -> None:
    with pytest.raises(UnsupportedError, match="version 9"):
        tensor.decode(prefixed("|u1", (24,), frame_of(bytes(24)), version=9))
    with pytest.raises(TruncatedError):
        tensor.decode(b"")


class Wrapped:
    """What numpy can make an array of, as torch's and jax's tensors are."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.array


def test_arrays_of_others() -> None:
    array = sample("bfloat16", (5, 70))
    assert tensor.encode(Wrapped(array)) == tensor.encode(array)  # type: ignore[arg-type]
    torch = pytest.importorskip("torch", reason="torch is not installed")
    assert same(
        tensor.decode(tensor.encode(torch.arange(6.0).reshape(2, 3))), np.arange(6, dtype="f4").reshape(2, 3)
    )


def test_all_usable_cores() -> None:
    array = sample("<f4", (700, 1000))
    blob = tensor.encode(array, threads=None)
    assert blob == tensor.encode(array, threads=10**6)
    assert same(tensor.decode(blob, threads=None), array)
    for threads in (0, -1):
        with pytest.raises(ValueError, match="threads must be at least 1"):
            tensor.encode(array, threads=threads)
        with pytest.raises(ValueError, match="threads must be at least 1"):
            tensor.decode(blob, threads=threads)
    with pytest.raises(TypeError):
        tensor.encode(array, threads=1.5)  # type: ignore[arg-type]


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="masked"):  # half of it would be lost
        tensor.encode(np.ma.masked_less(sample("<f4", (5, 70)), 0))
    with pytest.raises(TypeError, match="dtype is the name"):
        tensor.encode(b"1234", dtype=np.float32)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tensor.decode("text")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tensor.encode([1, 2])  # type: ignore[arg-type]
    with pytest.raises((BufferError, TypeError)):
        tensor.encode(memoryview(b"abcdef")[::2])


# -- Frames --------------------------------------------------------------------------------------------


def test_frames_by_chunks() -> None:
    array = sample("<f4", (900, 1000))
    encoder = FrameEncoder(memoryview(array).cast("B"), "F32", 1000, 2)
    decoder = FrameDecoder(encoder.head + b"anything")
    assert (decoder.dtype, decoder.cols, decoder.size) == ("F32", 1000, array.nbytes)
    assert decoder.chunks == encoder.chunks > 3
    assert decoder.chunk_bytes == encoder.chunk_bytes
    assert decoder.head_size == len(encoder.head)
    payload, table, hashes = encoder.encode(1, 2)
    assert len(table) == 8
    assert len(hashes) == 16
    assert sum(struct.unpack("<2I", table)) == len(payload)
    content = array.tobytes()[encoder.chunk_bytes : 3 * encoder.chunk_bytes]
    for skip, size in [
        (0, len(content)),
        (0, 1),
        (len(content) - 1, 1),
        (1234567, 89),
        (17, len(content) - 40),
        (5, 0),
    ]:
        out = bytearray(size)
        decoder.decode(payload, table, 1, 2, out, skip)
        assert bytes(out) == content[skip : skip + size]


def test_frame_errors() -> None:
    array = sample("<f4", (900, 1000))
    encoder = FrameEncoder(memoryview(array).cast("B"), "F32", 1000, 2)
    decoder = FrameDecoder(encoder.head)
    payload, table, _ = encoder.encode(1, 2)
    out = bytearray(2 * encoder.chunk_bytes)
    with pytest.raises(ValueError, match="chunks"):
        encoder.encode(0, encoder.chunks + 1)
    with pytest.raises(ValueError, match="table"):
        decoder.decode(payload, table, 1, 1, out)
    with pytest.raises(ValueError, match="arguments"):
        decoder.decode(payload, table, decoder.chunks - 1, 2, out)
    with pytest.raises(ValueError, match="arguments"):
        decoder.decode(payload, table, 1, 2, bytearray(len(out) + 1))
    broken = bytearray(payload)
    broken[-1000] ^= 255
    with pytest.raises(PycompError, match="chunk 2") as caught:
        decoder.decode(broken, table, 1, 2, out)
    assert caught.value.chunk == 2
    assert bytes(out[: encoder.chunk_bytes]) == array.tobytes()[encoder.chunk_bytes : 2 * encoder.chunk_bytes]
    with pytest.raises(UnsupportedError, match="F33"):
        FrameEncoder(b"", "F33", 0, 2)
    with pytest.raises(ValueError, match="arguments"):
        FrameEncoder(b"", "F32", 0, 9)


def test_weights_of_no_columns() -> None:
    """A head of an empty array that nevertheless announces weights between its columns."""
    parts = bytes([6, 0, 0])  # middle bits; a table of one symbol
    fields = (1, DTYPES["F32"], 1, 2, 8, 1, 1, 1, 0, 0, 1, 1, 32 + len(parts), 0)
    head = bytearray(struct.pack("<8BQIHHII", *fields) + parts)
    head[28:32] = struct.pack("<I", xxh3_64(head) & 0xFFFFFFFF)
    with pytest.raises(CorruptError):
        FrameDecoder(bytes(head))
