"""Event types and tags: names for searches, and names for values.

Source: Admin Manual, eventtypes.conf, tags.conf; Knowledge Manager Manual, "About event types",
"About tags and aliases". An event type may use others and macros, not itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from splay.conf import Conf, Stanza
from splay.errors import ConfError, SplError
from splay.eval.predicate import compile_predicate, predicate_fields
from splay.eval.value import from_list
from splay.knowledge.extraction import texts
from splay.knowledge.step import Action, Step
from splay.rows import Demand, Row
from splay.spl.parser import parse_search_expr
from splay.spl.tree import And, Compare, Not, Or, SearchExpr

EVENTTYPE = "eventtype"
TAG = "tag"
_ON = ("1", "t", "true", "enabled")


@dataclass
class Classes:
    """The event types and tags of an app set; the searches of event types are parsed when used.

    expand_macros: a search's text to the same with its macros replaced.
    """

    eventtypes: Conf
    tags: Conf
    expand_macros: Callable[[str], str]
    unknown: set[str] = field(default_factory=set)  # event types that were named but do not exist
    _parsed: dict[str, SearchExpr] = field(default_factory=dict)

    def names(self) -> list[str]:
        """The event types that are not disabled."""
        return [name for name, stanza in self.eventtypes.items() if _enabled(stanza)]

    def search(self, name: str) -> SearchExpr:
        """The event type's own expression. ConfError for one that cannot be parsed."""
        if name not in self._parsed:
            stanza = self.eventtypes[name]
            text = self.expand_macros(stanza.settings.get("search", ""))
            try:
                self._parsed[name] = parse_search_expr(text)
            except SplError as error:
                error.search = text
                where = stanza.where.get("search", "eventtypes.conf")
                raise ConfError(f"the event type [{name}]: {error}", where=where) from error
        return self._parsed[name]

    def tagged(self, of_field: str | None = None) -> list[tuple[str, str, str]]:
        """(field, value, tag) of every tag that is enabled."""
        found = []
        for stanza in self.tags.values():
            name, equals, value = stanza.name.partition("=")
            if equals and (of_field is None or name == of_field):
                found += [
                    (name, unquote(value.strip('"')), tag)
                    for tag, state in stanza.settings.items()
                    if state.strip().lower() in _ON
                ]
        return found

    def expand(self, expr: SearchExpr, path: tuple[str, ...] = ()) -> SearchExpr:
        """The expression with event types and tags replaced by what they stand for."""
        if isinstance(expr, And | Or):
            return type(expr)(tuple(self.expand(part, path) for part in expr.parts))
        if isinstance(expr, Not):
            return Not(self.expand(expr.part, path))
        if not isinstance(expr, Compare) or expr.op != "=":
            return expr
        if expr.field == EVENTTYPE:
            return self._expand_eventtype(expr, path)
        if expr.field == TAG or expr.field.startswith(f"{TAG}::"):
            return self._expand_tag(expr, path)
        return expr

    def _expand_eventtype(self, expr: Compare, path: tuple[str, ...]) -> SearchExpr:
        matching = _wildcard(expr.value)
        names = [name for name in self.names() if matching(name)]
        if not names:
            self.unknown.add(expr.value)
            return expr
        parts = []
        for name in names:
            if name in path:
                cycle = " -> ".join((*path, name))
                where = self.eventtypes[name].where.get("search", "eventtypes.conf")
                raise ConfError(f"the event type {name} uses itself: {cycle}", where=where)
            parts.append(self.expand(self.search(name), (*path, name)))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _expand_tag(self, expr: Compare, path: tuple[str, ...]) -> SearchExpr:
        matching = _wildcard(expr.value)
        of_field = expr.field.partition("::")[2] or None
        parts = tuple(
            self.expand(Compare(name, "=", value, False, expr.at), path)
            for name, value, tag in self.tagged(of_field)
            if matching(tag)
        )
        if not parts:
            return expr
        return parts[0] if len(parts) == 1 else Or(parts)


def _enabled(stanza: Stanza) -> bool:
    off = stanza.settings.get("disabled", "0").strip().lower() in ("1", "t", "true")
    return stanza.name != "default" and not off


def _wildcard(value: str) -> Callable[[str], bool]:
    pattern = re.compile(".*".join(map(re.escape, value.split("*"))), re.IGNORECASE | re.DOTALL)
    return lambda text: pattern.fullmatch(text) is not None


class EventTypeStep(Step):
    """Sets `eventtype` to the names of all event types that the row matches."""

    makes = frozenset({EVENTTYPE})

    def __init__(self, classes: Classes) -> None:
        self._predicates = []
        reads: set[str] = set()
        for name in sorted(classes.names()):
            expr = classes.expand(classes.search(name), (name,))
            reads |= predicate_fields(expr)
            self._predicates.append((name, compile_predicate(expr)))
        self.reads = frozenset(reads - {EVENTTYPE})

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            names = [name for name, matches in self._predicates if matches(row)]
            value = from_list([*texts(row, EVENTTYPE), *names])
            if value is not None:
                row[EVENTTYPE] = value

        return act


class TagStep(Step):
    """Sets `tag` and `tag::field` by the values of the row's fields."""

    def __init__(self, classes: Classes) -> None:
        self._by_field: dict[str, dict[str, list[str]]] = {}
        for name, value, tag in classes.tagged():
            self._by_field.setdefault(name, {}).setdefault(value.lower(), []).append(tag)
        self.reads = frozenset(self._by_field)
        self.makes = frozenset({TAG, *(f"{TAG}::{name}" for name in self._by_field)})

    def bind(self, wanted: Demand) -> Action:
        def act(row: Row) -> None:
            every: set[str] = set()
            for name, by_value in self._by_field.items():
                values = texts(row, name)
                tags = {tag for value in values for tag in by_value.get(value.lower(), ())}
                if tags:
                    row[f"{TAG}::{name}"] = from_list([*sorted(tags)]) or ""
                    every |= tags
            if every:
                row[TAG] = from_list([*sorted(every)]) or ""

        return act
