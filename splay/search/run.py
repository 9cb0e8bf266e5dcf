"""Runs a plan: events from the store through knowledge, the first filter and the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from splay.errors import SplError
from splay.rows import Row
from splay.search.operation import Context
from splay.search.plan import Plan, Retrieval
from splay.store.event import ReadReport
from splay.store.files import FileStore

Progress = Callable[[int], None]


@dataclass
class Results:
    """columns: in order; every row has some of them."""

    columns: list[str]
    rows: list[Row]


def run_plan(
    plan: Plan,
    store: FileStore | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None = None,
) -> Results:
    """The results of a plan. store: where events are; None where there is no data.

    Raises SplayError: data that cannot be read, a command that fails.
    """
    try:
        rows = _events(plan, store, context, report, progress)
        for operation in plan.operations:
            rows = operation.run(rows, context)
        found = list(rows)
    except SplError as error:
        error.search = error.search or plan.search
        raise
    columns = plan.columns
    if columns is None:
        columns = list(dict.fromkeys(name for row in found for name in row))
    return Results(columns, found)


def _events(
    plan: Plan,
    store: FileStore | None,
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
    found = list(rows)
    found.reverse()  # of the same moment, the one read last comes first
    found.sort(key=lambda row: -float(row["_time"]))  # type: ignore[arg-type]
    return found


def _matching(
    plan: Plan,
    retrieval: Retrieval,
    store: FileStore,
    report: ReadReport,
    progress: Progress | None,
) -> Iterator[Row]:
    row_of, demand, matches = plan.knowledge.row, retrieval.demand, retrieval.matches
    for event in store.scan(retrieval.need, report, progress):
        row = row_of(event, demand)
        if matches(row):
            yield row
