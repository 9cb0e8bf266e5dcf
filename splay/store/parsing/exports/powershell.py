"""What PowerShell makes of events: Get-WinEvent or Get-EventLog, piped to a file.

Export-Csv, ConvertTo-Json and Format-List keep what classic text has; a table cuts messages off and
Export-Clixml is PowerShell's own, so these two are refused by name. The names are the properties of
EventLogRecord and of EventLogEntry, which are the same in every language:
https://learn.microsoft.com/dotnet/api/system.diagnostics.eventing.reader.eventlogrecord
https://learn.microsoft.com/dotnet/api/system.diagnostics.eventlogentry
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from splay.csvcells import first_cells
from splay.store.event import Found
from splay.store.parsing.beginning import Beginning
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.pieces import Pieces, Table
from splay.store.parsing.reader import Reader
from splay.store.parsing.rewritten import SECURITY, Rewritten
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault

_TYPE = re.compile(rb"#TYPE [^\n]*\n")
_JSON = re.compile(rb"\[?\s*\{")
_LIST = re.compile(rb"([A-Z][A-Za-z]+)[ ]*: ")
_LIST_CODE = re.compile(rb"^(?:Id|EventID)[ ]*: \d", re.MULTILINE)
_LABEL = re.compile(r"([A-Z][A-Za-z]+)[ ]*: (.*)")
_TABLE = re.compile(rb"(?:ProviderName: [^\n]*\s+)?TimeCreated\s+Id\s+LevelDisplayName\s+Message\b")
_CLIXML = re.compile(rb"(?:#< CLIXML\s+)?<Objs [^>]*schemas\.microsoft\.com/powershell/")
_WINDOW = 65536
_TICKS = re.compile(r"/Date\((-?\d+)\)/")
_BETWEEN = re.compile(r"[\s,\[\]]*")

_CODES = ("Id", "EventID")
_TIMES = ("TimeCreated", "TimeGenerated")
_KINDS = (  # properties that an event must have, and those of which it must have one
    ({"Id", "TimeCreated"}, {"Message", "ProviderName", "LogName", "MachineName"}),
    ({"EventID", "TimeGenerated"}, {"Message", "InstanceId", "EntryType", "ReplacementStrings"}),
)
_SECURITY_CODES = (*range(1100, 1109), *range(4608, 6425))
_OUTCOMES = {  # of Keywords, and of EntryType
    "-9214364837600034816": "Audit Success",
    "-9218868437227405312": "Audit Failure",
    "SuccessAudit": "Audit Success",
    "FailureAudit": "Audit Failure",
}
_NAMES = (  # classic text's names, and the properties that hold them
    ("EventCode", _CODES),
    ("ComputerName", ("MachineName",)),
    ("SourceName", ("ProviderName", "Source")),
    ("RecordNumber", ("RecordId", "Index")),
    ("TaskCategory", ("TaskDisplayName", "Category")),
    ("OpCode", ("OpcodeDisplayName",)),
)


def reader(beginning: Beginning, reading: Reading) -> Reader | None:
    """What reads a file that begins so, if PowerShell wrote it."""
    first = beginning.text
    head = first[:_WINDOW]
    for pattern, what in ((_TABLE, "a table, which cuts messages off"), (_CLIXML, "CliXml")):
        if pattern.match(head):
            return _Refused(reading, what)
    if _is_list(head):
        return _List(reading)
    if _JSON.match(first) and _is_event(_first_names(first)):
        return _Json(reading)
    return _Csv(reading) if _is_event(_header(head)) else None


def _is_event(names: list[str]) -> bool:
    """Whether these are properties of a Windows event."""
    there = set(names)
    return any(needed <= there and some & there for needed, some in _KINDS)


def _first_names(first: bytes) -> list[str]:
    """The keys of the first object: others of the same document may be of other kinds."""
    text = first.decode("utf-8", "replace")
    try:
        values, _ = json.JSONDecoder().raw_decode(text, _after(text, 0))
    except (ValueError, RecursionError):
        return []
    return list(values) if isinstance(values, dict) else []


def _is_list(head: bytes) -> bool:
    labels = [found[1].decode() for line in head.split(b"\n") if (found := _LIST.match(line))]
    return bool(_LIST.match(head) and _LIST_CODE.search(head) and _is_event(labels))


def _delimiter(line: str) -> str:
    """What stands between cells: Export-Csv's -Delimiter and -UseCulture choose it."""
    return max(",;\t", key=line.count)


def _header(head: bytes) -> list[str]:
    line = _TYPE.sub(b"", head, count=1).split(b"\n", 1)[0].decode("utf-8", "replace")
    return first_cells(line, _delimiter(line))


