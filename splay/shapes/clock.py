"""Times in the two parts in which shapes find them: an hour and the rest, or nothing and all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from splay.store.run import Times

Moment = Callable[[bytes], "float | None"]


class Clock:
    """Times from their two parts. moment: reads a time as the maker of the events does."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._hours: dict[bytes, float | None] = {}

    def hour(self, text: bytes) -> float | None:
        """When an hour begins; None for one that cannot be. b"" is none: then the rest is all."""
        if not text:
            return 0.0
        if text not in self._hours:
            if len(self._hours) > 10_000:
                self._hours.clear()
            self._hours[text] = self._moment(text + b"00:00Z")
        return self._hours[text]

    def time(self, hour: bytes, rest: bytes) -> float | None:
        """The moment; None where there is none such."""
        start = self.hour(hour)
        if start is None or not hour:
            return None if start is None else self._moment(rest)
        seconds = start + 60 * int(rest[:2]) + int(rest[3:5])
        return seconds + float(b"0." + rest[6:]) if len(rest) > 5 else seconds


def whole(time: float) -> int | float:
    """The time as `_time` has it."""
    return int(time) if time.is_integer() else time


@dataclass(frozen=True, slots=True)
class Within(Times):
    """Times within one hour by the rest of each, such as 59:30.25: their order is that of the
    texts. They are read when they are looked at."""

    clock: Clock
    hour: bytes
    rests: list[bytes]

    def __len__(self) -> int:
        return len(self.rests)

    def __iter__(self) -> Iterator[int | float]:
        return map(self._read, self.rests)

    def extremes(self) -> tuple[int | float, int | float]:
        return self._read(min(self.rests)), self._read(max(self.rests))

    def at(self, places: Sequence[int]) -> Times:
        return Within(self.clock, self.hour, [self.rests[place] for place in places])

    def _read(self, rest: bytes) -> int | float:
        return whole(self.clock.time(self.hour, rest) or 0.0)
