"""Where the time of one run goes, in wall-clock seconds: what `--profile` shows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_STAT = Path("/proc/self/stat")
_START_TIME = 19  # of what follows the program's name in it: proc(5), field 22


class Profile:
    """The steps of a run, one after the other; each ends where it is said to be done."""

    def __init__(self) -> None:
        self._steps = [("start of Python and imports", _since_start())]
        self._last = time.perf_counter()

    def done(self, step: str) -> None:
        """All since the step before was this one."""
        now = time.perf_counter()
        self._steps.append((step, now - self._last))
        self._last = now

    def lines(self, within: Mapping[str, float]) -> Iterator[str]:
        """The steps as text. within: parts of the step `search`, by name, in seconds."""
        for name, seconds in self._steps:
            yield f"{seconds:8.3f} s  {name}"
            if name == "search":
                yield from (f"{part:8.3f} s    of it {what}" for what, part in within.items())
        yield f"{sum(seconds for _, seconds in self._steps):8.3f} s  in all"


def _since_start() -> float:
    """Seconds that this process has lived; where the system does not tell, those it worked."""
    try:
        fields = _STAT.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return time.process_time()
    started = int(fields[_START_TIME]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
