"""What puts values into bins: the options that bin, chart and timechart share, and the bins.

Source: Search Reference, "bin", "chart" (Bin options), "timechart" (Bin options).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from splay.commands.charting.spans import (
    LogSpan,
    NumberSpan,
    Span,
    TimeSpan,
    automatic_span,
    automatic_width,
    read_span,
)
from splay.commands.operation import Context
from splay.commands.stats.functions.base import plain
from splay.errors import UnsupportedError
from splay.eval.value import as_list, from_list, to_number, to_text
from splay.rows import Scalar, Value
from splay.spl.args import Args, Word, as_int
from splay.spl.timemod import resolve

NAMES = ("bins", "span", "minspan", "start", "end", "aligntime")
TIME = "_time"
DEFAULT_BINS = 100

_HOUR = 3600


class Bins(ABC):
    """Bins in order. A bin is known by its lower bound, and shown by its label."""

    @abstractmethod
    def lower(self, value: int | float) -> Any:
        """The lower bound of the bin that holds the number. ValueError: there is none."""

    @abstractmethod
    def label(self, lower: Any) -> Scalar:
        """What the bin's values become."""

    def bound(self, value: Scalar) -> Any:
        """The lower bound for a value; None when it is no number."""
        number = to_number(value)
        try:
            return None if number is None or not math.isfinite(number) else self.lower(number)
        except ValueError:
            return None

    def beyond(self, value: Scalar) -> bool:
        """Whether it is a number for which there is no bin."""
        return to_number(value) is not None and self.bound(value) is None

    def of(self, value: Value | None) -> Value | None:
        """The value with each number replaced by its bin's label; other values stay."""
        found: list[Scalar] = []
        for item in as_list(value):
            bound = self.bound(item)
            found.append(item if bound is None else self.label(bound))
        return from_list(found)


class ContinuousBins(Bins):
    """Bins of which each has a next one, so that gaps can be filled."""

    @abstractmethod
    def after(self, lower: Any) -> Any:
        """The lower bound of the next bin."""


@dataclass(frozen=True)
class TimeBins(ContinuousBins):
    """Bins of time, labelled with their start in epoch seconds."""

    span: TimeSpan
    tz: tzinfo
    align: float = 0.0

    def lower(self, value: int | float) -> int | float:
        return self.span.start(value, self.tz, self.align)

    def holds_all(self, low: float, high: float) -> bool:
        """Whether all times between two of the same bin are in it. Days may come twice where clocks
        are put back."""
        if self.span.unit == "us":
            return True
        offsets = {datetime.fromtimestamp(time, self.tz).utcoffset() for time in (low, high)}
        return high - low <= _HOUR and len(offsets) == 1

    def label(self, lower: Any) -> Scalar:
        number: int | float = lower
        return number

    def after(self, lower: Any) -> int | float:
        try:
            return self.span.after(lower, self.tz)
        except ValueError:  # the calendar ends before
            return math.inf


@dataclass(frozen=True)
class WidthBins(ContinuousBins):
    """Bins of one width, labelled such as 10-20."""

    width: Decimal

    def lower(self, value: int | float) -> Decimal:
        exact = Decimal(to_text(value))
        return (exact / self.width).to_integral_value(ROUND_FLOOR) * self.width + 0

    def label(self, lower: Any) -> Scalar:
        return f"{self._shown(lower)}-{self._shown(lower + self.width)}"

    def _shown(self, number: Decimal) -> str:
        """With as many decimals as the width has: 1.0-1.5 (measured on Splunk 10.4.2)."""
        return f"{number:.{max(0, -int(self.width.as_tuple().exponent))}f}"

    def after(self, lower: Any) -> Decimal:
        return lower + self.width  # type: ignore[no-any-return]


