"""How many cores this process may really use.

``os.cpu_count()`` counts the machine. A process is further confined by its affinity mask (taskset,
Slurm) and by the CPU quota of its control group (containers): with a quota of two cores on a machine
of 64, 64 threads only wait for each other. The quota is read from cgroup v2 (``cpu.max``) and v1
(``cpu.cfs_quota_us`` over ``cpu.cfs_period_us``), on the process's own group and each group above it,
since every level binds. Sources: Linux's admin-guide/cgroup-v2 and scheduler/sched-bwc.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar

__all__ = ["fills_threads", "groups", "one_ahead", "resolve", "usable_cores"]

Item = TypeVar("Item")
Result = TypeVar("Result")

# Bytes of numbers that one call gives a thread to do: 5 ms of decoding, at level max a second or two.
SHARE = 8 << 20

THREADS_MAX = 1024  # that the core makes use of: PC_MAX_THREADS in csrc/include/pycomp/parallel.h

_GROUP = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


def _above(group: str) -> list[PurePosixPath]:
    """The group and every group above it, relative to the mount."""
    path = PurePosixPath(group.strip().lstrip("/"))
    return [path, *path.parents]


def _ratio(quota: str, period: str) -> float | None:
    """The cores that *quota* µs in every *period* µs amount to; None when there is no limit."""
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max", or a file we cannot make sense of
        return None
    return cores if cores > 0 else None  # v1 writes -1 for no limit


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def cgroup_cores(proc: Path = _GROUP, mount: Path = _MOUNT) -> float | None:
    """The CPU quota in cores, the tightest of all levels, or None when nothing limits it."""
    found: list[float | None] = []
    for line in _read(proc).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if not controllers:
            for level in _above(group):
                quota, _, period = _read(mount / level / "cpu.max").partition(" ")
                found.append(_ratio(quota, period))
        elif "cpu" in controllers.split(","):
            for root in ("cpu", controllers):
                for level in _above(group):
                    folder = mount / root / level
                    quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
                    found.append(_ratio(quota, period))
    limits = [cores for cores in found if cores is not None]
    return min(limits) if limits else None


def usable_cores() -> int:
    """Cores that the affinity mask and the control group leave to this process, at least 1.

    >>> usable_cores() >= 1
    True
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not every system has affinity masks
        cores = os.cpu_count() or 1
    quota = cgroup_cores()
    if quota is not None:
        # Rounded up: a quota of 1.5 cores keeps two threads busy three quarters of the time each.
        cores = min(cores, -int(-quota // 1))
    return max(1, cores)


def resolve(threads: int | None) -> int:
    """*threads* as the caller gave it, checked; None means all usable cores.

    >>> resolve(3), resolve(10**12)
    (3, 1024)
    """
    if threads is None:
        return usable_cores()
    count = operator.index(threads)
    if count < 1:
        raise ValueError(f"threads must be at least 1 (or None for all usable cores), not {threads}")
    return min(count, THREADS_MAX)


def one_ahead(call: Callable[[Item], Result], items: Sequence[Item], threads: int) -> Iterator[Result]:
    """``map(call, items)``, but with more than one thread the next call runs while the last result is used.

    So whatever the caller does with a result, such as writing it, costs no time of its own. Calls never
    overlap each other.

    >>> list(one_ahead(abs, [-1, 2, -3], threads=2))
    [1, 2, 3]
    """
    if threads == 1 or len(items) < 2:
        yield from map(call, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, "pycomp-ahead") as pool:
        ahead = pool.submit(call, items[0])
        for item in items[1:]:
            result, ahead = ahead.result(), pool.submit(call, item)
            yield result
        yield ahead.result()


def fills_threads(size: int, threads: int) -> bool:
    """Whether an array of so many bytes has chunks enough to keep all threads busy by itself."""
    return size >= SHARE * threads


def groups(items: Sequence[tuple[int, Item, int]], threads: int) -> Iterator[list[tuple[int, Item]]]:
    """(number, item, bytes) in groups that take a moment each, between which interrupts are heard.

    The largest come first, so that the last ones of a group to end are small.
    """
    group: list[tuple[int, Item]] = []
    room = SHARE * threads
    for number, item, size in sorted(items, key=lambda one: -one[2]):
        if group and size > room:
            yield group
            group, room = [], SHARE * threads
        group.append((number, item))
        room -= size
    if group:
        yield group
