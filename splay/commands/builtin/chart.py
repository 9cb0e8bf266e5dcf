"""chart: statistics by one field down and one across. Source: Search Reference, "chart".

Where the documentation is silent: a field without options is not put into bins, and what Splunk
would choose for more than 300 numbers is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import ClassVar, Self

from splay.commands.charting.options import ChartCommand
from splay.commands.charting.splits import (
    Split,
    filled,
    key_order,
    key_text,
    read_split,
    refuse_many_numbers,
    split_keys,
)
from splay.commands.charting.table import Entry, Table
from splay.commands.operation import Context
from splay.commands.stats.grouping import expanded, has_patterns, takers, time_of
from splay.commands.stats.terms import Term, by_method
from splay.rows import Row
from splay.spl.args import Args

BINS = 300


@dataclass
class Chart(ChartCommand):
    """splits: the field down and, if there is one, the field across."""

    splits: list[Split] = field(default_factory=list)

    defaults: ClassVar[dict[str, bool]] = {"cont": True, "dedup_splitvals": False}

    @classmethod
    def parse(cls, args: Args) -> Self:
        chart = cls()
        while not args.done() and not chart.splits:
            if chart.read_option(args):
                continue
            if args.take("over"):
                chart.splits.append(read_split(args, chart.read_option))
                if args.take("by"):
                    chart.splits.append(read_split(args, chart.read_option))
            elif args.take("by"):
                chart.splits.append(read_split(args, chart.read_option))
                if not args.done():
                    chart.splits.append(read_split(args, chart.read_option))
            elif not chart.read_functions(args):
                break
        chart.close(args)
        return chart

    @property
    def all_splits(self) -> list[Split]:
        return self.splits

    @property
    def fixed(self) -> tuple[list[str], list[str]]:
        return [split.name for split in self.splits], []

    @property
    def has_series(self) -> bool:
        return len(self.splits) > 1

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        terms = by_method(self.terms, context.apps.conf("limits"))
        listed = self._needed(rows)
        if listed is not None:
            rows = listed
            terms = expanded(terms, listed, [split.name for split in self.splits])
        takes = takers(terms, context.scope)
        keys = [split_keys(listed, split, context, BINS) for split in self.splits]
        table = Table(terms, self.series if len(self.splits) > 1 else None)
        self.so_far = lambda: self._rows(table.copy(), terms)
        for row in rows:
            values = [take(row) for take in takes]
            down = keys[0](row) if keys else [None]
            across: list[str | None] = [None]
            if len(keys) > 1:
                across = [str(key_text(self.splits[1], key)) for key in keys[1](row)] or [None]
            pairs = product(down, across)
            for key, series in dict.fromkeys(pairs) if self.flags["dedup_splitvals"] else pairs:
                table.add(Entry(key, series, values, time_of(row)))
        self.so_far = None
        yield from self._rows(table, terms)

    def _needed(self, rows: Iterable[Row]) -> list[Row] | None:
        """All rows, where they must be seen before the first is counted."""
        bins = [split.bins for split in self.splits]
        open_bins = any(one.first is not None and one.span is None for one in bins)
        return list(rows) if open_bins or has_patterns(self.terms) else None

    def _rows(self, table: Table, terms: list[Term]) -> Iterator[Row]:
        if not self.splits:
            table.rows.setdefault(None)
            names, made = table.made([None], lambda term, value: value)
            self.made = names
            yield from made
            return
        first = self.splits[0]
        refuse_many_numbers(table.rows, first, BINS)
        keys = sorted(table.rows, key=key_order)
        if self.flags["cont"]:
            keys = filled(keys, first)
        names, made = table.made(keys, lambda term, value: value)
        self.made = [first.name, *names]
        for key, row in zip(keys, made, strict=True):
            yield {first.name: key_text(first, key), **row}


COMMAND = Chart
