"""trendline: simple, weighted and exponential moving averages. Source: Search Reference,
"trendline".

EMA(t) = alpha * EMA(t-1) + (1 - alpha) * field(t), with alpha = 2 / (period + 1): as the page has
it, although the usual formula has the two factors the other way round. WMA weights the newest of
the period's values with the period, the oldest with 1. Where the documentation is silent: there is
no average before the period is full, EMA begins with the simple average of the first period, and
a row without a number has none and does not count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions.base import plain
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args

_TYPE = re.compile(r"(sma|ema|wma)(\d+)", re.IGNORECASE)
_PERIODS = range(2, 10_001)
Average = Callable[[float], float | None]


@dataclass(frozen=True)
class Trend:
    kind: str
    period: int
    name: str
    target: str

    def average(self) -> Average:
        """What takes the next number and gives the average, once there is one."""
        window: deque[float] = deque(maxlen=self.period)
        if self.kind == "ema":
            return _exponential(self.period, window)
        weights = range(1, self.period + 1) if self.kind == "wma" else [1] * self.period

        def moving(number: float) -> float | None:
            window.append(number)
            if len(window) < self.period:
                return None
            return sum(w * n for w, n in zip(weights, window, strict=True)) / sum(weights)

        return moving


def _exponential(period: int, window: deque[float]) -> Average:
    alpha = 2 / (period + 1)
    before: float | None = None

    def moving(number: float) -> float | None:
        nonlocal before
        if before is not None:
            before = alpha * before + (1 - alpha) * number
            return before
        window.append(number)
        if len(window) == period:
            before = sum(window) / period
        return before

    return moving


class Trendline(Operation):
    kind = Kind.CENTRALIZED

    def __init__(self, trends: list[Trend]) -> None:
        self._trends = trends

    @classmethod
    def parse(cls, args: Args) -> Self:
        trends: list[Trend] = []
        while not args.done():
            trends.append(_read_trend(args))
            args.punct(",")
        if not trends:
            raise args.error("a trend is missing", hint="Write, such as: sma5(count) AS average")
        return cls(trends)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        averages = [(trend, trend.average()) for trend in self._trends]
        for row in rows:
            for trend, average in averages:
                number = to_number(row.get(trend.name))
                value = None if number is None else average(float(number))
                if value is not None:
                    row[trend.target] = plain(value)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(trend.name for trend in self._trends)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        return list(dict.fromkeys([*before, *(trend.target for trend in self._trends)]))


def _read_trend(args: Args) -> Trend:
    word = args.word("a trend")
    match = _TYPE.fullmatch(word.text)
    if match is None or int(match[2]) not in _PERIODS:
        hint = "Write sma, ema or wma and a period from 2 to 10000, such as sma5(count)"
        raise args.error(f"{word.text!r} is not a trend", at=word.at, hint=hint)
    if not args.punct("("):
        raise args.error("the ( of a field is missing", hint=f"Write {word.text}(FIELD)")
    name = args.word("a field").text
    if not args.punct(")"):
        raise args.error("the ) is missing", hint=f"Write {word.text}({name})")
    target = args.word("the new name").text if args.take("AS") else f"{word.text}({name})"
    return Trend(match[1].lower(), int(match[2]), name, target)


COMMAND = Trendline
