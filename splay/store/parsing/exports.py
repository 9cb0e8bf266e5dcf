"""Events that were exported before: by Splunk, by the Event Viewer, by wevtutil.

The Event Viewer's CSV and wevtutil's text are written as the classic text of the same event, which
is what searches and add-ons know. splunk_exports.py has Splunk's own.
https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from splay.store.event import Found, Need, Recall
from splay.store.literalscan import LiteralScan
from splay.store.parsing.eventmaker import EventMaker, FileFacts, InputSettings
from splay.store.parsing.pieces import Pieces, Rows
from splay.store.parsing.reader import Reader
from splay.store.parsing.splunk_exports import splunk_reader
from splay.store.parsing.timeforms import american_time, day_first_time, iso_time
from splay.store.parsing.windows_text import ClassicEventMaker, ClassicReader
from splay.store.problems import FileProblems

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
    if _WEVTUTIL.match(first):
        return _Wevtutil(*made, recall)
    rows = _first_rows(first) if b"," in first[:200] else []
    if _of_event_viewer(rows):
        return _EventViewer(*made, recall)
    return splunk_reader(first, rows, *made)


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


class _Classic(Pieces):
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


class _EventViewer(Rows, _Classic):
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
