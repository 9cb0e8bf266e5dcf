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
from splay.server.files import write_file

LOOKBACK = "-24h"
Key = tuple[str, str, str]
"""Owner, app and name of a saved search."""


@dataclass
class Planned:
    """The next run of one search. schedule: the cron schedule it was planned by.

    running: the times for which runs were started that have not ended. back: whether an earlier
    server planned it.
    """

    schedule: str
    at: float
    running: set[float] = field(default_factory=set)
    back: bool = False

    @property
    def unfinished(self) -> float:
        """The time of the earliest run that has not ended."""
        return min((self.at, *tuple(self.running)))  # a copy: runs end in other threads


class Unfinished:
    """A file of the earliest unfinished run of each search. Raises DataError: not such a file."""

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
            if kept is None:
                del self._kept[key]
            else:
                self._kept[key] = kept
            lines = [[*name, *run] for name, run in sorted(self._kept.items())]
            write_file(self._path, json.dumps(lines).encode(), private=True)
