"""Frozen blobs: this build reads them, writes them, and a decoder made from the format's pages agrees."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from pycomp import tensor

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import reference  # noqa: E402
import samples  # noqa: E402

SAMPLES, BASES = samples.samples(), samples.bases()
names = pytest.mark.parametrize("name", sorted(SAMPLES))


def blob_of(name: str) -> bytes:
    return (HERE / "tensor" / f"{name}.bin").read_bytes()


@names
def test_reads(name: str, isa: str) -> None:
    array = SAMPLES[name][0]
    found = tensor.decode(blob_of(name), base=BASES.get(name))
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


@names
def test_writes(name: str, isa: str) -> None:
    assert samples.encode(name) == blob_of(name)


@names
def test_reference(name: str) -> None:
    array = SAMPLES[name][0]
    descr, shape, content = reference.decode(blob_of(name), BASES[name].tobytes() if name in BASES else b"")
    if descr[0] not in "<>|":  # a type that numpy has no name for
        assert shape == array.shape
        assert content == array.tobytes()
    else:
        found = reference.to_numpy(descr, shape, content)
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert np.array_equal(found, array)


def test_coverage() -> None:
    """Every method, coder and form is among the blobs."""
    found = set()
    for name in SAMPLES:
        blob = blob_of(name)
        at = 3 + blob[1] + 8 * blob[2 + blob[1]]
        length = int.from_bytes(blob[at + 24 : at + 28], "little")
        found |= {
            ("method", blob[at + 2]),
            ("coder", blob[at + 3]),
            *(("flags", blob[at + 4] & flag) for flag in (1, 2, 8)),
        }
        if len(blob) > at + length:
            found.add(("form", blob[at + length + 8]))
        found |= {("row groups", blob[at + 5] > 1), ("column groups", blob[at + 6] > 1)}
    expected = (
        {("method", m) for m in range(6)} | {("coder", c) for c in range(3)} | {("form", f) for f in range(4)}
    )
    expected |= {("flags", 1), ("flags", 2), ("flags", 8), ("row groups", True), ("column groups", True)}
    assert found >= expected


def test_no_strays() -> None:
    assert {path.stem for path in (HERE / "tensor").glob("*.bin")} == set(SAMPLES)