@dataclass(frozen=True)
class LogBins(Bins):
    """Bins of powers, labelled such as 4-8; 0 is a bin of its own, and a negative number lies
    as its positive one does."""

    span: LogSpan

    def lower(self, value: int | float) -> float:
        size = abs(value)
        if not size:
            return 0.0
        step = math.floor(math.log(size / self.span.coefficient, self.span.base))
        while self._power(step + 1) <= size:
            step += 1
        while self._power(step) > size:
            step -= 1
        return math.copysign(self._power(step), value)

    def _power(self, step: int) -> float:
        try:
            return float(self.span.coefficient * self.span.base**step)
        except OverflowError:
            return math.inf

    def label(self, lower: Any) -> Scalar:
        if not lower:
            return "0"
        beyond = lower * self.span.base
        near = to_text(plain(lower))
        far = to_text(plain(beyond)) if math.isfinite(beyond) else to_text(beyond)
        return f"{near}-{far}" if lower > 0 else f"{far}-{near}"


@dataclass
class BinOptions:
    """The options as written. `first`: where the first of them stands; None without any."""

    bins: int | None = None
    span: Span | None = None
    minspan: Span | None = None
    start: float | None = None
    end: float | None = None
    align: Word | None = None
    first: int | None = None

    def read(self, args: Args) -> bool:
        """Consumes one of the options if it is next."""
        option = args.option(*NAMES)
        if option is None:
            return False
        name, word = option
        self.first = word.at if self.first is None else self.first
        if name == "bins":
            self.bins = as_int(word)
            if self.bins < 2:
                raise args.error("bins is less than 2", at=word.at, hint="Write 2 or more")
        elif name in ("span", "minspan"):
            setattr(self, name, read_span(word))
        elif name == "aligntime":
            self.align = word
        else:
            number = to_number(word.text)
            if number is None:
                raise args.error(f"{name} is not a number", at=word.at, hint="Write such as 1000")
            setattr(self, name, float(number))
        return True

    def make(
        self, field: str, values: Iterable[Scalar], context: Context, bins: int, at: int
    ) -> Bins:
        """The bins. values: all that go into them, read only where no span is given.

        UnsupportedError: the range is too wide for the number of bins.
        """
        span = self.span
        if isinstance(span, NumberSpan) and field == TIME:
            span = span.as_time()
        if isinstance(span, LogSpan):
            return LogBins(span)
        if isinstance(span, NumberSpan):
            return WidthBins(span.width)
        if span is None:
            found = (to_number(value) for value in values)
            numbers = [one for one in found if one is not None and math.isfinite(one)]
            low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
            if field != TIME and not isinstance(self.minspan, TimeSpan):
                whole = self.bins is None and all(isinstance(number, int) for number in numbers)
                return self._by_width(low, high, self.bins or bins, whole=whole)
            span = self.time_span(low, high, self.bins or bins, at)
        return TimeBins(span, context.tz, self.alignment(context))

    def _by_width(self, low: float, high: float, bins: int, *, whole: bool) -> Bins:
        """whole: bins of whole numbers are not narrower than 1 unless their number is asked for
        (measured on Splunk 10.4.2)."""
        low = low if self.start is None else min(low, self.start)
        beyond = self.end is not None and self.end > high
        high = high if self.end is None else max(high, self.end)
        least = self.minspan.width if isinstance(self.minspan, NumberSpan) else None
        least = Decimal(1) if least is None and whole else least
        return WidthBins(automatic_width(low, high, bins, least, beyond=beyond))

    def time_span(self, low: float, high: float, bins: int, at: int) -> TimeSpan:
        """The span given, else the one chosen for a range of times."""
        span, least = self.span, self.minspan
        if isinstance(span, NumberSpan):
            span = span.as_time()
        if isinstance(least, NumberSpan):
            least = least.as_time()
        if isinstance(span, LogSpan) or isinstance(least, LogSpan):
            message = "bins of time by logarithm are not supported"
            raise UnsupportedError(message, at=at, hint="Write a span such as 5m")
        found = span or automatic_span(low, high, bins, least)
        if found is None:
            message = f"to choose a span that gives {bins} bins at most is not supported here"
            raise UnsupportedError(message, at=at, hint="Write a span, such as span=1y")
        return found

    def alignment(self, context: Context) -> float:
        """The time that bins shorter than a day are counted from."""
        if self.align is None:
            return 0.0
        word = self.align.text.lower()
        if word == "earliest":
            return context.earliest or 0.0
        if word == "latest":
            return context.now if context.latest is None else context.latest
        return resolve(self.align.text, context.now, context.tz, self.align.at) or 0.0
