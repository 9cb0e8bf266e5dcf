"""eventstats: stats' results in new fields of every row. Source: Search Reference, "eventstats".

A row with several values in a BY field gets the results of the group that its first ones name;
the documentation is silent on this. A row without a BY field stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.grouping import Group, Key, expanded, keys_of, read_by, takers, time_of
from splay.commands.stats.terms import Term, read_terms
from splay.commands.wildcards import is_pattern
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool


class Eventstats(Operation):
    kind = Kind.DATASET

    def __init__(self, terms: list[Term], by: list[str], all_numbers: bool) -> None:
        self._terms = terms
        self._by = by
        self._all_numbers = all_numbers

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("allnum")
        terms = read_terms(args, stop=("by",))
        if not terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        by = read_by(args, terms)
        args.end()
        return cls(terms, by, option is not None and as_bool(option[1]))

    def check(self, context: Context) -> None:
        takers(self._terms, context.scope)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        rows = list(rows)
        terms = expanded(self._terms, rows, self._by)
        takes = takers(terms, context.scope)
        groups: dict[Key, Group] = {}
        for row in rows:
            values = [take(row) for take in takes]
            for key in keys_of(row, self._by):
                if key not in groups:
                    groups[key] = Group(terms, self._all_numbers)
                groups[key].add(values, time_of(row))
        for row in rows:
            for key in keys_of(row, self._by):
                groups[key].into(row)
                break
            yield row

    def demand(self, after: Demand) -> Demand:
        reads = set(self._by)
        for term in self._terms:
            reads |= term.reads
        return after.plus(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or any(is_pattern(term.name) for term in self._terms):
            return None
        return list(dict.fromkeys([*before, *(term.name for term in self._terms)]))


COMMAND = Eventstats
