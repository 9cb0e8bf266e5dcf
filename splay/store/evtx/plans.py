"""A template with the types of a record's values, as the texts between which the values go."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from splay.store.evtx.tokens import Damaged, Element, Instance, Part, Slot
from splay.store.evtx.values import (
    ARRAY,
    BINARY_XML,
    NULL,
    TEXTUAL,
    Form,
    Texts,
    form_of,
    items_of,
    quoted,
)


class Forms:
    """The forms of all types, with the texts that they gave before."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bool], Texts] = {}

    def of(self, kind: int, *, attribute: bool) -> Texts:
        """How values of a type are written there. Raises ValueError for a type that is none."""
        texts = self._known.get((kind, attribute))
        if texts is None:
            plain = self._items(kind) if kind & ARRAY else form_of(kind)
            may_be_quoted = attribute and kind & ~ARRAY in TEXTUAL
            texts = Texts((lambda raw: quoted(plain(raw))) if may_be_quoted else plain)
            self._known[kind, attribute] = texts
        return texts

    def _items(self, kind: int) -> Form:
        item = form_of(kind & ~ARRAY)
        return lambda raw: b",".join(map(item, items_of(kind & ~ARRAY, raw)))


@dataclass(slots=True)
class Plan:
    """pieces: the template's own texts at even places, at odd ones those of the values.

    order: picks these values from all. nested: (odd place, value) of those that are binary XML.
    """

    pieces: list[bytes]
    order: Callable[[Sequence[bytes]], Sequence[bytes]]
    texts: list[Texts]
    nested: list[tuple[int, int]]


@dataclass(slots=True)
class Layout:
    """A plan for values of these sizes. offsets: where each value lies behind the first."""

    plan: Plan
    values: struct.Struct
    offsets: list[int]
    size: int


def plan_of(parts: Sequence[Part], kinds: bytes, forms: Forms) -> Plan:
    """The plan of a template for values of these types. Raises Damaged."""
    return _Writer(kinds, forms).plan(parts)


class _Writer:
    def __init__(self, kinds: bytes, forms: Forms) -> None:
        self._kinds = kinds
        self._forms = forms
        self._pieces: list[bytes] = [b""]
        self._values: list[int] = []
        self._texts: list[Texts] = []
        self._nested: list[tuple[int, int]] = []

    def plan(self, parts: Sequence[Part]) -> Plan:
        for part in parts:
            self._part(part)
        order: Any = tuple
        if len(self._values) == 1:
            (only,) = self._values
            order = lambda values: (values[only],)  # noqa: E731 (one of several kinds of picker)
        elif self._values:
            order = itemgetter(*self._values)
        else:
            order = lambda values: ()  # noqa: E731
        return Plan(self._pieces, order, self._texts, self._nested)

    def _kind(self, index: int) -> int:
        """A value's type; a value that the record does not have is null."""
        return self._kinds[index] if index < len(self._kinds) else NULL

    def _write(self, text: bytes) -> None:
        self._pieces[-1] += text

    def _slot(self, index: int, texts: Texts) -> None:
        self._values.append(index)
        self._texts.append(texts)
        self._pieces += (b"", b"")

    def _part(self, part: Part) -> None:
        if isinstance(part, bytes):
            self._write(part)
        elif isinstance(part, Element):
            self._element(part)
        elif isinstance(part, Instance):
            raise Damaged("a template stands within a template")
        elif (kind := self._kind(part.index)) == BINARY_XML:
            self._nested.append((len(self._pieces), part.index))
            self._slot(part.index, Texts(_nothing))
        elif kind != NULL:
            self._slot(part.index, self._forms.of(kind, attribute=False))

    def _element(self, element: Element) -> None:
        if element.depends >= 0 and self._kind(element.depends) == NULL:
            return
        if self._repeated(element):
            return
        self._start(element)
        for part in element.parts:
            self._part(part)
        self._end(element)

    def _start(self, element: Element) -> None:
        self._write(b"<" + element.name)
        for name, value in element.attributes:
            if not self._absent(value):
                self._write(b" " + name + b"='")
                self._attribute(value)
                self._write(b"'")
        self._write(b"/>" if element.empty else b">")

    def _end(self, element: Element) -> None:
        if not element.empty:
            self._write(b"</" + element.name + b">")

    def _absent(self, value: list[Part]) -> bool:
        """Whether an attribute is left out: it has nothing but optional values that are null."""
        return bool(value) and all(
            isinstance(part, Slot) and part.optional and self._kind(part.index) == NULL
            for part in value
        )

    def _attribute(self, value: list[Part]) -> None:
        for part in value:
            if isinstance(part, bytes):
                self._write(quoted(part))
            elif isinstance(part, Slot) and (kind := self._kind(part.index)) != NULL:
                self._slot(part.index, self._forms.of(kind, attribute=True))

    def _repeated(self, element: Element) -> bool:
        """Writes an element whose only content is an array once for each item."""
        if len(element.parts) != 1 or not isinstance(slot := element.parts[0], Slot):
            return False
        kind = self._kind(slot.index)
        if not kind & ARRAY:
            return False
        held, self._pieces = self._pieces, [b""]
        before = len(self._values)
        self._start(element)
        start, self._pieces = self._pieces, held
        if len(self._values) != before:
            raise Damaged("an array's element has values in its attributes")
        item = self._forms.of(kind & ~ARRAY, attribute=False).__getitem__
        end = b"</" + element.name + b">"
        self._slot(slot.index, Texts(partial(_repeat, start[0], end, kind & ~ARRAY, item)))
        return True


def _repeat(start: bytes, end: bytes, kind: int, item: Form, raw: bytes) -> bytes:
    return b"".join(start + item(each) + end for each in items_of(kind, raw))


def _nothing(_raw: bytes) -> bytes:
    return b""
