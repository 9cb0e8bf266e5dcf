"""inputlookup: the rows of a lookup table. Source: Search Reference, "inputlookup"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

from splay.errors import ConfError, SplError
from splay.eval.predicate import compile_predicate
from splay.rows import Row
from splay.search.operation import Context, Kind, Operation
from splay.spl.args import Args, Word, as_bool, as_int
from splay.spl.tree import MatchAll, SearchExpr

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
    where: SearchExpr | None = None

    kind = Kind.GENERATING

    @classmethod
    def parse(cls, args: Args) -> Self:
        found = cls()
        while option := args.option("append", "start", "max", "strict"):
            name, word = option
            if name == "append":
                found.append = as_bool(word)
            elif name == "strict":
                found.strict = as_bool(word)
            elif name == "start":
                found.start = as_int(word)
            else:
                found.limit = as_int(word)
        found.name = args.word("a lookup's name")
        found.where = args.search_expr() if args.take("where") else MatchAll()
        args.end()
        return found

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        if self.append:
            yield from rows
        assert self.name is not None
        try:
            table = context.apps.lookup(self.name.text)
        except ConfError as error:
            if self.strict:
                raise SplError(f"inputlookup: {error}", at=self.name.at) from error
            context.say("ERROR", f"inputlookup: {error}")
            return
        matches = compile_predicate(self.where or MatchAll())
        for row in islice(table.rows(), self.start, self.start + self.limit):
            if matches(row):
                yield row


COMMAND = Inputlookup
