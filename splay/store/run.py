"""Events that have the same fields, but for their times."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from splay.rows import Row


class Times(ABC):
    """The times of one or more events, epoch seconds, each as `_time` has it, in no order."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __iter__(self) -> Iterator[int | float]: ...

    @abstractmethod
    def extremes(self) -> tuple[int | float, int | float]:
        """The first and the last."""


@dataclass(frozen=True, slots=True)
class Listed(Times):
    """Times one by one."""

    times: Sequence[int | float]

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[int | float]:
        return iter(self.times)

    def extremes(self) -> tuple[int | float, int | float]:
        return min(self.times), max(self.times)


@dataclass(frozen=True, slots=True)
class Run:
    """row: the fields, `_time` among them, which stands for all times."""

    row: Row
    times: Times

    def rows(self) -> Iterator[Row]:
        """The events, each with a row of its own."""
        lists = [name for name, value in self.row.items() if isinstance(value, list)]
        for time in self.times:
            row = dict(self.row)
            row["_time"] = time
            for name in lists:
                row[name] = [*row[name]]  # type: ignore[misc]
            yield row
