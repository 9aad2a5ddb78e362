"""Blobs: a frame with what numpy needs to give the array back its type and shape.

    version (1 byte) | length of descr | descr (ASCII) | dimensions | each dimension, 64 bits LE | frame

``descr`` is numpy's type string (``<f4``), or the codec's name for types that numpy has none for (``BF16``).
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pycomp._native.checksum import xxh3_128
from pycomp._native.tensor import DTYPES, ITEM_SIZES, LEVELS, FrameDecoder, FrameEncoder
from pycomp._threads import resolve
from pycomp.errors import BaseError, CorruptError, TruncatedError, UnsupportedError
from pycomp.tensor.dtypes import ML_DTYPES, PACKED, extra_dtype

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

VERSION = 1

# Chunks decoded by each thread before interrupts are heard: 5 ms, at level max a second.
BATCH = 16

# The least a chunk takes: table entry, checksum and form; a code of one symbol needs no more. A head that
# announces more chunks than the blob can hold is caught by it before memory is asked for.
LEAST_CHUNK = 4 + 9

# The type strings that numpy writes for arrays of plain values: what np.dtype takes beyond them (fields,
# subarrays, aliases) is no string of ours.
_PLAIN = re.compile(r"[<>|][biufcmMSUV][0-9]+(\[[0-9A-Za-z]+\])?")

# numpy's kind and width -> codec name; whatever is not listed is coded as bytes.
_BY_KIND = {
    "b1": "BOOL", "u1": "U8", "i1": "I8", "u2": "U16", "i2": "I16", "u4": "U32", "i4": "I32", "u8": "U64",
    "i8": "I64", "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64", "c16": "F64", "M8": "I64", "m8": "I64",
}  # fmt: skip


def encode(
    array: NDArray[Any] | Buffer,
    *,
    base: NDArray[Any] | Buffer | None = None,
    dtype: str | None = None,
    level: str = "default",
    threads: int | None = 1,
) -> bytes:
    """Compress an array of any shape losslessly.

    Parameters
    ----------
    array : array or buffer
        Any numpy array but object, structured and masked ones, ml_dtypes arrays included, and whatever
        numpy makes an array of by ``__array__``, such as torch tensors in the machine's memory; another
        contiguous buffer counts as unsigned bytes. Rows, in the sense of the model, are what the first axis
        numbers. An array that is not C-contiguous is copied first.
    base : array or buffer, optional
        Another array of the same dtype and size that is a good guess: the checkpoint before, the model that
        this one was tuned from. Where differences to it are the smaller, they are what is coded, and
        :func:`decode` needs the base again.
    dtype : str, optional
        What the elements are where numpy cannot say: ``"bf16"``, ``"f8_e4m3"``, ``"f8_e5m2"``,
        ``"f8_e4m3fnuz"``, ``"f8_e5m2fnuz"``, ``"f8_e8m0"``, packed ``"f4"``, ``"f6_e2m3"``, ``"f6_e3m2"``,
        ``"u4"``, ``"i4"``. The buffer's items must be of that width, or bytes.
    level : {"fast", "default", "high", "max"}
        Slower levels are smaller.
    threads : int, optional
        How many threads code chunks, None for all usable cores; the bytes do not depend on it.

    Returns
    -------
    bytes
        Never longer than the array by more than 100 bytes and 13 for each 256 Ki elements.

    Raises
    ------
    TypeError
        Object, structured or masked arrays.
    ValueError
        An unknown level or dtype, a buffer that is no whole number of elements, or a base of another dtype
        or size.

    Examples
    --------
    >>> import numpy as np
    >>> weights = np.linspace(-1, 1, 100_000, dtype=np.float32).astype(np.float16)
    >>> blob = encode(weights)
    >>> len(blob) < weights.nbytes and (decode(blob) == weights).all()
    np.True_

    One step of training changes few bits of few weights:

    >>> step = weights + np.float16(1e-4)
    >>> delta = encode(step, base=weights)
    >>> len(delta) < len(encode(step)) and (decode(delta, base=weights) == step).all()
    np.True_
    """
    count = resolve(threads)
    source = prepare(array, dtype, level, base)
    encoder = FrameEncoder(source.data, source.dtype, source.cols, LEVELS[level], source.base, count)
    return encoder.frame(source.prefix, count)


class Source(NamedTuple):
    """An array as the codec takes it, and what its blob begins with."""

    prefix: bytes
    data: memoryview
    dtype: str
    cols: int
    base: memoryview | None = None


def prepare(
    array: NDArray[Any] | Buffer,
    dtype: str | None,
    level: str,
    base: NDArray[Any] | Buffer | None = None,
) -> Source:
    """Checks what :func:`encode` was given."""
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is unknown; choose one of {', '.join(LEVELS)}")
    values = _values(array)
    shape = values.shape
    before = None if base is None else _values(base)
    if before is not None and (before.dtype, before.nbytes) != (values.dtype, values.nbytes):
        raise ValueError(
            f"the base is {before.nbytes} bytes of {before.dtype}, "
            f"the array {values.nbytes} of {values.dtype}"
        )
    values = np.ascontiguousarray(values)
    name, descr = _name(values.dtype) if dtype is None else _named(dtype, values.dtype)
    prefix = struct.pack("<BB", VERSION, len(descr)) + descr.encode("ascii")
    prefix += struct.pack(f"<B{len(shape)}Q", len(shape), *shape)
    known = None if before is None else _little(before)
    return Source(prefix, _little(values), name, _row_length(values, name), known)


def decode(
    blob: Buffer, *, base: NDArray[Any] | Buffer | None = None, out: Any = None, threads: int | None = 1
) -> NDArray[Any]:
    """Restore the array that :func:`encode` got.

    Parameters
    ----------
    blob : buffer
        What :func:`encode` returned.
    base : array or buffer, optional
        The base that :func:`encode` was given; not looked at where the blob does without.
    out : writable buffer, optional
        C-contiguous memory of exactly the array's size to decode into, such as a memory map; the array
        returned is a view of it. It may be where the blob or the base is.
    threads : int, optional
        How many threads decode chunks; None for all usable cores.

    Returns
    -------
    ndarray
        Of the original dtype and shape. bf16 and fp8 come as ml_dtypes arrays if that package is
        installed, else as the unsigned integers of the same width.

    Raises
    ------
    pycomp.errors.PycompError
        ``TruncatedError``, ``CorruptError``, ``ChecksumError``, ``UnsupportedError`` for blobs that are
        not what :func:`encode` wrote. What *out* then holds is undefined. ``UnsupportedError`` also where a
        base is needed and not given, ``BaseError`` (a ``ChecksumError``) where it is not the one.
    ValueError
        *out*, or the base that is needed, has the wrong size.

    Examples
    --------
    >>> import numpy as np
    >>> ids = np.arange(1000).reshape(10, 100)
    >>> target = np.empty_like(ids)
    >>> decode(encode(ids), out=target) is not None and (target == ids).all()
    np.True_
    """
    count = resolve(threads)
    parsed = parse(blob)
    target = parsed.target(out)
    frame, payload, table = parsed.frame, *parsed.apart(target)
    before = None if frame.base is None else _checked_base(frame.base, base, frame.size)
    ends = np.frombuffer(table, "<u4").cumsum(dtype=np.uint64)
    begin = 0
    for first in range(0, max(frame.chunks, 1), batch := BATCH * count):
        last = min(first + batch, frame.chunks)
        whole = last < frame.chunks  # the very last chunk is of any size
        end = int(ends[last - 1]) if whole else len(payload)
        place = slice(first * frame.chunk_bytes, last * frame.chunk_bytes if whole else frame.size)
        entries = table[4 * first : 4 * last]
        guess = None if before is None else before[place]
        frame.decode(
            payload[begin:end], entries, first, last - first, target[place], threads=count, base=guess
        )
        begin = end
    return parsed.array(target)


class Parsed(NamedTuple):
    """The parts of a blob."""

    descr: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    frame: FrameDecoder
    payload: memoryview
    table: memoryview

    def target(self, out: Any) -> NDArray[Any]:
        """The bytes to decode into: those of *out*, or fresh ones for None."""
        size = self.frame.size
        target = np.empty(size, np.uint8) if out is None else np.frombuffer(out, np.uint8)
        if target.nbytes != size:
            raise ValueError(f"out has {target.nbytes} bytes, the array {size}")
        return target

    def apart(self, target: NDArray[Any]) -> tuple[memoryview, memoryview]:
        """Payload and table, copied if *target* may be where they are."""
        if np.may_share_memory(np.frombuffer(self.payload, np.uint8), target):
            return memoryview(bytes(self.payload)), memoryview(bytes(self.table))
        return self.payload, self.table

    def array(self, target: NDArray[Any]) -> NDArray[Any]:
        """What was decoded as an array of its type and shape."""
        array = target.view(self.dtype)
        if self.descr.startswith(">"):
            array.byteswap(inplace=True)
        try:
            return array.reshape(self.shape)
        except ValueError:  # dimensions beyond numpy's limits, of one element or none
            raise CorruptError(f"tensor.decode: no array has the shape {self.shape}") from None


def parse(blob: Buffer) -> Parsed:
    """Takes a blob apart and checks that its parts agree."""
    view = memoryview(blob).cast("B")
    descr, shape, at = _prefix(view)
    frame = FrameDecoder(view[at:])
    dtype = _numpy_type(descr)
    size = dtype.itemsize
    for dimension in shape:
        size *= dimension
    if size != frame.size:
        raise CorruptError(
            f"tensor.decode: {descr} of shape {shape} is {size} bytes, the frame has {frame.size}"
        )
    if frame.chunks * LEAST_CHUNK > len(view) - at - frame.head_size:
        raise TruncatedError(
            f"tensor.decode: {frame.chunks} chunks announced, but {len(view)} bytes cannot hold them; "
            "fetch or copy the data again in full"
        )
    cut = len(view) - 4 * frame.chunks
    return Parsed(descr, dtype, shape, frame, view[at + frame.head_size : cut], view[cut:])


def _values(array: NDArray[Any] | Buffer) -> NDArray[Any]:
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError("a masked array is two arrays; encode its .data and its .mask")
    if hasattr(array, "__array__"):
        return np.asarray(array)
    return np.frombuffer(array, np.uint8)


def _little(values: NDArray[Any]) -> memoryview:
    """The bytes of the elements in C order, each little-endian as the codec reads them."""
    if values.dtype.byteorder == ">" or (values.dtype.byteorder == "=" and not np.little_endian):
        values = values.byteswap()
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).data


def _checked_base(digest: bytes, base: NDArray[Any] | Buffer | None, size: int) -> memoryview:
    """The bytes of the base that a frame asks for."""
    if base is None:
        raise UnsupportedError("tensor.decode: the blob holds differences to a base; pass it as base=")
    before = _little(_values(base))
    if len(before) != size:
        raise ValueError(f"the base has {len(before)} bytes, the array {size}")
    if xxh3_128(before) != digest:
        raise BaseError("tensor.decode: the base is not the one that encode() was given")
    return before


def _name(dtype: np.dtype[Any]) -> tuple[str, str]:
    """The codec's name of a numpy dtype, and the descr to remember it by."""
    for name, ml_name in ML_DTYPES.items():
        if dtype.name == ml_name:
            return name, name
    if dtype.hasobject or dtype.names is not None or dtype.itemsize == 0:
        raise TypeError(f"dtype {dtype} is no array of numbers; encode its fields one by one")
    if dtype.isbuiltin == 2:  # registered by another package
        raise TypeError(f"dtype {dtype} is unknown; encode its .view(numpy.uint8)")
    return _BY_KIND.get(dtype.str[1:].split("[")[0], "BYTES"), dtype.str


