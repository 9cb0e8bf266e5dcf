"""The event indexes: what was sent in, to be searched; on disk where a data folder is given.

Source: indexes.conf.spec (frozenTimePeriodInSecs, maxTotalDataSizeMB); Managing Indexers,
"Set a retirement and archiving policy".
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path

from splay.errors import DataError
from splay.store.event import Event, Need, ReadReport
from splay.store.index.journal import Journal
from splay.store.index.segments import Segment, joined, make_segment
from splay.store.literalscan import LiteralScan

BUILT_IN = ("_audit", "_internal", "history", "main", "notable", "risk", "summary")
"""splunkd's own indexes, and the two that Enterprise Security adds."""

_NAME = re.compile(r"[a-z0-9_][a-z0-9_\-]{0,79}")
_JOIN_BELOW = 8_000_000  # bytes: small segments are put together up to this size
_CHECK_EVERY = 1000  # events between two looks at whether the search is to go on


@dataclass
class Index:
    """One index. `lock` guards everything that changes."""

    name: str
    journal: Journal | None = None
    segments: list[Segment] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    following: int = 0  # the serial number of the next event
    rolled: int = 0  # events before this serial number are no longer hot
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> None:
        """Reads what an earlier run has left."""
        if self.journal is not None:
            segments, self.deleted, self.following = self.journal.read()
            for segment in segments:
                self._add(segment)

    def append(self, events: Sequence[Event]) -> None:
        """Adds events; on disk as well, if there is one, before this returns."""
        with self.lock:
            following = self.following
            segments: list[Segment] = []
            for some in _pieces(events):
                segments.append(make_segment(following, some))
                following += len(segments[-1])
            if self.journal is not None:
                self.journal.append(*segments)
            self.following = following
            for segment in segments:
                self._add(segment)

    def _add(self, segment: Segment) -> None:
        """Keeps segments few: of the last ones, those of like size are put together."""
        segments = [*self.segments, segment]
        while len(segments) > 1:
            left, right = segments[-2:]
            size = len(left.text) + len(right.text)
            end = left.first + len(left)
            adjoin = end == right.first and end != self.rolled
            if not adjoin or size > _JOIN_BELOW or len(left) > 2 * len(right):
                break
            segments[-2:] = [joined(left, right)]
        self.segments = segments

    def delete(self, serials: Iterable[int]) -> None:
        """Hides events for good (the command `delete`). DataError: that cannot be kept."""
        with self.lock:
            new = set(serials) - self.deleted
            if new and self.journal is not None:
                try:
                    self.journal.append_deleted(new)
                except OSError as error:
                    raise DataError(f"events cannot be deleted: {error.strerror}") from error
            self.deleted |= new

    def roll(self) -> None:
        """Makes all events warm: from now on they may be retired, as hot ones never are."""
        with self.lock:
            self.rolled = self.following

    def freeze(self, now: float, max_age: float, max_bytes: float) -> None:
        """Retires warm segments: those whose newest event is too old, the oldest above the size."""
        with self.lock:
            kept = list(self.segments)
            for segment in sorted(self.segments, key=lambda segment: segment.latest):
                warm = segment.first < self.rolled
                large = sum(len(one.text) for one in kept) > max_bytes
                if warm and (large or segment.latest < now - max_age):
                    kept.remove(segment)
            if len(kept) != len(self.segments):
                if self.journal is not None:
                    self.journal.rewrite(kept, self.deleted, self.following)
                self.segments = kept

    def count(self) -> int:
        """How many events there are."""
        return sum(map(len, self.segments)) - len(self._deleted_here())

    def _deleted_here(self) -> set[int]:
        spans = [(segment.first, segment.first + len(segment)) for segment in self.segments]
        return {n for n in self.deleted if any(first <= n < end for first, end in spans)}

    def size(self) -> int:
        """Bytes of text."""
        return sum(len(segment.text) for segment in self.segments)

    def span(self) -> tuple[float, float] | None:
        """The times of the oldest and the newest event."""
        segments = self.segments
        if not segments:
            return None
        return min(s.earliest for s in segments), max(s.latest for s in segments)

    def scan(
        self, need: Need, literals: LiteralScan, report: ReadReport, check: Callable[[], bool]
    ) -> Iterator[Event]:
        """The events that can match. Ends early when `check` says so."""
        seen = 0
        for segment in self.segments:
            if not check():
                return
            report.events += len(segment)
            report.bytes += len(segment.text)
            if not segment.within(need):
                continue
            known: dict[int, bool] = {}  # by origin: whether its events can match
            for number in segment.numbers(literals):
                seen += 1
                if seen % _CHECK_EVERY == 0 and not check():
                    return
                origin = segment.origin_of[number]
                if not known.get(origin, True) or not segment.wanted(number, need):
                    continue
                if segment.first + number in self.deleted:
                    continue
                event = segment.event(number, self.name)
                if origin not in known:
                    known[origin] = need.may_match(event)
                if known[origin]:
                    yield event


