"""From the text of a search to what will be done: commands, literals, demanded fields, time range.

Nothing is read here but configuration: `splay explain` shows a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from splay.apps import CustomCommand
from splay.commands.builtin.search import Search
from splay.commands.custom.command import External
from splay.commands.operation import Context, Kind, Operation
from splay.commands.registry import find_command, suggestion
from splay.commands.subsearch import has_subsearch
from splay.commands.timebounds import refuse_bounds, split_bounds, without_bounds
from splay.engine.codes import EventCodes, event_codes
from splay.engine.literals import literals
from splay.engine.origins import origin_filter
from splay.engine.subsearches import Open
from splay.errors import ConfError, SplError, UnsupportedError
from splay.eval.conditions.predicate import (
    compile_predicate,
    predicate_fields,
)
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING, Demand, Row
from splay.spelling import spelling
from splay.spl.args import Args
from splay.spl.parser import parse_search
from splay.spl.patched import Patched
from splay.spl.tree import (
    And,
    Command,
    Pipeline,
    SearchExpr,
)
from splay.spl.written import Written
from splay.store.event import Need


@dataclass
class Retrieval:
    """The first stage of a search over events.

    expr: with event types and tags replaced; fields: those that it reads. demand: the fields that
    this and later stages read. newest_first: whether a later stage depends on the order of events.
    codes: the event codes that it looks for, where it names any.
    """

    expr: SearchExpr
    fields: frozenset[str]
    need: Need
    demand: Demand
    newest_first: bool
    codes: EventCodes | None = None

    @cached_property
    def matches(self) -> Callable[[Row], bool]:
        """Whether a row fits. Made when it is first asked for: of the searches of a hunt, most
        never meet an event that they might match."""
        return compile_predicate(self.expr)


@dataclass
class Plan:
    """search: with its macros expanded. retrieval: None when the first command generates rows.

    inner: the plans of its subsearches and of the searches within its commands. ahead: those of
    these searches that need no rows of this one, so that they may run before it; of an open plan
    only its subsearches. apart: whether the others look for events.
    open: whether subsearches give parts of its arguments. Such a plan only shows what is known;
    to run it, its subsearches are run and their results planned (see run.py). patched: of such a
    new plan, what its places are in `search`. written: what the places in `search` are in the
    search as it was written, where macros were expanded here.
    """

    search: str
    commands: tuple[Command, ...]
    operations: list[Operation]
    retrieval: Retrieval | None
    knowledge: Knowledge
    inner: list[Plan] = field(default_factory=list)
    ahead: list[Pipeline] = field(default_factory=list)
    apart: bool = False
    open: bool = False
    patched: Patched | None = None
    written: Written | None = None

    @property
    def reads_events(self) -> bool:
        """Whether it, or a search within it, looks for events."""
        return self.retrieval is not None or any(plan.reads_events for plan in self.inner)

    def forget(self) -> None:
        """Drops what was made to read events, which is most of a plan; it is made again where the
        plan is run again."""
        self.knowledge.forget()
        for plan in self.inner:
            plan.forget()


def make_plan(search: str, context: Context, lead: str = "") -> Plan:
    """The plan for a search, macros and all. SplError shows the place in the search.

    Sets the context's time range to what `earliest=` and `latest=` in the search say.
    lead: what is put before it to be read, which is no part of it for errors.
    """
    context.initial_span = context.span
    written = Written(search, context.apps.expansion(search), lead)
    try:
        plan = plan_pipeline(parse_search(written.search), written.search, context)
    except SplError as error:
        if error.search is None:
            written.place(error)
        raise
    return replace(plan, written=written)


def plan_pipeline(
    pipeline: Pipeline, search: str, context: Context, *, over_rows: bool = False
) -> Plan:
    """The plan for a parsed search, or for a pipeline over given rows.

    search: the text that its positions count in.
    """
    try:
        return _plan(pipeline, pipeline.text or search, context, over_rows)
    except SplError as error:
        error.search = error.search or pipeline.text or None
        raise


def _plan(pipeline: Pipeline, search: str, context: Context, over_rows: bool) -> Plan:
    commands = pipeline.commands
    operations = make_operations(commands, context)
    inner, ahead, apart = _inner(operations, search, context)
    still_open = any(isinstance(operation, Open) for operation in operations)
    scope = context.scope
    as_indexed = not over_rows and operations[0].as_indexed
    knowledge = Knowledge(context.apps, scope, context.add_message, as_indexed=as_indexed)
    retrieval = None
    if not over_rows:
        operations, expr = _source(commands[0], operations, context)
        if expr is not None:
            retrieval = _retrieval(expr, operations, knowledge, context)
            if still_open:
                retrieval.demand = EVERYTHING
    return Plan(search, commands, operations, retrieval, knowledge, inner, ahead, apart, still_open)


def _inner(
    operations: list[Operation], search: str, context: Context
) -> tuple[list[Plan], list[Pipeline], bool]:
    """The plans of the searches within the commands; of these searches, those that may run before
    the whole; and whether any of the others looks for events."""
    still_open = any(isinstance(operation, Open) for operation in operations)
    inner: list[Plan] = []
    ahead: list[Pipeline] = []
    apart = False
    for operation in operations:
        free = () if operation.over_rows else operation.pipelines
        for part in operation.searches(context):
            plan = plan_pipeline(part, search, within(context), over_rows=operation.over_rows)
            inner.append(plan)
            if part in free and (isinstance(operation, Open) or not still_open):
                ahead.append(part)
            apart = apart or plan.apart or (part not in free and plan.reads_events)
    return inner, ahead, apart


def within(context: Context) -> Context:
    """The context of a search within this one: it has the time range that the whole was given."""
    inner = replace(context)
    inner.span = context.initial_span
    return inner


def _source(
    command: Command, operations: list[Operation], context: Context
) -> tuple[list[Operation], SearchExpr | None]:
    """The operations that are left, and which events go into them; None when the first one
    makes the rows."""
    first = operations[0]
    if isinstance(first, Open) and first.known is not None:
        return operations[1:], first.known
    if isinstance(first, Search):
        return operations[1:], first.expr
    if isinstance(first, External):
        first.leads = True
    elif first.kind is not Kind.GENERATING:
        message = f"{command.name} cannot begin a search: there are no rows yet"
        raise SplError(message, at=command.at, hint="Begin with search, or with makeresults")
    expr = first.events(context)
    second = operations[1] if len(operations) > 1 else None
    if expr is not None and first.bounds_follow and isinstance(second, Search):
        bounds, rest = split_bounds(second.expr)
        return [first, Search(rest), *operations[2:]], And((expr, *bounds))
    return operations, expr


def make_operations(commands: Sequence[Command], context: Context) -> list[Operation]:
    """The parsed commands. SplError: what is wrong with one, or cannot stand at its place."""
    operations = [_operation(command, context) for command in commands]
    for number, (command, operation) in enumerate(zip(commands, operations, strict=True)):
        operation.check(context)
        operation.placed(operations[:number])
        if number == 0:
            continue
        if operation.kind is Kind.GENERATING and not getattr(operation, "append", False):
            message = f"{command.name} must be the first command"
            raise SplError(message, at=command.at, hint="Begin the search with | and it").worded(
                f"Error in '{command.name}' command: This command must be the first command of a "
                "search."
            )
        bounds_count = number == 1 and operations[0].bounds_follow
        if isinstance(operation, Search) and not bounds_count:
            refuse_bounds(operation.expr)
    for command, shown, later in zip(commands, operations, operations[1:], strict=False):
        if shown.shows_only and not later.shows_only:
            message = f"{command.name} before other commands is not supported"
            raise UnsupportedError(message, at=command.at, hint="Write it at the end of the search")
    return operations


def _operation(command: Command, context: Context) -> Operation:
    args = Args(command.text, command.text_at, command.name)
    built_in = find_command(command.name)
    custom = None if built_in else _custom(command, context)
    if (built_in or custom) and has_subsearch(command, built_in):
        return Open(command, built_in)
    if built_in is not None:
        try:
            return built_in.parse(args)
        except SplError as error:
            told = args.misspelt(error) or args.worded(error)
            # splunkd reads a command's arguments once the search runs.
            told.in_run = not isinstance(told, UnsupportedError)
            if told is error:  # which keeps what it comes from
                raise
            raise told from error
    if custom is not None:
        return External(custom, args, command.at)
    message = f"the command {command.name} is not supported"
    hint = suggestion(command.name, set(context.apps.conf("commands")) - {"default"})
    words = f"Unknown search command '{command.name}'."
    raise UnsupportedError(message, at=command.at, hint=hint).worded(words)


def _custom(command: Command, context: Context) -> CustomCommand | None:
    try:
        return context.apps.command(command.name)
    except ConfError as error:
        raise UnsupportedError(error.placed, at=command.at, hint=error.hint) from error


def _retrieval(
    expr: SearchExpr, operations: list[Operation], knowledge: Knowledge, context: Context
) -> Retrieval:
    expr = knowledge.expand(without_bounds(expr, context))
    refuse_bounds(expr)
    for name in sorted(knowledge.classes.unknown):
        near = spelling(name, knowledge.classes.names)
        near = f". Did you mean {near}?" if near else ""
        context.add_message("WARN", f"there is no event type {name!r}: nothing matches it{near}")
    indexes = None
    if context.reach is not None:
        expr, indexes = context.reach.narrowed(expr)
    demand = EVERYTHING
    for operation in reversed(operations):
        demand = operation.demand(demand)
    fields = frozenset(predicate_fields(expr))
    demand = demand.plus(fields)
    found = literals(expr, knowledge.literal_safe)
    earliest, latest, index_earliest, index_latest = context.span
    may_match = origin_filter(knowledge, expr, fields)
    codes = event_codes(expr)
    says = codes.says if codes else None
    need = Need(found, earliest, latest, indexes, index_earliest, index_latest, may_match, says)
    ordered = _order_matters(operations)
    if ordered:
        demand = demand.plus(["_time"])
    return Retrieval(expr, fields, need, demand, ordered, codes)


def _order_matters(operations: list[Operation]) -> bool:
    """Whether anything sees the order of events: Splunk gives them newest first."""
    for operation in operations:
        if operation.kind is Kind.TRANSFORMING:
            return not operation.order_free
        if operation.kind is Kind.GENERATING and operation.order_free:
            return False
        if operation.kind is not Kind.STREAMING:
            return True
    return True
