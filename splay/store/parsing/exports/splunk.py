"""Results that Splunk exported: CSV, JSON and XML that hold each event as it was, in `_raw`.

Source: REST API Reference, search/jobs/export and search/v2/jobs/{search_id}/results (output_mode).
What the columns `_time`, `host`, `source` and `sourcetype` say counts; where one was left out, the
event tells it, as in a file of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from splay.store.event import Event, Found
from splay.store.parsing.beginning import Beginning
from splay.store.parsing.eventmaker import EventMaker, Reading
from splay.store.parsing.lines import LineEventMaker
from splay.store.parsing.pieces import Pieces, Table
from splay.store.parsing.reader import Reader
from splay.store.parsing.timeforms import iso_time
from splay.store.parsing.windows_text import ClassicEventMaker
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.problems import Fault

_JSON = re.compile(rb'\{"(?:preview|result)":[^\n]*"_raw":\s*"')
_XML = re.compile(rb"(?:<\?xml[^>]*\?>\s*)?<results\s+preview=")
_ROW = re.compile(r"<results\s+preview=['\"](?P<preview>[01])|<result\s.*?</result>", re.DOTALL)
_ONLY_RAW = re.compile(rb'"?_raw"?\r?\n')
_NO_RESULTS = "holds results only as previews, which are left out: export it with preview=0"


def reader(beginning: Beginning, reading: Reading) -> Reader | None:
    """What reads a file that begins so, if Splunk exported it."""
    if _JSON.match(beginning.text):
        return _Json(reading)
    if _XML.match(beginning.text):
        return _Xml(reading)
    header = beginning.rows[0] if beginning.rows else []
    if _ONLY_RAW.match(beginning.text) or (len(header) > 1 and "_raw" in header):
        return _Csv(reading)
    return None


class _Results(Pieces):
    """Events with what Splunk knew of them."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._maker = LineEventMaker(reading)
        self._xml_maker = XmlEventMaker(reading)
        self._classic_maker = ClassicEventMaker(reading)
        self._scan = reading.scan
        self._counting = reading.need.related is not None
        self._kinds: set[bool] = set()  # whether results were previews

    def finish(self) -> Iterator[Found]:
        """The last events."""
        yield from super().finish()
        if self._kinds == {True}:
            self._problems.unread(_NO_RESULTS)

    def _is_result(self, preview: bool) -> bool:
        """Whether a result counts: previews of it may stand before it, each time whole."""
        self._kinds.add(preview)
        return not preview

    def _event(self, fields: Mapping[str, Any]) -> Iterator[Event]:
        raw = fields.get("_raw")
        if not isinstance(raw, str):
            self._problems.stray(str(fields).encode())
            return
        self._problems.events(1)
        text = raw.encode("utf-8", "replace")
        maker = self._maker_of(text)
        if self._counting:
            maker.region_done(text, len(text))
        if not self._scan.empty and not self._scan.holds(text):
            return
        time = self._time(str(fields.get("_time", "")))
        if time is None:  # the name of a zone stands in it, such as PDT: the event says it better
            time = self._own_time(text)
        if time is None:
            self._problems.fault(Fault.NO_TIME)
            time = self._facts.mtime
        if self._maker.wanted(time):
            settings = self._settings
            host, source, sourcetype = maker.origin(text, 0, len(text))
            yield Event(
                raw=raw,
                time=time,
                host=settings.host or _text(fields, "host", host),
                source=settings.source or _text(fields, "source", source),
                sourcetype=settings.sourcetype or _text(fields, "sourcetype", sourcetype),
                index=settings.index,
                indextime=self._facts.indextime,
                file=self._facts.name,
            )

    def _time(self, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            return iso_time(text.encode(), self._settings.tz)

    def _own_time(self, raw: bytes) -> float | None:
        time = self._xml_maker.own_time(raw, 0, len(raw))
        return self._maker.own_time(raw, 0, len(raw)) if time is None else time

    def _maker_of(self, raw: bytes) -> EventMaker:
        """What tells the event's origin where no column does."""
        if raw.lstrip().startswith(b"<Event"):
            return self._xml_maker
        return self._classic_maker if b"\nLogName=" in raw else self._maker


class _Json(_Results):
    """A line for each result, or one for many."""

    def _end(self, data: bytes) -> int:
        return data.rfind(b"\n") + 1

    def _events(self, text: str) -> Iterator[Found]:
        for line in filter(str.strip, text.split("\n")):
            try:
                told = json.loads(line)
            except (ValueError, RecursionError):
                self._problems.stray(line.encode())
                continue
            results = told.get("results", [told.get("result")]) if isinstance(told, dict) else []
            for fields in results if isinstance(results, list) else ():
                if isinstance(fields, dict) and self._is_result(told.get("preview") is True):
                    yield from self._event(fields)


class _Csv(Table, _Results):
    """A row for each event."""

    def _events(self, text: str) -> Iterator[Found]:
        for values in self._rows(text):
            yield from self._event(values)


class _Xml(_Results):
    """An element for each result, in one document or, with previews, in several."""

    _preview = False

    def finish(self) -> Iterator[Found]:
        """The last events. A result that does not end is told."""
        held = self._held
        yield from super().finish()
        if b"<result " in held:
            self._problems.fault(Fault.HALF)
            self._problems.passed_over(held)

    def _end(self, data: bytes) -> int:
        close = b"</result>"
        return data.rfind(close) + len(close) if close in data else 0

    def _events(self, text: str) -> Iterator[Found]:
        from splay.store.parsing.result_xml import fields_of  # with lxml: it takes a while

        for found in _ROW.finditer(text):
            if found["preview"] is not None:
                self._preview = found["preview"] == "1"
            elif self._is_result(self._preview):
                fields = fields_of(found[0])
                if fields is None:
                    self._problems.stray(found[0].encode())
                else:
                    yield from self._event(fields)


def _text(fields: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value else otherwise
