"""Windows events as XML: one a line, several a line, pretty-printed, or within <Events>.

Events are cut out of the bytes by their tags and never parsed here, so that there is
nothing to expand. https://learn.microsoft.com/windows/win32/wes/eventschema-eventtype-complextype
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from splay.store.bytesearch import Data, count, find, rfind
from splay.store.event import Found, Recall
from splay.store.parsing.eventmaker import EventMaker, learn, read_events
from splay.store.parsing.xml_marks import (
    CLOSE,
    DECLARATION,
    MAX_HEAD,
    OPEN,
    PREFIX,
    SYSLOG,
    TOKEN,
    all_events,
    declares,
    first_open,
    outside_of,
)
from splay.store.problems import Fault

MAX_EVENT = 16 * 1024 * 1024
"""An event longer than this is left out, so that memory stays bounded."""

_RARELY = b"\t\r\n"  # what may follow <Event instead of a space
_GAP = re.compile(
    rb"(?:\s++|\xef\xbb\xbf|<\?xml[^>]*\?>|</?Events\b[^>]*>|<!--.*?-->)*+", re.DOTALL
)
_DOCUMENT = re.compile(rb"\s*(?:<\?xml\s|<!DOCTYPE|<Events[\s>])", re.IGNORECASE)
_BEFORE_EVENT = re.compile(rb"\s*(?:<\?|<!|</?Events\b|</Event>|\Z|" + SYSLOG + rb"\Z)")


def xml_start(data: bytes, *, document: bool = True) -> int:
    """Where XML events begin in `data`: at the start of a line; -1 when nowhere.

    document: at the start of the file, where an XML declaration alone tells.
    """
    if document and _DOCUMENT.match(data):
        return 0
    place = 0
    while opened := OPEN.search(data, place):
        line = data.rfind(b"\n", place, opened.start()) + 1 or place
        if _BEFORE_EVENT.match(data, line, opened.start()):
            return line
        place = data.find(b"\n", opened.end()) + 1
        if not place:
            break
    return -1


class ClosingTags:
    """Bounds in a region where every closing tag belongs to exactly one event."""

    def around(self, data: Data, place: int, after: int) -> tuple[int, int] | None:
        close = data.find(CLOSE, max(after, place - len(CLOSE) + 1))
        if close < 0:
            return None
        before = data.rfind(CLOSE, after, close)
        opened = OPEN.search(data, after if before < 0 else before + len(CLOSE), close)
        if opened is None or place < opened.start():
            return None
        return opened.start(), close + len(CLOSE)


class XmlReader:
    """Takes blocks of bytes, gives the events that pass the scan.

    A block is laid behind what is left of the one before, in a buffer that is used again and
    again; what is looked at is always data[:end].
    """

    def __init__(self, maker: EventMaker) -> None:
        self._maker = maker
        self._scan = maker.reading.scan
        self._problems = maker.reading.problems
        self._recall = maker.reading.recall(maker)
        self._data = bytearray()
        self._held = 0  # so many bytes at its front follow the last closing tag
        self._oversize = False  # inside an event that is being left out
        self._declared = False  # a DOCTYPE stands before the next event
        self._joint = b""  # how an event ends and the next begins in this file
        self._between: list[tuple[bytes, bool]] = []

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that end in this block."""
        searched = max(0, self._held - len(CLOSE) + 1)
        end = self._append(block)
        if self._oversize:
            searched = 0
            end = self._hold(self._leave_oversize(end), end)
        apart = find(self._data, b"<!", 0, end) >= 0
        outside = outside_of(self._data, end) if apart else end
        last = rfind(self._data, CLOSE, 0 if apart else searched, outside)
        while apart and last >= 0 and (before := outside_of(self._data, last)) < last:
            last = rfind(self._data, CLOSE, 0, before)
        if last < 0:
            self._hold(self._without_end(end, outside), end)
            return
        stop = last + len(CLOSE)
        recall = self._recall
        sweeping = recall and recall.sweeping and (self._scan.empty or recall.dense)
        if recall and sweeping and stop <= MAX_EVENT and not apart:
            yield from self._sweep(self._data, stop, recall)
        else:
            yield from self._region(self._data, stop)
        self._maker.region_done(self._data, stop)
        self._hold(stop, end)

    def take_between(self) -> list[tuple[bytes, bool]]:
        """Text between events that is no XML, and whether an event follows it; to be read as what
        it is."""
        between, self._between = self._between, []
        return between

    def finish(self) -> Iterator[Found]:
        """What was taken and not yet given; problems what is left at the end of the file."""
        if self._recall:
            yield from self._recall.runs(0, end=True)
        rest = bytes(self._data[: self._held])
        if not self._oversize:
            opened = OPEN.search(rest)
            self._gap(rest[: opened.start()] if opened else rest, leads=False)
            self._problems.fault_if(Fault.HALF, len(OPEN.findall(rest)))
            self._problems.passed_over(rest[opened.start() :] if opened else b"")
            self._problems.fault_if(Fault.DECLARED, 1 if self._declared else 0)
        self._held = 0

    def _append(self, block: bytes) -> int:
        """Lays a block behind what is held; the number of bytes that are there then."""
        end = self._held + len(block)
        if end > len(self._data):
            grown = bytearray(end + end // 8)
            grown[: self._held] = self._data[: self._held]
            self._data = grown
        memoryview(self._data)[self._held : end] = block  # a slice of its own would copy twice
        return end

    def _hold(self, start: int, end: int) -> int:
        """Keeps data[start:end] for the next block; its length."""
        self._held = end - start
        if start:
            self._data[: self._held] = self._data[start:end]
        return self._held

    # ---- text without a closing tag ----

    def _leave_oversize(self, end: int) -> int:
        """Where the event that is too long is over: behind its tag or where another begins."""
        found = TOKEN.search(self._data, 0, end)
        if found is None:
            return max(0, end - len(CLOSE))
        self._oversize = False
        return found.end() if found[0] == CLOSE else found.start()

    def _without_end(self, end: int, outside: int) -> int:
        """From where on to keep text in which no event ends: at most one event's beginning.

        outside: where a comment or CDATA begins whose end has not come; else the end.
        """
        if self._oversize:
            return 0
        opened = first_open(self._data, outside)
        if opened is None and outside < end <= outside + MAX_EVENT:
            self._gap(self._data[:outside], leads=False)
            return outside
        if opened is None:
            # A tag may be cut in two by the end of the block.
            cut = self._data.rfind(b"<", max(0, end - MAX_HEAD), end)
            cut = end if cut < 0 else cut
            self._gap(self._data[:cut], leads=False)
            return cut
        start = opened.start()
        self._gap(self._data[:start], leads=True)
        if end - start <= MAX_EVENT:
            return start
        self._problems.fault(Fault.TOO_LONG)
        self._oversize = True
        return end - len(CLOSE)

    def _gap(self, text: Data, *, leads: bool) -> None:
        """Looks at text between events: nothing is passed over in silence.

        leads: whether an event follows.
        """
        if not text or text.isspace():
            return
        if DECLARATION.search(text):
            self._declared = True
            return
        if self._declared:
            return
        known = _GAP.match(text)
        start = known.end() if known else 0
        self._problems.passed_over(text[:start])
        rest = bytes(text[start:])
        if leads and (prefix := PREFIX.search(rest)):
            rest = rest[: prefix.start()]
        if rest.startswith(b"<"):
            self._problems.stray(rest)
        elif rest.strip():
            self._between.append((rest, leads))

    # ---- whole events ----

    def _region(self, data: Data, end: int) -> Iterator[Found]:
        closes = clean = self._clean(data, end)
        events: Iterable[tuple[int, int]]
        if not clean:
            events = self._one_by_one(data, 0, end)
            closes = len(events)
            events = self._passing(data, events, end)
        elif self._scan.empty:
            events = all_events(data, end)
        else:
            folded = self._scan.folded(data, end)
            events = (
                () if folded is None else self._scan.candidates(data, folded, end, ClosingTags())
            )
        self._problems.events(closes)
        if self._recall is None:
            yield from read_events(self._maker, None, data, events)
            return
        events = [*events]
        self._recall.looked_at(len(events), closes)
        if self._recall.sweeping and (
            swept := self._recall.sweep(_joined(data, events), b"", CLOSE)
        ):
            events = [events[number] for number in swept.others]
        yield from read_events(self._maker, self._recall, data, events)
        yield from self._recall.runs(len(events), end=False)

    def _passing(
        self, data: Data, events: list[tuple[int, int]], end: int
    ) -> list[tuple[int, int]]:
        """Those events of the region data[:end] that pass the scan."""
        if self._scan.empty or not events:
            return events
        if len(events) == 1:
            start, stop = events[0]
            return events if self._scan.holds(data[start:stop]) else []
        folded = self._scan.folded(data, end)
        return [e for e in events if folded is not None and self._scan.passes(data, folded, *e)]

    def _sweep(self, data: Data, end: int, recall: Recall) -> Iterator[Found]:
        """The events of a region by their shapes; those of no known shape one by one."""
        if not self._joint:
            self._learn(data, end)
        gap = self._joint[len(CLOSE) :].rpartition(b"<")[0]
        block = bytes(memoryview(data)[:end])
        swept = None if self._declared else recall.sweep(block, gap, CLOSE)
        if swept is None:
            yield from self._region(data, end)
            return
        whole = 0
        for start, stop in swept.others.values():
            events = self._one_by_one(data, start, stop)
            whole += len(events)
            passing = self._passing(data, events, end)
            if passing or not recall.learning:
                yield from read_events(self._maker, recall, data, passing)
            else:
                learn(self._maker, recall, data, events)
        self._problems.events(whole + swept.taken)
        yield from recall.runs(whole, end=False)

    def _clean(self, data: Data, end: int) -> int:
        """The number of events, where counting alone shows that this region is one whole event
        after the other; else 0."""
        opened = OPEN.search(data, 0, end)
        if opened is None or self._declared or end > MAX_EVENT:
            return 0
        # One byte is found in half the time of two.
        if data.find(b"!", 0, end) >= 0 and find(data, b"<!", 0, end) >= 0:
            return 0
        if not _GAP.fullmatch(data, 0, opened.start()):
            return 0
        if not self._joint:
            self._learn(data, end)
        # It begins with a tag that opens and ends with one that closes; each joint is one of
        # either, so if these are all tags there are, they take turns.
        whole = 1 + (count(data, self._joint, 0, end) if self._joint else 0)
        tags = count(data, b"Event>", 0, end) + count(data, b"<Event ", 0, end)
        for char in _RARELY:
            if data.find(char, 0, end) >= 0:
                tags += count(data, b"<Event%c" % char, 0, end)
        return whole if tags == 2 * whole else 0

    def _learn(self, data: Data, end: int) -> None:
        start = data.find(CLOSE, 0, end)
        opened = OPEN.search(data, start, end)
        if opened and _GAP.fullmatch(data, start + len(CLOSE), opened.start()):
            self._joint = bytes(data[start : opened.end()])

    def _one_by_one(self, data: Data, start: int, end: int) -> list[tuple[int, int]]:
        """The whole events of a region that holds something else as well; that is noted."""
        events: list[tuple[int, int]] = []
        opened, before = -1, start
        for token in TOKEN.finditer(data, start, end):
            if token[0].startswith(b"<!"):
                continue
            if token[0] != CLOSE:
                if opened < 0:
                    self._gap(data[before : token.start()], leads=True)
                else:
                    self._problems.fault(Fault.HALF)
                    self._problems.passed_over(data[opened : token.start()])
                opened = token.start()
                continue
            if opened < 0:
                self._problems.fault(Fault.HALF)
                self._problems.passed_over(data[before : token.end()])
            elif self._sound(data[opened : token.end()]):
                events.append((opened, token.end()))
            else:
                self._problems.passed_over(data[opened : token.end()])
            opened, before = -1, token.end()
        return events

    def _sound(self, raw: Data) -> bool:
        """Whether a whole event may be taken; problems why not."""
        declared, self._declared = self._declared, False
        if declared or declares(raw):
            self._problems.fault(Fault.DECLARED)
        elif len(raw) > MAX_EVENT:
            self._problems.fault(Fault.TOO_LONG)
        else:
            return True
        return False


def _joined(data: Data, events: Iterable[tuple[int, int]]) -> bytes:
    """These events, one after the other."""
    view = memoryview(data)
    return b"".join([view[start:end] for start, end in events])
