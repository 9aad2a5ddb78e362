"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pycomp._native import arch


@pytest.fixture(params=arch.detected())
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs the test once on each tier of this machine."""
    before = arch.active()
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(before)
