"""Text in which every line is an event, and what makes events of lines.

The times of lines are those that props.conf speaks of (`splay.store.parsing.timestamps`).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from splay.rows import Row
from splay.store.bytesearch import Data
from splay.store.event import Event, Found, Recall
from splay.store.parsing import windows_lines
from splay.store.parsing.eventmaker import UNKNOWN_HOST, EventMaker, Reading
from splay.store.parsing.linebreaking import whole_letters
from splay.store.parsing.rules import ParsingRules
from splay.store.parsing.stamps import Stamp
from splay.store.parsing.steadytimes import SteadyTimes
from splay.store.parsing.timestamps import Timestamps
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault
from splay.store.run import Moments, Run

SHORTEST_TIME = len("0:00:00")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_DATE_GROUPS = ("Y", "m", "mon", "d", "a", "b")
TRUNCATED = {"meta": "truncated"}
"""The field of an event of which TRUNCATE has cut something off."""


class LineEventMaker(EventMaker):
    """Names events after their file, as Splunk does when inputs.conf says nothing.

    Windows events that stand on a line are named and timed as such, and never cut.
    """

    values = re.compile(rb"(?!)()")  # lines are of no shape that could be told
    time_at = re.compile(r"(?!)()")
    origin_at = ()

    leads = (b":", b": ", b'"', b"=")

    def __init__(self, reading: Reading, rules: ParsingRules | None = None) -> None:
        super().__init__(reading)
        rules, facts = rules or ParsingRules(), self.facts
        self._truncate = rules.lines.truncate
        self._times: dict[int, float] = {}  # of lines of this region, by their beginning
        self._no_windows = False  # it is known that no line of this region is a Windows event
        self._each = False  # events must be looked into one by one
        self._to_the_end = rules.times.prefix is not None or rules.times.lookahead < 0
        self._lookahead = rules.times.lookahead
        self.stamps = Timestamps(
            rules.times, self.settings.tz, facts.indextime, facts.name, facts.mtime
        )
        self._believable = self.stamps.span
        steady = rules.times.automatic and not self._to_the_end
        self._steady = SteadyTimes(self._lookahead) if steady else None

    def head(self, text: str) -> int | None:
        return None

    def moment(self, text: bytes) -> float | None:
        stamp = self.stamps.find(text.decode("utf-8", "replace"))
        return None if stamp is None else stamp.time

    def own_time(self, data: Data, start: int, end: int) -> float | None:
        if not self._no_windows:
            time = windows_lines.time_of(data, start, end, self.settings.tz)
            if time is not None:
                return time
        time = self._times.get(start) or self._written_time(data, start, end)
        if time is None:
            self.why_no_time = Fault.NO_TIME
            return self.stamps.fixed
        first, last = self._believable
        if not first <= time <= last:
            self.why_no_time = Fault.FAR_TIME
            return None
        return time

    @property
    def lookahead(self) -> int:
        """The bytes of a line in which a date is looked for; -1: all."""
        return self._lookahead

    def is_dated(self, data: Data, start: int, end: int) -> bool:
        """Whether a line holds a date. It is remembered until the region is done: the line begins
        an event, and the date is its time."""
        time = self._written_time(data, start, end)
        if time is not None:
            self._times[start] = time
        return time is not None

    def region_begun(self, data: bytes) -> None:
        """Looks a region over whose events are all to be made."""
        self._no_windows = not windows_lines.may_hold(data)

    def found(
        self, data: Data, events: Iterator[tuple[int, int]], recall: Recall | None
    ) -> Iterator[Found]:
        """The events in these ranges, those together that are alike but for their times."""
        if recall is not None and self._no_windows and not self._each:
            yield from self._together(data, events, recall)
        for start, end in events:
            event = self.make(data, start, end) if end > start else None
            if event is not None:
                yield event

    def _together(
        self, data: Data, events: Iterator[tuple[int, int]], recall: Recall
    ) -> Iterator[Found]:
        """All of them, unless the first shows that they must be looked into one by one."""
        row: Row | None = None
        times = array("d")
        for start, end in events:
            time = self.time(data, start, end)
            if not (self.always or self.wanted(time)):
                continue
            if row is not None and not 0 < self._truncate < end - start:
                times.append(time)
                continue
            event = self.event(data, start, end, time)
            if row is None and not event.fields:
                row = recall.alike(event)
                if row is not None:
                    times.append(time)
                    continue
                self._each = True
                yield event
                return
            if row is not None and times:
                yield Run(row, Moments(times))
                times = array("d")
            yield event
        if row is not None and times:
            yield Run(row, Moments(times))

    def region_done(self, data: Data, end: int) -> None:
        super().region_done(data, end)
        self._times.clear()
        self._no_windows = False

    def day(self, data: Data, start: int) -> bytes:
        """The day in a line (with the hour, where the year is not written before it), with the
        character before and the one behind: a line that holds this holds a date. b"": none.
        """
        end = data.find(b"\n", start)
        stamp = self._stamp(data, start, len(data) if end < 0 else end)
        if stamp is None or self._to_the_end:
            return b""
        groups = stamp.found.re.groupindex
        ends = [stamp.found.end(name) for name in _DATE_GROUPS if name in groups]
        end = max(ends, default=-1)
        hour = stamp.found.end("H") if "H" in groups else -1
        if ("mon" in groups and end > hour >= 0) or "Y" not in groups:
            end = hour
        first = max(0, stamp.start - 1)
        day = bytes(data[start + first : start + end + 1])
        return b"" if end < first or len(day) <= end - first or day[-1:].isdigit() else day

    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        while end > start:
            line = data.rfind(b"\n", start, end - 1) + 1 or start
            time = self.own_time(data, line, end) if end - line >= SHORTEST_TIME else None
            if time is not None:
                return time
            end = line
        return None

    def origin(self, data: Data, start: int, end: int) -> tuple[str, str, str]:
        windows = None if self._no_windows else windows_lines.origin_of(data, start, end)
        if windows is None:
            return UNKNOWN_HOST, self.facts.name, self.facts.stem
        host, source, sourcetype = windows
        return host or UNKNOWN_HOST, source, sourcetype

    def event(self, data: Data, start: int, end: int, time: float) -> Event:
        """The event data[start:end], its lines within TRUNCATE."""
        event = super().event(data, start, end, time)
        limit = self._truncate
        if limit and end - start > limit:
            lines = bytes(data[start:end]).split(b"\n")
            long = any(len(line) > limit for line in lines)
            if long and windows_lines.origin_of(data, start, end) is None:
                cut = b"\n".join(whole_letters(line[:limit]) for line in lines)
                event.raw = self.text(cut)
                event.fields = TRUNCATED
        return event

    def text(self, raw: Data) -> str:
        """The event's text. Lines are put together without empty ones between them."""
        if b"\n" in raw or b"\r" in raw:
            raw = _LINE_ENDS.sub(b"\n", raw)
        return super().text(raw)

    def _written_time(self, data: Data, start: int, end: int) -> float | None:
        """The time that stands in a line or event, believable or not."""
        steady = self._steady
        if steady is not None:
            time = steady.read(data, start, end)
            if time is not None:
                return time
        stamp = self._stamp(data, start, end)
        if stamp is None:
            return None
        if steady is not None:
            line = bytes(data[start : min(end, start + self._lookahead)])
            steady.learn(line, stamp, self.stamps.reading)
        return stamp.time

    def _stamp(self, data: Data, start: int, end: int) -> Stamp | None:
        if self._to_the_end:
            return self.stamps.find(bytes(data[start:end]).decode("utf-8", "replace"))
        part = data[start : min(end, start + self._lookahead)]
        return self.stamps.find(part.decode("latin-1"))  # as many characters as bytes


