"""Results in splunkd's output modes: xml, json, json_rows, json_cols, csv, raw.

Source: REST API Reference, "search/jobs/{search_id}/results", and its output modes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from fnmatch import translate
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from splay.eval.times.timefmt import iso, strftime
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Row, Value
from splay.server.errors import RestError
from splay.server.rest.request import JSON_TYPE, XML_TYPE, Call

_BARE = re.compile("[A-Za-z0-9]+")
_EPOCH = re.compile(r"-?\d{1,12}(?:\.\d+)?")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Page:
    """The part of a job's results that is asked for.

    offset: of the first row within all rows. preview: whether the search is still going on.
    post_process_count: how many rows there are in all after the argument `search`; None without.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    offset: int = 0
    preview: bool = False
    messages: Sequence[tuple[str, str]] = ()
    tz: tzinfo | None = None
    time_format: str = ""
    post_process_count: int | None = None
    gap: str = "\n"  # after the XML declaration
    fields: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = list(self.columns)

    def shown(self, name: str, value: Value) -> str | list[str]:
        """A value as splunkd writes it: _time as a date, all else as text."""
        moment = to_number(value) if name == "_time" else None
        if moment is not None:
            return self._date(moment)
        texts = [to_text(item) for item in as_list(value)]
        return texts[0] if len(texts) == 1 else texts

    def _date(self, moment: float) -> str:
        if not self.time_format:
            return iso(moment, self.tz)
        try:
            return strftime(moment, self.time_format, self.tz)  # type: ignore[arg-type]
        except ValueError:  # no date between the years 1 and 9999
            return to_text(moment)


