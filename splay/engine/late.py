"""Fields that are made late: a search that shows few of its events makes the fields of these alone.

Commands that only choose and order rows, such as head, dedup and sort, are given rows with no more
than what they look at. When the last one that cuts has chosen, the other fields are made of the
events that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from splay.commands.builtin.head import Head
from splay.engine.columns import columns_of
from splay.engine.plan import Plan
from splay.eval.conditions.predicate import predicate_fields
from splay.knowledge import Knowledge
from splay.rows import NOTHING, Demand, Results, Row, Value
from splay.spl.tree import MatchAll
from splay.store.event import Event
from splay.store.newest import Newest
from splay.store.parsing.xml_events import SOURCETYPE


class LateRow(dict[str, Value]):
    """Some fields of an event, the event to make the others of, and how that is done."""

    __slots__ = ("event", "late")

    event: Event
    late: Late


@dataclass(frozen=True)
class Late:
    """count: so many commands work on such rows. demand: the fields that the rows have.

    all_fields: what is wanted of an event that is left.
    """

    count: int
    demand: Demand
    all_fields: Demand
    knowledge: Knowledge

    def rows(
        self,
        events: Iterable[Event],
        matches: Callable[[Row], bool],
        recalled: Callable[[Event], Row | None] | None = None,
    ) -> Iterator[Row]:
        """A row with some fields for each event that matches. recalled: gives it, None where an
        event does not match; None: it is made of each event.

        Raises ConfError for knowledge that could not be used for the others.
        """
        row_of, origins = self.knowledge.row, set()
        for event in events:
            origin = event.host, event.source, event.sourcetype
            if origin not in origins:
                self.knowledge.textless(event, self.all_fields)
                origins.add(origin)
            found = recalled(event) if recalled else row_of(event, self.demand)
            if found is not None and (recalled or matches(found)):
                row = LateRow(found)
                row.event, row.late = event, self
                yield row

    def whole(self, event: Event) -> Row:
        """An event's row with all its fields."""
        return self.knowledge.row(event, self.all_fields)


def whole(row: Row) -> Row:
    """A row with all its fields."""
    return row.late.whole(row.event) if isinstance(row, LateRow) else row


def late(plan: Plan) -> Late | None:
    """How the fields of a search can be made late; None where that would save nothing."""
    count = 0
    for number, operation in enumerate(plan.operations, 1):
        if not operation.selects:
            break
        if operation.cuts:
            count = number
    return _late(plan, count) if count else None


def late_to_the_end(plan: Plan) -> Late | None:
    """The same where all commands only choose and order: the results are events then, and their
    fields can be made when somebody looks at them."""
    whole = all(operation.selects for operation in plan.operations)
    return _late(plan, len(plan.operations)) if whole else None


def newest_needed(plan: Plan) -> Newest | None:
    """What chooses among XML events by their times, where a search shows the newest of all events
    and no others; else None."""
    first = plan.operations[0] if plan.operations else None
    if plan.retrieval is None or not isinstance(plan.retrieval.expr, MatchAll):
        return None
    if not isinstance(first, Head) or first.condition or first.limit is None:
        return None
    return Newest(first.limit) if plan.knowledge.keeps_time(SOURCETYPE) else None


def _late(plan: Plan, count: int) -> Late | None:
    retrieval = plan.retrieval
    if retrieval is None:
        return None
    demand = NOTHING
    for operation in reversed(plan.operations[:count]):
        demand = operation.demand(demand)
    demand = demand.plus(predicate_fields(retrieval.expr))
    if retrieval.newest_first:
        demand = demand.plus(["_time"])
    if demand.everything or demand == retrieval.demand:
        return None
    return Late(count, demand, retrieval.demand, plan.knowledge)


class LateRows(Sequence[Row]):
    """The results of a search as events, each made a row of when it is looked at."""

    def __init__(self, plan: Plan, late: Late) -> None:
        self._plan = plan
        self._late = late
        self._events: list[Event] = []

    def add(self, row: Row) -> None:
        """Takes a row that has an event; others have none to make fields of."""
        assert isinstance(row, LateRow)
        self._events.append(row.event)

    def __len__(self) -> int:
        return len(self._events)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self._late.whole(event) for event in self._events[place]]
        return self._late.whole(self._events[place])

    def times(self) -> Iterator[float]:
        """The times of all, without a look at their text."""
        return (event.time for event in self._events)

    def __delitem__(self, place: slice) -> None:
        del self._events[place]

    def page(self, place: slice) -> Results:
        """Some of them, with their columns."""
        rows = self[place]
        return Results(columns_of(self._plan.operations, rows), rows)
