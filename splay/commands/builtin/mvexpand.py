"""mvexpand: one row for each value of a multivalue field. Source: Search Reference, "mvexpand"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int


class Mvexpand(Operation):
    """limit: the most values of one row that are used; 0 for all."""

    kind = Kind.STREAMING
    makes_rows = True

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        name = args.word("a field")
        if name.text.startswith("_"):
            hint = "Copy it with eval first"
            raise args.error("internal fields cannot be expanded", at=name.at, hint=hint)
        option = args.option("limit")
        limit = as_int(option[1]) if option else 0
        if option and limit < 0:
            raise args.error("the limit is negative", at=option[1].at, hint="Write 0 for none")
        args.end()
        return cls(name.text, limit)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            values = as_list(row.get(self._name))
            if not values:
                yield row
            for value in islice(values, self._limit or None):
                yield {**row, self._name: value}

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])


COMMAND = Mvexpand
