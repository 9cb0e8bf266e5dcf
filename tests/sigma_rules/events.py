"""Windows events as flat rows for SQLite, read from .evtx by another parser than splay's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import regex
from evtx import PyEvtxParser

from tests.sigma_rules.rules import TABLE, Rule

Flat = dict[str, str]
"""An event's fields under the names that Windows gives them."""

Key = tuple[str, str, str, str]
"""What tells an event from others: its record, code, channel and computer."""

KEY = ("EventRecordID", "EventID", "Channel", "Computer")
_MOST_COLUMNS = 1_900  # SQLite takes 2,000


def evtx_events(paths: Iterable[Path]) -> Iterator[Flat]:
    """The events of .evtx files; what the parser cannot read is left out."""
    for path in paths:
        records = iter(PyEvtxParser(str(path)).records_json())
        while True:
            try:
                record = next(records, None)
            except RuntimeError:  # a damaged record: the next one may be whole
                continue
            if record is None:
                break
            yield flat(json.loads(record["data"])["Event"])


def flat(event: dict[str, Any]) -> Flat:
    """An event's leaves: System, EventData by name, and what UserData has within."""
    row: Flat = {}
    for name, value in event.get("System", {}).items():
        if name == "Provider":
            _put(row, "Provider_Name", value.get("#attributes", {}).get("Name"))
        elif isinstance(value, dict):
            _put(row, name, value.get("#text"))
        else:
            _put(row, name, value)
    for part in ("EventData", "UserData"):
        _walk(row, event.get(part) or {})
    return row


def _walk(row: Flat, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "#attributes":
            continue
        if isinstance(value, dict) and "#text" not in value:
            _walk(row, value)
        else:
            _put(row, name, value["#text"] if isinstance(value, dict) else value)


def _put(row: Flat, name: str, value: object) -> None:
    """Keeps what has a value, the first of a name: Splunk makes no field of an empty element."""
    texts = value if isinstance(value, list) else [value]
    text = "\n".join(_text(each) for each in texts if each is not None)
    if text:
        row.setdefault(name, text)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Table:
    """Events in SQLite, with the columns that the rules ask for."""

    def __init__(self, events: Sequence[Flat]) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.create_function("REGEXP", 2, _regexp, deterministic=True)
        self._columns: dict[str, str] = {}
        for event in events:
            for name in event:
                self._columns.setdefault(name.lower(), name)
        names = [*KEY, *self._columns.values()]
        self._names = list({name.lower(): name for name in names}.values())[:_MOST_COLUMNS]
        columns = ", ".join(f'"{name}" TEXT COLLATE NOCASE' for name in self._names)
        self._database.execute(f"CREATE TABLE {TABLE} ({columns})")
        places = ", ".join("?" * len(self._names))
        rows = ([_lowered(event).get(name.lower()) for name in self._names] for event in events)
        self._database.executemany(f"INSERT INTO {TABLE} VALUES ({places})", rows)
        self._database.execute(f"CREATE INDEX by_code ON {TABLE} (EventID)")

    def found(self, rule: Rule) -> set[Key]:
        """The events that a rule finds. sqlite3.Error: its query is none."""
        query = rule.sqlite.replace("SELECT *", f"SELECT {', '.join(KEY)}", 1)
        while True:
            try:
                return set(self._database.execute(query))
            except sqlite3.OperationalError as error:
                _, missing, name = str(error).partition("no such column: ")
                if not missing or name in self._names:
                    raise
                self._database.execute(
                    f'ALTER TABLE {TABLE} ADD COLUMN "{name}" TEXT COLLATE NOCASE'
                )
                self._names.append(name)


def _lowered(event: Flat) -> Flat:
    """SQLite's names of columns know no case: of two that differ in it alone, both values."""
    row: Flat = {}
    for name, value in event.items():
        low = name.lower()
        row[low] = f"{row[low]}\n{value}" if low in row else value
    return row


def _regexp(pattern: str, text: str | None) -> bool:
    return text is not None and regex.search(pattern, text) is not None
