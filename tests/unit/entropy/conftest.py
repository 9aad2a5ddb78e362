"""Samples that both coders are tried on."""

from __future__ import annotations

import random

import pytest


def _skewed(n: int, seed: int) -> bytes:
    return bytes(min(255, int(random.Random(seed + i).expovariate(0.3))) for i in range(n))


_SAMPLES = {
    "empty": b"",
    "one": b"x",
    "two": b"xy",
    "constant": b"z" * 3000,
    "text": b"the quick brown fox jumps over the lazy dog " * 60,
    "flat": bytes(range(256)) * 40,
    "random": random.Random(7).randbytes(5000),
    "skewed": _skewed(9000, 1),
    "wide": _skewed(3000, 2) * 30 + b"tail",
    "blocks": b"\0" * (1 << 20) + _skewed(4000, 3) * 262 + b"\1" * 70_000 + random.Random(9).randbytes(99),
}


@pytest.fixture(params=_SAMPLES, ids=str)
def sample(request: pytest.FixtureRequest) -> bytes:
    """One sample a test, by name."""
    return _SAMPLES[request.param]
