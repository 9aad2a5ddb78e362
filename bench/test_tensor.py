"""pytest-benchmark cases for the tensor codec: ``pytest bench/test_tensor.py``.

For watching one change against the last (``--benchmark-autosave``, then ``pytest-benchmark compare``);
the side-by-side table with the rivals is bench/rivals.py's.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import data

from pycomp.cli import _coder, _sample


@pytest.fixture(params=data.FIXTURES)
def sample(request: pytest.FixtureRequest) -> _sample.Sample:
    try:
        return _sample.load(str(data.fixture(request.param)), 1 << 40)
    except data.Missing as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("level", ["fast", "default", "high", "max"])
def test_encode(benchmark: Any, sample: _sample.Sample, level: str, threads: int) -> None:
    coder = _coder.Pycomp(sample, threads, level)
    packed = benchmark(coder.encode, sample.data)
    benchmark.extra_info["ratio"] = len(sample.data) / coder.size(packed)
    assert coder.exact(coder.decode(packed))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("level", ["fast", "default", "high", "max"])
def test_decode(benchmark: Any, sample: _sample.Sample, level: str, threads: int) -> None:
    coder = _coder.Pycomp(sample, threads, level, reuse=True)
    packed = coder.encode(sample.data)
    assert coder.exact(benchmark(coder.decode, packed))
