"""Whether an event can match by what the index knows of it: its host, source, sourcetype, index.

An event that cannot is passed over before its fields are made, as splunkd finds these four in the
index. Source: Managing Indexers, "How the indexer stores indexes" (host, source and sourcetype
are indexed).
"""

from __future__ import annotations

from collections.abc import Callable

from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.knowledge import INDEXED, Knowledge
from splay.rows import Row
from splay.spl.tree import And, Compare, MatchAll, Not, Or, SearchExpr
from splay.store.event import Event, any_origin

Origin = tuple[str, str, str, str]


def origin_filter(knowledge: Knowledge, expr: SearchExpr) -> Callable[[Event], bool]:
    """What says of an event whether one of its origin can match; asked once for each origin."""
    if not predicate_fields(expr) & INDEXED:
        return any_origin
    known: dict[Origin, bool] = {}

    def may_match(event: Event) -> bool:
        if event.fields and not INDEXED.isdisjoint(event.fields):
            return True
        origin = event.source, event.host, event.sourcetype, event.index
        if origin not in known:
            known[origin] = _truth(expr, knowledge.settled(event)) is not False
        return known[origin]

    return may_match


def _truth(expr: SearchExpr, row: Row) -> bool | None:
    """Whether the condition holds, whatever other fields there are; None where that depends."""
    match expr:
        case And(parts):
            return _all([_truth(part, row) for part in parts])
        case Or(parts):
            return _not(_all([_not(_truth(part, row)) for part in parts]))
        case Not():
            return _negated(expr, row)
        case Compare(field) if field in row:
            return compile_predicate(expr)(row)
        case MatchAll():
            return True
    return None


def _negated(expr: Not, row: Row) -> bool | None:
    """A chain of NOTs, without recursion."""
    inner: SearchExpr = expr
    count = 0
    while isinstance(inner, Not):
        inner = inner.part
        count += 1
    truth = _truth(inner, row)
    return _not(truth) if count % 2 else truth


def _all(truths: list[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
