"""The CSV that EvtxECmd makes of .evtx logs: a row is written as the event's XML, and read as such.

Its columns `Payload` (the event's data as JSON, with `@Name` and `#text`) and those named after
parts of System hold the event; the others are notes on it. Times are UTC.
https://github.com/EricZimmerman/evtx
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from splay.csvcells import read_cells
from splay.store.event import Found, Need
from splay.store.literalscan import LiteralScan
from splay.store.parsing.eventmaker import FileFacts, InputSettings
from splay.store.parsing.pieces import Rows
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.problems import FileProblems

_COLUMNS = {"EventId", "TimeCreated", "Channel", "Computer", "Payload"}
_KEYWORDS = {"audit success": "0x8020000000000000", "audit failure": "0x8010000000000000"}
_HEAD = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"


def evtxecmd_reader(
    rows: Sequence[Sequence[str]],
    facts: FileFacts,
    settings: InputSettings,
    need: Need,
    problems: FileProblems,
) -> Rows | None:
    """What reads a file with these first rows, if EvtxECmd wrote it."""
    if rows and set(rows[0]) >= _COLUMNS:
        return _Csv(facts, settings, need, problems)
    return None


class _Csv(Rows):
    """A header, then a row for each event."""

    def __init__(
        self, facts: FileFacts, settings: InputSettings, need: Need, problems: FileProblems
    ) -> None:
        super().__init__(facts, settings, need, problems)
        self._maker = XmlEventMaker(facts, settings, need, problems)
        self._scan = LiteralScan(need.literals)
        self._counting = need.related is not None
        self._names: list[str] | None = None

    def _events(self, text: str) -> Iterator[Found]:
        for row in read_cells(text.splitlines(keepends=True)):
            if self._names is None:
                self._names = row
            elif row:
                yield from self._event(dict(zip(self._names, row, strict=False)))

    def _event(self, row: Mapping[str, str]) -> Iterator[Found]:
        if not row.get("EventId", "").isdigit():
            self._problems.stray(str(row).encode())
            return
        self._problems.events(1)
        raw = _xml(row).encode("utf-8", "replace")
        if self._counting:
            self._maker.region_done(raw, len(raw))
        if not self._scan.empty and not self._scan.holds(raw):
            return
        event = self._maker.make(raw, 0, len(raw))
        if event is not None:
            yield event


def _xml(row: Mapping[str, str]) -> str:
    of = row.get  # a row that is cut off lacks the last ones
    time = of("TimeCreated", "").strip().replace(" ", "T")
    keywords = _KEYWORDS.get(of("Keywords", "").strip().lower())
    return "".join(
        [
            f"{_HEAD}<Provider Name={_attribute(of('Provider', ''))}/>",
            f"<EventID>{row['EventId']}</EventID>",
            f"<Keywords>{keywords}</Keywords>" if keywords else "",
            f"<TimeCreated SystemTime='{escape(time.removesuffix('Z'))}Z'/>",
            f"<EventRecordID>{escape(of('EventRecordId', ''))}</EventRecordID>",
            f"<Channel>{escape(of('Channel', ''))}</Channel>",
            f"<Computer>{escape(of('Computer', ''))}</Computer></System>",
            _data(of("Payload", "")),
            "</Event>",
        ]
    )


def _data(payload: str) -> str:
    """The event's data, or what user data there is, as XML."""
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        told = None
    held = told.get("EventData") if isinstance(told, dict) else None
    data = held.get("Data") if isinstance(held, dict) else None
    if data is None:
        return f"<EventData><Data>{escape(payload)}</Data></EventData>"
    each = data if isinstance(data, list) else [data]
    return f"<EventData>{''.join(map(_value, each))}</EventData>"


def _value(data: Any) -> str:
    if not isinstance(data, dict):
        return f"<Data>{escape(str(data))}</Data>"
    text = escape(str(data.get("#text", "")))
    return f"<Data Name={_attribute(str(data.get('@Name', '')))}>{text}</Data>"


def _attribute(text: str) -> str:
    """In the quotes that Windows writes."""
    return "'" + escape(text, {"'": "&apos;"}) + "'"
