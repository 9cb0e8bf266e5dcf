"""search: keeps the rows that match a search expression.

Source: Search Reference, "search". As the first command it retrieves events: the planner reads
its expression and scans for it (see plan.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.conditions.predicate import (
    Predicate,
    check_predicate,
    compile_predicate,
    predicate_fields,
)
from splay.rows import Demand, Row
from splay.spl.args import Args
from splay.spl.tree import SearchExpr


class Search(Operation):
    """expr: the expression as written."""

    kind = Kind.STREAMING
    selects = True

    def __init__(self, expr: SearchExpr) -> None:
        self.expr = self.filters = expr
        check_predicate(expr)

    @cached_property
    def _matches(self) -> Predicate:
        return compile_predicate(self.expr)

    @classmethod
    def parse(cls, args: Args) -> Self:
        return cls(args.search_expr())

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return filter(self._matches, rows)

    def demand(self, after: Demand) -> Demand:
        return after.plus(predicate_fields(self.expr))


COMMAND = Search
