"""untable: a row for each value of each row. Source: Search Reference, "untable".

Where the documentation is silent: internal fields but the first are left out, and so are rows
without the first field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args


class Untable(Operation):
    """x: the field that stays; y: the field of the names; data: that of the values."""

    kind = Kind.TRANSFORMING

    def __init__(self, x: str, y: str, data: str) -> None:
        self._x, self._y, self._data = x, y, data

    @classmethod
    def parse(cls, args: Args) -> Self:
        words = args.fields()
        args.end()
        if len(words) != 3 or len({word.text for word in words}) < 3:
            hint = "Write: untable FIELD NAME-FIELD VALUE-FIELD"
            raise args.error("three different fields are needed", at=args.at, hint=hint)
        return cls(*(word.text for word in words))

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            if self._x not in row:
                continue
            for name, value in row.items():
                if name != self._x and not name.startswith("_"):
                    yield {self._x: row[self._x], self._y: name, self._data: value}

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return [self._x, self._y, self._data]


COMMAND = Untable
