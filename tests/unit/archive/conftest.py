"""What the archive's tests share: small source files, and a way to lie in an archive's index."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp._native.checksum import xxh3_128
from pycomp.archive import layout

Tensors = dict[str, tuple[str, list[int], bytes]]


def safetensors_image(tensors: Tensors, metadata: dict[str, str] | None = None) -> bytes:
    """The format written by hand, so that any dtype can be had."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    data = b""
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def weights(count: int, dtype: str = "F32", seed: int = 0) -> bytes:
    """Normally distributed numbers, as weights are."""
    values = (np.random.default_rng(seed).standard_normal(count) * 0.02).astype("<f4")
    if dtype == "BF16":
        return (values.view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype({"F16": "<f2", "F32": "<f4", "F64": "<f8"}[dtype]).tobytes()


@pytest.fixture
def image() -> Callable[..., bytes]:
    return safetensors_image


@pytest.fixture
def make_weights() -> Callable[..., bytes]:
    return weights


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A safetensors file with large, small, empty and 0-d tensors of several dtypes."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(
        safetensors_image(
            {
                "embed": ("BF16", [1000, 384], weights(384000, "BF16")),
                "layer.weight": ("F32", [300, 256], weights(76800, seed=1)),
                "layer.bias": ("F32", [300], weights(300, seed=2)),
                "norm": ("F32", [300], weights(300, seed=3)),
                "ids": ("I64", [1, 512], np.arange(512, dtype="<i8").tobytes()),
                "mask": ("BOOL", [5], b"\1\0\1\1\0"),
                "scale": ("F16", [], weights(1, "F16")),
                "nothing": ("F32", [0, 7], b""),
                "tiny": ("F4", [3, 4], bytes(range(6))),
            },
            {"origin": "tests"},
        )
    )
    return path


@pytest.fixture
def packed(model: Path) -> Path:
    archive.pack(model, threads=1)
    return model.with_name(model.name + ".pcz")


@pytest.fixture
def deep_path(tmp_path: Path) -> Iterator[Path]:
    """A tmp_path for folders within folders within folders, which are taken apart in the end: what empties
    temporary folders would recurse into them and give up."""
    yield tmp_path
    folders = [path for path in tmp_path.iterdir() if path.is_dir()]
    for number, folder in enumerate(folders):  # grows
        with os.scandir(folder) as entries:
            below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        for path in below:
            folders.append(tmp_path / f"flat-{number}-{len(folders)}")
            os.rename(path, folders[-1])


@pytest.fixture
def relabel() -> Callable[[Path, Callable[[Any], Any]], None]:
    """Change the index of an archive and make every checksum fit again."""

    def run(path: Path, change: Callable[[Any], Any]) -> None:
        data = path.read_bytes()
        last = layout.Trailer.from_bytes(data[-layout.TRAILER_SIZE :])
        raw = layout.inflate_index(data[last.offset : last.offset + last.packed], last)
        body = data[: last.offset - last.packed - layout.TRAILER_SIZE]
        tree = json.loads(raw)
        out = change(tree)
        raw = json.dumps(tree if out is None else out).encode()
        index = layout.deflate_index(raw)
        for copy in (0, 1):
            trailer = layout.Trailer(copy, len(body), len(index), len(raw), xxh3_128(index))
            body += index + trailer.to_bytes()
        path.write_bytes(body)

    return run
