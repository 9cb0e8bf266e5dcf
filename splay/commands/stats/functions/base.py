"""What a statistical function is: values in, one result out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from splay.commands.stats.functions.columns import Column
from splay.rows import Scalar, Value
from splay.store.run import Times


class Aggregation(ABC):
    """One function over the values of one field in one group.

    timed: it needs each row's _time. order_free: the order of rows does not matter to it.
    numeric: it is computed from the numbers among the values. per: of a rate per time, as
    timechart has them, the seconds of its unit; the result is then still the sum.
    """

    __slots__ = ()

    timed: ClassVar[bool] = False
    order_free: ClassVar[bool] = True
    numeric: ClassVar[bool] = False
    per: ClassVar[int] = 0

    @abstractmethod
    def add(self, values: list[Scalar], time: float | None) -> None:
        """One row's values, at least one."""

    def add_repeated(self, values: list[Scalar], count: int) -> None:
        """The same values of so many rows; only where it is not `timed`."""
        for _ in range(count):
            self.add(values, None)

    def add_each(self, numbers: Times) -> None:
        """One number of each of several rows; only where it is not `timed`."""
        for number in numbers:
            self.add([number], None)

    def column(self) -> Column[Any] | None:
        """A new one of what does the same for many groups at once, where there is such."""
        return None

    @abstractmethod
    def result(self) -> Value | None:
        """The result; None is null."""


def plain(number: int | float) -> int | float:
    """The number, as an int where it is whole and exact."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return int(number)
    return number
