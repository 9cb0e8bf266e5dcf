"""The fields that every event has: from the index, and those that Splunk adds of itself.

Source: Knowledge Manager Manual, "Use default fields". date_* are of the event's time as
written in it; they are given only where the text holds one in a form that is known here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from splay.knowledge.step import RAW, Action, Step
from splay.rows import Demand, Row
from splay.store.event import Event

_INDEXED = ("_time", "_indextime", "_raw", "host", "source", "sourcetype", "index")
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
_MADE = ("linecount", "punct", "splunk_server", *_DATES)
DEFAULTS = frozenset((*_INDEXED, *_MADE))
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
_PUNCT_LENGTH = 30


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


class _DefaultStep(Step):
    reads = frozenset({RAW})
    makes = frozenset(_MADE)

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            raw = str(row[RAW])
            if wanted.wants("linecount"):
                row["linecount"] = str(len(raw.splitlines()) or 1)
            if wanted.wants("punct"):
                row["punct"] = punct(raw)
            if wanted.wants("splunk_server"):
                row["splunk_server"] = "splay"
            if any(map(wanted.wants, _DATES)):
                row.update(_dates(raw))

        return act


def default_step() -> Step:
    """The step that makes the default fields which the index does not hold."""
    return _DefaultStep()


def punct(raw: str) -> str:
    """The first line's punctuation: letters and digits go, a space is _, a tab t, at most 30."""
    signs = re.sub(r"\w", "", raw.split("\n", 1)[0].replace("_", "\0"), flags=re.ASCII)
    return signs.replace("\0", "_").replace(" ", "_").replace("\t", "t")[:_PUNCT_LENGTH]


def _dates(raw: str) -> dict[str, str]:
    found = _ISO.search(raw)
    if found is None:
        return {}
    try:
        time = datetime(*(int(found[n]) for n in range(1, 7)), tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return {}
    return {
        "date_hour": str(time.hour),
        "date_mday": str(time.day),
        "date_minute": str(time.minute),
        "date_month": time.strftime("%B").lower(),
        "date_second": str(time.second),
        "date_wday": time.strftime("%A").lower(),
        "date_year": str(time.year),
        "date_zone": _zone(found[7]),
    }


def _zone(text: str | None) -> str:
    if text is None:
        return "local"
    if text == "Z":
        return "0"
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return str(-minutes if text[0] == "-" else minutes)
