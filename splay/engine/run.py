"""Runs a plan: events from the store through knowledge, the first filter and the commands."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice

from splay.commands.builtin.head import Head
from splay.commands.builtin.tail import Tail
from splay.commands.operation import Context
from splay.commands.registry import find_command
from splay.commands.subsearch import has_subsearch
from splay.engine.columns import columns_of
from splay.engine.fanout import Keeper, divisible, run_divided, run_shares, run_whole
from splay.engine.flow import Flow, Onlooker, Watch
from splay.engine.late import Late, LateRow, LateRows, late, late_to_the_end, newest_needed
from splay.engine.plan import Plan, plan_pipeline, within
from splay.engine.retrieve import Item, guarded, matching, memory_of
from splay.engine.subsearches import replace_results
from splay.errors import SplayError, SplError
from splay.rows import Results, Row
from splay.spl.parser import parse_search
from splay.spl.patched import Patched
from splay.spl.tree import Pipeline
from splay.store.event import Event, ReadReport, Store
from splay.store.files.filestore import FileStore, Share, parsed_store
from splay.store.run import each

_SHOWN = 60
Progress = Callable[[int], None]


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
    divided = processes and watch is None
    with _located(plan):
        found = _all_rows(
            plan,
            store,
            context,
            report,
            progress,
            processes=divided,
            watch=watch,
            evidence=evidence,
            onlooker=onlooker,
        )
    for inner in context.reports:
        report.absorb(inner)
    return Results(columns_of(plan.operations, found), found)


def results_over(plan: Plan, rows: Iterable[Row], context: Context, *, after: int = 0) -> Results:
    """The results of a plan whose first stage, and as many commands, are done: rows of what they
    gave are the rest's. Raises what run_plan raises."""
    rest = replace(plan, operations=plan.operations[after:])
    with _located(plan):
        found = _all_rows(rest, None, context, ReadReport(), None, rows)
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
    stages = _stages(plan, store, context, report, None, watch=watch, onlooker=onlooker)
    with _located(plan), stages as rows:
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
    stages = _stages(plan, store, context, report, None, watch=watch, onlooker=onlooker, kept=late)
    with _located(plan), stages as rows:
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
        return _all_rows(plan, context.store, inner, context.reports[-1], None, rows)


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
    evidence: Keeper | None = None,
    onlooker: Onlooker | None = None,
) -> list[Row]:
    """The rows that come out of the last stage."""
    with _stages(
        plan,
        store,
        context,
        report,
        progress,
        given,
        processes=processes,
        watch=watch,
        evidence=evidence,
        onlooker=onlooker,
    ) as rows:
        return list(rows)


@contextmanager
def _stages(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
    given: Iterable[Row] | None = None,
    *,
    processes: bool = False,
    watch: Watch | None = None,
    evidence: Keeper | None = None,
    onlooker: Onlooker | None = None,
    kept: Late | None = None,
) -> Iterator[Iterable[Row]]:
    """The rows that come out of the last stage. All stages are closed, the last one first, also
    those that were not read to their end: an external command's process ends with its stage.

    given: what a pipeline over rows works on. kept: how fields are made late by who takes the rows,
    which have some of them."""
    seen = evidence.watch if evidence else watch.watch if watch else None
    early = watch.early if watch else None
    flow = Flow(plan.operations, given, seen, early, onlooker, kept)
    with ExitStack() as stages:
        for operation in plan.operations:
            stages.enter_context(operation.ahead())
        if given is None and watch is None and isinstance(store, FileStore):
            work = divisible(plan, context, evidence)
            if work is not None:
                rows = run_shares(work, store, report, progress) if processes else None
                rows = run_whole(work, store, report, progress) if rows is None else rows
                flow = Flow(
                    plan.operations[work.stages + 1 :], rows, early=early, onlooker=onlooker
                )
        if flow.items is None:
            named = evidence is not None
            flow.late = kept or (None if named else _late(plan, store))
            flow.runs = True
            if processes and flow.late and watch is None and isinstance(store, FileStore):
                flow.items = _newest_of_shares(plan, flow.late, store, context, report, progress)
        if flow.items is None:
            flow.items = _events(plan, store, context, report, progress, flow.late, named=named)
        yield flow.through(context, stages)


def _late(plan: Plan, store: Store | None) -> Late | None:
    """How fields are made late; not where shapes tell the fields of most events anyway, unless few
    events are looked at at all."""
    recalled = isinstance(store, FileStore) and memory_of(plan, unordered=False) is not None
    return None if recalled and newest_needed(plan) is None else late(plan)


def _events(
    plan: Plan,
    store: Store | None,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
    late: Late | None,
    *,
    named: bool,
) -> Iterable[Item]:
    retrieval = plan.retrieval
    if retrieval is None or store is None:
        return ()
    memory = None if named or late else memory_of(plan, unordered=False)
    first = plan.operations[0] if plan.operations else None
    oldest = getattr(store, "oldest_first", None) if isinstance(first, Tail) else None
    if oldest is not None and isinstance(first, Tail):
        found = matching(plan, retrieval, oldest(), report, memory, progress, late, named=named)
        return _last_of(guarded(each(found), context), first.limit)
    newest = getattr(store, "newest_first", None) if retrieval.newest_first else None
    if newest is not None:
        store = newest()
    elif late is not None:
        need = replace(retrieval.need, newest=newest_needed(plan))
        retrieval = replace(retrieval, need=need)
    found = matching(plan, retrieval, store, report, memory, progress, late, named=named)
    if not retrieval.newest_first or newest is not None:
        return guarded(found, context)
    return _newest(guarded(each(found), context), _limit(plan))


def _last_of(oldest_first: Iterable[Row], limit: int) -> Iterator[Row]:
    """The rows that come last where the newest come first, in that order."""
    yield from reversed([*islice(oldest_first, limit)])


def _newest_of_shares(
    plan: Plan,
    late: Late,
    store: FileStore,
    context: Context,
    report: ReadReport,
    progress: Progress | None,
) -> list[Row] | None:
    """The events of a search that shows none but the newest: several processes look for those of
    their shares. None where it shows others, or the data is not divided."""
    retrieval = plan.retrieval
    if retrieval is None or newest_needed(plan) is None or not _limit(plan):
        return None  # head 0 reads nothing

    def of_share(share: Share, report: ReadReport, progress: Progress) -> list[Event]:
        needed = replace(retrieval, need=replace(retrieval.need, newest=newest_needed(plan)))
        found = matching(plan, needed, share, report, None, progress, late)
        newest = _newest(guarded(each(found), context), _limit(plan))
        return [row.event for row in reversed(newest) if isinstance(row, LateRow)]

    parts = run_divided(of_share, list, store, report, progress)
    if parts is None:
        return None
    events = (event for part in parts for event in part)
    return _newest(late.rows(events, retrieval.matches), _limit(plan))


def _limit(plan: Plan) -> int | None:
    """How many of the newest events are shown; None: all."""
    first = plan.operations[0] if plan.operations else None
    return first.limit if isinstance(first, Head) and first.condition is None else None


def _newest(rows: Iterable[Row], limit: int | None) -> list[Row]:
    """The rows, newest first, of the same moment the one read last; at most `limit` are kept."""
    keyed = ((float(row["_time"]), number, row) for number, row in enumerate(rows))  # type: ignore[arg-type]
    found = sorted(keyed, reverse=True) if limit is None else heapq.nlargest(limit, keyed)
    return [row for _, _, row in found]
