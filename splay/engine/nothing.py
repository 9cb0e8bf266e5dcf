"""Why a search found nothing: what the data holds, beside what the search asks for.

The data is read once more, without the search's own narrowing, so that what can be known is said:
no event in the time range, none of that index or sourcetype, no such field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from splay.commands.operation import Context
from splay.engine.plan import Plan, Retrieval, make_plan, within
from splay.engine.run import run_plan
from splay.errors import DataError, SplayError
from splay.eval.conditions.predicate import compile_predicate
from splay.eval.times.timefmt import iso
from splay.eval.value import as_list, to_text
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING, Row
from splay.spelling import spelling
from splay.spl.printer import quoted, search_text
from splay.spl.tree import And, Command, Compare, Or, SearchExpr, Term
from splay.store.event import Event, Need, ReadReport, Store
from splay.store.files.filestore import parsed_store

MOST = 200_000
"""How many events are looked at one by one."""

MOST_AGAIN = 2_000_000
"""How many events are read again."""

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


def reasons(plan: Plan, store: Store, context: Context, count: int) -> list[str]:
    """Sentences that say why the search found nothing, as far as the data tells.

    They are few, and none is a guess.

    Args:
        plan: of a search that found nothing.
        count: how many events were read for it. Where they were too many to be read again, it is
            only said how many.
    """
    retrieval = plan.retrieval
    if retrieval is None:
        return []
    asking = Asking(store, context)
    again = count <= MOST_AGAIN
    emptying = _emptying(plan, asking, within(context)) if again else None
    if emptying is not None and emptying is not plan.commands[0]:
        return [f"events match, but {_text(emptying)} leaves none of them"]
    said = [f"{count:,} {'event was' if count == 1 else 'events were'} read, and nothing was found"]
    if not again or not _says(retrieval):
        return said
    seen = _look(parsed_store(store, context.apps.index_time), plan.knowledge, retrieval)
    of_all = [*_time(seen, retrieval, context.tz), *_origins(seen, retrieval.expr)]
    if seen.cut:
        of_all = [f"of the first {MOST:,} events: {each}" for each in of_all]
    said += [*of_all, *_conditions(seen, retrieval.expr, asking)]
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
        context: the search's, whose time range does not count.
    """

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = replace(context, earliest=None, latest=None)

    def rows(self, search: str, context: Context | None = None) -> list[Row]:
        """The results. SplayError: as of any search."""
        quiet = replace(context or self._context, messages=[], reports=[], data_folder=None)
        return run_plan(make_plan(search, quiet), self._store, quiet, ReadReport()).rows

    def finds(self, search: str, context: Context | None = None) -> bool:
        """Whether it finds anything. Of a search that cannot be run it is not known: True."""
        try:
            return bool(self.rows(f"{search} | head 1", context))
        except SplayError:
            return True

    def values(self, name: str) -> list[str]:
        """The commonest values of a field."""
        name = quoted(name)
        found = self.rows(f"{name}=* | head {MOST} | top {_SHOWN + 1} {name} | fields {name}")
        return [to_text(each) for row in found for value in row.values() for each in as_list(value)]


def _emptying(plan: Plan, asking: Asking, context: Context) -> Command | None:
    """The command after which nothing is left; None where that cannot be known."""
    if plan.open or plan.commands[0].name != "search":
        return None
    texts = list(map(_text, plan.commands))
    for number, following in enumerate(plan.operations):
        if not asking.finds(" ".join(texts[: number + 1]), context):
            return plan.commands[number]
        if not following.in_preview and number + 2 < len(texts):
            return None  # it writes, or starts a process: not twice
    return plan.commands[-1]


def _text(command: Command) -> str:
    return f"| {command.name} {command.text}".rstrip()


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


def _parts(expr: SearchExpr) -> Sequence[SearchExpr]:
    """The conditions that every event must meet."""
    return expr.parts if isinstance(expr, And) else (expr,)


def _origins(seen: Seen, expr: SearchExpr) -> Iterator[str]:
    """Of the conditions on where events come from: those that none meets."""
    for part in _parts(expr):
        if (name := _field(part)) in _ORIGINS:
            values = seen.origins[name]
            fits = compile_predicate(part)
            if not any(fits({name: value}) for value in values):
                yield _lacking(part, [value for value, _ in values.most_common(_SHOWN + 1)])


def _conditions(seen: Seen, expr: SearchExpr, asking: Asking) -> Iterator[str]:
    """Of the other conditions: those that no event meets."""
    for part in _parts(expr):
        known = isinstance(part, Term) or _field(part)
        if not known or asking.finds(search_text(part)):
            continue
        if isinstance(part, Term):
            yield f"no event has {search_text(part)}"
        elif _field(part) not in _ORIGINS:
            yield _unmet(part, seen, asking)


def _together(expr: SearchExpr, asking: Asking) -> Iterator[str]:
    """Of conditions of which each is met by some events, whenever they were."""
    parts = _parts(expr)
    if asking.finds(search_text(expr)):
        yield "events that match lie outside the time range"
    elif len(parts) > 1 and all(isinstance(part, Term) or _field(part) for part in parts):
        texts = ", ".join(map(_short, parts))
        yield f"some events meet each of {texts}, but none meets them all"


def _unmet(part: SearchExpr, seen: Seen, asking: Asking) -> str:
    name = _field(part)
    if name in seen.fields or asking.finds(f"{quoted(name)}=*"):
        return _lacking(part, asking.values(name))
    near = spelling(name, seen.fields) or _like(name, seen.fields)
    hint = f"; did you mean {near}?" if near else ""
    return f"no event has a field {name}{hint}"


def _lacking(part: SearchExpr, values: Sequence[str]) -> str:
    """values: the commonest that there are."""
    shown = ", ".join(values[:_SHOWN]) + (", ..." if len(values) > _SHOWN else "")
    return f"no event has {_short(part)}: the data has {shown}"


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


_PAIRS = (("EventCode", "EventID"), ("EventID", "EventCode"), ("dest", "Computer"))
"""Names that add-ons give what raw events have under another name."""


def _like(name: str, known: set[str]) -> str:
    names = [name, *(other for one, other in _PAIRS if one == name)]
    for wanted in names:
        found = [each for each in sorted(known) if each == wanted or each.endswith(f".{wanted}")]
        if found:
            return found[0]
    return ""
