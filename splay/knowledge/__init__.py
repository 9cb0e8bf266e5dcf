"""Search-time knowledge: from an event's text to its fields, as props.conf and others say.

Source: Knowledge Manager Manual, "The sequence of search-time operations": inline extractions,
transforms, automatic key-value, aliases, calculated fields, lookups, event types, tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from splay.conf import Conf, Stanza
from splay.errors import ConfError, SplError
from splay.eval.expression import EvalContext
from splay.knowledge.classes import Classes, EventTypeStep, TagStep
from splay.knowledge.defaults import DEFAULTS, base_row, default_step
from splay.knowledge.derived import LookupStep, alias_step, eval_step
from splay.knowledge.extraction import extract_step, report_step
from splay.knowledge.kvmode import kv_steps
from splay.knowledge.lookupclause import read_lookup_clause
from splay.knowledge.lookups import LookupTable, lookup_call
from splay.knowledge.stanzas import Props
from splay.knowledge.step import RAW, Action, Step, chain
from splay.rows import Demand, Row
from splay.spl.args import Args
from splay.spl.tree import SearchExpr
from splay.store.event import Event

__all__ = ["Knowledge"]


class Apps(Protocol):
    """What knowledge asks of the apps."""

    def conf(self, name: str) -> Conf: ...

    def lookup(self, name: str) -> LookupTable: ...

    def expand(self, search: str) -> str: ...


@dataclass(frozen=True)
class Broken(Step):
    """A setting that cannot be used: an error only where a field that it can make is wanted."""

    error: ConfError
    makes: frozenset[str] | None = None

    def bind(self, wanted: Demand) -> Action:
        raise self.error


class Knowledge:
    """The search-time knowledge of an app set.

    say: told of what cannot be used and is left out, as (level, text): like Splunk, a search
    goes on without an automatic lookup whose table cannot be read.
    """

    def __init__(self, apps: Apps, context: EvalContext, say: Callable[[str, str], None]) -> None:
        self._apps = apps
        self._context = context
        self._say = say
        self._props = Props(apps.conf("props"))
        self._steps: dict[tuple[str, str, str], list[Step]] = {}
        self._actions: dict[tuple[str, str, str, Demand], list[Action]] = {}
        self._all: list[Step] | None = None
        self.classes = Classes(apps.conf("eventtypes"), apps.conf("tags"), apps.expand)

    def row(self, event: Event, demand: Demand) -> Row:
        """The event's row: the default fields, and of the others those that are demanded.

        Raises ConfError for knowledge that applies to the event and cannot be used.
        """
        key = (event.source, event.host, event.sourcetype, demand)
        actions = self._actions.get(key)
        if actions is None:
            actions = self._actions[key] = chain(self._steps_of(*key[:3]), demand)
        row = base_row(event)
        for act in actions:
            act(row)
        return row

    def expand(self, expr: SearchExpr) -> SearchExpr:
        """The expression with event types and tags replaced by what they stand for."""
        return self.classes.expand(expr)

    def literal_safe(self, field: str) -> bool:
        """Whether the raw text of every event with `field=value` holds the value's letters.

        So it is for fields cut from the text, whatever the event's source; never for default
        fields, calculated fields, lookups, or constants.
        """
        return self._literal_safe(field, frozenset())

    def _literal_safe(self, field: str, path: frozenset[str]) -> bool:
        if field == RAW or field in path:
            return True
        if field in DEFAULTS:
            return False
        for step in self._every_step():
            if step.makes is not None and field not in step.makes:
                continue
            origin = step.origin(field)
            if origin is None or not self._literal_safe(origin, path | {field}):
                return False
        return True

    def _every_step(self) -> list[Step]:
        if self._all is None:
            self._all = [s for stanza in self._props.all() for s in self._stanza_steps(stanza)]
        return self._all

    def _steps_of(self, source: str, host: str, sourcetype: str) -> list[Step]:
        key = (source, host, sourcetype)
        if key not in self._steps:
            stanza = self._props.stanza(*key)
            classes = [EventTypeStep(self.classes), TagStep(self.classes)]
            self._steps[key] = [default_step(), *self._stanza_steps(stanza), *classes]
        return self._steps[key]

    def _stanza_steps(self, stanza: Stanza) -> Iterator[Step]:
        for key in _keys(stanza, "EXTRACT-"):
            yield _built(lambda key=key: extract_step(key, stanza))  # type: ignore[misc]
        transforms = self._apps.conf("transforms")
        for key in _keys(stanza, "REPORT-"):
            where = stanza.where.get(key, "props.conf")
            for name in filter(None, map(str.strip, stanza.settings[key].split(","))):
                yield _built(lambda n=name, w=where: report_step(n, transforms, w))  # type: ignore[misc]
        yield from kv_steps(stanza)
        aliases = alias_step(_chosen(stanza, "FIELDALIAS-"), stanza.where)
        if aliases:
            yield aliases
        yield from self._calculated(stanza)
        for key in _keys(stanza, "LOOKUP"):
            yield from self._lookup(key, stanza)

    def _calculated(self, stanza: Stanza) -> Iterator[Step]:
        settings = _chosen(stanza, "EVAL-")
        good: dict[str, str] = {}
        for key, text in settings.items():
            try:
                eval_step({key: text}, stanza.where, self._context)
                good[key] = text
            except ConfError as error:
                yield Broken(error, frozenset({key.partition("-")[2]}))
        step = eval_step(good, stanza.where, self._context)
        if step:
            yield step

    def _lookup(self, key: str, stanza: Stanza) -> Iterator[Step]:
        text, where = stanza.settings[key], stanza.where.get(key, "props.conf")
        if not text:
            return
        try:
            clause = read_lookup_clause(Args(text, 0, key))
        except SplError as error:
            error.search = text
            raise ConfError(str(error), where=where) from error
        try:
            table = self._apps.lookup(clause.table.text)
            call = lookup_call(table, clause.inputs, clause.outputs, clause.new_only)
        except ConfError as error:
            self._say("WARN", f"the automatic lookup {key} is left out: {error}")
            return
        yield LookupStep(call)


def _built(make: Callable[[], Step]) -> Step:
    try:
        return make()
    except ConfError as error:
        return Broken(error)


def _keys(stanza: Stanza, prefix: str) -> list[str]:
    """The settings whose name begins so, in ASCII order of their class."""
    upper = prefix.upper()
    return sorted(key for key in stanza.settings if key.upper().startswith(upper))


def _chosen(stanza: Stanza, prefix: str) -> dict[str, str]:
    return {key: stanza.settings[key] for key in _keys(stanza, prefix)}
