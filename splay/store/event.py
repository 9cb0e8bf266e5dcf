"""The raw event, what a search needs of it, and what reading reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from splay.counting import counted
from splay.rows import Row
from splay.store.newest import Newest
from splay.store.related import Codes, Related
from splay.store.run import Run


@dataclass(slots=True)
class Event:
    """One indexed event: its text and the default fields; nothing extracted yet.

    time, indextime: seconds since 1970 UTC, fractions allowed.
    fields: index-time fields (HEC `fields`), usually none.
    file: the path of the file that it was read from; "" where it was not.
    """

    raw: str
    time: float
    host: str
    source: str
    sourcetype: str
    index: str = "main"
    indextime: float = 0.0
    fields: Mapping[str, str | list[str]] = field(default_factory=dict)
    file: str = ""


def any_origin(event: Event) -> bool:
    """Every event can match, wherever it is from."""
    return True


Found: TypeAlias = "Event | Run"
"""What reading gives: an event, or several whose fields are known without looking into them."""


def events_of(found: Iterable[Found]) -> Iterator[Event]:
    """The events among them that come one by one; all are, where nothing recalls them."""
    return (one for one in found if isinstance(one, Event))


@dataclass(frozen=True)
class Need:
    """What every matching event must have: the store may skip all that has it not.

    literals: in conjunctive form. Each inner tuple is a choice: the raw text holds at
        least one of its texts (lower-case ASCII, compared without regard to case).
    earliest, latest: `earliest <= _time < latest`, epoch seconds; None is unbounded.
    indexes: the names of the indexes to look into; None: all that there are.
    index_earliest, index_latest: the same of `_indextime`. Files have none: a store of files is
        never asked for it.
    says: how a text says that it is an event that is searched for; None where that is not asked.
    related: event codes whose events are counted as well, though they do not match.
    newest: chooses among the events, where all but the newest may be skipped.
    may_match: whether events with the host, source, sourcetype, index and fields of this one can
        match, whatever their text and times.
    """

    literals: tuple[tuple[str, ...], ...] = ()
    earliest: float | None = None
    latest: float | None = None
    indexes: frozenset[str] | None = None
    index_earliest: float | None = None
    index_latest: float | None = None
    may_match: Callable[[Event], bool] = any_origin
    says: re.Pattern[bytes] | None = None
    related: Codes | None = None
    newest: Newest | None = None

    def holds_time(self, time: float) -> bool:
        """Whether a time is in the time range."""
        if self.earliest is not None and time < self.earliest:
            return False
        return self.latest is None or time < self.latest


COUNTS = ("files", "bytes", "events", "bad_events", "unread")
"""What a report counts."""
_MOST_SHOWN = 5


@dataclass(slots=True)
class ReadReport:
    """What was read, for the summary and the exit code. Filled while the store is scanned."""

    files: int = 0
    bytes: int = 0
    events: int = 0
    bad_events: int = 0
    unread: int = 0  # files, or parts of them, of which it is not known how many events they hold
    problems: list[str] = field(default_factory=list)  # one clear line each, at most 100 kept
    passed_over: dict[str, int] = field(default_factory=dict)  # files and how often: see pass_over
    related: Related = field(default_factory=Related)  # events that Need.related asks for
    left_out: list[str] = field(default_factory=list)  # files of folders that are no logs, and why

    def pass_over(self, name: str) -> None:
        """Notes where text that is searched for was not read as an event with fields."""
        self.passed_over[name] = self.passed_over.get(name, 0) + 1

    @property
    def all_problems(self) -> list[str]:
        """The problems, and before them how many events could not be used."""
        bad = [f"{counted(self.bad_events, 'event')} could not be used"] if self.bad_events else []
        return [*bad, *self.problems]

    def left_out_line(self) -> str:
        """The files that are no logs, in one line; "" where there are none."""
        if not self.left_out:
            return ""
        shown = "; ".join(self.left_out[:_MOST_SHOWN])
        more = len(self.left_out) - _MOST_SHOWN
        some = counted(len(self.left_out), "file was", "files were")
        return f"{some} left out: {shown}" + (f"; and {more:,} more" if more > 0 else "")

    @property
    def incomplete(self) -> bool:
        """Whether events that are there may not have been seen."""
        return self.bad_events > 0 or self.unread > 0 or bool(self.passed_over)

    def absorb(self, other: ReadReport) -> None:
        """Adds what another search over the same data read: data read twice counts once."""
        for name in COUNTS:
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        self.problems += [text for text in other.problems if text not in self.problems]
        for name, count in other.passed_over.items():
            self.passed_over[name] = max(self.passed_over.get(name, 0), count)
        self.left_out += [text for text in other.left_out if text not in self.left_out]


class Swept(NamedTuple):
    """Of the events of a block: how many were taken, and where those are that were not, each by its
    number."""

    taken: int
    others: Mapping[int, tuple[int, int]]


class Recall(Protocol):
    """Knows the events of one file by their shape (`splay.shapes`), where it can."""

    @property
    def sweeping(self) -> bool:
        """Whether to take events many at a time, whatever their order."""

    @property
    def dense(self) -> bool:
        """Whether to take all events of a block."""

    @property
    def learning(self) -> bool:
        """Whether to learn from events that do not match, too."""

    def looked_at(self, matching: int, events: int) -> None: ...

    def alike(self, event: Event) -> Row | None: ...

    def known(self, data: bytes | bytearray, start: int, end: int) -> Run | bool | None: ...

    def learn(self, raw: bytes, event: Event) -> None: ...

    def sweep(self, block: bytes, gap: bytes, close: bytes) -> Swept | None:
        """Takes the events of a block. gap: what stands between them; close: how each ends."""

    def runs(self, others: int, *, end: bool) -> Iterator[Run]: ...


class Store(Protocol):
    """Where the events of a search come from: files, or indexes."""

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match `need`; progress is told of the bytes read."""
