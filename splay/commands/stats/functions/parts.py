"""What a function that knows one group alone has seen of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from splay.commands.stats.functions.base import Aggregation
from splay.commands.stats.functions.columns import Column
from splay.rows import Scalar, Value
from splay.store.run import Times


class Parts(Column[Aggregation]):
    """Any function: an aggregation for each group."""

    def __init__(self, make: Callable[[], Aggregation]) -> None:
        super().__init__()
        self._make = make

    def grow(self, count: int) -> None:
        self.states.extend(self._make() for _ in range(count - len(self.states)))

    def add(self, group: int, values: list[Scalar], time: float | None) -> None:
        self.states[group].add(values, time)

    def add_repeated(self, group: int, values: list[Scalar], count: int) -> None:
        self.states[group].add_repeated(values, count)

    def add_times(self, group: int, times: Times) -> None:
        self.states[group].add_each(times)

    def results(self) -> Sequence[Value | None]:
        found = [part.result() for part in self.states]
        return [[*value] if isinstance(value, list) else value for value in found]
