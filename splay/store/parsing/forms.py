"""Text whose form is told by what it holds, and may change at the boundary of every event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from splay.store.event import Found
from splay.store.parsing.beginning import export_reader
from splay.store.parsing.codecolumn import CodeColumn, code_column
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.jsonwraps import wrapped_sentence, wraps_events
from splay.store.parsing.lines import JsonEventMaker
from splay.store.parsing.propsreader import PropsReader
from splay.store.parsing.reader import Reader
from splay.store.parsing.textreaders import settled, text_reader
from splay.store.parsing.windows_json import JsonReader, json_start
from splay.store.parsing.windows_text import ClassicEventMaker, ClassicReader, classic_start
from splay.store.parsing.windows_xml import XmlReader, xml_start
from splay.store.parsing.windowschanges import WindowsChanges
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.parsing.xml_marks import CLOSE

_NAMESPACE = b"http://schemas.microsoft.com/win/2004/08/events/event"
_PREFIXED = re.compile(rb"<([A-Za-z_][\w.-]*):Event\s[^<>]*?xmlns:\1\s*=\s*[\"']" + _NAMESPACE)
_LONGEST_LINE = 65536  # longer ones are not held back for what may follow
_LONGEST_HEADER = 64  # bytes of the first of the two lines that it is on
_LONGEST_TAG = 4096


class FormReader:
    """Takes blocks of bytes, gives the events: XML, classic Windows text, other lines as
    props.conf speaks of them.

    exports: whether what was exported before is read as the events that it was; Splunk indexes such
    text as it is.
    """

    def __init__(self, reading: Reading, *, exports: bool = True) -> None:
        self._settings, self.rules = settled(reading.settings, reading.facts)
        self._changes = WindowsChanges(reading.settings)
        self._need = reading.need
        self._reading = replace(reading, need=self._changes.unsifted(reading.need))
        self._problems = reading.problems
        self._exports = exports
        self._held = b""
        self._begun = False
        self._own_form = False
        self._json_file = False
        self._prefix = b""
        self._xml: XmlReader | None = None
        self._export: Reader | None = None
        self._text: Reader | None = None
        self._codes: CodeColumn | None = None

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that are known to end in this block."""
        if not self._begun:
            exported = export_reader(block, self._reading) if self._exports else None
            self._own_form = self.rules.own_form and not _begins_with_events(block)
            self._export = exported or (None if self._own_form else self._json(block))
            if self._exports and exported is None:
                self._codes = code_column(block, self._own_form, self._problems)
        if self._codes is not None:
            self._codes.look(block)
        if self._export is not None:
            self._begun = True
            yield from self._changed(self._export, self._export.feed(block))
            return
        if self._own_form:
            self._begun = True
            yield from self._feed_lines(block)
            return
        data = self._held + block if self._held else block
        self._held = b""
        if self._xml is None or self._prefix:  # the first event tells for all
            data = self._without_prefix(data)
        if self._xml is None:
            start = self._xml_start(data)
            if start < 0:
                yield from self._feed_text(self._hold_back(data))
                return
            if CLOSE in data[:start]:  # of an event whose beginning is not there
                start = 0
            yield from self._feed_text(data[:start])
            yield from self._end_text()
            self._xml = XmlReader(XmlEventMaker(self._reading))
            data = data[start:]
        elif self._prefix:
            data = self._hold_tag(data)
        yield from self._changed(self._xml, self._xml.feed(data))
        yield from self._between(self._xml)

    def finish(self) -> Iterator[Found]:
        """What was taken and not yet given. What settings could not do is told."""
        if self._codes is not None:
            self._codes.finish()
        yield from self._finish()
        index_time = self._settings.index_time
        for text in index_time.take_said() if index_time else ():
            self._problems.add(text)

    def _changed(self, reader: Reader, found: Iterator[Found]) -> Iterator[Found]:
        """What settings make of a reader's events, unless it has done so or they were indexed
        before."""
        if isinstance(reader, PropsReader) or (reader is self._export and not self._json_file):
            return found
        return self._changes.changed(found, self._need)

    def _finish(self) -> Iterator[Found]:
        held, self._held = self._held, b""
        if self._export is not None:
            yield from self._changed(self._export, self._export.finish())
        elif self._xml is None:
            yield from self._feed_text(held)
        else:
            if held:
                yield from self._changed(self._xml, self._xml.feed(held))
            yield from self._changed(self._xml, self._xml.finish())
            yield from self._between(self._xml)
        yield from self._end_text()

    def _json(self, first: bytes) -> Reader | None:
        """What reads a file that is one JSON document of Windows events. Of one that wraps other
        events it is said."""
        if xml_start(first) >= 0 or classic_start(first) >= 0:
            return None
        if not (json_start(first) or (self._exports and wraps_events(first))):
            sentence = wrapped_sentence(first) if self._exports and self.rules.plain else ""
            if sentence:
                self._problems.add(sentence)
            return None
        self._json_file = True
        return JsonReader(JsonEventMaker(self._reading))

    def _xml_start(self, data: bytes) -> int:
        begun, self._begun = self._begun, True
        if begun and b"<Event" not in data:
            return -1
        return xml_start(data, document=not begun)

    def _hold_back(self, data: bytes) -> bytes:
        """The lines whose end has come, without a last one that may be an event's first."""
        cut = data.rfind(b"\n") + 1
        classic = isinstance(self._text, ClassicReader) or classic_start(data) >= 0
        before = data.rfind(b"\n", 0, max(cut - 1, 0))
        if cut and not classic and cut - 2 - before <= _LONGEST_HEADER:
            cut = max(before, 0)
        if len(data) - cut > _LONGEST_LINE:
            return data
        self._held = data[cut:]
        return data[:cut]

    def _between(self, xml: XmlReader) -> Iterator[Found]:
        """What stood between events in XML."""
        for text, ended in xml.take_between():
            yield from self._feed_text(text)
            if ended:
                yield from self._end_text()

    def _feed_text(self, data: bytes) -> Iterator[Found]:
        if not data:
            return
        if not isinstance(self._text, ClassicReader) and b"\nLog" in data:
            start = classic_start(data)
            if start >= 0:
                yield from self._feed_lines(data[:start])
                yield from self._end_text()
                self._text = ClassicReader(ClassicEventMaker(self._reading))
                data = data[start:]
        if isinstance(self._text, ClassicReader):
            yield from self._changed(self._text, self._text.feed(data))
        else:
            yield from self._feed_lines(data)

    def _feed_lines(self, data: bytes) -> Iterator[Found]:
        if self._text is not None or data.strip():
            if self._text is None:
                settled_reading = replace(self._reading, settings=self._settings)
                self._text = text_reader(settled_reading, self.rules)
            yield from self._changed(self._text, self._text.feed(data))

    def _end_text(self) -> Iterator[Found]:
        if self._text is not None:
            text, self._text = self._text, None
            yield from self._changed(text, text.finish())

    # ---- <e:Event xmlns:e="..."> ----

    def _without_prefix(self, data: bytes) -> bytes:
        """XML without a prefix before the names, as Windows writes it."""
        if not self._prefix:
            if b":Event" not in data or not (found := _PREFIXED.search(data)):
                return data
            self._prefix = found[1]
        for before in (b"<", b"</"):
            data = data.replace(before + self._prefix + b":", before)
        return data.replace(b"xmlns:" + self._prefix + b"=", b"xmlns=")

    def _hold_tag(self, data: bytes) -> bytes:
        """The data without a tag whose end has not come."""
        opened = data.rfind(b"<", max(0, len(data) - _LONGEST_TAG))
        if opened < 0 or data.find(b">", opened) >= 0:
            return data
        self._held = data[opened:]
        return data[:opened]


def _begins_with_events(first: bytes) -> bool:
    """Whether a file that begins so has Windows events from its beginning on."""
    if classic_start(first) == 0:
        return True
    start = first.lstrip()[:5] in (b"<Even", b"<?xml")
    return start and xml_start(first, document=False) >= 0
