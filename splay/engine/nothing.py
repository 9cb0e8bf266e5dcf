"""Why a search found nothing: what the data holds, beside what the search asks for.

The data is read once more for each thing that is asked, without the search's own narrowing, so that
what can be known is said: no event in the time range, none of that index or sourcetype, no such
field or value, a command that leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import islice

from splay.commands.operation import Context
from splay.counting import counted
from splay.engine.plan import Plan, Retrieval, make_plan, within
from splay.engine.run import run_plan
from splay.errors import DataError, SplayError
from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, to_number, to_text
from splay.rows import EVERYTHING, Row
from splay.spelling import spelling
from splay.spl.printer import quoted, search_text
from splay.spl.tree import And, Command, Compare, Or, SearchExpr, Term
from splay.store.event import Need, ReadReport, Store
from splay.store.files.filestore import parsed_store

MOST_AGAIN = 100_000
"""How many events are read again."""

LOOKED = 2_000
"""Of how many events, the first ones, fields are made to know their names."""

_SHOWN = 5  # values of a field in a sentence
_PAIRS = (("EventCode", "EventID"), ("EventID", "EventCode"), ("dest", "Computer"))
"""Names that add-ons give what raw events have under another name."""


def reasons(plan: Plan, store: Store, context: Context, count: int) -> list[str]:
    """Sentences that say why the search found nothing, as far as the data tells.

    They are few, and none is a guess.

    Args:
        plan: of a search that found nothing.
        context: the one that it was planned in.
        count: how many events were read for it. Where they were too many to be read again, it is
            only said how many.
    """
    retrieval = plan.retrieval
    if retrieval is None:
        return []
    asking = Asking(plan, store, context)
    again = count <= MOST_AGAIN
    emptying = _emptying(plan, asking) if again else None
    if emptying is not None and emptying is not plan.commands[0]:
        return [f"events match, but {_text(emptying)} leaves none of them"]
    said = [f"{counted(count, 'event was', 'events were')} read, and nothing was found"]
    if not again or not _says(retrieval):
        return said
    said += [*_time(retrieval.need, context.tz, asking), *_conditions(retrieval.expr, asking)]
    if len(said) == 1 and emptying is plan.commands[0]:
        said += _together(retrieval.expr, asking)
    return said


def _says(retrieval: Retrieval) -> bool:
    """Whether the search asks for anything of which the data can tell why nothing has it: that no
    event holds a single word is known already."""
    bounded = (retrieval.need.earliest, retrieval.need.latest) != (None, None)
    return bounded or isinstance(retrieval.expr, And) or _field(retrieval.expr) != ""


class Asking:
    """Runs small searches over the same data, which write nothing and of which nothing is shown.

    Args:
        plan: of the search that found nothing.
        context: the one that it was planned in.
    """

    def __init__(self, plan: Plan, store: Store, context: Context) -> None:
        self._plan = plan
        self._store = store
        self._given = within(context)
        self._within = context
        self._ever = replace(context, earliest=None, latest=None)

    def row(self, search: str) -> Row:
        """The one result of a search over all time."""
        return self._rows(search, self._ever)[0]

    def finds(self, search: str) -> bool:
        """Whether a search over all time finds anything."""
        return self._finds(search, self._ever)

    def finds_so_far(self, search: str) -> bool:
        """Whether the beginning of the search itself finds anything."""
        return self._finds(search, self._given)

    def has_events(self) -> bool:
        """Whether there is any event in the time range of the search."""
        return self._finds("*", self._within)

    def values(self, name: str) -> list[str]:
        """The commonest values of a field; none where no event has it."""
        found = self._rows(
            f"* | top {_SHOWN + 1} {quoted(name)} | fields {quoted(name)}", self._ever
        )
        return [to_text(each) for row in found for value in row.values() for each in as_list(value)]

    def names(self) -> set[str]:
        """The fields of the first events."""
        return first_fields(self._plan, parsed_store(self._store, self._within.apps.index_time))

    def _finds(self, search: str, context: Context) -> bool:
        try:
            (row,) = self._rows(f"{search} | stats count", context)
        except SplayError:  # it cannot be run so, and it is not known
            return True
        return row["count"] != 0

    def _rows(self, search: str, context: Context) -> list[Row]:
        quiet = replace(context, messages=[], reports=[], data_folder=None)
        return run_plan(make_plan(search, quiet), self._store, quiet, ReadReport()).rows


def _emptying(plan: Plan, asking: Asking) -> Command | None:
    """The command after which nothing is left; None where that cannot be known."""
    if plan.open or plan.commands[0].name != "search":
        return None
    texts = list(map(_text, plan.commands))
    for number, following in enumerate(plan.operations):
        if not asking.finds_so_far(" ".join(texts[: number + 1])):
            return plan.commands[number]
        if not following.in_preview and number + 2 < len(texts):
            return None  # it writes, or starts a process: not twice
    return plan.commands[-1]


def _text(command: Command) -> str:
    return f"| {command.name} {command.text}".rstrip()


def _time(need: Need, tz: tzinfo, asking: Asking) -> Iterator[str]:
    bounds = [
        f"{word} {iso(bound, tz)}"
        for word, bound in (("from", need.earliest), ("before", need.latest))
        if bound is not None
    ]
    if not bounds or asking.has_events():
        return
    held = asking.row("* | stats min(_time) AS first max(_time) AS last")
    first, last = (iso(to_number(held.get(name)) or 0, tz) for name in ("first", "last"))
    yield f"no event is {' and '.join(bounds)}: the data has events from {first} to {last}"


def _parts(expr: SearchExpr) -> Sequence[SearchExpr]:
    """The conditions that every event must meet."""
    return expr.parts if isinstance(expr, And) else (expr,)


def _conditions(expr: SearchExpr, asking: Asking) -> Iterator[str]:
    """Of the conditions: those that no event meets."""
    for part in _parts(expr):
        known = isinstance(part, Term) or _field(part)
        if not known or asking.finds(search_text(part)):
            continue
        yield f"no event has {_short(part)}" if isinstance(part, Term) else _unmet(part, asking)


def _together(expr: SearchExpr, asking: Asking) -> Iterator[str]:
    """Of conditions of which each is met by some events, whenever they were."""
    parts = _parts(expr)
    if asking.finds(search_text(expr)):
        yield "events that match lie outside the time range"
    elif len(parts) > 1 and all(isinstance(part, Term) or _field(part) for part in parts):
        texts = ", ".join(map(_short, parts))
        yield f"some events meet each of {texts}, but none meets them all"


def _unmet(part: SearchExpr, asking: Asking) -> str:
    name = _field(part)
    values = asking.values(name)
    if values:
        shown = ", ".join(values[:_SHOWN]) + (", ..." if len(values) > _SHOWN else "")
        return f"no event has {_short(part)}: the data has {shown}"
    known = asking.names()
    if near := _like(name, known):
        hint = f"; did you mean {near}?"
    elif name in dict(_PAIRS):
        hint = "; Splunk_TA_windows makes it of Windows events: name its folder, too (--app)"
    else:
        near = spelling(name, known)
        hint = f"; did you mean {near}?" if near else ""
    return f"no event has a field {name}{hint}"


def first_fields(plan: Plan, store: Store) -> set[str]:
    """The fields of the first LOOKED events, as the plan's apps make them. store: parsed."""
    names: set[str] = set()
    try:
        for event in islice(store.scan(Need(), ReadReport()), LOOKED):
            names |= set(plan.knowledge.row(event, EVERYTHING))
    except DataError:  # which was said already
        pass
    return names


