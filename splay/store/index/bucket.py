"""A bucket: events that came one after another, in files; in memory only while they are looked at.

Splunk's name: Managing Indexers, "How the indexer stores indexes". Of a bucket that is hot, which
is written to, the columns are in memory; those of a warm one lie in a file beside its journal.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from math import floor
from pathlib import Path

from splay.store.event import Need
from splay.store.index.batch import Batch
from splay.store.index.columns import Columns, Growing, Stored, Summary, packed
from splay.store.index.deleted import Deleted
from splay.store.index.events import Events, overlap
from splay.store.index.frames import encoded
from splay.store.index.journal import Journal, mapped

ROLL_BYTES = 32_000_000
ROLL_EVENTS = 200_000
"""A bucket with so much in it becomes warm."""

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
        at_all = overlap(summary.earliest, summary.latest, need.earliest, need.latest)
        return at_all and overlap(floor(first), floor(last), need.index_earliest, need.index_latest)

    def remove(self) -> None:
        """Deletes its files. It is not hot: none of them is open."""
        for suffix in (COLUMNS, DELETED):
            self.path_of(suffix).unlink(missing_ok=True)
        self.journal.path.unlink(missing_ok=True)
