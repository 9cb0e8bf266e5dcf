"""appendcols: the fields of a subsearch's results, the first's to the first row and so on.

Where the documentation is silent: results beyond the last row become rows of their own.
Source: Search Reference, "appendcols".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import APPENDED, limited
from splay.rows import Row
from splay.spl.args import Args, as_bool, as_int
from splay.spl.tree import Pipeline


class Appendcols(Operation):
    """override: whether the subsearch's values replace those that are there."""

    kind = Kind.DATASET
    takes_pipelines = True

    def __init__(self, pipeline: Pipeline, override: bool, limit: int) -> None:
        self.pipelines = (pipeline,)
        self._override = override
        self._limit = limit

    @classmethod
    def parse(cls, args: Args) -> Self:
        override, limit = False, APPENDED
        while option := args.option("override", "maxtime", "maxout", "timeout"):
            name, word = option
            if name == "override":
                override = as_bool(word)
            elif name == "maxout":
                limit = as_int(word) or APPENDED
            else:
                as_int(word)  # when to cut a slow subsearch short: splay runs it to its end
        made = cls(args.pipeline(), override, limit)
        args.end()
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        found = limited(context.run_inner(self.pipelines[0]), self._limit, context)
        for row, more in zip_longest(rows, found):
            row = {} if row is None else row
            for name, value in (more or {}).items():
                if not name.startswith("_") and (self._override or name not in row):
                    row[name] = value
            yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Appendcols
