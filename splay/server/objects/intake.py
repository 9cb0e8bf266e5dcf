"""Data on its way into the indexes, through what the apps' props.conf and transforms.conf say.

Index time has one context for all users: every enabled app counts, whether it exports its settings
or not, and no user's private ones (Admin Manual, "Configuration file precedence", global context).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock
from zlib import crc32

from splay.conf.files import Conf, layer
from splay.conf.system import system_conf
from splay.eval.times.timefmt import iso
from splay.server.bulletins import Messages
from splay.server.objects.catalog import Catalog
from splay.store.event import Event, ReadReport
from splay.store.index.indexes import Indexes
from splay.store.parsing.indextime import IndexTime
from splay.store.parsing.streams import Origin, broken, own_time, rewritten

_FILES = ("props", "transforms")


class Intake:
    """Takes data apart into events. What is not followed becomes a message for administrators."""

    def __init__(self, catalog: Catalog, indexes: Indexes, messages: Messages) -> None:
        self._catalog = catalog
        self._indexes = indexes
        self._messages = messages
        self._lock = Lock()
        self._state: object = None
        self._index_time = IndexTime({}, {})

    @property
    def index_time(self) -> IndexTime:
        """The settings as the files have them now."""
        places = self._catalog.shared_places()
        state = tuple(place.state(name) for name in _FILES for place in places)
        with self._lock:
            if state != self._state:
                props, transforms = (self._layered(name) for name in _FILES)
                self._index_time = IndexTime(props, transforms, time.time())
                self._state = state
            return self._index_time

    def _layered(self, name: str) -> Conf:
        shipped = [system_conf(name)] if self._catalog.shipped else []
        places = reversed(self._catalog.shared_places())
        return layer([*shipped, *(place.conf(name) for place in places)])

    def events(
        self, blocks: Iterable[bytes], origin: Origin, now: float, report: ReadReport | None = None
    ) -> list[Event]:
        """The events of some bytes, as they are to be indexed. DataError: they cannot be read.

        report: counts those that there were before settings dropped some.
        """
        report = ReadReport() if report is None else report
        origin = replace(origin, index_time=self.index_time)
        events = list(broken(blocks, origin, now, report))
        self._tell(report.problems)
        return self._kept(events)

    def changed(self, events: Sequence[Event], origin: Origin) -> list[Event]:
        """What becomes of events that came as such, with their own times."""
        origin = replace(origin, index_time=self.index_time)
        found = [one for event in events for one in rewritten(event, origin)]
        index_time = origin.index_time
        assert index_time is not None
        self._tell(index_time.take_said())
        return self._kept(found)

    def time_of(self, event: Event, origin: Origin, now: float) -> float:
        """The time that an event's text says; `now` where it says none."""
        settings = replace(
            origin,
            host=event.host,
            source=event.source,
            sourcetype=event.sourcetype,
            index_time=self.index_time,
        )
        return own_time(event.raw, settings, now)

    def _kept(self, events: list[Event]) -> list[Event]:
        """The events that an index is there for."""
        missing = {event.index for event in events if event.index not in self._indexes}
        if not missing:
            return events
        self._tell(
            f"events for the index {name!r}, which does not exist, are lost" for name in missing
        )
        return [event for event in events if event.index not in missing]

    def _tell(self, problems: Iterable[str]) -> None:
        for text in problems:
            self._messages.setdefault(
                f"index_time_{crc32(text.encode()):x}",
                {"value": text, "severity": "warn", "time": iso(time.time(), None)},
            )
