"""tail: the last rows, last first. Source: Search Reference, "tail"."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Row
from splay.spl.args import Args, as_int

DEFAULT = 10


class Tail(Operation):
    kind = Kind.DATASET
    selects = cuts = True

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        if args.done():
            return cls(DEFAULT)
        word = args.word("a number")
        limit = as_int(word)
        if limit < 0:
            raise args.error("the number of rows is negative", at=word.at, hint="Write 0 or more")
        args.end()
        return cls(limit)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return reversed(deque(rows, maxlen=self.limit))


COMMAND = Tail
