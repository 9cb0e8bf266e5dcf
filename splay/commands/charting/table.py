"""The table that chart and timechart make: a row for each value or bin, columns by function and
series. Source: Search Reference, "chart", "timechart".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from splay.commands.charting.series import Series
from splay.commands.stats.grouping import Group
from splay.commands.stats.terms import Term
from splay.rows import Row, Scalar, Value

Scale = Callable[[Term, Value | None], Value | None]
"""What is done with each result: timechart's rates per time."""


class Entry(NamedTuple):
    """What one row adds to a cell."""

    row: Any
    series: str | None
    values: list[list[Scalar]]
    time: float | None


class Table:
    """The cells. With series, what was added is kept: OTHER is computed from the rows themselves.

    row: a row's key, whatever the command orders its rows by.
    """

    def __init__(self, terms: list[Term], series: Series | None) -> None:
        self._terms = terms
        self._series = series
        self._entries: list[Entry] = []
        self._groups: dict[tuple[Any, str | None], Group] = {}
        self.rows: dict[Any, None] = {}

    def add(self, entry: Entry) -> None:
        self.rows[entry.row] = None
        self._add(entry)
        if self._series is not None:
            self._entries.append(entry)

    def _add(self, entry: Entry) -> None:
        key = (entry.row, entry.series)
        if key not in self._groups:
            self._groups[key] = Group(self._terms)
        self._groups[key].add(entry.values, entry.time)

    def copy(self) -> Table:
        """One that can be made into rows while this one takes more."""
        if self._series is None:
            return self
        other = Table(self._terms, self._series)
        for entry in self._entries:
            other.add(entry)
        return other

    def made(self, rows: Iterable[Any], scale: Scale) -> tuple[list[str], Iterable[Row]]:
        """The columns, and a row without its first column for each key; one without data has
        the results of nothing: a count is 0, a sum is null."""
        names: list[str | None] = [None] if self._series is None else [*self._chosen_series()]
        columns = [self._column(term, name) for term in self._terms for name in names]
        nothing = Group(self._terms).results()
        return columns, (self._row(key, names, nothing, scale) for key in rows)

    def _row(
        self, key: Any, names: list[str | None], nothing: list[Value | None], scale: Scale
    ) -> Row:
        groups = [self._groups.get((key, name)) for name in names]
        results = [nothing if group is None else group.results() for group in groups]
        row: Row = {}
        for number, term in enumerate(self._terms):
            for name, result in zip(names, results, strict=True):
                value = scale(term, result[number])
                if value is not None:
                    row[self._column(term, name)] = value
        return row

    def _column(self, term: Term, name: str | None) -> str:
        if self._series is None:
            return term.name
        return self._series.column(term.name, name or "", len(self._terms) == 1)

    def _chosen_series(self) -> list[str]:
        """The series' names in order. Changes the groups: NULL and OTHER get their names."""
        assert self._series is not None
        flags, texts = self._series.flags, self._series.texts
        values: dict[str, list[Value | None]] = {}
        frequency: dict[str, int] = {}
        for (_, name), group in self._groups.items():
            if name is not None:
                values.setdefault(name, []).append(group.results()[0])
        for entry in self._entries:
            if entry.series is not None:
                frequency[entry.series] = frequency.get(entry.series, 0) + 1
        chosen = self._series.chosen(values, frequency, len(self._terms) == 1)
        names = sorted(chosen)
        if flags["usenull"] and any(entry.series is None for entry in self._entries):
            self._gather(texts["nullstr"], lambda name: name is None)
            names.append(texts["nullstr"])
        if flags["useother"] and set(values) - chosen:
            self._gather(texts["otherstr"], lambda name: name is not None and name not in chosen)
            names.append(texts["otherstr"])
        return list(dict.fromkeys(names))

    def _gather(self, name: str, belongs: Callable[[str | None], bool]) -> None:
        """Makes one series of those that belong to it."""
        own = [entry for entry in self._entries if belongs(entry.series)]
        for entry in own:
            self._groups.pop((entry.row, entry.series), None)
        for entry in own:
            self._add(entry._replace(series=name))
