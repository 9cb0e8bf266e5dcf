"""Sums of rows and columns, for addtotals and addcoltotals.

Source: Search Reference, "addtotals", "addcoltotals". Internal fields are not summed. Where the
documentation is silent: a row without numbers has the total 0, and the field of the total is not
summed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions.base import plain
from splay.commands.wildcards import select
from splay.eval.value import to_number
from splay.rows import EVERYTHING, Demand, Row


@dataclass
class Totals(Operation):
    """names: what is summed; [] for all. total: the field of a row's sum; None: it has none.

    columns_too: whether a last row has the sums of the columns, and its label in labelfield.
    """

    names: list[str] = field(default_factory=list)
    total: str | None = None
    columns_too: bool = False
    labelfield: str | None = None
    label: str = "Total"

    def __post_init__(self) -> None:
        self.kind = Kind.DATASET if self.columns_too else Kind.STREAMING

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        sums: dict[str, int | float] = {}
        for row in rows:
            numbers = self._numbers(row)
            if self.total is not None:
                row[self.total] = plain(sum(numbers.values()))
                numbers[self.total] = to_number(row[self.total]) or 0
            if self.columns_too:
                for name, number in numbers.items():
                    sums[name] = sums.get(name, 0) + number
            yield row
        if self.columns_too:
            last: Row = {name: plain(number) for name, number in sums.items()}
            if self.labelfield is not None:
                last[self.labelfield] = self.label
            yield last

    def _numbers(self, row: Row) -> dict[str, int | float]:
        names = select(self.names or ["*"], row)
        return {
            name: number
            for name in names
            if name != self.total and (number := to_number(row.get(name))) is not None
        }

    def demand(self, after: Demand) -> Demand:
        return after.plus(self.names) if self.names else EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        more = [self.total, self.labelfield if self.columns_too else None]
        return list(dict.fromkeys([*before, *(name for name in more if name is not None)]))
