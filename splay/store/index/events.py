"""The events of a bucket as one search sees them: by their numbers, in either order.

An event is made of what the columns know of it. Its text is read from the journal only when it is
asked for, each time anew: events that are kept keep no text.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from math import floor
from typing import Any

from splay.store.event import Event, Need
from splay.store.index.columns import Columns, Origin, Summary
from splay.store.index.deleted import Deleted
from splay.store.index.merging import Part, newest_first
from splay.store.literalscan import LiteralScan
from splay.store.run import Moments, Times

_PIECE = 1_000_000  # bytes that are looked through at once
Told = Callable[[int, int], bool]
"""Told of each piece before it is looked through, its events and their bytes; False: end."""


class Events:
    """columns, summary: of the bucket, as it was when it was opened. text: its journal."""

    def __init__(self, summary: Summary, columns: Columns, text: memoryview) -> None:
        self.columns = columns
        self.summary = summary
        self._count = summary.count
        self._text = text

    def __len__(self) -> int:
        return self._count

    def wanted(self, number: int, need: Need) -> bool:
        """Whether one event is within the time ranges; `_indextime` is in whole seconds."""
        moment, indexed = self.columns.times[number], floor(self.columns.indextime[number])
        happened = overlap(moment, moment, need.earliest, need.latest)
        return happened and overlap(indexed, indexed, need.index_earliest, need.index_latest)

    def all_wanted(self, need: Need) -> bool:
        """Whether all are within the time ranges."""
        first, last = self.summary.indexed
        return (
            (need.earliest is None or self.summary.earliest >= need.earliest)
            and (need.latest is None or self.summary.latest < need.latest)
            and (need.index_earliest is None or floor(first) >= need.index_earliest)
            and (need.index_latest is None or floor(last) < need.index_latest)
        )

    def of_one_kind(self, need: Need, deleted: Deleted) -> Iterable[Sequence[int]]:
        """The events that are wanted and not deleted, those of one origin and with the same
        index-time fields together."""
        columns, numbers = self.columns, range(self._count)
        some: Iterable[int] = numbers
        if not self.all_wanted(need):
            some = (number for number in some if self.wanted(number, need))
        if deleted:
            some = (number for number in some if number not in deleted)
        if some is numbers and len(columns.origins) == 1 and not columns.field_ends:
            return [numbers]
        kinds: defaultdict[tuple[int, int], array[int]] = defaultdict(lambda: array("I"))
        for number in some:
            kinds[columns.origin_of[number], columns.fields_of[number]].append(number)
        return kinds.values()

    def times(self, numbers: Sequence[int]) -> Times:
        """The times of some."""
        times = self.columns.times
        if isinstance(numbers, range):
            return Moments(times[numbers.start : numbers.stop])
        return Moments(array("d", map(times.__getitem__, numbers)))

    def numbers(self, scan: LiteralScan, told: Told) -> Iterator[int]:
        """Which events may hold the literals, in the order in which they came."""
        for first, last in self._pieces():
            if not self._tell(first, last, told):
                return
            yield from self._within(first, last, scan)

    def ordered(self, scan: LiteralScan, told: Told, *, oldest: bool) -> Iterator[int]:
        """The same, newest first, of the same moment the one that came last; or, oldest first, in
        the contrary order."""
        times, going = self.columns.times, True

        def opened(first: int, last: int) -> Iterator[int]:
            nonlocal going
            going = going and self._tell(first, last, told)
            if going:
                found = array("L", self._within(first, last, scan))
                some = found if oldest else reversed(found)
                yield from sorted(some, key=times.__getitem__, reverse=not oldest)

        def part(first: int, last: int) -> Part[int]:
            some, order = times[first:last], -first if oldest else first
            greatest = -min(some) if oldest else max(some)
            return Part(greatest, (order,), lambda: opened(first, last))

        parts = [part(first, last) for first, last in self._pieces()]
        return newest_first(parts, (lambda n: -times[n]) if oldest else times.__getitem__)

    def _tell(self, first: int, last: int, told: Told) -> bool:
        return told(last - first, self._share(last) - self._share(first))

    def _within(self, first: int, last: int, scan: LiteralScan) -> Iterator[int]:
        """Those of a piece."""
        if scan.empty:
            yield from range(first, last)
            return
        begin, end = self._bounds(first)[0], self._bounds(last - 1)[1]
        text = self._text[begin:end]
        folded = scan.folded(text, len(text))
        if folded is not None:
            around = _Around(self, begin)
            for _ in scan.candidates(text, folded, len(text), around):
                yield around.number

    def _share(self, number: int) -> int:
        """About how many bytes of text there are before an event."""
        return self.summary.text * number // self.summary.count

    def _pieces(self) -> Iterator[tuple[int, int]]:
        first = 0
        while first < self._count:
            limit = self._bounds(first)[0] + _PIECE
            last = max(bisect_right(self.columns.starts, limit, first, self._count), first + 1)
            yield first, last
            first = last

    def _bounds(self, number: int) -> tuple[int, int]:
        start = self.columns.starts[number]
        return start, start + self.columns.sizes[number]

    def raw(self, number: int) -> memoryview:
        """One event's own bytes."""
        start = self.columns.starts[number]
        return self._text[start : start + self.columns.lengths[number]]


