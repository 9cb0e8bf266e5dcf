"""transpose: rows become columns. Source: Search Reference, "transpose".

Where the documentation is silent: rows come in the order of the fields, internal ones too; a row
without the header field is named by its number; of two rows with the same header the last counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list, to_text
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, as_bool, as_int


class Transpose(Operation):
    """limit: how many rows become columns, 0 for all. header: the field of their names."""

    kind = Kind.TRANSFORMING

    def __init__(self, limit: int, column: str, header: str | None, empty: bool) -> None:
        self._limit = limit
        self._column = column
        self._header = header
        self._empty = empty
        self._made: list[str] | None = None

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit: int | None = None
        texts: dict[str, str] = {"column_name": "column"}
        empty = True
        while not args.done():
            option = args.option("column_name", "header_field", "include_empty")
            if option is None:
                if limit is not None:
                    args.end()
                word = args.word("a number of rows")
                limit = as_int(word)
                if limit < 0:
                    raise args.error("the number is negative", at=word.at, hint="Write 0 for all")
            elif option[0] == "include_empty":
                empty = as_bool(option[1])
            else:
                texts[option[0]] = option[1].text
        limit = 5 if limit is None else limit
        return cls(limit, texts["column_name"], texts.get("header_field"), empty)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept = list(islice(rows, self._limit or None))
        names = list(dict.fromkeys(name for row in kept for name in row if name != self._header))
        headers = [self._name(row, number) for number, row in enumerate(kept, 1)]
        self._made = list(dict.fromkeys([self._column, *headers]))
        for name in names:
            found = {h: row[name] for h, row in zip(headers, kept, strict=True) if name in row}
            if self._empty or any(value != "" for value in found.values()):
                yield {self._column: name, **found}

    def _name(self, row: Row, number: int) -> str:
        value = as_list(row.get(self._header)) if self._header is not None else []
        return to_text(value[0]) if value else f"row {number}"

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return self._made


COMMAND = Transpose