def _pieces(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events that have text, in lists that make segments of the size that is wanted."""
    piece: list[Event] = []
    size = 0
    for event in events:
        if not event.raw:
            continue
        piece.append(event)
        size += len(event.raw)
        if size >= _JOIN_BELOW:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


class IndexRefused(DataError):
    """There is no such index, or it cannot be made or removed. status: what HTTP calls it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Indexes:
    """All indexes by name. folder: where they are kept; None keeps them in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._indexes: dict[str, Index] = {}
        stored = folder.glob("*.journal") if folder is not None and folder.is_dir() else ()
        for name in sorted({*BUILT_IN, *(path.stem for path in stored)}):
            self._open(name)

    def _open(self, name: str) -> Index:
        journal = Journal(self._folder / f"{name}.journal") if self._folder else None
        index = Index(name, journal)
        index.load()
        self._indexes[name] = index
        return index

    def __contains__(self, name: object) -> bool:
        return name in self._indexes

    def names(self) -> list[str]:
        """The names of all indexes."""
        return sorted(self._indexes)

    def size(self, names: Iterable[str]) -> int:
        """Bytes of text in these indexes, without those that there are not."""
        return sum(self._indexes[name].size() for name in names if name in self._indexes)

    def get(self, name: str) -> Index:
        """An index. IndexRefused 404: there is none of this name."""
        try:
            return self._indexes[name]
        except KeyError:
            raise IndexRefused(404, f"Could not find object id={name}") from None

    def create(self, name: str) -> Index:
        """A new index. IndexRefused: not a name for one (400), or there is one (409)."""
        if not _NAME.fullmatch(name) or name == "kvstore" or name.startswith("_"):
            raise IndexRefused(
                400,
                f"The index name {name!r} is not valid: lower-case letters, digits, _ and -, "
                "at most 80, not beginning with _ or -.",
            )
        with self._lock:
            if name in self._indexes:
                raise IndexRefused(409, f"Index name {name!r} already exists.")
            return self._open(name)

    def delete(self, name: str) -> None:
        """Removes an index with all that it holds. IndexRefused 403: it is one of splunkd's own."""
        index = self.get(name)
        if name in BUILT_IN:
            raise IndexRefused(403, f"The index {name!r} cannot be removed: it is built in.")
        with self._lock, index.lock:
            del self._indexes[name]
            if index.journal is not None:
                index.journal.remove()

    def refusal(self, index: str) -> str:
        """Why a search cannot write to the index; "" where it can."""
        return "" if index in self else f"there is no index {index!r}: create it first"

    def append(self, events: Sequence[Event]) -> None:
        """Adds events, each to the index that it names. DataError: they cannot be kept."""
        by_index: dict[str, list[Event]] = {}
        for event in events:
            by_index.setdefault(event.index, []).append(event)
        for name, some in by_index.items():
            try:
                self.get(name).append(some)
            except OSError as error:
                raise DataError(f"the index {name} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Closes the files."""
        for index in self._indexes.values():
            if index.journal is not None:
                index.journal.close()

    def matching(self, pattern: str, among: Iterable[str] = ("*", "_*")) -> list[str]:
        """The indexes that a name with `*` stands for, of those that are allowed.

        A pattern that does not begin with `_` stands for no internal index (Search Manual,
        "Retrieve events from indexes").
        """
        return [
            name
            for name in self.names()
            if _fits(name, pattern) and any(_fits(name, allowed) for allowed in among)
        ]


def _fits(name: str, pattern: str) -> bool:
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return re.fullmatch(translate(re.sub(r"[?\[]", r"[\g<0>]", pattern.lower())), name) is not None


class SearchStore:
    """What one search may see of the indexes: `scan` as the engine asks for it.

    check: asked often; waits while the search is paused, raises to end it, and says no when it
    is to go on with what it has.
    """

    def __init__(self, indexes: Indexes, check: Callable[[], bool]) -> None:
        self._indexes = indexes
        self._check = check
        self.total = 0
        """Bytes of the indexes that have been asked for."""

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match, index by index in the order in which they came."""
        literals = LiteralScan(need.literals)
        names = sorted(need.indexes or ())
        self.total += self._indexes.size(names)
        for name in names:
            with suppress(IndexRefused):  # an index that was removed meanwhile holds nothing
                yield from self._indexes.get(name).scan(need, literals, report, self._check)


def now() -> float:
    """The index time of an event that arrives now."""
    return time.time()
