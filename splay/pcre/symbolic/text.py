"""Texts with slots: parts of which only the kind is known, each one character of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

_PLACE = 0xF0000  # the first code point of plane 15, which no text of the world uses


@dataclass(frozen=True, eq=False)
class Kind:
    """What a slot can hold: one or more ASCII characters.

    first, last, inner: what its first and last characters and those between may be; a slot of
    one character holds one that is among the first and the last.
    """

    name: str
    first: frozenset[str]
    inner: frozenset[str]
    last: frozenset[str]

    @cached_property
    def every(self) -> frozenset[str]:
        """All characters that it may hold."""
        return self.first | self.inner | self.last

    @cached_property
    def bytes_pattern(self) -> bytes:
        """The same as a regular expression over bytes."""
        first, inner, last = map(_as_set, (self.first, self.inner, self.last))
        if self.first == self.inner == self.last:
            return first + b"++"
        return b"%b(?:%b*%b)?" % (first, inner, last)


def _as_set(chars: frozenset[str]) -> bytes:
    return b"[" + b"".join(re.escape(char.encode()) for char in sorted(chars)) + b"]"


def _chars(pattern: str) -> frozenset[str]:
    return frozenset(char for char in map(chr, range(128)) if re.fullmatch(pattern, char))


def _kind(name: str, ends: str, inner: str) -> Kind:
    return Kind(name, _chars(ends), _chars(inner), _chars(ends))


STAMP = Kind("stamp", _chars("[0-9]"), _chars("[0-9T:.-]"), _chars("[0-9Z]"))
"""A time as XML events have it."""
CLOCK = Kind("clock", _chars("[0-9]"), _chars("[0-9/: .APM]"), _chars("[0-9M]"))
"""A time as classic events have it."""
KINDS = (
    _kind("number", r"[0-9]", r"[0-9]"),
    STAMP,
    CLOCK,
    _kind("word", r"[0-9A-Za-z_.:${}\\/@%+#~^-]", r"[0-9A-Za-z_.:${}\\/@%+#~^-]"),
    _kind("phrase", r"[0-9A-Za-z_.:${}\\/@%+#~^()*-]", r"[0-9A-Za-z_.:${}\\/@%+#~^()* -]"),
    _kind("text", r"[!-;=?-~]", r"[ -;=?-~]"),
)
"""The narrow ones first. None holds < or >."""


Slots: TypeAlias = Mapping[str, Kind]
"""The slots of a text by the character that stands for each."""


def place(number: int) -> str:
    """The character that stands for a slot."""
    return chr(_PLACE + number)


def is_place(char: str) -> bool:
    """Whether a character stands for a slot."""
    return _PLACE <= ord(char) < _PLACE + 0xFFFE
