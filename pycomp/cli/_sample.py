"""What ``bench`` measures on: one buffer, and where in it the tensors lie.

Every coder gets the same bytes. Those that know tensors are told where they are; those that take one
buffer of one element type get the body (everything from the first tensor on) and its commonest type, and
the bytes before the body count as stored. Of a file beyond the limit its first tensors are taken, as a
safetensors file, so that every coder still recognises it; of a file without tensors, the start.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pycomp.archive.dtypes import bits_of
from pycomp.errors import PycompError

if TYPE_CHECKING:
    from pycomp.archive.index import Tensor


@dataclass(frozen=True)
class Sample:
    """A buffer and the tensors in it, in order; *cut* says that the file went on."""

    name: str
    data: memoryview
    tensors: tuple[Tensor, ...]
    cut: bool = False

    @property
    def dtype(self) -> str:
        """The dtype that fills most of the tensors, ``"BYTES"`` if there are none."""
        sizes: dict[str, int] = {}
        for tensor in self.tensors:
            sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.nbytes
        return max(sizes, key=lambda dtype: sizes[dtype], default="BYTES")

    @property
    def width(self) -> int:
        """Bytes of one element of the commonest dtype, 1 for what is narrower."""
        return 1 if self.dtype == "BYTES" else max(1, bits_of(self.dtype) // 8)

    @property
    def start(self) -> int:
        """Where the body begins: at the first tensor, or 0."""
        return next((tensor.start for tensor in self.tensors), 0)

    @property
    def body(self) -> memoryview:
        """The sample from its first tensor on."""
        return self.data[self.start :]


def load(path: str, limit: int, dtype: str | None = None) -> Sample:
    """The file at *path* as a sample of about *limit* bytes at most.

    With *dtype* a file of no known format counts as one array of such elements.

    Raises
    ------
    OSError
        If the file cannot be read.
    UnsupportedError
        If nothing is called *dtype*.
    """
    name = Path(path).name
    with open(path, "rb") as file:
        if not Path(path).stat().st_size:
            return Sample(name, memoryview(b""), ())
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as whole:
            tensors = find_tensors(whole)
            cut = len(whole) > limit
            data = memoryview(shorten(whole, tensors, limit) if cut and tensors else bytes(whole[:limit]))
    found = find_tensors(data) if cut else tensors
    if dtype is not None and not found:
        found = [as_array(data, dtype.upper())]
    return Sample(name, data, tuple(found), cut)


def as_array(data: memoryview, dtype: str) -> Tensor:
    """All of *data* but a last, incomplete element as one flat array."""
    from pycomp.archive.index import Tensor

    return Tensor("data", dtype, (8 * len(data) // bits_of(dtype),), 0)


def find_tensors(data: memoryview) -> list[Tensor]:
    """The tensors of a safetensors or .npy image, none in anything else.

    >>> header = b'{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}'
    >>> image = len(header).to_bytes(8, "little") + header + bytes(4)
    >>> [(tensor.name, tensor.start, tensor.nbytes) for tensor in find_tensors(memoryview(image))]
    [('a', 62, 4)]
    """
    from pycomp.archive.npy import NPY_MAGIC, parse_npy
    from pycomp.archive.safetensors import parse_header, read_header

    try:
        if data[:6] == NPY_MAGIC:
            return [parse_npy(data, 0, len(data), "array")]
        text = read_header(lambda offset, size: bytes(data[offset : offset + size]), len(data))
        return [tensor for tensor in parse_header(text, len(data))[0] if tensor.nbytes]
    except PycompError:
        return []


def shorten(data: memoryview, tensors: list[Tensor], limit: int) -> bytes:
    """A safetensors image of the first of *tensors*, the last cut to the rows that fit in *limit* bytes.

    A tensor whose rows are too long is cut as if it were flat.
    """
    header: dict[str, object] = {}
    pieces: list[memoryview] = []
    position = 0
    for tensor in tensors:
        shape, size = tensor.shape, tensor.nbytes
        if position + size > limit:
            if not shape or size // shape[0] > limit:
                shape = (math.prod(shape),)
            row = size // shape[0]
            rows = (limit - position) // row if row * shape[0] == size else 0
            if not rows:
                break
            shape, size = (rows, *shape[1:]), rows * row
        header[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": shape,
            "data_offsets": [position, position + size],
        }
        pieces.append(data[tensor.start : tensor.start + size])
        position += size
        if size < tensor.nbytes:
            break
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *pieces])
