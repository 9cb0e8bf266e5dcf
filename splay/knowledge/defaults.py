"""The fields that every event has: from the index, and those that Splunk adds of itself.

Source: Knowledge Manager Manual, "Use default fields". date_* are of the event's time as
written in it, and timestartpos and timeendpos are where in the text it begins and ends; they are
given only where the text holds one in a form that is known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from splay.conf.files import Stanza
from splay.conf.settings import truth
from splay.eval.value import as_list
from splay.knowledge.step import RAW, Action, Step
from splay.rows import Demand, Row
from splay.store.event import Event
from splay.store.parsing.settings import Settings, time_rules
from splay.store.parsing.timestamps import Timestamps
from splay.store.run import as_time

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
TEXTLESS = INDEXED | {"_time", "_indextime", META}
"""The fields that are known without an event's text, unless knowledge makes others of them."""
DEFAULTS = INDEXED | {"_time", "_indextime", RAW, "_sourcetype", META, *_MADE}
_OWN = frozenset({"_time", "_indextime", RAW})  # which no index-time field replaces
_PUNCT_LENGTH = 50  # the documentation says thirty; events that Splunk indexed have fifty


def base_row(event: Event, *, text: bool = True) -> Row:
    """What the index knows of the event, and its text if that is asked for."""
    row: Row = {"_time": as_time(event.time), "_indextime": int(event.indextime)}
    if text:
        row[RAW] = event.raw
    row["host"] = event.host
    row["source"] = event.source
    row["sourcetype"] = event.sourcetype
    row["index"] = event.index
    if event.fields:
        for name, value in event.fields.items():
            if name not in _OWN:
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
    """Makes the default fields that the index does not hold. stanza: what props.conf says."""

    reads = frozenset({RAW})

    def __init__(self, stanza: Stanza) -> None:
        settings = Settings(stanza)
        extra = settings.text("ADD_EXTRA_TIME_FIELDS").lower()
        self._timed = truth(extra or "true") is True or extra == "all"
        self._signs = settings.flag("ANNOTATE_PUNCT", True)
        self._stamps = Timestamps(time_rules(settings)) if self._timed else None
        left_out: tuple[str, ...] = () if self._signs else ("punct",)
        left_out += () if self._timed else (*_DATES, *_PLACE)
        self.makes = frozenset(_MADE) - frozenset(left_out)

    def bind(self, wanted: Demand) -> Action:
        lines, signs, server = map(wanted.wants, ("linecount", "punct", "splunk_server"))
        signs = signs and self._signs
        dates = any(map(wanted.wants, (*_DATES, *_PLACE)))
        stamps = self._stamps if dates else None

        def act(row: Row) -> None:
            raw = str(row[RAW])
            if lines:
                row["linecount"] = str(max(1, raw.count("\n") + (not raw.endswith("\n"))))
            if signs:
                row["punct"] = punct(raw)
            if server:
                row["splunk_server"] = "splay"
            if stamps is not None:
                row.update(_dates(raw, stamps, row["_time"]))

        return act


def punct(raw: str) -> str:
    """The text's punctuation: letters, digits and line ends go, a space is _, a tab t."""
    signs = (
        {" ": "_", "\t": "t"}.get(char, char)
        for char in raw
        if not char.isalnum() and char not in "\r\n"
    )
    return "".join(_first(signs, _PUNCT_LENGTH))


def _first(items: Iterable[str], count: int) -> list[str]:
    return [item for item, _ in zip(items, range(count), strict=False)]


def _dates(raw: str, stamps: Timestamps, time: object) -> dict[str, str]:
    """The fields of the time that stands in the text, as its clock showed it."""
    found = stamps.in_event(raw)
    said = stamps.reading.clock(found) if found else None
    if found is None or said is None:
        return {}
    clock, offset = said
    if not {"Y", "y"} & found.found.re.groupindex.keys() and isinstance(time, int | float):
        clock = _in_year(clock, datetime.fromtimestamp(time, UTC).year)
    return {
        "date_hour": str(clock.hour),
        "date_mday": str(clock.day),
        "date_minute": str(clock.minute),
        "date_month": clock.strftime("%B").lower(),
        "date_second": str(clock.second),
        "date_wday": clock.strftime("%A").lower(),
        "date_year": str(clock.year),
        "date_zone": "local" if offset is None else str(offset),
        "timestartpos": str(found.start),
        "timeendpos": str(found.end),
    }


def _in_year(clock: datetime, year: int) -> datetime:
    try:
        return clock.replace(year=year)
    except ValueError:  # the 29th of February
        return clock
