"""Spans: the width of a bin of numbers or of time, as bin, chart and timechart take them.

Spans of a day or more follow the calendar of the user's time zone; shorter ones count from the
start of 1970 in UTC, or from the time that aligntime= names. Where the documentation is silent:
several days, weeks or months are counted from January 1, 1970, so that a week begins on Thursday.
Source: Search Reference, "bin" and "timechart" (Span options, Usage).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TypeAlias

from splay.commands.stats.functions.base import plain
from splay.errors import SplError, UnsupportedError
from splay.spl.args import Word
from splay.spl.timemod import UNIT

_MICRO = {"us": 1, "ms": 1000, "cs": 10_000, "ds": 100_000}
_FIXED = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_SECOND = _FIXED["s"]
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_NOMINAL = {"us": 1 / _SECOND, "d": 86_400, "mon": 2_592_000}
_TIME = re.compile(r"\+?(\d*)([a-z]+)(?:@([a-z]+[0-7]?))?")
_LOG = re.compile(r"(\d+(?:\.\d+)?)?log(\d+(?:\.\d+)?)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_HINT = "Write for example 5m, 1d, 10 or log2"


_CALENDAR = (-62_135_596_800.0, 253_402_300_800.0)  # the years 1 to 9999, in UTC


def in_calendar(time: float) -> bool:
    """Whether a time, epoch seconds, is one of the years that Python's calendar has."""
    return _CALENDAR[0] <= time < _CALENDAR[1]


