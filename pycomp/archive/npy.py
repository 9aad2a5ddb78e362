"""Finding the arrays in .npy files and in the stored entries of .npz files.

A .npy file is the magic, a version, a header length and a Python literal with ``descr``,
``fortran_order`` and ``shape``; the elements follow to the end (source: NEP 1 and
``numpy.lib.format``). The header is read here rather than by numpy since it must come from a memory
map at any offset, and since nothing may ever be unpickled. A .npz file is a zip archive of .npy files;
entries that are stored, as ``numpy.savez`` writes them, are read in place.
"""

from __future__ import annotations

import ast
import struct
import zipfile
from typing import BinaryIO

from pycomp.archive.dtypes import from_npy
from pycomp.archive.index import Tensor
from pycomp.errors import CorruptError, PycompError, TruncatedError, UnsupportedError

__all__ = ["parse_npy", "parse_npz"]

# What a literal that is none, or not the expected one, can make ast.literal_eval and its use raise.
_PARSE_ERRORS = (ValueError, SyntaxError, KeyError, TypeError, AttributeError, MemoryError, RecursionError)
NPY_MAGIC = b"\x93NUMPY"
HEADER_MAX = 1 << 16  # numpy itself refuses to evaluate more than 10,000 bytes unless told otherwise
_LOCAL = struct.Struct("<4s22xHH")  # a zip entry's own header: magic, name and extra field lengths


def parse_npy(data: memoryview, start: int, size: int, name: str) -> Tensor:
    """The array whose .npy image is data[start : start + size]; raises PycompError if it is none."""
    head = bytes(data[start : start + min(size, HEADER_MAX)])
    if head[:6] != NPY_MAGIC or len(head) < 12:
        raise CorruptError("not a .npy file (its first bytes are not the magic)")
    if head[6] not in (1, 2, 3):
        raise UnsupportedError(f".npy version {head[6]} is unknown")
    prefix = 10 if head[6] == 1 else 12
    length = int.from_bytes(head[8:prefix], "little")
    text = head[prefix : prefix + length]
    if len(text) != length:
        raise TruncatedError(f"the .npy header claims {length} bytes, but {len(text)} follow")
    try:
        tree = ast.literal_eval(text.decode("utf-8" if head[6] == 3 else "latin-1").strip())
        descr, shape = tree["descr"], tuple(tree["shape"])
        if type(descr) is not str or any(type(n) is not int or n < 0 for n in shape):
            raise UnsupportedError(f"no tensor: dtype {descr!r}, shape {shape!r}")
        order = "F" if tree["fortran_order"] else "C"
        tensor = Tensor(name, from_npy(descr), shape, start + prefix + length, order)
        wanted = tensor.nbytes
    except PycompError:
        raise
    except _PARSE_ERRORS as error:
        raise CorruptError(f"the .npy header is not what the format says: {error!r}") from None
    if tensor.start + wanted != start + size:
        raise CorruptError(f"{descr} {list(shape)} takes {wanted} bytes, not {start + size - tensor.start}")
    return tensor


def parse_npz(file: BinaryIO, data: memoryview) -> list[Tensor]:
    """The arrays in the stored entries of a zip archive, by their place in it, none overlapping.

    Entries that are compressed, encrypted or no arrays are left out. Raises CorruptError when the
    file is no zip archive.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError, IndexError) as error:
        raise CorruptError(f"not a zip archive: {error}") from None
    found: list[Tensor] = []
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        local = bytes(data[entry.header_offset : entry.header_offset + _LOCAL.size])
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or len(local) < _LOCAL.size:
            continue
        magic, names, extra = _LOCAL.unpack(local)
        start = entry.header_offset + _LOCAL.size + names + extra
        if magic != b"PK\x03\x04" or start < position or start + entry.file_size > len(data):
            continue
        try:
            tensor = parse_npy(data, start, entry.file_size, entry.filename.removesuffix(".npy"))
        except (PycompError, ValueError):
            continue
        if tensor.name not in {other.name for other in found}:
            found.append(tensor)
            position = start + entry.file_size
    return found