class _Properties(Rewritten):
    """Events by the names of their properties."""

    def _event(self, values: Mapping[str, Any]) -> Iterator[Found]:
        code = next((str(values[name]) for name in _CODES if values.get(name) is not None), "")
        if not code.isdigit():
            self._problems.stray(str(values).encode())
            return
        fields = [("LogName", log)] if (log := _log(values, code)) else []
        fields += [(name, text) for name, texts in _NAMES if (text := _first(values, texts))]
        fields.append(("Type", "Information"))
        fields.append(("Keywords", _outcome(values)))
        time = _time(next((values[name] for name in _TIMES if values.get(name)), ""))
        yield from self._write(time, fields, _lines(str(values.get("Message") or "")))


def _log(values: Mapping[str, Any], code: str) -> str:
    """The log: named, or of the provider, or of the number where neither was exported."""
    if log := _first(values, ("LogName",)):
        return log
    provider = _first(values, ("ProviderName", "Source"))
    security = provider == SECURITY or (not provider and int(code) in _SECURITY_CODES)
    return "Security" if security else ""


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = (values.get(name) for name in names)
    return next((str(each).replace("\n", " ") for each in found if each not in (None, "")), "")


def _outcome(values: Mapping[str, Any]) -> str:
    known = (_OUTCOMES.get(_first(values, (name,))) for name in ("Keywords", "EntryType"))
    return next(filter(None, known), "None")


def _time(value: Any) -> str:
    if isinstance(value, dict):  # as PowerShell 5 writes a date that was given a format
        value = value.get("value") or value.get("DateTime") or ""
    if ticks := _TICKS.fullmatch(str(value)):
        try:
            return datetime.fromtimestamp(int(ticks[1]) / 1000, UTC).isoformat()
        except (OverflowError, ValueError, OSError):  # no time that there is
            return ""
    return str(value)


def _lines(message: str) -> str:
    return message.replace("\r\n", "\n")


class _Csv(Table, _Properties):
    """Export-Csv: a header of properties, behind a #TYPE where Windows PowerShell wrote it."""

    def _events(self, text: str) -> Iterator[Found]:
        if self._header is None:
            text = _TYPE.sub(b"", text.encode(), count=1).decode()
            self._delimiter = _delimiter(text.split("\n", 1)[0])
        for values in self._rows(text):
            yield from self._event(values)


class _Json(_Properties):
    """ConvertTo-Json: an object, a list of them, or an object a line."""

    _rest = ""

    def finish(self) -> Iterator[Found]:
        """The last events."""
        yield from super().finish()
        if self._rest[_after(self._rest, 0) :]:
            self._problems.fault(Fault.HALF)
            self._problems.passed_over(self._rest.encode())

    def _end(self, data: bytes) -> int:
        return data.rfind(b"}") + 1

    def _events(self, text: str) -> Iterator[Found]:
        text = self._rest + text
        decode = json.JSONDecoder().raw_decode
        at = _after(text, 0)
        while at < len(text):
            try:
                values, end = decode(text, at)
            except (ValueError, RecursionError):  # it does not end here
                break
            if isinstance(values, dict) and _is_event(list(values)):
                yield from self._event(values)
            else:
                self._problems.stray(text[at:end].encode())
            at = _after(text, end)
        self._rest = text[at:]
        if len(self._rest) > MAX_EVENT:
            self._problems.fault(Fault.TOO_LONG)
            self._problems.passed_over(self._rest.encode())
            self._rest = ""


def _after(text: str, at: int) -> int:
    """Where the next value begins."""
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


class _List(_Properties):
    """Format-List: a label a line, what goes on indented; events begin with the same label."""

    _label = b""

    def _end(self, data: bytes) -> int:
        if not self._label:
            found = _LIST.match(data.lstrip())
            self._label = found[1] if found else b"-"
        return max(0, data.rfind(b"\n" + self._label + b" ") + 1)

    def _events(self, text: str) -> Iterator[Found]:
        begin = re.compile(rf"^(?={self._label.decode()} *: )", re.MULTILINE)
        for part in begin.split(_lines(text)):
            if part.strip():
                yield from self._event(_labelled(part))


def _labelled(part: str) -> dict[str, str]:
    """The properties of one event."""
    values: dict[str, str] = {}
    name = ""
    for line in part.split("\n"):
        found = _LABEL.match(line)
        if found:
            name = found[1]
            values[name] = found[2]
        elif name:
            values[name] += "\n" + line.strip(" ")
    return {name: value.strip() for name, value in values.items()}


class _Refused(Pieces):
    """A form that does not hold events whole."""

    def __init__(self, reading: Reading, what: str) -> None:
        super().__init__(reading)
        reading.problems.unread(
            f"is PowerShell's {what}: write the events with Export-Csv, or with wevtutil epl"
        )

    def _end(self, data: bytes) -> int:
        return len(data)

    def _events(self, text: str) -> Iterator[Found]:
        yield from ()
