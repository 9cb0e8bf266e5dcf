"""The events behind results: kept while a search runs, few of each result, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from splay.commands.builtin.stats import Stats
from splay.commands.operation import Operation
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row

MOST_OF_ONE = 20
MOST_OF_ALL = 400
MOST_TEXT = 20_000  # characters of one event

Key = tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """One raw event. time: epoch seconds; None: the search had removed it.

    cut: how many characters of its text were left out at the end.
    """

    raw: str
    time: float | None
    host: str
    source: str
    cut: int = 0


@dataclass
class Group:
    """The events that make one result. first, last: epoch seconds of their times.

    missing: the BY fields for want of which they make none.
    """

    count: int = 0
    first: float | None = None
    last: float | None = None
    kept: list[Kept] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


class Evidence:
    """Sees the rows that go into the first transforming command of a search (run.Watch).

    Where that is stats, its BY fields tell which result an event belongs to.
    """

    def __init__(self) -> None:
        self.count = 0
        self._stats: Stats | None = None
        self._groups: dict[Key | None, Group] = {}
        self._kept = 0

    def watch(self, operation: Operation | None, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; some of their events are kept."""
        self._stats = operation if isinstance(operation, Stats) else None
        for row in rows:
            self.count += 1
            for key in self._keys(row):
                self._add(key, row)
            yield row

    def of(self, result: Row) -> Group | None:
        """The events behind a result; None where they cannot be told."""
        key = self._key(result)
        return self._groups.get(key) if key is not None else None

    def without_result(self, results: Iterable[Row]) -> list[Group]:
        """The events that matched and stand behind none of these results."""
        told = {self._key(result) for result in results} - {None}
        return [group for key, group in self._groups.items() if key not in told]

    def _key(self, result: Row) -> Key | None:
        if self._stats is None or not all(name in result for name in self._stats.by):
            return None
        return tuple("\n".join(map(to_text, as_list(result[name]))) for name in self._stats.by)

    def _keys(self, row: Row) -> Iterable[Key | None]:
        if self._stats is None:
            return (None,)
        return dict.fromkeys(self._stats.keys(row)) or (None,)

    def _add(self, key: Key | None, row: Row) -> None:
        group = self._groups.setdefault(key, Group())
        group.count += 1
        time = _time(row)
        if time is not None:
            group.first = time if group.first is None else min(group.first, time)
            group.last = time if group.last is None else max(group.last, time)
        if key is None and self._stats is not None:
            group.missing.update(name for name in self._stats.by if name not in row)
        if len(group.kept) < MOST_OF_ONE and self._kept < MOST_OF_ALL and "_raw" in row:
            self._kept += 1
            group.kept.append(_kept(row, time))


def _kept(row: Row, time: float | None) -> Kept:
    raw, host, source = (_text(row, name) for name in ("_raw", "host", "source"))
    return Kept(raw[:MOST_TEXT], time, host, source, max(0, len(raw) - MOST_TEXT))


def _text(row: Row, name: str) -> str:
    return "\n".join(map(to_text, as_list(row.get(name))))


def _time(row: Row) -> float | None:
    value = row.get("_time")
    if isinstance(value, str):
        return text_number(value)
    return None if isinstance(value, list) else value
