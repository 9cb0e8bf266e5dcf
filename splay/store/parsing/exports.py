"""Events that were exported before: by Splunk, by the Event Viewer, by wevtutil.

Splunk's CSV and JSON hold each event as it was (`_raw`, with `_time`, `host`, `source`,
`sourcetype`). The Event Viewer's CSV and wevtutil's text are written as the classic text of the
same event, which is what searches and add-ons know.
https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil
"""

from __future__ import annotations

import csv
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from splay.store.event import Event, Found, Need, Recall
from splay.store.literalscan import LiteralScan
from splay.store.parsing.eventmaker import EventMaker, FileFacts, InputSettings
from splay.store.parsing.lines import LineEventMaker
from splay.store.parsing.reader import Reader
from splay.store.parsing.timeforms import american_time, day_first_time, iso_time
from splay.store.parsing.windows_text import ClassicEventMaker, ClassicReader
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.problems import Fault, FileProblems

_JSON = re.compile(rb'\{"(?:preview|result)":[^\n]*"_raw":\s*"')
_ONLY_RAW = re.compile(rb'"?_raw"?\r?\n')
_WEVTUTIL = re.compile(rb"\s*Event\s?\[\d+\]:?\s*\n\s+Log Name:")
_NEXT_EVENT = re.compile(r"(?:\A|\n)Event\s?\[\d+\]:?[ \t]*\n")
_LABEL = re.compile(r"[ \t]+([A-Z][A-Za-z ]*):[ \t]?(.*)")
_HEADER_COLUMNS = 5  # of the Event Viewer's CSV; the message has no header
_SECURITY = "Microsoft-Windows-Security-Auditing"

Recalled = Callable[[EventMaker], Recall | None]


def export_reader(
    first: bytes,
    facts: FileFacts,
    settings: InputSettings,
    need: Need,
    problems: FileProblems,
    recall: Recalled,
) -> Reader | None:
    """What reads a file that begins like this, if it is an export."""
    made = (facts, settings, need, problems)
    first = first.lstrip()
    if _JSON.match(first):
        return _SplunkJson(*made)
    if _WEVTUTIL.match(first):
        return _Wevtutil(*made, recall)
    if not (b"," in first[:200] or _ONLY_RAW.match(first)):
        return None
    rows = _first_rows(first)
    if rows and "_raw" in rows[0]:
        return _SplunkCsv(*made)
    return _EventViewer(*made, recall) if _of_event_viewer(rows) else None


def _of_event_viewer(rows: Sequence[Sequence[str]]) -> bool:
    if [len(row) for row in rows] != [_HEADER_COLUMNS, _HEADER_COLUMNS + 1]:
        return False
    _, time, _, event, *_ = rows[1]
    return event.isdigit() and any(char.isdigit() for char in time)


def _first_rows(first: bytes) -> list[list[str]]:
    """The first two rows of CSV."""
    lines = iter(first[:65536].decode("utf-8", "replace").splitlines(keepends=True))
    try:
        return [row for row, _ in zip(csv.reader(lines), range(2), strict=False)]
    except csv.Error:
        return []


