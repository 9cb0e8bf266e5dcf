"""What continuously scheduled searches have still to do, kept over a restart of the server.

Source: savedsearches.conf.spec (realtime_schedule: a continuous schedule goes on from the last run
and skips none); limits.conf.spec, [scheduler] max_continuous_scheduled_search_lookback (how far
back missed runs are made up for after the server was down; -24h).
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from splay.errors import DataError
from splay.wholefiles import write_file

LOOKBACK = "-24h"
Key = tuple[str, str, str]
"""Owner, app and name of a saved search."""
Kept = tuple[str, float, tuple[float, ...]]
"""Its schedule, its next run, and the runs that it owes."""
DOWN = "the server was down"


@dataclass
class Planned:
    """The next run of one search, and those that it still owes. Times are epoch seconds.

    schedule: the cron schedule it was planned by.
    running: the times for which runs were started that have not ended.
    failed: those for which one has to run again, and why. again: whether they may be tried at once.
    late: those that could not run at their time, and why; told when none is owed any more.
    attempts: how often in a row one could not start, or has failed. not_before: when the next is
    tried. down: until when the server was down. back: whether an earlier server planned it.
    """

    schedule: str
    at: float
    running: set[float] = field(default_factory=set)
    failed: dict[float, str] = field(default_factory=dict)
    late: dict[float, str] = field(default_factory=dict)
    again: bool = False
    attempts: int = 0
    not_before: float = 0.0
    down: float = 0.0
    back: bool = False

    @property
    def owed(self) -> tuple[float, ...]:
        """The times of runs that have not ended, or have to be done again."""
        return tuple(sorted({*tuple(self.running), *tuple(self.failed)}))  # copies: other threads

    def put_off(self, now: float, seconds: float, most: float) -> None:
        """The next attempt is later each time, at most by so many seconds."""
        self.not_before = now + min(seconds * 2.0 ** min(self.attempts, 30), most)
        self.attempts += 1

    def waits(self, now: float, most: float) -> bool:
        """Whether the next attempt is yet to come; a clock that was set back lets none wait."""
        return now < self.not_before <= now + most


class Unfinished:
    """A file of the next run of each search, and those that it owes. DataError: not such a file.

    OutputError of its methods: the file cannot be written; it is tried again with the next change.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: dict[Key, Kept] = {}
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            for owner, app, name, schedule, at, *more in json.loads(self._path.read_bytes()):
                owed = tuple(map(float, more[0])) if more else ()
                self._kept[owner, app, name] = (str(schedule), float(at), owed)
        except (ValueError, TypeError) as error:
            raise DataError(
                "this is not what the scheduler wrote",
                where=str(self._path),
                hint="Delete it: searches are then scheduled from now on",
            ) from error

    def planned(self) -> dict[Key, Planned]:
        """What an earlier server has left to do."""
        return {
            key: Planned(text, at, failed=dict.fromkeys(owed, DOWN), again=True, back=True)
            for key, (text, at, owed) in self._kept.items()
        }

    def note(self, key: Key, planned: Planned) -> None:
        """Keeps how far a search has come."""
        self._change(key, (planned.schedule, planned.at, planned.owed))

    def forget(self, key: Key) -> None:
        """Of a search that is scheduled no more."""
        self._change(key, None)

    def _change(self, key: Key, kept: Kept | None) -> None:
        with self._lock:
            if self._kept.get(key) == kept:
                return
            changed = {name: run for name, run in self._kept.items() if name != key}
            if kept is not None:
                changed[key] = kept
            lines = [[*name, *run] for name, run in sorted(changed.items())]
            write_file(self._path, json.dumps(lines).encode(), private=True)
            self._kept = changed
