"""filldown: the last value of a field where it has none. Source: Search Reference, "filldown".

Without a list, and for wildcards, the fields are those that any of the rows has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import is_pattern, select
from splay.rows import Demand, Row, Value
from splay.spl.args import Args


class Filldown(Operation):
    def __init__(self, names: list[str]) -> None:
        named = names and not any(map(is_pattern, names))
        self.kind = Kind.CENTRALIZED if named else Kind.DATASET
        self._names = names or ["*"]

    @classmethod
    def parse(cls, args: Args) -> Self:
        names = [word.text for word in args.fields()]
        args.end()
        return cls(names)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        names = self._names
        if self.kind is Kind.DATASET:
            rows = list(rows)
            names = select(names, dict.fromkeys(name for row in rows for name in row))
        last: dict[str, Value] = {}
        for row in rows:
            for name in names:
                if name in row:
                    last[name] = row[name]
                elif name in last:
                    row[name] = last[name]
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(name for name in self._names if name != "*")


COMMAND = Filldown
