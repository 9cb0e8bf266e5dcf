"""The events of indexes newest or oldest first, without all of them being held at once.

Buckets are opened as their time comes: as long as events arrive about in the order of their times,
few are open at once. Newest first, of the same moment the event that came last is first; oldest
first is the contrary order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from splay.store.event import Event, Need, ReadReport
from splay.store.index import merging
from splay.store.index.index import Index
from splay.store.literalscan import LiteralScan

Check = Callable[[], bool]


def ordered(
    indexes: Iterable[Index],
    need: Need,
    literals: LiteralScan,
    report: ReadReport,
    check: Check,
    *,
    oldest: bool,
) -> Iterator[Event]:
    """The events that can match. Ends early when `check` says so. Raises DataError."""
    parts = []
    for place, index in enumerate(indexes):
        for bucket in index.buckets:
            summary = bucket.summary
            if bucket.within(need):
                opened = partial(
                    index.ordered, bucket, need, literals, report, check, oldest=oldest
                )
                greatest = -summary.earliest if oldest else summary.latest
                order = (-place, -summary.first) if oldest else (place, summary.first)
                parts.append(merging.Part(greatest, order, opened))
            else:
                report.events += summary.count
                report.bytes += summary.text
    return merging.newest_first(parts, lambda event: -event.time if oldest else event.time)
