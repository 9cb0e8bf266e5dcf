"""The events of indexes newest first, without all of them being held at once.

Buckets are opened as their time comes: as long as events arrive about in the order of their times,
few are open at once. Of the same moment the event that came last is first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator

from splay.store.event import Event, Need, ReadReport
from splay.store.index.bucket import Bucket
from splay.store.index.index import Index
from splay.store.literalscan import LiteralScan

Check = Callable[[], bool]


def newest_first(
    indexes: Iterable[Index], need: Need, literals: LiteralScan, report: ReadReport, check: Check
) -> Iterator[Event]:
    """The events that can match. Ends early when `check` says so. Raises DataError."""
    closed: list[tuple[float, int, int, Index, Bucket]] = []
    for place, index in enumerate(indexes):
        for bucket in index.buckets:
            if bucket.within(need):
                summary = bucket.summary
                closed.append((summary.latest, place, summary.first, index, bucket))
            else:
                report.events += bucket.summary.count
                report.bytes += bucket.summary.text
    closed.sort(key=lambda one: one[:3])
    opened: list[tuple[float, int, int, Event, Iterator[Event]]] = []

    def follow(place: int, first: int, events: Iterator[Event]) -> None:
        event = next(events, None)
        if event is not None:
            heapq.heappush(opened, (-event.time, -place, -first, event, events))

    while closed or opened:
        while closed and (not opened or closed[-1][0] >= -opened[0][0]):
            if not check():
                return
            _, place, first, index, bucket = closed.pop()
            follow(place, first, index.newest(bucket, need, literals, report, check))
        if opened:
            _, place, first, event, events = heapq.heappop(opened)
            yield event
            follow(-place, -first, events)
