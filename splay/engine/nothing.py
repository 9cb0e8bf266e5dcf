"""Why a search found nothing: what the data holds, beside what the search asks for.

The data is read once more, without the search's own narrowing, so that what can be known is said:
no event in the time range, none of that index or sourcetype, no such field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from splay.commands.operation import Context
from splay.engine.plan import Plan, Retrieval, make_plan
from splay.errors import DataError
from splay.eval.conditions.predicate import compile_predicate
from splay.eval.times.timefmt import iso
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING
from splay.spelling import spelling
from splay.spl.tree import And, Compare, SearchExpr
from splay.store.event import Event, Need, ReadReport, Store
from splay.store.files.filestore import parsed_store

MOST = 200_000
"""How many events are looked at."""

_FEW = 100  # events of one sourcetype whose fields are made
_SHOWN = 5  # values of a field in a sentence
_ORIGINS = ("index", "sourcetype", "source", "host")


@dataclass
class Seen:
    """What the data holds. within: events in the time range; cut: whether there were more."""

    count: int = 0
    within: int = 0
    first: float = float("inf")
    last: float = float("-inf")
    cut: bool = False
    origins: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in _ORIGINS}
    )
    fields: set[str] = field(default_factory=set)


def reasons(plan: Plan, store: Store, context: Context) -> list[str]:
    """Sentences that say why the search found no event, as far as the data tells.

    plan: of a search that found nothing. They are few, and none is a guess: an empty list means
    that the events are there, and no single condition rules all of them out.
    """
    retrieval = plan.retrieval
    if retrieval is None or not _says(retrieval):
        return []
    parsed = parsed_store(store, context.apps.index_time)
    seen = _look(parsed, plan.knowledge, retrieval)
    if not seen.count:
        return []
    if seen.cut:
        return [f"of the first {MOST:,} events: {said}" for said in _all(seen, retrieval, context)]
    return _all(seen, retrieval, context)


def _all(seen: Seen, retrieval: Retrieval, context: Context) -> list[str]:
    return [*_time(seen, retrieval, context.tz), *_conditions(seen, retrieval.expr)]


def _says(retrieval: Retrieval) -> bool:
    """Whether the search asks for anything of which the data can tell why nothing has it: without a
    time range or a field, it need not be read again."""
    need, expr = retrieval.need, retrieval.expr
    parts = expr.parts if isinstance(expr, And) else (expr,)
    bounded = (need.earliest, need.latest) != (None, None)
    return bounded or any(isinstance(part, Compare) and part.op == "=" for part in parts)


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


def _look(store: Store, knowledge: Knowledge, retrieval: Retrieval) -> Seen:
    seen, looked = Seen(), Counter[str]()
    for event in _events(store):
        if seen.count == MOST:
            seen.cut = True
            break
        seen.count += 1
        seen.first, seen.last = min(seen.first, event.time), max(seen.last, event.time)
        need = retrieval.need
        after = need.earliest is None or need.earliest <= event.time
        seen.within += after and (need.latest is None or event.time < need.latest)
        for name in _ORIGINS:
            seen.origins[name][getattr(event, name)] += 1
        looked[event.sourcetype] += 1
        if looked[event.sourcetype] <= _FEW:
            seen.fields |= set(knowledge.row(event, EVERYTHING))
    return seen


def _events(store: Store) -> Iterator[Event]:
    """All events; a store that cannot be read has said so already."""
    try:
        yield from store.scan(Need(), ReadReport())
    except DataError:
        return


def _time(seen: Seen, retrieval: Retrieval, tz: tzinfo) -> Iterator[str]:
    need = retrieval.need
    if seen.within or (need.earliest is None and need.latest is None):
        return
    bounds = [
        f"{word} {iso(bound, tz)}"
        for word, bound in (("from", need.earliest), ("before", need.latest))
        if bound is not None
    ]
    held = f"the data has events from {iso(seen.first, tz)} to {iso(seen.last, tz)}"
    yield f"no event is {' and '.join(bounds)}: {held}"


def _conditions(seen: Seen, expr: SearchExpr) -> Iterator[str]:
    """Of the conditions that every event must meet: those that none can."""
    for part in expr.parts if isinstance(expr, And) else (expr,):
        if not isinstance(part, Compare) or part.op != "=":
            continue
        if part.field in _ORIGINS:
            values = seen.origins[part.field]
            fits = compile_predicate(part)
            if not any(fits({part.field: value}) for value in values):
                names = ", ".join(value for value, _ in values.most_common(_SHOWN))
                more = ", ..." if len(values) > _SHOWN else ""
                yield f"no event has {part.field}={part.value}: the data has {names}{more}"
        elif part.field not in seen.fields:
            near = spelling(part.field, seen.fields) or _like(part.field, seen.fields)
            hint = f"; did you mean {near}?" if near else ""
            yield f"no event has a field {part.field}{hint}"


_PAIRS = (("EventCode", "EventID"), ("EventID", "EventCode"), ("dest", "Computer"))
"""Names that add-ons give what raw events have under another name."""


def _like(name: str, known: set[str]) -> str:
    names = [name, *(other for one, other in _PAIRS if one == name)]
    for wanted in names:
        found = [each for each in sorted(known) if each == wanted or each.endswith(f".{wanted}")]
        if found:
            return found[0]
    return ""
