"""The events behind results: kept while a search runs, few of each result, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from splay.commands.builtin.stats import Stats
from splay.commands.operation import Operation
from splay.engine.fanout import Keeper
from splay.engine.retrieve import FILE
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row
from splay.store.event import Event

MOST_OF_ONE = 20
MOST_OF_ALL = 400
MOST_TEXT = 20_000  # characters of one event

Key = tuple[str, ...]

# In an event's XML, in its text, and as JSON.
_RECORD = re.compile(
    r"<EventRecordID(?:\s[^<>]*)?>\s*(\d+)"
    r"|^RecordNumber=(\d+)"
    r"|\"(?:EventRecordID|RecordNumber|record_id|RecordId)\"\s*:\s*\"?(\d+)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Kept:
    """One raw event. time: epoch seconds; None: the search had removed it.

    cut: how many characters of its text were left out at the end. file: the path of the file that
    it was read from; record: its number in the log that Windows wrote; "" where there is none.
    """

    raw: str
    time: float | None
    host: str
    source: str
    cut: int = 0
    file: str = ""
    record: str = ""

    @property
    def place(self) -> str:
        """The file and the record's number, for people; "" where neither is known."""
        record = f"record {self.record}" if self.record else ""
        return ", ".join(filter(None, (self.file, record)))


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

    def absorb(self, other: Group, most: int) -> None:
        """Takes over another one's events, and at most so many of those that it kept."""
        self.count += other.count
        self.first = min(_known(self.first, other.first), default=None)
        self.last = max(_known(self.last, other.last), default=None)
        self.kept += other.kept[: max(0, min(most, MOST_OF_ONE - len(self.kept)))]
        self.missing |= other.missing


class Evidence(Keeper):
    """Sees the rows that go into the first transforming command of a search.

    Where that is stats, its BY fields tell which result an event belongs to.
    """

    def __init__(self) -> None:
        self.count = 0
        self._by: list[str] | None = None
        self._groups: dict[Key | None, Group] = {}
        self._kept = 0

    def watch(self, operation: Operation | None, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; some of their events are kept."""
        stats = operation if isinstance(operation, Stats) else None
        self._by = stats.by if stats else None
        for row in rows:
            self.count += 1
            file = str(row.pop(FILE, ""))
            for key in _keys(stats, row):
                self._add(key, row, file)
            yield row

    def fresh(self) -> Evidence:
        """One that has seen nothing."""
        return Evidence()

    def absorb(self, other: Keeper) -> None:
        """Takes over what another one has seen of the data that follow."""
        assert isinstance(other, Evidence)
        self.count += other.count
        self._by = other._by
        for key, group in other._groups.items():
            self._groups.setdefault(key, Group()).absorb(group, MOST_OF_ALL - self._kept)
        self._kept = sum(len(group.kept) for group in self._groups.values())

    def of(self, result: Row) -> Group | None:
        """The events behind a result; None where they cannot be told."""
        key = self._key(result)
        return self._groups.get(key) if key is not None else None

    def without_result(self, results: Iterable[Row]) -> list[Group]:
        """The events that matched and stand behind none of these results."""
        told = {self._key(result) for result in results} - {None}
        return [group for key, group in self._groups.items() if key not in told]

    def _key(self, result: Row) -> Key | None:
        if self._by is None or not all(name in result for name in self._by):
            return None
        return tuple("\n".join(map(to_text, as_list(result[name]))) for name in self._by)

    def _add(self, key: Key | None, row: Row, file: str) -> None:
        group = self._groups.setdefault(key, Group())
        group.count += 1
        time = _time(row)
        if time is not None:
            group.first = time if group.first is None else min(group.first, time)
            group.last = time if group.last is None else max(group.last, time)
        if key is None and self._by is not None:
            group.missing.update(name for name in self._by if name not in row)
        if len(group.kept) < MOST_OF_ONE and self._kept < MOST_OF_ALL and "_raw" in row:
            self._kept += 1
            group.kept.append(_kept(row, time, file))


class WholeEvidence(Evidence):
    """The same events behind every result: of a search of which no more is known."""

    def __init__(self, group: Group) -> None:
        super().__init__()
        self._group = group

    def of(self, result: Row) -> Group | None:
        """The events of the search."""
        return self._group


def kept_event(event: Event) -> Kept:
    """An event as it is kept."""
    row: Row = {"_raw": event.raw, "host": event.host, "source": event.source}
    return _kept(row, event.time, event.file)


def _known(*times: float | None) -> list[float]:
    return [time for time in times if time is not None]


def _keys(stats: Stats | None, row: Row) -> Iterable[Key | None]:
    return (None,) if stats is None else dict.fromkeys(stats.keys(row)) or (None,)


def _kept(row: Row, time: float | None, file: str) -> Kept:
    raw, host, source = (_text(row, name) for name in ("_raw", "host", "source"))
    found = _RECORD.search(raw)
    record = next(filter(None, found.groups()), "") if found else ""
    cut = max(0, len(raw) - MOST_TEXT)
    return Kept(raw[:MOST_TEXT], time, host, source, cut, file, record)


def _text(row: Row, name: str) -> str:
    return "\n".join(map(to_text, as_list(row.get(name))))


def _time(row: Row) -> float | None:
    value = row.get("_time")
    if isinstance(value, str):
        return text_number(value)
    return None if isinstance(value, list) else value
