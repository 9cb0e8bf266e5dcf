"""append: the results of a subsearch after those of the search. Source: Search Reference, "append".

maxtime and timeout say when a subsearch that runs too long is cut short: splay runs it to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import APPENDED, limited
from splay.errors import UnsupportedError
from splay.rows import Row
from splay.spl.args import Args, as_bool, as_int
from splay.spl.tree import Pipeline


class Append(Operation):
    kind = Kind.STREAMING
    takes_pipelines = True
    adds_rows = True

    def __init__(self, pipeline: Pipeline, limit: int) -> None:
        self.pipelines = (pipeline,)
        self._limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit = APPENDED
        while option := args.option("extendtimerange", "maxtime", "maxout", "timeout"):
            name, word = option
            if name == "extendtimerange":
                if as_bool(word):
                    message = "extendtimerange=true is not supported"
                    hint = "Write earliest= and latest= in the subsearch"
                    raise UnsupportedError(message, at=word.at, hint=hint)
            elif name == "maxout":
                limit = as_int(word) or APPENDED
            else:
                as_int(word)
        made = cls(args.pipeline(), limit)
        args.end()
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        yield from rows
        yield from limited(context.run_inner(self.pipelines[0]), self._limit, context)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Append
