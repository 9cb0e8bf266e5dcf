"""set: union, difference or intersection of two searches' results.

Results are the same when all their fields have the same values. Each is given once, in the order
in which it is found. Source: Search Reference, "set".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import APPENDED, limited
from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.spl.args import Args
from splay.spl.tree import Pipeline

_Key = frozenset[tuple[str, tuple[str, ...]]]


class Set(Operation):
    kind = Kind.GENERATING
    orders_columns = True
    takes_pipelines = True

    def __init__(self, how: str, pipelines: tuple[Pipeline, Pipeline]) -> None:
        self._how = how
        self.pipelines = pipelines

    @classmethod
    def parse(cls, args: Args) -> Self:
        how = args.take("union", "diff", "intersect")
        if how is None:
            raise args.error("what to do is missing", hint="Write union, diff or intersect")
        made = cls(how, (args.pipeline(), args.pipeline()))
        args.end()
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        first, second = (
            {_key(row): row for row in limited(context.run_inner(part), APPENDED, context)}
            for part in self.pipelines
        )
        for key, row in {**first, **second}.items():
            both = key in first and key in second
            if self._how == "union" or both == (self._how == "intersect"):
                yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _key(row: Row) -> _Key:
    return frozenset((name, tuple(map(to_text, as_list(row[name])))) for name in row)


COMMAND = Set
