"""Percentiles and the median. Source: Search Reference, "Aggregate functions" (perc, median).

By the nearest rank, as documented for up to 1,000 distinct values; here always, so that exactperc
and upperperc are the same as perc. The median of an even number of values is the higher middle one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from splay.eval.value import to_number
from splay.rows import Scalar, Value
from splay.search.aggregations.base import Aggregation, plain

NAMES = ("median", "perc<N>", "p<N>", "exactperc<N>", "upperperc<N>")
_NAME = re.compile(r"(?:perc|p|exactperc|upperperc)(\d+(?:\.\d+)?)")


class Percentile(Aggregation):
    """percent: 0 to 100; None for the median."""

    def __init__(self, percent: Fraction | None) -> None:
        self._percent = percent
        self._numbers: list[int | float] = []

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            number = to_number(value)
            if number is not None:
                self._numbers.append(number)

    def result(self) -> Value | None:
        count = len(self._numbers)
        if not count:
            return None
        if self._percent is None:
            return plain(sorted(self._numbers)[count // 2])
        rank = max(1, math.ceil(self._percent * count / 100))
        return plain(sorted(self._numbers)[rank - 1])


def find(name: str) -> Callable[[], Aggregation] | None:
    """The percentile of that name, such as p95; None when it is no percentile's name."""
    if name == "median":
        return partial(Percentile, None)
    match = _NAME.fullmatch(name)
    if match is None or Fraction(match[1]) > 100:
        return None
    return partial(Percentile, Fraction(match[1]))
