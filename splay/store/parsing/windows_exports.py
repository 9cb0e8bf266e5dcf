"""What the Event Viewer and wevtutil export.

https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from splay.csvcells import read_cells
from splay.store.event import Found, Need
from splay.store.parsing.eventmaker import FileFacts, InputSettings
from splay.store.parsing.pieces import Rows
from splay.store.parsing.rewritten import SECURITY, Recalled, Rewritten
from splay.store.problems import FileProblems

_WEVTUTIL = re.compile(rb"\s*Event\s?\[\d+\]:?\s*\n\s+Log Name:")
_NEXT_EVENT = re.compile(r"(?:\A|\n)Event\s?\[\d+\]:?[ \t]*\n")
_LABEL = re.compile(r"[ \t]+([A-Z][A-Za-z ]*):[ \t]?(.*)")
_HEADER_COLUMNS = 5  # of the Event Viewer's CSV; the message has no header


def windows_reader(
    first: bytes,
    rows: Sequence[Sequence[str]],
    facts: FileFacts,
    settings: InputSettings,
    need: Need,
    problems: FileProblems,
    recall: Recalled,
) -> Rewritten | None:
    """What reads a file that begins like this, if one of them wrote it. rows: the first ones, as
    CSV."""
    if _WEVTUTIL.match(first):
        return _Wevtutil(facts, settings, need, problems, recall)
    if _of_event_viewer(rows):
        return _EventViewer(facts, settings, need, problems, recall)
    return None


def _of_event_viewer(rows: Sequence[Sequence[str]]) -> bool:
    if [len(row) for row in rows] != [_HEADER_COLUMNS, _HEADER_COLUMNS + 1]:
        return False
    _, time, _, event, *_ = rows[1]
    return event.isdigit() and any(char.isdigit() for char in time)


class _EventViewer(Rows, Rewritten):
    """Level or keywords, time, source, event, task and message; the header's words are those of the
    machine's language."""

    _header = True

    def _events(self, text: str) -> Iterator[Found]:
        for row in read_cells(text.splitlines(keepends=True)):
            if self._header:
                self._header = False
            elif len(row) > _HEADER_COLUMNS:
                level, time, source, event, task, message = row[: _HEADER_COLUMNS + 1]
                log = [("LogName", "Security")] if source == SECURITY else []
                fields = [("SourceName", source), ("EventCode", event), ("Type", "Information")]
                more = [("TaskCategory", task), ("Keywords", level)]
                yield from self._write(time, [*log, *fields, *more], message)
            elif row:
                self._problems.stray(",".join(row).encode())


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
