"""stats: one row for each group. Source: Search Reference, "stats"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.grouping import (
    Group,
    Key,
    expanded,
    has_patterns,
    keys_of,
    read_by,
    takers,
    time_of,
)
from splay.commands.stats.ordering import natural_order
from splay.commands.stats.terms import Term, by_method, read_terms
from splay.commands.wildcards import is_pattern
from splay.errors import UnsupportedError
from splay.eval.expression import EvalContext
from splay.eval.fields import is_volatile
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool, as_int
from splay.store.run import Run, each

Groups = dict[Key, Group]


@dataclass(frozen=True)
class Packed:
    """Groups as columns: they cross processes in a fraction of the time. states: of each function
    what it has seen, group by group."""

    keys: list[Key]
    states: list[list[object]]


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
        yield from self._rows(groups)

    @property
    def mergeable(self) -> bool:
        """Whether rows may be divided: `groups` of each part, `merged`, are those of all."""
        return not has_patterns(self._terms) and all(t.make().mergeable for t in self._terms)

    def groups(self, rows: Iterable[Row | Run], context: Context) -> Groups:
        """What the rows come to, group by group, before the results are taken."""
        return self._groups(rows, self._terms, context.scope)

    def merged(self, parts: Iterable[Groups]) -> Iterator[Row]:
        """The result rows of all parts together."""
        return self._rows(self.joined(parts))

    def joined(self, parts: Iterable[Groups]) -> Groups:
        """The groups of all parts together; the parts are used up."""
        whole: Groups = {}
        for groups in parts:
            if not whole:
                whole = groups
                continue
            for key, group in groups.items():
                if key in whole:
                    whole[key].merge(group)
                else:
                    whole[key] = group
        return whole

    def packed(self, groups: Groups) -> Packed:
        """The groups, to be sent to another process."""
        states = zip(*(group.states() for group in groups.values()), strict=True)
        return Packed(list(groups), list(map(list, states)))

    def unpacked(self, packed: Packed) -> Groups:
        """The groups that were sent."""
        terms = self._terms
        states = zip(*packed.states, strict=True)
        return {key: Group.of(terms, seen) for key, seen in zip(packed.keys, states, strict=True)}

    def _rows(self, groups: Groups) -> Iterator[Row]:
        """The rows; the groups are used up."""
        for key in sorted(groups, key=natural_order()):
            row: Row = dict(zip(self.by, key, strict=True))
            groups.pop(key).into(row)
            if row:
                yield row

    def _groups(self, rows: Iterable[Row | Run], terms: list[Term], scope: EvalContext) -> Groups:
        takes = takers(terms, scope)
        plain = "_time" not in self.by and not any(map(_looks_at_each, terms))
        reads = dict.fromkeys([*self.by, *(name for term in terms for name in term.reads)])
        groups: Groups = {}
        self.so_far = lambda: self._rows(dict(groups))
        if not self.by:
            groups[()] = Group(terms)
        for item in rows:
            if isinstance(item, Run) and plain:
                for run in item.by(reads):
                    values = [take(run.row) for take in takes]
                    for group in self._of(run.row, groups, terms):
                        group.add_run(values, run.times)
                continue
            for row in item.rows() if isinstance(item, Run) else (item,):
                time = time_of(row)
                values = [take(row) for take in takes]
                for group in self._of(row, groups, terms):
                    group.add(values, time)
        return groups

    def _of(self, row: Row, groups: Groups, terms: list[Term]) -> Iterator[Group]:
        """The groups that a row counts in."""
        for key in self.keys(row):
            group = groups.get(key)
            if group is None:
                group = groups[key] = Group(terms)
            yield group

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
