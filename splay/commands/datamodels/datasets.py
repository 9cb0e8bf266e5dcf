"""Events as a data model's dataset has them: what tstats, datamodel and from read.

The constraints of the root choose events, or its search makes rows of them; its calculations are
made; then each dataset below keeps what its constraints match and makes its own calculations.
There are no summaries: what Splunk would have accelerated is computed from the events. A root
search may have streaming commands only, as one that Splunk accelerates (Knowledge Manager Manual,
"Accelerate data models").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from splay.commands.operation import Context, Kind, Operation
from splay.errors import ConfError, SplError
from splay.eval.conditions.predicate import compile_predicate, predicate_fields
from splay.eval.expression import compile_expr, fields_of
from splay.knowledge.datamodel import Calculation, Dataset
from splay.knowledge.lookups import lookup_call
from splay.pcre.patterns import TIME_LIMIT, compile_pattern, timed
from splay.rows import Demand, Row
from splay.spl.evalexpr import parse_eval
from splay.spl.parser import parse_search
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, MatchAll, SearchExpr

NODENAME = "nodename"
OF_EVERY_EVENT = ("_time", "_indextime", "_raw", "host", "source", "sourcetype", "index")


@dataclass(frozen=True)
class Stage:
    """One constraint or calculation. act: changes the row; says whether it stays."""

    reads: frozenset[str]
    makes: frozenset[str]
    act: Callable[[Row], bool]


class DatasetReader:
    """Makes rows with a dataset's full field names out of events' rows.

    wanted: the full names that are read of them. expr: which events to look at.
    alone: whether the events were chosen by `expr` and nothing else.
    Raises ConfError for a dataset that cannot be used.
    """

    def __init__(
        self, dataset: Dataset, context: Context, wanted: Demand, *, alone: bool = True
    ) -> None:
        self._apps = context.apps
        self._context = context
        self._scope = context.scope
        self._wanted = wanted
        path = dataset.path()
        self.expr, self._commands = self._root_of(path[0])
        self._root = None if alone else _filter(self.expr)
        self._lineage = [one.lineage for one in path]
        self._names = {full: name for one in path for full, name in one.fields.items()}
        stages = [stage for one in path[1:] for stage in self._of(one)]
        self._below = [_Below(self, child) for child in dataset.children if self._concerns(child)]
        self._stages = self._needed([*self._calculated(path[0]), *stages])

    def _concerns(self, dataset: Dataset) -> bool:
        """Whether something of the dataset or below it is wanted."""
        below = list(dataset.subtree())
        names = [full for one in below for full in one.fields]
        return self._wanted.wants(NODENAME) or any(map(self._wanted.wants, names))

    @property
    def known(self) -> set[str]:
        """The full names that its rows can have."""
        return {*self._names, *(name for below in self._below for name in below.known)}

    def demand(self) -> Demand:
        """The fields of events that it needs."""
        needed = self._plain(self._names)
        for below in self._below:
            needed |= below.reads()
        for stage in reversed(self._stages):
            needed |= stage.reads
        demand = Demand.of(needed)
        for command in reversed(self._commands):
            demand = command.demand(demand)
        return demand.plus(self._root.reads if self._root else ())

    def _plain(self, names: dict[str, str]) -> set[str]:
        return {name for full, name in names.items() if self._wanted.wants(full)}

    def plain_name(self, full: str) -> str:
        """The field's own name."""
        if full in self._names:
            return self._names[full]
        return next((name for below in self._below if (name := below.plain_name(full))), full)

    def rows(self, events: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
        """What the dataset makes of the events: each row before and after it got full names.

        A row with full names has beside them the fields that every event has.
        """
        if self._root is not None:
            events = filter(self._root.act, events)
        for command in self._commands:
            events = command.run(events, self._context)
        for row in events:
            made = self._row(dict(row))
            if made is not None:
                yield row, made

    def _row(self, row: Row) -> Row | None:
        if not all(stage.act(row) for stage in self._stages):
            return None
        made: Row = {name: row[name] for name in OF_EVERY_EVENT if name in row}
        made.update(self._named(row, self._names))
        lineage = list(self._lineage)
        for below in self._below:
            lineage += below.fill(row, made)
        if self._wanted.wants(NODENAME):
            made[NODENAME] = lineage[0] if len(lineage) == 1 else [*lineage]
        return made

    def _named(self, row: Row, names: dict[str, str]) -> Row:
        return {
            full: row[name]
            for full, name in names.items()
            if name in row and self._wanted.wants(full)
        }

    def _needed(self, stages: list[Stage]) -> list[Stage]:
        """Without the calculations of what is not wanted."""
        kept: list[Stage] = []
        needed = self._plain(self._names).union(*(below.reads() for below in self._below))
        for stage in reversed(stages):
            if not stage.makes or stage.makes & needed:
                kept.append(stage)
                needed |= stage.reads
        return kept[::-1]

    # -- constraints, root searches and calculations --

    def _root_of(self, dataset: Dataset) -> tuple[SearchExpr, list[Operation]]:
        """Which events the root is made of, and the commands that then make its rows."""
        if dataset.of_transactions:
            raise ConfError("datasets of transactions are not supported", where=dataset.where)
        if dataset.search is None:
            return self._constraint(dataset), []
        search = dataset.search
        try:
            search = self._apps.expand(search)
            first, *commands = self._context.operations(parse_search(search))
        except SplError as error:
            error.search = search
            raise ConfError(str(error), where=dataset.where) from error
        streams = all(each.kind is Kind.STREAMING for each in commands)
        if first.filters is not None and streams:
            return first.filters, commands
        message = "a root search of anything but events and streaming commands is not supported"
        raise ConfError(message, where=dataset.where)

    def _constraint(self, dataset: Dataset) -> SearchExpr:
        parts: list[SearchExpr] = []
        for text in dataset.constraints:
            expanded = text
            try:
                expanded = self._apps.expand(text)
                parts.append(parse_search_expr(expanded))
            except SplError as error:
                error.search = expanded
                raise ConfError(str(error), where=dataset.where) from error
        if not parts:
            return MatchAll()
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _of(self, dataset: Dataset) -> list[Stage]:
        return [_filter(self._constraint(dataset)), *self._calculated(dataset)]

    def _calculated(self, dataset: Dataset) -> Iterator[Stage]:
        for calculation in dataset.calculations:
            try:
                yield self._calculation(calculation)
            except (SplError, ConfError, ValueError) as error:
                if isinstance(error, SplError):
                    error.search = error.search or calculation.expression
                raise ConfError(str(error), where=dataset.where) from error

    def _calculation(self, item: Calculation) -> Stage:
        makes = frozenset(name for name, _ in item.outputs)
        if item.kind == "Eval":
            return self._eval(item, makes)
        if item.kind == "Lookup":
            table = self._apps.lookup(item.lookup)
            inputs = [(column, name) for name, column in item.inputs]
            outputs = [(column, name) for name, column in item.outputs]
            call = lookup_call(table, inputs, outputs, new_only=False)

            def look(row: Row) -> bool:
                call.apply(row)
                return True

            return Stage(frozenset(name for name, _ in item.inputs) | makes, makes, look)
        if item.kind == "Rex":
            return _rex(item, makes)
        raise ConfError(f"calculated fields of the kind {item.kind} are not supported")

    def _eval(self, item: Calculation, makes: frozenset[str]) -> Stage:
        expr = parse_eval(item.expression)
        value_of = compile_expr(expr, self._scope)

        def evaluate(row: Row) -> bool:
            value = value_of(row)
            for name in makes:
                if value is None or isinstance(value, bool):
                    row.pop(name, None)
                else:
                    row[name] = value
            return True

        return Stage(frozenset(fields_of(expr)), makes, evaluate)


def read_datasets(
    readers: Sequence[DatasetReader], events: Iterable[Row]
) -> Iterator[tuple[Row, Row]]:
    """What each of the datasets makes of each event, as `DatasetReader.rows` gives it."""
    if len(readers) == 1:
        return readers[0].rows(events)
    return (made for event in events for each in readers for made in each.rows([dict(event)]))


def demand_of(readers: Iterable[DatasetReader]) -> Demand:
    """The fields of events that the datasets need."""
    demands = [reader.demand() for reader in readers]
    everything = any(demand.everything for demand in demands)
    names = {name for demand in demands for name in (*demand.names, *demand.patterns)}
    return Demand.of({*names, "*"} if everything else names)


def _filter(expr: SearchExpr) -> Stage:
    return Stage(frozenset(predicate_fields(expr)), frozenset(), compile_predicate(expr))


def _rex(item: Calculation, makes: frozenset[str]) -> Stage:
    pattern = compile_pattern(item.expression)
    source = item.inputs[0][0] if item.inputs else "_raw"

    def extract(row: Row) -> bool:
        try:
            found = timed(pattern.search, str(row.get(source, "")), limit=TIME_LIMIT)
        except TimeoutError as error:
            message = f"a data model's expression takes longer than {TIME_LIMIT:g} s on an event"
            raise ConfError(message, where=item.expression[:80]) from error
        for name, value in (found.groupdict() if found else {}).items():
            if name in makes and value is not None:
                row[name] = value
        return True

    return Stage(frozenset({source}), makes, extract)


class _Below:
    """A dataset below the one that is read: its fields, for the rows that are of it."""

    def __init__(self, reader: DatasetReader, dataset: Dataset) -> None:
        self._reader = reader
        self._dataset = dataset
        self._stages = reader._of(dataset)
        self._below = [
            _Below(reader, child) for child in dataset.children if reader._concerns(child)
        ]

    @property
    def known(self) -> set[str]:
        return {*self._dataset.fields, *(name for below in self._below for name in below.known)}

    def plain_name(self, full: str) -> str | None:
        if full in self._dataset.fields:
            return self._dataset.fields[full]
        return next((name for below in self._below if (name := below.plain_name(full))), None)

    def reads(self) -> set[str]:
        needed = self._reader._plain(self._dataset.fields)
        for stage in self._stages:
            needed |= stage.reads
        return needed.union(*(below.reads() for below in self._below))

    def fill(self, row: Row, made: Row) -> list[str]:
        """Adds its fields if the row is of it; the lineages of what the row is of."""
        row = dict(row)
        if not all(stage.act(row) for stage in self._stages):
            return []
        made.update(self._reader._named(row, self._dataset.fields))
        lineage = [self._dataset.lineage]
        for below in self._below:
            lineage += below.fill(row, made)
        return lineage