@dataclass(frozen=True)
class TimeSpan:
    """`count` units. unit: us (microseconds), d (days) or mon (months).

    first: for whole weeks that begin on a day of the week, that day (0 is Sunday).
    """

    count: int
    unit: str
    first: int | None = None

    @property
    def seconds(self) -> int | float:
        """Its length; that of a day is 24 hours, of a month 30 days."""
        return plain(self.count * _NOMINAL[self.unit])

    def start(self, time: float, tz: tzinfo, align: float = 0.0) -> int | float:
        """The start of the bin that holds the time. ValueError: no time of the calendar."""
        if self.unit == "us":
            if not math.isfinite(time * _SECOND):
                raise ValueError(f"{time} is not a time of the calendar")
            base = round(align * _SECOND)
            number = (round(time * _SECOND) - base) // self.count
            return plain((number * self.count + base) / _SECOND)
        return self._midnight(self._number(time, tz) // self.count * self.count, tz)

    def after(self, start: float, tz: tzinfo) -> int | float:
        """The start of the next bin. ValueError as above."""
        if self.unit == "us":
            return plain((round(start * _SECOND) + self.count) / _SECOND)
        return self._midnight(self._number(start, tz) + self.count, tz)

    def _number(self, time: float, tz: tzinfo) -> int:
        """Which day or month it is, counted from 1970 (of weeks: from the first day of one)."""
        try:
            local = datetime.fromtimestamp(time, tz)
        except (OverflowError, OSError) as error:
            raise ValueError(f"{time} is not a time of the calendar") from error
        if self.unit == "mon":
            return (local.year - 1970) * 12 + local.month - 1
        return local.toordinal() - _EPOCH_DAY + self._shift()

    def _shift(self) -> int:
        thursday = 4  # January 1, 1970
        return 0 if self.first is None else (thursday - self.first) % 7

    def _midnight(self, number: int, tz: tzinfo) -> int | float:
        try:
            if self.unit == "mon":
                year, month = divmod(number, 12)
                return plain(datetime(1970 + year, month + 1, 1, tzinfo=tz).timestamp())
            day = date.fromordinal(number - self._shift() + _EPOCH_DAY)
            return plain(datetime(day.year, day.month, day.day, tzinfo=tz).timestamp())
        except OverflowError as error:
            raise ValueError(f"{number} is no {self.unit} of the calendar") from error


@dataclass(frozen=True)
class NumberSpan:
    """A width in numbers; for _time in seconds."""

    width: Decimal

    def as_time(self) -> TimeSpan:
        return TimeSpan(int(self.width * _SECOND), "us")


@dataclass(frozen=True)
class LogSpan:
    """Bins from coefficient * base ** n to coefficient * base ** (n + 1)."""

    coefficient: float
    base: float


Span: TypeAlias = TimeSpan | NumberSpan | LogSpan

AUTOMATIC = (
    *(TimeSpan(seconds * _SECOND, "us") for seconds in (1, 5, 10, 30, 60, 300, 600, 1800, 3600)),
    TimeSpan(1, "d"),
    TimeSpan(1, "mon"),
)
"""The spans that are chosen from where none is given."""


def read_span(word: Word) -> Span:
    """The span that the word is. SplError: none; UnsupportedError: a snap that is not supported."""
    text = word.text.lower()
    if _NUMBER.fullmatch(text) and Decimal(text) >= Decimal(1) / _SECOND:
        return NumberSpan(Decimal(text))
    if log := _LOG.fullmatch(text):
        return _log_span(word, float(log[1] or 1), float(log[2] or 10))
    time = _TIME.fullmatch(text)
    unit = None if time is None else UNIT.get(time[2], time[2] if time[2] in _MICRO else None)
    if time is None or unit is None or time[1].strip("0") == "" != time[1]:
        raise SplError(f"{word.text!r} is not a span", at=word.at, hint=_HINT)
    count = int(time[1] or 1)
    if unit in _MICRO:
        return _subsecond(word, count * _MICRO[unit])
    span = _time_span(count, unit)
    return span if time[3] is None else _snapped(word, span, unit, time[3])


def read_time_span(word: Word) -> TimeSpan:
    """A span of time; a number alone is seconds."""
    span = read_span(word)
    if isinstance(span, NumberSpan):
        return span.as_time()
    if isinstance(span, LogSpan):
        raise SplError(f"{word.text!r} is not a span of time", at=word.at, hint="Write for ex. 5m")
    return span


def _log_span(word: Word, coefficient: float, base: float) -> LogSpan:
    if base <= 1 or not 1 <= coefficient < base:
        hint = "Write the base above 1, and before log a number from 1 to below the base"
        raise SplError(f"{word.text!r} is not a span", at=word.at, hint=hint)
    return LogSpan(coefficient, base)


def _time_span(count: int, unit: str) -> TimeSpan:
    if unit in _FIXED:
        return TimeSpan(count * _FIXED[unit], "us")
    if unit in _DAYS:
        return TimeSpan(count * _DAYS[unit], "d")
    return TimeSpan(count * _MONTHS[unit], "mon")


def _subsecond(word: Word, micro: int) -> TimeSpan:
    if micro >= _SECOND or _SECOND % micro:
        hint = "Write one that divides a second evenly, such as 100ms"
        raise SplError(f"{word.text!r} is no part of a second", at=word.at, hint=hint)
    return TimeSpan(micro, "us")


def _snapped(word: Word, span: TimeSpan, unit: str, snap: str) -> TimeSpan:
    """`1w@w1`: weeks from a day of the week. A snap to the unit itself changes nothing, where
    the unit is one of the calendar or divides the hour."""
    week = re.fullmatch(r"w([0-7])", snap)
    if week and span.unit == "d" and span.count % 7 == 0:
        return TimeSpan(span.count, "d", int(week[1]) % 7)
    if snap != "w" and UNIT.get(snap) == unit and unit != "h" and span == _time_span(1, unit):
        return span
    hint = "Write a span without @, or one such as 1w@w1"
    raise UnsupportedError(f"the span {word.text!r} is not supported", at=word.at, hint=hint)


def automatic_span(low: float, high: float, bins: int, least: TimeSpan | None) -> TimeSpan | None:
    """The smallest automatic span, not below `least`, with which the range has at most `bins`
    bins; None when there is none."""
    for span in AUTOMATIC:
        if (high - low) / span.seconds <= bins and (least is None or span.seconds >= least.seconds):
            return span
    return None


def automatic_width(
    low: float, high: float, bins: int, least: Decimal | None, *, beyond: bool
) -> Decimal:
    """The smallest power of ten, not below `least`, with which the range has at most `bins` bins.

    beyond: the range ends before `high`. Source: Search Manual, "Search using time bins and spans".
    """
    lowest, highest = Decimal(repr(float(low))), Decimal(repr(float(high)))
    # Of decimals: the difference of two numbers may be more than a number can be.
    power = ((highest - lowest) / bins).adjusted() if high > low else 0
    if least is not None:
        power = max(power, math.ceil(least.log10()))
    while True:
        width = Decimal(10) ** power
        last = math.ceil(highest / width) - 1 if beyond else math.floor(highest / width)
        if last - math.floor(lowest / width) < bins:
            return width
        power += 1
