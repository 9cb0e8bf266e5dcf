"""Runs a plan, with what its subsearches find in their places."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from splay.commands.operation import Context
from splay.commands.registry import find_command
from splay.commands.subsearch import has_subsearch
from splay.engine.columns import columns_of
from splay.engine.fanout import Keeper, Progress
from splay.engine.flow import Onlooker, Watch
from splay.engine.late import LateRows, late_to_the_end
from splay.engine.plan import Plan, plan_pipeline, within
from splay.engine.stages import Stages
from splay.engine.subsearches import replace_results
from splay.errors import SplayError, SplError
from splay.rows import Results, Row
from splay.spl.parser import parse_search
from splay.spl.patched import Patched
from splay.spl.tree import Pipeline
from splay.store.event import ReadReport, Store
from splay.store.files.filestore import parsed_store

_SHOWN = 60


def run_plan(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None = None,
    processes: bool = False,
    watch: Watch | None = None,
    evidence: Keeper | None = None,
    onlooker: Onlooker | None = None,
) -> Results:
    """Run a plan and return its results.

    Args:
        plan: what `make_plan` made.
        store: where the events are; None where there is no data.
        context: what the search knows besides its rows. Messages are added to it.
        report: is filled with what was read.
        progress: is called with the number of bytes read since the last call.
        processes: whether large files may be read by several processes. Not beside other threads.
        watch: sees the rows on their way. Disables several processes.
        evidence: the same for several processes; told of each event which file it is from.
        onlooker: beside `watch`: sees what the search comes to so far.

    Raises:
        SplayError: data that cannot be read, a command that fails.
    """
    if store is not None and plan.reads_events:
        store = parsed_store(store, context.apps.index_time)
    plan = _ready(plan, store, context)
    stages = Stages(
        plan, store, context, report, progress, None, processes, watch, evidence, onlooker
    )
    with _located(plan):
        found = stages.rows()
    for inner in context.reports:
        report.absorb(inner)
    return Results(columns_of(plan.operations, found), found)


def results_over(plan: Plan, rows: Iterable[Row], context: Context, *, after: int = 0) -> Results:
    """The results of a plan whose first stage, and as many commands, are done: rows of what they
    gave are the rest's. Raises what run_plan raises."""
    rest = replace(plan, operations=plan.operations[after:])
    with _located(plan):
        found = Stages(rest, None, context, ReadReport(), given=rows).rows()
        return Results(columns_of(plan.operations, found), found)


def stream_plan(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    watch: Watch,
    onlooker: Onlooker | None = None,
) -> Generator[Row, None, None]:
    """The same results row by row, as they come: nothing is held but what commands hold.

    Events come newest first where the store can give them so. Args and errors as of `run_plan`.
    """
    plan = _ready(plan, store, context)
    stages = Stages(plan, store, context, report, watch=watch, onlooker=onlooker)
    with _located(plan), stages.opened() as rows:
        yield from rows
    for inner in context.reports:
        report.absorb(inner)


def run_late(
    plan: Plan,
    store: Store,
    context: Context,
    report: ReadReport,
    watch: Watch,
    onlooker: Onlooker | None = None,
) -> LateRows | None:
    """The results as events whose fields are made when they are looked at; None, and nothing is
    done, where they are not events as they were found. Args and errors as of `run_plan`; what goes
    through `watch` and `onlooker` are rows with some of the fields."""
    if late_to_the_end(plan) is None:
        return None
    plan = _ready(plan, store, context)
    late = late_to_the_end(plan)
    assert late is not None  # subsearches give parts of what chooses, not other commands
    found = LateRows(plan, late)
    stages = Stages(plan, store, context, report, watch=watch, onlooker=onlooker, kept=late)
    with _located(plan), stages.opened() as rows:
        for row in rows:
            found.add(row)
    for inner in context.reports:
        report.absorb(inner)
    return found


def _ready(plan: Plan, store: Store | None, context: Context) -> Plan:
    """The plan with what its subsearches find."""
    context.store = store
    return closed_plan(plan, context) if plan.open else plan


def closed_plan(plan: Plan, context: Context) -> Plan:
    """An open plan with what its subsearches find, in the context's store. Raises what run_plan
    raises."""
    with _located(plan):
        return _closed(plan, context)


def run_inner(pipeline: Pipeline, context: Context, rows: Iterable[Row] | None) -> list[Row]:
    """The results of a search within the running one; with rows, of a pipeline over these.

    It reads the same data, unless it was answered before; what it reads counts once in the report.
    Raises what run_plan raises.
    """
    over_rows = rows is not None
    answer = None if over_rows else context.answers.pop(context.key_of(pipeline), None)
    if isinstance(answer, SplayError):
        raise answer
    if answer is not None:
        return answer
    inner = within(context)
    plan = plan_pipeline(pipeline, "", inner, over_rows=over_rows)
    with _located(plan):
        plan = _closed(plan, inner, over_rows=over_rows) if plan.open else plan
    context.reports.append(ReadReport())
    with _located(plan):
        return Stages(plan, context.store, inner, context.reports[-1], given=rows).rows()


@contextmanager
def _located(plan: Plan) -> Iterator[None]:
    """Errors point into the search as it was written, also where results of subsearches stand."""
    try:
        yield
    except SplError as error:
        if error.search is None:
            _point(error, plan.patched)
            if plan.written is not None:
                plan.written.place(error)
            else:
                error.search = plan.search or None
        raise


def _point(error: SplError, patched: Patched | None) -> None:
    if patched is None:
        return
    error.at, given = patched.origin(error.at)
    if given:
        shown = given if len(given) <= _SHOWN else f"{given[:_SHOWN]}..."
        error.message += f", in what this subsearch gives: {shown}"


def _closed(plan: Plan, context: Context, *, over_rows: bool = False) -> Plan:
    """The plan with what its subsearches find in their places."""

    def run(pipeline: Pipeline) -> list[Row]:
        return run_inner(pipeline, context, None)

    patched = Patched()
    for command in plan.commands:
        patched.put(f"| {command.name} ", command.at)
        if has_subsearch(command, find_command(command.name)):
            replace_results(command, run, context, patched)
        else:
            patched.keep(command.text, command.text_at)
        patched.put(" ", command.text_at + len(command.text))
    context.span = context.initial_span
    try:
        closed = plan_pipeline(
            parse_search(patched.text), patched.text, context, over_rows=over_rows
        )
    except SplError as error:
        if error.search is None:
            _point(error, patched)
        raise
    return replace(closed, search=plan.search, patched=patched)
