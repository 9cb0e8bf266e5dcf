"""timechart: statistics over bins of time. Source: Search Reference, "timechart".

Without a span the smallest of the documented ones is used with which the time range has at most
100 bins. Where the documentation is silent: without a time range that of the rows counts, and
with an earliest time alone the latest is now; no rows give no result; _span is the length of the
bins in seconds (a day 86,400, a month 30 days).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Self

from splay.commands.charting.bins import DEFAULT_BINS, TIME, BinOptions, TimeBins
from splay.commands.charting.options import ChartCommand
from splay.commands.charting.spans import in_calendar
from splay.commands.charting.splits import (
    Keys,
    Split,
    every_bin,
    key_text,
    keys_of_run,
    read_split,
    split_keys,
)
from splay.commands.charting.table import Cells, Table
from splay.commands.operation import Context
from splay.commands.stats.grouping import expanded, has_patterns, time_of
from splay.commands.stats.terms import Term, by_method
from splay.counting import counted
from splay.errors import UnsupportedError
from splay.eval.value import Fixed, to_number
from splay.rows import Demand, Row, Value
from splay.spl.args import Args
from splay.store.run import Run, each

SPAN = "_span"


class Range(NamedTuple):
    """A range of times."""

    low: float
    high: float


@dataclass
class Charted:
    """What rows come to. low, high: the range of their times. beyond: how many have one for which
    there is no bin."""

    cells: Cells
    low: float = math.inf
    high: float = -math.inf
    beyond: int = 0

    def start(self, bins: TimeBins, time: float) -> int | float | None:
        """Notes a time; where its bin begins, None where there is none."""
        start = _start(bins, time)
        if start is None:
            self.beyond += 1
        else:
            self.low, self.high = min(self.low, time), max(self.high, time)
        return start

    def merge(self, other: Charted) -> None:
        """Takes in what other rows come to."""
        self.cells.merge(other.cells)
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.beyond += other.beyond


class Making(NamedTuple):
    """The table while it is made. given: the range of the search. series: gives those of a row."""

    table: Table
    bins: TimeBins
    given: Range | None
    series: Callable[[Row], list[str | None]]


@dataclass
class Timechart(ChartCommand):
    at: int = 0
    bins: BinOptions = field(default_factory=BinOptions)
    split: Split | None = None

    defaults: ClassVar[dict[str, bool]] = {
        "cont": True,
        "partial": True,
        "fixedrange": True,
        "dedup_splitvals": False,
    }
    per_time = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        chart = cls(at=args.at)
        while not args.done() and chart.split is None:
            if chart.bins.read(args) or chart.read_option(args):
                continue
            if args.take("by"):
                chart.split = read_split(args, chart.read_option)
            elif not chart.read_functions(args):
                break
        chart.close(args)
        if chart.bins.start is not None or chart.bins.end is not None:
            message = "start= and end= are not supported here"
            hint = "Write earliest= and latest= in the search, or use the bin command before"
            raise UnsupportedError(message, at=args.at, hint=hint)
        return chart

    @property
    def all_splits(self) -> list[Split]:
        return [self.split] if self.split else []

    @property
    def fixed(self) -> tuple[list[str], list[str]]:
        return [TIME], [SPAN]

    @property
    def has_series(self) -> bool:
        return self.split is not None

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        rows = list(each(items)) if self.needs_all(context) else None
        making = self._making(rows, context)
        charted = self._take(items if rows is None else rows, making)
        self.so_far = None
        yield from self._finished(charted, making, context)

    def needs_all(self, context: Context) -> bool:
        spanless = self.bins.span is None and self._given_range(context) is None
        return spanless or self._open() or has_patterns(self.terms)

    def groups(self, items: Iterable[Row | Run], context: Context) -> Charted:
        return self._take(items, self._making(None, context))

    def results(self, groups: Charted, context: Context) -> Iterator[Row]:
        return self._finished(groups, self._making(None, context), context)

    def _open(self) -> bool:
        """Whether the bins of the split field depend on its values."""
        split = self.split
        return split is not None and split.bins.first is not None and split.bins.span is None

    def _given_range(self, context: Context) -> Range | None:
        low, high = context.earliest, context.latest
        if low is None or not self.flags["fixedrange"]:
            return None
        return Range(low, context.now if high is None else high)

    def _bins(self, rows: list[Row], given: Range | None, context: Context) -> TimeBins:
        if given is None:
            found = (time for row in rows if (time := time_of(row)) is not None)
            times = [time for time in found if in_calendar(time)] or [0.0]
            given = Range(min(times), max(times))
        count = self.bins.bins or DEFAULT_BINS
        span = self.bins.time_span(given.low, given.high, count, self.at)
        return TimeBins(span, context.tz, self.bins.alignment(context))

    def _making(self, rows: list[Row] | None, context: Context) -> Making:
        """rows: all of them, where they must be known."""
        given = self._given_range(context)
        terms = by_method(self.terms, context.apps.conf("limits"))
        split = self.split
        if rows is not None:
            terms = expanded(terms, rows, [split.name] if split else [])
        table = Table(terms, self.series if split else None, context)
        bins = self._bins(rows or [], given, context)
        if split is None:
            return Making(table, bins, given, _no_series)
        keys = split_keys(rows, split, context, DEFAULT_BINS)

        def series(row: Row) -> list[str | None]:
            found = [str(key_text(split, key)) for key in keys(row)]
            once = self.flags["dedup_splitvals"]
            return [*(dict.fromkeys(found) if once else found)] or [None]

        return Making(table, bins, given, series)

    def _take(self, items: Iterable[Row | Run], making: Making) -> Charted:
        """What rows come to; those without a time are left out."""
        table, bins, _, series = making
        name = self.split.name if self.split else ""
        takes_runs = table.takes_runs and name != TIME
        charted = Charted(table.cells)
        self.so_far = lambda: self._rows(charted, making)
        for item in items:
            if isinstance(item, Run) and takes_runs:
                for start, run in _by_bins(item, bins, charted):
                    table.add_run(run, Keys([start]), keys_of_run(run, name, series))
                continue
            for row in item.rows() if isinstance(item, Run) else (item,):
                time = time_of(row)
                if time is not None and (begun := charted.start(bins, time)) is not None:
                    table.add(((begun, one) for one in series(row)), row, time)
        return charted

    def _finished(self, charted: Charted, making: Making, context: Context) -> Iterator[Row]:
        if charted.beyond:
            one = "row has a time out of range and is left out"
            many = "rows have a time out of range and are left out"
            context.add_message("WARN", f"timechart: {counted(charted.beyond, one, many)}")
        making.table.cells = charted.cells
        return self._rows(charted, making)

    def _rows(self, charted: Charted, making: Making) -> Iterator[Row]:
        table, bins, given, _ = making
        seen = Range(charted.low, charted.high)
        if seen.low > seen.high:
            return
        seconds = bins.span.seconds

        def scale(term: Term, value: Value | None) -> Value | None:
            per, number = term.make().per, to_number(value)
            return Fixed(number * per / seconds, 6) if per and number is not None else value

        starts = sorted(table.rows)
        if self.flags["cont"]:
            first, last = seen
            if given is not None:  # its end is left out
                first, last = min(first, given.low), max(last, given.high - 1e-6)
            starts = every_bin(bins, bins.lower(first), bins.lower(last), self.at)
        if not self.flags["partial"]:
            low, high = given or seen
            starts = [one for one in starts if low <= one and bins.after(one) <= high]
        names, made = table.made(starts, scale)
        self.made = [TIME, *names, SPAN]
        for start, row in zip(starts, made, strict=True):
            yield {TIME: start, **row, SPAN: seconds}

    def demand(self, after: Demand) -> Demand:
        return super().demand(after).plus([TIME])


def _no_series(row: Row) -> list[str | None]:
    return [None]


def _start(bins: TimeBins, time: float) -> int | float | None:
    """Where the bin of a time begins; None where there is none."""
    try:
        return bins.lower(time) if in_calendar(time) else None
    except ValueError:
        return None


def _by_bins(run: Run, bins: TimeBins, charted: Charted) -> Iterator[tuple[int | float, Run]]:
    """The events of a run by the bins that they are in, each with its start."""
    low, high = run.times.extremes()
    start = _start(bins, low)
    if start is not None and start == _start(bins, high) and bins.holds_all(low, high):
        charted.start(bins, low)
        charted.start(bins, high)
        yield start, run
        return
    starts = [charted.start(bins, time) for time in run.times]
    for bin_start in {one for one in starts if one is not None}:
        yield bin_start, run.at([n for n, one in enumerate(starts) if one == bin_start])


COMMAND = Timechart
