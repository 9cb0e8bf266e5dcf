"""Binary XML as a tree: what stands in a record, and in the template that its values fill.

https://learn.microsoft.com/openspecs/windows_protocols/ms-even6 (2.2.12, "BinXml") and
https://github.com/libyal/libevtx (documentation, "Windows XML Event Log (EVTX)")
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

from splay.store.evtx.values import STRING, escaped, string

MOST_NESTED = 32
"""Elements in elements, and fragments in fragments. Windows' own events have fewer than ten."""

_MORE = 0x40  # a flag of a token: attributes, or more of the same, follow
_END, _OPEN, _CLOSE_START, _CLOSE_EMPTY, _CLOSE = 0x00, 0x01, 0x02, 0x03, 0x04
_VALUE, _ATTRIBUTE, _CDATA, _CHARACTER, _ENTITY = 0x05, 0x06, 0x07, 0x08, 0x09
_PI_TARGET, _PI_DATA, _INSTANCE, _NORMAL, _OPTIONAL, _FRAGMENT = 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F
_INDEPENDENT = 0xFFFF

_NAME_HEAD = 8  # the next name's place, a hash, the number of letters

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")


class Damaged(ValueError):
    """The bytes are no binary XML, or stop within it."""


@dataclass(slots=True, frozen=True)
class Slot:
    """Where a value of the record goes. optional: without a value its attribute is left out."""

    index: int
    kind: int
    optional: bool


@dataclass(slots=True, frozen=True)
class Instance:
    """A template and its values, at this place of the chunk."""

    place: int


