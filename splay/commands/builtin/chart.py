"""chart: statistics by one field down and one across. Source: Search Reference, "chart".

Where the documentation is silent: a field without options is not put into bins, and what Splunk
would choose for more than 300 numbers is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, ClassVar, NamedTuple, Self

from splay.commands.charting.bins import TIME
from splay.commands.charting.options import ChartCommand
from splay.commands.charting.splits import (
    Split,
    filled,
    key_order,
    key_text,
    keys_of_run,
    read_split,
    refuse_many_numbers,
    split_keys,
)
from splay.commands.charting.table import Cells, Table
from splay.commands.operation import Context
from splay.commands.stats.grouping import expanded, has_patterns, time_of
from splay.commands.stats.terms import by_method
from splay.rows import Row
from splay.spl.args import Args
from splay.store.run import Run, each

BINS = 300


class Making(NamedTuple):
    """The table while it is made. down, across: give the keys of a row, and of its series."""

    table: Table
    down: Callable[[Row], list[Any]]
    across: Callable[[Row], list[Any]]


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

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        rows = list(each(items)) if self.needs_all(context) else None
        making = self._making(rows, context)
        self._take(items if rows is None else rows, making)
        self.so_far = None
        yield from self._rows(making)

    def needs_all(self, context: Context) -> bool:
        bins = [split.bins for split in self.splits]
        open_bins = any(one.first is not None and one.span is None for one in bins)
        return open_bins or has_patterns(self.terms)

    def groups(self, items: Iterable[Row | Run], context: Context) -> Cells:
        making = self._making(None, context)
        self._take(items, making)
        return making.table.cells

    def results(self, groups: Cells, context: Context) -> Iterator[Row]:
        making = self._making(None, context)
        making.table.cells = groups
        return self._rows(making)

    def _making(self, rows: list[Row] | None, context: Context) -> Making:
        """rows: all of them, where they must be known."""
        terms = by_method(self.terms, context.apps.conf("limits"))
        if rows is not None:
            terms = expanded(terms, rows, [split.name for split in self.splits])
        keys = [split_keys(rows, split, context, BINS) for split in self.splits]
        table = Table(terms, self.series if self.has_series else None, context)

        def across(row: Row) -> list[str | None]:
            split = self.splits[1]
            return [str(key_text(split, key)) for key in keys[1](row)] or [None]

        return Making(table, keys[0] if keys else _no_key, across if self.has_series else _no_key)

    def _take(self, items: Iterable[Row | Run], making: Making) -> None:
        once = self.flags["dedup_splitvals"]
        table, down, across = making
        name, series = [*(split.name for split in self.splits), "", ""][:2]
        takes_runs = table.takes_runs and TIME not in (name, series)
        self.so_far = lambda: self._rows(making)
        for item in items:
            if isinstance(item, Run) and takes_runs:
                keys = keys_of_run(item, name, down, once=once)
                table.add_run(item, keys, keys_of_run(item, series, across, once=once))
                continue
            for row in item.rows() if isinstance(item, Run) else (item,):
                cells = product(down(row), across(row))
                table.add(dict.fromkeys(cells) if once else cells, row, time_of(row))

    def _rows(self, making: Making) -> Iterator[Row]:
        table = making.table
        if not self.splits:
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


def _no_key(row: Row) -> list[None]:
    """Without a field all rows go to the same place."""
    return [None]


COMMAND = Chart
