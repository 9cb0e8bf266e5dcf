"""Recalling the fields of events of indexes: their times and origins are what the index says."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from splay.knowledge import Rules
from splay.rows import Row
from splay.shapes.recall import Memory, Table
from splay.shapes.shape import Key, Shape
from splay.store.event import Event, Need, ReadReport
from splay.store.index.events import StoredEvent
from splay.store.parsing.eventmaker import EventMaker, FileFacts, InputSettings, Reading
from splay.store.parsing.windows_text import ClassicEventMaker
from splay.store.parsing.xml_events import SOURCETYPE, XmlEventMaker
from splay.store.problems import FileProblems
from splay.store.run import Moments, Run, as_time

OF_EACH = frozenset({"_indextime", "_cd", "_bkt", "_meta"})
"""What the index says of each event by itself, besides its time."""
_AT_ONCE = 20_000
"""Events that are taken before they are passed on."""
_MOST_ROWS = 20_000
_NEVER = re.compile(r"(?!)()")


class _Xml(XmlEventMaker):
    origin_at = (_NEVER, _NEVER)  # the index says it


class _Classic(ClassicEventMaker):
    origin_at = (_NEVER, _NEVER)


_KINDS: tuple[tuple[str, type[EventMaker]], ...] = ((SOURCETYPE, _Xml), ("WinEventLog", _Classic))
"""How the sources and sourcetypes of Windows events begin; of other events nothing is recalled."""


@dataclass
class _Alike:
    """Events of one origin, shape and key: their row, None where they do not match, the times of
    those that were taken, and the columns of the texts that copies are made of."""

    row: Row | None
    times: array[float] = field(default_factory=lambda: array("d"))
    kept: list[list[str]] = field(default_factory=list)


@dataclass
class _Origin:
    """Events of one host, source and sourcetype of one index. None is known where each must be
    looked into."""

    maker: EventMaker
    table: Table
    rules: Rules
    alike: dict[Shape, dict[Key, _Alike]] = field(default_factory=dict)


class StoredRecall:
    """What is known of the events of indexes, for one search."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._tables: dict[type[EventMaker], Table] = {}
        self._origins: dict[tuple[str, ...], _Origin | None] = {}
        self._rows = 0

    def found(self, events: Iterable[Event]) -> Iterator[Row | Run]:
        """The events that match, those of a known shape that are alike together, in no order."""
        since = 0
        for event in events:
            since += 1
            known = self._known(event)
            if known is None:
                row = self._memory.row(event)
                if row is not None:
                    yield row
            else:
                alike, shape, texts = known
                if alike.row is not None:
                    alike.times.append(event.time)
                    for column, number in zip(alike.kept, shape.kept, strict=True):
                        column.append(texts[number])
            if since >= _AT_ONCE:
                since = 0
                yield from self._runs()
        yield from self._runs()

    def rows(self, events: Iterable[Event]) -> Iterator[Row]:
        """The events that match, one by one, in their order."""
        for event in events:
            row = self.row(event)
            if row is not None:
                yield row

    def row(self, event: Event) -> Row | None:
        """The row of one event; None where it does not match."""
        known = self._known(event)
        if known is None:
            return self._memory.row(event)
        alike, shape, texts = known
        if alike.row is None:
            return None
        row = alike.row.copy()
        for name, value in alike.row.items():
            if isinstance(value, list):
                row[name] = [*value]
        row["_time"] = as_time(event.time)
        if shape.copies:
            for name, (text,) in shape.columns([[texts[one]] for one in shape.kept]).items():
                row[name] = text
        if self._rows > _MOST_ROWS:
            self._forget()
        return row

    def _known(self, event: Event) -> tuple[_Alike, Shape, list[str]] | None:
        """The events that this one is like, their shape, and the texts that differ; None where it
        must be looked into: then it is learned from."""
        if not isinstance(event, StoredEvent) or not event.plain:
            return None
        key = (*event.origin, event.index)
        if key in self._origins:
            origin = self._origins[key]
        else:
            origin = self._origins[key] = self._origin_of(event)
        if origin is None:
            return None
        raw = event.encoded()
        for shape in origin.table.shapes:
            if raw.startswith(shape.prefix):
                texts = shape.texts(raw)
                if texts is not None:
                    alike = self._like(origin, shape, texts, event, raw)
                    return None if alike is None else (alike, shape, texts)
        if origin.table.due():
            follow = partial(self._memory.follow, origin.rules)
            origin.table.learn(raw, origin.maker, origin.rules, follow)
        return None

    def _like(
        self, origin: _Origin, shape: Shape, texts: list[str], event: StoredEvent, raw: bytes
    ) -> _Alike | None:
        group = origin.alike.get(shape)
        if group is None:
            group = origin.alike[shape] = {}
        key = tuple(texts[number] for number in shape.key)
        alike = group.get(key)
        if alike is None:
            alike = self._alike(origin, shape, event, raw)
            if alike is None:
                return None
            group[key] = alike
            self._rows += 1
        shape.hits += 1
        origin.table.known += 1
        return alike

    def _alike(
        self, origin: _Origin, shape: Shape, event: StoredEvent, raw: bytes
    ) -> _Alike | None:
        """What is known of such events by one of them; None where that is too little."""
        if origin.rules not in shape.proven:
            follow = partial(self._memory.follow, origin.rules)
            learner = origin.table.learner
            if not learner.prove(shape, raw, origin.maker, origin.rules, follow):
                origin.table.refresh()
                return None
        row = self._memory.row(event)
        if row is not None:
            if row.get("_time") != as_time(event.time):
                return None
            for name in (*shape.stale, *OF_EACH):
                row.pop(name, None)
        return _Alike(row, kept=[[] for _ in shape.kept])

    def _runs(self) -> Iterator[Run]:
        """The events that were taken."""
        for origin in self._origins.values():
            for shape, group in origin.alike.items() if origin else ():
                for alike in group.values():
                    if alike.row is not None and alike.times:
                        times, kept = alike.times, alike.kept
                        alike.times, alike.kept = array("d"), [[] for _ in kept]
                        yield Run(alike.row, Moments(times), shape.columns(kept))
        for table in self._tables.values():
            table.shapes.sort(key=lambda shape: shape.hits, reverse=True)
        if self._rows > _MOST_ROWS:
            self._forget()

    def _forget(self) -> None:
        self._rows = 0
        for origin in self._origins.values():
            if origin:
                origin.alike.clear()

    def _origin_of(self, event: StoredEvent) -> _Origin | None:
        knowledge, demand = self._memory.knowledge, self._memory.demand
        if knowledge.textless(event, demand):
            return None
        rules = knowledge.rules(event)
        if knowledge.depends(rules, demand, OF_EACH):
            return None
        kind = next(
            (
                kind
                for name in (event.source, event.sourcetype)
                for start, kind in _KINDS
                if name.startswith(start)
            ),
            None,
        )
        if kind is None:
            return None
        facts = FileFacts(event.source, event.source, 0.0, 0.0)
        settings = InputSettings(event.host, event.source, event.sourcetype, event.index)
        reading = Reading(facts, settings, Need(), FileProblems("", ReadReport()))
        return _Origin(kind(reading), self._tables.setdefault(kind, Table(timed=False)), rules)