def choose_columns(columns: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The columns that the arguments `f` and `field_list` name, each may hold `*`; all if none."""
    names = [name.strip() for text in wanted for name in text.split(",") if name.strip()]
    if not names:
        return list(columns)
    found: dict[str, None] = {}
    for name in names:
        found.update((c, None) for c in columns if re.fullmatch(translate(name), c))
    return list(found)


def results_response(call: Call, page: Page) -> Response:
    """A page in the mode that the request asks for. RestError 400: a mode that there is not."""
    mode = call.output_mode
    if mode not in WRITERS:
        raise RestError(400, "Invalid output_mode.", "FATAL")
    if mode == "csv":
        return csv_response(page)
    write, content_type = WRITERS[mode]
    return Response(write(page), 200, None, content_type)


def csv_response(page: Page) -> Response:
    """A page as CSV; nothing at all, which is no CSV, where there is no row."""
    if not page.rows:
        return Response("", 200, None, "text/plain; charset=UTF-8")
    return Response(_csv(page), 200, None, "text/csv; charset=UTF-8")


def export_response(call: Call, page: Page) -> Response:
    """A page as search/jobs/export writes it: JSON is one object a row there."""
    page.gap = ""
    if call.output_mode != "json":
        return results_response(call, page)
    return Response(export_json(page), 200, None, JSON_TYPE)


# ---- XML ----


def results_xml(page: Page) -> str:
    """Results as a document of XML."""
    rows = [xml_row(page, row, n) for n, row in enumerate(page.rows, start=page.offset)]
    return "".join([xml_head(page), *rows, "</results>\n"])


def xml_head(page: Page) -> str:
    """What stands before the rows."""
    columns = "".join(f"<field>{_text(name)}</field>\n" for name in page.fields)
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n{page.gap}"
        f"<results preview='{int(page.preview)}'>\n"
        f"<meta>\n<fieldOrder>\n{columns}</fieldOrder>\n</meta>\n"
        f"{_xml_messages(page.messages)}"
    )


def xml_row(page: Page, row: Row, number: int) -> str:
    """One row. number: its offset."""
    fields = [_xml_field(page, name, row[name]) for name in page.fields if name in row]
    return f"\t<result offset='{number}'>\n{''.join(fields)}\t</result>\n"


def _xml_messages(messages: Sequence[tuple[str, str]]) -> str:
    if not messages:
        return ""
    items = "".join(f"  <msg type={quoteattr(k)}>{_text(t)}</msg>\n" for k, t in messages)
    return f"<messages>\n{items}</messages>\n"


def _xml_field(page: Page, name: str, value: Value) -> str:
    shown = page.shown(name, value)
    key = _quoted(_NOT_XML.sub("\ufffd", name))
    if name == "_raw":
        raw = shown if isinstance(shown, str) else "\n".join(shown)
        return f"\t\t<field k={key}><v xml:space='preserve' trunc='0'>{_text(raw)}</v></field>\n"
    texts = [shown] if isinstance(shown, str) else shown
    values = "".join(f"\t\t\t<value><text>{_text(text)}</text></value>\n" for text in texts)
    return f"\t\t<field k={key}>\n{values}\t\t</field>\n"


def _quoted(text: str) -> str:
    """An attribute as splunkd quotes it."""
    return "'" + escape(text, {"'": "&apos;"}) + "'"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


# ---- JSON ----


def _json_messages(page: Page) -> list[dict[str, str]]:
    return [{"type": kind, "text": text} for kind, text in page.messages]


def _json_head(page: Page) -> dict[str, Any]:
    head: dict[str, Any] = {
        "preview": page.preview,
        "init_offset": page.offset,
        "messages": _json_messages(page),
    }
    if page.post_process_count is not None:
        head["post_process_count"] = page.post_process_count
    return head


def record(page: Page, row: Row) -> dict[str, Any]:
    """A row as an object of JSON."""
    return {name: page.shown(name, row[name]) for name in page.fields if name in row}


def _json(page: Page) -> str:
    fields = [{"name": name} for name in page.fields]
    rows = [record(page, row) for row in page.rows]
    return json.dumps({**_json_head(page), "fields": fields, "results": rows, "highlighted": {}})


def _cell(page: Page, name: str, row: Row) -> str | list[str] | None:
    return page.shown(name, row[name]) if name in row else None


def _json_rows(page: Page) -> str:
    rows = [[_cell(page, name, row) for name in page.fields] for row in page.rows]
    return json.dumps({**_json_head(page), "fields": page.fields, "rows": rows})


def _json_cols(page: Page) -> str:
    columns = [[_cell(page, name, row) for row in page.rows] for name in page.fields]
    return json.dumps({**_json_head(page), "fields": page.fields, "columns": columns})


def export_json(page: Page) -> str:
    """Results as an export has them: an object a line."""
    lines: list[dict[str, Any]] = []
    if page.messages:
        lines.append({"preview": page.preview, "messages": _json_messages(page)})
    last = len(page.rows) - 1
    for number, row in enumerate(page.rows):
        line: dict[str, Any] = {"preview": page.preview, "offset": page.offset + number}
        if number == last:
            line["lastrow"] = True
        lines.append({**line, "result": record(page, row)})
    if not page.rows:
        lines.append({"preview": page.preview, "lastrow": True})
    return "".join(json.dumps(line) + "\n" for line in lines)


# ---- text ----


def csv_row(page: Page, row: Row | None) -> str:
    """A line of CSV for a row; the columns for None."""
    if row is None:
        return csv_line(page.fields)
    return csv_line([_cell(page, name, row) for name in page.fields])


def _csv(page: Page) -> str:
    lines: list[list[str | list[str] | None]] = [[*page.fields]] if page.fields else []
    lines += [[_cell(page, name, row) for name in page.fields] for row in page.rows]
    return "".join(map(csv_line, lines))


def csv_line(cells: Sequence[str | list[str] | None]) -> str:
    """A line of CSV as splunkd writes it."""
    return ",".join(map(_csv_cell, cells)) + "\n"


def _csv_cell(cell: str | list[str] | None) -> str:
    """A cell as splunkd quotes it: all but bare letters and digits; what is not there is nothing.

    Measured on Splunk 10.4.2; not the way of RFC 4180.
    """
    if cell is None:
        return ""
    text = "\n".join(cell) if isinstance(cell, list) else cell
    return text if _BARE.fullmatch(text) else '"' + text.replace('"', '""') + '"'


def _raw(page: Page) -> str:
    return "".join(f"{to_text(as_list(row['_raw'])[0])}\n" for row in page.rows if "_raw" in row)


WRITERS: dict[str, tuple[Callable[[Page], str], str]] = {
    "xml": (results_xml, XML_TYPE),
    "json": (_json, JSON_TYPE),
    "json_rows": (_json_rows, JSON_TYPE),
    "json_cols": (_json_cols, JSON_TYPE),
    "csv": (_csv, "text/csv; charset=UTF-8"),
    "raw": (_raw, "text/plain; charset=UTF-8"),
}
"""What writes a page, and the content type, by output mode."""
