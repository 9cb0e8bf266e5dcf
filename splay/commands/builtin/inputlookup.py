"""inputlookup: the rows of a lookup table. Source: Search Reference, "inputlookup"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError
from splay.eval.conditions.predicate import compile_predicate
from splay.rows import Row
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.tree import And, MatchAll, Not, Or, SearchExpr, Subsearch, Term, TimeBound

_MAX = 1_000_000_000


@dataclass
class Inputlookup(Operation):
    """start, limit: which of the table's rows are read; where: which of these are kept.

    strict: whether a table that is not there is an error; else it gives no rows.
    """

    name: Word | None = None
    append: bool = False
    strict: bool = False
    start: int = 0
    limit: int = _MAX
    where: SearchExpr = field(default_factory=MatchAll)

    kind = Kind.GENERATING
    in_time_order = False
    orders_columns = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        found = cls()
        found._options(args)
        found.name = args.word("a lookup's name")
        found._options(args)
        if args.take("where"):
            found.where = args.search_expr()
            _check_where(args, found.where)
        args.end()
        return found

    def _options(self, args: Args) -> None:
        while option := args.option("append", "start", "max", "strict"):
            name, word = option
            if name == "append":
                self.append = as_bool(word)
            elif name == "strict":
                self.strict = as_bool(word)
            elif as_int(word) < 0:
                raise args.error(f"{name} is negative", at=word.at, hint="Write 0 or more")
            elif name == "start":
                self.start = as_int(word)
            else:
                self.limit = as_int(word)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.append:
            yield from rows
        assert self.name is not None
        try:
            table = context.apps.lookup(self.name.text)
        except ConfError as error:
            if self.strict:
                raise SplError(
                    f"inputlookup: {error.placed}", at=self.name.at, hint=error.hint
                ) from error
            context.add_message("WARN", f"inputlookup: {error}")
            return
        matches = compile_predicate(self.where)
        for row in islice(table.rows(), self.start, self.start + self.limit):
            if matches(row):
                yield row

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _check_where(args: Args, expr: SearchExpr) -> None:
    """WHERE has comparisons, AND, OR and NOT, and nothing else."""
    if isinstance(expr, And | Or):
        for part in expr.parts:
            _check_where(args, part)
    elif isinstance(expr, Not):
        _check_where(args, expr.part)
    elif isinstance(expr, Term | TimeBound | Subsearch):
        raise args.error("where takes comparisons", at=expr.at, hint="Write column=value")


COMMAND = Inputlookup
