"""Commands whose arguments subsearches give: as they are planned, and with what was found.

Source: Search Manual, "About subsearches".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Self

from splay.commands.builtin.search import Search
from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import MAX_OUT, limited, subsearches, text_of
from splay.eval.conditions.predicate import compile_predicate
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args
from splay.spl.patched import Patched
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Command, MatchAll, Not, Or, Pipeline, SearchExpr, Subsearch


class Open(Operation):
    """A command whose arguments are known only when its subsearches have run.

    known: of the command search, its expression with each subsearch as one that matches all.
    """

    def __init__(self, command: Command, built_in: type[Operation] | None) -> None:
        self.kind = getattr(built_in, "kind", Kind.DATASET)  # some know it when they are parsed
        self.pipelines = tuple(pipeline for _, _, pipeline in subsearches(command))
        self.known: SearchExpr | None = None
        if built_in is Search:
            self.known = _known(parse_search_expr(command.text, command.text_at))
            compile_predicate(self.known)  # says now what is wrong with it

    @classmethod
    def parse(cls, args: Args) -> Self:
        raise NotImplementedError("made by the planner")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        raise NotImplementedError("replaced before the search runs")

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _known(expr: SearchExpr) -> SearchExpr:
    if isinstance(expr, And | Or):
        return type(expr)(tuple(map(_known, expr.parts)))
    if isinstance(expr, Not):
        return Not(_known(expr.part))
    return MatchAll() if isinstance(expr, Subsearch) else expr


def replace_results(
    command: Command, run: Callable[[Pipeline], list[Row]], context: Context, patched: Patched
) -> None:
    """Adds the command's arguments with the text of its subsearches' results in their places."""
    kept = 0
    for begin, end, pipeline in subsearches(command):
        rows = limited(run(pipeline), MAX_OUT, context)
        patched.keep(command.text[kept:begin], command.text_at + kept)
        patched.put(text_of(pipeline, rows), command.text_at + begin, told=True)
        kept = end
    patched.keep(command.text[kept:], command.text_at + kept)
