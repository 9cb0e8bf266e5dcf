"""Which of many searches an event may match, by a few fields that many of them name values of.

Most searches of an add-on or a set of rules name an event code, a channel, a source. These few
fields tell of an event that hardly any search can match it, and they have few values: what is found
for one event holds for all that have the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from splay.engine.literals import is_subnet
from splay.errors import SplayError
from splay.eval.conditions.predicate import Predicate, compile_predicate, predicate_fields
from splay.knowledge import INDEXED
from splay.rows import Row
from splay.spl.tree import And, Compare, Or, SearchExpr

Numbers = frozenset[int]
"""Searches, by their place in the list."""

_MANY = 8
"""A field counts if one search in so many names a value of it."""
_MOST_FIELDS = 6
_MOST_KNOWN = 10_000
_OF_EACH = frozenset({"_time", "_raw", "host"})
"""Fields that hardly two events share."""

Values = tuple[object, ...]


class Guards:
    """fields: those that are looked at; free: the searches of which they tell nothing. exprs: the
    conditions of the searches."""

    def __init__(self, exprs: Sequence[SearchExpr], fields: frozenset[str]) -> None:
        self.fields = fields
        self._order = sorted(self.fields)
        found = [necessary(expr, self.fields) for expr in exprs]
        self._conditions = [
            (number, compile_predicate(expr))
            for number, expr in enumerate(found)
            if expr is not None
        ]
        self.free = frozenset(number for number, expr in enumerate(found) if expr is None)
        self._known: dict[Values, Numbers] = {}

    def left(self, row: Row) -> Numbers:
        """The searches that an event with these values of the fields may match; never too few."""
        values: Values = tuple([_hashable(row.get(name)) for name in self._order])
        found = self._known.get(values)
        if found is None:
            holding = (number for number, holds in self._conditions if _may_hold(holds, row))
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[values] = self.free.union(holding)
        return found


def _may_hold(holds: Predicate, row: Row) -> bool:
    try:
        return holds(row)
    except SplayError:  # said by the search itself, when it is asked about the whole event
        return True


def necessary(expr: SearchExpr, fields: frozenset[str]) -> SearchExpr | None:
    """A condition on these fields alone that holds wherever `expr` does; None: there is none."""
    if predicate_fields(expr) <= fields:
        return expr
    if isinstance(expr, And):
        found = [part for each in expr.parts if (part := necessary(each, fields)) is not None]
        return And(tuple(found)) if found else None
    if isinstance(expr, Or):
        parts = [necessary(each, fields) for each in expr.parts]
        some = tuple(part for part in parts if part is not None)
        return Or(some) if len(some) == len(parts) else None
    return None


def common_fields(exprs: Sequence[SearchExpr]) -> frozenset[str]:
    """The fields that many searches name a value of, and those of the index that any looks at."""
    counts = Counter(name for expr in exprs for name in set(_named(expr)))
    wanted = [name for name, count in counts.most_common() if count * _MANY >= len(exprs)]
    indexed = {name for expr in exprs for name in predicate_fields(expr) & INDEXED}
    return frozenset(indexed.union(wanted[:_MOST_FIELDS]) - _OF_EACH)


def _named(expr: SearchExpr) -> Iterator[str]:
    """The fields of which a value is named, by a condition that may have to hold."""
    if isinstance(expr, And | Or):
        for part in expr.parts:
            yield from _named(part)
    elif isinstance(expr, Compare) and expr.op == "=" and not _stands_for_more(expr.value):
        yield expr.field


def _stands_for_more(value: str) -> bool:
    return "*" in value or is_subnet(value)


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