@dataclass(slots=True)
class Element:
    """depends: the value without which it is left out; -1: none. empty: it is written <X/>."""

    name: bytes
    depends: int
    attributes: list[tuple[bytes, list[Part]]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    empty: bool = False


Part: TypeAlias = "bytes | Slot | Element | Instance"


@dataclass(slots=True, frozen=True)
class Likeness:
    """The bytes of a fragment without what differs from chunk to chunk: sizes, and where names are.

    pairs: bytes, and what follows them: a name (its length and text), or a size where it is None.
    """

    pairs: list[tuple[bytes, bytes | None]]
    last: bytes

    def at(self, chunk: bytes, place: int) -> bool:
        """Whether the same fragment stands at a place of a chunk."""
        for text, name in self.pairs:
            if not chunk.startswith(text, place):
                return False
            place += len(text) + 4
            if name is not None:
                (named,) = _U32.unpack_from(chunk, place - 4)
                if not chunk.startswith(name, named + 6):
                    return False
                if named == place:
                    place += _NAME_HEAD + len(name)
        return chunk.startswith(self.last, place)


class Tokens:
    """Reads the tokens of one fragment: chunk[place:end].

    depending: whether elements name the value that they depend on, as those of a template do.
    """

    def __init__(self, chunk: bytes, place: int, end: int, *, depending: bool) -> None:
        self._chunk = chunk
        self._at = place
        self._end = min(end, len(chunk))
        self._depending = depending
        self._changing: list[tuple[int, bytes | None]] = []

    def parts(self) -> list[Part]:
        """The fragment's content. Raises Damaged."""
        try:
            return self._content(0)
        except (struct.error, IndexError, OverflowError) as error:
            raise Damaged(str(error)) from None

    def likeness(self, start: int) -> Likeness:
        """What the fragment that was read, which began at `start`, has in common with others."""
        pairs: list[tuple[bytes, bytes | None]] = []
        for place, name in self._changing:
            pairs.append((self._chunk[start:place], name))
            start = place + 4
            if name is not None and _U32.unpack_from(self._chunk, place)[0] == start:
                start += 8 + len(name)
        return Likeness(pairs, self._chunk[start : self._at])

    def _content(self, depth: int) -> list[Part]:
        """What stands up to the end of the fragment or of the element around."""
        if depth > MOST_NESTED:
            raise Damaged("elements are nested too deeply")
        parts: list[Part] = []
        while self._at < self._end:
            token = self._byte()
            kind = token & ~_MORE
            if kind in (_END, _CLOSE):
                if (kind == _CLOSE) != (depth > 0):
                    raise Damaged("an element's end is missing")
                return parts
            if kind == _FRAGMENT:
                self._at += 3
            elif kind == _OPEN:
                parts.append(self._element(token != kind, depth))
            elif kind == _INSTANCE:
                parts.append(Instance(self._at - 1))
                self._pass_instance()
            else:
                parts.append(self._plain(kind))
        if depth:
            raise Damaged("an element's end is missing")
        return parts

    def _plain(self, kind: int) -> Part:
        """What may stand in an element or an attribute alike."""
        if kind == _VALUE:
            return self._value()
        if kind in (_NORMAL, _OPTIONAL):
            index = self._u16()
            return Slot(index, self._byte(), kind == _OPTIONAL)
        if kind == _CHARACTER:
            return b"&#%d;" % self._u16()
        if kind == _ENTITY:
            return b"&" + self._name() + b";"
        if kind == _CDATA:
            return b"<![CDATA[" + self._text() + b"]]>"
        if kind == _PI_TARGET:
            return b"<?" + self._name()
        if kind == _PI_DATA:
            return b" " + self._text() + b"?>"
        raise Damaged(f"there is no token {kind:#x}")

    def _element(self, attributes: bool, depth: int) -> Element:
        depends = _INDEPENDENT
        if self._depending:
            depends = self._u16()
        self._pass_size()  # of the element
        element = Element(self._name(), -1 if depends == _INDEPENDENT else depends)
        token = 0
        if attributes:
            self._pass_size()  # of all attributes
            token = self._byte()
            while token & ~_MORE == _ATTRIBUTE:
                name = self._name()
                value, token = self._attribute()
                element.attributes.append((name, value))
        else:
            token = self._byte()
        if token == _CLOSE_START:
            element.parts = self._content(depth + 1)
        elif token == _CLOSE_EMPTY:
            element.empty = True
        else:
            raise Damaged(f"token {token:#x} stands within a tag")
        return element

    def _attribute(self) -> tuple[list[Part], int]:
        """An attribute's value, and the token behind it."""
        parts: list[Part] = []
        while True:
            token = self._byte()
            kind = token & ~_MORE
            if kind in (_ATTRIBUTE, _CLOSE_START, _CLOSE_EMPTY):
                return parts, token
            parts.append(self._plain(kind))

    def _value(self) -> bytes:
        kind = self._byte()
        if kind != STRING:
            raise Damaged(f"a template holds a value of type {kind:#x}")
        return escaped(self._text())

    def _pass_instance(self) -> None:
        """Goes behind a template and its values; `Instance` has the place of all."""
        self._at = self._end

    def _name(self) -> bytes:
        """A name: here, or anywhere in the chunk."""
        place = self._u32()
        (size,) = _U16.unpack_from(self._chunk, place + 6)
        start = place + _NAME_HEAD
        name = self._chunk[start : start + 2 * size]
        if len(name) != 2 * size:
            raise Damaged("a name is cut")
        self._changing.append((self._at - 4, self._chunk[place + 6 : start] + name))
        if place == self._at:
            self._at = start + 2 * size + 2
        return string(name)

    def _pass_size(self) -> None:
        """A size, which counts the names that stand here."""
        self._changing.append((self._at, None))
        self._at += 4

    def _text(self) -> bytes:
        size = 2 * self._u16()
        raw = self._chunk[self._at : self._at + size]
        self._at += size
        if self._at > self._end:
            raise Damaged("a text is cut")
        return raw.decode("utf-16-le", "replace").rstrip("\0").encode("utf-8", "replace")

    def _byte(self) -> int:
        self._at += 1
        if self._at > self._end:
            raise Damaged("a fragment is cut")
        return self._chunk[self._at - 1]

    def _u16(self) -> int:
        (number,) = _U16.unpack_from(self._chunk, self._at)
        self._at += 2
        assert isinstance(number, int)
        return number

    def _u32(self) -> int:
        (number,) = _U32.unpack_from(self._chunk, self._at)
        self._at += 4
        assert isinstance(number, int)
        return number