class _Export(ABC):
    """Takes blocks apart into pieces, each of which is one event or more."""

    def __init__(
        self, facts: FileFacts, settings: InputSettings, need: Need, problems: FileProblems
    ) -> None:
        self._facts = facts
        self._settings = settings
        self._problems = problems
        self._held = b""

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that are known to end in this block."""
        data = self._held + block
        end = self._end(data)
        self._held = data[end:]
        yield from self._events(data[:end].decode("utf-8", "replace"))
        if len(self._held) > MAX_EVENT:
            self._problems.fault(Fault.TOO_LONG)
            self._held = b""

    def finish(self) -> Iterator[Found]:
        """The last events."""
        data, self._held = self._held, b""
        yield from self._events(data.decode("utf-8", "replace"))

    @abstractmethod
    def _end(self, data: bytes) -> int:
        """Behind the last piece that has ended."""

    @abstractmethod
    def _events(self, text: str) -> Iterator[Found]:
        """The events of whole pieces."""


class _Lines(_Export):
    """A piece is a line, or more where a quoted cell holds line ends."""

    def _end(self, data: bytes) -> int:
        end = data.rfind(b"\n") + 1
        while end and data.count(b'"', 0, end) % 2:
            end = data.rfind(b"\n", 0, end - 1) + 1
        return end


class _Splunk(_Lines):
    """Events with what Splunk knew of them."""

    def __init__(
        self, facts: FileFacts, settings: InputSettings, need: Need, problems: FileProblems
    ) -> None:
        super().__init__(facts, settings, need, problems)
        self._maker = LineEventMaker(facts, settings, need, problems)
        self._xml_maker = XmlEventMaker(facts, settings, need, problems)
        self._classic_maker = ClassicEventMaker(facts, settings, need, problems)
        self._scan = LiteralScan(need.literals)

    def _own_time(self, raw: bytes) -> float | None:
        time = self._xml_maker.own_time(raw, 0, len(raw))
        return self._maker.own_time(raw, 0, len(raw)) if time is None else time

    def _origin(self, raw: bytes) -> tuple[str, str, str]:
        """host, source and sourcetype as the event tells them, where no column does."""
        maker: EventMaker = self._maker
        if raw.lstrip().startswith(b"<Event"):
            maker = self._xml_maker
        elif b"\nLogName=" in raw:
            maker = self._classic_maker
        return maker.origin(raw, 0, len(raw))

    def _event(self, fields: Mapping[str, Any]) -> Iterator[Event]:
        raw = fields.get("_raw")
        if not isinstance(raw, str):
            self._problems.stray(str(fields).encode())
            return
        self._problems.events(1)
        text = raw.encode("utf-8", "replace")
        if not self._scan.empty and not self._scan.holds(text):
            return
        time = self._time(str(fields.get("_time", "")))
        if time is None:  # the name of a zone stands in it, such as PDT: the event says it better
            time = self._own_time(text)
        if time is None:
            self._problems.fault(Fault.NO_TIME)
            time = self._facts.mtime
        if self._maker.wanted(time):
            settings = self._settings
            host, source, sourcetype = self._origin(text)
            yield Event(
                raw=raw,
                time=time,
                host=settings.host or _text(fields, "host", host),
                source=settings.source or _text(fields, "source", source),
                sourcetype=settings.sourcetype or _text(fields, "sourcetype", sourcetype),
                index=settings.index,
                indextime=self._facts.indextime,
                file=self._facts.name,
            )

    def _time(self, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            return iso_time(text.encode(), self._settings.tz)


class _SplunkJson(_Splunk):
    """A line for each result, or one for many."""

    def _end(self, data: bytes) -> int:
        return data.rfind(b"\n") + 1

    def _events(self, text: str) -> Iterator[Found]:
        for line in filter(str.strip, text.split("\n")):
            try:
                told = json.loads(line)
            except ValueError:
                self._problems.stray(line.encode())
                continue
            results = told.get("results", [told.get("result")]) if isinstance(told, dict) else []
            for fields in results if isinstance(results, list) else ():
                if isinstance(fields, dict):
                    yield from self._event(fields)


class _SplunkCsv(_Splunk):
    """A header, then a row for each event."""

    _header: list[str] | None = None

    def _events(self, text: str) -> Iterator[Found]:
        for row in csv.reader(text.splitlines(keepends=True)):
            if self._header is None:
                self._header = [cell.removeprefix("\ufeff") for cell in row]
            elif row:
                yield from self._event(dict(zip(self._header, row, strict=False)))


class _Classic(_Export):
    """Events that are written as classic text, and read as such."""

    def __init__(
        self,
        facts: FileFacts,
        settings: InputSettings,
        need: Need,
        problems: FileProblems,
        recall: Recalled,
    ) -> None:
        super().__init__(facts, settings, need, problems)
        maker = ClassicEventMaker(facts, settings, need, problems)
        self._reader = ClassicReader(maker, LiteralScan(need.literals), problems, recall(maker))

    def finish(self) -> Iterator[Found]:
        """The last events."""
        yield from super().finish()
        yield from self._reader.finish()

    def _write(self, time: str, fields: Sequence[tuple[str, str]], message: str) -> Iterator[Found]:
        text = time.strip().encode()
        tz = self._settings.tz
        found = iso_time(text, tz)
        for other in (american_time, day_first_time):
            found = other(text, tz) if found is None else found
        moment = None if found is None else datetime.fromtimestamp(found, tz)
        head = moment.strftime("%m/%d/%Y %I:%M:%S.%f %p") if moment else "01/01/1970 00:00:00"
        lines = [head.replace(".000000", ""), *(f"{name}={value}" for name, value in fields)]
        lines.append(f"Message={message.strip()}")
        yield from self._reader.feed("\n".join([*lines, ""]).encode())


class _EventViewer(_Lines, _Classic):
    """Level or keywords, time, source, event, task and message; the header's words are those of the
    machine's language."""

    _header = True

    def _events(self, text: str) -> Iterator[Found]:
        for row in csv.reader(text.splitlines(keepends=True)):
            if self._header:
                self._header = False
            elif len(row) > _HEADER_COLUMNS:
                level, time, source, event, task, message = row[: _HEADER_COLUMNS + 1]
                log = [("LogName", "Security")] if source == _SECURITY else []
                fields = [("SourceName", source), ("EventCode", event), ("Type", "Information")]
                more = [("TaskCategory", task), ("Keywords", level)]
                yield from self._write(time, [*log, *fields, *more], message)
            elif row:
                self._problems.stray(",".join(row).encode())


class _Wevtutil(_Classic):
    """`wevtutil qe LOG /f:text`: labels, then the description."""

    _NAMES: Mapping[str, str] = {
        "Log Name": "LogName",
        "Source": "SourceName",
        "Event ID": "EventCode",
        "Level": "Type",
        "User Name": "User",
        "Computer": "ComputerName",
        "Task": "TaskCategory",
        "Opcode": "OpCode",
        "Keyword": "Keywords",
    }

    def _end(self, data: bytes) -> int:
        return max(0, data.rfind(b"\nEvent[") + 1, data.rfind(b"\nEvent [") + 1)

    def _events(self, text: str) -> Iterator[Found]:
        for part in _NEXT_EVENT.split(text.replace("\r\n", "\n")):
            if part.strip():
                yield from self._one(part)

    def _one(self, part: str) -> Iterator[Found]:
        head, _, message = part.partition("Description:")
        labels = {
            found[1]: found[2].strip()
            for line in head.split("\n")
            if (found := _LABEL.fullmatch(line))
        }
        if "Event ID" not in labels:
            self._problems.stray(part.encode())
            return
        fields = [(name, labels[label]) for label, name in self._NAMES.items() if label in labels]
        yield from self._write(labels.get("Date", ""), fields, message)


def _text(fields: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value else otherwise
