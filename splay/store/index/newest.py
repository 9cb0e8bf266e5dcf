"""The events of indexes newest first, without all of them being held at once.

Buckets are opened as their time comes: as long as events arrive about in the order of their times,
few are open at once. Of the same moment the event that came last is first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from splay.store.event import Event, Need, ReadReport
from splay.store.index import merging
from splay.store.index.index import Index
from splay.store.literalscan import LiteralScan

Check = Callable[[], bool]


def newest_first(
    indexes: Iterable[Index], need: Need, literals: LiteralScan, report: ReadReport, check: Check
) -> Iterator[Event]:
    """The events that can match. Ends early when `check` says so. Raises DataError."""
    parts = []
    for place, index in enumerate(indexes):
        for bucket in index.buckets:
            summary = bucket.summary
            if bucket.within(need):
                opened = partial(index.newest, bucket, need, literals, report, check)
                parts.append(merging.Part(summary.latest, (place, summary.first), opened))
            else:
                report.events += summary.count
                report.bytes += summary.text
    return merging.newest_first(parts, lambda event: event.time)
