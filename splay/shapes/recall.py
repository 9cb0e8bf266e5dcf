"""Recalling the fields of events that are of a known shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import partial

from splay.knowledge import Knowledge, Rules
from splay.knowledge.trace import Trace
from splay.rows import Demand, Row
from splay.shapes.clock import Clock, Within, whole
from splay.shapes.learner import Learner
from splay.shapes.shape import Key, Shape
from splay.store.bytesearch import Data
from splay.store.event import Event
from splay.store.parsing.eventmaker import EventMaker
from splay.store.run import Listed, Run, Times

_LEARN_AFTER = 100
"""Events that are read in the ordinary way before it is worth to learn what they are like."""
_RARE, _LEARN_RARE_AFTER = 50, 1000
"""Where fewer than one event in so many is looked into, there must have been more of them: what is
learned of one kind of event costs as much as making the fields of some 40."""
_PATIENCE = 1000
_MAX_ROWS = 20_000
_AT_ONCE = 20_000
"""Events that are taken before they are passed on: the more are alike, the less each costs."""
_FEW = 4
"""As long as one event in so many is of interest, and one in so many of a known shape, it is worth
to take all."""


class Memory:
    """What is known of events of each kind of log, for one search.

    matches: whether a row fits the search. judged: the fields that it reads, neither `_time` nor
    `_raw` among them. unordered: whether events may come in any order. whole: whether the events
    themselves are asked for; of those that do not match each is then looked into.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        demand: Demand,
        matches: Callable[[Row], bool],
        judged: Collection[str],
        *,
        unordered: bool,
        whole: bool = False,
    ) -> None:
        self.judged = judged
        self.whole = whole
        self.knowledge = knowledge
        self.demand = demand
        self.matches = matches
        self.unordered = unordered
        self._tables: dict[type[EventMaker], Table] = {}

    def of(self, maker: EventMaker) -> Recall:
        """The recall for the events of one file."""
        table = self._tables.setdefault(type(maker), Table())
        table.file(maker.facts.name, maker.facts.indextime)
        return Recall(self, table, maker)

    def row(self, event: Event) -> Row | None:
        """The row of an event that matches."""
        row = self.knowledge.row(event, self.demand)
        return row if self.matches(row) else None


class Table:
    """Shapes, and how many rows they hold."""

    def __init__(self) -> None:
        self.learner = Learner()
        self.shapes: list[Shape] = []
        self.rows = 0
        self.unknown = 0
        self.known = 0
        self.tried = 0
        self.looked_at = self.events = 0
        self.sweeping = False
        self._file: tuple[str, float] | None = None

    def file(self, name: str, indextime: float) -> None:
        """Forgets the rows of another file: its events may be from another source."""
        if self._file != (name, indextime):
            self.forget_rows()
            self._file = (name, indextime)

    @property
    def worth_learning(self) -> bool:
        """Whether enough events came that are of no known shape."""
        rare = self.looked_at * _RARE < self.events
        return self.unknown >= (_LEARN_RARE_AFTER if rare else _LEARN_AFTER)

    def forget_rows(self) -> None:
        for shape in self.shapes:
            shape.rows.clear()
        self.rows = 0

    def refresh(self) -> None:
        """Takes the shapes of the learner."""
        self.shapes = list(self.learner.shapes())


