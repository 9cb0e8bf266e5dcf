"""eval: sets fields to the values of expressions, one after the other.

Source: Search Reference, "eval". A null result removes the field; a Boolean one is refused. In a
field's name {other} stands for what the field other holds (the first of several values); where it
holds nothing, no field is set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.expression import compile_expr, fields_of
from splay.eval.kinds import kind_of
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args
from splay.spl.tree import Expr

_NAMED = re.compile(r"\{([^{}]+)\}")


class Eval(Operation):
    kind = Kind.STREAMING

    def __init__(self, assignments: list[tuple[str, Expr]]) -> None:
        self._assignments = assignments
        self.emptied: set[str] = set()

    @classmethod
    def parse(cls, args: Args) -> Self:
        assignments: list[tuple[str, Expr]] = []
        while True:
            name = args.word("a field")
            if not args.punct("="):
                raise args.error("an = is missing", hint=f"Write {name.text}=EXPRESSION")
            expr = args.expr()
            if kind_of(expr) == "boolean":
                hint = "Write if(CONDITION, VALUE, OTHER)"
                raise args.error("a field cannot be true or false", at=name.at, hint=hint).worded(
                    "Error in 'EvalCommand': Fields cannot be assigned a boolean result. Instead, "
                    "try if([bool expr], [expr], [expr])."
                )
            assignments.append((name.text, expr))
            if not args.punct(","):
                break
        args.end()
        return cls(assignments)

    @property
    def names(self) -> list[str]:
        """The fields that are set, in order."""
        return [name for name, _ in self._assignments]

    def check(self, context: Context) -> None:
        self.assigner(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        assign = self.assigner(context)
        for row in rows:
            assign(row)
            yield row

    def assigner(self, context: Context) -> Callable[[Row], None]:
        """What does all assignments on one row."""
        scope = context.scope
        compiled = [
            (name, _NAMED.search(name) is not None, compile_expr(expr, scope))
            for name, expr in self._assignments
        ]
        emptied = self.emptied

        def assign(row: Row) -> None:
            for name, dynamic, function in compiled:
                value = function(row)
                if dynamic:
                    name = _name_in(row, name)
                if value is None:
                    if row.pop(name, None) is not None:
                        emptied.add(name)
                elif name:
                    row[name] = ("true" if value else "false") if isinstance(value, bool) else value

        return assign

    def demand(self, after: Demand) -> Demand:
        for name, expr in reversed(self._assignments):
            after = after.minus([name]).plus([*fields_of(expr), *_NAMED.findall(name)])
        return after

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or any(map(_NAMED.search, self.names)):
            return None
        return list(dict.fromkeys([*before, *self.names]))


def _name_in(row: Row, name: str) -> str:
    """The field's name in this row; "" where a field within it has no value."""
    values = {inner: as_list(row.get(inner)) for inner in _NAMED.findall(name)}
    if not all(values.values()):
        return ""
    return _NAMED.sub(lambda found: to_text(values[found[1]][0]), name)


COMMAND = Eval
