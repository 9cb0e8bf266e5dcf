"""reverse: the rows from last to first. Source: Search Reference, "reverse"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Row
from splay.spl.args import Args


class Reverse(Operation):
    kind = Kind.DATASET
    selects = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return reversed(list(rows))


COMMAND = Reverse
