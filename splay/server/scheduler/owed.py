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


@dataclass
class Planned:
    """The next run of one search. schedule: the cron schedule it was planned by.

    running: the times for which runs were started that have not ended. failed: of runs whose alert
    could not be kept; again: whether they may be tried again. back: whether an earlier server
    planned it.
    """

    schedule: str
    at: float
    running: set[float] = field(default_factory=set)
    failed: set[float] = field(default_factory=set)
    again: bool = False
    back: bool = False

    @property
    def unfinished(self) -> float:
        """The time of the earliest run that has not ended, or has to be done again."""
        return min((self.at, *tuple(self.running), *tuple(self.failed)))  # copies: other threads


class Unfinished:
    """A file of the earliest unfinished run of each search. Raises DataError: not such a file.

    OutputError of its methods: the file cannot be written; it is tried again with the next change.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept: dict[Key, tuple[str, float]] = {}
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            for owner, app, name, schedule, at in json.loads(self._path.read_bytes()):
                self._kept[owner, app, name] = (str(schedule), float(at))
        except (ValueError, TypeError) as error:
            raise DataError(
                "this is not what the scheduler wrote",
                where=str(self._path),
                hint="Delete it: searches are then scheduled from now on",
            ) from error

    def planned(self) -> dict[Key, Planned]:
        """What an earlier server has left to do."""
        return {key: Planned(text, at, back=True) for key, (text, at) in self._kept.items()}

    def note(self, key: Key, planned: Planned) -> None:
        """Keeps how far a search has come."""
        self._change(key, (planned.schedule, planned.unfinished))

    def forget(self, key: Key) -> None:
        """Of a search that is scheduled no more."""
        self._change(key, None)

    def _change(self, key: Key, kept: tuple[str, float] | None) -> None:
        with self._lock:
            if self._kept.get(key) == kept:
                return
            changed = {name: run for name, run in self._kept.items() if name != key}
            if kept is not None:
                changed[key] = kept
            lines = [[*name, *run] for name, run in sorted(changed.items())]
            write_file(self._path, json.dumps(lines).encode(), private=True)
            self._kept = changed
