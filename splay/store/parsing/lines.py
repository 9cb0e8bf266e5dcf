"""Text in which every line is an event: all that is not Windows events of several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from splay.store.bytesearch import Data
from splay.store.event import Event
from splay.store.literalscan import LiteralScan
from splay.store.parsing import windows_lines
from splay.store.parsing.eventmaker import UNKNOWN_HOST, EventMaker
from splay.store.parsing.timeforms import american_time, iso_time
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault, FileProblems

LOOKAHEAD = 128
"""How far into a line a time is looked for: MAX_TIMESTAMP_LOOKAHEAD of props.conf."""

SHORTEST_TIME = len("1/1/2026 0:00:00")


class LineEventMaker(EventMaker):
    """Names events after their file, as Splunk does when inputs.conf says nothing.

    Windows events that stand on a line are named and timed as such.
    """

    values = re.compile(rb"(?!)()")  # lines are of no shape that could be told
    time_at = re.compile(r"(?!)()")
    origin_at = ()

    leads = (b":", b": ", b'"', b"=")

    def head(self, text: str) -> int | None:
        return None

    def moment(self, text: bytes) -> float | None:
        time = iso_time(text, self.settings.tz, whole=False)
        return american_time(text, self.settings.tz, whole=False) if time is None else time

    def own_time(self, data: Data, start: int, end: int) -> float | None:
        time = windows_lines.time_of(data, start, end, self.settings.tz)
        if time is not None:
            return time
        return self.moment(bytes(data[start : min(end, start + LOOKAHEAD)]))

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


class JsonEventMaker(LineEventMaker):
    """Makes the events that `windows_json.JsonReader` cuts out: each comes by itself."""

    def latest_time(self, data: Data, start: int, end: int) -> float | None:
        return self.own_time(data, start, end) if end > start else None

    def around(self, data: Data, place: int, end: int) -> tuple[int, int]:
        return 0, end


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
        self._problems.events(_count(data))
        for start, end in self._wanted(data):
            event = self._maker.make(data, start, end)
            if event is not None:
                yield event
        self._maker.region_done(data, len(data))

    def _wanted(self, data: bytes) -> Iterator[tuple[int, int]]:
        if self._scan.empty:
            yield from _all_lines(data)
            return
        folded = self._scan.folded(data, len(data))
        if folded is not None:
            yield from self._scan.candidates(data, folded, len(data), LineEnds())


def _all_lines(data: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        event = _without_return(data, start, end)
        if not data[start:end].isspace() and event[1] > event[0]:
            yield event
        start = end + 1


def _count(data: bytes) -> int:
    if b"\n\n" in data or b"\n\r" in data or b" \n" in data or data[:1].isspace():
        return sum(1 for line in data.split(b"\n") if line and not line.isspace())
    return data.count(b"\n") + (data[-1:] not in (b"", b"\n"))


def _without_return(data: Data, start: int, end: int) -> tuple[int, int]:
    return start, end - 1 if end > start and data[end - 1 : end] == b"\r" else end
