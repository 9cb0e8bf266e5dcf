"""Queries of the KV store: which records match, in what order, and which of their fields.

Source: REST API Reference, "KV store endpoint descriptions": a query is a JSON object of fields and
values with $gt, $gte, $lt, $lte, $ne, $and, $or and $not. MongoDB, which is behind Splunk's, has
more; of these $in, $nin, $exists and $regex are here. As there, values are compared only with those
of their own type; `null` is a field that is not there; of a list any item may match.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from splay.errors import SplayError
from splay.pcre.patterns import BadPattern, compile_pattern

Record: TypeAlias = dict[str, Any]
Test: TypeAlias = Callable[[Any], bool]
_DEEPEST = 100


class QueryError(SplayError):
    """A query that cannot be read, in one sentence."""


def read_query(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """What says whether a record matches; every one does when there is no text. QueryError."""
    if not text.strip():
        return lambda record: True
    try:
        return compile_query(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise QueryError(f"the query is not JSON: {error}") from error


def compile_query(query: Any, depth: int = 0) -> Callable[[Mapping[str, Any]], bool]:
    """The same of a query that was parsed."""
    if not isinstance(query, dict):
        raise QueryError('the query is not an object such as {"field": "value"}')
    _check(depth)
    parts = [_part(name, value, depth) for name, value in query.items()]
    return lambda record: all(part(record) for part in parts)


def _check(depth: int) -> None:
    if depth > _DEEPEST:
        raise QueryError(f"the query is nested more than {_DEEPEST} times")


def _part(name: str, value: Any, depth: int) -> Callable[[Mapping[str, Any]], bool]:
    if name in ("$and", "$or", "$nor"):
        if not isinstance(value, list) or not value:
            raise QueryError(f"{name} takes a list of queries")
        parts = [compile_query(part, depth + 1) for part in value]
        if name == "$and":
            return lambda record: all(part(record) for part in parts)
        wanted = name == "$or"
        return lambda record: any(part(record) for part in parts) is wanted
    if name == "$not":
        inner = compile_query(value, depth + 1)
        return lambda record: not inner(record)
    if name.startswith("$"):
        raise QueryError(f"the operator {name} is not supported")
    test = _condition(value, depth)
    return lambda record: test(at(record, name))


class _Missing:
    """A field that is not there."""


MISSING = _Missing()


def at(record: Any, name: str) -> Any:
    """A record's field; `a.b` is the field b within a. MISSING where there is none."""
    if isinstance(record, dict) and name in record:
        return record[name]
    head, dot, rest = name.partition(".")
    if not dot or not isinstance(record, dict) or head not in record:
        return MISSING
    return at(record[head], rest)


def _condition(value: Any, depth: int) -> Test:
    _check(depth)
    if isinstance(value, dict) and any(name.startswith("$") for name in value):
        tests = [_operator(name, wanted, depth) for name, wanted in value.items()]
        return lambda held: all(test(held) for test in tests)
    return lambda held: _equal(held, value)


def _operator(name: str, wanted: Any, depth: int) -> Test:
    if name in _ORDERED:
        order = _ORDERED[name]
        return lambda held: _any_item(held, lambda item: _ordered(item, wanted, order))
    if name == "$eq":
        return lambda held: _equal(held, wanted)
    if name == "$ne":
        return lambda held: not _equal(held, wanted)
    if name in ("$in", "$nin"):
        if not isinstance(wanted, list):
            raise QueryError(f"{name} takes a list")
        return lambda held: any(_equal(held, one) for one in wanted) is (name == "$in")
    if name == "$exists":
        return lambda held: (held is not MISSING) is bool(wanted)
    if name == "$not":
        test = _condition(wanted, depth + 1)
        return lambda held: not test(held)
    if name == "$regex":
        return _regex(wanted)
    raise QueryError(f"the operator {name} is not supported")


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def _regex(text: Any) -> Test:
    try:
        pattern = compile_pattern(str(text))
    except BadPattern as error:
        raise QueryError(f"$regex: {error}") from error
    return lambda held: _any_item(
        held, lambda item: isinstance(item, str) and pattern.search(item) is not None
    )


def _any_item(held: Any, test: Test) -> bool:
    return any(map(test, held)) if isinstance(held, list) else test(held)


def _equal(held: Any, wanted: Any) -> bool:
    if wanted is None:
        return held is None or held is MISSING
    if _same(held, wanted):
        return True
    return isinstance(held, list) and any(_same(item, wanted) for item in held)


def _same(one: Any, other: Any) -> bool:
    return _kind(one) == _kind(other) and bool(one == other)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _ordered(held: Any, wanted: Any, order: Callable[[Any, Any], bool]) -> bool:
    comparable = _kind(held) == _kind(wanted) and _kind(held) in ("number", "str", "bool")
    return comparable and order(held, wanted)


# ---- fields and order ----


@dataclass(frozen=True)
class Wanted:
    """The fields of records that are asked for. names: none for all."""

    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def read(cls, texts: Sequence[str]) -> Wanted:
        """Of the argument `fields`: `a,b` or `a:1` for these, `a:0` for all but these."""
        shown: list[str] = []
        hidden: list[str] = []
        for item in _items(texts):
            name, _, flag = item.rpartition(":") if item.endswith((":0", ":1")) else (item, "", "1")
            # MongoDB's own name of the key: clients leave it out by that.
            name = "_key" if name == "_id" else name
            (hidden if flag == "0" else shown).append(name)
        return cls(tuple(shown), tuple(hidden))

    def of(self, record: Record) -> Record:
        """What is left of a record; `_key` stays unless it is left out."""
        if not self.names:
            return {name: value for name, value in record.items() if name not in self.without}
        names = [*self.names, *(n for n in ("_key",) if n not in self.names)]
        found = {name: at(record, name) for name in names if name not in self.without}
        return {name: value for name, value in found.items() if value is not MISSING}


def ordered(records: Iterable[Record], texts: Sequence[str]) -> list[Record]:
    """Records by the argument `sort`: `a` or `a:1` ascending, `a:-1` descending, several with
    commas. What has no such field comes first, as in MongoDB. QueryError."""
    found = list(records)
    for item in reversed(_items(texts)):
        name, _, direction = item.partition(":")
        if direction not in ("", "1", "-1"):
            raise QueryError(f"sort={item} is none: write {name}:1 or {name}:-1")
        found.sort(key=_by(name), reverse=direction == "-1")
    return found


def _by(name: str) -> Callable[[Record], tuple[int, Any]]:
    return lambda record: _rank(at(record, name))


def _rank(value: Any) -> tuple[int, Any]:
    """MongoDB's order of types: nothing, numbers, text, objects, lists, booleans."""
    kind = _kind(value)
    if value is MISSING or value is None:
        return 0, 0
    if kind in ("number", "str"):
        return (1 if kind == "number" else 2), value
    return (5, value) if kind == "bool" else (3, json.dumps(value))


def _items(texts: Sequence[str]) -> list[str]:
    return [item.strip() for text in texts for item in text.split(",") if item.strip()]
