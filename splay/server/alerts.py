"""Alerts that have fired, and those that are silenced for a while, which a file keeps.

Source: REST API Reference, "alerts/fired_alerts", "saved/searches/{name}/suppress";
savedsearches.conf.spec (alert.*).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from splay.errors import DataError
from splay.wholefiles import write_file

Search: TypeAlias = tuple[str, str, str]
"""A saved search: whose alone it is ("nobody" where it is shared), its app and its name."""


@dataclass(frozen=True)
class Fired:
    """One alert that has fired."""

    sid: str
    search: Search
    owner: str
    time: float
    expires: float
    severity: int
    digest: bool
    results: int
    actions: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name under which splunkd lists it."""
        return f"rt_{self.sid}" if self.sid.startswith("rt") else self.sid


class Alerts:
    """What has fired, until it expires; and until when which alert is silent, for whose runs.

    The silences of the schedule are nobody's (""); one that a user's own run has made holds that
    user's runs alone.

    path: the file that keeps the silences. Raises DataError: it is not such a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fired: list[Fired] = []
        self._silent: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            for *key, until in json.loads(self._path.read_bytes()):
                if len(key) == 3:  # as earlier versions kept those of the schedule
                    key = ["", "nobody", *key]
                by, owner, app, name, value = map(str, key)
                self._silent[by, owner, app, name, value] = float(until)
        except (ValueError, TypeError) as error:
            raise DataError(
                "this is not what was kept of throttled alerts",
                where=str(self._path),
                hint="Delete it: nothing is throttled then",
            ) from error

    def add(self, fired: Fired) -> None:
        """Notes an alert."""
        with self._lock:
            self._fired.append(fired)

    def fired(self, now: float) -> list[Fired]:
        """What has fired and not expired, the newest first."""
        with self._lock:
            self._fired = [fired for fired in self._fired if fired.expires > now]
            return list(reversed(self._fired))

    def remove(self, sid: str) -> bool:
        """Forgets an alert; False when there is none of this sid."""
        with self._lock:
            kept = [fired for fired in self._fired if fired.sid != sid]
            found = len(kept) < len(self._fired)
            self._fired = kept
            return found

    def forget(self, search: Search) -> None:
        """Forgets the alerts of a search that is no more."""
        with self._lock:
            self._fired = [fired for fired in self._fired if fired.search != search]

    def silence(self, search: Search, until: Mapping[str, float], now: float, by: str = "") -> None:
        """Silences values of a search's suppression fields, or all of it (""); 0 ends that.

        by: whose runs are silent; "" for those of the schedule.

        OutputError: it is done, but not kept over a restart.
        """
        with self._lock:
            kept = dict(self._silent)
            kept.update({(by, *search, value): moment for value, moment in until.items()})
            self._silent = {key: moment for key, moment in kept.items() if moment > now}
            lines = [[*key, moment] for key, moment in self._silent.items()]
            write_file(self._path, json.dumps(lines).encode(), private=True)

    def silent_until(self, search: Search, now: float, value: str = "", by: str = "") -> float:
        """Until when it is silent; 0 when it is not."""
        with self._lock:
            until = self._silent.get((by, *search, value), 0.0)
            return until if until > now else 0.0
