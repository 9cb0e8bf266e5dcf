"""union: the results of several searches.

Events of streaming searches come newest first; otherwise one search's results follow the other's.
Datasets that are named, not searched for, are not supported.
Source: Search Reference, "union" (How the union command processes datasets).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.merging import newest_first, not_streaming
from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import APPENDED, limited
from splay.errors import UnsupportedError
from splay.rows import Row
from splay.spl.args import Args, as_int
from splay.spl.tree import Pipeline


class Union(Operation):
    """append: it may stand after other commands, whose rows it adds to."""

    kind = Kind.GENERATING
    orders_columns = True
    takes_pipelines = True
    append = True

    def __init__(self, pipelines: tuple[Pipeline, ...], limit: int) -> None:
        self.pipelines = pipelines
        self._limit = limit
        self._streaming = not any(map(not_streaming, pipelines))

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit = APPENDED
        while option := args.option("maxtime", "maxout", "timeout"):
            number = as_int(option[1])
            if option[0] == "maxout":
                limit = number or APPENDED
        found: list[Pipeline] = []
        while not args.done():
            if not args.at_bracket():
                word = args.word("a search in brackets")
                raise UnsupportedError(f"the dataset {word.text} is not supported", at=word.at)
            found.append(args.pipeline())
            args.punct(",")
        if not found:
            raise args.error("a search in brackets is missing", at=args.at, hint="[...] [...]")
        return cls(tuple(found), limit)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        given = list(rows)
        found = [
            row
            for part in self.pipelines
            for row in limited(context.run_inner(part), self._limit, context)
        ]
        timed = all("_time" in row for row in given)
        merged = self._streaming and timed
        yield from newest_first([*given, *found]) if merged else [*given, *found]

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Union
