"""stats: one row for each group. Source: Search Reference, "stats"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.grouping import (
    Key,
    expanded,
    has_patterns,
    keys_of,
    read_by,
    takers,
    time_of,
)
from splay.commands.stats.groups import Groups, Taker, take_run
from splay.commands.stats.terms import Term, by_method, read_terms
from splay.commands.wildcards import is_pattern
from splay.errors import UnsupportedError
from splay.eval.expression import EvalContext
from splay.eval.fields import is_volatile
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool, as_int
from splay.store.run import Run, each


class Stats(Operation):
    """Rows without a value in one of the BY fields are left out; one with several values in it
    counts in the group of each. Groups come sorted by the BY fields: numbers by size, then other
    text by its characters (limits.conf, natural_sort_output)."""

    kind = Kind.TRANSFORMING

    def __init__(self, terms: list[Term], by: list[str], once: bool) -> None:
        self._terms = terms
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
        takers(self._terms, context.scope)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return self.over(rows, context)

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        scope = context.scope
        terms = by_method(self._terms, context.apps.conf("limits"))
        if has_patterns(terms):
            items = rows = list(each(items))
            terms = expanded(terms, rows, self.by)
        groups = self._groups(items, terms, scope)
        self.so_far = None
        yield from self._rows(groups, terms)

    @property
    def mergeable(self) -> bool:
        """Whether rows may be divided: `groups` of each part, `merged`, are those of all."""
        return not has_patterns(self._terms) and all(t.column().mergeable for t in self._terms)

    def groups(self, rows: Iterable[Row | Run], context: Context) -> Groups:
        """What the rows come to, group by group, before the results are taken."""
        return self._groups(rows, self._terms, context.scope)

    def merged(self, parts: Iterable[Groups]) -> Iterator[Row]:
        """The result rows of all parts together."""
        return self._rows(self.joined(parts), self._terms)

    def joined(self, parts: Iterable[Groups]) -> Groups:
        """The groups of all parts together; the parts are used up."""
        whole = Groups([])
        for groups in parts:
            whole.merge(groups)
        return whole

    def _rows(self, groups: Groups, terms: list[Term]) -> Iterator[Row]:
        return groups.rows([*self.by, *(term.name for term in terms)])

    def _groups(self, rows: Iterable[Row | Run], terms: list[Term], scope: EvalContext) -> Groups:
        takers = [Taker(term, scope) for term in terms]
        plain = "_time" not in self.by and not any(map(_looks_at_each, terms))
        groups = Groups([taker.column for taker in takers])
        self.so_far = lambda: self._rows(groups, terms)
        if not self.by:
            groups.numbers([()])
        for item in rows:
            if isinstance(item, Run) and plain:
                take_run(item, self.by, groups, takers, once=self._once)
                continue
            for row in item.rows() if isinstance(item, Run) else (item,):
                time = time_of(row)
                values = [taker.values(row) for taker in takers]
                for group in groups.numbers(self.keys(row)):
                    for taker, found in zip(takers, values, strict=True):
                        if found:
                            taker.column.add(group, found, time)
        return groups

    def keys(self, row: Row) -> Iterable[Key]:
        """The groups that a row counts in, each as the texts of its BY fields."""
        return keys_of(row, self.by, once=self._once)

    def demand(self, after: Demand) -> Demand:
        reads = set(self.by)
        for term in self._terms:
            reads |= term.reads
        return Demand.of(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if any(is_pattern(term.name) for term in self._terms):
            return None
        return [*self.by, *(term.name for term in self._terms)]


def _looks_at_each(term: Term) -> bool:
    """Whether it may see a difference between events of the same fields, unless their time is all
    that it takes."""
    if term.expr is not None and is_volatile(term.expr):
        return True
    return ("_time" in term.reads and term.field != "_time") or term.make().timed


COMMAND = Stats
