"""A bucket: events that came one after another, in files; in memory only while they are looked at.

Splunk's name: Managing Indexers, "How the indexer stores indexes". Of a bucket that is hot, which
is written to, the columns are in memory; those of a warm one lie in a file beside its journal.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from math import floor
from pathlib import Path

from splay.store.event import Event, Need
from splay.store.index.batch import Batch
from splay.store.index.columns import Columns, Growing, Stored, Summary, packed
from splay.store.index.deleted import Deleted
from splay.store.index.frames import encoded
from splay.store.index.journal import Journal, mapped
from splay.store.literalscan import LiteralScan

ROLL_BYTES = 32_000_000
ROLL_EVENTS = 200_000
"""A bucket with so much in it becomes warm."""

_PIECE = 1_000_000  # bytes that are looked through at once
COLUMNS, DELETED = ".columns", ".deleted"


class Bucket:
    """Its index holds the lock for what changes it; it may be read at any time.

    columns: of a hot one; None once it is warm.
    """

    def __init__(self, journal: Journal, summary: Summary, columns: Growing | None) -> None:
        self.journal = journal
        self.summary = summary
        self.columns = columns
        self.deleted = Deleted(self.path_of(DELETED))
        self._checked = False  # whether the columns were compared with their CRC

    def path_of(self, suffix: str) -> Path:
        """A file of this bucket."""
        return self.journal.path.with_suffix(suffix)

    @property
    def hot(self) -> bool:
        """Whether it is written to."""
        return self.columns is not None

    @property
    def full(self) -> bool:
        """Whether it should become warm."""
        return self.summary.text >= ROLL_BYTES or self.summary.count >= ROLL_EVENTS

    @property
    def end(self) -> int:
        """The serial number behind its last event."""
        return self.summary.first + self.summary.count

    def append(self, batches: list[Batch]) -> None:
        """Adds events, all or none; on disk when this returns. Raises OSError, DataError."""
        assert self.columns is not None
        first, parts, places, at = self.end, [], [], 0
        for batch in batches:
            head, text = encoded(batch.facts(first), batch.text)
            places.append(at + len(head))
            at += len(head) + len(text)
            first += len(batch)
            parts += [head, text]
        begin = self.journal.append(parts)
        for batch, place in zip(batches, places, strict=True):
            self.columns.add(batch, begin + place)
            self.summary.add(batch, begin + place + len(batch.text))

    def roll(self) -> None:
        """Makes a hot bucket warm. Raises OSError: its columns cannot be written; it stays hot."""
        if self.columns is None:
            return
        path = self.path_of(COLUMNS)
        beside = path.with_suffix(".new")
        try:  # not synced: what a crash leaves of them is made again from the journal
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(packed(self.columns, self.summary))
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        self.columns = None
        self.journal.close()

    def opened(self) -> Events:
        """Its events, to be read. Raises OSError, BadColumns."""
        summary = replace(self.summary)  # a copy first: what is added meanwhile is not looked at
        return Events(summary, self.columns or self._stored(), mapped(self.journal.path))

    def _stored(self) -> Columns:
        columns = Stored(self.path_of(COLUMNS), check=not self._checked)
        self._checked = True
        return columns

    def within(self, need: Need) -> bool:
        """Whether any of its events can be within the time ranges."""
        summary = self.summary
        first, last = summary.indexed
        at_all = _overlap(summary.earliest, summary.latest, need.earliest, need.latest)
        return at_all and _overlap(
            floor(first), floor(last), need.index_earliest, need.index_latest
        )

    def inside(self, need: Need) -> bool:
        """Whether all of its events are within the time ranges."""
        summary = self.summary
        first, last = summary.indexed
        return (
            (need.earliest is None or summary.earliest >= need.earliest)
            and (need.latest is None or summary.latest < need.latest)
            and (need.index_earliest is None or floor(first) >= need.index_earliest)
            and (need.index_latest is None or floor(last) < need.index_latest)
        )

    def remove(self) -> None:
        """Deletes its files."""
        self.journal.close()
        for suffix in (COLUMNS, DELETED):
            self.path_of(suffix).unlink(missing_ok=True)
        self.journal.path.unlink(missing_ok=True)


class Events:
    """The events of a bucket as one search sees them, by their numbers in it."""

    def __init__(self, summary: Summary, columns: Columns, text: memoryview) -> None:
        self.columns = columns
        self._summary = summary
        self._count = summary.count
        self._text = text

    def __len__(self) -> int:
        return self._count

    def wanted(self, number: int, need: Need) -> bool:
        """Whether one event is within the time ranges; `_indextime` is in whole seconds."""
        moment, indexed = self.columns.times[number], floor(self.columns.indextime[number])
        happened = _overlap(moment, moment, need.earliest, need.latest)
        return happened and _overlap(indexed, indexed, need.index_earliest, need.index_latest)

    def numbers(self, scan: LiteralScan, told: Callable[[int, int], bool]) -> Iterator[int]:
        """Which events may hold the literals, in the order in which they came.

        told: of each piece before it is looked through, its events and their bytes; False: end.
        """
        for first, last in self._pieces():
            begin, end = self._bounds(first)[0], self._bounds(last - 1)[1]
            if not told(last - first, self._share(last) - self._share(first)):
                return
            if scan.empty:
                yield from range(first, last)
                continue
            text = self._text[begin:end]
            folded = scan.folded(text, len(text))
            if folded is not None:
                around = _Around(self, begin)
                for _ in scan.candidates(text, folded, len(text), around):
                    yield around.number

    def _share(self, number: int) -> int:
        """About how many bytes of text there are before an event."""
        return self._summary.text * number // self._summary.count

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

    def event(self, number: int, index: str) -> Event:
        """One event, with the address by which Splunk knows it."""
        columns = self.columns
        host, source, sourcetype = columns.origins[columns.origin_of[number]]
        fields: dict[str, str | list[str]] = {}
        if columns.fields_of[number]:
            for name, values in columns.fields(number):
                fields[name] = values[0] if len(values) == 1 else [*values]
        fields["_bkt"] = f"{index}~0~splay"
        fields["_cd"] = f"0:{self._summary.first + number}"
        raw = str(self.raw(number), "utf-8")
        time, indextime = columns.times[number], columns.indextime[number]
        return Event(raw, time, host, source, sourcetype, index, indextime, fields)

    def raw(self, number: int) -> memoryview:
        """One event's own bytes."""
        start = self.columns.starts[number]
        return self._text[start : start + self.columns.lengths[number]]


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


def _overlap(first: float, last: float, low: float | None, high: float | None) -> bool:
    """Whether first to last touches the range from low up to, but without, high."""
    return (low is None or last >= low) and (high is None or first < high)
