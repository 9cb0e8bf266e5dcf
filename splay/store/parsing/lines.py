"""Text in which every line is an event, and what makes events of lines.

The times of lines are those that props.conf speaks of (`splay.store.parsing.timestamps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from splay.store.bytesearch import Data
from splay.store.event import Event, Need
from splay.store.literalscan import LiteralScan
from splay.store.parsing import windows_lines
from splay.store.parsing.eventmaker import UNKNOWN_HOST, EventMaker, FileFacts, InputSettings
from splay.store.parsing.linebreaking import whole_letters
from splay.store.parsing.rules import ParsingRules
from splay.store.parsing.stamps import Stamp
from splay.store.parsing.timestamps import Timestamps
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault, FileProblems

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

    def __init__(
        self,
        facts: FileFacts,
        settings: InputSettings,
        need: Need,
        problems: FileProblems,
        rules: ParsingRules | None = None,
    ) -> None:
        super().__init__(facts, settings, need, problems)
        rules = rules or ParsingRules()
        self._truncate = rules.lines.truncate
        self._stamps: dict[int, Stamp] = {}  # of lines of this region, by their beginning
        self._to_the_end = rules.times.prefix is not None or rules.times.lookahead < 0
        self._lookahead = rules.times.lookahead
        self.stamps = Timestamps(rules.times, settings.tz, facts.indextime, facts.name, facts.mtime)

    def head(self, text: str) -> int | None:
        return None

    def moment(self, text: bytes) -> float | None:
        stamp = self.stamps.find(text.decode("utf-8", "replace"))
        return None if stamp is None else stamp.time

    def own_time(self, data: Data, start: int, end: int) -> float | None:
        time = windows_lines.time_of(data, start, end, self.settings.tz)
        if time is not None:
            return time
        stamp = self._stamp(data, start, end)
        if stamp is None:
            self.why_no_time = Fault.NO_TIME
            return self.stamps.fixed
        if not self.stamps.believable(stamp.time):
            self.why_no_time = Fault.FAR_TIME
            return None
        return stamp.time

    @property
    def lookahead(self) -> int:
        """The bytes of a line in which a date is looked for; -1: all."""
        return self._lookahead

    def is_dated(self, data: Data, start: int, end: int) -> bool:
        """Whether a line holds a date. It is remembered until the region is done: the line begins
        an event, and the date is its time."""
        stamp = self._stamp(data, start, end)
        if stamp is not None:
            self._stamps[start] = stamp
        return stamp is not None

    def region_done(self, data: Data, end: int) -> None:
        super().region_done(data, end)
        self._stamps.clear()

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
        windows = windows_lines.origin_of(data, start, end)
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

    def _stamp(self, data: Data, start: int, end: int) -> Stamp | None:
        known = self._stamps.get(start)
        if known is not None:
            return known
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

    def __init__(self, maker: EventMaker, scan: LiteralScan, problems: FileProblems) -> None:
        self._maker = maker
        self._scan = scan
        self._problems = problems
        self._rest = b""
        self._oversize = False

    def feed(self, block: bytes) -> Iterator[Event]:
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

    def finish(self) -> Iterator[Event]:
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

    def _region(self, data: bytes) -> Iterator[Event]:
        self._problems.events(count_lines(data))
        for start, end in self._wanted(data):
            event = self._maker.make(data, start, end)
            if event is not None:
                yield event
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
