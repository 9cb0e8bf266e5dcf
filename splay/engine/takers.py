"""What each of many searches takes of the events that one reading shares among them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from splay.commands.builtin.eval import Eval
from splay.commands.builtin.regex import Regex
from splay.commands.builtin.rex import Rex
from splay.commands.builtin.search import Search
from splay.commands.builtin.where import Where
from splay.commands.operation import Context, Operation
from splay.engine.fanout import Work, divisible
from splay.engine.plan import Plan, Retrieval
from splay.engine.run import results_over
from splay.errors import SplayError
from splay.knowledge.defaults import META
from splay.rows import NOTHING, Demand, Results, Row
from splay.store.event import Event

BATCH = 5_000
"""Rows that are grouped at once, where a search's stats can take them part by part."""
WORTH = 200
"""Rows of a share that are grouped there: groups are cheaper to send than rows."""
_KEPT = 5  # events of a search that are kept as its evidence
_ASKED = 200  # events of a search that its first commands are asked about at once
_PLACE = "\0place"  # of such an event; no field is called so
_ALONE = (Eval, Regex, Rex, Search, Where)
"""Commands that look at each row alone, and give it or nothing."""


@dataclass(slots=True)
class Sighted:
    """An event as the searches see it. time: epoch seconds. make: makes the event itself, which few
    ask for."""

    text: str
    time: float
    make: Callable[[], Event]
    _made: Event | None = None

    def event(self) -> Event:
        """The event; it is made once."""
        if self._made is None:
            self._made = self.make()
        return self._made


@dataclass
class Searched:
    """What came of one search. error: why it failed; the results are then empty.

    matched: how many events its first stage let through, and the commands after it that only drop
    some; None: not known. events: the earliest few of these; first, last: epoch seconds of the
    earliest and the latest.
    """

    results: Results
    matched: int | None = None
    events: list[Event] = field(default_factory=list)
    first: float | None = None
    last: float | None = None
    error: SplayError | None = None


@dataclass
class Part:
    """What one search found in a share of the data, and what it said."""

    found: Searched
    rows: list[Row]
    groups: list[Any]
    messages: list[tuple[str, str]]


