"""Runs a plan: events from the store through knowledge, the first filter and the commands."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from splay.errors import SplError
from splay.rows import Row
from splay.search.commands import find_command
from splay.search.commands.head import Head
from splay.search.fanout import divisible, run_parts
from splay.search.operation import Context, Kind, Operation
from splay.search.plan import Plan, Retrieval, plan_pipeline, within
from splay.search.subsearch import has_subsearch, replaced
from splay.spl.parser import parse_search
from splay.spl.tree import Pipeline
from splay.store.event import ReadReport, Store
from splay.store.files import FileStore

Progress = Callable[[int], None]
Watch = Callable[[Operation | None, Iterable[Row]], Iterable[Row]]
"""Sees the rows that go into the first transforming command, and passes them on."""


_ROW_BY_ROW = (Kind.STREAMING, Kind.CENTRALIZED)
_CHECK_EVERY = 1000  # rows between two looks at whether the search is to go on


@dataclass
class Results:
    """columns: in order; every row has some of them."""

    columns: list[str]
    rows: list[Row]


def run_plan(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None = None,
    processes: bool = False,
    watch: Watch | None = None,
) -> Results:
    """The results of a plan. store: where events are; None where there is no data.

    processes: whether large files may be read by several processes (not beside other threads).
    watch: told the command that first transforms; without one it sees the results, with None. One
    process then does all.

    Raises SplayError: data that cannot be read, a command that fails.
    """
    context.store = store
    try:
        if plan.open:
            plan = _closed(plan, context)
        divided = processes and watch is None
        found = _all_rows(plan, store, context, report, progress, processes=divided, watch=watch)
        for inner in context.reports:
            report.absorb(inner)
    except SplError as error:
        error.search = error.search or plan.search
        raise
    columns: list[str] | None = None
    for operation in plan.operations:  # again: chart knows its columns once it has run
        columns = operation.columns(columns)
    if columns is None:
        columns = list(dict.fromkeys(name for row in found for name in row))
    return Results(columns, found)


def run_inner(pipeline: Pipeline, context: Context, rows: Iterable[Row] | None) -> list[Row]:
    """The results of a search within the running one; with rows, of a pipeline over these.

    It reads the same data; what it reads counts once in the report. Raises what run_plan raises.
    """
    inner = within(context)
    over_rows = rows is not None
    plan = plan_pipeline(pipeline, "", inner, over_rows=over_rows)
    if plan.open:
        plan = _closed(plan, inner, over_rows=over_rows)
    context.reports.append(ReadReport())
    try:
        return _all_rows(plan, context.store, inner, context.reports[-1], None, rows)
    except SplError as error:
        error.search = error.search or plan.search or None
        raise


def _closed(plan: Plan, context: Context, *, over_rows: bool = False) -> Plan:
    """The plan with what its subsearches find in their places. Its text is a new search."""

    def run(pipeline: Pipeline) -> list[Row]:
        return run_inner(pipeline, context, None)

    stages = []
    for command in plan.commands:
        has_one = has_subsearch(command, find_command(command.name))
        text = replaced(command, run, context) if has_one else command.text
        stages.append(f"| {command.name} {text}")
    search = " ".join(stages)
    context.span = context.given
    try:
        return plan_pipeline(parse_search(search), search, context, over_rows=over_rows)
    except SplError as error:
        error.search = error.search or search
        raise


def _all_rows(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
    given: Iterable[Row] | None = None,
    *,
    processes: bool = False,
    watch: Watch | None = None,
) -> list[Row]:
    """The rows that come out of the last stage. All stages are closed, the last one first, also
    those that were not read to their end: an external command's process ends with its stage.

    given: what a pipeline over rows works on."""
    operations, rows = plan.operations, given
    if rows is None and processes and isinstance(store, FileStore):
        work = divisible(plan, context)
        rows = run_parts(work, store, report, progress) if work else None
        operations = operations[work.stages + 1 :] if work and rows is not None else operations
    with ExitStack() as stages:
        if rows is None:
            rows = _events(plan, store, context, report, progress)
        for operation in operations:
            if watch is not None and operation.kind is Kind.TRANSFORMING:
                rows, watch = watch(operation, rows), None
            rows = operation.run(rows, context)
            if isinstance(rows, Generator):
                stages.callback(rows.close)
            if operation.kind not in _ROW_BY_ROW or operation.makes_rows:
                rows = _guarded(rows, context)
        return list(rows if watch is None else watch(None, rows))


def _guarded(rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows, as long as the search may go on: asked at the first one, and then now and again."""
    for number, row in enumerate(rows):
        if number % _CHECK_EVERY == 0 and not context.go_on():
            return
        yield row


def _events(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
) -> Iterable[Row]:
    retrieval = plan.retrieval
    if retrieval is None or store is None:
        return ()
    rows = _guarded(_matching(plan, retrieval, store, report, progress), context)
    if not retrieval.newest_first:
        return rows
    limit = None
    for first in plan.operations[:1]:
        if isinstance(first, Head) and first.condition is None:
            limit = first.limit
    return _newest(rows, limit)


def _newest(rows: Iterable[Row], limit: int | None) -> list[Row]:
    """The rows, newest first, of the same moment the one read last; at most `limit` are kept."""
    keyed = ((float(row["_time"]), number, row) for number, row in enumerate(rows))  # type: ignore[arg-type]
    found = sorted(keyed, reverse=True) if limit is None else heapq.nlargest(limit, keyed)
    return [row for _, _, row in found]


def _matching(
    plan: Plan,
    retrieval: Retrieval,
    store: Store,
    report: ReadReport,
    progress: Progress | None,
) -> Iterator[Row]:
    row_of, demand, matches = plan.knowledge.row, retrieval.demand, retrieval.matches
    for event in store.scan(retrieval.need, report, progress):
        row = row_of(event, demand)
        if matches(row):
            yield row
