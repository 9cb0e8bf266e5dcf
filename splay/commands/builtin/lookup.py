"""lookup: adds fields from a lookup table. Source: Search Reference, "lookup"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError
from splay.knowledge.lookupclause import LookupClause, read_lookup_clause
from splay.knowledge.lookups import LookupCall, lookup_call
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool


class Lookup(Operation):
    kind = Kind.STREAMING

    def __init__(self, clause: LookupClause) -> None:
        self._clause = clause

    @classmethod
    def parse(cls, args: Args) -> Self:
        while option := args.option("local", "update"):
            as_bool(option[1])  # where it runs and how often it is read: nothing to do here
        return cls(read_lookup_clause(args))

    def check(self, context: Context) -> None:
        self._call(context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        call = self._call(context)
        for row in rows:
            call.apply(row)
            yield row

    def _call(self, context: Context) -> LookupCall:
        clause = self._clause
        try:
            table = context.apps.lookup(clause.table.text)
            return lookup_call(table, clause.inputs, clause.outputs, clause.new_only)
        except ConfError as error:
            raise SplError(
                f"lookup: {error.placed}", at=clause.table.at, hint=error.hint
            ) from error

    def demand(self, after: Demand) -> Demand:
        after = after.plus(field for _, field in self._clause.inputs)
        return after.plus(field for _, field in self._clause.outputs or ())

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or self._clause.outputs is None:
            return None
        return list(dict.fromkeys([*before, *(field for _, field in self._clause.outputs)]))


COMMAND = Lookup