class Taker:
    """One search while the events come: judges them, and keeps what matches."""

    def __init__(self, plan: Plan, context: Context) -> None:
        assert plan.retrieval is not None
        self.plan = plan
        self.context = context
        self.retrieval: Retrieval = plan.retrieval
        need = plan.retrieval.need
        self._bounded = (need.earliest, need.latest) != (None, None)
        self._holds_time = need.holds_time
        self.work: Work | None = divisible(plan, context)
        self.choosing = _choosing(plan)
        self.outcome = _nothing()
        self.whole: Callable[[Event], Row] | None = None
        self.wanted = _wanted_of(plan, self.choosing)
        self._told = len(context.messages)
        self._rows: list[Row] = []
        self._parts: list[Any] = []
        self._pending: list[Sighted] = []
        self._asked: list[Row] = []

    def part(self) -> Part | None:
        """What came so far, which is then forgotten; None: nothing."""
        self._choose()
        if self.work is not None and len(self._rows) >= WORTH:
            self._group()
        told = self.context.messages[self._told :]
        self._told += len(told)
        part = Part(self.outcome, self._rows, self._parts, told)
        self.outcome, self._rows, self._parts = _nothing(), [], []
        return part if part.found.matched or part.found.error or told else None

    def absorb(self, part: Part) -> None:
        """Takes over what came of the share that follows."""
        found, more = self.outcome, part.found
        for level, text in part.messages:
            self.context.add_message(level, text)
        found.error = found.error or more.error
        matched = more.matched or 0
        found.matched = (found.matched or 0) + matched
        found.first = min((t for t in (found.first, more.first) if t is not None), default=None)
        found.last = max((t for t in (found.last, more.last) if t is not None), default=None)
        found.events = sorted([*found.events, *more.events], key=_earliest)[:_KEPT]
        if self.work is not None and (self._parts or part.groups or matched >= BATCH):
            self._group()
            parts = [*self._parts, *part.groups]
            self._parts = [self.work.stats.joined(parts)] if parts else []
        self._rows += part.rows

    def fits(self, event: Sighted, row: Row) -> bool:
        """Whether an event with these fields matches."""
        if self.outcome.error is not None or (self._bounded and not self._holds_time(event.time)):
            return False
        try:
            return self.retrieval.matches(row)
        except SplayError as error:
            self.outcome.error = error
            return False

    def take(self, event: Sighted, row: Row) -> None:
        """Takes an event that matches. row: what was made of its fields."""
        if not self.choosing:
            wanted = self.retrieval.demand
            everything = wanted.everything
            self._keep(event, self._whole(event.event()) if everything else _wanted(row, wanted))
            return
        self._pending.append(event)
        self._asked.append({**row, _PLACE: len(self._asked)})
        if len(self._asked) >= _ASKED:
            self._choose()

    def _choose(self) -> None:
        """Runs the first commands over what matched, and keeps what they leave."""
        events, rows = self._pending, self._asked
        self._pending, self._asked = [], []
        left: Iterable[Row] = rows
        try:
            for operation in self.choosing:
                left = operation.run(left, self.context)
            for place in [row[_PLACE] for row in left]:
                event = events[int(str(place))]
                self._keep(event, self._whole(event.event()))
        except SplayError as error:
            self.outcome.error = error

    def _whole(self, event: Event) -> Row:
        demand = self.retrieval.demand
        if self.whole is not None and demand.everything and META not in demand.names:
            return _copied(self.whole(event))
        return self.plan.knowledge.row(event, demand)

    def _keep(self, event: Sighted, row: Row) -> None:
        found = self.outcome
        found.matched = (found.matched or 0) + 1
        found.first = event.time if found.first is None else min(found.first, event.time)
        found.last = event.time if found.last is None else max(found.last, event.time)
        if len(found.events) < _KEPT or (event.time, event.text) < _earliest(found.events[-1]):
            insort(found.events, event.event(), key=_earliest)
            del found.events[_KEPT:]
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
        self._choose()
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
            rows: Iterable[Row] = self.work.stats.merged(self._parts, self.context)
            return results_over(self.plan, rows, self.context, after=self.work.stages + 1)
        if self.retrieval.newest_first:
            self._rows.sort(key=_moment, reverse=True)
        return results_over(self.plan, self._rows, self.context)


def _nothing() -> Searched:
    return Searched(Results([], []), 0)


def _choosing(plan: Plan) -> list[Operation]:
    """The first commands, up to the last one that may drop a row, where each looks at every row
    alone: asked of an event before its other fields are made, they spare most of these."""
    first = list(takewhile(lambda each: isinstance(each, _ALONE), plan.operations))
    while first and not first[-1].selects:
        first.pop()
    everything = plan.retrieval is not None and plan.retrieval.demand.everything
    return first if everything and "random" not in plan.search else []


def _wanted_of(plan: Plan, choosing: Iterable[Operation]) -> Demand:
    """The fields that are kept of an event that matches, where these are not all; else those that
    its first commands read."""
    assert plan.retrieval is not None
    wanted = plan.retrieval.demand
    if wanted.everything:
        wanted = NOTHING
        for operation in choosing:
            wanted = operation.demand(wanted)
    return wanted


def _wanted(row: Row, demand: Demand) -> Row:
    if demand.patterns:
        return _copied({name: value for name, value in row.items() if demand.wants(name)})
    names = demand.names
    return _copied({name: value for name, value in row.items() if name in names})


def _copied(row: Row) -> Row:
    """The same for another owner, who may change it."""
    return {name: list(value) if isinstance(value, list) else value for name, value in row.items()}


def _moment(row: Row) -> float:
    moment = row.get("_time")
    return float(moment) if isinstance(moment, int | float | str) else 0.0


def _earliest(event: Event) -> tuple[float, str]:
    return event.time, event.raw
