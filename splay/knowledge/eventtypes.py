"""Event types and tags: names for searches, and names for values.

Source: Admin Manual, eventtypes.conf, tags.conf; Knowledge Manager Manual, "About event types",
"About event type priorities", "About tags and aliases". An event type may use others, tags and
macros, not itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from splay.conf.files import Conf, Stanza
from splay.conf.settings import flag_of, truth
from splay.errors import ConfError, SplError
from splay.eval.conditions.predicate import Predicate, compile_predicate, predicate_fields
from splay.eval.conditions.wildcard import wildcard_pattern
from splay.knowledge.step import Say
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Compare, Not, Or, SearchExpr, Subsearch, TimeBound

EVENTTYPE = "eventtype"
TAG = "tag"
_LAST = 1_000_000
_MACRO = re.compile(r"`[^`]*`")


@dataclass(frozen=True)
class Tag:
    """One tag of one value of a field."""

    field: str
    value: str
    name: str


@dataclass
class Classes:
    """The event types and tags of an app set; the searches of event types are parsed when used.

    expand_macros: a search's text to the same with its macros replaced.
    """

    eventtypes: Conf
    tags: Conf
    expand_macros: Callable[[str], str]
    say: Say
    unknown: set[str] = field(default_factory=set)  # event types that were named but do not exist
    _parsed: dict[str, SearchExpr] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """The event types that are not disabled: by priority, those without one last, by name."""
        enabled = [stanza for stanza in self.eventtypes.values() if _enabled(stanza)]
        return [stanza.name for stanza in sorted(enabled, key=lambda s: (_priority(s), s.name))]

    @cached_property
    def predicates(self) -> list[tuple[str, Predicate]]:
        """What makes an event one of each event type."""
        return [(name, compile_predicate(expr)) for name, expr in self._usable]

    @cached_property
    def read_by_event_types(self) -> frozenset[str]:
        """The fields that the event types look at."""
        return frozenset().union(*(predicate_fields(expr) for _, expr in self._usable))

    @cached_property
    def _usable(self) -> list[tuple[str, SearchExpr]]:
        """The event types with their searches; one that cannot be used is left out, and said so:
        it must not cost a search that does not name it."""
        found: list[tuple[str, SearchExpr]] = []
        for name in self.names:
            try:
                found.append((name, self.expanded(name)))
            except ConfError as error:
                self.say("WARN", f"an event type is left out: {error}")
        return found

    @cached_property
    def enabled_tags(self) -> list[Tag]:
        """Every tag that is enabled."""
        return list(self._tags())

    def search(self, name: str) -> SearchExpr:
        """The event type's own expression. ConfError for one that cannot be used."""
        if name not in self._parsed:
            stanza = self.eventtypes[name]
            where = stanza.place("search", "eventtypes.conf")
            text = stanza.settings.get("search", "")
            if not text.strip():
                hint = "Write search = and a search"
                raise ConfError(f"the event type [{name}] has no search", where=where, hint=hint)
            if name.count("%") > 1:
                message = f"the event type [{name}] is a template, which is not supported"
                raise ConfError(message, where=where)
            try:
                text = self.expand_macros(text)
                expr = parse_search_expr(text)
                _check(expr)
                compile_predicate(expr)
                self._warn_of_macro(stanza, text)
            except SplError as error:
                error.search = error.search or text
                raise ConfError(f"the event type [{name}]: {error}", where=where) from error
            self._parsed[name] = expr
        return self._parsed[name]

    def _warn_of_macro(self, stanza: Stanza, expanded: str) -> None:
        """Splunk puts no parentheses around a macro of several terms in an event type ("Use macros
        with event types and tags"), so that OR and NOT before it reach its first term only."""
        try:
            as_word = _terms(_MACRO.sub(" macro ", stanza.settings["search"]))
        except SplError:  # the macro is no whole term: nothing can be said of parentheses
            return
        if _terms(expanded) > as_word:
            where = stanza.place("search", "eventtypes.conf")
            hint = "write parentheses around its definition, or Splunk reads it otherwise after OR"
            self.say("WARN", f"{where}: the event type [{stanza.name}] uses a macro: {hint}")

    def expanded(self, name: str) -> SearchExpr:
        """The event type's expression without event types and tags."""
        return self.expand(self.search(name), (name,))

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
        if _is_class(expr.field):
            return self._expand_tag(expr, path)
        return expr

    def _expand_eventtype(self, expr: Compare, path: tuple[str, ...]) -> SearchExpr:
        matching = _wildcard(expr.value)
        names = [name for name in self.names if matching(name)]
        if not names:
            self.unknown.add(expr.value)
            return expr
        parts = []
        for name in names:
            if name in path:
                cycle = " -> ".join((*path, name))
                where = self.eventtypes[name].place("search", "eventtypes.conf")
                raise ConfError(f"the event type {name} uses itself: {cycle}", where=where)
            parts.append(self.expand(self.search(name), (*path, name)))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _expand_tag(self, expr: Compare, path: tuple[str, ...]) -> SearchExpr:
        matching = _wildcard(expr.value)
        of_field = expr.field.partition("::")[2]
        parts = tuple(
            self.expand(Compare(tag.field, "=", tag.value, True, expr.at), path)
            for tag in self.enabled_tags
            if matching(tag.name) and of_field in ("", tag.field)
        )
        if not parts:
            return expr
        return parts[0] if len(parts) == 1 else Or(parts)

    def _tags(self) -> Iterator[Tag]:
        for stanza in self.tags.values():
            name, equals, value = stanza.name.partition("=")
            if not equals:
                continue
            of_field, value = unquote(name.strip()), unquote(value.strip())
            for tag, state in stanza.settings.items():
                where = stanza.place(tag, "tags.conf")
                if "*" in value:
                    self.say("WARN", f"{where}: [{stanza.name}] tags nothing: * is no wildcard")
                elif _is_tag(state):
                    yield Tag(of_field, value, tag)
                elif _is_tag(state) is None:
                    self.say("WARN", f"{where}: {tag} is neither enabled nor disabled")


