"""Many threads that start at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

THREADS = 8
Together = Callable[[Callable[[int], None]], None]


def _together(work: Callable[[int], None]) -> None:
    barrier = threading.Barrier(THREADS)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait(60)
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def together() -> Together:
    """Runs work(0) .. work(7) at once and raises what any of them raised."""
    return _together
