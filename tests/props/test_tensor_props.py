"""Any array of any type, shape and level comes back; any damage to its blob is an error or no difference."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pycomp import tensor
from pycomp.errors import PycompError

PROFILE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

types = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(),
    hnp.complex_number_dtypes(),
    hnp.datetime64_dtypes(),
    hnp.byte_string_dtypes(),
)
levels = st.sampled_from(["fast", "default", "high", "max"])
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)
arrays: st.SearchStrategy[NDArray[Any]] = types.flatmap(lambda dtype: hnp.arrays(dtype, shapes))


@st.composite
def structured(draw: st.DrawFn) -> NDArray[Any]:
    """Longer arrays with what the codec looks for: repetition, rows of one scale, constants, outliers."""
    dtype = draw(st.sampled_from(["<f2", "<f4", "<f8", "<i2", "<i8", "u1"]))
    rows, cols = draw(st.integers(1, 40)), draw(st.integers(1, 300))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    scale = 2.0 ** rng.integers(-8, 6, (rows, 1)) if draw(st.booleans()) else 1.0
    values = rng.standard_normal((rows, cols)) * scale
    if draw(st.booleans()):
        values = np.round(values)
    if draw(st.booleans()):
        values[rng.random((rows, cols)) < 0.3] = 0
    if draw(st.booleans()):
        values[rng.integers(0, rows)] = values[0, 0]
    if draw(st.booleans()):
        values = values.astype("<f2").astype("<f8")
    if draw(st.booleans()):
        values[rng.integers(0, rows), rng.integers(0, cols)] *= 1e-4
    return values.astype(np.int64).astype(dtype) if dtype[-2] in "iu" else values.astype(dtype)


def check(array: NDArray[Any], level: str) -> None:
    blob = tensor.encode(array, level=level)
    found = tensor.decode(blob)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()
    assert tensor.encode(array, level=level, threads=2) == blob


@PROFILE
@given(arrays, levels)
def test_round_trip(array: NDArray[Any], level: str) -> None:
    if array.dtype.itemsize:
        check(array, level)


@PROFILE
@given(structured(), levels)
def test_structured(array: NDArray[Any], level: str) -> None:
    check(array, level)


@PROFILE
@given(structured(), levels, st.data())
def test_damage(array: NDArray[Any], level: str, data: st.DataObject) -> None:
    blob = tensor.encode(array, level=level)
    cut = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises(PycompError):
        tensor.decode(blob[:cut])
    flips = data.draw(st.lists(st.integers(0, 8 * len(blob) - 1), min_size=1, max_size=4, unique=True))
    broken = bytearray(blob)
    for bit in flips:
        broken[bit // 8] ^= 1 << bit % 8
    try:
        found = tensor.decode(broken)
    except PycompError:
        return
    assert found.tobytes() == array.tobytes()


@PROFILE
@given(st.binary(max_size=200))
def test_noise(blob: bytes) -> None:
    with contextlib.suppress(PycompError):
        tensor.decode(blob)
