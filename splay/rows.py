"""What flows through a search: values, rows, and the set of fields that a stage demands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import TypeAlias, overload

Scalar: TypeAlias = str | int | float
"""One value. Extracted values are str; eval makes int and float as well."""

Value: TypeAlias = Scalar | list[Scalar]
"""A field's value; a multivalue field is a list of two or more. Null is absence from the row."""

Row: TypeAlias = dict[str, Value]
"""One event or result. Key order is column order."""


@dataclass(frozen=True)
class Demand:
    """The fields that the rest of a pipeline reads: exact names, wildcard patterns, or everything.

    The planner hands it from the last command to the first; search-time knowledge
    computes only what it `wants`.
    """

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, names: Iterable[str]) -> Demand:
        """The demand for these names; a name with `*` is a pattern."""
        listed = list(names)
        return cls(
            frozenset(name for name in listed if "*" not in name),
            frozenset(name for name in listed if "*" in name),
            "*" in listed,
        )

    @cached_property
    def _matcher(self) -> re.Pattern[str] | None:
        # Only `*` is a wildcard in SPL field names, so `?` and `[` are quoted for fnmatch.
        quoted = (re.sub(r"[?\[]", r"[\g<0>]", pattern) for pattern in sorted(self.patterns))
        joined = "|".join(translate(pattern) for pattern in quoted)
        return re.compile(joined) if joined else None

    def wants(self, name: str) -> bool:
        """Whether a stage downstream may read the field `name`."""
        if self.everything or name in self.names:
            return True
        return self._matcher is not None and self._matcher.match(name) is not None

    def plus(self, names: Iterable[str]) -> Demand:
        """This demand and these names (or patterns) as well."""
        more = Demand.of(names)
        return Demand(
            self.names | more.names,
            self.patterns | more.patterns,
            self.everything or more.everything,
        )

    def minus(self, names: Iterable[str]) -> Demand:
        """This demand without these exact names (patterns stay: they may match others)."""
        return Demand(self.names - frozenset(names), self.patterns, self.everything)


EVERYTHING = Demand(everything=True)
NOTHING = Demand()


@dataclass
class Results(Sequence[Row]):
    """The rows that a search found, in order: a sequence of them, as `rows` is.

    columns: the names of the fields in order; every row has some of them.
    messages: what the search said, as (level, text); the levels are INFO, WARN and ERROR.
    problems: what was wrong with the data, one line each.
    events: how many events were read.
    """

    columns: list[str]
    rows: list[Row]
    messages: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    events: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        return self.rows[place]
