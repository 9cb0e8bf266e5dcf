"""head: the first rows, by number or while an expression is true.

Source: Search Reference, "head".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.expression import compile_expr, fields_of
from splay.eval.kinds import need_boolean
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.tree import Binary, Call, Expr, Field

DEFAULT = 10
_NUMBER = re.compile(r"[+-]?\d+")


@dataclass
class Head(Operation):
    """limit: None for all. null: whether a null condition counts as true. keeplast: whether the
    row that ends it is kept."""

    limit: int | None = None
    condition: Expr | None = None
    null: bool = False
    keeplast: bool = False

    kind = Kind.CENTRALIZED
    selects = cuts = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        head = cls()
        while not args.done():
            option = args.option("limit", "null", "keeplast")
            number = args.peek() if option is None else None
            if option is not None and option[0] == "limit":
                head._set_limit(args, option[1])
            elif option is not None:
                setattr(head, option[0], as_bool(option[1]))
            elif number is not None and _NUMBER.fullmatch(number.text):
                head._set_limit(args, args.word())
            else:
                head._set_condition(args)
        if head.keeplast and head.condition is None:
            hint = "Write: head (EXPRESSION) keeplast=true"
            raise args.error("keeplast needs an expression", at=args.at, hint=hint)
        if head.limit is None and head.condition is None:
            head.limit = DEFAULT
        return head

    def _set_limit(self, args: Args, word: Word) -> None:
        if self.limit is not None:
            raise args.error("there are two numbers of rows", at=word.at, hint="Remove one")
        self.limit = as_int(word)
        if self.limit < 0:
            raise args.error("the number of rows is negative", at=word.at, hint="Write 0 or more")

    def _set_condition(self, args: Args) -> None:
        if self.condition is not None:
            args.end()
        self.condition = args.expr()
        match self.condition:
            case Binary("=", Field(name, at), Call("true" | "false", ())):
                raise args.unknown_option(name, at)  # keeplst=true
        need_boolean(self.condition, "head")

    def check(self, context: Context) -> None:
        if self.condition is not None:
            compile_expr(self.condition, context.scope)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.condition is not None:
            rows = self._while(self.condition, rows, context)
        return islice(rows, self.limit)

    def _while(self, expr: Expr, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        condition = compile_expr(expr, context.scope)
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
