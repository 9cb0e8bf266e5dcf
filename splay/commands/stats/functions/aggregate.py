"""Counts, sums, averages, extremes, deviations.

Source: Search Reference, "Aggregate functions".
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import Counter
from operator import gt, lt

from splay.commands.stats.functions.base import Aggregation, plain
from splay.commands.stats.functions.columns import Counts, Extremes, Sets, goes_before
from splay.eval.value import to_number, to_text
from splay.rows import Scalar, Value
from splay.store.run import Times


class Count(Aggregation):
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._count += len(values)

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self._count += len(values) * count

    def add_each(self, numbers: Times) -> None:
        self._count += len(numbers)

    def column(self) -> Counts:
        return Counts()

    def result(self) -> Value:
        return self._count


class Distinct(Aggregation):
    """The base of what looks at each value once."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._seen.update(map(to_text, values))

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self.add(values, None)

    def column(self) -> Sets:
        return Sets(self.told)

    @staticmethod
    @abstractmethod
    def told(seen: set[str]) -> Value | None:
        """The result of these values."""

    def result(self) -> Value | None:
        return self.told(self._seen)


class DistinctCount(Distinct):
    """Exact, also for estdc, whose error is then 0."""

    __slots__ = ()

    @staticmethod
    def told(seen: set[str]) -> Value:
        return len(seen)


class EstimateError(Distinct):
    __slots__ = ()

    @staticmethod
    def told(seen: set[str]) -> Value:
        return 0


class Extreme(Aggregation):
    """The largest value: the largest number if there is one, else text by its characters (measured
    on Splunk 10.4.2; the page has it by characters wherever there is text). Of equal numbers that
    are written differently the result is the same whatever the order of the rows."""

    __slots__ = ("_value",)

    beats = staticmethod(gt)

    def __init__(self) -> None:
        self._value: Scalar | None = None

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            if self._value is None or goes_before(value, self._value, self.beats):
                self._value = value

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        self.add(values, None)

    def add_each(self, numbers: Times) -> None:
        self.add([*numbers.extremes()], None)

    def column(self) -> Extremes:
        return Extremes(self.beats)

    def result(self) -> Value | None:
        return self._value


class Min(Extreme):
    """The smallest value, in the same order."""

    __slots__ = ()

    beats = staticmethod(lt)


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
