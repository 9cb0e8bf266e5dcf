"""From the bytes of one event to an `Event`: its time, where it is from, its text."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cached_property
from typing import ClassVar

from splay.store.bytesearch import Data
from splay.store.event import Event, Found, Need, Recall
from splay.store.literalscan import LiteralScan
from splay.store.parsing.indextime import IndexTime
from splay.store.problems import Fault, FileProblems
from splay.store.related import CODE

UNKNOWN_HOST = "unknown"


@dataclass(frozen=True)
class InputSettings:
    """What Splunk's inputs.conf says of an input; None: taken from the event itself.

    tz: the zone of times that name none (classic text events, other lines).
    index_time: what props.conf and transforms.conf say of its text; None: nothing.
    """

    host: str | None = None
    source: str | None = None
    sourcetype: str | None = None
    index: str = "main"
    tz: tzinfo = UTC
    index_time: IndexTime | None = None


@dataclass(frozen=True)
class FileFacts:
    """The file that events come from: as named by the user, and for what they do not say."""

    name: str
    stem: str  # without the ending, and without .gz
    mtime: float
    indextime: float
    before: float | None = None  # the time of the event before, where only a part is read


@dataclass(frozen=True)
class Reading:
    """What makers and readers of one file are given.

    facts: which file it is. settings: how its events are named. need: what a search needs of them.
    problems: is told what is wrong with it. recall: what recalls the events of a maker, where that
    is asked for.
    """

    facts: FileFacts
    settings: InputSettings
    need: Need
    problems: FileProblems
    recall: Callable[[EventMaker], Recall | None] = lambda _: None

    @cached_property
    def scan(self) -> LiteralScan:
        """What finds the events that hold what the search needs."""
        return LiteralScan(self.need.literals)


def as_text(pattern: re.Pattern[bytes]) -> re.Pattern[str]:
    """The same expression over text."""
    return re.compile(pattern.pattern.decode("ascii"), pattern.flags | re.ASCII)


class EventMaker(ABC):
    """Makes the events of one file, region by region (a region holds whole events).

    An event without a usable time gets that of the event before it, whether or not that
    one was wanted, or else the file's: never the time of reading.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.facts = reading.facts
        self.settings = reading.settings
        self._need = reading.need
        self._problems = reading.problems
        # The time of the latest event before self._known_end.
        self._known: float | None = reading.facts.before
        self._known_end = 0
        self.counting = True  # of related events

    leads: ClassVar[tuple[bytes, ...]] = ()
    """What stands before an event's code."""
    why_no_time = Fault.NO_TIME
    """What was wrong with the time, where `own_time` last gave none."""
    values: ClassVar[re.Pattern[bytes]]
    """Where in an event values stand: in one of its groups."""
    time_at: ClassVar[re.Pattern[str]]
    """What `own_time` reads, as an expression over the event's text: its first group."""
    origin_at: ClassVar[tuple[re.Pattern[str], ...]]
    """What `origin` reads, in the same way: the first match of each."""

    @abstractmethod
    def head(self, text: str) -> int | None:
        """Where in the event's text that which they read ends; None where there is no such part."""

    @abstractmethod
    def moment(self, text: bytes) -> float | None:
        """The time that such a text stands for."""

    @abstractmethod
    def own_time(self, data: Data, start: int, end: int) -> float | None:
        """The event's own time."""

    @abstractmethod
    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        """The last usable time of an event within data[start:end]."""

    @abstractmethod
    def origin(self, data: Data, start: int, end: int) -> tuple[str, str, str]:
        """host, source and sourcetype by the event's own account."""

    def text(self, raw: Data) -> str:
        """The event's text; bytes that are not UTF-8 become U+FFFD and are noted."""
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._problems.fault(Fault.NOT_UTF8)
            return raw.decode("utf-8", "replace")

    def make(self, data: Data, start: int, end: int) -> Event | None:
        """The event data[start:end]; None when it lies outside the time range."""
        time = self.time(data, start, end)
        return self.event(data, start, end, time) if self.wanted(time) else None

    def time(self, data: Data, start: int, end: int) -> float:
        """The time of the event data[start:end]; one after the other is asked for its own."""
        time = self.own_time(data, start, end)
        if time is None:
            self._problems.fault(self.why_no_time)
            time = self._time_before(data, start)
        self._known, self._known_end = time, end
        return time

    def newest(self, data: Data, events: Iterable[tuple[int, int]]) -> Iterator[Event]:
        """The events in these ranges that may be among the newest, which alone are needed."""
        assert self._need.newest is not None
        timed = ((self.time(data, start, end), start, end) for start, end in events)
        wanted = [one for one in timed if self.wanted(one[0])]
        for time, start, end in self._need.newest.among(wanted):
            yield self.event(data, start, end, time)

    @property
    def newest_only(self) -> bool:
        """Whether all but the newest events may be left out. Of others than these it is not known
        that a search leaves their times as they are."""
        return False

    @property
    def always(self) -> bool:
        """Whether every time is in the time range."""
        return self._need.earliest is None and self._need.latest is None

    def wanted(self, time: float) -> bool:
        """Whether a time is in the time range."""
        return self._need.holds_time(time)

    def rewrites(self, event: Event) -> bool:
        """Whether settings change the event before it is indexed."""
        index_time = self.settings.index_time
        return index_time is not None and index_time.rewriter.touches(event)

    def passed(self, time: float, end: int) -> None:
        """Notes that an event with this time ended here, though it was not made."""
        self._known, self._known_end = time, end

    def event(self, data: Data, start: int, end: int, time: float) -> Event:
        """The event data[start:end], whatever the time range."""
        settings, facts = self.settings, self.facts
        host, source, sourcetype = settings.host, settings.source, settings.sourcetype
        if host is None or source is None or sourcetype is None:
            own = self.origin(data, start, end)
            host = own[0] if host is None else host
            source = own[1] if source is None else source
            sourcetype = own[2] if sourcetype is None else sourcetype
        raw = self.text(data[start:end])
        event = Event(raw, time, host, source, sourcetype, settings.index, facts.indextime)
        event.file = facts.name
        return event

    def whole(self, raw: bytes, time: float) -> Event:
        """An event of which this is all, and its time is known."""
        return self.event(raw, 0, len(raw), time)

    def region_done(self, data: Data, end: int) -> None:
        """Remembers the last time of the region data[:end], for the first event of the next."""
        self._known = self._latest_or_known(data, end)
        self._known_end = 0
        if self._need.related is not None and self.counting:
            self.count_related(data, end)

    def count_related(self, data: Data, end: int) -> None:
        """Tells the report of the events of the region that `Need.related` asks for."""
        codes, related = self._need.related, self._problems.report.related
        assert codes is not None
        for place in codes.places(data, end, self.leads):
            if related.full:
                related.cut = True
                return
            start, stop = self.around(data, place, end)
            first = CODE.search(data, start, stop)
            if first is None or first.start(1) != place:
                continue  # it stands within the data of another event
            time = self.own_time(data, start, stop)
            if self.always or (time is not None and self.wanted(time)):
                related.add(self.origin(data, start, stop)[0], time)

    def around(self, data: Data, place: int, end: int) -> tuple[int, int]:
        """The event around a place of the region data[:end]: here, the line."""
        start = data.rfind(b"\n", 0, place) + 1
        stop = data.find(b"\n", place, end)
        return start, end if stop < 0 else stop

    def _time_before(self, data: Data, start: int) -> float:
        known = self._latest_or_known(data, start)
        return self.facts.mtime if known is None else known

    def _latest_or_known(self, data: Data, end: int) -> float | None:
        latest = self.latest_time(data, self._known_end, end)
        return self._known if latest is None else latest


def read_events(
    maker: EventMaker, recall: Recall | None, data: Data, events: Iterable[tuple[int, int]]
) -> Iterator[Found]:
    """Yield the event in each (start, end) range, or its cached fields if its shape is known.

    Events outside the time range are left out.
    """
    if maker.newest_only:
        yield from maker.newest(data, events)
        return
    if recall is None:
        for start, end in events:
            event = maker.make(data, start, end)
            if event is not None:
                yield event
        return
    for start, end in events:
        known = recall.known(data, start, end)
        if known:
            if known is not True:
                yield known
            continue
        event = maker.make(data, start, end)
        if event is not None:
            if known is False and not maker.rewrites(event):
                recall.learn(bytes(data[start:end]), event)
            yield event


def learn(maker: EventMaker, recall: Recall, data: Data, events: Iterable[tuple[int, int]]) -> None:
    """Learns from events that are not wanted, and of no known shape when they were looked at."""
    for start, end in events:
        time, raw = maker.own_time(data, start, end), bytes(data[start:end])
        if time is None or not raw.isascii() or recall.known(raw, 0, len(raw)):
            continue
        event = maker.event(raw, 0, len(raw), time)
        if not maker.rewrites(event):
            recall.learn(raw, event)
