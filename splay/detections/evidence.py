"""The events behind results: kept while a search runs, few of each result, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from splay.commands.builtin.stats import Stats
from splay.commands.operation import Operation
from splay.engine.fanout import Keeper
from splay.engine.retrieve import FILE, AnyItem
from splay.eval.value import as_list, text_number, to_text
from splay.rows import Row
from splay.store.event import Event
from splay.store.run import Run

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


@dataclass(slots=True)
class Group:
    """The events that make one result. first, last: epoch seconds of their times.

    missing: the BY fields for want of which they make none.
    """

    count: int = 0
    first: float | None = None
    last: float | None = None
    kept: tuple[Kept, ...] = ()
    missing: frozenset[str] = frozenset()

    def absorb(self, other: Group, most: int) -> None:
        """Takes over another one's events, and at most so many of those that it kept."""
        self.count += other.count
        self.first = min(_known(self.first, other.first), default=None)
        self.last = max(_known(self.last, other.last), default=None)
        self.kept += other.kept[: max(0, min(most, MOST_OF_ONE - len(self.kept)))]
        self.missing = self.missing | other.missing


class Evidence(Keeper):
    """Sees the rows that go into the first transforming command of a search.

    Where that is stats, its BY fields tell which result an event belongs to.
    """

    def __init__(self) -> None:
        self.count = 0
        self._by: list[str] | None = None
        self._groups: dict[Key | None, Group] = {}
        self._kept = 0

    def watch(self, operation: Operation | None, rows: Iterable[AnyItem]) -> Iterator[AnyItem]:
        """The same rows; some of their events are kept."""
        stats = operation if isinstance(operation, Stats) else None
        self._by = stats.by if stats else None
        for item in rows:
            if isinstance(item, Run):
                self._take_run(stats, item)
            else:
                self.count += 1
                file = str(item.pop(FILE, ""))
                for key in _keys(stats, item):
                    self._add(key, item, file)
            yield item

    def _take_run(self, stats: Stats | None, events: Run) -> None:
        self.count += len(events.times)
        for run in events.by(self._by or ()):
            for key in _keys(stats, run.row):
                group = self._seen(key, run.row, len(run.times), run.times.extremes())
                for raw, time in zip(run.raws, run.times, strict=True):
                    if not self._room(group):
                        break
                    row: Row = {**run.row, "_raw": run.text(raw)}
                    self._keep(group, row, time, run.file)

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
        time = _time(row)
        group = self._seen(key, row, 1, () if time is None else (time, time))
        if "_raw" in row and self._room(group):
            self._keep(group, row, time, file)

    def _seen(self, key: Key | None, row: Row, count: int, times: Sequence[float]) -> Group:
        """Counts events of a group. times: of the first and the last, where they have any."""
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group()
        group.count += count
        if times:
            first, last = times
            group.first = first if group.first is None else min(group.first, first)
            group.last = last if group.last is None else max(group.last, last)
        if key is None and self._by is not None:
            group.missing = group.missing | {name for name in self._by if name not in row}
        return group

    def _room(self, group: Group) -> bool:
        return self._kept < MOST_OF_ALL and len(group.kept) < MOST_OF_ONE

    def _keep(self, group: Group, row: Row, time: float | None, file: str) -> None:
        self._kept += 1
        group.kept = (*group.kept, _kept(row, time, file))


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
