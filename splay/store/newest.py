"""The newest events of a search that shows no others."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappush, heappushpop, nlargest

Timed = tuple[float, int, int]
"""An event's time, and where it begins and ends."""


class Newest:
    """Chooses among events as they are read. limit: how many are wanted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._times: list[float] = []  # the newest that were seen, as a heap

    def least(self, texts: Sequence[bytes]) -> bytes:
        """Of times as texts, in whose order they are, the least that may be one of the newest."""
        return min(nlargest(self._limit, texts), default=b"")

    def among(self, events: Sequence[Timed]) -> list[Timed]:
        """Those that may be among the newest of all, in their order. Of the same moment the one
        read last is the newest."""
        if self._limit == 0:
            return []
        if len(self._times) == self._limit:
            events = [event for event in events if event[0] >= self._times[0]]
        if len(events) > self._limit:
            places = nlargest(self._limit, range(len(events)), key=lambda n: (events[n][0], n))
            events = [events[place] for place in sorted(places)]
        for time, _, _ in events:
            if len(self._times) < self._limit:
                heappush(self._times, time)
            else:
                heappushpop(self._times, time)
        return [*events]
