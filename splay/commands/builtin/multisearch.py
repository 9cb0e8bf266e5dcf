"""multisearch: the events of several streaming searches, newest first.

Source: Search Reference, "multisearch".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.merging import check_streaming, newest_first
from splay.commands.operation import Context, Kind, Operation
from splay.rows import Row
from splay.spl.args import Args
from splay.spl.tree import Pipeline


class Multisearch(Operation):
    kind = Kind.GENERATING
    orders_columns = True
    takes_pipelines = True

    def __init__(self, pipelines: tuple[Pipeline, ...]) -> None:
        self.pipelines = pipelines

    @classmethod
    def parse(cls, args: Args) -> Self:
        found: list[Pipeline] = []
        while not args.done():
            found.append(args.pipeline())
        if len(found) < 2:
            raise args.error("at least two searches are needed", at=args.at, hint="[...] [...]")
        return cls(tuple(found))

    def searches(self, context: Context) -> tuple[Pipeline, ...]:
        check_streaming(self.pipelines)
        return self.pipelines

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        yield from newest_first(row for part in self.pipelines for row in context.run_inner(part))

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Multisearch
