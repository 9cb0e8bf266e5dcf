"""What one piece of search-time knowledge is: a step that fills in fields of a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable

from splay.errors import ConfError
from splay.knowledge.trace import Trace
from splay.rows import Demand, Row

Action = Callable[[Row], None]
Say = Callable[[str, str], None]
"""Told of what a person should know, as (level, text)."""
RAW = "_raw"


class Step(ABC):
    """One EXTRACT, one transform of a REPORT, one alias, ...

    reads: the fields it needs. makes: the fields it can set; None when only the event tells.
    """

    reads: frozenset[str] = frozenset()
    makes: frozenset[str] | None = frozenset()

    @abstractmethod
    def bind(self, wanted: Demand) -> Action:
        """What to do with each row, given the fields that anything later reads."""

    def needs(self, wanted: Demand) -> Iterable[str]:
        """The fields that must be there to make those of its fields that are wanted."""
        return self.reads

    def changes(self, field: str) -> bool:
        """Whether it may change a field that is there already."""
        return self.makes is None or field in self.makes

    def origins(self, field: str) -> Collection[str] | None:
        """The fields whose text `field` takes its value from, letter for letter; None: another."""
        return None

    def trace(self, row: Trace, wanted: Demand) -> None:
        """What `bind` would do with a row of which only some is known. The fields that it makes
        depend on those it needs, and on what they were before.

        Raises Undecided or Unsupported where that cannot be told.
        """
        row.mix(self.needs(wanted), self.makes)

    def useful(self, wanted: Demand) -> bool:
        """Whether it can set a field that is wanted."""
        if self.makes is None:
            return wanted.everything or bool(wanted.patterns) or bool(wanted.names)
        return any(map(wanted.wants, self.makes))


class Broken(Step):
    """A setting that cannot be used: an error only where a field that it can make is wanted."""

    def __init__(self, error: ConfError, makes: Iterable[str] | None) -> None:
        self._error = error
        self.makes = None if makes is None else frozenset(makes)

    def bind(self, wanted: Demand) -> Action:
        raise self._error


def chain(steps: Iterable[Step], demand: Demand) -> list[tuple[Step, Demand]]:
    """The steps, in order, that fill in the demanded fields, each with what is wanted of it: the
    last step is asked first, since what a step needs is demanded of those before it."""
    links: list[tuple[Step, Demand]] = []
    for step in reversed(list(steps)):
        if step.useful(demand):
            links.append((step, demand))
            demand = demand.plus(step.needs(demand))
    return links[::-1]
