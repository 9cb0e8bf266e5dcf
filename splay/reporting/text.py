"""Results as JSON and as CSV, and a detection's outcome as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import tzinfo
from typing import Any

from splay.detections.outcome import Outcome
from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Results, Row, Value
from splay.visible import json_object, json_objects, json_parts

FORMATS = ("table", "json", "csv")
NARROW = 100
"""Columns of a terminal: with fewer, the long texts of a table stand below each other."""
EVIDENCE = "evidence"
"""The column of a detection's CSV that says where the events behind each result lie."""
_AT_ONCE = 1000
"""Rows that are made JSON of together: what each costs is then little more than its texts."""
_NOT_ONE = {type(None), list}


def shown(name: str, value: Value | None, tz: tzinfo) -> str | list[str]:
    """A value as Splunk shows it: _time as a date in the zone, several values as a list."""
    if value is None:
        return ""
    if name == "_time":
        moment = to_number(value)
        if moment is not None:
            return iso(moment, tz)
    if isinstance(value, str):
        return value
    texts = [to_text(item) for item in as_list(value)]
    return texts[0] if len(texts) == 1 else texts


def json_rows(results: Results, tz: tzinfo) -> Iterator[dict[str, str | list[str]]]:
    """One mapping a row, without the fields that have no value."""
    for row in results.rows:
        yield {name: shown(name, row[name], tz) for name in results.columns if name in row}


def as_json(results: Results, tz: tzinfo) -> Iterator[str]:
    """The rows as a JSON list, in parts."""
    begin = "[\n"
    for at in range(0, len(results.rows), _AT_ONCE):
        some = replace(results, rows=results.rows[at : at + _AT_ONCE])
        known: dict[float, str] = {}
        columns = [_texts(name, some.rows, tz, known) for name in results.columns]
        texts = [column for column in columns if column is not None]
        if texts and len(texts) == len(columns):
            objects = json_objects(results.columns, texts)
        else:
            objects = map(json_object, json_rows(some, tz))
        yield begin + ",\n".join(objects)
        begin = ",\n"
    yield "\n]" if results.rows else "[]"


def _texts(name: str, rows: Sequence[Row], tz: tzinfo, known: dict[float, str]) -> list[str] | None:
    """The field as it is shown, row by row; None where a row has no value of it, or several.

    known: of numbers with decimals, which are slow to print and often the same in two fields.
    """
    values = [row.get(name) for row in rows]
    kinds = set(map(type, values))
    if kinds & _NOT_ONE:
        return None
    if name == "_time":
        return [str(shown(name, value, tz)) for value in values]
    texts: list[Any] = values
    if kinds == {float}:
        return [known.get(value) or known.setdefault(value, to_text(value)) for value in texts]
    return texts if kinds == {str} else list(map(to_text, texts))


def as_csv(results: Results, tz: tzinfo, change: Callable[[str], str] = str) -> str:
    """The rows as CSV with a header; several values of a field stand on lines of one cell.

    change: what is done to each cell.
    """
    lines = [_line([change(name) for name in results.columns])] if results.columns else []
    for row in results.rows:
        lines.append(_line([change(cell_text(name, row, tz)) for name in results.columns]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    """One record, as RFC 4180 quotes it; with this terminator a bare CR or LF is quoted too."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()[:-2]


def cell_text(name: str, row: Row, tz: tzinfo) -> str:
    """A cell as text: several values of a field stand on a line each."""
    text = shown(name, row.get(name), tz)
    return text if isinstance(text, str) else "\n".join(text)


def outcome_json(outcome: Outcome) -> Iterator[str]:
    """A detection's outcome as one JSON object, in parts."""
    return json_parts(
        {
            "fired": outcome.fired,
            "search": outcome.detection.name,
            "results": json_rows(outcome.results, outcome.tz),
            "evidence": (_evidence(outcome, row) for row in outcome.results.rows),
            "risk": (asdict(entry) for entry in outcome.risk()),
            "data": outcome.data,
            "events": outcome.report.events,
            "bad_events": outcome.report.bad_events,
            "outside_time_range": outcome.outside,
            "coverage": _coverage(outcome),
            "incomplete": outcome.report.incomplete,
            "left_out": outcome.report.left_out,
            "seconds": round(outcome.seconds, 3),
            "messages": [{"level": level, "text": text} for level, text in outcome.messages],
            "problems": outcome.report.problems,
        }
    )


def _coverage(outcome: Outcome) -> dict[str, Any] | None:
    """What the silence rests on; null where it fired, or that is not known."""
    if outcome.coverage is None:
        return None
    subcategory, found = outcome.coverage.subcategory, outcome.coverage.found
    times = {
        name: None if time is None else iso(time, outcome.tz)
        for name, time in (("first", found.first), ("last", found.last))
    }
    return {
        "audit": subcategory.name,
        "codes": [subcategory.codes.first, subcategory.codes.last],
        "events": found.events,
        "hosts": found.hosts,
        **times,
    }


def _evidence(outcome: Outcome, row: Row) -> dict[str, Any]:
    """How many events are behind a result, and where the first of them lie."""
    group = outcome.behind(row)
    if group is None:
        return {"count": None, "events": []}
    events = [
        {
            "file": kept.file,
            "record": kept.record,
            "time": None if kept.time is None else iso(kept.time, outcome.tz),
            "host": kept.host,
            "source": kept.source,
        }
        for kept in group.kept
    ]
    return {"count": group.count, "events": events}


def places(outcome: Outcome, row: Row) -> list[str]:
    """Where the events behind a result lie: a line for each that is known, and how many more."""
    group = outcome.behind(row)
    if group is None:
        return []
    lines = [kept.place for kept in group.kept if kept.place]
    more = group.count - len(lines)
    return [*lines, f"and {more:,} more"] if lines and more else lines


def places_in_short(outcome: Outcome, row: Row) -> list[str]:
    """The same with a line for each file: record numbers that follow each other are a range."""
    group = outcome.behind(row)
    if group is None:
        return []
    kept = [one for one in group.kept if one.place]
    records: dict[str, list[str]] = {}
    for one in kept:
        records.setdefault(one.file, []).append(one.record)
    lines = [", ".join(filter(None, (file, _ranges(found)))) for file, found in records.items()]
    more = group.count - len(kept)
    return [*lines, f"and {more:,} more"] if lines and more else lines


def _ranges(records: Sequence[str]) -> str:
    """Record numbers in words, such as `records 7, 20 to 39`; "" where none is known."""
    found: list[tuple[int, int]] = []
    for number in sorted({int(text) for text in records if text.isdecimal()}):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    words = [str(first) if first == last else f"{first} to {last}" for first, last in found]
    words += dict.fromkeys(text for text in records if text and not text.isdecimal())
    many = "records" if len(words) > 1 or " to " in "".join(words) else "record"
    return f"{many} {', '.join(words)}" if words else ""


def with_places(outcome: Outcome) -> Results:
    """The results with a column that names the events behind each."""
    results = outcome.results
    lines = [places(outcome, row) for row in results.rows]
    if not any(lines):
        return results
    rows: list[Row] = [
        {**row, EVIDENCE: [*found]} if found else row
        for row, found in zip(results.rows, lines, strict=True)
    ]
    return replace(results, columns=[*results.columns, EVIDENCE], rows=rows)


def split_columns(columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns up to the specified search's last one, and what the enrichment adds."""
    added = [name for name in columns if name.startswith("adcs_")]
    if not added:
        return list(columns), []
    start = columns.index("caller") if "caller" in columns else columns.index(added[0])
    return list(columns[:start]), list(columns[start:])
