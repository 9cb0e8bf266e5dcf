"""makeresults: rows out of nothing. Source: Search Reference, "makeresults".

An option that there is not is ignored, with a message here; rows of CSV have no _time, those of
JSON have one and their object as _raw; text that is no JSON gives no rows (measured on Splunk
10.4.2).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.csvcells import read_cells
from splay.errors import SplError
from splay.eval.jsonvalue import whole
from splay.rows import Row
from splay.spl.args import Args, Word, as_bool, as_int

_OPTIONS = ("count", "annotate", "format", "data")
_ANNOTATED = (
    *("_raw", "_time", "host", "source", "sourcetype"),
    *("splunk_server", "splunk_server_group"),
)


@dataclass
class Makeresults(Operation):
    """data: the rows that format=csv or format=json gave; else count rows with _time.

    timed: whether the rows of data get a _time. ignored: options that there are not. no_json: why
    the data is no JSON.
    """

    count: int = 1
    annotate: bool = False
    data: list[Row] | None = None
    timed: bool = False
    ignored: list[str] = field(default_factory=list)
    no_json: str = ""
    in_time_order = False

    kind = Kind.GENERATING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        given: dict[str, Word] = {}
        while (option := args.option(*_OPTIONS)) or (option := args.any_option()):
            name, word = option
            if name in given:
                words = f"Option '{name}' should not be specified more than once."
                error = args.error(
                    f"the option {name} is given twice", at=word.at, hint="Write it once"
                )
                raise error.worded(f"Error in 'SearchProcessor': {words}")
            given[name] = word
        args.end()
        made.ignored = [name for name in given if name not in _OPTIONS]
        form, text = given.get("format"), given.get("data")
        if (form is None) != (text is None):
            raise args.error("format= and data= go together", at=args.at, hint="Write both")
        if form and text:
            for name in set(given) - {"format", "data"}:
                message = f"the option {name} does not go with format= and data="
                raise args.error(message, at=given[name].at, hint="Remove it")
            made.data = _read(form, text, made)
        if "count" in given:
            made.count = as_int(given["count"])
            if made.count < 0:
                at = given["count"].at
                error = args.error("count is negative", at=at, hint="Write 0 or more")
                raise error.expecting("non-negative integer")
        made.annotate = "annotate" in given and as_bool(given["annotate"])
        return made

    def check(self, context: Context) -> None:
        for name in self.ignored:
            context.add_message("WARN", f"makeresults: there is no option {name}=; it is ignored")
        if self.no_json:
            context.add_message("WARN", f"makeresults: {self.no_json}; there are no rows")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.data is not None:
            timed: Row = {"_time": int(context.now)} if self.timed else {}
            yield from ({**timed, **row} for row in self.data)
            return
        for _ in range(self.count):
            row: Row = {"_time": int(context.now)}
            if self.annotate:
                row["splunk_server"] = "splay"
            yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        if self.data is not None:
            timed = ["_time"] if self.timed else []
            return list(dict.fromkeys([*timed, *(name for row in self.data for name in row)]))
        return list(_ANNOTATED) if self.annotate else ["_time"]


def _read(form: Word, text: Word, made: Makeresults) -> list[Row]:
    """The rows of inline data. Of JSON each object is a row, and its _raw."""
    if form.text.lower() == "csv":
        try:
            return _csv_rows(text.text.strip())
        except csv.Error as error:
            raise SplError(f"data is not CSV ({error})", at=text.at) from error
    if form.text.lower() != "json":
        message = f"the format {form.text!r} is not known"
        raise SplError(message, at=form.at, hint="csv or json").worded(
            "Error in 'MakeResultsProcessor': An invalid 'format' was specified: "
            f"{form.text}. Valid 'format' options are 'csv' and 'json'."
        )
    made.timed = True
    try:
        items = json.loads(whole(text.text))
    except (ValueError, RecursionError) as error:
        made.no_json = f"data is not JSON ({error})"
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        hint = 'Write [{"field": "value"}, ...]'
        raise SplError("data is not a list of objects", at=text.at, hint=hint)
    return [
        {"_raw": _compact(item), **{str(k): _value(v) for k, v in item.items() if v is not None}}
        for item in items
    ]


def _csv_rows(text: str) -> list[Row]:
    lines = read_cells(io.StringIO(text, newline=""), skipinitialspace=True)
    names = [name.strip() for name in next(lines, [])]
    return [
        {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        for cells in lines
    ]


def _value(value: object) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | int | float) else _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


COMMAND = Makeresults
