"""What a job has found, as whoever looks at a part of it sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from splay.rows import Results, Row


class Found(Protocol):
    """Results or events in order."""

    def __len__(self) -> int: ...

    def page(self, place: slice) -> Results:
        """Some of them, and their columns."""

    def times(self) -> Iterator[float]:
        """The times of those that have one."""


class Table:
    """Rows that are held."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def __len__(self) -> int:
        return len(self._results.rows)

    def page(self, place: slice) -> Results:
        """Some of them, and the columns of all."""
        return Results(self._results.columns, self._results.rows[place])

    def times(self) -> Iterator[float]:
        """Their times."""
        moments = (row.get("_time") for row in self._results.rows)
        return (moment for moment in moments if isinstance(moment, int | float))


class Begun:
    """The first rows of a search that goes on. whole: makes the fields of one that are missing."""

    def __init__(self, rows: Sequence[Row], whole: Callable[[Row], Row]) -> None:
        self._rows = rows
        self._whole = whole

    def __len__(self) -> int:
        return len(self._rows)

    def page(self, place: slice) -> Results:
        """Some of them, and their columns."""
        return as_results([self._whole(row) for row in self._rows[place]])

    def times(self) -> Iterator[float]:
        """Their times."""
        return Table(Results([], list(self._rows))).times()


def as_results(rows: list[Row]) -> Results:
    """Rows with what they have as columns."""
    return Results(list(dict.fromkeys(name for row in rows for name in row)), rows)
