"""first and last: by the order of the rows. Source: Search Reference, "Event order functions"."""

from __future__ import annotations

from splay.commands.stats.functions.base import Aggregation
from splay.rows import Scalar, Value


class First(Aggregation):
    order_free = False

    def __init__(self) -> None:
        self._value: Scalar | None = None

    def add(self, values: list[Scalar], time: float | None) -> None:
        if self._value is None:
            self._value = values[0]

    def result(self) -> Value | None:
        return self._value


class Last(First):
    def add(self, values: list[Scalar], time: float | None) -> None:
        self._value = values[0]


TABLE: dict[str, type[Aggregation]] = {"first": First, "last": Last}
