"""list and values. Source: Search Reference, "Multivalue stats and chart functions"."""

from __future__ import annotations

from splay.commands.stats.functions.aggregate import Distinct
from splay.commands.stats.functions.base import Aggregation
from splay.eval.value import from_list
from splay.rows import Scalar, Value

LIST_LIMIT = 100
"""limits.conf, [stats] list_maxsize."""


class List(Aggregation):
    """The first 100 values in the order of the rows."""

    order_free = False

    def __init__(self) -> None:
        self._values: list[Scalar] = []

    def add(self, values: list[Scalar], time: float | None) -> None:
        if len(self._values) < LIST_LIMIT:
            self._values += values[: LIST_LIMIT - len(self._values)]

    def result(self) -> Value | None:
        return from_list(self._values)


class Values(Distinct):
    """Each value once, sorted by its characters."""

    @staticmethod
    def told(seen: set[str]) -> Value | None:
        return from_list([*sorted(seen)])


TABLE: dict[str, type[Aggregation]] = {"list": List, "values": Values}
