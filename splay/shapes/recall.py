"""Recalling the fields of events that are of a known shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat

from splay.knowledge import Knowledge, Rules
from splay.knowledge.trace import Trace
from splay.rows import Demand, Row
from splay.shapes.clock import Clock, Within, whole
from splay.shapes.learner import Follow, Learner
from splay.shapes.net import Caught, Net
from splay.shapes.shape import Key, Shape
from splay.store.bytesearch import Data
from splay.store.event import Event, Swept
from splay.store.parsing.eventmaker import EventMaker
from splay.store.run import Listed, Repeated, Run, Times

_LEARN_AFTER = 100
"""Events that are read in the ordinary way before it is worth to learn what they are like."""
_RARE, _LEARN_RARE_AFTER = 50, 1000
"""Where fewer than one event in so many is looked into, there must have been more of them: what is
learned of one kind of event costs as much as making the fields of some 40."""
_FEW = 8
"""Where one event in so many matches, matching all costs less than choosing among them."""
_PATIENCE = 1000
_MAX_ROWS = 20_000
_MADE, _TOO_FEW_ALIKE = 1000, 8
"""After so many rows it is told whether there is one for at least so many events."""
_AT_ONCE = 20_000
"""Events that are taken before they are passed on: the more are alike, the less each costs."""


class Memory:
    """What is known of events of each kind of log, for one search.

    matches: whether a row fits the search. judged: the fields that it reads, neither `_time` nor
    `_raw` among them. unordered: whether events may come in any order. whole: whether the events
    themselves are asked for. closely: whether those that do not match are looked into, each of
    them. timed: whether anything asks for the times of events. apart: whether events with such a
    row, of those that match, must come one by one, in their order.
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
        closely: bool = False,
        timed: bool = True,
        apart: Callable[[Row], bool] | None = None,
    ) -> None:
        self.timed = timed
        self.judged = judged
        self.whole = whole
        self.closely = closely
        self.apart = apart
        self.knowledge = knowledge
        self.demand = demand
        self.matches = matches
        self.unordered = unordered
        self._tables: dict[type[EventMaker], Table] = {}

    def of(self, maker: EventMaker) -> Recall:
        """The recall for the events of one file."""
        table = self._tables.setdefault(type(maker), Table(self.timed))
        table.file(maker.facts.name, maker.facts.indextime)
        return Recall(self, table, maker)

    @property
    def overwhelmed(self) -> bool:
        """Whether hardly two events are alike in what the demanded fields depend on, so that to
        make their fields one by one would cost less."""
        return any(
            table.made > _MADE and table.made * _TOO_FEW_ALIKE > table.known
            for table in self._tables.values()
        )

    def row(self, event: Event) -> Row | None:
        """The row of an event that matches."""
        row = self.knowledge.row(event, self.demand)
        return row if self.matches(row) else None

    def follow(self, rules: Rules, trace: Trace) -> None:
        """Notes what the demanded fields depend on under these rules. Raises Unsupported."""
        self.knowledge.trace(rules, self.demand, self.judged, trace)


class Table:
    """Shapes, and how many rows they hold."""

    def __init__(self, timed: bool) -> None:
        self.learner = Learner(timed)
        self.shapes: list[Shape] = []
        self.net: Net | None = None  # of all of them, once it is needed
        self.rows = self.made = 0
        self.unknown = 0
        self.known = 0
        self.tried = 0
        self.looked_at = self.events = 0
        self.dense = False
        self.settled = False  # so few are of no known shape that these are not worth learning
        self._file: tuple[str, float] | None = None

    def file(self, name: str, indextime: float) -> None:
        """Forgets the rows of another file: its events may be from another source."""
        if self._file != (name, indextime):
            self.forget_rows()
            self._file = (name, indextime)

    @property
    def _worth_learning(self) -> bool:
        """Whether enough events came that are of no known shape."""
        rare = self.looked_at * _RARE < self.events
        return self.unknown >= (_LEARN_RARE_AFTER if rare else _LEARN_AFTER)

    def forget_rows(self) -> None:
        for shape in self.shapes:
            shape.rows.clear()
            shape.apart.clear()
        self.rows = 0

    def due(self) -> bool:
        """Whether it is worth to learn from one more event of no known shape; it is counted."""
        self.unknown += 1
        return not self.settled and self._worth_learning and self.tried <= _PATIENCE + self.known

    def learn(self, raw: bytes, maker: EventMaker, rules: Rules, follow: Follow) -> None:
        """Learns from such an event. follow: the trace of its fields."""
        self.tried += 1
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            return
        if self.learner.see(raw, maker, rules, follow):
            self.refresh()

    def refresh(self) -> None:
        """Takes the shapes of the learner."""
        self.shapes = list(self.learner.shapes())
        self.net = None

    def order(self) -> None:
        """Brings shapes that are met often to the front."""
        found = sorted(self.shapes, key=_hits, reverse=True)
        if found != self.shapes:
            self.shapes, self.net = found, None


