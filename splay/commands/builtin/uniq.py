"""uniq: leaves out a row that is the same as the one before it. Source: Search Reference, "uniq".

All fields count, also those that are not shown, as the documentation says of _time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args


class Uniq(Operation):
    kind = Kind.CENTRALIZED

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        before: Row | None = None
        for row in rows:
            if row != before:
                before = dict(row)
                yield row

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING


COMMAND = Uniq
