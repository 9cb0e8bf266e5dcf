"""One index: its buckets, of which the last is written to.

Source: Managing Indexers, "How the indexer stores indexes"; indexes.conf.spec.
"""

from __future__ import annotations

import heapq
import shutil
import threading
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import overload

from splay.errors import DataError, OutputError
from splay.rows import Row
from splay.store.event import Event, Found, Need, ReadReport
from splay.store.index.batch import make_batch, pieces
from splay.store.index.bucket import COLUMNS, Bucket
from splay.store.index.columns import BadColumns, Growing, Summary
from splay.store.index.events import Events, StoredEvent
from splay.store.index.journal import Journal
from splay.store.index.recovery import Tell, damaged, journal_path, recovered
from splay.store.literalscan import LiteralScan
from splay.store.run import Run

_BATCH = 8_000_000  # characters that are made ready for the disk at once
_CHECK_EVERY = 1000  # events between two looks at whether the search is to go on
_REST = 4.0  # times as long as it has looked a thread that looks for damage rests
_NEWEST = 20  # buckets
Check = Callable[[], bool]
Known = Callable[[Event], Row | None]


class Index:
    """`lock` guards everything that changes.

    folder: where its files are. lasting: whether they have to survive a crash of the machine.
    tell: told in a sentence of damage and loss.
    """

    def __init__(self, name: str, folder: Path, *, lasting: bool, tell: Tell) -> None:
        self.name = name
        self.lock = threading.Lock()
        self._folder = folder
        self._lasting = lasting
        self._tell = tell
        found = recovered(folder, lasting=lasting, tell=tell)
        self.buckets = tuple(found.buckets)  # replaced, never changed: it is read at any time
        self._following = found.following
        if found.deleted:
            self.delete(found.deleted)

    def append(self, events: Sequence[Event]) -> None:
        """Adds events, all or none; on disk when this returns. Raises OSError, DataError."""
        batches = [make_batch(some) for some in pieces(events, _BATCH)]
        if not batches:
            return
        with self.lock:
            last = self.buckets[-1] if self.buckets else None
            if last is None or not last.hot:
                journal = Journal(
                    journal_path(self._folder, self._following), lasting=self._lasting
                )
                last = Bucket(journal, Summary(self._following), Growing())
            last.append(batches)
            self._following = last.end
            if last not in self.buckets:
                self.buckets = (*self.buckets, last)
            if last.full:
                with suppress(OSError):  # then it stays hot, and is tried again
                    last.roll()

    def delete(self, serials: Iterable[int]) -> None:
        """Hides events for good (the command `delete`). DataError: that cannot be kept."""
        with self.lock:
            firsts = [bucket.summary.first for bucket in self.buckets]
            by_bucket: dict[Bucket, list[int]] = defaultdict(list)
            for serial in serials:
                place = bisect_right(firsts, serial) - 1
                if place >= 0 and serial < self.buckets[place].end:
                    by_bucket[self.buckets[place]].append(serial - firsts[place])
            try:
                for bucket, numbers in by_bucket.items():
                    bucket.deleted.add(numbers)
            except OutputError as error:
                raise DataError(f"events cannot be deleted: {error}") from error

    def roll(self) -> None:
        """Makes all events warm: from now on they may be retired, as hot ones never are.

        Raises DataError: that cannot be written.
        """
        with self.lock:
            try:
                for bucket in self.buckets:
                    bucket.roll()
            except OSError as error:
                raise DataError(
                    f"the index {self.name} cannot be rolled: {error.strerror}"
                ) from error

    def freeze(self, now: float, max_age: float, max_bytes: float) -> None:
        """Retires warm buckets: those whose newest event is too old, the oldest above the size."""
        with self.lock:
            kept = list(self.buckets)
            for bucket in sorted(self.buckets, key=lambda bucket: bucket.summary.latest):
                large = sum(one.summary.text for one in kept) > max_bytes
                if not bucket.hot and (large or bucket.summary.latest < now - max_age):
                    kept.remove(bucket)
            gone = [bucket for bucket in self.buckets if bucket not in kept]
            self.buckets = tuple(kept)
            for bucket in gone:
                bucket.remove()

    def remove(self) -> None:
        """Deletes it with all that it holds."""
        with self.lock:
            self.close()
            self.buckets = ()
            if self._folder.exists():  # under another name first: it is gone at once, or not
                removed = self._folder.with_name(f".{self.name}")
                shutil.rmtree(removed, ignore_errors=True)
                self._folder.replace(removed)
                shutil.rmtree(removed, ignore_errors=True)

    def close(self) -> None:
        """Closes the files."""
        for bucket in self.buckets:
            bucket.journal.close()

    def count(self) -> int:
        """How many events there are."""
        return sum(one.summary.count - len(one.deleted) for one in self.buckets)

    def size(self) -> int:
        """Bytes of text."""
        return sum(bucket.summary.text for bucket in self.buckets)

    def span(self) -> tuple[float, float] | None:
        """The times of the oldest and the newest event."""
        summaries = [bucket.summary for bucket in self.buckets]
        if not summaries:
            return None
        return min(s.earliest for s in summaries), max(s.latest for s in summaries)

    def origins(self, field: str) -> Counter[str]:
        """How many of the newest events have each value of host, source or sourcetype."""
        found: Counter[str] = Counter()
        place = ("host", "source", "sourcetype").index(field)
        for bucket in self.buckets[-_NEWEST:]:
            with suppress(BadColumns, OSError):  # a search that needs it says so
                events = bucket.opened()
                numbers = Counter(events.columns.origin_of[number] for number in range(len(events)))
                for number, count in numbers.items():
                    found[events.columns.origins[number][place]] += count
        return found

    # ---- searching ----

    @overload
    def scan(
        self, need: Need, literals: LiteralScan, report: ReadReport, check: Check
    ) -> Iterator[Event]: ...
    @overload
    def scan(
        self, need: Need, literals: LiteralScan, report: ReadReport, check: Check, known: Known
    ) -> Iterator[Found]: ...
    def scan(
        self,
        need: Need,
        literals: LiteralScan,
        report: ReadReport,
        check: Check,
        known: Known | None = None,
    ) -> Iterator[Found]:
        """The events that can match. Ends early when `check` says so. Raises DataError.

        known: gives the row of events of the same origin and fields by one of them, but for their
        times; those of which it gives one come together.
        """
        todo = list(reversed(self.buckets))
        while todo and check():
            bucket = todo.pop()
            if not bucket.within(need):
                report.events += bucket.summary.count
                report.bytes += bucket.summary.text
                continue
            try:
                events = bucket.opened()
            except BadColumns:
                todo += reversed(self._mended(bucket))
                continue
            except OSError as error:
                if bucket in self.buckets:
                    raise DataError(
                        f"the index {self.name} cannot be read: {error.strerror}",
                        where=str(bucket.journal.path),
                    ) from error
                continue  # it was retired meanwhile
            if known is None or not literals.empty:
                yield from self._matching(bucket, events, need, literals, report, check)
            else:
                yield from self._alike(bucket, events, need, report, known)

    def ordered(
        self,
        bucket: Bucket,
        need: Need,
        literals: LiteralScan,
        report: ReadReport,
        check: Check,
        *,
        oldest: bool,
    ) -> Iterator[Event]:
        """The events of one bucket that can match, newest or oldest first. Raises DataError."""
        try:
            events = bucket.opened()
        except BadColumns:
            parts = [
                self.ordered(one, need, literals, report, check, oldest=oldest)
                for one in self._mended(bucket)[:: 1 if oldest else -1]
            ]
            yield from heapq.merge(*parts, key=lambda event: event.time, reverse=not oldest)
            return
        except OSError as error:
            if bucket in self.buckets:
                raise DataError(
                    f"the index {self.name} cannot be read: {error.strerror}",
                    where=str(bucket.journal.path),
                ) from error
            return
        yield from self._matching(bucket, events, need, literals, report, check, oldest=oldest)

    def _matching(
        self,
        bucket: Bucket,
        events: Events,
        need: Need,
        literals: LiteralScan,
        report: ReadReport,
        check: Check,
        *,
        oldest: bool | None = None,
    ) -> Iterator[Event]:
        """Those of one bucket. oldest: whether these come first; None: as they came."""
        origin_of, fields_of = events.columns.origin_of, events.columns.fields_of
        deleted, timely = bucket.deleted, events.all_wanted(need)
        known: dict[tuple[int, int], bool] = {}  # by what they share: whether they can match

        def told(count: int, size: int) -> bool:
            report.events += count
            report.bytes += size
            return check()

        if oldest is None:
            numbers = events.numbers(literals, told)
        else:
            numbers = events.ordered(literals, told, oldest=oldest)
        for seen, number in enumerate(numbers, 1):
            if seen % _CHECK_EVERY == 0 and not check():
                return
            shared = origin_of[number], fields_of[number]
            if not known.get(shared, True) or not (timely or events.wanted(number, need)):
                continue
            if deleted and number in deleted:
                continue
            event = StoredEvent(events, number, self.name)
            if shared not in known:
                known[shared] = need.may_match(event)
            if known[shared]:
                yield event

    def _alike(
        self, bucket: Bucket, events: Events, need: Need, report: ReadReport, known: Known
    ) -> Iterator[Found]:
        """Those of one bucket, whatever their text."""
        report.events += len(events)
        report.bytes += events.summary.text
        for numbers in events.of_one_kind(need, bucket.deleted):
            first = StoredEvent(events, numbers[0], self.name)
            if need.may_match(first):
                row = known(first)
                if row is not None:
                    yield Run(row, events.times(numbers))
                else:
                    yield from (StoredEvent(events, number, self.name) for number in numbers)

    # ---- damage ----

    def _mended(self, bucket: Bucket) -> tuple[Bucket, ...]:
        """What is left of a damaged bucket, made anew from its journal."""
        with self.lock:
            if bucket not in self.buckets:
                return ()
            first, end = bucket.summary.first, bucket.end
            bucket.path_of(COLUMNS).unlink(missing_ok=True)
            found = recovered(
                self._folder, lasting=self._lasting, tell=self._tell, among=range(first, end)
            )
            for one in found.buckets:
                with suppress(OSError):  # its columns stay in memory
                    one.roll()
            place = self.buckets.index(bucket)
            self.buckets = (*self.buckets[:place], *found.buckets, *self.buckets[place + 1 :])
            return tuple(found.buckets)

    def examine(self, stop: threading.Event) -> None:
        """Looks through all warm buckets for damage, at leisure, and mends what is damaged."""
        for bucket in self.buckets:
            if bucket.hot:
                continue
            began = time.perf_counter()
            with suppress(OSError):  # retired, or gone: a search that needs it says so
                for wrong in damaged(bucket):
                    if wrong:
                        self._mended(bucket)
                    if stop.wait(_REST * (time.perf_counter() - began)):
                        return
                    began = time.perf_counter()