class JsonEventMaker(LineEventMaker):
    """Makes the events that `windows_json.JsonReader` cuts out: each comes by itself."""

    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        return self.own_time(data, start, end) if end > start else None

    def around(self, data: Data, place: int, end: int) -> tuple[int, int]:
        return 0, end

    def text(self, raw: Data) -> str:
        return EventMaker.text(self, raw)


class LineEnds:
    """Bounds in a region whose events are lines."""

    def around(self, data: Data, place: int, after: int) -> tuple[int, int] | None:
        start = data.rfind(b"\n", 0, place) + 1
        end = data.find(b"\n", place)
        return _without_return(data, start, len(data) if end < 0 else end)


class LineReader:
    """Takes blocks of bytes, gives the lines that pass the scan. Empty lines are no events."""

    def __init__(self, maker: LineEventMaker) -> None:
        self._maker = maker
        self._recall = maker.reading.recall(maker)
        self._scan = maker.reading.scan
        self._problems = maker.reading.problems
        self._rest = b""
        self._oversize = False

    def feed(self, block: bytes) -> Iterator[Found]:
        """The lines that end in this block."""
        last = block.rfind(b"\n")
        if last < 0:
            self._keep(block)
            return
        region = self._rest + block[: last + 1]
        if self._oversize:
            region = region[region.find(b"\n") + 1 :]
            self._oversize = False
        self._rest = block[last + 1 :]
        yield from self._region(region)

    def take(self) -> bytes:
        """The beginning of a line whose end has not come yet; it must be fed again."""
        rest, self._rest = self._rest, b""
        return rest

    def finish(self) -> Iterator[Found]:
        """The last line, if no line end follows it."""
        rest, self._rest = self._rest, b""
        if not self._oversize:
            yield from self._region(rest)

    def _keep(self, block: bytes) -> None:
        if self._oversize:
            return
        self._rest += block
        if len(self._rest) > MAX_EVENT:
            self._problems.fault(Fault.TOO_LONG)
            self._rest = b""
            self._oversize = True

    def _region(self, data: bytes) -> Iterator[Found]:
        self._problems.events(count_lines(data))
        if self._scan.empty:
            self._maker.region_begun(data)
        yield from self._maker.found(data, self._wanted(data), self._recall)
        self._maker.region_done(data, len(data))

    def _wanted(self, data: bytes) -> Iterator[tuple[int, int]]:
        if self._scan.empty:
            yield from all_lines(data)
            return
        folded = self._scan.folded(data, len(data))
        if folded is not None:
            yield from self._scan.candidates(data, folded, len(data), LineEnds())


def all_lines(data: bytes) -> Iterator[tuple[int, int]]:
    """The bounds of all lines that are not empty."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        event = _without_return(data, start, end)
        if not data[start:end].isspace() and event[1] > event[0]:
            yield event
        start = end + 1


def count_lines(data: bytes) -> int:
    """How many lines are not empty."""
    if b"\n\n" in data or b"\n\r" in data or b" \n" in data or data[:1].isspace():
        return sum(1 for line in data.split(b"\n") if line and not line.isspace())
    return data.count(b"\n") + (data[-1:] not in (b"", b"\n"))


def _without_return(data: Data, start: int, end: int) -> tuple[int, int]:
    return start, end - 1 if end > start and data[end - 1 : end] == b"\r" else end
