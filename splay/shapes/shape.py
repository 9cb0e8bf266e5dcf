"""A shape: a regular expression for whole events, with groups where the fields come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pcre2

from splay.pcre.symbolic.pattern import Unsupported
from splay.pcre.symbolic.text import Kind, is_place, place
from splay.rows import Row

Key: TypeAlias = "tuple[str, ...]"
BETWEEN = b"\x01"
"""Stands between the texts of an event's groups. No slot can hold it."""
_DAY = (
    rb"(?:19[7-9]\d|2\d{3})-"
    rb"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    rb"|(?:0[13578]|1[02])-31)"
    rb"|(?:19(?:7[26]|8[048]|9[26])|2\d(?:0[48]|[2468][048]|[13579][26])|2[048]00)-02-29"
)
_HOUR = rb"(?:%b)T(?:[01]\d|2[0-3]):" % _DAY
_REST = rb"[0-5]\d:[0-5]\d(?:\.\d{1,9})?"
HOUR = rb"(%b)(%b)Z" % (_HOUR, _REST)
"""A time as Windows writes it in XML: its hour, and the rest of it. There are no others than those
that can be: whoever does not ask for the time need not look at it."""
_ANY_HOUR = rb"%b%bZ" % (_HOUR, _REST)
ANY_TIME = rb"()([0-9/: .APM]++)"
"""Any other time: read as a whole."""


@dataclass(frozen=True)
class Slot:
    """A place in an event. kind: None for the time, of which `pattern` is one of those above."""

    number: int  # among the event's values
    kind: Kind | None
    read: bool  # whether fields depend on it
    pattern: bytes = b""


@dataclass(eq=False)
class Shape:
    """constants: what stands before, between and behind the slots. kinds: of the slots, by their
    numbers among the event's values; read: of which of them fields depend on. copies: the texts,
    with slots, of fields that are cut from the event and of which nothing else depends. timed:
    whether anything asks for the time.

    rows: what has been found for each key: the fields of all such events, None where they do not
    match. apart: the keys of events that must come one by one. proven: the rules for which the key
    is known to be enough. stale: fields of a row that are not the same for all such events; nothing
    reads them. hits: events that were found.

    Raises Unsupported where they are longer than an expression can be.

    pattern: the expression, with so many `groups`. The texts of these are numbered from 0: `time`
    are those of the hour and the rest, `key` those of which fields depend, `kept` those that copies
    are made of.
    """

    constants: Sequence[bytes]
    slots: Sequence[Slot]
    kinds: Mapping[int, Kind]
    read: frozenset[int]
    stale: set[str]
    copies: Mapping[str, str] = field(default_factory=dict)
    timed: bool = True
    proven: set[object] = field(default_factory=set)
    rows: dict[Key, Row | None] = field(default_factory=dict)
    apart: set[Key] = field(default_factory=set)
    hits: int = 0

    def __post_init__(self) -> None:
        parts = [re.escape(self.constants[0])]
        copied = {char for text in self.copies.values() for char in text if is_place(char)}
        parts_of: dict[str, list[str | int]] = {}  # the text of a slot: groups, and what is known
        self.key: list[int] = []
        self.time: list[int] = []
        self.groups = 0
        self.hourly = False
        for slot, constant in zip(self.slots, self.constants[1:], strict=True):
            if slot.kind is None:
                self.hourly = slot.pattern == HOUR
                asked = self.timed or place(slot.number) in copied
                parts.append(self._of_time(slot.pattern, asked=asked))
                parts_of[place(slot.number)] = [*self.time, *("Z" if self.hourly else "")]
            elif slot.read or place(slot.number) in copied:
                parts.append(b"(%b)" % slot.kind.bytes_pattern)
                parts_of[place(slot.number)] = [self.groups]
                self.key += [self.groups] if slot.read else []
                self.groups += 1
            else:
                parts.append(slot.kind.bytes_pattern)
            parts.append(re.escape(constant))
        self.prefix = self.constants[0]
        self.length = sum(map(len, self.constants))
        self.pattern = b"".join(parts)
        groups = (part for char, found in parts_of.items() if char in copied for part in found)
        self.kept = [part for part in groups if isinstance(part, int)]
        self._templates = {
            name: [
                self.kept.index(part) if isinstance(part, int) else part
                for char in text
                for part in parts_of.get(char, [char])
            ]
            for name, text in self.copies.items()
        }
        try:
            self._one = pcre2.compile(rb"\A%b\z" % self.pattern, jit=True)
        except pcre2.PatternError:  # longer than an expression can be
            raise Unsupported from None
        self._given = given(self.groups)

    def _of_time(self, pattern: bytes, *, asked: bool) -> bytes:
        """The expression for the time. asked: whether anything asks for it."""
        if self.hourly and not asked:
            return _ANY_HOUR
        self.time = [self.groups, self.groups + 1]
        self.groups += 2
        return pattern

    def texts(self, raw: bytes) -> list[str] | None:
        """The texts of the groups in an event; None where it is of another shape."""
        found, count = self._one.subn(self._given, raw)
        return found.decode("ascii").split(BETWEEN.decode()) if count else None

    def columns(self, kept: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
        """The copies of several events, given the column of each text that is kept."""
        return {name: _filled(parts, kept) for name, parts in self._templates.items()}


def given(groups: int) -> bytes:
    """What stands for an event: the texts of its groups."""
    return BETWEEN.join(b"${%d}" % number for number in range(1, groups + 1))


def _filled(parts: Sequence[str | int], texts: Sequence[Sequence[str]]) -> Sequence[str]:
    if len(parts) == 1 and isinstance(parts[0], int):
        return texts[parts[0]]
    count = len(texts[0])
    columns = [texts[part] if isinstance(part, int) else [part] * count for part in parts]
    return list(map("".join, zip(*columns, strict=True)))
