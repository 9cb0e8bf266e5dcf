"""makeresults: rows out of nothing. Source: Search Reference, "makeresults"."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError
from splay.eval.jsonvalue import whole
from splay.rows import Row
from splay.spl.args import Args, Word, as_bool, as_int

_ANNOTATED = (
    *("_raw", "_time", "host", "source", "sourcetype"),
    *("splunk_server", "splunk_server_group"),
)


@dataclass
class Makeresults(Operation):
    """data: the rows that format=csv or format=json gave; else count rows with _time."""

    count: int = 1
    annotate: bool = False
    data: list[Row] | None = None

    kind = Kind.GENERATING

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        form: Word | None = None
        text: Word | None = None
        while option := args.option("count", "annotate", "format", "data"):
            name, word = option
            if name == "count":
                made.count = as_int(word)
                if made.count < 0:
                    raise args.error("count is negative", at=word.at, hint="Write 0 or more")
            elif name == "annotate":
                made.annotate = as_bool(word)
            elif name == "format":
                form = word
            else:
                text = word
        args.end()
        if (form is None) != (text is None):
            raise args.error("format= and data= go together", at=args.at, hint="Write both")
        if form and text:
            made.data = _read(form, text)
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.data is not None:
            yield from (dict(row) for row in self.data)
            return
        for _ in range(self.count):
            row: Row = {"_time": int(context.now)}
            if self.annotate:
                row["splunk_server"] = "splay"
            yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        if self.data is not None:
            return list(dict.fromkeys(name for row in self.data for name in row))
        return list(_ANNOTATED) if self.annotate else ["_time"]


def _read(form: Word, text: Word) -> list[Row]:
    if form.text.lower() == "csv":
        try:
            return _csv_rows(text.text.strip())
        except csv.Error as error:
            raise SplError(f"data is not CSV ({error})", at=text.at) from error
    if form.text.lower() != "json":
        raise SplError(f"the format {form.text!r} is not known", at=form.at, hint="csv or json")
    try:
        items = json.loads(whole(text.text))
    except (ValueError, RecursionError) as error:
        raise SplError(f"data is not JSON ({error})", at=text.at) from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        hint = 'Write [{"field": "value"}, ...]'
        raise SplError("data is not a list of objects", at=text.at, hint=hint)
    return [{str(k): _value(v) for k, v in item.items() if v is not None} for item in items]


def _csv_rows(text: str) -> list[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    names = [name.strip() for name in next(lines, [])]
    return [
        {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        for cells in lines
    ]


def _value(value: object) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | int | float) else json.dumps(value)


COMMAND = Makeresults
