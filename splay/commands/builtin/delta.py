"""delta: the difference to an earlier row. Source: Search Reference, "delta".

The earlier row is the one p rows before, whatever it holds; where one of the two has no number
there is no difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions.base import plain
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int


class Delta(Operation):
    """back: how many rows before."""

    kind = Kind.CENTRALIZED

    def __init__(self, name: str, target: str, back: int) -> None:
        self._name = name
        self._target = target
        self._back = back

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("p")
        name = args.name().text
        target = args.word("the new name").text if args.take("AS") else f"delta({name})"
        option = option or args.option("p")
        args.end()
        back = as_int(option[1]) if option else 1
        if option and back < 1:
            raise args.error("p is less than 1", at=option[1].at, hint="Write 1 or more")
        return cls(name, target, back)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        before: deque[int | float | None] = deque([None] * self._back, self._back)
        for row in rows:
            number, earlier = to_number(row.get(self._name)), before[0]
            before.append(number)
            if number is not None and earlier is not None:
                row[self._target] = plain(number - earlier)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._target]))


COMMAND = Delta
