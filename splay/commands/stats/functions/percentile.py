"""Percentiles and the median.

Percentiles are interpolated: of the sorted values, counted from 0, the one at percent / 100 *
(count - 1), a fraction lying between two of them. The median is the mean of the middle pair; of two
whole numbers a half goes up, so that 1 and 2 give 2. So measured on Splunk 9 and 10.4.2. With
perc_method = nearest-rank, in the stanza [stats] of an app's limits.conf, the value at
floor(percent / 100 * count) is taken, and the median is the 50th percentile: of a pair the higher.
All values are looked at, so that perc, exactperc and upperperc agree.
Source: Admin Manual, limits.conf (perc_method); Search Reference, "Aggregate functions".
"""

from __future__ import annotations

import math
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
    nearest = False

    def __init__(self, percent: Fraction) -> None:
        self._percent = percent
        self._numbers: list[int | float] = []

    def add(self, values: list[Scalar], time: float | None) -> None:
        for value in values:
            number = to_number(value)
            if number is not None:
                self._numbers.append(number)

    def result(self) -> Value | None:
        if not self._numbers:
            return None
        ordered = sorted(self._numbers)
        return plain(self._nearest(ordered) if self.nearest else self._between(ordered))

    def _nearest(self, ordered: list[int | float]) -> int | float:
        rank = int(self._percent * len(ordered) / 100)
        return ordered[min(rank, len(ordered) - 1)]

    def _between(self, ordered: list[int | float]) -> int | float:
        place = self._percent * (len(ordered) - 1) / 100
        low = int(place)
        share = place - low
        return ordered[low] if not share else _mixed(ordered[low], ordered[low + 1], share)


class Median(Percentile):
    """The 50th percentile, but that a half between two whole numbers goes up."""

    def __init__(self) -> None:
        super().__init__(Fraction(50))

    def _between(self, ordered: list[int | float]) -> int | float:
        found = super()._between(ordered)
        pair = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        whole = all(isinstance(value, int) for value in pair)
        return math.ceil(found) if whole else found


class NearestPercentile(Percentile):
    """By the nearest rank."""

    nearest = True


def _mixed(low: int | float, high: int | float, share: Fraction) -> int | float:
    """The number between the two, in decimal: half way from 1.2 to 1.4 is 1.3."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return low
    least, most = Fraction(repr(low)), Fraction(repr(high))
    return float(least + (most - least) * share)


def find(name: str) -> Callable[[], Aggregation] | None:
    """The percentile of that name, such as p95; None when it is no percentile's name."""
    if name == "median":
        return Median
    match = _NAME.fullmatch(name)
    if match is None or Fraction(match[1]) > 100:
        return None
    return partial(Percentile, Fraction(match[1]))


def nearest(name: str) -> Callable[[], Aggregation] | None:
    """The same by the nearest rank."""
    match = _NAME.fullmatch("p50" if name == "median" else name)
    return None if match is None else partial(NearestPercentile, Fraction(match[1]))
