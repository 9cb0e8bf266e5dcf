"""eventstats: stats' results in new fields of every row. Source: Search Reference, "eventstats".

A row with several values in a BY field gets the results of the group that its first ones name;
the documentation is silent on this. A row without a BY field stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.grouping import Group, Key, expanded, keys_of, read_by, takers, time_of
from splay.commands.stats.terms import Term, by_method, read_terms
from splay.commands.wildcards import is_pattern
from splay.rows import Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int

_OPTIONS = ("allnum", "limit")


class Eventstats(Operation):
    kind = Kind.DATASET

    def __init__(
        self, terms: list[Term], by: list[str], all_numbers: bool, limited: bool = False
    ) -> None:
        self.terms = terms
        self.by = by
        self._all_numbers = all_numbers
        self._limited = limited

    @classmethod
    def parse(cls, args: Args) -> Self:
        terms: list[Term] = []
        by: list[str] = []
        given: dict[str, Word] = {}
        while not args.done():
            if option := args.option(*_OPTIONS):
                given[option[0]] = option[1]
            elif found := read_terms(args, stop=("by", *_OPTIONS)):
                terms += found
            elif not by:
                by = read_by(args, terms)
                if not by:
                    args.end()
            else:
                args.end()
        if not terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        if "limit" in given:
            as_int(given["limit"])
        return cls(terms, by, "allnum" in given and as_bool(given["allnum"]), "limit" in given)

    def check(self, context: Context) -> None:
        takers(self.terms, context.scope)
        if self._limited:
            context.add_message(
                "WARN", "eventstats: limit= is taken, as Splunk takes it, and changes nothing"
            )

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        rows = list(rows)
        terms = by_method(self.terms, context.apps.conf("limits"))
        terms = expanded(terms, rows, self.by)
        takes = takers(terms, context.scope)
        groups: dict[Key, Group] = {}
        for row in rows:
            values = [take(row) for take in takes]
            for key in keys_of(row, self.by):
                if key not in groups:
                    groups[key] = Group(terms, self._all_numbers)
                groups[key].add(values, time_of(row))
        for row in rows:
            for key in keys_of(row, self.by):
                groups[key].into(row)
                break
            yield row

    def demand(self, after: Demand) -> Demand:
        reads = set(self.by)
        for term in self.terms:
            reads |= term.reads
        return after.plus(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None or any(is_pattern(term.name) for term in self.terms):
            return None
        return list(dict.fromkeys([*before, *(term.name for term in self.terms)]))


COMMAND = Eventstats
