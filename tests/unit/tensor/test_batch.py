"""Batches: the same bytes and arrays as one by one, whatever the threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pycomp import tensor
from pycomp.errors import PycompError


def model() -> list[NDArray[Any]]:
    """One large matrix, many small ones, empty and scalar arrays."""
    rng = np.random.default_rng(5)
    shapes = [(9000, 512), *[(64, 96)] * 9, (0,), (), (7,), (400, 300)]
    return [np.asarray(rng.standard_normal(shape) * 0.02).astype(np.float16) for shape in shapes]


@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_batches_are_the_same_one_by_one(threads: int | None) -> None:
    arrays = model()
    blobs = tensor.encode_batch(arrays, level="fast", threads=threads)
    assert blobs == [tensor.encode(array, level="fast") for array in arrays]
    back = tensor.decode_batch(blobs, threads=threads)
    for array, restored in zip(arrays, back, strict=True):
        assert restored.shape == array.shape
        assert restored.tobytes() == array.tobytes()


def test_batches_decode_into_memory_that_is_there() -> None:
    arrays = model()
    out: list[Any] = [np.empty_like(array) for array in arrays]
    out[3] = None
    back = tensor.decode_batch(tensor.encode_batch(arrays), out=out, threads=2)
    for given, restored, array in zip(out, back, arrays, strict=True):
        assert restored.tobytes() == array.tobytes()
        assert given is None or (given.tobytes() == array.tobytes())
    with pytest.raises(ValueError, match="3 buffers for 14 blobs"):
        tensor.decode_batch(tensor.encode_batch(arrays), out=out[:3])


def test_batches_take_buffers_and_nothing() -> None:
    assert tensor.encode_batch([]) == []
    assert tensor.decode_batch([], threads=4) == []
    blobs = tensor.encode_batch([b"abc", bytearray(100), memoryview(b"")], threads=2)
    assert [array.tobytes() for array in tensor.decode_batch(blobs)] == [b"abc", bytes(100), b""]
    typed = tensor.encode_batch([np.arange(40, dtype=np.uint16)] * 2, dtype="bf16", threads=2)
    assert typed == [tensor.encode(np.arange(40, dtype=np.uint16), dtype="bf16")] * 2


@pytest.mark.parametrize("threads", [1, 3])
def test_what_is_wrong_with_one_is_raised(threads: int) -> None:
    blobs = tensor.encode_batch(model(), threads=threads)
    blobs[5] = blobs[5][:-1]
    with pytest.raises(PycompError, match=r"^blob 5: tensor\.decode: chunk 0: "):
        tensor.decode_batch(blobs, threads=threads)
    with pytest.raises(TypeError, match="array of numbers"):
        tensor.encode_batch([np.zeros(3), np.array([object()])], threads=threads)
    with pytest.raises(ValueError, match="at least 1"):
        tensor.encode_batch([], threads=0)
