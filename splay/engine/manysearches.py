"""Many searches over one reading of the data.

Reading, decoding and making fields cost far more than judging an event, so a hunt with hundreds of
saved searches must not read the data once for each. Here every event is read once. One automaton
looks in its text for a literal of each search at once (Aho and Corasick), so that only searches
that may match are asked; the fields that they want are made once, together; and each search keeps
the rows that match. Its commands then run over these, as over any rows.

A search whose data is not the events themselves (subsearches, tstats, a first command that makes
rows) is not of this kind: `shares_reading` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from splay.commands.builtin.stats import Groups
from splay.commands.operation import Context
from splay.engine.fanout import Work, divisible
from splay.engine.plan import Plan, Retrieval
from splay.engine.run import results_over
from splay.errors import SplayError
from splay.memory import in_memory
from splay.rows import EVERYTHING, Demand, Results, Row
from splay.store.event import Event, Need, ReadReport, Store

BATCH = 5_000
"""Rows that are grouped at once, where a search's stats can take them part by part."""
_KEPT = 5  # events of a search that are kept as its evidence
_CHECK_EVERY = 1_000

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
        self.outcome = Searched(Results([], []))
        self._rows: list[Row] = []
        self._parts: list[Groups] = []

    @property
    def literals(self) -> tuple[str, ...]:
        """Texts of which a matching event holds one; none where every event may match."""
        choices = self.retrieval.need.literals
        return max(choices, key=lambda choice: min(map(len, choice)), default=())

    def take(self, event: Event, row: Row) -> None:
        """Judges an event by its fields."""
        if self.outcome.error is not None or not _within(event, self.retrieval.need):
            return
        if not self.retrieval.matches(row):
            return
        found = self.outcome
        found.matched += 1
        found.first = event.time if found.first is None else min(found.first, event.time)
        found.last = event.time if found.last is None else max(found.last, event.time)
        if len(self.outcome.events) < _KEPT:
            self.outcome.events.append(event)
        demand = self.retrieval.demand
        kept = dict(row) if demand.everything else _wanted(row, demand)
        self._rows.append(kept)
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
    asked = _Asked(takers)
    knowledge = takers[0].plan.knowledge
    limited = Demand.of(
        name
        for taker in takers
        if not taker.retrieval.demand.everything
        for name in (*taker.retrieval.demand.names, *taker.retrieval.demand.patterns)
    )
    for number, event in enumerate(store.scan(Need(), report, progress)):
        if number % _CHECK_EVERY == 0:
            in_memory()
        candidates = asked.by(event.raw)
        if not candidates:
            continue
        whole = any(taker.retrieval.demand.everything for taker in candidates)
        row = knowledge.row(event, EVERYTHING if whole else limited)
        for taker in candidates:
            if taker.retrieval.need.may_match(event):
                taker.take(event, row)


class _Asked:
    """Which searches an event may match, by the literals in its text."""

    def __init__(self, takers: Iterable[_Taker]) -> None:
        from ahocorasick_rs import MATCHKIND_STANDARD, AhoCorasick  # only a hunt needs it

        self._always: list[_Taker] = []
        self._of: dict[str, list[_Taker]] = {}
        for taker in takers:
            for literal in taker.literals:
                self._of.setdefault(literal, []).append(taker)
            if not taker.literals:
                self._always.append(taker)
        self._texts = list(self._of)
        self._automaton = AhoCorasick(self._texts, matchkind=MATCHKIND_STANDARD)

    def by(self, text: str) -> list[_Taker]:
        """The searches that the text may match, each once, in a fixed order."""
        found = self._automaton.find_matches_as_indexes(text.lower(), overlapping=True)
        hit = {number for number, _, _ in found}
        if not hit:
            return self._always
        takers = dict.fromkeys(self._always)
        for number in sorted(hit):
            takers.update(dict.fromkeys(self._of[self._texts[number]]))
        return list(takers)


def _wanted(row: Row, demand: Demand) -> Row:
    return {
        name: list(value) if isinstance(value, list) else value
        for name, value in row.items()
        if demand.wants(name)
    }


def _within(event: Event, need: Need) -> bool:
    after = need.earliest is None or need.earliest <= event.time
    return after and (need.latest is None or event.time < need.latest)


def _moment(row: Row) -> float:
    moment = row.get("_time")
    return float(moment) if isinstance(moment, int | float | str) else 0.0
