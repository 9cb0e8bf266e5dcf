"""Values and times of the earliest and latest rows, by _time.

Source: Search Reference, "Time functions".
"""

from __future__ import annotations

from splay.commands.stats.functions.base import Aggregation, plain
from splay.eval.value import to_number
from splay.rows import Scalar, Value


class Latest(Aggregation):
    """The value of the row with the largest _time; of several, the first."""

    timed = True
    order_free = False
    later = True

    def __init__(self) -> None:
        self._time: float | None = None
        self._value: Scalar | None = None

    def add(self, values: list[Scalar], time: float | None) -> None:
        if time is None:
            return
        if self._time is None or (time > self._time if self.later else time < self._time):
            self._time, self._value = time, values[0]

    def result(self) -> Value | None:
        return self._value


class Earliest(Latest):
    later = False


class LatestTime(Latest):
    order_free = True

    def result(self) -> Value | None:
        return None if self._time is None else plain(self._time)


class EarliestTime(LatestTime):
    later = False


class Rate(Aggregation):
    """(latest value - earliest value) / (latest time - earliest time)."""

    timed = True
    order_free = False

    def __init__(self) -> None:
        self._first, self._last = Earliest(), Latest()
        self._first_time, self._last_time = EarliestTime(), LatestTime()

    def add(self, values: list[Scalar], time: float | None) -> None:
        for part in (self._first, self._last, self._first_time, self._last_time):
            part.add(values, time)

    def result(self) -> Value | None:
        first, last = to_number(self._first.result()), to_number(self._last.result())
        start, end = to_number(self._first_time.result()), to_number(self._last_time.result())
        if first is None or last is None or start is None or end is None or start == end:
            return None
        return plain((last - first) / (end - start))


TABLE: dict[str, type[Aggregation]] = {
    "earliest": Earliest,
    "earliest_time": EarliestTime,
    "latest": Latest,
    "latest_time": LatestTime,
    "rate": Rate,
}
