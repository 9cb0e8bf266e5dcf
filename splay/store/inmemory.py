"""Events that a caller brings, as a store of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from splay.store.event import Event, Need, ReadReport


class EventStore:
    """Events in memory, in the order in which they are given (`splay.store.event.Store`)."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = list(events)

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match, by their times and their indexes; all of them are counted."""
        report.events += len(self._events)
        for event in self._events:
            if _within(event, need):
                yield event


def _within(event: Event, need: Need) -> bool:
    """Whether the event lies in the time range and the indexes that are looked into."""
    if need.indexes is not None and event.index not in need.indexes:
        return False
    spans = (
        (event.time, need.earliest, need.latest),
        (event.indextime, need.index_earliest, need.index_latest),
    )
    return all(
        (first is None or first <= moment) and (end is None or moment < end)
        for moment, first, end in spans
    )