def _named(dtype: str, actual: np.dtype[Any]) -> tuple[str, str]:
    """The same for a dtype given by name."""
    if not isinstance(dtype, str):
        raise TypeError(f"dtype is the name of one, such as 'bf16', not {dtype!r}")
    name = dtype.upper()
    if name not in DTYPES:
        raise ValueError(f"dtype {dtype!r} is unknown; known are {', '.join(DTYPES).lower()}")
    if actual.itemsize not in (1, ITEM_SIZES[name]):
        raise ValueError(f"{name} has items of {ITEM_SIZES[name]} bytes, the array of {actual.itemsize}")
    return name, name if name in ML_DTYPES and actual.itemsize == ITEM_SIZES[name] else actual.str


def _row_length(values: NDArray[Any], name: str) -> int:
    """Elements of one row as the codec counts them; 0 for no rows to speak of."""
    if values.ndim < 2 or values.size == 0:
        return 0
    row: int = values.nbytes // values.shape[0]
    return row // ITEM_SIZES[name]


def _prefix(view: memoryview) -> tuple[str, tuple[int, ...], int]:
    """Type string, shape, and where the frame begins."""
    try:
        version, length = struct.unpack_from("<BB", view, 0)
        if version != VERSION:
            raise UnsupportedError(f"tensor.decode: format version {version}; this build knows {VERSION}")
        descr = bytes(view[2 : 2 + length]).decode("ascii")
        (dimensions,) = struct.unpack_from("<B", view, 2 + length)
        shape = struct.unpack_from(f"<{dimensions}Q", view, 3 + length)
    except struct.error:
        raise TruncatedError("tensor.decode: the data ends within its prefix") from None
    except UnicodeDecodeError:
        raise CorruptError("tensor.decode: the type string is not ASCII") from None
    if max(shape, default=0) >= 1 << 62:
        raise CorruptError(f"tensor.decode: a dimension of {max(shape)} elements")
    return descr, shape, 3 + length + 8 * dimensions


def _numpy_type(descr: str) -> np.dtype[Any]:
    """The dtype an array is given back with."""
    if descr in ML_DTYPES:
        return extra_dtype(descr)
    if descr in PACKED:
        return np.dtype(np.uint8)
    try:
        dtype: np.dtype[Any] | None = np.dtype(descr) if _PLAIN.fullmatch(descr) else None
    except (TypeError, ValueError):
        dtype = None
    if dtype is None or dtype.itemsize == 0:
        raise CorruptError(f"tensor.decode: no dtype {descr!r}")
    return dtype
