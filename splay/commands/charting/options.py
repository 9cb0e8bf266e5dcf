"""What chart and timechart have in common: functions, series, flags, and how they are read.

Source: Search Reference, "chart", "timechart".
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from splay.commands.charting.bins import NAMES as BIN_NAMES
from splay.commands.charting.series import OPTIONS, Series
from splay.commands.charting.splits import Split, check_terms
from splay.commands.operation import Context, Divisible, Kind
from splay.commands.stats.functions.columns import are_mergeable
from splay.commands.stats.grouping import takers
from splay.commands.stats.terms import Term, read_terms
from splay.commands.wildcards import is_pattern
from splay.rows import Demand
from splay.spl.args import Args, as_bool


@dataclass
class ChartCommand(Divisible):
    """made: the columns, known once it has run."""

    terms: list[Term] = field(default_factory=list)
    series: Series = field(default_factory=Series)
    flags: dict[str, bool] = field(default_factory=dict)
    made: list[str] | None = None

    kind = Kind.TRANSFORMING
    defaults: ClassVar[dict[str, bool]] = {}
    """The flags that the command has."""
    per_time: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.flags = dict(self.defaults)

    @property
    @abstractmethod
    def all_splits(self) -> list[Split]:
        """The BY and OVER fields."""

    @property
    @abstractmethod
    def fixed(self) -> tuple[list[str], list[str]]:
        """The columns before and after those of the functions, where there are no series."""

    @property
    @abstractmethod
    def has_series(self) -> bool:
        """Whether a field's values make columns."""

    def read_option(self, args: Args) -> bool:
        """Consumes a flag, an option of the series or their where clause, if it is next."""
        option = args.option(*self.defaults)
        if option is None:
            return self.series.read(args)
        self.flags[option[0]] = as_bool(option[1])
        return True

    def read_functions(self, args: Args) -> bool:
        """Consumes statistical functions; whether there were any."""
        stop = ("by", "over", *OPTIONS, *self.defaults, *BIN_NAMES)
        found = read_terms(args, stop, per_time=self.per_time)
        self.terms += found
        return bool(found)

    def close(self, args: Args) -> None:
        """After the last argument. SplError: functions, fields and options do not go together."""
        args.end()
        check_terms(args, self.terms, self.all_splits)
        self.series.check(args, len(self.terms))
        self.order_free = all(term.make().order_free for term in self.terms)

    def check(self, context: Context) -> None:
        takers(self.terms, context.scope)

    @abstractmethod
    def needs_all(self, context: Context) -> bool:
        """Whether all rows must be seen before the first is counted."""

    def mergeable(self, context: Context) -> bool:
        functions = (term.column() for term in self.terms)
        return are_mergeable(functions) and not self.needs_all(context)

    def demand(self, after: Demand) -> Demand:
        reads = {split.name for split in self.all_splits}
        for term in self.terms:
            reads |= term.reads
        return Demand.of(reads)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if self.made is not None:
            return self.made
        if self.has_series or any(is_pattern(term.name) for term in self.terms):
            return None
        first, last = self.fixed
        return [*first, *(term.name for term in self.terms), *last]
