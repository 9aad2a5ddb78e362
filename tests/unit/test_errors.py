"""Statuses of the C core become exceptions that say what to do."""

from __future__ import annotations

import pytest

from pycomp import errors


@pytest.mark.parametrize("status", range(1, 9))
def test_every_status_has_its_exception(status: int) -> None:
    error = errors.from_status(status, "place")
    assert type(error) is not errors.PycompError
    assert str(error).startswith("place: ")


def test_unknown_status() -> None:
    assert isinstance(errors.from_status(77, "place"), errors.PycompError)


def test_all_are_value_errors() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), ValueError)
