"""Counts, sums, averages, extremes, deviations.

Source: Search Reference, "Aggregate functions".
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Self

from splay.commands.stats.functions.base import Aggregation, plain
from splay.eval.value import to_number, to_text
from splay.rows import Scalar, Value
from splay.store.run import Times


class Count(Aggregation):
    __slots__ = ("_count",)

    mergeable = True

    def __init__(self) -> None:
        self._count = 0

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._count += len(values)

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self._count += len(values) * count

    def add_each(self, numbers: Times) -> None:
        self._count += len(numbers)

    def merge(self, other: Self) -> None:
        self._count += other._count

    def state(self) -> int:
        return self._count

    @classmethod
    def of(cls, state: int) -> Self:
        made = cls()
        made._count = state
        return made

    def result(self) -> Value:
        return self._count


class Distinct(Aggregation):
    """The base of what looks at each value once."""

    __slots__ = ("_seen",)

    mergeable = True

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._seen.update(map(to_text, values))

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self.add(values, None)

    def merge(self, other: Self) -> None:
        self._seen |= other._seen

    def state(self) -> set[str]:
        return self._seen

    @classmethod
    def of(cls, state: set[str]) -> Self:
        made = cls()
        made._seen = state
        return made


class DistinctCount(Distinct):
    """Exact, also for estdc, whose error is then 0."""

    __slots__ = ()

    def result(self) -> Value:
        return len(self._seen)


class EstimateError(DistinctCount):
    __slots__ = ()

    def result(self) -> Value:
        return 0


class Extreme(Aggregation):
    """The largest value: the largest number if there is one, else text by its characters (measured
    on Splunk 10.4.2; the page has it by characters wherever there is text). Of equal numbers that
    are written differently the result is the same whatever the order of the rows."""

    __slots__ = ("_number", "_shown", "_text")

    mergeable = True

    def __init__(self) -> None:
        self._number: int | float | None = None
        self._shown: Scalar = ""
        self._text: str | None = None

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            number = to_number(value)
            if number is None:
                text = to_text(value)
                if self._text is None or self.beats(text, self._text):
                    self._text = text
            elif self._number is None or self.beats(number, self._number):
                self._number, self._shown = number, value
            elif number == self._number and self.beats(to_text(value), to_text(self._shown)):
                self._shown = value

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self.add(values, None)

    def add_each(self, numbers: Times) -> None:
        self.add([*numbers.extremes()], None)

    def merge(self, other: Self) -> None:
        seen = (other._text, other._shown if other._number is not None else None)
        self.add([value for value in seen if value is not None], None)

    def state(self) -> tuple[int | float | None, Scalar, str | None]:
        return self._number, self._shown, self._text

    @classmethod
    def of(cls, state: tuple[int | float | None, Scalar, str | None]) -> Self:
        made = cls()
        made._number, made._shown, made._text = state
        return made

    @staticmethod
    def beats(one: Any, other: Any) -> bool:
        """Whether the first of two numbers, or of two texts, is to be preferred."""
        return bool(one > other)

    def result(self) -> Value | None:
        return self._text if self._number is None else self._shown


class Min(Extreme):
    """The smallest value, in the same order."""

    __slots__ = ()

    @staticmethod
    def beats(one: Any, other: Any) -> bool:
        return bool(one < other)


class Numbers(Aggregation):
    """The base of what is computed from the numbers among the values: others are ignored."""

    numeric = True

    def __init__(self) -> None:
        self._count = 0
        self._sum: int | float = 0

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            number = to_number(value)
            if number is not None:
                self.take(number)

    def take(self, number: int | float) -> None:
        self._count += 1
        self._sum += number

    def result(self) -> Value | None:
        return plain(self.compute()) if self._count else None

    def compute(self) -> int | float:
        return self._sum


class PerSecond(Numbers):
    per = 1


class PerMinute(Numbers):
    per = 60


class PerHour(Numbers):
    per = 3600


class PerDay(Numbers):
    per = 86_400


class Average(Numbers):
    def compute(self) -> float:
        return self._sum / self._count


class SumOfSquares(Numbers):
    def take(self, number: int | float) -> None:
        super().take(number * number)


class Range(Numbers):
    def __init__(self) -> None:
        super().__init__()
        self._low, self._high = math.inf, -math.inf

    def take(self, number: int | float) -> None:
        self._count += 1
        self._low, self._high = min(self._low, number), max(self._high, number)

    def compute(self) -> float:
        return self._high - self._low


class Variance(Numbers):
    """The variance of a sample, from the sum and the sum of squares in doubles: so come the digits
    that the documentation shows (sumsq). That of one value is 0."""

    sample = True

    def __init__(self) -> None:
        super().__init__()
        self._squares = 0.0

    def take(self, number: int | float) -> None:
        super().take(number)
        self._squares += float(number) * number

    def compute(self) -> float:
        divisor = self._count - 1 if self.sample else self._count
        mean = self._sum / self._count
        deviations = max(0.0, self._squares - mean * float(self._sum))
        return deviations / divisor if divisor else 0.0


class PopulationVariance(Variance):
    sample = False


class Deviation(Variance):
    def compute(self) -> float:
        return math.sqrt(super().compute())


class PopulationDeviation(PopulationVariance):
    def compute(self) -> float:
        return math.sqrt(super().compute())


class Mode(Aggregation):
    """The most frequent value; of several, the first that was seen."""

    order_free = False

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._counts.update(map(to_text, values))

    def result(self) -> Value | None:
        return self._counts.most_common(1)[0][0] if self._counts else None


TABLE: dict[str, type[Aggregation]] = {
    "avg": Average,
    "c": Count,
    "count": Count,
    "dc": DistinctCount,
    "distinct_count": DistinctCount,
    "estdc": DistinctCount,
    "estdc_error": EstimateError,
    "max": Extreme,
    "mean": Average,
    "min": Min,
    "mode": Mode,
    "per_day": PerDay,
    "per_hour": PerHour,
    "per_minute": PerMinute,
    "per_second": PerSecond,
    "range": Range,
    "stdev": Deviation,
    "stdevp": PopulationDeviation,
    "sum": Numbers,
    "sumsq": SumOfSquares,
    "var": Variance,
    "varp": PopulationVariance,
}
