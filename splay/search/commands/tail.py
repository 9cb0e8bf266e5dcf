"""tail: the last rows, last first. Source: Search Reference, "tail"."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from splay.rows import Row
from splay.search.operation import Context, Kind, Operation
from splay.spl.args import Args, as_int

DEFAULT = 10


class Tail(Operation):
    kind = Kind.DATASET

    def __init__(self, limit: int) -> None:
        self._limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit = DEFAULT if args.done() else as_int(args.word("a number"))
        args.end()
        if limit < 0:
            raise args.error("the number of rows is negative", at=args.at, hint="Write 0 or more")
        return cls(limit)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return reversed(deque(rows, maxlen=self._limit))


COMMAND = Tail
