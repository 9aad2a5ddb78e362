"""``safe_open``: the reading interface of the safetensors library, over a .pcz.

Code written against safetensors runs unchanged when its import changes. The names are those of the
tensors in the archive, all its files together, so the shards of a model need no index file. Slices
read only the rows they need, and take everything numpy takes for the first axis.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from pycomp.archive import safetensors
from pycomp.archive.bytesource import RangeReadable
from pycomp.archive.dtypes import packed_shape, torch_dtype
from pycomp.archive.reader import Archive
from pycomp.errors import UnsupportedError

if TYPE_CHECKING:
    from pycomp.archive.report import TensorInfo

__all__ = ["SafeSlice", "safe_open"]

_NUMPY = ("np", "numpy")
_TORCH = ("pt", "torch", "pytorch")


class safe_open:  # noqa: N801 - the name it stands in for
    """Open a .pcz as ``safetensors.safe_open`` opens a .safetensors.

    Args:
        filename: what ``pycomp.open`` takes.
        framework: ``np``/``numpy`` or ``pt``/``torch``/``pytorch``.
        device: where torch tensors go; ``cpu`` for numpy.
        base: as ``pycomp.open`` takes it.
        threads: for decoding; None for all usable cores.

    Raises:
        UnsupportedError: another framework.

    >>> import pathlib, struct, tempfile, pycomp
    >>> header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "m.safetensors"
    >>> _ = path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2))
    >>> _ = pycomp.pack(path)
    >>> with safe_open(f"{path}.pcz", framework="np") as model:
    ...     print(model.keys(), model.get_slice("w")[1:])
    ['w'] [2.]
    """

    def __init__(
        self,
        filename: str | os.PathLike[str] | BinaryIO | RangeReadable,
        framework: str = "np",
        device: str | int = "cpu",
        *,
        base: str | os.PathLike[str] | None = None,
        threads: int | None = 1,
    ) -> None:
        if framework not in _NUMPY + _TORCH:
            known = ", ".join(_NUMPY + _TORCH)
            raise UnsupportedError(f"framework must be one of {known}, not {framework!r}")
        if framework in _NUMPY and device != "cpu":
            raise UnsupportedError(f"numpy arrays live on the cpu, not on {device!r}")
        self._torch = framework in _TORCH
        self._device = device
        self._archive = Archive(filename, base=base, threads=threads)

    def keys(self) -> list[str]:
        """The names of all tensors, sorted."""
        return sorted(self._archive.keys())

    def offset_keys(self) -> list[str]:
        """The names of all tensors in the order of their bytes, file by file."""
        return self._archive.keys()

    def metadata(self) -> dict[str, str] | None:
        """The files' ``__metadata__``, merged with the first file's winning; None if there is none."""
        found: dict[str, str] = {}
        for entry in self._archive.entries:
            if entry.format == "safetensors":

                def read(start: int, size: int, path: str = entry.path) -> bytes:
                    out = bytearray(size)
                    self._archive.read_into(path, start, memoryview(out))
                    return bytes(out)

                header = safetensors.read_header(read, entry.size)
                found = safetensors.parse_header(header, entry.size)[1] | found
        return found or None

    def get_tensor(self, name: str) -> Any:
        """A whole tensor of the framework; raises KeyError."""
        return self._convert(self._archive.describe(name), self._archive.tensor(name))

    def get_tensors(self) -> dict[str, Any]:
        """All tensors by name."""
        return {name: self.get_tensor(name) for name in self.offset_keys()}

    def get_slice(self, name: str) -> SafeSlice:
        """Something to index: only what is then asked for is read; raises KeyError."""
        return SafeSlice(self, self._archive.describe(name))

    def close(self) -> None:
        """Let go of the archive."""
        self._archive.close()

    def __enter__(self) -> safe_open:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _slice(self, info: TensorInfo, rows: Any) -> Any:
        if not packed_shape(info.dtype, info.shape):  # 0-d: [...] and [()] are all there is
            array = self._archive.tensor(info.name)
            return self._convert(info, array[rows].reshape(()) if rows is ... or rows == () else array[rows])
        return self._convert(info, self._archive.slice(info.name, ... if rows == () else rows))

    def _convert(self, info: TensorInfo, array: Any) -> Any:
        if not self._torch:
            return array
        import torch

        dtype = torch_dtype(info.dtype)
        # Through bytes, since numpy and torch do not share names for all types.
        flat = array.reshape(-1).view("u1")
        if flat.size:
            tensor = torch.frombuffer(flat, dtype=torch.uint8).view(dtype)
        else:
            tensor = torch.empty(0, dtype=dtype)
        return tensor.reshape(array.shape).to(self._device)


class SafeSlice:
    """A tensor not yet read: index it as numpy would."""

    def __init__(self, source: safe_open, info: TensorInfo) -> None:
        self._source = source
        self._info = info

    def get_shape(self) -> list[int]:
        """The shape of the whole tensor."""
        return list(self._info.shape)

    def get_dtype(self) -> str:
        """The dtype's name as in the file."""
        return self._info.dtype

    def __getitem__(self, rows: Any) -> Any:
        return self._source._slice(self._info, rows)
