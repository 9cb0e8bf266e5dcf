"""Alerts that have fired, and those that are silenced for a while.

Source: REST API Reference, "alerts/fired_alerts", "saved/searches/{name}/suppress";
savedsearches.conf.spec (alert.*).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fired:
    """One alert that has fired. search: the saved search's app and name."""

    sid: str
    search: tuple[str, str]
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


@dataclass
class Alerts:
    """What has fired, until it expires; and until when which alert is silent."""

    _fired: list[Fired] = field(default_factory=list)
    _silent: dict[tuple[str, str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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

    def silence(self, search: tuple[str, str], until: float, value: str = "") -> None:
        """Silences a search, or one value of its suppression fields; `until` 0 ends that."""
        with self._lock:
            self._silent[(*search, value)] = until

    def silent_until(self, search: tuple[str, str], now: float, value: str = "") -> float:
        """Until when it is silent; 0 when it is not."""
        with self._lock:
            until = self._silent.get((*search, value), 0.0)
            return until if until > now else 0.0
