"""Many searches over one reading of the data.

Reading, decoding and making fields cost far more than judging an event, so a hunt with hundreds of
saved searches must not read the data once for each. Here every event is read once. Only searches
that may match are asked (`splay.engine.candidates`); the fields that tell are made once, together;
and each search keeps the rows that match. Its commands then run over these, as over any rows.

A search whose data is not the events themselves (subsearches, tstats, a first command that makes
rows) is not of this kind: `shares_reading` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from splay.commands.builtin.eval import Eval
from splay.commands.builtin.regex import Regex
from splay.commands.builtin.rex import Rex
from splay.commands.builtin.search import Search
from splay.commands.builtin.stats import Groups
from splay.commands.builtin.where import Where
from splay.commands.operation import Context, Operation
from splay.engine.candidates import Candidates
from splay.engine.fanout import Work, divisible
from splay.engine.plan import Plan, Retrieval
from splay.engine.run import results_over
from splay.errors import SplayError
from splay.eval.conditions.predicate import predicate_fields
from splay.memory import in_memory
from splay.rows import EVERYTHING, NOTHING, Demand, Results, Row
from splay.store.event import Event, Need, ReadReport, Store

BATCH = 5_000
"""Rows that are grouped at once, where a search's stats can take them part by part."""
_KEPT = 5  # events of a search that are kept as its evidence
_CHECK_EVERY = 1_000
_ALONE = (Eval, Regex, Rex, Search, Where)
"""Commands that look at each row alone, and give it or nothing."""

Progress = Callable[[int], None]


@dataclass
class Searched:
    """What came of one search. error: why it failed; the results are then empty.

    matched: how many events its first stage let through; events: the first few of these; first,
    last: epoch seconds of the earliest and the latest.
    """

    results: Results
    matched: int = 0
    events: list[Event] = field(default_factory=list)
    first: float | None = None
    last: float | None = None
    error: SplayError | None = None


def shares_reading(plan: Plan) -> bool:
    """Whether a search's data is the events that match its first stage, and nothing else."""
    return plan.retrieval is not None and not plan.open and not plan.inner


def search_together(
    searches: Sequence[tuple[Plan, Context]],
    store: Store,
    report: ReadReport,
    progress: Progress | None = None,
) -> list[Searched]:
    """The outcome of each search, in order, over one reading.

    Args:
        searches: plans for which `shares_reading` holds, all made with the same apps.
        store: where the events are.
        report: is filled with what was read.
        progress: is called with the number of bytes read since the last call.

    Raises:
        SplayError: data that cannot be read. What is wrong with one search is in its outcome.
    """
    takers = [_Taker(plan, context) for plan, context in searches]
    if takers:
        _read(takers, store, report, progress)
    return [taker.finish() for taker in takers]


class _Taker:
    """One search while the events come: judges them, and keeps what matches."""

    def __init__(self, plan: Plan, context: Context) -> None:
        assert plan.retrieval is not None
        self.plan = plan
        self.context = context
        self.retrieval: Retrieval = plan.retrieval
        self.work: Work | None = divisible(plan, context)
        self.choosing = _choosing(plan)
        self.outcome = Searched(Results([], []))
        self._rows: list[Row] = []
        self._parts: list[Groups] = []

    def fits(self, event: Event, row: Row) -> bool:
        """Whether an event with these fields matches."""
        retrieval = self.retrieval
        if self.outcome.error is not None or not retrieval.need.holds_time(event.time):
            return False
        return (
            retrieval.need.may_match(event)
            and retrieval.matches(row)
            and (not self.choosing or self._chosen(row))
        )

    def _chosen(self, row: Row) -> bool:
        """Whether the first commands leave it, so that its other fields are wanted."""
        rows: Iterator[Row] = iter([dict(row)])
        for operation in self.choosing:
            rows = operation.run(rows, self.context)
        try:
            return next(rows, None) is not None
        except SplayError as error:
            self.outcome.error = error
            return False

    def keep(self, event: Event, row: Row) -> None:
        """Takes an event that matches. row: its own, with the fields that it wants."""
        found = self.outcome
        found.matched += 1
        found.first = event.time if found.first is None else min(found.first, event.time)
        found.last = event.time if found.last is None else max(found.last, event.time)
        if len(found.events) < _KEPT:
            found.events.append(event)
        self._rows.append(row)
        if self.work is not None and len(self._rows) >= BATCH:
            self._group()

    def _group(self) -> None:
        assert self.work is not None
        rows, self._rows = self._rows, []
        try:
            items: Iterable[Row] = rows
            for operation in self.plan.operations[: self.work.stages]:
                items = operation.run(items, self.context)
            self._parts.append(
                self.work.stats.joined([*self._parts, self.work.stats.groups(items, self.context)])
            )
            del self._parts[:-1]
        except SplayError as error:
            self.outcome.error = error

    def finish(self) -> Searched:
        """Runs the commands after the first stage over what matched."""
        try:
            if self.outcome.error is None:
                self.outcome.results = self._results()
        except SplayError as error:
            self.outcome.error = error
        return self.outcome

    def _results(self) -> Results:
        if self.work is not None and self._parts:
            self._group()
            if self.outcome.error is not None:
                return Results([], [])
            rows: Iterable[Row] = self.work.stats.merged(self._parts)
            return results_over(self.plan, rows, self.context, after=self.work.stages + 1)
        if self.retrieval.newest_first:
            self._rows.sort(key=_moment, reverse=True)
        return results_over(self.plan, self._rows, self.context)


def _read(
    takers: list[_Taker], store: Store, report: ReadReport, progress: Progress | None
) -> None:
    candidates = Candidates([taker.retrieval for taker in takers])
    knowledge = takers[0].plan.knowledge
    judged = _judged(takers)
    for number, event in enumerate(store.scan(Need(), report, progress)):
        if number % _CHECK_EVERY == 0:
            in_memory()
        numbers = candidates.by_text(event.raw)
        if not numbers:
            continue
        row = knowledge.row(event, judged)
        whole: Row | None = None
        for taker in (takers[each] for each in candidates.by_fields(numbers, row)):
            if not taker.fits(event, row):
                continue
            if taker.retrieval.demand.everything:
                whole = whole or knowledge.row(event, EVERYTHING)
                taker.keep(event, dict(whole))
            else:
                taker.keep(event, _wanted(row, taker.retrieval.demand))


def _choosing(plan: Plan) -> list[Operation]:
    """The first commands, up to the last one that may drop a row, where each looks at every row
    alone: asked of an event before its other fields are made, they spare most of these."""
    first = list(takewhile(lambda each: isinstance(each, _ALONE), plan.operations))
    while first and not first[-1].selects:
        first.pop()
    return first if "random" not in plan.search else []


def _judged(takers: Sequence[_Taker]) -> Demand:
    """The fields that tell which searches an event matches, and those that are then kept of it,
    where these are not all."""
    retrievals = [taker.retrieval for taker in takers]
    demand = Demand.of({name for each in retrievals for name in predicate_fields(each.expr)})
    for taker in takers:
        wanted = taker.retrieval.demand
        if wanted.everything:
            wanted = NOTHING
            for operation in taker.choosing:
                wanted = operation.demand(wanted)
        demand = demand.plus((*wanted.names, *wanted.patterns))
    return demand


def _wanted(row: Row, demand: Demand) -> Row:
    return {
        name: list(value) if isinstance(value, list) else value
        for name, value in row.items()
        if demand.wants(name)
    }


def _moment(row: Row) -> float:
    moment = row.get("_time")
    return float(moment) if isinstance(moment, int | float | str) else 0.0
