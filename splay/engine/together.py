"""Searches that are asked together about each event of a reading.

An event's text and a few of its fields tell which of them it may match; only these are asked. Most
events are of a shape that is known (`splay.shapes`): of those it is told many at a time that no
search can match, and what the others' fields are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from splay import shapes
from splay.engine.candidates import Candidates
from splay.engine.guards import Guards, Numbers, common_fields
from splay.engine.origins import Origins
from splay.engine.takers import Sighted, Taker
from splay.engine.told import told_by_text, told_by_values, values_of
from splay.rows import EVERYTHING, Demand, Row
from splay.shapes.recall import Memory
from splay.store.event import Event
from splay.store.run import Run

_EACH_ITS_OWN = frozenset({"_time", "_raw"})
_MOST_AMONG = 500


class Together:
    """Searches for which an event's fields are made alike.

    judged: the fields that tell which of them an event matches, and those that are then kept of it,
    where these are not all. every: whether events that none of them can match must come as well,
    for others. ordered: whether one of them needs events in their order.
    """

    def __init__(self, takers: list[Taker], *, every: bool = False) -> None:
        self.takers = takers
        self.ordered = any(taker.retrieval.newest_first for taker in takers)
        self._every = every
        self.knowledge = takers[0].plan.knowledge
        self.judged = _judged(takers)
        exprs = [taker.retrieval.expr for taker in takers]
        fields = frozenset[str]().union(*(taker.retrieval.fields for taker in takers))
        self._origins = Origins(self.knowledge, exprs, fields)
        self._guards = Guards(exprs, common_fields(exprs, fields))
        needs = [taker.retrieval.need for taker in takers]
        self._texts = {n: told_by_text(need.literals) for n, need in enumerate(needs)}
        self._by_text = Candidates(self._texts)
        self._by_values = Candidates({n: told_by_values(expr) for n, expr in enumerate(exprs)})
        self._among: dict[Numbers, Candidates] = {}
        self._apart = frozenset(n for n, taker in enumerate(takers) if _wants_order_or_text(taker))
        self._memories = self._made_memories()
        self._wide = self.memory
        self._last: tuple[Event, Row] | None = None
        for taker in takers:
            taker.whole = self._whole

    def _made_memories(self) -> list[Memory]:
        """With all that the searches judge and keep; and with the guards' fields alone, of which
        fewer values are known to all."""
        told = self._guards.fields and all(map(self._guards.tells, self._apart))
        if not shapes.ENABLED or not told:
            return []  # every event must come by itself
        others = [taker for n, taker in enumerate(self.takers) if n not in self._apart]
        guards = Demand.of(self._guards.fields)
        wide = _judged(others).minus(_EACH_ITS_OWN).plus(guards.names)
        return [
            Memory(
                self.knowledge,
                demand,
                self._any_may_match,
                self._guards.fields,
                unordered=True,
                whole=True,
                closely=False,
                apart=self._some_is_apart,
            )
            for demand in (wide, guards)
        ]

    @property
    def memory(self) -> Memory | None:
        """What may recall events for these searches, as long as it is of use."""
        while self._memories and self._memories[0].overwhelmed:
            del self._memories[0]
        return self._memories[0] if self._memories else None

    def _any_may_match(self, row: Row) -> bool:
        return self._every or bool(self._guards.left(row))

    def _some_is_apart(self, row: Row) -> bool:
        """Whether a search may match that takes no runs."""
        return not self._apart.isdisjoint(self._guards.left(row))

    def _whole(self, event: Event) -> Row:
        """All fields of an event. Several searches in turn ask for them, where each found it."""
        if self._last is None or self._last[0] is not event:
            self._last = event, self.knowledge.row(event, EVERYTHING)
        return self._last[1]

    def take(self, event: Event) -> None:
        """Gives an event to those that it matches."""
        numbers = self._origins.left(event)
        if self._by_text.always.isdisjoint(numbers):  # else its fields are made anyhow
            numbers &= self._by_text.by_text(_searched(event))
        if not numbers:
            return
        row = self.knowledge.row(event, self.judged)
        numbers &= self._by_values.by_text(values_of(row))
        numbers = self._guards.kept(numbers, row)
        if numbers:
            self._ask(numbers, Sighted(event.raw, event.time, lambda: event, event), row)

    def take_run(self, run: Run, memory: Memory) -> None:
        """Gives the events of a run to those that they match. memory: what recalled them."""
        numbers = self._guards.left(run.row)
        if not numbers:
            return
        among = self._among_these(numbers)
        narrow = memory is not self._wide
        raw_judged = "_raw" in self.judged.names
        row_at, made = run.row_at(), run.event
        assert made is not None
        for place, (raw, time) in enumerate(zip(run.raws, run.times, strict=True)):
            text = run.text(raw)
            asked = among.by_text(text)
            if not asked:
                continue
            event = Sighted(text, time, partial(made, raw, time))
            if narrow:
                row = self.knowledge.row(event.event(), self.judged)
            else:
                row = row_at(place, time)
                if raw_judged:
                    row["_raw"] = text
            self._ask(asked, event, row)

    def _among_these(self, numbers: Numbers) -> Candidates:
        """These searches alone, for events of which others are told by the guards."""
        found = self._among.get(numbers)
        if found is None:
            if len(self._among) >= _MOST_AMONG:
                self._among.clear()
            found = self._among[numbers] = Candidates({n: self._texts[n] for n in numbers})
        return found

    def take_each(self, run: Run) -> None:
        """Gives the events of a run one by one to those that they match."""
        make = run.event
        assert make is not None
        for raw, time in zip(run.raws, run.times, strict=True):
            self.take(make(raw, time))

    def _ask(self, numbers: Numbers, event: Sighted, row: Row) -> None:
        for number in sorted(numbers):
            taker = self.takers[number]
            if taker.fits(event, row):
                taker.take(event, row)


def _searched(event: Event) -> str:
    """What literals are looked for in: the text, and the values of index-time fields, which need
    not stand in it."""
    if not event.fields:
        return event.raw
    texts = [event.raw]
    for value in event.fields.values():
        texts += [value] if isinstance(value, str) else value
    return "\n".join(texts)


def _wants_order_or_text(taker: Taker) -> bool:
    """Whether a search needs events one by one: in their order, or all that a pattern names, their
    text among it."""
    wanted = taker.wanted
    return taker.retrieval.newest_first or Demand(patterns=wanted.patterns).wants("_raw")


def _judged(takers: Sequence[Taker]) -> Demand:
    read = (taker.retrieval.fields for taker in takers)
    wanted = (taker.wanted.names | taker.wanted.patterns for taker in takers)
    return Demand.of(frozenset[str]().union(*read, *wanted))