class StoredEvent(Event):
    """An event in a bucket, with the address by which Splunk knows it."""

    __slots__ = ("_events", "_number")
    _events: Events
    _number: int

    def __init__(self, events: Events, number: int, index: str) -> None:
        self._events, self._number = events, number
        self.index = index
        self.time = events.columns.times[number]

    @property
    def origin(self) -> Origin:
        """Where it is from."""
        columns = self._events.columns
        return columns.origins[columns.origin_of[self._number]]

    @property
    def plain(self) -> bool:
        """Whether it has no fields of index time."""
        return not self._events.columns.fields_of[self._number]

    def encoded(self) -> bytes:
        """Its text, as UTF-8."""
        return bytes(self._events.raw(self._number))

    def __getattr__(self, name: str) -> Any:
        """What was not asked for yet; what is large is not kept."""
        events, number = self._events, self._number
        if name == "raw":
            return str(events.raw(number), "utf-8")
        if name == "fields":
            return _fields(events, number, self.index)
        if name == "indextime":
            self.indextime = events.columns.indextime[number]
        elif name == "file":
            self.file = ""
        elif name in ("host", "source", "sourcetype"):
            origin = events.columns.origins[events.columns.origin_of[number]]
            self.host, self.source, self.sourcetype = origin
        else:
            raise AttributeError(name)
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return False
        return all(getattr(self, one.name) == getattr(other, one.name) for one in fields(Event))

    __hash__ = None  # type: ignore[assignment]  # as of every Event


def _fields(events: Events, number: int, index: str) -> Mapping[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    if events.columns.fields_of[number]:
        for name, values in events.columns.fields(number):
            found[name] = values[0] if len(values) == 1 else [*values]
    found["_bkt"] = f"{index}~0~splay"
    found["_cd"] = f"0:{events.summary.first + number}"
    return found


class _Around:
    """The bounds of events in a piece of a journal (`splay.store.literalscan.Bounds`).

    number: of the event that was asked for last.
    """

    def __init__(self, events: Events, begin: int) -> None:
        columns = events.columns
        self._starts, self._sizes, self._count = columns.starts, columns.sizes, len(events)
        self._begin = begin
        self.number = 0

    def around(self, data: memoryview, place: int, after: int) -> tuple[int, int] | None:
        place += self._begin
        number = bisect_right(self._starts, place, 0, self._count) - 1
        start = self._starts[number]
        end = start + self._sizes[number]
        if place >= end:  # between two events stands the head of a frame
            return None
        self.number = number
        return start - self._begin, end - self._begin


def overlap(first: float, last: float, low: float | None, high: float | None) -> bool:
    """Whether first to last touches the range from low up to, but without, high."""
    return (low is None or last >= low) and (high is None or first < high)
