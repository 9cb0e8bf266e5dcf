"""The fields that every event has: from the index, and those that Splunk adds of itself.

Source: Knowledge Manager Manual, "Use default fields". date_* are of the event's time as
written in it, and timestartpos and timeendpos are where in the text it begins and ends; they are
given only where the text holds one in a form that is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from splay.eval.value import as_list
from splay.knowledge.step import RAW, Action, Step
from splay.rows import Demand, Row
from splay.store.event import Event
from splay.store.parsing.timeforms import AMERICAN, ISO

INDEXED = frozenset({"host", "source", "sourcetype", "index"})
"""What the index knows of an event beside its text and times."""

_DATES = (
    "date_hour",
    "date_mday",
    "date_minute",
    "date_month",
    "date_second",
    "date_wday",
    "date_year",
    "date_zone",
)
_PLACE = ("timestartpos", "timeendpos")
_MADE = ("linecount", "punct", "splunk_server", *_DATES, *_PLACE)
META = "_meta"
"""The fields that the index knows of an event beside its defaults, each as name::value."""
DEFAULTS = INDEXED | {"_time", "_indextime", RAW, "_sourcetype", META, *_MADE}
_ISO, _AMERICAN = re.compile(ISO.pattern.decode()), re.compile(AMERICAN.pattern.decode())
_PUNCT_LENGTH = 50  # the documentation says thirty; events that Splunk indexed have fifty


def base_row(event: Event) -> Row:
    """What the index knows of the event."""
    row: Row = {
        "_time": int(event.time) if event.time.is_integer() else event.time,
        "_indextime": int(event.indextime),
        "_raw": event.raw,
        "host": event.host,
        "source": event.source,
        "sourcetype": event.sourcetype,
        "index": event.index,
    }
    if event.fields:
        for name, value in event.fields.items():
            row[name] = value if isinstance(value, str) else [*value]
    return row


class IndexedStep(Step):
    """Makes META, where it is named, of what the event has before any other step."""

    makes = frozenset({META})

    def useful(self, wanted: Demand) -> bool:
        return META in wanted.names

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            names = [name for name in row if name not in DEFAULTS]
            pairs = [f"{name}::{item}" for name in names for item in as_list(row[name])]
            if pairs:
                row[META] = [*pairs]

        return act


class DefaultStep(Step):
    """Makes the default fields that the index does not hold."""

    reads = frozenset({RAW})
    makes = frozenset(_MADE)

    def bind(self, wanted: Demand) -> Action:
        lines, signs, server = map(wanted.wants, ("linecount", "punct", "splunk_server"))
        dates = any(map(wanted.wants, (*_DATES, *_PLACE)))

        def act(row: Row) -> None:
            raw = str(row[RAW])
            if lines:
                row["linecount"] = str(max(1, raw.count("\n") + (not raw.endswith("\n"))))
            if signs:
                row["punct"] = punct(raw)
            if server:
                row["splunk_server"] = "splay"
            if dates:
                row.update(_dates(raw))

        return act


def punct(raw: str) -> str:
    """The first line's punctuation: letters and digits go, a space is _, a tab t."""
    signs = (
        {" ": "_", "\t": "t"}.get(char, char)
        for char in raw.split("\n", 1)[0]
        if not char.isalnum() and char != "\r"
    )
    return "".join(_first(signs, _PUNCT_LENGTH))


def _first(items: Iterable[str], count: int) -> list[str]:
    return [item for item, _ in zip(items, range(count), strict=False)]


def _dates(raw: str) -> dict[str, str]:
    found = _time_in(raw)
    if found is None:
        return {}
    time, zone, text = found
    return {
        "date_hour": str(time.hour),
        "date_mday": str(time.day),
        "date_minute": str(time.minute),
        "date_month": time.strftime("%B").lower(),
        "date_second": str(time.second),
        "date_wday": time.strftime("%A").lower(),
        "date_year": str(time.year),
        "date_zone": zone,
        "timestartpos": str(text.start()),
        "timeendpos": str(text.start() + len(text[0].rstrip())),
    }


def _time_in(raw: str) -> tuple[datetime, str, re.Match[str]] | None:
    """The first date and time in the text, as its clock showed it, its zone and its place."""
    iso, american = _ISO.search(raw), _AMERICAN.search(raw)
    try:
        if iso and not (american and american.start() < iso.start()):
            year, month, day, hour, minute, second = map(int, iso.groups()[:6])
            time = datetime(year, month, day, hour, minute, second)
            return time, _zone(iso[8]), iso
        if american:
            month, day, year, hour, minute, second = map(int, american.groups()[:6])
            if american[8]:
                hour = hour % 12 + (12 if american[8] == "PM" else 0)
            return datetime(year, month, day, hour, minute, second), "local", american
    except ValueError:
        pass
    return None


def _zone(text: str | None) -> str:
    """The zone in minutes east of UTC; "local" where the text names none."""
    if text is None:
        return "local"
    if text == "Z":
        return "0"
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return str(-minutes if text[0] == "-" else minutes)
