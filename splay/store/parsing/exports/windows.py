"""What the Event Viewer and wevtutil export.

https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from splay.store.event import Found
from splay.store.parsing.beginning import Beginning
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.pieces import Table
from splay.store.parsing.reader import Reader
from splay.store.parsing.rewritten import SECURITY, Rewritten

_WEVTUTIL = re.compile(rb"\s*Event\s?\[\d+\]:?\s*\n\s+Log Name:")
_NEXT_EVENT = re.compile(r"(?:\A|\n)Event\s?\[\d+\]:?[ \t]*\n")
_LABEL = re.compile(r"[ \t]+([A-Z][A-Za-z ]*):[ \t]?(.*)")
_HEADER_COLUMNS = 5  # of the Event Viewer's CSV; the message has no header


def reader(beginning: Beginning, reading: Reading) -> Reader | None:
    """What reads a file that begins so, if one of them wrote it."""
    if _WEVTUTIL.match(beginning.text):
        return _Wevtutil(reading)
    return _EventViewer(reading) if _of_event_viewer(beginning.rows) else None


def _of_event_viewer(rows: Sequence[Sequence[str]]) -> bool:
    if [len(row) for row in rows] != [_HEADER_COLUMNS, _HEADER_COLUMNS + 1]:
        return False
    _, time, _, event, *_ = rows[1]
    return event.isdigit() and any(char.isdigit() for char in time)


class _EventViewer(Table, Rewritten):
    """Level or keywords, time, source, event, task and message."""

    def _columns(self, header: list[str]) -> list[str]:
        """The columns by our names: the header's words are those of the machine's language."""
        return ["Keywords", "time", "SourceName", "EventCode", "TaskCategory", "message"]

    def _events(self, text: str) -> Iterator[Found]:
        for values in self._rows(text):
            yield from self._event(values)

    def _event(self, values: Mapping[str, str]) -> Iterator[Found]:
        if "message" not in values:
            self._problems.stray(",".join(values.values()).encode())
            return
        log = [("LogName", "Security")] if values["SourceName"] == SECURITY else []
        named = [(name, values[name]) for name in ("SourceName", "EventCode")]
        more = [(name, values[name]) for name in ("TaskCategory", "Keywords")]
        fields = [*log, *named, ("Type", "Information"), *more]
        yield from self._write(values["time"], fields, values["message"])


class _Wevtutil(Rewritten):
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
