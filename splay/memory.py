"""How much memory this process may hold, and whether it holds too much.

A search that would fill the memory ends with an error before the machine is in need: Splunk's
setting of this kind is search_process_memory_usage_percentage_threshold of limits.conf (Search
Manual, "Limit search process memory usage"). Only where /proc tells how much is held.
"""

from __future__ import annotations

import os
import resource
import time
from functools import cache
from pathlib import Path

from splay.errors import DataError

SHARE = 0.5
"""The part of the machine's memory that a process may hold; of a smaller limit that it was given
(ulimit -v), four fifths."""

_LOOK_EVERY = 0.05  # seconds

_STATM = Path("/proc/self/statm")
_PAGE = resource.getpagesize()


class MemoryFull(DataError):
    """The process holds as much as it may."""

    def __init__(self) -> None:
        hint = "Ask for less: fewer fields, a shorter time, stats instead of single rows"
        super().__init__(f"more than {limit() / 1e9:.1f} GB of memory are needed", hint=hint)


@cache
def limit() -> int:
    """Bytes that this process may hold."""
    machine = int(_PAGE * os.sysconf("SC_PHYS_PAGES") * SHARE)
    given = resource.getrlimit(resource.RLIMIT_AS)[0]
    return machine if given == resource.RLIM_INFINITY else min(machine, given * 4 // 5)


def full() -> bool:
    """Whether this process holds more than it may."""
    try:
        whole, resident = map(int, _STATM.read_text().split()[:2])
    except OSError:
        return False
    limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return (whole if limited else resident) * _PAGE > limit()


class _Looks:
    """When it was last looked whether the memory is full."""

    last = -_LOOK_EVERY


def in_memory() -> bool:
    """True. Raises MemoryFull: this process holds more than it may, as seen a moment ago.

    Every search asks this all the time. Reading a file lets other threads run and then waits for
    its turn behind them, some milliseconds for each that computes: it is read now and then.
    """
    now = time.monotonic()
    if now - _Looks.last >= _LOOK_EVERY:
        if full():
            raise MemoryFull
        _Looks.last = now
    return True


def bound() -> None:
    """Has the system refuse this process half as much again, so that not even one value that is
    made at once takes what others need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = limit() * 3 // 2
    if soft == resource.RLIM_INFINITY or soft > wanted:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