@dataclass
class Taken:
    """Events of one shape, hour and key. rests: of their times, where these are asked for. kept:
    columns of the texts that copies are made of. raws: the events, where they are asked for."""

    count: int
    rests: list[str]
    kept: list[list[str]]
    raws: list[bytes]

    def add(self, caught: Caught, shape: Shape, numbers: list[int]) -> None:
        """More of them; they were counted."""
        for text in shape.time[1:]:
            self.rests += caught.column(text, numbers)
        for column, text in zip(self.kept, shape.kept, strict=True):
            column += caught.column(text, numbers)
        if caught.whole:
            self.raws += caught.raws(numbers)

    def at(self, places: Sequence[int]) -> Taken:
        """Those at these places."""
        rests = [self.rests[place] for place in places]
        kept = [[column[place] for place in places] for column in self.kept]
        raws = [self.raws[place] for place in places] if self.raws else []
        return Taken(len(places), rests, kept, raws)


class Recall:
    """The events of one file, by their shape (`splay.store.event.Recall`)."""

    def __init__(self, memory: Memory, table: Table, maker: EventMaker) -> None:
        self._memory = memory
        self._table = table
        self._maker = maker
        self._clock = Clock(maker.moment)
        self._taken: dict[Shape, dict[tuple[str, Key], Taken]] = {}
        self._count = 0  # of those
        self._others = 0  # events since then that were not taken

    @property
    def sweeping(self) -> bool:
        """Whether to take events many at a time: that takes a known shape, and that nothing depends
        on the order of events."""
        return self._memory.unordered and bool(self._table.shapes)

    @property
    def dense(self) -> bool:
        """Whether so many events match that it is worth to take all, and not only those that hold
        what the search names."""
        return self._table.dense

    @property
    def learning(self) -> bool:
        """Whether shapes are worth learning of events that do not match as well."""
        return not self._table.settled

    def looked_at(self, matching: int, events: int) -> None:
        """Of so many events so many were looked at."""
        table = self._table
        table.looked_at += matching
        table.events += events
        table.dense = matching * _FEW > events

    def alike(self, event: Event) -> Row | None:
        """The row of each event of the same origin, but for its time, where that tells all that is
        asked for; None where their text must be looked into, or where they do not match."""
        memory = self._memory
        told = not memory.whole and memory.knowledge.textless(event, memory.demand)
        return memory.row(event) if told else None

    def known(self, data: Data, start: int, end: int) -> Run | bool | None:
        """The event data[start:end]; True for one that does not match, False for one of no known
        shape, None for one that must come by itself though it is of one."""
        if self._table.rows > _MAX_ROWS and not self._count:
            self._table.forget_rows()
        raw = bytes(data[start:end])
        for shape in self._table.shapes:
            if raw.startswith(shape.prefix) and (texts := shape.texts(raw)):
                key = tuple([texts[number] for number in shape.key])
                hour, rest = [texts[number] for number in shape.time] or ("", "")
                if shape.time and self._clock.time(hour, rest) is None:
                    return False
                if not self._row_is_known(shape, key, data, start, end):
                    return None if key in shape.apart else False
                self._table.known += 1
                shape.hits += 1
                row = shape.rows[key]
                taken = Taken(1, [rest], [[texts[number]] for number in shape.kept], [raw])
                run = row is not None and self._run(shape, row, hour, taken)
                return run if run and len(run.times) else True
        return False

    def sweep(self, block: bytes, gap: bytes, close: bytes) -> Swept | None:
        """Takes events for `runs`. None where it can take none."""
        table = self._table
        if table.net is None or table.net.gap != gap:
            table.net = Net(table.shapes, gap, close, whole=self._memory.whole)
        caught = table.net.catch(block)
        if caught is None:
            return None
        others = {**caught.others}
        for shape, events in caught.shapes:
            by_key = self._taken.setdefault(shape, {})
            for (hour, key), numbers in _alike(caught, events, shape.time[:1], shape.key):
                if key not in shape.rows and not self._row_is_known(
                    shape, key, block, *caught.bounds(numbers[0])
                ):
                    others |= {number: caught.bounds(number) for number in numbers}
                    continue
                taken = by_key.get((hour, key))
                if taken is None:
                    taken = by_key[hour, key] = Taken(0, [], [[] for _ in shape.kept], [])
                taken.count += len(numbers)
                if shape.rows[key] is not None:
                    taken.add(caught, shape, numbers)
        count = caught.count - len(others)
        table.known += count
        self._count += count
        return Swept(count, dict(sorted(others.items())))

    def runs(self, others: int, *, end: bool) -> Iterator[Run]:
        """The events that were taken, those alike together, once they are many or at the end.

        others: events that were not taken since the last call.
        """
        self._others += others
        if not self._count or (self._count + self._others < _AT_ONCE and not end):
            return
        table = self._table
        taken, events = self._taken, self._count + self._others
        table.settled = self._others * _RARE < self._count
        self._taken, self._count, self._others = {}, 0, 0
        matching = 0
        for shape, by_key in taken.items():
            for (hour, key), kept in by_key.items():
                shape.hits += kept.count
                row = shape.rows.get(key)
                if row is not None:
                    matching += kept.count
                    run = self._run(shape, row, hour, kept)
                    if len(run.times):
                        yield run
        table.order()
        table.dense = matching * _FEW > events
        if table.rows > _MAX_ROWS:
            table.forget_rows()

    def learn(self, raw: bytes, event: Event) -> None:
        """Learns from an event that was of no known shape."""
        if self._table.due():
            rules = self._memory.knowledge.rules(event)
            self._table.learn(raw, self._maker, rules, partial(self._memory.follow, rules))

    def _row_is_known(self, shape: Shape, key: Key, data: Data, start: int, end: int) -> bool:
        """Whether the fields of such events are known: they are made from this one if need be."""
        if key in shape.rows:
            return True
        if key in shape.apart:
            return False
        time = self._maker.own_time(data, start, end)
        if time is None:
            return False
        event = self._maker.event(data, start, end, time)
        if self._maker.rewrites(event):
            return False
        rules = self._memory.knowledge.rules(event)
        if rules not in shape.proven:
            raw, follow = bytes(data[start:end]), partial(self._memory.follow, rules)
            if not self._table.learner.prove(shape, raw, self._maker, rules, follow):
                self._table.refresh()
                return False
        memory = self._memory
        row = memory.row(event)
        self._table.made += 1
        if row is None and memory.closely:
            return False
        if row is not None and memory.apart and memory.apart(row):
            shape.apart.add(key)
            self._table.rows += 1
            return False
        if row is not None:
            for name in shape.stale:
                row.pop(name, None)
        shape.rows[key] = row
        self._table.rows += 1
        return True

    def _run(self, shape: Shape, row: Row, hour: str, taken: Taken) -> Run:
        """The events of a shape and a key that are in the time range."""
        times: Times
        if not shape.time:
            times = Repeated(row["_time"], taken.count)  # type: ignore[arg-type]
        elif hour and self._maker.always:
            times = Within(self._clock, hour, taken.rests)
        else:
            found = self._clock.times(hour, taken.rests)
            wanted = [place for place, time in enumerate(found) if self._maker.wanted(time)]
            times = Listed([whole(found[place]) for place in wanted])
            taken = taken.at(wanted)
        columns = shape.columns(taken.kept)
        if not self._memory.whole:
            return Run(row, times, columns)
        maker = self._maker
        return Run(row, times, columns, taken.raws, maker.facts.name, maker.text, maker.whole)


def _alike(
    caught: Caught, events: list[int], hours: list[int], keys: list[int]
) -> Iterable[tuple[tuple[str, Key], list[int]]]:
    """The events of one shape by their hours and keys."""
    if not hours and not keys:
        return ((("", ()), events),)
    found: dict[tuple[str, Key], list[int]] = {}
    columns = [caught.column(number, events) for number in keys]
    of_key = zip(*columns, strict=True) if columns else repeat(())
    of_hour = caught.column(hours[0], events) if hours else repeat("")
    for number, both in zip(events, zip(of_hour, of_key, strict=False), strict=False):
        try:
            found[both].append(number)
        except KeyError:
            found[both] = [number]
    return found.items()


def _hits(shape: Shape) -> int:
    return shape.hits
