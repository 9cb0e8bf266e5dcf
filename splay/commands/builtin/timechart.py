"""timechart: statistics over bins of time. Source: Search Reference, "timechart".

Without a span the smallest of the documented ones is used with which the time range has at most
100 bins. Where the documentation is silent: without a time range that of the rows counts, and
with an earliest time alone the latest is now; no rows give no result; _span is the length of the
bins in seconds (a day 86,400, a month 30 days).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Self

from splay.commands.charting.bins import DEFAULT_BINS, TIME, BinOptions, TimeBins
from splay.commands.charting.options import ChartCommand
from splay.commands.charting.spans import in_calendar
from splay.commands.charting.splits import Split, every_bin, key_text, read_split, split_keys
from splay.commands.charting.table import Entry, Table
from splay.commands.operation import Context
from splay.commands.stats.grouping import expanded, has_patterns, takers, time_of
from splay.commands.stats.terms import Term, by_method
from splay.errors import UnsupportedError
from splay.eval.value import Fixed, to_number
from splay.rows import Demand, Row, Value
from splay.spl.args import Args

SPAN = "_span"


class Range(NamedTuple):
    """A range of times."""

    low: float
    high: float


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
            raise UnsupportedError("start= and end= are not supported here", at=args.at)
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

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        given = self._given_range(context)
        listed: list[Row] | None = None
        if (self.bins.span is None and given is None) or self._open() or has_patterns(self.terms):
            rows = listed = list(rows)
        terms = by_method(self.terms, context.apps.conf("limits"))
        if listed is not None:
            terms = expanded(terms, listed, [self.split.name] if self.split else [])
        bins = self._bins(listed or [], given, context)
        table, seen = self._table(rows, listed, terms, bins, context)
        self.so_far = None
        if seen is not None:
            yield from self._rows(table, bins, given, seen)

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

    def _table(
        self,
        rows: Iterable[Row],
        listed: list[Row] | None,
        terms: list[Term],
        bins: TimeBins,
        context: Context,
    ) -> tuple[Table, Range | None]:
        """The cells, and the range of the rows' times; rows without a time are left out."""
        split = self.split
        takes = takers(terms, context.scope)
        keys = split and split_keys(listed, split, context, DEFAULT_BINS)
        table = Table(terms, self.series if split else None)
        seen: Range | None = None
        given = self._given_range(context)
        self.so_far = lambda: self._rows(table.copy(), bins, given, seen) if seen else ()
        beyond = 0
        for row in rows:
            time = time_of(row)
            if time is None:
                continue
            start = _start(bins, time)
            if start is None:
                beyond += 1
                continue
            seen = Range(min(seen.low, time), max(seen.high, time)) if seen else Range(time, time)
            values = [take(row) for take in takes]
            series: list[str | None] = [None]
            if split and keys:
                series = [str(key_text(split, key)) for key in keys(row)] or [None]
                if self.flags["dedup_splitvals"]:
                    series = list(dict.fromkeys(series))
            for name in series:
                table.add(Entry(start, name, values, time))
        if beyond:
            text = f"timechart: {beyond:,} rows have a time out of range and are left out"
            context.add_message("WARN", text)
        return table, seen

    def _rows(
        self, table: Table, bins: TimeBins, given: Range | None, seen: Range
    ) -> Iterator[Row]:
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


def _start(bins: TimeBins, time: float) -> int | float | None:
    """Where the bin of a time begins; None where there is none."""
    try:
        return bins.lower(time) if in_calendar(time) else None
    except ValueError:
        return None


COMMAND = Timechart
