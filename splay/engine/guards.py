"""Which of many searches an event may match, by a few fields that many of them name values of.

Most searches of an add-on or a set of rules name an event code, a channel, a source. These few
fields tell of an event that hardly any search can match it, and they have few values: what is found
for one event holds for all that have the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from splay.engine.literals import is_subnet
from splay.errors import SplayError
from splay.eval.conditions.letters import fold
from splay.eval.conditions.predicate import Predicate, compile_predicate, predicate_fields
from splay.eval.value import as_list, to_text
from splay.knowledge import INDEXED
from splay.rows import Row
from splay.spl.tree import And, Compare, Not, Or, SearchExpr

Numbers = frozenset[int]
"""Searches, by their place in the list."""

_MANY = 8
"""A field counts if one search in so many names a value of it."""
_MOST_FIELDS = 6
_MOST_KEYS = 2
_MOST_KNOWN = 10_000
_OF_EACH = frozenset({"_time", "_raw", "host"})
"""Fields that hardly two events share."""

Values = tuple[object, ...]


class Guards:
    """fields: those that are looked at. exprs: the conditions of the searches."""

    def __init__(self, exprs: Sequence[SearchExpr], fields: frozenset[str]) -> None:
        self.fields = fields
        self._order = sorted(fields)
        self._exprs = exprs
        self._holds: dict[int, Predicate | None] = {}  # of hundreds, most are never needed
        self._all = frozenset(range(len(exprs)))
        self._keys = _keys(exprs, fields)
        self._known: dict[Values, Numbers] = {}

    def left(self, row: Row) -> Numbers:
        """The searches that an event with these values of the fields may match; never too few."""
        values: Values = tuple([_hashable(row.get(name)) for name in self._order])
        found = self._known.get(values)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[values] = self._judged(row)
        return found

    def _judged(self, row: Row) -> Numbers:
        kept = self.kept(self._all, row)
        return frozenset(number for number in kept if self._may_hold(number, row))

    def kept(self, numbers: Numbers, row: Row) -> Numbers:
        """Those of the searches that two values leave, which are looked up: more than are `left`,
        at next to no cost."""
        for key in self._keys:
            numbers = key.kept(numbers, row)
        return numbers

    def tells(self, number: int) -> bool:
        """Whether the fields tell anything of a search."""
        return self._needed(number) is not None

    def _needed(self, number: int) -> Predicate | None:
        """What has to hold of the fields wherever the search matches; None: nothing."""
        if number not in self._holds:
            needed = necessary(self._exprs[number], self.fields)
            self._holds[number] = None if needed is None else compile_predicate(needed)
        return self._holds[number]

    def _may_hold(self, number: int, row: Row) -> bool:
        needed = self._needed(number)
        try:
            return needed is None or needed(row)
        except SplayError:  # said by the search itself, when it is asked about the whole event
            return True


@dataclass
class _Key:
    """A field of which searches name values. by_value: the searches that an event with this value,
    folded, may match; free: those that name none."""

    field: str
    by_value: dict[str, Numbers]
    free: Numbers

    def kept(self, numbers: Numbers, row: Row) -> Numbers:
        """Those of the searches that an event with this row may match."""
        value = row.get(self.field)
        if isinstance(value, str):
            return numbers & self.by_value.get(fold(value), self.free)
        texts = [fold(to_text(item)) for item in as_list(value)]
        return numbers & self.free.union(*(self.by_value.get(text, ()) for text in texts))


def _keys(exprs: Sequence[SearchExpr], fields: frozenset[str]) -> list[_Key]:
    """The guards' fields of which the most searches name values that they must have."""
    keys = [_key(name, [_values(expr, name) for expr in exprs]) for name in sorted(fields)]
    naming = sorted((key for key in keys if key.by_value), key=lambda key: len(key.free))
    return naming[:_MOST_KEYS]


def _key(name: str, values: Sequence[frozenset[str] | None]) -> _Key:
    free = frozenset(number for number, each in enumerate(values) if each is None)
    by_value: dict[str, set[int]] = {}
    for number, each in enumerate(values):
        for value in each or ():
            by_value.setdefault(value, set()).add(number)
    return _Key(name, {value: free | some for value, some in by_value.items()}, free)


def _values(expr: SearchExpr, field: str) -> frozenset[str] | None:
    """Values, folded, of which the field has one wherever the expression holds; None: any."""
    if isinstance(expr, Compare):
        named = expr.field == field and _is_plain(expr)
        return frozenset([fold(expr.value)]) if named else None
    if not isinstance(expr, And | Or):
        return None
    each = [_values(part, field) for part in expr.parts]
    some = [values for values in each if values is not None]
    if isinstance(expr, And):
        return min(some, key=len, default=None)
    return frozenset().union(*some) if len(some) == len(each) else None


def necessary(expr: SearchExpr, fields: frozenset[str]) -> SearchExpr | None:
    """A condition on these fields alone that holds wherever `expr` does; None: there is none."""
    return _part(expr, fields, And)


def _part(
    expr: SearchExpr, fields: frozenset[str], freely: type[And] | type[Or]
) -> SearchExpr | None:
    """What a condition says of these fields. freely: of which kind parts may be left out: without
    some of And it holds for more, and so a NOT does without some of the Or in it."""
    turned = False
    while isinstance(expr, Not):
        turned, expr = not turned, expr.part
    if turned:
        freely = Or if freely is And else And
    found: SearchExpr | None = None
    if isinstance(expr, And | Or):
        parts = [_part(each, fields, freely) for each in expr.parts]
        some = tuple(part for part in parts if part is not None)
        if some and (len(some) == len(parts) or isinstance(expr, freely)):
            found = type(expr)(some)
    elif predicate_fields(expr) <= fields:
        found = expr
    return Not(found) if turned and found is not None else found


def common_fields(exprs: Sequence[SearchExpr], fields: frozenset[str]) -> frozenset[str]:
    """The fields that many searches name a value of, and those of the index that any looks at.
    fields: those that the conditions read."""
    counts = Counter(name for expr in exprs for name in set(_named(expr)))
    wanted = [name for name, count in counts.most_common() if count * _MANY >= len(exprs)]
    return (fields & INDEXED).union(wanted[:_MOST_FIELDS]) - _OF_EACH


def _named(expr: SearchExpr) -> Iterator[str]:
    """The fields of which a value is named, by a condition that may have to hold."""
    if isinstance(expr, And | Or):
        for part in expr.parts:
            yield from _named(part)
    elif isinstance(expr, Compare) and _is_plain(expr):
        yield expr.field


def _is_plain(expr: Compare) -> bool:
    return expr.op == "=" and "*" not in expr.value and not is_subnet(expr.value)


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
