"""appendpipe: what a pipeline makes of the rows, after the rows.

Source: Search Reference, "appendpipe".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, as_bool
from splay.spl.tree import Pipeline


class Appendpipe(Operation):
    kind = Kind.DATASET
    takes_pipelines = True
    over_rows = True

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipelines = (pipeline,)

    @classmethod
    def parse(cls, args: Args) -> Self:
        if option := args.option("run_in_preview"):
            as_bool(option[1])  # splay shows no results before the last
        made = cls(args.pipeline())
        args.end()
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept = list(rows)
        more = context.run_inner(self.pipelines[0], deepcopy(kept))
        yield from kept
        yield from more

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Appendpipe
