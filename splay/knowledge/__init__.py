"""Search-time knowledge: from an event's text to its fields, as props.conf and others say.

Source: Knowledge Manager Manual, "The sequence of search-time operations": inline extractions,
transforms, automatic key-value, aliases, calculated fields, lookups, event types, tags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import TypeAlias

from splay.conf.files import Stanza
from splay.conf.props import Spec
from splay.eval.expression import EvalContext
from splay.knowledge.build import Apps, Builder
from splay.knowledge.defaults import (
    DEFAULTS,
    INDEXED,
    TEXTLESS,
    DefaultStep,
    IndexedStep,
    base_row,
)
from splay.knowledge.eventtype_fields import EventTypeStep, TagStep
from splay.knowledge.eventtypes import Classes
from splay.knowledge.step import RAW, Action, Say, Step, chain
from splay.knowledge.trace import Trace
from splay.rows import Demand, Row
from splay.spl.tree import SearchExpr
from splay.store.event import Event

__all__ = ["INDEXED", "Knowledge", "Rules", "classes_of"]

_GIVEN = ("_indextime", "host", "source", "sourcetype", "_sourcetype", "index")

Rules: TypeAlias = tuple[Spec, ...]
"""The stanzas of props.conf that speak of an event."""


def classes_of(apps: Apps, say: Say) -> Classes:
    """The event types and tags of an app set."""
    return Classes(apps.conf("eventtypes"), apps.conf("tags"), apps.expand, say)


class Knowledge:
    """The search-time knowledge of an app set.

    say: told of what is left out, as (level, text): like Splunk, a search goes on without an
    automatic lookup whose table cannot be read. as_indexed: whether events are seen as they were
    indexed: with the default fields and those of index time, and no others.
    """

    def __init__(
        self, apps: Apps, context: EvalContext, say: Say, *, as_indexed: bool = False
    ) -> None:
        self._builder = Builder(apps, context, say)
        self.as_indexed = as_indexed
        self._props = apps.props
        self._steps: dict[tuple[Spec, ...], list[Step]] = {}
        self._recipes: dict[tuple[str, str, str, Demand], _Recipe] = {}
        self._changed: dict[Rules, set[str]] = {}  # what `settled` leaves out
        self._links: dict[tuple[tuple[Spec, ...], Demand], list[tuple[Step, Demand]]] = {}
        self._shared: dict[tuple[tuple[Spec, ...], Demand], list[Action]] = {}
        self._origins, self._literal = apps.origins, apps.literal
        self.classes = classes_of(apps, say)
        self._by_host = any(spec.kind == "host" for spec in self._props.every_spec())

    def forget(self) -> None:
        """Drops what it has made of the settings, and makes it again where it is asked to.

        Other threads may ask for rows meanwhile.
        """
        self._builder.forget()
        for made in (self._steps, self._recipes, self._changed, self._links, self._shared):
            made.clear()

    def row(self, event: Event, demand: Demand) -> Row:
        """The event's row: the default fields, and of the others those that are demanded.

        Raises ConfError for knowledge that applies to the event and cannot be used.
        """
        text, actions = self._recipe(event, demand)
        row = base_row(event, text=text)
        for act in actions:
            act(row)
        return row

    def textless(self, event: Event, demand: Demand) -> bool:
        """Whether the index alone tells all that is demanded: the row is made without a look at the
        event's text, and but for its times it is that of every event of the same origin and fields.

        Raises ConfError as `row` does.
        """
        return not self._recipe(event, demand)[0]

    def _recipe(self, event: Event, demand: Demand) -> _Recipe:
        key = (event.source, event.host, event.sourcetype, demand)
        found = self._recipes.get(key)
        if found is None:
            text = not _settled(demand, self._steps_of(self.rules(event)))
            found = self._recipes[key] = text, self._actions_of(*key[:3], demand)
        return found

    def settled(self, event: Event) -> Row:
        """What the index knows of the event and no search-time knowledge changes: its host, source,
        sourcetype and index, or some of them; the same for all events of which these are the same.
        """
        known = {
            "host": event.host,
            "source": event.source,
            "sourcetype": self._sourcetype(event.sourcetype),
            "index": event.index,
        }
        rules = self.rules(event)
        changed = self._changed.get(rules)
        if changed is None:
            steps = self._steps_of(rules)
            changed = {n for n in known if any(step.changes(n) for step in steps)}
            self._changed[rules] = changed
        return {n: v for n, v in known.items() if n not in changed}

    def rules(self, event: Event) -> Rules:
        """What decides how the event's fields are made; the same for the same rules."""
        name = self._sourcetype(event.sourcetype)
        return self._props.specs(event.source, event.host, name)

    def _sourcetype(self, given: str) -> str:
        return given if self.as_indexed else self._props.sourcetype(given)

    def trace(self, rules: Rules, demand: Demand, judged: Collection[str], row: Trace) -> None:
        """Follows what `row` makes of an event under these rules, in a row of which only the text
        is known, and notes what of it the demanded fields depend on. judged: those by which it is
        told whether an event is of interest.

        Raises Unsupported.
        """
        # A stanza [host::...], at index time as well, makes other events of those of a host.
        if self._by_host:
            row.use(row.text("host") or "")
        row.mix((), [name for name in _GIVEN if row.text(name) is None])
        for step, wanted in self._chain(rules, demand):
            row.follow(partial(step.trace, row, wanted))
        row.demanded(demand, judged)

    def depends(self, rules: Rules, demand: Demand, fields: Collection[str]) -> bool:
        """Whether what is demanded may depend on one of these fields."""
        if demand.everything or demand.patterns:
            return True
        needed = (step.needs(wanted) for step, wanted in self._chain(rules, demand))
        return not demand.names.union(*needed).isdisjoint(fields)

    def expand(self, expr: SearchExpr) -> SearchExpr:
        """The expression with event types and tags replaced by what they stand for."""
        return self.classes.expand(expr)

    def keeps_time(self, sourcetype: str) -> bool:
        """Whether `_time` is what the index knows for all events of a sourcetype, whatever their
        hosts and sources."""
        name = self._props.sourcetype(sourcetype)
        stanzas = self._props.stanzas_of(name)
        steps = (step for stanza in stanzas for step in self._builder.steps(stanza, "_time"))
        return not any(step.changes("_time") for step in steps)

    def literal_safe(self, field: str) -> bool:
        """Whether the raw text of every event with `field=value` holds the value's letters.

        So it is for fields cut from the text, whatever the event's source; never for default
        fields, calculated fields, lookups, constants, or XML, whose entities hide letters.
        """
        if field not in self._literal:
            self._literal[field] = self._is_literal(field)
        return self._literal[field]

    def _is_literal(self, field: str) -> bool:
        reached, waiting = {field}, [field]
        while waiting:
            origins = self._origins_of(waiting.pop())
            if origins is None:
                return False
            waiting += origins - reached
            reached |= origins
        return True

    def _origins_of(self, field: str) -> frozenset[str] | None:
        """The fields whose text a field's value is taken from; None where it may be from none."""
        if field not in self._origins:
            self._origins[field] = self._find_origins(field)
        return self._origins[field]

    def _find_origins(self, field: str) -> frozenset[str] | None:
        if field == RAW:
            return frozenset()
        if field in DEFAULTS:
            return None
        found: set[str] = set()
        for step in self._steps_about(field):
            if step.makes is None or field in step.makes:
                origins = step.origins(field)
                if origins is None:
                    return None
                found.update(origins)
        return frozenset(found)

    def _steps_about(self, field: str) -> Iterator[Step]:
        """The steps of every stanza, but for those that cannot make a field."""
        for stanza in self._props.all():
            yield from self._builder.steps(stanza, field)

    def _actions_of(self, source: str, host: str, sourcetype: str, demand: Demand) -> list[Action]:
        name = self._sourcetype(sourcetype)
        specs = self._props.specs(source, host, name)
        key = (specs, demand)
        actions = self._shared.get(key)
        if actions is None:
            last_first = reversed(self._chain(specs, demand))
            actions = self._shared[key] = [step.bind(wanted) for step, wanted in last_first][::-1]
        return actions if name == sourcetype else [_rename(name), *actions]

    def _chain(self, specs: tuple[Spec, ...], demand: Demand) -> list[tuple[Step, Demand]]:
        key = (specs, demand)
        links = self._links.get(key)
        if links is None:
            steps = self._steps_of(specs)
            if _settled(demand, steps):
                steps = [step for step in steps if isinstance(step, IndexedStep)]
            links = self._links[key] = chain(steps, demand)
        return links

    def _steps_of(self, specs: tuple[Spec, ...]) -> list[Step]:
        steps = self._steps.get(specs)
        if steps is None:
            stanza: Stanza = self._props.merged(specs)
            indexed = [IndexedStep(), DefaultStep(stanza)]
            classes = [EventTypeStep(self.classes), TagStep(self.classes)]
            search_time = [*self._builder.steps(stanza), *classes]
            steps = indexed if self.as_indexed else [*indexed, *search_time]
            self._steps[specs] = steps
        return steps


_Recipe: TypeAlias = tuple[bool, list[Action]]
"""Whether the event's text is needed, and what is done with each row."""


def _settled(demand: Demand, steps: list[Step]) -> bool:
    """Whether no step has a say in what is demanded, and the index knows all of it."""
    if demand.everything or demand.patterns or not demand.names <= TEXTLESS:
        return False
    others = [step for step in steps if not isinstance(step, IndexedStep)]
    return not any(step.changes(name) for step in others for name in demand.names)


def _rename(name: str) -> Action:
    def act(row: Row) -> None:
        row["_sourcetype"], row["sourcetype"] = row["sourcetype"], name

    return act