def _terms(text: str) -> int:
    """How many terms the search has beside each other, parentheses counting as one."""
    expr = parse_search_expr(f"before {text}")
    return len(expr.parts) if isinstance(expr, And) else 1


def _is_class(name: str) -> bool:
    return name in (EVENTTYPE, TAG) or name.startswith(f"{TAG}::")


def _enabled(stanza: Stanza) -> bool:
    return stanza.name != "default" and not flag_of(stanza, "disabled", False, "eventtypes.conf")


def _is_tag(state: str) -> bool | None:
    """What tags.conf says of a tag: enabled or disabled, or true or false; None: neither."""
    word = state.strip().lower()
    return word == "enabled" if word in ("enabled", "disabled", "") else truth(word)


def _priority(stanza: Stanza) -> int:
    text = stanza.settings.get("priority", "").strip()
    return int(text) if text.isdigit() else _LAST


def _check(expr: SearchExpr) -> None:
    """SplError for what an event type cannot hold."""
    waiting: list[SearchExpr] = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And | Or):
            waiting += part.parts
        elif isinstance(part, Not):
            waiting.append(part.part)
        elif isinstance(part, TimeBound | Subsearch):
            raise SplError("an event type cannot hold a time range or a subsearch", at=part.at)
        elif isinstance(part, Compare) and _is_class(part.field) and part.op != "=":
            hint = f"Write NOT {part.field}={part.value}"
            raise SplError(f"{part.field}{part.op} cannot be used here", at=part.at, hint=hint)


def _wildcard(value: str) -> Callable[[str], bool]:
    pattern = wildcard_pattern(value, flags=re.IGNORECASE)
    return lambda text: pattern.fullmatch(text) is not None
