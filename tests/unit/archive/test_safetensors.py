"""Broken .safetensors files: each is packed as plain bytes, losslessly, and the report says why."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from pycomp import archive
from pycomp.archive.safetensors import parse_header, read_header
from pycomp.errors import LimitError, PycompError


def build(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def item(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


TEXT = b'"dtype":"U8","shape":[1],"data_offsets":[0,1]'
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ""),
    "short": (b"1234567", "too few"),
    "header beyond the end": (build({}, length=100), "only 2 follow"),
    "header of 100 MB and one": (build({}, length=100_000_001), "the format allows"),
    "header of 2**64 - 1": (build({}, length=2**64 - 1), "the format allows"),
    "no brace": (build(b"[1]"), "does not start with"),
    "no json": (build(b"{not json"), "not what the format says"),
    "not utf-8": (build(b'{"\xff":1}'), "not what the format says"),
    "deeply nested": (build(b'{"a":' * 50_000), "not what the format says"),
    "huge number": (
        build(b'{"a":{"dtype":"U8","shape":[%s],"data_offsets":[0,1]}}' % (b"9" * 5000)),
        "the format",
    ),
    "duplicate key": (build(b'{"a":{%s},"a":{%s}}' % (TEXT, TEXT), b"x"), "'a' is there twice"),
    "duplicate field": (build(b'{"a":{%s,"dtype":"I8"}}' % TEXT, b"x"), "'dtype' is there twice"),
    "hole at the start": (build({"a": item(offsets=(1, 9))}, bytes(9)), "leaves a hole"),
    "hole": (build({"a": item(), "b": item(offsets=(9, 17))}, bytes(17)), "leaves a hole"),
    "overlap": (build({"a": item(), "b": item(offsets=(4, 12))}, bytes(12)), "overlaps"),
    "same bytes twice": (build({"a": item(), "b": item()}, bytes(8)), "overlaps"),
    "beyond the end": (build({"a": item(offsets=(0, 8))}, bytes(7)), "claims bytes 0..8 of 7"),
    "bytes left over": (build({"a": item()}, bytes(9)), "the tensors end at"),
    "backwards": (build({"a": item(offsets=(8, 0))}, bytes(8)), "claims bytes 8..0"),
    "negative": (build({"a": item(offsets=(-8, 0))}, bytes(8)), "impossible number"),
    "wrong size for the shape": (build({"a": item(shape=(3,))}, bytes(8)), "takes 12 bytes, not 8"),
    "wrong size for the dtype": (build({"a": item("F64")}, bytes(8)), "takes 16 bytes, not 8"),
    "half a byte": (build({"a": item("F4", (3,), (0, 1))}, b"x"), "does not end on a whole byte"),
    "shape that overflows": (build({"a": item(shape=(2**62, 4))}, bytes(8)), "larger than any file"),
    "shape that takes for ever": (
        build({"a": item(shape=(2**62,) * 300_000)}, bytes(8)),
        "larger than any file",
    ),
    "shape of floats": (build({"a": item(shape=(2.0,))}, bytes(8)), "impossible number"),
    "shape of booleans": (build({"a": item("U8", (True,), (0, 1))}, b"x"), "impossible number"),
    "no shape": (build({"a": {"dtype": "U8", "data_offsets": [0, 1]}}, b"x"), "not what the format says"),
    "three offsets": (build({"a": item(offsets=(0, 4, 8))}, bytes(8)), "not what the format says"),
    "unknown dtype": (build({"a": item("F5")}, bytes(8)), "unknown dtype 'F5'"),
    "dtype of no name": (build({"a": item() | {"dtype": ["F32"]}}, bytes(8)), "not what the format says"),
    "tensor of no object": (build({"a": 5}), "not what the format says"),
    "metadata of numbers": (build({"__metadata__": {"a": 1}}), "no string"),
    "metadata of no object": (build({"__metadata__": []}), "not what the format says"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_packed_as_bytes(tmp_path: Path, name: str) -> None:
    image, reason = BROKEN[name]
    path = tmp_path / "x.safetensors"
    path.write_bytes(image)
    report = archive.pack(path)
    assert report.tensors == 0
    if image:
        assert "packed as plain bytes, as it is no valid safetensors file" in report.warnings[0]
        assert reason in report.warnings[0]
        with pytest.raises(PycompError):
            parse_header(read_header(lambda at, size: image[at : at + size], len(image)), len(image))
    with archive.open(report.dst) as opened:
        assert opened.keys() == []
        assert opened.read("x.safetensors") == image


@pytest.mark.parametrize(
    "image",
    [
        build({}),
        build({"__metadata__": {"a": "b"}}),
        build(b"{}" + b" " * 1000),
        build(
            {"a": item("U8", (0,), (0, 0)), "b": item("U8", (1,), (0, 1)), "c": item("F64", (0, 9), (1, 1))},
            b"x",
        ),
        build({"": item("U8", (), (0, 1))}, b"x"),
        build(b"{}" + b" " * (100_000_000 - 2)),
    ],
    ids=[
        "no tensors",
        "metadata only",
        "padding",
        "empty tensors at one place",
        "no name",
        "100 MB of header",
    ],
)
def test_odd_but_valid(tmp_path: Path, image: bytes) -> None:
    path = tmp_path / "hash-without-extension"
    path.write_bytes(image)
    report = archive.pack(path)
    assert report.warnings == []
    with archive.open(report.dst) as opened:
        assert opened.entries[0].format == "safetensors"
        assert opened.read(path.name) == image
        for name in opened.keys():
            assert opened.tensor(name).nbytes == opened.describe(name).nbytes


def test_shapes_that_numpy_has_not(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(
        build({"deep": item("U8", [1] * 70, (0, 1)), "wide": item("U8", [0, 2**62, 2**62], (1, 1))}, b"x")
    )
    report = archive.pack(path)
    assert (report.tensors, report.warnings) == (2, [])
    with archive.open(report.dst) as opened:
        assert opened.read(path.name) == path.read_bytes()
        for name in opened.keys():
            with pytest.raises(LimitError, match=f"tensor '{name}'"):
                opened.tensor(name)
