"""accum: the running total of a field. Source: Search Reference, "accum".

A row in which the field is no number stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions.base import plain
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args


class Accum(Operation):
    kind = Kind.CENTRALIZED

    def __init__(self, name: str, target: str) -> None:
        self._name = name
        self._target = target

    @classmethod
    def parse(cls, args: Args) -> Self:
        name = args.name().text
        target = args.word("the new name").text if args.take("AS") else name
        args.end()
        return cls(name, target)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        total: int | float = 0
        for row in rows:
            number = to_number(row.get(self._name))
            if number is not None:
                total += number
                row[self._target] = plain(total)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._target]))


COMMAND = Accum
