"""Indexed events in memory: the text of many in one piece, so that a literal is found quickly."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import NamedTuple

from splay.store.bytesearch import Data
from splay.store.event import Event, Need
from splay.store.literalscan import LiteralScan


class Origin(NamedTuple):
    """What many events share. fields: index-time fields, each name with its values."""

    host: str
    source: str
    sourcetype: str
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Segment:
    """Events in the order of their arrival; never changed.

    first: the serial number of the first one in its index. starts: where each one's bytes begin
    in `text`, and its end. Behind an event's own bytes (`lengths`) stand the values of its
    index-time fields, so that a literal which a search looks for is found there as well.
    """

    first: int
    text: bytes
    starts: array[int]
    lengths: array[int]
    times: array[float]
    indextime: array[float]
    origin_of: array[int]
    origins: tuple[Origin, ...]

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def earliest(self) -> float:
        """The time of the oldest event."""
        return min(self.times)

    @cached_property
    def latest(self) -> float:
        """The time of the newest event."""
        return max(self.times)

    @cached_property
    def indexed(self) -> tuple[float, float]:
        """When its first and its last event were indexed."""
        return min(self.indextime), max(self.indextime)

    def within(self, need: Need) -> bool:
        """Whether any of its events can be within the time ranges."""
        first, last = self.indexed
        at_all = _overlap(self.earliest, self.latest, need.earliest, need.latest)
        return at_all and _overlap(
            floor(first), floor(last), need.index_earliest, need.index_latest
        )

    def wanted(self, number: int, need: Need) -> bool:
        """Whether one event is within the time ranges; `_indextime` is in whole seconds."""
        moment, indexed = self.times[number], floor(self.indextime[number])
        happened = _overlap(moment, moment, need.earliest, need.latest)
        return happened and _overlap(indexed, indexed, need.index_earliest, need.index_latest)

    def around(self, data: Data, place: int, after: int) -> tuple[int, int]:
        """The bounds of the event around a place (`splay.store.literalscan.Bounds`)."""
        number = bisect_right(self.starts, place) - 1
        return self.starts[number], self.starts[number + 1]

    def numbers(self, scan: LiteralScan) -> Iterator[int]:
        """Which events may hold the literals, by their number in this segment."""
        if scan.empty:
            yield from range(len(self))
            return
        end = len(self.text)
        folded = scan.folded(self.text, end)
        if folded is not None:
            for start, _ in scan.candidates(self.text, folded, end, self):
                yield bisect_right(self.starts, start) - 1

    def event(self, number: int, index: str) -> Event:
        """One event, with the address by which Splunk knows it."""
        origin = self.origins[self.origin_of[number]]
        fields: dict[str, str | list[str]] = {
            name: values[0] if len(values) == 1 else [*values] for name, values in origin.fields
        }
        fields["_bkt"] = f"{index}~0~splay"
        fields["_cd"] = f"0:{self.first + number}"
        return Event(
            self.raw(number).decode(),
            self.times[number],
            origin.host,
            origin.source,
            origin.sourcetype,
            index,
            self.indextime[number],
            fields,
        )

    def raw(self, number: int) -> bytes:
        """One event's own bytes."""
        start = self.starts[number]
        return self.text[start : start + self.lengths[number]]


def _overlap(first: float, last: float, low: float | None, high: float | None) -> bool:
    """Whether first to last touches the range from low up to, but without, high."""
    return (low is None or last >= low) and (high is None or first < high)


def make_segment(first: int, events: Iterable[Event]) -> Segment:
    """The events as a segment. Each has text."""
    text = bytearray()
    starts, lengths, origin_of = array("Q", [0]), array("L"), array("L")
    times, indextime = array("d"), array("d")
    origins: dict[Origin, int] = {}
    for event in events:
        raw = event.raw.encode("utf-8", "replace")
        origin = _origin(event)
        origin_of.append(origins.setdefault(origin, len(origins)))
        times.append(event.time)
        indextime.append(event.indextime)
        lengths.append(len(raw))
        text += raw
        for _, values in origin.fields:
            text += b"\0" + b"\0".join(value.encode() for value in values)
        starts.append(len(text))
    return Segment(first, bytes(text), starts, lengths, times, indextime, origin_of, tuple(origins))


def _origin(event: Event) -> Origin:
    fields = tuple(
        (_text(name), (_text(value),) if isinstance(value, str) else tuple(map(_text, value)))
        for name, value in event.fields.items()
    )
    return Origin(_text(event.host), _text(event.source), _text(event.sourcetype), fields)


def _text(text: str) -> str:
    """Text that is UTF-8: half a surrogate pair, which JSON may hold, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def joined(left: Segment, right: Segment) -> Segment:
    """Two segments of which the second follows the first."""
    places = {origin: number for number, origin in enumerate(left.origins)}
    moved = [places.setdefault(origin, len(places)) for origin in right.origins]
    shift = len(left.text)
    return Segment(
        left.first,
        left.text + right.text,
        left.starts + array("Q", [start + shift for start in right.starts[1:]]),
        left.lengths + right.lengths,
        left.times + right.times,
        left.indextime + right.indextime,
        left.origin_of + array("L", [moved[number] for number in right.origin_of]),
        tuple(places),
    )
