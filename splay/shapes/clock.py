"""Times in the two parts in which shapes find them: an hour and the rest, or nothing and all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from splay.store.run import Listed, Times

Moment = Callable[[bytes], "float | None"]
_SECONDS = {f"{n // 60:02}:{n % 60:02}": n for n in range(3600)}


class Clock:
    """Times from their two parts. moment: reads a time as the maker of the events does."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._hours: dict[str, float | None] = {}

    def hour(self, text: str) -> float | None:
        """When an hour begins; None for one that cannot be."""
        if text not in self._hours:
            if len(self._hours) > 10_000:
                self._hours.clear()
            self._hours[text] = self._moment(f"{text}00:00Z".encode())
        return self._hours[text]

    def time(self, hour: str, rest: str) -> float | None:
        """The moment; None where there is none such. hour: "" where the rest is all."""
        if not hour:
            return self._moment(rest.encode())
        start = self.hour(hour)
        return None if start is None else self._within(start, rest)

    def times(self, hour: str, rests: Sequence[str]) -> list[float]:
        """The moments of texts of which each is one."""
        start = self.hour(hour) if hour else None
        if start is None:
            return [self._moment(rest.encode()) or 0.0 for rest in rests]
        return [self._within(start, rest) for rest in rests]

    @staticmethod
    def _within(start: float, rest: str) -> float:
        return start + _SECONDS[rest[:5]] + float("0" + rest[5:])


def whole(time: float) -> int | float:
    """The time as `_time` has it."""
    return int(time) if time.is_integer() else time


@dataclass(frozen=True, slots=True)
class Within(Times):
    """Times within one hour by the rest of each, such as 59:30.25: their order is that of the
    texts. They are read when they are looked at."""

    clock: Clock
    hour: str
    rests: list[str]

    def __len__(self) -> int:
        return len(self.rests)

    def __iter__(self) -> Iterator[int | float]:
        return map(whole, self.clock.times(self.hour, self.rests))

    def extremes(self) -> tuple[int | float, int | float]:
        first, last = self.clock.times(self.hour, [min(self.rests), max(self.rests)])
        return whole(first), whole(last)

    def at(self, places: Sequence[int]) -> Times:
        return Within(self.clock, self.hour, [self.rests[place] for place in places])

    def read(self) -> Times:
        return Listed([*self])
