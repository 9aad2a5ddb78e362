"""Reading the header of a .safetensors file: u64 length, JSON, then the tensors' bytes.

The checks are those of the format's own reader: header of at most 100 MB starting with ``{``, no
duplicate keys, known dtypes, sizes that match shapes, and data offsets that tile the rest of the file
without holes or overlaps (source: the format section of the safetensors README). A file that fails
them is no safetensors, whatever it is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pycomp.archive.dtypes import BITS, nbytes
from pycomp.archive.index import Tensor
from pycomp.errors import CorruptError, LimitError, PycompError, TruncatedError, UnsupportedError

__all__ = ["parse_header", "read_header"]

HEADER_MAX = 100_000_000  # the format's own limit
_INT_MAX = 1 << 63


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise CorruptError(f"the key {twice!r} is there twice")
    return out


def read_header(read: Callable[[int, int], bytes], size: int) -> bytes:
    """The JSON of a file of *size* bytes through ``read(offset, size)``.

    Raises TruncatedError, LimitError or CorruptError.
    """
    if size < 8:
        raise TruncatedError(f"{size} bytes are too few for a safetensors file")
    length = int.from_bytes(read(0, 8), "little")
    if length > HEADER_MAX:
        raise LimitError(f"the header claims {length} bytes; the format allows {HEADER_MAX}")
    if length > size - 8:
        raise TruncatedError(f"the header claims {length} bytes, but only {size - 8} follow")
    text = read(8, length)
    if text[:1] != b"{":
        raise CorruptError("the header does not start with '{'")
    return text


def parse_header(text: bytes, size: int) -> tuple[list[Tensor], dict[str, str]]:
    """Tensors by their place in a file of *size* bytes, and the metadata; raises PycompError."""
    try:
        tree = json.loads(text, object_pairs_hook=_no_duplicates)
        metadata = tree.pop("__metadata__", {})
        if not all(isinstance(value, str) for value in metadata.values()):
            raise CorruptError("__metadata__ holds something that is no string")
        base = 8 + len(text)
        tensors = [_tensor(name, item, base, size) for name, item in tree.items()]
    except PycompError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptError(f"the header is not what the format says: {error!r}") from None
    tensors.sort(key=lambda tensor: (tensor.start, tensor.nbytes))
    position = base
    for tensor in tensors:
        if tensor.start != position:
            kind = "overlaps the one before" if tensor.start < position else "leaves a hole before it"
            raise CorruptError(f"tensor {tensor.name!r} at offset {tensor.start} {kind}")
        position += tensor.nbytes
    if position != size:
        raise CorruptError(f"the tensors end at offset {position}, the file at {size}")
    return tensors, metadata


def _tensor(name: str, item: dict[str, Any], base: int, size: int) -> Tensor:
    dtype, shape, (begin, end) = item["dtype"], item["shape"], item["data_offsets"]
    if dtype not in BITS:
        raise UnsupportedError(f"tensor {name!r} is of the unknown dtype {dtype!r}")
    for number in (*shape, begin, end):
        if type(number) is not int or not 0 <= number < _INT_MAX:
            raise CorruptError(f"tensor {name!r} has the impossible number {number!r}")
    if not begin <= end <= size - base:
        raise CorruptError(f"tensor {name!r} claims bytes {begin}..{end} of {size - base}")
    try:
        expected = nbytes(dtype, tuple(shape))
    except ValueError as error:
        raise CorruptError(f"tensor {name!r}: {error}") from None
    if expected != end - begin:
        raise CorruptError(f"tensor {name!r}: {dtype} {shape} takes {expected} bytes, not {end - begin}")
    return Tensor(name, dtype, tuple(shape), base + begin)
