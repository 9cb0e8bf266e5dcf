"""fillnull: puts a value where a field has none. Source: Search Reference, "fillnull".

Without a list it fills every field that any of the rows has, and so must see all rows first.
An empty text is a value, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Demand, Row
from splay.spl.args import Args

DEFAULT = "0"


class Fillnull(Operation):
    def __init__(self, value: str, names: list[str]) -> None:
        self.kind = Kind.STREAMING if names else Kind.DATASET
        self._value = value
        self._names = names

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("value")
        names = [word.text for word in args.fields()]
        args.end()
        return cls(option[1].text if option else DEFAULT, names)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        names = self._names
        if not names:
            rows = list(rows)
            names = list(dict.fromkeys(name for row in rows for name in row))
        for row in rows:
            for name in names:
                row.setdefault(name, self._value)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(self._names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, *self._names]))


COMMAND = Fillnull
