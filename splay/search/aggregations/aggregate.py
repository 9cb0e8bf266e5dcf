"""Counts, sums, averages, extremes, deviations.

Source: Search Reference, "Aggregate functions".
"""

from __future__ import annotations

import math
from collections import Counter

from splay.eval.value import to_number, to_text
from splay.rows import Scalar, Value
from splay.search.aggregations.base import Aggregation, plain


class Count(Aggregation):
    def __init__(self) -> None:
        self._count = 0

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._count += len(values)

    def result(self) -> Value:
        return self._count


class DistinctCount(Aggregation):
    """Exact, also for estdc, whose error is then 0."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def add(self, values: list[Scalar], time: float | None) -> None:
        self._seen.update(map(to_text, values))

    def result(self) -> Value:
        return len(self._seen)


class EstimateError(DistinctCount):
    def result(self) -> Value:
        return 0


class Extreme(Aggregation):
    """The largest or smallest value: by number when all values are numbers, else by text."""

    largest = True

    def __init__(self) -> None:
        self._number: int | float | None = None
        self._shown: Scalar = ""
        self._text: str | None = None
        self._mixed = False

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            text = to_text(value)
            if self._text is None or (text > self._text) == self.largest:
                self._text = text
            number = to_number(value)
            if number is None:
                self._mixed = True
            elif self._number is None or (
                number > self._number if self.largest else number < self._number
            ):
                self._number, self._shown = number, value

    def result(self) -> Value | None:
        return self._text if self._mixed or self._number is None else self._shown


class Min(Extreme):
    largest = False


class Numbers(Aggregation):
    """The base of what is computed from the numbers among the values: others are ignored."""

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
    """The variance of a sample, by Welford's method; that of one value is 0."""

    sample = True

    def __init__(self) -> None:
        super().__init__()
        self._mean = self._squares = 0.0

    def take(self, number: int | float) -> None:
        self._count += 1
        step = number - self._mean
        self._mean += step / self._count
        self._squares += step * (number - self._mean)

    def compute(self) -> float:
        divisor = self._count - 1 if self.sample else self._count
        return self._squares / divisor if divisor else 0.0


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
    "range": Range,
    "stdev": Deviation,
    "stdevp": PopulationDeviation,
    "sum": Numbers,
    "sumsq": SumOfSquares,
    "var": Variance,
    "varp": PopulationVariance,
}
