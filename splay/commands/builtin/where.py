"""where: keeps the rows for which an eval expression is true. Source: Search Reference, "where"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.expression import compile_condition, fields_of
from splay.rows import Demand, Row
from splay.spl.args import Args
from splay.spl.tree import Expr


class Where(Operation):
    kind = Kind.STREAMING
    selects = True

    def __init__(self, expr: Expr) -> None:
        self._expr = expr

    @classmethod
    def parse(cls, args: Args) -> Self:
        expr = args.expr()
        args.end()
        return cls(expr)

    def check(self, context: Context) -> None:
        compile_condition(self._expr, context.scope)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        condition = compile_condition(self._expr, context.scope)
        return filter(condition, rows)

    def demand(self, after: Demand) -> Demand:
        return after.plus(fields_of(self._expr))


COMMAND = Where
