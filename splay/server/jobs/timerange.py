"""The time range that a job is given: by the events' time, and by the time they were indexed.

Source: REST API Reference, "search/jobs" (earliest_time, latest_time, index_earliest,
index_latest: inclusive, exclusive); savedsearches.conf.spec (dispatch.*).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from splay.commands.operation import Span
from splay.spl.timemod import resolve


@dataclass(frozen=True)
class TimeRange:
    """Time modifiers; an empty one is no bound."""

    earliest: str = ""
    latest: str = ""
    index_earliest: str = ""
    index_latest: str = ""

    def resolved(self, now: float, zone: tzinfo) -> Span:
        """The bounds for a job that runs at `now`. Raises SplError: not a time modifier."""
        return (
            resolve(self.earliest, now, zone),
            resolve(self.latest, now, zone),
            resolve(self.index_earliest, now, zone),
            resolve(self.index_latest, now, zone),
        )