class Recall:
    """The events of one file, by their shape (`splay.store.event.Recall`)."""

    def __init__(self, memory: Memory, table: Table, maker: EventMaker) -> None:
        self._memory = memory
        self._table = table
        self._maker = maker
        self._clock = Clock(maker.moment)
        self._taken: dict[Shape, dict[Key, list[Key]]] = {}
        self._count = 0  # of those
        self._others = 0  # events since then that were not taken

    @property
    def sweeping(self) -> bool:
        """Whether to take events many at a time."""
        return self._table.sweeping

    def looked_at(self, matching: int, events: int) -> None:
        """Of so many events so many were looked at one by one: whether to sweep those that follow.

        That takes a known shape, and that nothing depends on the order of events.
        """
        table = self._table
        table.looked_at += matching
        table.events += events
        able = self._memory.unordered and bool(table.shapes)
        table.sweeping = able and matching * _FEW > events

    def known(self, data: Data, start: int, end: int) -> Run | bool:
        """The event data[start:end]; True for one that does not match, False for one of no known
        shape."""
        if self._table.rows > _MAX_ROWS and not self._count:
            self._table.forget_rows()
        for shape in self._table.shapes:
            if data.startswith(shape.prefix, start):
                found = shape.match(data, start + shape.skip, end)
                if found and found.end() == end:
                    time = self._clock.time(found[shape.hour], found[shape.rest])
                    key = found.group(*shape.key)
                    if time is None or not self._row_is_known(shape, key, data, start, end, time):
                        return False
                    self._table.known += 1
                    self._maker.passed(time, end)
                    row = shape.rows[key[1:]]
                    shape.hits += 1
                    if row is None or not self._maker.wanted(time):
                        return True
                    return self._run(shape, row, key[0], [self._kept(found, shape)])
        return False

    def sweep(self, data: Data, at: int, end: int, gap: bytes) -> tuple[int, int]:
        """Takes events, with `gap` before each, for `runs`, up to one of no known shape; where the
        last one ends, and how many were taken."""
        taken = self._taken
        pairs = [(shape, taken.setdefault(shape, {})) for shape in self._table.shapes]
        count, skip = 0, len(gap)
        while at < end:
            start = at + skip if data.startswith(gap, at) else at
            for shape, times in pairs:  # noqa: B007 (it is used where the loop was left)
                if data.startswith(shape.prefix, start) and (
                    found := shape.match(data, start + shape.skip, end)
                ):
                    break
            else:
                break
            key = found.group(*shape.key)
            try:
                times[key].append(self._kept(found, shape))
            except KeyError:
                time = self._clock.time(found[shape.hour], found[shape.rest])
                stop = found.end()
                if time is None or not self._row_is_known(shape, key, data, start, stop, time):
                    break
                times[key] = [self._kept(found, shape)]
            at = found.end()
            last, last_shape = found, shape
            count += 1
        if count:
            self._table.known += count
            time = self._clock.time(last[last_shape.hour], last[last_shape.rest])
            self._maker.passed(time or 0.0, at)
            self._count += count
        return at, count

    def runs(self, others: int, *, end: bool) -> Iterator[Run]:
        """The events that were taken, those alike together, once they are many or at the end.

        others: events that were not taken since the last call.
        """
        self._others += others
        if not self._count or (self._count + self._others < _AT_ONCE and not end):
            return
        taken, swept, all_events = self._taken, self._count, self._count + self._others
        self._taken, self._count, self._others = {}, 0, 0
        matching = 0
        for shape, by_key in taken.items():
            for key, kept in by_key.items():
                shape.hits += len(kept)
                row = shape.rows.get(key[1:])
                if row is not None:
                    matching += len(kept)
                    run = self._run(shape, row, key[0], kept)
                    if len(run.times):
                        yield run
        self._table.shapes.sort(key=_hits, reverse=True)
        self._table.sweeping = min(matching, swept) * _FEW > all_events
        if self._table.rows > _MAX_ROWS:
            self._table.forget_rows()

    def learn(self, raw: bytes, event: Event) -> None:
        """Learns from an event that was of no known shape."""
        table = self._table
        table.unknown += 1
        if not table.worth_learning or table.tried > _PATIENCE + table.known:
            return
        table.tried += 1
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            return
        rules = self._memory.knowledge.rules(event)
        if table.learner.see(raw, self._maker, rules, partial(self._follow, rules)):
            table.refresh()

    def _follow(self, rules: Rules, trace: Trace) -> None:
        memory = self._memory
        memory.knowledge.trace(rules, memory.demand, memory.judged, trace)

    def _row_is_known(
        self, shape: Shape, key: Key, data: Data, start: int, end: int, time: float
    ) -> bool:
        """Whether the fields of such events are known: they are made from this one if need be."""
        if key[1:] in shape.rows:
            return True
        event = self._maker.event(data, start, end, time)
        if self._maker.rewrites(event):
            return False
        rules = self._memory.knowledge.rules(event)
        if rules not in shape.proven:
            raw, follow = bytes(data[start:end]), partial(self._follow, rules)
            if not self._table.learner.prove(shape, raw, self._maker, rules, follow):
                self._table.refresh()
                return False
        row = self._memory.row(event)
        if row is None and self._memory.whole:
            return False
        if row is not None:
            for name in shape.stale:
                row.pop(name, None)
        shape.rows[key[1:]] = row
        self._table.rows += 1
        return True

    def _run(self, shape: Shape, row: Row, hour: bytes, kept: list[Key]) -> Run:
        """The events of a shape and a key, given what was kept of each."""
        if hour and self._maker.always:
            times: Times = Within(self._clock, hour, [one[0] for one in kept])
            return self._run_at(shape, row, times, kept)
        time, wanted = self._clock.time, self._maker.wanted
        pairs = [(time(hour, one[0]), one) for one in kept]
        found = [(when, one) for when, one in pairs if when is not None and wanted(when)]
        times = Listed([whole(when) for when, _ in found])
        return self._run_at(shape, row, times, [one for _, one in found])

    def _run_at(self, shape: Shape, row: Row, times: Times, kept: list[Key]) -> Run:
        if not self._memory.whole:
            return Run(row, times, shape.columns(kept))
        raws = [one[-1] for one in kept]
        columns = shape.columns([one[:-1] for one in kept])
        return Run(row, times, columns, raws, self._maker.facts.name, self._maker.text)

    def _kept(self, found: re.Match[bytes], shape: Shape) -> Key:
        """What must be kept of an event besides its key; the event itself last, where it is asked
        for."""
        kept: Key = found.group(*shape.kept) if len(shape.kept) > 1 else (found[shape.rest],)
        return (*kept, shape.prefix + found[0]) if self._memory.whole else kept


def _hits(shape: Shape) -> int:
    return shape.hits
