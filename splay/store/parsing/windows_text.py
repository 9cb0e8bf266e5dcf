"""Classic Windows events as text: a line with the time, then key=value lines, then Message=.

https://help.splunk.com (Getting Data In, "Monitor Windows event log data").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import tzinfo

from splay.store.bytesearch import Data
from splay.store.event import Found
from splay.store.parsing.eventmaker import UNKNOWN_HOST, EventMaker, as_text, read_events
from splay.store.parsing.timeforms import american_time, wmi_time
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault

# The line before the header ends with \n; a file's first header is found behind one put there.
_HEADER = re.compile(
    rb"\n(?:\xef\xbb\xbf)?(\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?"
    rb"|\d{14}\.\d{6}(?:[+-]\d{3})?)[ \t]*\r?\n(?=[A-Za-z]\w*=)"
)
_LOG_NAME = re.compile(rb"\nLogName=([^\r\n]*)")
_LOG_FILE = re.compile(rb"\nLogfile=([^\r\n]*)")  # of events read through WMI
_COMPUTER = re.compile(rb"\nComputerName=([^\r\n]*)")
_LONGEST_HEADER = 128
_LONGEST_HEAD = 4096


def classic_start(data: bytes) -> int:
    """Where classic events begin in `data`; -1 when nowhere."""
    if b"\nLogName=" not in data and b"\nLogfile=" not in data:
        return -1
    found = _HEADER.search(b"\n" + data if data[:1].isdigit() or data[:1] == b"\xef" else data)
    return max(0, found.start()) if found else -1


class ClassicEventMaker(EventMaker):
    """Makes events as Splunk's Windows event input names them without renderXml."""

    values = re.compile(rb"(?:\A|\n[A-Za-z][\w ]*=|:[ \t]+)([^\s](?:[^\r\n]*[^\s])?)")
    time_at = re.compile(r"\A([^\n]*)\n")
    origin_at = (as_text(_COMPUTER), as_text(_LOG_NAME))

    leads = (b"EventCode=",)

    def around(self, data: Data, place: int, end: int) -> tuple[int, int]:
        start = max(0, place - _LONGEST_HEAD)
        for found in _HEADER.finditer(data, start, place):
            start = found.start() + 1
        following = _HEADER.search(data, place, end)
        return start, following.start() + 1 if following else end

    def head(self, text: str) -> int | None:
        message = text.find("\nMessage=")
        return len(text) if message < 0 else message + 1

    def moment(self, text: bytes) -> float | None:
        return _header_time(text.strip(), self.settings.tz)

    def own_time(self, data: Data, start: int, end: int) -> float | None:
        line = data.find(b"\n", start, end)
        return self.moment(bytes(data[start:line])) if line > 0 else None

    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        # From the end, in growing steps: the last header is near it as a rule.
        step = 8192
        begin = max(0, start - 1)
        while True:
            near = max(begin, end - step)
            for found in reversed(list(_HEADER.finditer(data, near, end))):
                time = _header_time(found[1], self.settings.tz)
                if time is not None:
                    return time
            if near == begin:
                return None
            step *= 8

    def origin(self, data: Data, start: int, end: int) -> tuple[str, str, str]:
        message = data.find(b"\nMessage=", start, end)
        head_end = end if message < 0 else message + 1
        computer = _COMPUTER.search(data, start, head_end)
        log = _LOG_NAME.search(data, start, head_end)
        host = _text(computer[1]) if computer else ""
        name = _text(log[1]) if log else ""
        if not log and (read := _LOG_FILE.search(data, start, head_end)):
            source = f"WMI:WinEventLog:{_text(read[1])}"
            return host or UNKNOWN_HOST, source, source
        source = f"WinEventLog:{name}" if name else self.facts.name
        return host or UNKNOWN_HOST, source, "WinEventLog"

    def text(self, raw: Data) -> str:
        """The event's text, with line ends as \\n as extractions expect them."""
        return super().text(raw.replace(b"\r\n", b"\n"))


class _Starts:
    """Bounds in a region whose events run from one header to the next."""

    def __init__(self, starts: list[int]) -> None:
        self._starts = starts

    def around(self, data: Data, place: int, after: int) -> tuple[int, int] | None:
        number = bisect_right(self._starts, place) - 1
        return None if number < 0 else self.event(data, number)

    def event(self, data: Data, number: int) -> tuple[int, int]:
        start = self._starts[number]
        last = number + 1 == len(self._starts)
        end = len(data) if last else self._starts[number + 1]
        while end > start and data[end - 1] in b" \t\r\n":
            end -= 1
        return start, end


class ClassicReader:
    """Takes blocks of bytes, gives the events that pass the scan.

    An event ends where the next begins, so the last of a block waits for the next block.
    """

    def __init__(self, maker: EventMaker) -> None:
        self._maker = maker
        self._scan = maker.reading.scan
        self._problems = maker.reading.problems
        self._recall = maker.reading.recall(maker)
        self._rest = b"\n"
        self._headers: list[int] = []  # the header that _rest begins with, if it does
        self._searched = 0  # no other header begins before here in _rest
        self._oversize = False

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that are known to end in this block."""
        data = self._rest + block
        headers = self._headers + [m.start() for m in _HEADER.finditer(data, self._searched)]
        if headers and (headers[-1] > 0 or self._oversize):
            # The line end before a header is the region's last byte and the rest's first.
            last = headers.pop()
            region, data = data[: last + 1], data[last:]
            yield from self._region(region, headers)
            headers = [0]
        self._rest = self._bounded(data)
        self._headers = [] if self._oversize else headers
        self._searched = max(len(self._headers), len(self._rest) - _LONGEST_HEADER)

    def finish(self) -> Iterator[Found]:
        """The last event."""
        rest, self._rest = self._rest, b""
        yield from self._region(rest, self._headers)

    def _bounded(self, data: bytes) -> bytes:
        if not self._oversize and len(data) <= MAX_EVENT:
            return data
        if not self._oversize:
            self._problems.fault(Fault.TOO_LONG)
        self._oversize = True
        return data[-_LONGEST_HEADER:]

    def _region(self, data: bytes, headers: list[int]) -> Iterator[Found]:
        starts = [place + 1 for place in headers]
        lead = data[: starts[0]] if starts else data
        if self._oversize:
            self._oversize = False
        else:
            self._problems.stray(lead)
        self._problems.events(len(starts))
        yield from read_events(self._maker, self._recall, data, self._wanted(data, starts))
        self._maker.region_done(data, len(data))

    def _wanted(self, data: bytes, starts: list[int]) -> Iterator[tuple[int, int]]:
        bounds = _Starts(starts)
        if self._scan.empty:
            yield from (bounds.event(data, number) for number in range(len(starts)))
            return
        folded = self._scan.folded(data, len(data))
        if folded is not None:
            yield from self._scan.candidates(data, folded, len(data), bounds)


def _header_time(text: bytes, tz: tzinfo) -> float | None:
    time = american_time(text, tz)
    return wmi_time(text, tz) if time is None else time


def _text(raw: bytes) -> str:
    return raw.strip().decode("utf-8", "replace")
