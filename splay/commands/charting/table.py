"""The table that chart and timechart make: a row for each value or bin, columns by function and
series. Source: Search Reference, "chart", "timechart".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product, repeat
from typing import Any, NamedTuple, TypeAlias

from splay.commands.charting.series import Series
from splay.commands.charting.splits import Keys
from splay.commands.operation import Context
from splay.commands.stats.functions.columns import are_mergeable
from splay.commands.stats.groups import Groups, Taker, looks_at_each
from splay.commands.stats.terms import Term
from splay.rows import Row, Scalar, Value
from splay.store.run import Run

Scale = Callable[[Term, Value | None], Value | None]
"""What is done with each result: timechart's rates per time."""
Cell: TypeAlias = "tuple[Any, str | None]"
"""A row's key, whatever the command orders its rows by, and the name of a series, if there is one.
A series without a name holds the rows without a value in its field."""


class Entry(NamedTuple):
    """What one row adds to a cell."""

    cell: Cell
    values: list[list[Scalar]]
    time: float | None


@dataclass
class Cells:
    """What rows come to. groups: by their cells. counts: how many rows there are of each series.
    entries: the rows themselves, where OTHER and NULL have to be computed from them again."""

    groups: Groups
    counts: Counter[str | None] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)

    def merge(self, other: Cells) -> None:
        """Takes in what others come to, for which no entries are kept."""
        self.groups.merge(other.groups)
        self.counts.update(other.counts)


class Table:
    """The cells while rows come, and the rows of the result."""

    def __init__(self, terms: list[Term], series: Series | None, context: Context) -> None:
        self._terms = terms
        self._series = series
        self._takers = [Taker(term, context.scope) for term in terms]
        self.cells = Cells(Groups([taker.column for taker in self._takers]))
        self._keeps = series is not None and not are_mergeable(self.cells.groups.columns)
        self.takes_runs = not self._keeps and not any(map(looks_at_each, terms))
        """Whether `add_run` may be called."""

    def add(self, cells: Iterable[Cell], row: Row, time: float | None) -> None:
        """A row that counts in these cells."""
        values = [taker.values(row) for taker in self._takers]
        for cell in cells:
            self._add(self.cells.groups, Entry(cell, values, time))
            self.cells.counts[cell[1]] += 1
            if self._keeps:
                self.cells.entries.append(Entry(cell, values, time))

    @staticmethod
    def _add(groups: Groups, entry: Entry) -> None:
        (number,) = groups.numbers([entry.cell])
        for column, found in zip(groups.columns, entry.values, strict=True):
            if found:
                column.add(number, found, entry.time)

    def add_run(self, run: Run, down: Keys[Any], across: Keys[str | None]) -> None:
        """Events that are alike, but for times and columns."""
        cells, size = self.cells, len(run.times)
        each = down.each is not None or across.each is not None
        timed = each and any(taker.timed for taker in self._takers)
        times = [*run.times] if timed else ()
        rows = [None] if down.each is not None else down.same
        for row, name in product(rows, [None] if across.each is not None else across.same):
            cells.counts.update(across.each if across.each is not None else {name: size})
            if not each:
                (number,) = cells.groups.numbers([(row, name)])
                for taker in self._takers:
                    taker.of_one(number, run)
                continue
            both = zip(down.each or repeat(row, size), across.each or repeat(name), strict=False)
            numbers = cells.groups.numbers(both)
            for taker in self._takers:
                taker.of_each(numbers, run, times)

    @property
    def rows(self) -> set[Any]:
        """The keys of the rows."""
        return {row for row, _ in self.cells.groups.keys}

    def made(self, rows: Iterable[Any], scale: Scale) -> tuple[list[str], Iterable[Row]]:
        """The columns, and a row without its first column for each key; one without data has
        the results of nothing: a count is 0, a sum is null."""
        names, groups = self._chosen_series()
        columns = [self._column(term, name) for term in self._terms for name in names]
        found = [column.results() for column in groups.columns]
        nothing = [term.make().result() for term in self._terms]

        def row_of(key: Any) -> Row:
            row: Row = {}
            places = [groups.keys.get((key, name)) for name in names]
            for term, results, none in zip(self._terms, found, nothing, strict=True):
                for name, place in zip(names, places, strict=True):
                    value = scale(term, none if place is None else results[place])
                    if value is not None:
                        row[self._column(term, name)] = value
            return row

        return columns, map(row_of, rows)

    def _column(self, term: Term, name: str | None) -> str:
        if self._series is None:
            return term.name
        return self._series.column(term.name, name or "", len(self._terms) == 1)

    def _chosen_series(self) -> tuple[Sequence[str | None], Groups]:
        """The series' names in order, and the cells with NULL and OTHER under their names."""
        groups, counts = self.cells.groups, self.cells.counts
        if self._series is None:
            return [None], groups
        flags, texts = self._series.flags, self._series.texts
        values: dict[str, list[Value | None]] = {}
        for (_, name), value in zip(groups.keys, groups.columns[0].results(), strict=True):
            if name is not None:
                values.setdefault(name, []).append(value)
        frequency = {name: counts[name] for name in values}
        chosen = self._series.chosen(values, frequency, len(self._terms) == 1)
        names, renamed = sorted(chosen), dict[str | None, str]()
        if flags["usenull"] and None in counts:
            renamed[None] = texts["nullstr"]
        if flags["useother"] and set(values) - chosen:
            renamed |= dict.fromkeys(set(values) - chosen, texts["otherstr"])
        names += dict.fromkeys(renamed.values())
        return list(dict.fromkeys(names)), self._regrouped(renamed) if renamed else groups

    def _regrouped(self, renamed: dict[str | None, str]) -> Groups:
        """The cells with series under other names; those of one name are one."""
        cells = self.cells
        groups = Groups([term.column() for term in self._terms])
        if self._keeps:
            for entry in cells.entries:
                row, name = entry.cell
                self._add(groups, entry._replace(cell=(row, renamed.get(name, name))))
            return groups
        numbers = groups.numbers((row, renamed.get(name, name)) for row, name in cells.groups.keys)
        groups.absorb(numbers, cells.groups.columns)
        return groups
