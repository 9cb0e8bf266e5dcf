"""Groups of rows, numbered as they come, and what the functions have seen of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, repeat
from typing import Any

from splay.commands.stats.functions import Column
from splay.commands.stats.functions.columns import MergeableColumn
from splay.commands.stats.grouping import keys_of, time_of
from splay.commands.stats.ordering import natural_places
from splay.commands.stats.terms import Term
from splay.eval.expression import EvalContext
from splay.eval.fields import is_volatile
from splay.rows import Row, Scalar
from splay.store.run import Run

TIME = "_time"


class Groups:
    """columns: of each function what it has seen, group by group. They are sent to another process
    as columns, too: that takes a fraction of the time."""

    def __init__(self, columns: Sequence[Column[Any]]) -> None:
        self.columns = columns
        self._numbers = _numbered(())

    def numbers(self, keys: Iterable[tuple[Any, ...]]) -> list[int]:
        """The number of the group of each key; a new one gets the next."""
        before = len(self._numbers)
        found = list(map(self._numbers.__getitem__, keys))
        if len(self._numbers) > before:
            for column in self.columns:
                column.grow(len(self._numbers))
        return found

    @property
    def keys(self) -> Mapping[tuple[Any, ...], int]:
        """The numbers of the groups."""
        return self._numbers

    def merge(self, other: Groups) -> None:
        """Takes in what another has seen, which is used up."""
        if not self._numbers:
            self._numbers, self.columns = other._numbers, other.columns
            return
        self.absorb(self.numbers(other._numbers), other.columns)

    def absorb(self, numbers: Iterable[int], columns: Sequence[Column[Any]]) -> None:
        """Takes in other columns of the same functions, which can be merged. numbers: those that
        their groups have here."""
        for mine, its in zip(self.columns, columns, strict=True):
            assert isinstance(mine, MergeableColumn)
            assert isinstance(its, MergeableColumn)
            mine.merge(numbers, its)

    def rows(self, names: Sequence[str]) -> Iterator[Row]:
        """A row for each group: its key, then the results; without a field where one is null.

        names: of the fields of the key and of the functions.
        """
        keys = list(zip(*self._numbers, strict=True))
        results = [column.results() for column in self.columns]
        nulls = any(None in column for column in results)
        places = natural_places(keys, len(self._numbers))
        columns = [
            *(_ordered(column, places) for column in keys),
            *([column[place] for place in places] for column in results),
        ]
        for values in zip(*columns, strict=False):
            row: Row = dict(zip(names, values, strict=True))
            if nulls:
                row = {name: value for name, value in row.items() if value is not None}
            if row:
                yield row

    def __getstate__(self) -> tuple[int, list[tuple[Any, ...]], Sequence[Column[Any]]]:
        return len(self._numbers), list(zip(*self._numbers, strict=True)), self.columns

    def __setstate__(self, state: tuple[int, list[tuple[Any, ...]], Sequence[Column[Any]]]) -> None:
        many, fields, self.columns = state
        self._numbers = _numbered(zip(*fields, strict=True) if fields else repeat((), many))


def _ordered(column: Sequence[str], places: Sequence[int]) -> Sequence[str]:
    """The texts at these places. Where all are the same there is nothing to look up."""
    if column and column.count(column[0]) == len(column):
        return column
    return [column[place] for place in places]


def _numbered(keys: Iterable[tuple[Any, ...]]) -> defaultdict[tuple[Any, ...], int]:
    """The keys, numbered; another one that is asked for is the next."""
    numbers: defaultdict[tuple[Any, ...], int] = defaultdict(None, zip(keys, count(), strict=False))
    numbers.default_factory = numbers.__len__
    return numbers


class Taker:
    """What one function takes of rows and of runs, into its column."""

    def __init__(self, term: Term, scope: EvalContext) -> None:
        self.values = term.over(scope)
        """Its values in a row."""
        self.column = term.column()
        self._field = term.field or ""
        self.timed = term.field == TIME
        self._reads = term.reads if term.expr is not None else set()

    def of_one(self, group: int, run: Run) -> None:
        """Takes events that are all of one group."""
        if self.timed:
            self.column.add_times(group, run.times)
        elif not self._of_columns(repeat(group), run):
            values = self.values(run.row)
            if values:
                self.column.add_repeated(group, values, len(run.times))

    def of_each(self, groups: Sequence[int], run: Run, times: Sequence[int | float]) -> None:
        """Takes events of a group each; times: of the events, if they are asked for."""
        if self.timed:
            self.column.add_each(groups, times)
        elif not self._of_columns(groups, run):
            values = self.values(run.row)
            if len(values) == 1:
                self.column.add_each(groups, repeat(values[0]))
            elif values:
                for group in groups:
                    self.column.add(group, values, None)

    def _of_columns(self, groups: Iterable[int], run: Run) -> bool:
        """Takes values in which the events differ; False where it reads none such."""
        if self._field in run.columns:
            self.column.add_each(groups, run.columns[self._field])
            return True
        columns = {name: run.columns[name] for name in self._reads if name in run.columns}
        known: dict[tuple[str, ...], list[Scalar]] = {}
        for group, texts in zip(groups, zip(*columns.values(), strict=True), strict=False):
            if texts not in known:
                row: Row = {**run.row, **dict(zip(columns, texts, strict=True))}
                known[texts] = self.values(row)
            if known[texts]:
                self.column.add(group, known[texts], None)
        return bool(columns)


def take_all(
    items: Iterable[Row | Run],
    by: Sequence[str],
    groups: Groups,
    takers: Sequence[Taker],
    *,
    once: bool = False,
    plain: bool = True,
) -> None:
    """Takes rows and runs into their groups.

    once: a value that stands twice in a BY field counts once. plain: whether all that can be seen
    of the events of a run are its fields.
    """
    for item in items:
        if isinstance(item, Run) and plain:
            take_run(item, by, groups, takers, once=once)
            continue
        for row in item.rows() if isinstance(item, Run) else (item,):
            time = time_of(row)
            values = [taker.values(row) for taker in takers]
            for group in groups.numbers(keys_of(row, by, once=once)):
                for taker, found in zip(takers, values, strict=True):
                    if found:
                        taker.column.add(group, found, time)


def looks_at_each(term: Term) -> bool:
    """Whether it may see a difference between events of the same fields, unless their time is all
    that it takes."""
    if term.expr is not None and is_volatile(term.expr):
        return True
    return (TIME in term.reads and term.field != TIME) or term.make().timed


def take_run(
    run: Run, by: Sequence[str], groups: Groups, takers: Sequence[Taker], *, once: bool
) -> None:
    """Takes events that have the same fields, but for times and columns, into their groups.

    once: a value that stands twice in a BY field counts once.
    """
    fixed = [name for name in by if name not in run.columns]
    for key in keys_of(run.row, fixed, once=once):
        if len(fixed) == len(by):
            (group,) = groups.numbers([key])
            for taker in takers:
                taker.of_one(group, run)
            continue
        texts = dict(zip(fixed, map(repeat, key), strict=True))
        each = groups.numbers(zip(*({**run.columns, **texts}[name] for name in by), strict=False))
        times = [*run.times] if any(taker.timed for taker in takers) else ()
        for taker in takers:
            taker.of_each(each, run, times)
