"""table: just these fields, in this order. Source: Search Reference, "table"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import is_pattern, select
from splay.rows import Demand, Row
from splay.spl.args import Args


class Table(Operation):
    kind = Kind.TRANSFORMING

    def __init__(self, names: list[str]) -> None:
        self._names = names

    @classmethod
    def parse(cls, args: Args) -> Self:
        words = args.fields()
        if not words:
            raise args.error("a field is missing", hint="Name the columns, such as: table a, b")
        args.end()
        return cls([word.text for word in words])

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            yield {name: row[name] for name in select(self._names, row) if name in row}

    def demand(self, after: Demand) -> Demand:
        return Demand.of(self._names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if any(map(is_pattern, self._names)):
            return None if before is None else select(self._names, before)
        return list(dict.fromkeys(self._names))


COMMAND = Table
