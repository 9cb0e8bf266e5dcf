"""Percentiles and the median.

By the nearest rank as limits.conf defines it ([stats] perc_method: of the sorted values the one
at floor(percent / 100 * count), counted from 0), which is documented for up to 1,000 distinct
values; here always, so that exactperc and upperperc are the same as perc. The median is the 50th
percentile: of an even number of values the higher middle one.
Source: Search Reference, "Aggregate functions" (perc, median); Admin Manual, limits.conf.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from splay.commands.stats.functions.base import Aggregation, plain
from splay.eval.value import to_number
from splay.rows import Scalar, Value

NAMES = ("median", "perc<N>", "p<N>", "exactperc<N>", "upperperc<N>")
_NAME = re.compile(r"(?:perc|p|exactperc|upperperc)(\d+(?:\.\d+)?)")


class Percentile(Aggregation):
    """percent: 0 to 100."""

    numeric = True

    def __init__(self, percent: Fraction) -> None:
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
        rank = min(int(self._percent * count / 100), count - 1)
        return plain(sorted(self._numbers)[rank])


def find(name: str) -> Callable[[], Aggregation] | None:
    """The percentile of that name, such as p95; None when it is no percentile's name."""
    if name == "median":
        return partial(Percentile, Fraction(50))
    match = _NAME.fullmatch(name)
    if match is None or Fraction(match[1]) > 100:
        return None
    return partial(Percentile, Fraction(match[1]))
