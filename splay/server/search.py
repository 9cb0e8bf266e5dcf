"""A search as splunkd runs it over indexes: which indexes it reads, and what of its events is kept.

Source: Search Manual, "Retrieve events from indexes"; authorize.conf.spec (srchIndexesDefault,
srchIndexesAllowed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

from splay.eval.predicate import compile_predicate
from splay.rows import Row
from splay.search.commands import find_command
from splay.search.operation import Context, Kind, Operation
from splay.search.plan import Plan, make_plan
from splay.search.run import Results
from splay.server.indexes import Indexes
from splay.server.rest import RestError
from splay.spl.args import Args
from splay.spl.tree import And, Compare, Or, SearchExpr

_FIRST_WORD = re.compile(r"\s*(\|)?\s*([\w.\-]*)")
_CHECK_EVERY = 500  # rows between two looks at whether the search is to go on


def prepared(
    search: str, context: Context, indexes: Indexes, default: Sequence[str], allowed: Sequence[str]
) -> tuple[Plan, list[str]]:
    """The plan of a search that came by REST, and the names of the indexes that it reads.

    The text begins with a command, as splunkd wants it: without a leading pipe its first word is
    the command's name. RestError 400 and SplayError: what is wrong with it.
    """
    plan = make_plan(_with_pipe(search, context), context)
    if plan.retrieval is None:
        return plan, []
    reach = _Reach(indexes, default, allowed)
    expr = reach.narrowed(plan.retrieval.expr)
    plan.retrieval.expr = expr
    plan.retrieval.matches = compile_predicate(expr)
    return plan, sorted(reach.names)


def _with_pipe(search: str, context: Context) -> str:
    found = _FIRST_WORD.match(context.apps.expand(search))
    assert found
    if found[1]:
        return search
    if find_command(found[2].lower()) is None and context.apps.command(found[2]) is None:
        raise RestError(400, f"Unknown search command '{found[2]}'.", "FATAL")
    return f"| {search}"


class _Reach:
    """Puts the names of indexes for what a search says of them, and collects those."""

    def __init__(self, indexes: Indexes, default: Sequence[str], allowed: Sequence[str]) -> None:
        self._indexes = indexes
        self._default = default
        self._allowed = allowed
        self.names: set[str] = set()

    def narrowed(self, expr: SearchExpr) -> SearchExpr:
        """The expression for the indexes that it names, and for the default ones where none is."""
        if isinstance(expr, Or):
            return Or(tuple(self.narrowed(part) for part in expr.parts))
        if isinstance(expr, And):
            named = [part for part in expr.parts if _names_index(part)]
            if not named:
                return And((*expr.parts, self._any_of(self._default)))
            parts = [self.narrowed(p) if _names_index(p) else p for p in expr.parts]
            return And(tuple(parts))
        if isinstance(expr, Compare) and _names_index(expr):
            return self._any_of([expr.value])
        return And((expr, self._any_of(self._default)))

    def _any_of(self, patterns: Iterable[str]) -> SearchExpr:
        names = {n for p in patterns for n in self._indexes.matching(p, self._allowed)}
        self.names |= names
        # An index that is not there, or not allowed, holds nothing: like Splunk, no error.
        return Or(tuple(Compare("index", "=", name, True, 0) for name in sorted(names)))


def _names_index(expr: SearchExpr) -> bool:
    """Whether an expression says in which indexes to look; `!=` and NOT only leave some out."""
    if isinstance(expr, Compare):
        return expr.field == "index" and expr.op == "="
    if isinstance(expr, And | Or):
        return any(map(_names_index, expr.parts))
    return False


class Tap(Operation):
    """Counts the rows that pass it, keeps some, and lets a search be paused and ended.

    check: see `splay.server.indexes.SearchStore`.
    """

    kind = Kind.STREAMING

    def __init__(self, check: Callable[[], bool], keep: int) -> None:
        self._check = check
        self._keep = keep
        self.count = 0
        self.rows: list[Row] = []

    @classmethod
    def parse(cls, args: Args) -> Self:
        raise NotImplementedError("this is no command")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            if self.count % _CHECK_EVERY == 0 and not self._check():
                return
            self.count += 1
            if self.count <= self._keep:
                self.rows.append(dict(row))
            yield row


def put_tap(plan: Plan, tap: Tap) -> None:
    """Puts a tap where the events end and their evaluation begins."""
    operations = plan.operations
    place = 0
    if plan.retrieval is None:
        place = 1
    while place < len(operations) and operations[place].kind is Kind.STREAMING:
        place += 1
    operations.insert(place, tap)


def is_transforming(plan: Plan) -> bool:
    """Whether the results are a table made of the events, not the events themselves."""
    return any(operation.kind is Kind.TRANSFORMING for operation in plan.operations)


def post_processed(text: str, results: Results, context: Context) -> Results:
    """The results of a search after further commands (the argument `search` of results).

    Raises SplayError for commands that are wrong.
    """
    commands = text.strip().removeprefix("|")
    plan = make_plan(f"search * | {commands}", context)
    rows: Iterable[Row] = (dict(row) for row in results.rows)
    columns: list[str] | None = list(results.columns)
    for operation in plan.operations:
        rows = operation.run(rows, context)
        columns = operation.columns(columns)
    found = list(rows)
    if columns is None:
        columns = list(dict.fromkeys(name for row in found for name in row))
    return Results(columns, found)
