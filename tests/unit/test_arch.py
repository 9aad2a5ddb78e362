"""The kernel table as Python sees it."""

from __future__ import annotations

import os

import pytest

from pycomp._native import arch
from pycomp.errors import UnsupportedError


def test_scalar_is_everywhere() -> None:
    assert arch.detected()[0] == "scalar"
    assert arch.active() in arch.detected()


def test_environment_chooses_the_first_tier() -> None:
    assert arch.active() == (os.environ.get("PYCOMP_ISA") or arch.detected()[-1])


def test_switching(isa: str) -> None:
    assert arch.active() == isa


def test_unknown_tier() -> None:
    before = arch.active()
    with pytest.raises(UnsupportedError, match="this machine offers scalar"):
        arch.set_isa("sse9")  # type: ignore[arg-type]
    assert arch.active() == before
