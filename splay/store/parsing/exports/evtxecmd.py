"""The CSV that EvtxECmd makes of .evtx logs: a row is written as the event's XML, and read as such.

Its columns `Payload` (the event's data as JSON, with `@Name` and `#text`) and those named after
parts of System hold the event; the others are notes on it. Times are UTC.
https://github.com/EricZimmerman/evtx
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from splay.store.event import Found
from splay.store.parsing.beginning import Beginning
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.pieces import Table
from splay.store.parsing.reader import Reader
from splay.store.parsing.windows_xml import XmlReader
from splay.store.parsing.xml_events import XmlEventMaker

_COLUMNS = {"EventId", "TimeCreated", "Channel", "Computer", "Payload"}
_KEYWORDS = {"audit success": "0x8020000000000000", "audit failure": "0x8010000000000000"}
_HEAD = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"


def reader(beginning: Beginning, reading: Reading) -> Reader | None:
    """What reads a file that begins so, if EvtxECmd wrote it."""
    rows = beginning.rows
    return _Csv(reading) if rows and set(rows[0]) >= _COLUMNS else None


class _Csv(Table):
    """A row for each event."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._reader = XmlReader(XmlEventMaker(reading))

    def finish(self) -> Iterator[Found]:
        """The last events."""
        yield from super().finish()
        yield from self._reader.finish()

    def _events(self, text: str) -> Iterator[Found]:
        events: list[str] = []
        for values in self._rows(text):
            if values.get("EventId", "").isdigit():
                events.append(_xml(values))
            else:
                self._problems.stray(str(values).encode())
        yield from self._reader.feed("\n".join(events).encode("utf-8", "replace"))


def _xml(row: Mapping[str, str]) -> str:
    of = row.get
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
