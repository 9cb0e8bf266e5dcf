"""What a function has seen of many groups: a list with a state for each, by the group's number.

Where groups are as many as rows, an object of each function for each group would cost several
times what reading the rows does; and columns cross processes as they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, Generic, Self, TypeVar

from splay.eval.value import to_number, to_text
from splay.rows import Scalar, Value
from splay.store.run import Times

State = TypeVar("State")
Beats = Callable[[Any, Any], bool]
"""Whether the first of two numbers, or of two texts, is to be preferred."""
_NUMBERS = (float, int)


class Column(ABC, Generic[State]):
    """One function over all groups."""

    def __init__(self) -> None:
        self.states: list[State] = []

    @abstractmethod
    def grow(self, count: int) -> None:
        """Makes room for so many groups in all."""

    @abstractmethod
    def add(self, group: int, values: list[Scalar], time: float | None) -> None:
        """One row's values, at least one."""

    def add_each(self, groups: Iterable[int], values: Iterable[Scalar]) -> None:
        """One value of each of several rows; groups: of these rows."""
        for group, value in zip(groups, values, strict=False):
            self.add(group, [value], None)

    def add_repeated(self, group: int, values: list[Scalar], count: int) -> None:
        """The same values, at least one, of so many rows of one group."""
        self.add(group, values, None)

    def add_times(self, group: int, times: Times) -> None:
        """The times of several rows of one group."""
        self.add_each(repeat(group), times)

    @abstractmethod
    def results(self) -> Sequence[Value | None]:
        """The result of each group; None is null."""


class MergeableColumn(Column[State]):
    """One of a function whose rows may be divided among several columns, which are then merged with
    the same result."""

    @abstractmethod
    def merge(self, groups: Iterable[int], other: Self) -> None:
        """Takes in what another has seen; groups: the numbers here of its groups."""


def are_mergeable(columns: Iterable[Column[Any]]) -> bool:
    """Whether all of these may be merged."""
    return all(isinstance(column, MergeableColumn) for column in columns)


class Counts(MergeableColumn[int]):
    """How many values."""

    def grow(self, count: int) -> None:
        self.states.extend(repeat(0, count - len(self.states)))

    def add(self, group: int, values: list[Scalar], time: float | None) -> None:
        self.states[group] += len(values)

    def add_each(self, groups: Iterable[int], values: Iterable[Scalar]) -> None:
        states = self.states
        for group, _ in zip(groups, values, strict=False):
            states[group] += 1

    def add_repeated(self, group: int, values: list[Scalar], count: int) -> None:
        self.states[group] += len(values) * count

    def add_times(self, group: int, times: Times) -> None:
        self.states[group] += len(times)

    def merge(self, groups: Iterable[int], other: Self) -> None:
        states = self.states
        for group, count in zip(groups, other.states, strict=True):
            states[group] += count

    def results(self) -> Sequence[Value | None]:
        return self.states


class Sets(MergeableColumn["set[str]"]):
    """Which values. told: the result of those of a group."""

    def __init__(self, told: Callable[[set[str]], Value | None]) -> None:
        super().__init__()
        self._told = told

    def grow(self, count: int) -> None:
        self.states.extend(set() for _ in range(count - len(self.states)))

    def add(self, group: int, values: list[Scalar], time: float | None) -> None:
        self.states[group].update(map(to_text, values))

    def add_each(self, groups: Iterable[int], values: Iterable[Scalar]) -> None:
        states = self.states
        for group, value in zip(groups, values, strict=False):
            states[group].add(to_text(value))

    def merge(self, groups: Iterable[int], other: Self) -> None:
        for group, seen in zip(groups, other.states, strict=True):
            self.states[group] |= seen

    def results(self) -> Sequence[Value | None]:
        return list(map(self._told, self.states))


class Extremes(MergeableColumn["Scalar | None"]):
    """The value that goes before all others."""

    def __init__(self, beats: Beats) -> None:
        super().__init__()
        self._beats = beats

    def grow(self, count: int) -> None:
        self.states.extend(repeat(None, count - len(self.states)))

    def add(self, group: int, values: list[Scalar], time: float | None) -> None:
        self.add_each(repeat(group), values)

    def add_each(self, groups: Iterable[int], values: Iterable[Scalar | None]) -> None:
        states, beats = self.states, self._beats
        for group, value in zip(groups, values, strict=False):
            known = states[group]
            if known is None or (value is not None and goes_before(value, known, beats)):
                states[group] = value

    def add_times(self, group: int, times: Times) -> None:
        self.add_each(repeat(group), times.extremes())

    def merge(self, groups: Iterable[int], other: Self) -> None:
        self.add_each(groups, other.states)

    def results(self) -> Sequence[Value | None]:
        return self.states


def goes_before(value: Scalar, known: Scalar, beats: Beats) -> bool:
    """Whether a value is to be preferred to another one: a number to text, numbers by size, those
    that are written differently and text by their characters."""
    if type(value) in _NUMBERS and type(known) in _NUMBERS and value != known:
        return beats(value, known)  # as nearly always
    number, other = to_number(value), to_number(known)
    if number is None or other is None:
        if (number is None) != (other is None):
            return other is None
        return beats(to_text(value), to_text(known))
    if number == other:
        return beats(to_text(value), to_text(known))
    return beats(number, other)
