"""A shape: a regular expression for whole events, with groups where the fields come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from splay.pcre.symbolic.text import Kind
from splay.rows import Row

Key: TypeAlias = "tuple[bytes, ...]"
HOUR = rb"(\d{4}-\d\d-\d\dT\d\d:)([0-5]\d:[0-5]\d(?:\.\d{1,9})?)Z"
"""A time as Windows writes it in XML: its hour, and the rest of it."""
ANY_TIME = rb"()([0-9/: .APM]++)"
"""Any other time: read as a whole."""


@dataclass(frozen=True)
class Slot:
    """A place in an event. kind: None for the time, of which `pattern` is one of those above."""

    kind: Kind | None
    read: bool  # whether fields depend on it
    pattern: bytes = b""


@dataclass(eq=False)
class Shape:
    """constants: what stands before, between and behind the slots. kinds: of the slots, by their
    numbers among the event's values; read: of which of them fields depend on.

    rows: what has been found for each key: the fields of all such events, None where they do not
    match. proven: the rules for which the key is known to be enough. stale: fields of a row that
    are not the same for all such events; nothing reads them.
    """

    constants: Sequence[bytes]
    slots: Sequence[Slot]
    kinds: Mapping[int, Kind]
    read: frozenset[int]
    stale: set[str]
    proven: set[object] = field(default_factory=set)
    rows: dict[Key, Row | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.prefix = self.constants[0]
        parts: list[bytes] = []
        numbers: list[int] = []
        groups = 0
        for slot, constant in zip(self.slots, self.constants[1:], strict=True):
            if slot.kind is None:
                parts.append(slot.pattern)
                self.hour, self.rest = groups + 1, groups + 2
                groups += 2
            elif slot.read:
                parts.append(b"(%b)" % slot.kind.bytes_pattern)
                groups += 1
                numbers.append(groups)
            else:
                parts.append(slot.kind.bytes_pattern)
            parts.append(re.escape(constant))
        self.match = re.compile(b"".join(parts)).match
        self.skip = len(self.prefix)
        self.key = (self.hour, *(numbers or [self.hour]))  # two at least: then they come as a tuple