def needed_fields(expr: SearchExpr) -> set[str]:
    """The fields without which no event can match."""
    return {name for part in _parts(expr) if (name := _field(part))}


def _field(part: SearchExpr) -> str:
    """The field that a comparison, or a choice of comparisons (IN), asks for; "" of all else."""
    names = {each.field if isinstance(each, Compare) else "" for each in _choices(part)}
    return names.pop() if len(names) == 1 else ""


def _choices(part: SearchExpr) -> Sequence[SearchExpr]:
    return part.parts if isinstance(part, Or) else (part,)


def _short(part: SearchExpr) -> str:
    """The condition in few words: the first of its choices."""
    choices = [search_text(each) for each in _choices(part)]
    return " OR ".join(choices[:_SHOWN]) + (" ..." if len(choices) > _SHOWN else "")


def _like(name: str, known: set[str]) -> str:
    names = [name, *(other for one, other in _PAIRS if one == name)]
    for wanted in names:
        found = [each for each in sorted(known) if each == wanted or each.endswith(f".{wanted}")]
        if found:
            return found[0]
    return ""


def count_outside(search: str, store: Store, context: Context) -> int:
    """How many events that the search asks for lie outside the context's time range.

    The data is read again, over all time. SplayError: the search or the data cannot be used.
    """
    whole = replace(context, messages=[], reports=[], earliest=None, latest=None)
    plan = make_plan(search, whole)
    retrieval = plan.retrieval
    if retrieval is None or plan.open:
        return 0
    count = 0
    for event in parsed_store(store, context.apps.index_time).scan(retrieval.need, ReadReport()):
        before = context.earliest is not None and event.time < context.earliest
        after = context.latest is not None and event.time >= context.latest
        if before or after:
            count += retrieval.matches(plan.knowledge.row(event, retrieval.demand))
    return count
