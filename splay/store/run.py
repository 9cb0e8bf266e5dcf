"""Events that have the same fields, but for their times and some texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

from splay.rows import Row


class Times(ABC):
    """The times of one or more events, epoch seconds, each as `_time` has it, in no order."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __iter__(self) -> Iterator[int | float]: ...

    @abstractmethod
    def extremes(self) -> tuple[int | float, int | float]:
        """The first and the last."""

    @abstractmethod
    def at(self, places: Sequence[int]) -> Times:
        """Those at these places."""

    def read(self) -> Times:
        """The same, of which to look at one costs nothing."""
        return self


@dataclass(frozen=True, slots=True)
class Listed(Times):
    """Times one by one."""

    times: Sequence[int | float]

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[int | float]:
        return iter(self.times)

    def extremes(self) -> tuple[int | float, int | float]:
        return min(self.times), max(self.times)

    def at(self, places: Sequence[int]) -> Times:
        return Listed([self.times[place] for place in places])


@dataclass(frozen=True, slots=True)
class Repeated(Times):
    """So many events whose times nobody asks for; `time` is that of one of them."""

    time: int | float
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int | float]:
        return repeat(self.time, self.count)

    def extremes(self) -> tuple[int | float, int | float]:
        return self.time, self.time

    def at(self, places: Sequence[int]) -> Times:
        return Repeated(self.time, len(places))


@dataclass(frozen=True, slots=True)
class Moments(Times):
    """Times as an index holds them: doubles."""

    times: array[float]

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[int | float]:
        return map(as_time, self.times)

    def extremes(self) -> tuple[int | float, int | float]:
        return as_time(min(self.times)), as_time(max(self.times))

    def at(self, places: Sequence[int]) -> Times:
        return Moments(array("d", [self.times[place] for place in places]))


def as_time(moment: float) -> int | float:
    """Seconds since 1970 as `_time` has them."""
    return int(moment) if moment.is_integer() else moment


@dataclass(frozen=True, slots=True)
class Run:
    """row: the fields, `_time` among them, which stands for all times. columns: of the fields that
    are not the same for all, the text of each event.

    raws, file, text, event: the events as they stand in the file, its path, what makes text of
    them, and what makes such an event, given its time; where they are asked for.
    """

    row: Row
    times: Times
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    raws: Sequence[bytes] = ()
    file: str = ""
    text: Callable[[bytes], str] = bytes.decode
    event: Callable[[bytes, float], Any] | None = None  # an Event, which knows of runs

    def rows(self) -> Iterator[Row]:
        """The events, each with a row of its own."""
        row_at = self.row_at()
        for place, time in enumerate(self.times):
            yield row_at(place, time)

    def row_at(self) -> Callable[[int, int | float], Row]:
        """What makes the row of one event, of its place and its time."""
        lists = [name for name, value in self.row.items() if isinstance(value, list)]
        columns = list(self.columns.items())

        def made(place: int, time: int | float) -> Row:
            row = dict(self.row)
            row["_time"] = time
            for name in lists:
                row[name] = [*row[name]]  # type: ignore[misc]
            for name, texts in columns:
                row[name] = texts[place]
            return row

        return made

    def at(self, places: Sequence[int]) -> Run:
        """The events at these places."""
        columns = {name: [texts[place] for place in places] for name, texts in self.columns.items()}
        raws = [self.raws[place] for place in places] if self.raws else ()
        return replace(self, times=self.times.at(places), columns=columns, raws=raws)

    def by(self, names: Iterable[str]) -> Iterator[Run]:
        """The events in runs in each of which these fields are the same for all; the others of
        the columns are left out."""
        chosen = [name for name in names if name in self.columns]
        if not chosen:
            yield replace(self, columns={})
            return
        times = self.times.read()
        found: dict[tuple[str, ...], list[int]] = {}
        for place, texts in enumerate(zip(*(self.columns[name] for name in chosen), strict=True)):
            if texts in found:
                found[texts].append(place)
            else:
                found[texts] = [place]
        for texts, places in found.items():
            row = dict(self.row)
            row.update(zip(chosen, texts, strict=True))
            raws = [self.raws[place] for place in places] if self.raws else ()
            yield replace(self, row=row, times=times.at(places), columns={}, raws=raws)


def each(items: Iterable[Row | Run]) -> Iterator[Row]:
    """A row for every event."""
    for item in items:
        if isinstance(item, Run):
            yield from item.rows()
        else:
            yield item
