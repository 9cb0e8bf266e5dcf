"""Runs a plan: events from the store through knowledge, the first filter and the commands."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from splay.errors import SplError
from splay.rows import Row
from splay.search.commands.head import Head
from splay.search.fanout import divisible, run_parts
from splay.search.operation import Context
from splay.search.plan import Plan, Retrieval
from splay.store.event import ReadReport, Store

Progress = Callable[[int], None]


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
) -> Results:
    """The results of a plan. store: where events are; None where there is no data.

    processes: whether large files may be read by several processes (not beside other threads).

    Raises SplayError: data that cannot be read, a command that fails.
    """
    try:
        found = _all_rows(plan, store, context, report, progress, processes)
    except SplError as error:
        error.search = error.search or plan.search
        raise
    columns = plan.columns
    if columns is None:
        columns = list(dict.fromkeys(name for row in found for name in row))
    return Results(columns, found)


def _all_rows(
    plan: Plan,
    store: FileStore | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
    processes: bool,
) -> list[Row]:
    """The rows that come out of the last stage. All stages are closed, the last one first, also
    those that were not read to their end: an external command's process ends with its stage."""
    operations = plan.operations
    work = divisible(plan, context) if processes and isinstance(store, FileStore) else None
    rows: Iterable[Row] | None = None
    if work is not None and isinstance(store, FileStore):
        rows = run_parts(work, store, report, progress)
        operations = operations[work.stages + 1 :] if rows is not None else operations
    with ExitStack() as stages:
        if rows is None:
            rows = _events(plan, store, context, report, progress)
        for operation in operations:
            rows = operation.run(rows, context)
            if isinstance(rows, Generator):
                stages.callback(rows.close)
        return list(rows)


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
    rows = _matching(plan, retrieval, store, report, progress)
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
