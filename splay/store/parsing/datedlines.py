"""Lines that are put together by their dates: an event begins at each line that holds one.

So Splunk reads text that no setting speaks of (BREAK_ONLY_BEFORE_DATE). Whether a line holds a date
is asked of few lines only: where all lines hold the same day, counting shows that each is an
event; elsewhere a line without two digits around one of : - / . cannot hold a date.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from splay.store.bytesearch import Data, count, find
from splay.store.event import Found
from splay.store.literalscan import nearest
from splay.store.parsing import windows_lines
from splay.store.parsing.lines import LineEnds, LineEventMaker, all_lines, count_lines
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault

_BLANK_LINES = re.compile(rb"(?:[^\S\n]*\n)*")
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_HINTS = (b"0:00", b"0-0", b"0/0", b".0000", b" 0000", b"00000000", b'{"', b'{ "', b"EventCode=")
"""One of these stands in every time that is recognised, once all its digits are 0, and in every
Windows event on a line."""


class EventStarts:
    """Bounds in a region whose events begin at these places."""

    def __init__(self, starts: list[int], end: int) -> None:
        self._starts = starts
        self._end = end

    def __len__(self) -> int:
        return len(self._starts)

    def around(self, data: Data, place: int, after: int) -> tuple[int, int] | None:
        number = bisect_right(self._starts, place) - 1
        return None if number < 0 else self.event(data, number)

    def event(self, data: Data, number: int) -> tuple[int, int]:
        """The bounds of one event, without what is empty behind it."""
        start = self._starts[number]
        last = number + 1 == len(self._starts)
        end = self._end if last else self._starts[number + 1]
        while (line := data.rfind(b"\n", start, end)) > start and data[line:end].isspace():
            end = line
        while end > start and data[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def all(self, data: Data) -> Iterator[tuple[int, int]]:
        return (self.event(data, number) for number in range(len(self._starts)))


class Days:
    """Finds the lines of a region that hold a date."""

    def __init__(self, maker: LineEventMaker) -> None:
        self._maker = maker
        self._day = b""  # that of the line that was looked at last
        self._within: re.Pattern[bytes] | None = None

    def are_all(self, data: bytes) -> bool:
        """Whether every line holds the same day: then each is an event."""
        if not self._day or not data.startswith(self._day):
            self._learn(self._maker.day(data, 0))
        day = self._day
        if not day:
            return False
        lines = count(data, b"\n", 0, len(data)) + (data[-1:] != b"\n")
        if data.startswith(day) and count(data, b"\n" + day, 0, len(data)) + 1 == lines:
            return True
        if self._within is None or lines != count(data, day, 0, len(data)):
            return False
        return len(self._within.findall(data)) == lines

    def _learn(self, day: bytes) -> None:
        """Takes in the day of a line, and how it is found further within one."""
        self._day = day
        room = self._maker.lookahead - len(day)
        spelled = rb"(?m)^[^\n]{0,%d}?%b[^\n]*+" % (room, re.escape(day))
        self._within = re.compile(spelled) if day and room >= 0 else None

    def starts(self, data: bytes, max_events: int) -> list[int]:
        """Where events begin in a region that begins with one."""
        lines: list[int] = []
        masked, day = data.translate(_DIGITS), self._day or b"\n"
        next_hint = nearest(masked, _HINTS, len(masked))
        place = 0
        while (hint := next_hint(place)) >= 0:
            line = data.rfind(b"\n", 0, hint) + 1
            end = find(data, b"\n", hint, len(data))
            end = len(data) if end < 0 else end
            if (
                data.startswith(day, line)
                or self._maker.is_dated(data, line, end)
                or windows_lines.origin_of(data, line, end)
            ):
                lines.append(line)
            place = end
        return list(_split(data, _apart(data, lines), max_events))


def _apart(data: bytes, lines: list[int]) -> Iterator[int]:
    """The beginnings of events, with those of the lines that follow a Windows event on a line: it
    ends there."""
    for start, end in pairwise([*lines, len(data)]):
        yield start
        after = data.find(b"\n", start, end) + 1
        if 0 < after < end and windows_lines.origin_of(data, start, after - 1):
            yield after


def _split(data: bytes, lines: Iterable[int], max_events: int) -> Iterator[int]:
    """Where events begin, none of which has more lines than MAX_EVENTS lets it have."""
    bounds = [*lines, len(data)]
    blank = _BLANK_LINES.match(data)
    first = blank.end() if blank else 0
    if first < bounds[0]:
        bounds.insert(0, first)  # lines before the first date
    for number in range(len(bounds) - 1):
        start, end = bounds[number], bounds[number + 1]
        yield start
        if end - start <= max_events:
            continue  # it cannot have so many lines
        had = 0
        while start < end:
            after = data.find(b"\n", start, end)
            after = end if after < 0 else after + 1
            if data[start:after].strip():
                if had > max_events:
                    yield start
                    had = 0
                had += 1
            start = after


class DatedReader:
    """Takes blocks of bytes, gives the events that pass the scan.

    An event ends where the next begins, so the last of a block waits for the next block.
    """

    def __init__(self, maker: LineEventMaker, max_events: int) -> None:
        self._recall = maker.reading.recall(maker)
        self._maker = maker
        self._scan = maker.reading.scan
        self._problems = maker.reading.problems
        self._max_events = max_events
        self._days = Days(maker)
        self._rest = b""
        self._oversize = False  # inside a line that is being left out

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that are known to end in this block."""
        data = self._rest + block
        if self._oversize:
            end = data.find(b"\n") + 1
            data, self._oversize = (data[end:], False) if end else (b"", True)
        last = data.rfind(b"\n")
        if last < 0:
            self._rest = data
            if len(data) > MAX_EVENT:
                self._problems.fault(Fault.TOO_LONG)
                self._rest, self._oversize = b"", True
            return
        region = data[: last + 1]
        if self._days.are_all(region):
            start = data.rfind(b"\n", 0, last) + 1
            cut = start if len(data) - start <= MAX_EVENT else len(region)
            self._rest = data[cut:]
            yield from self._lines(data[:cut])
            return
        starts = self._days.starts(region, self._max_events)
        if not starts:
            self._rest = data[last + 1 :]
            return
        cut = starts.pop() if len(data) - starts[-1] <= MAX_EVENT else len(region)
        self._rest = data[cut:]
        yield from self._events(region[:cut], starts)

    def finish(self) -> Iterator[Found]:
        """The last events."""
        rest, self._rest = self._rest, b""
        if rest.strip():
            yield from self._events(rest, self._days.starts(rest, self._max_events))

    def _lines(self, data: bytes) -> Iterator[Found]:
        """The events of a region in which every line is one."""
        self._problems.events(count_lines(data))
        if self._scan.empty:
            self._maker.region_begun(data)
            yield from self._made(data, all_lines(data))
            return
        folded = self._scan.folded(data, len(data))
        if folded is None:
            self._maker.region_done(data, len(data))
            return
        bounds = LineEnds()
        yield from self._made(data, self._scan.candidates(data, folded, len(data), bounds))

    def _events(self, data: bytes, starts: list[int]) -> Iterator[Found]:
        bounds = EventStarts([s for s in starts if s < len(data)], len(data))
        self._problems.events(len(bounds))
        events = bounds.all(data)
        if self._scan.empty:
            self._maker.region_begun(data)
        else:
            folded = self._scan.folded(data, len(data))
            if folded is None:
                self._maker.region_done(data, len(data))
                return
            events = self._scan.candidates(data, folded, len(data), bounds)
        yield from self._made(data, events)

    def _made(self, data: bytes, events: Iterator[tuple[int, int]]) -> Iterator[Found]:
        yield from self._maker.found(data, events, self._recall)
        self._maker.region_done(data, len(data))
