"""format: rows become one row whose field `search` is the text of a search for them.

Source: Search Reference, "format"; Search Manual, "Change the format of subsearch results".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import SEARCH, Format
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int

_PLACES = tuple(
    ["row_prefix", "column_prefix", "column_separator", "column_end", "row_separator", "row_end"]
)


class FormatCommand(Operation):
    """limit: how many rows are used; 0 for all."""

    kind = Kind.TRANSFORMING

    def __init__(self, form: Format, limit: int) -> None:
        self._form = form
        self._limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        marks: list[str] = []
        named: dict[str, str] = {}
        limit = 0
        while not args.done():
            if option := args.option("mvsep", "maxresults", "emptystr"):
                if option[0] == "maxresults":
                    limit = as_int(option[1])
                else:
                    named["empty" if option[0] == "emptystr" else "mvsep"] = option[1].text
            else:
                marks.append(args.word("a prefix, separator or end").text)
        if marks and len(marks) != len(_PLACES):
            hint = 'Write all six, such as "(" "(" "AND" ")" "OR" ")"'
            raise args.error(f"{len(marks)} of the row and column options", at=args.at, hint=hint)
        form = replace(Format(), **dict(zip(_PLACES, marks, strict=False)), **named)
        return cls(form, limit)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        yield {SEARCH: self._form.text(islice(rows, self._limit or None))}

    def demand(self, after: Demand) -> Demand:
        return Demand.of("*")

    def columns(self, before: list[str] | None) -> list[str] | None:
        return [SEARCH]


COMMAND = FormatCommand
