"""stats: one row for each group. Source: Search Reference, "stats"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Divisible, Kind
from splay.commands.stats.functions.columns import are_mergeable
from splay.commands.stats.grouping import (
    Key,
    expanded,
    has_patterns,
    keys_of,
    read_by,
    takers,
)
from splay.commands.stats.groups import Groups, Taker, looks_at_each, take_all
from splay.commands.stats.terms import Term, by_method, read_terms
from splay.commands.wildcards import is_pattern
from splay.errors import UnsupportedError
from splay.eval.expression import EvalContext
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool, as_int
from splay.store.run import Run, each


class Stats(Divisible):
    """Rows without a value in one of the BY fields are left out; one with several values in it
    counts in the group of each. Groups come sorted by the BY fields: numbers by size, then other
    text by its characters (limits.conf, natural_sort_output)."""

    kind = Kind.TRANSFORMING

    def __init__(self, terms: list[Term], by: list[str], once: bool) -> None:
        self.terms = terms
        self.by = by
        self._once = once  # dedup_splitvals: a value that stands twice counts once
        self.order_free = all(term.make().order_free for term in terms)

    @classmethod
    def parse(cls, args: Args) -> Self:
        once = False
        while option := args.option("partitions", "allnum", "delim", "dedup_splitvals"):
            name, word = option
            if name == "partitions":
                as_int(word)  # how the work is split: nothing to do here
            elif name == "dedup_splitvals":
                once = as_bool(word)
            elif name == "delim" or as_bool(word):
                raise UnsupportedError(
                    f"the option {name}={word.text} is not supported", at=word.at
                )
        terms = read_terms(args, stop=("by",))
        if not terms:
            raise args.error("a statistical function is missing", hint="Write, such as: count")
        by = read_by(args, terms, stop=("dedup_splitvals",))
        if by and (option := args.option("dedup_splitvals")):
            once = as_bool(option[1])
        args.end()
        return cls(terms, by, once)

    def check(self, context: Context) -> None:
        takers(self.terms, context.scope)

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        terms = by_method(self.terms, context.apps.conf("limits"))
        if has_patterns(terms):
            items = rows = list(each(items))
            terms = expanded(terms, rows, self.by)
        groups = self._groups(items, terms, context.scope)
        self.so_far = None
        yield from self._rows(groups, terms)

    def mergeable(self, context: Context) -> bool:
        return not has_patterns(self.terms) and are_mergeable(t.column() for t in self.terms)

    def groups(self, items: Iterable[Row | Run], context: Context) -> Groups:
        return self._groups(items, self.terms, context.scope)

    def results(self, groups: Groups, context: Context) -> Iterator[Row]:
        return self._rows(groups, self.terms)

    def _rows(self, groups: Groups, terms: list[Term]) -> Iterator[Row]:
        return groups.rows([*self.by, *(term.name for term in terms)])

    def _groups(self, items: Iterable[Row | Run], terms: list[Term], scope: EvalContext) -> Groups:
        takers = [Taker(term, scope) for term in terms]
        plain = "_time" not in self.by and not any(map(looks_at_each, terms))
        groups = Groups([taker.column for taker in takers])
        self.so_far = lambda: self._rows(groups, terms)
        if not self.by:
            groups.numbers([()])
        take_all(items, self.by, groups, takers, once=self._once, plain=plain)
        return groups

    def keys(self, row: Row) -> Iterable[Key]:
        """The groups that a row counts in, each as the texts of its BY fields."""
        return keys_of(row, self.by, once=self._once)

    def demand(self, after: Demand) -> Demand:
        reads = set(self.by)
        for term in self.terms:
            reads |= term.reads
        return Demand.of(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if any(is_pattern(term.name) for term in self.terms):
            return None
        return [*self.by, *(term.name for term in self.terms)]


COMMAND = Stats
