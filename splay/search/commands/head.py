"""head: the first rows, by number or while an expression is true.

Source: Search Reference, "head".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from splay.eval.expression import EvalContext, compile_expr, fields_of
from splay.rows import Demand, Row
from splay.search.operation import Context, Kind, Operation
from splay.spl.args import Args, as_bool, as_int
from splay.spl.tree import Expr

DEFAULT = 10


@dataclass
class Head(Operation):
    """limit: None for all. null: whether a null condition counts as true. keeplast: whether the
    row that ends it is kept."""

    limit: int | None = None
    condition: Expr | None = None
    null: bool = False
    keeplast: bool = False

    kind = Kind.CENTRALIZED

    @classmethod
    def parse(cls, args: Args) -> Self:
        head = cls()
        while not args.done():
            option = args.option("limit", "null", "keeplast")
            if option is None:
                if args.text[args.pos : args.pos + 1] == "(":
                    head.condition = args.expr()
                else:
                    head.limit = as_int(args.word("a number"))
            elif option[0] == "limit":
                head.limit = as_int(option[1])
            elif option[0] == "null":
                head.null = as_bool(option[1])
            else:
                head.keeplast = as_bool(option[1])
        if head.limit is None and head.condition is None:
            head.limit = DEFAULT
        if head.limit is not None and head.limit < 0:
            raise args.error("the number of rows is negative", at=args.at, hint="Write 0 or more")
        return head

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.condition is not None:
            rows = self._while(self.condition, rows, context)
        return islice(rows, self.limit)

    def _while(self, expr: Expr, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        condition = compile_expr(expr, EvalContext(context.now, context.tz))
        for row in rows:
            true = condition(row)
            if true or (true is None and self.null):
                yield row
                continue
            if self.keeplast:
                yield row
            return

    def demand(self, after: Demand) -> Demand:
        return after if self.condition is None else after.plus(fields_of(self.condition))


COMMAND = Head
