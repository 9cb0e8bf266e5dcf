"""A search as splunkd runs it over indexes: which indexes it reads, and what of its events is kept.

Source: Search Manual, "Retrieve events from indexes"; authorize.conf.spec (srchIndexesDefault,
srchIndexesAllowed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic

from splay.commands.operation import Context, Kind, Operation
from splay.commands.registry import find_command
from splay.engine.late import LateRow
from splay.engine.plan import Plan, make_plan
from splay.engine.retrieve import CHECK_SECONDS
from splay.rows import Row
from splay.server.errors import RestError
from splay.spl.tree import And, Compare, Or, SearchExpr
from splay.store.index.indexes import Indexes
from splay.store.run import Run

_FIRST_WORD = re.compile(r"\s*(\|)?\s*([\w.\-]*)")
_FIRST_EVENTS = 1000  # shown while a search runs


def planned(search: str, context: Context) -> Plan:
    """The plan of a search that came by REST.

    The text begins with a command, as splunkd wants it: without a leading pipe its first word is
    the command's name. RestError 400 and SplayError: what is wrong with it.
    """
    return make_plan(search, context, _lead(search, context))


def _lead(search: str, context: Context) -> str:
    """What the search lacks to be one: a pipe, where it does not begin with one."""
    found = _FIRST_WORD.match(context.apps.expand(search))
    assert found
    if found[1]:
        return ""
    if find_command(found[2].lower()) is None and context.apps.command(found[2]) is None:
        raise RestError(400, f"Unknown search command '{found[2]}'.", "FATAL")
    return "| "


class IndexReach:
    """Puts the names of indexes for what a search says of them (splay.commands.operation.Reach).

    default: where a search goes that names none; allowed: where the user may search; each with *.
    """

    def __init__(self, indexes: Indexes, default: Sequence[str], allowed: Sequence[str]) -> None:
        self._indexes = indexes
        self._default = default
        self._allowed = allowed

    def narrowed(self, expr: SearchExpr) -> tuple[SearchExpr, frozenset[str]]:
        """The expression for the indexes that it names, and for the default ones where none is."""
        names: set[str] = set()
        return self._narrowed(expr, names), frozenset(names)

    def _narrowed(self, expr: SearchExpr, names: set[str]) -> SearchExpr:
        if isinstance(expr, Or):
            return Or(tuple(self._narrowed(part, names) for part in expr.parts))
        if isinstance(expr, And):
            named = [part for part in expr.parts if _names_index(part)]
            if not named:
                return And((*expr.parts, self._any_of(self._default, names)))
            parts = [self._narrowed(p, names) if _names_index(p) else p for p in expr.parts]
            return And(tuple(parts))
        if isinstance(expr, Compare) and _names_index(expr):
            return self._any_of([expr.value], names)
        return And((expr, self._any_of(self._default, names)))

    def _any_of(self, patterns: Iterable[str], names: set[str]) -> SearchExpr:
        found = {n for p in patterns for n in self._indexes.matching(p, self._allowed)}
        names |= found
        # An index that is not there, or not allowed, holds nothing: like Splunk, no error.
        return Or(tuple(Compare("index", "=", name, True, 0) for name in sorted(found)))


def _names_index(expr: SearchExpr) -> bool:
    """Whether an expression says in which indexes to look; `!=` and NOT only leave some out."""
    if isinstance(expr, Compare):
        return expr.field == "index" and expr.op == "="
    if isinstance(expr, And | Or):
        return any(map(_names_index, expr.parts))
    return False


class Tap:
    """Counts the rows that go into the first transforming command, or else the results; keeps
    some, and lets a search be paused and ended.

    check: see `splay.store.index.indexes.SearchStore`.
    """

    def __init__(self, check: Callable[[], bool], keep: int) -> None:
        self.check = check
        self._keep = keep
        self.count = 0
        self.rows: list[Row] = []
        self._first: list[Row] = []  # results of a search whose results are events
        self._before: list[Row] | None = None

    @property
    def events(self) -> list[Row]:
        """The first events of a search whose results are events, while it runs."""
        return self._first if self._before is None else self._before

    def early(self, rows: Iterable[Row | Run]) -> Iterator[Row | Run]:
        """The rows, as they are (`splay.engine.flow.Watch`)."""
        before = self._before = []
        for item in rows:
            if len(before) < _FIRST_EVENTS:
                before += _copies(item, _FIRST_EVENTS - len(before))
            yield item

    def watch(self, operation: Operation | None, rows: Iterable[Row | Run]) -> Iterator[Row | Run]:
        """The rows, as they are (`splay.engine.flow.Watch`)."""
        due = 0.0
        for item in rows:
            if monotonic() >= due:
                if not self.check():
                    return
                due = monotonic() + CHECK_SECONDS
            if self.count < self._keep:
                self.rows += _copies(item, self._keep - self.count)
            if operation is None and self.count < _FIRST_EVENTS and not isinstance(item, Run):
                self._first.append(item)
            self.count += len(item.times) if isinstance(item, Run) else 1
            yield item


def _copies(item: Row | Run, most: int) -> Iterable[Row]:
    """Rows to be kept, whatever becomes of those that are passed on."""
    if isinstance(item, Run):
        return islice(item.rows(), most)
    return (item if isinstance(item, LateRow) else dict(item),)


def is_transforming(plan: Plan) -> bool:
    """Whether the results are a table made of the events, not the events themselves."""
    return any(operation.kind is Kind.TRANSFORMING for operation in plan.operations)
