"""What a search command is to the engine: one class, one file, found by its name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

from splay.eval.registry import EvalContext
from splay.memory import in_memory
from splay.rows import Demand, Row
from splay.store.run import Run, each

if TYPE_CHECKING:
    from splay.apps import AppSet
    from splay.errors import SplayError
    from splay.spl.args import Args
    from splay.spl.tree import Command, Pipeline, SearchExpr
    from splay.store.event import Event, ReadReport, Store


class Kind(Enum):
    """Splunk's types of commands that matter for planning.

    https://help.splunk.com (Search Manual, "Types of commands").
    """

    GENERATING = "generating"  # first in the pipeline, reads no rows
    STREAMING = "streaming"  # row by row, no state between rows
    CENTRALIZED = "centralized streaming"  # row by row with state, order matters (head, dedup)
    TRANSFORMING = "transforming"  # needs all rows, makes a table (stats, table)
    DATASET = "dataset processing"  # needs all rows, keeps them (sort)


Span = tuple[float | None, float | None, float | None, float | None]
"""earliest, latest, index_earliest, index_latest: epoch seconds, None where there is no bound."""

Asked: TypeAlias = "tuple[tuple[Command, ...], Span]"
"""A search within a search: its commands, with their places, and the time range it is given."""


class Collector(Protocol):
    """What takes the events that a search writes."""

    def refusal(self, index: str) -> str:
        """Why nothing can be written to this index, and the way out; "" where it can."""

    def append(self, events: Sequence[Event]) -> None:
        """Writes the events. SplayError where it cannot."""


class Engine(Protocol):
    """What plans and runs searches: commands that hold searches ask it, and need not know it."""

    def operations(self, commands: Sequence[Command], context: Context) -> list[Operation]:
        """The commands as they run. SplError: what is wrong with one."""

    def run_inner(
        self, pipeline: Pipeline, context: Context, rows: Iterable[Row] | None
    ) -> list[Row]:
        """The results of a search within the running one; with rows, of a pipeline over these."""


class Reach(Protocol):
    """Which indexes a search reads."""

    def narrowed(self, expr: SearchExpr) -> tuple[SearchExpr, frozenset[str]]:
        """The expression with indexes by their names, and these names."""


@dataclass(slots=True)
class Context:
    """What a running search knows besides its rows. Shared by all its stages.

    earliest, latest: the search's time range, epoch seconds (None: unbounded).
    index_earliest, index_latest: the same for the time at which events were indexed.
    messages: what a person should be told, in order; level is INFO, WARN or ERROR, or DEBUG for
    what is only of use where something is looked for.
    initial_span: the time range that the search was started with: subsearches have it, whatever
    `earliest=` and `latest=` say in the search around them.
    engine: what plans and runs the searches within it; `splay.engine.inner.new_context` names it.
    store: where events are while the search runs. reports: what searches within it read of them.
    answers: what searches within it found before they were asked, or why they failed, by `key_of`.
    data_folder: the only folder that a search may write below; None: it may not write.
    collector: takes the events that the search writes to an index; None: it may not.
    reach: says which indexes this search and those within it read; None: there is but one store.
    spent: seconds of wall time, by what they were spent on.
    should_continue: called between rows. Raises to abort the search; returns False to stop reading
    and finish with the rows found so far.
    """

    apps: AppSet
    now: float
    tz: tzinfo = UTC
    engine: Engine = field(kw_only=True)
    earliest: float | None = None
    latest: float | None = None
    index_earliest: float | None = None
    index_latest: float | None = None
    sid: str = "splay"
    messages: list[tuple[str, str]] = field(default_factory=list)
    initial_span: Span = (None, None, None, None)
    store: Store | None = None
    reports: list[ReadReport] = field(default_factory=list)
    answers: dict[Asked, list[Row] | SplayError] = field(default_factory=dict)
    data_folder: Path | None = None
    collector: Collector | None = None
    reach: Reach | None = None
    spent: dict[str, float] = field(default_factory=dict)
    should_continue: Callable[[], bool] = in_memory

    @property
    def span(self) -> Span:
        """All four bounds."""
        return self.earliest, self.latest, self.index_earliest, self.index_latest

    @span.setter
    def span(self, bounds: Span) -> None:
        self.earliest, self.latest, self.index_earliest, self.index_latest = bounds

    @property
    def scope(self) -> EvalContext:
        """What eval expressions of this search know besides the row."""
        return EvalContext(self.now, self.tz, self.apps.lookup)

    def add_message(self, level: str, text: str) -> None:
        """Adds a message once."""
        if (level, text) not in self.messages:
            self.messages.append((level, text))

    def add_time(self, what: str, seconds: float) -> None:
        """Adds to what was spent."""
        self.spent[what] = self.spent.get(what, 0.0) + seconds

    def operations(self, pipeline: Pipeline) -> list[Operation]:
        """The commands of a search that is part of what an app brings."""
        return self.engine.operations(pipeline.commands, self)

    def key_of(self, pipeline: Pipeline) -> Asked:
        """What a search within this one is known by."""
        return pipeline.commands, self.initial_span

    def run_inner(self, pipeline: Pipeline, rows: Iterable[Row] | None = None) -> list[Row]:
        """The results of a search within the search; with rows, of a pipeline over these."""
        return self.engine.run_inner(pipeline, self, rows)


class Operation(ABC):
    """One parsed command. Subclasses live in splay/commands/builtin/, as `COMMAND`."""

    kind: Kind
    order_free: bool = False
    """Whether its result is the same whatever the order of its rows: of a transforming command,
    and of a generating one that reads events."""
    shows_only: bool = False
    """Whether it changes what values look like, not what they are: nothing may come after it."""
    takes_pipelines: bool = False
    """Whether `[ ... ]` is an argument; otherwise it is a subsearch whose result is one."""
    pipelines: tuple[Pipeline, ...] = ()
    """The searches in its arguments."""
    bounds_follow: bool = False
    """Whether time modifiers of a search command right after it set its time range."""
    makes_rows: bool = False
    """Whether a streaming command may give more rows than it takes."""
    adds_rows: bool = False
    """Whether a streaming command gives rows of its own behind all that it takes."""
    filters: SearchExpr | None = None
    """Of the command search: the expression that its rows match."""
    as_indexed: bool = False
    """Of a generating command that reads events: whether it sees them as they were indexed, without
    search-time knowledge."""
    over_rows: bool = False
    """Whether its pipelines work on its rows instead of making their own."""
    in_time_order: bool | None = None
    """Whether its rows are known to come in the order of time; None: as they came."""
    in_preview: bool = True
    """Whether it may run on what the rows come to so far: not what writes, or starts a process."""
    so_far: Callable[[], Iterable[Row]] | None = None
    """While it takes rows: makes what those that it has taken come to; None where it cannot."""
    selects: bool = False
    """Whether it only chooses and orders its rows, and passes on the very ones that it is given."""
    keeps_runs: bool = False
    """Whether what it gives may hold runs, if what it is given does."""
    cuts: bool = False
    """Of one that selects: whether it may choose few, however many rows there are."""
    emptied: Collection[str] = ()
    """After a run: the fields of which it took away values that were there."""

    @property
    def by_row(self) -> bool:
        """Whether it makes of each row what it makes, whatever rows there are before and behind."""
        return self.kind is Kind.STREAMING and not self.adds_rows

    @property
    def orders_columns(self) -> bool:
        """Whether it builds rows, and so says which columns there are and in which order."""
        return self.kind is Kind.TRANSFORMING

    @classmethod
    @abstractmethod
    def parse(cls, args: Args) -> Self:
        """Reads the command's arguments; raises SplError with the position of what is wrong."""

    @abstractmethod
    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        """Rows in, rows out. May change and pass on the rows it is given (each has one owner)."""

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row | Run]:
        """The same as `run`, of events of which some come together: all but `_time` of a run is
        the same for all of its events. Gives runs only where `keeps_runs`."""
        return self.run(each(items), context)

    def ahead(self) -> AbstractContextManager[None]:
        """What takes a while and needs no rows, begun before they are there. Around `run`."""
        return nullcontext()

    def check(self, context: Context) -> None:
        """SplError for what only eval, the apps or the data can tell to be wrong; asked before
        anything is read."""
        return None

    def placed(self, before: Sequence[Operation]) -> None:
        """Told which commands stand before it. SplError: it cannot stand there."""
        return None

    def declares(self, before: frozenset[str]) -> frozenset[str]:
        """The fields that a table has a column for, though no row may have a value."""
        known = self.columns(None) if self.kind is Kind.TRANSFORMING else None
        return before if known is None else frozenset(known)

    def searches(self, context: Context) -> tuple[Pipeline, ...]:
        """The searches within it, for the planner to check."""
        return self.pipelines

    def events(self, context: Context) -> SearchExpr | None:
        """Of a generating command that reads events: which ones. They are what it is run on."""
        return None

    def demand(self, after: Demand) -> Demand:
        """The fields wanted of the rows coming in, given what is wanted of those going out."""
        return after

    def columns(self, before: list[str] | None) -> list[str] | None:
        """The columns of the result in order, where they are known before running; else None."""
        return before


class Divisible(Operation):
    """A transforming command whose rows may be divided among several: what each comes to can be
    sent to another process, and has a method `merge` that takes in another such part."""

    def mergeable(self, context: Context) -> bool:
        """Whether the results are then the same, with these arguments."""
        return True

    @abstractmethod
    def groups(self, items: Iterable[Row | Run], context: Context) -> Any:
        """What rows come to, before the results are taken."""

    @abstractmethod
    def results(self, groups: Any, context: Context) -> Iterator[Row]:
        """The result rows of what all rows came to."""

    def joined(self, parts: Iterable[Any]) -> Any:
        """What several parts, one at least, come to together; they are used up."""
        all_parts = iter(parts)
        whole = next(all_parts)
        for part in all_parts:
            whole.merge(part)
        return whole

    def merged(self, parts: Iterable[Any], context: Context) -> Iterator[Row]:
        """The result rows of several parts together."""
        return self.results(self.joined(parts), context)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return self.over(rows, context)

    def over(self, items: Iterable[Row | Run], context: Context) -> Iterator[Row]:
        groups = self.groups(items, context)
        self.so_far = None
        yield from self.results(groups, context)
