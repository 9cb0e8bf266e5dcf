"""The rows that a running statistic covers: all so far, the last ones, or those of a time span.

Source: Search Reference, "streamstats" (window, time_window, global, current, allnum).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from splay.commands.stats.grouping import Group, Key
from splay.rows import Row, Scalar

MakeGroup = Callable[[], Group]
LIMIT = 10_000
"""limits.conf, [stats] max_stream_window: the most rows of a window."""


class Entry(NamedTuple):
    """One row of a window: its group, its values for each term, its time."""

    key: Key
    values: list[list[Scalar]]
    time: float | None


class Window(ABC):
    """What has been seen, and the statistics of it that a row gets."""

    def __init__(self, make: MakeGroup, current: bool) -> None:
        self._make = make
        self._current = current

    def take(self, entry: Entry, row: Row) -> None:
        """Sets the statistics of the row's group, with or without the row itself."""
        if self._current:
            self._add(entry)
        self._group(entry).into(row)
        if not self._current:
            self._add(entry)

    @abstractmethod
    def reset(self) -> None:
        """Forgets all rows."""

    @abstractmethod
    def _add(self, entry: Entry) -> None: ...

    @abstractmethod
    def _group(self, entry: Entry) -> Group: ...


class Everything(Window):
    """All rows so far."""

    def __init__(self, make: MakeGroup, current: bool) -> None:
        super().__init__(make, current)
        self._groups: dict[Key, Group] = {}

    def reset(self) -> None:
        self._groups.clear()

    def _add(self, entry: Entry) -> None:
        self._group(entry).add(entry.values, entry.time)

    def _group(self, entry: Entry) -> Group:
        if entry.key not in self._groups:
            self._groups[entry.key] = self._make()
        return self._groups[entry.key]


class Sliding(Window):
    """The last rows: at most `size`, of all groups together or (apart) of each one, and where
    `since` is given, none that lies before what it gives for the time of the row at hand."""

    def __init__(
        self,
        make: MakeGroup,
        current: bool,
        size: int,
        apart: bool,
        outside: Callable[[float | None, float | None], bool] | None = None,
    ) -> None:
        super().__init__(make, current)
        self._size = size
        self._apart = apart
        self._outside = outside
        self._entries: dict[Key, deque[Entry]] = {}

    def reset(self) -> None:
        self._entries.clear()

    def _deque(self, entry: Entry) -> deque[Entry]:
        return self._entries.setdefault(entry.key if self._apart else (), deque(maxlen=self._size))

    def _add(self, entry: Entry) -> None:
        self._deque(entry).append(entry)

    def _group(self, entry: Entry) -> Group:
        entries = self._deque(entry)
        if self._outside is not None:
            while entries and self._outside(entries[0].time, entry.time):
                entries.popleft()
        group = self._make()
        for one in entries:
            if one.key == entry.key:
                group.add(one.values, one.time)
        return group
