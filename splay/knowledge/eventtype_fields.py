"""The last steps: the fields eventtype, tag and tag::field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from splay.eval.conditions.letters import fold
from splay.eval.conditions.predicate import Predicate, compile_predicate
from splay.eval.value import from_list
from splay.knowledge.eventtypes import EVENTTYPE, TAG, Classes, Tag
from splay.knowledge.pairs import texts
from splay.knowledge.step import Action, Step
from splay.rows import Demand, Row
from splay.spl.tree import Compare


class EventTypeStep(Step):
    """Sets `eventtype` to the names of all event types that the row matches."""

    makes = frozenset({EVENTTYPE})

    def __init__(self, classes: Classes) -> None:
        self._classes = classes

    def needs(self, wanted: Demand) -> Iterable[str]:
        return self._classes.read_by_event_types - {EVENTTYPE}

    def bind(self, wanted: Demand) -> Action:
        predicates = self._classes.predicates

        def act(row: Row) -> None:
            names = [name for name, matches in predicates if matches(row)]
            value = from_list([*texts(row, EVENTTYPE), *names])
            if value is not None:
                row[EVENTTYPE] = value

        return act


class FieldTags:
    """The tags of one field's values, compared as the search command does: without regard to case,
    and a subnet stands for its addresses."""

    def __init__(self, name: str, tags: list[Tag]) -> None:
        self._name = name
        self._by_value: dict[str, list[str]] = {}
        self._tested: list[tuple[Predicate, str]] = []
        for tag in tags:
            if "/" in tag.value:
                test = compile_predicate(Compare(name, "=", tag.value, True, 0))
                self._tested.append((test, tag.name))
            else:
                self._by_value.setdefault(fold(tag.value), []).append(tag.name)

    def of(self, row: Row) -> set[str]:
        """The tags of the field's values."""
        return {tag for _, tag in self.pairs(row)}

    def pairs(self, row: Row) -> Iterator[tuple[str, str]]:
        """(value, tag) of each value."""
        for value in texts(row, self._name):
            yield from ((value, tag) for tag in self._by_value.get(fold(value), ()))
            yield from ((value, tag) for test, tag in self._tested if test({self._name: value}))


def tags_by_field(classes: Classes) -> dict[str, FieldTags]:
    """The enabled tags of each field."""
    by_field: dict[str, list[Tag]] = {}
    for tag in classes.enabled_tags:
        by_field.setdefault(tag.field, []).append(tag)
    return {name: FieldTags(name, tags) for name, tags in by_field.items()}


class TagStep(Step):
    """Sets `tag` and `tag::field` by the values of the row's fields."""

    def __init__(self, classes: Classes) -> None:
        self._by_field = tags_by_field(classes)
        self.makes = frozenset({TAG, *(f"{TAG}::{name}" for name in self._by_field)})

    def needs(self, wanted: Demand) -> Iterable[str]:
        return self._chosen(wanted)

    def _chosen(self, wanted: Demand) -> list[str]:
        every = wanted.wants(TAG)
        return [name for name in self._by_field if every or wanted.wants(f"{TAG}::{name}")]

    def bind(self, wanted: Demand) -> Action:
        chosen = [(f"{TAG}::{name}", self._by_field[name]) for name in self._chosen(wanted)]

        def act(row: Row) -> None:
            every: set[str] = set()
            for target, tags in chosen:
                found = tags.of(row)
                every |= found
                _set(row, target, found)
            _set(row, TAG, every)

        return act


def _set(row: Row, name: str, found: set[str]) -> None:
    value = from_list([*sorted(found)])
    if value is not None:
        row[name] = value
