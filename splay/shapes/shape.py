"""A shape: a regular expression for whole events, with groups where the fields come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from splay.pcre.symbolic.text import Kind, is_place, place
from splay.rows import Row

Key: TypeAlias = "tuple[bytes, ...]"
HOUR = rb"(\d{4}-\d\d-\d\dT\d\d:)([0-5]\d:[0-5]\d(?:\.\d{1,9})?)Z"
"""A time as Windows writes it in XML: its hour, and the rest of it."""
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
    with slots, of fields that are cut from the event and of which nothing else depends.

    rows: what has been found for each key: the fields of all such events, None where they do not
    match. proven: the rules for which the key is known to be enough. stale: fields of a row that
    are not the same for all such events; nothing reads them. hits: events that were found.
    """

    constants: Sequence[bytes]
    slots: Sequence[Slot]
    kinds: Mapping[int, Kind]
    read: frozenset[int]
    stale: set[str]
    copies: Mapping[str, str] = field(default_factory=dict)
    proven: set[object] = field(default_factory=set)
    rows: dict[Key, Row | None] = field(default_factory=dict)
    hits: int = 0

    def __post_init__(self) -> None:
        self.prefix = self.constants[0]
        parts: list[bytes] = []
        numbers: list[int] = []
        groups = 0
        copied = {char for text in self.copies.values() for char in text if is_place(char)}
        places: dict[str, int] = {}
        for slot, constant in zip(self.slots, self.constants[1:], strict=True):
            if slot.kind is None:
                parts.append(slot.pattern)
                self.hour, self.rest = groups + 1, groups + 2
                groups += 2
            elif slot.read or place(slot.number) in copied:
                parts.append(b"(%b)" % slot.kind.bytes_pattern)
                groups += 1
                places[place(slot.number)] = groups
                numbers += [groups] if slot.read else []
            else:
                parts.append(slot.kind.bytes_pattern)
            parts.append(re.escape(constant))
        self.match = re.compile(b"".join(parts)).match
        self.skip = len(self.prefix)
        # The rest of the time, and of what copies are made, once each.
        used = [char for char in places if char in copied]
        self.kept = (self.rest, *(places[char] for char in used))
        self.templates = {
            name: [used.index(char) + 1 if is_place(char) else char for char in text]
            for name, text in self.copies.items()
        }
        self.key = (self.hour, *(numbers or [self.hour]))  # two at least: then they come as a tuple

    def columns(self, kept: Sequence[tuple[bytes, ...]]) -> dict[str, list[str]]:
        """The copies of several events, given what was kept of each."""
        if not self.templates or not kept:
            return {}
        texts = [list(map(_text, column)) for column in zip(*kept, strict=True)]
        return {name: _filled(parts, texts) for name, parts in self.templates.items()}


@lru_cache(maxsize=16_384)  # the same few texts come again and again, and are held once
def _text(raw: bytes) -> str:
    return raw.decode("ascii")


def _filled(parts: Sequence[str | int], texts: Sequence[list[str]]) -> list[str]:
    if len(parts) == 1 and isinstance(parts[0], int):
        return texts[parts[0]]
    count = len(texts[0])
    columns = [texts[part] if isinstance(part, int) else [part] * count for part in parts]
    return list(map("".join, zip(*columns, strict=True)))
