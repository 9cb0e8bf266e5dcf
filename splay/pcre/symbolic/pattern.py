"""A compiled regular expression read back as a tree.

Read is what `re` and `regex` have in common and what Splunk's expressions are made of. Anything
else raises Unsupported, and whoever asked must do without the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import regex

ASCII = [chr(code) for code in range(128)]


class Unsupported(Exception):
    """Nothing can be said of this expression."""


@dataclass(frozen=True, eq=False)
class Char:
    """One character. members: the ASCII characters that fit; test: whether any character does."""

    members: frozenset[str]
    test: Callable[[str], object]

    def fits(self, char: str) -> bool:
        return char in self.members if char < "\x80" else bool(self.test(char))


@dataclass(frozen=True, eq=False)
class Seq:
    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Alt:
    choices: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Repeat:
    """mode: "" is greedy, "?" lazy, "+" possessive. most: None is without end."""

    body: Node
    least: int
    most: int | None
    mode: str


@dataclass(frozen=True, eq=False)
class Group:
    number: int
    body: Node


@dataclass(frozen=True, eq=False)
class Atomic:
    body: Node


@dataclass(frozen=True, eq=False)
class Look:
    body: Node
    behind: bool
    negative: bool


@dataclass(frozen=True, eq=False)
class Edge:
    """Between two characters. kind: ^ $ (of the text), m^ m$ (of a line), A, Z, b, B."""

    kind: str
    word: Char


Node: TypeAlias = Char | Seq | Alt | Repeat | Group | Atomic | Look | Edge
Pattern: TypeAlias = "re.Pattern[str] | regex.Pattern[str]"

_OPEN = re.compile(r"\((?:\?(?:(P?<(?=[A-Za-z_])\w+>)|(:|=|!|<=|<!|>)))?(?!\?|\*)")
_FLAGS = re.compile(r"\(\?[ims]+\)")
_SCOPED = re.compile(r"\(\?([is]+):")
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_ESCAPE = re.compile(r"\\(?:[dwsDWSnrtfae]|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[^\w])", re.ASCII)
_SET = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\\[])*\]", re.DOTALL)
_EDGES = {r"\A": "A", r"\Z": "Z", r"\b": "b", r"\B": "B"}


@lru_cache(maxsize=2048)
def _char(source: str, engine: str, flags: int) -> Char:
    """What one character's worth of an expression matches, by the engine's own account."""
    module: Any = regex if engine == "regex" else re
    test = module.compile(source, flags).fullmatch
    return Char(frozenset(char for char in ASCII if test(char)), test)


@lru_cache(maxsize=512)
def parsed(pattern: Pattern) -> Node:
    """The tree of a compiled expression. Raises Unsupported."""
    reader = _Reader(pattern)
    node = reader.choices()
    if reader.pos != len(reader.text) or reader.groups != pattern.groups:
        raise Unsupported
    return node


class _Reader:
    def __init__(self, pattern: Pattern) -> None:
        self.text = pattern.pattern
        self.engine = "re" if isinstance(pattern, re.Pattern) else "regex"
        flags = int(pattern.flags)
        known = int(re.I | re.M | re.S | re.A | re.U)
        if self.engine == "regex":
            known = int(regex.I | regex.M | regex.S | regex.A | regex.U | regex.V1 | regex.F)
        if flags & ~known:
            raise Unsupported
        self.lines = bool(flags & re.M)  # the same number in both
        self.flags = flags & ~int(re.M)
        self.pos = 0
        self.groups = 0
        begin = _FLAGS.match(self.text)  # they are in the pattern's flags as well
        if begin:
            self.pos = begin.end()

    def choices(self) -> Node:
        found = [self.sequence()]
        while self.text.startswith("|", self.pos):
            self.pos += 1
            found.append(self.sequence())
        return found[0] if len(found) == 1 else Alt(tuple(found))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.pos < len(self.text) and self.text[self.pos] not in "|)":
            parts.append(self.counted(self.item()))
        return parts[0] if len(parts) == 1 else Seq(tuple(parts))

    def counted(self, body: Node) -> Node:
        sign = self.text[self.pos : self.pos + 1]
        least, most = 0, None
        if sign not in ("*", "+", "?", "{") or not sign:
            return body
        if sign == "{":
            count = _COUNT.match(self.text, self.pos)
            if count is None:
                raise Unsupported
            self.pos = count.end()
            least = int(count[1])
            most = least if not count[2] else int(count[3]) if count[3] else None
        else:
            self.pos += 1
            least, most = int(sign == "+"), 1 if sign == "?" else None
        mode = self.text[self.pos : self.pos + 1]
        mode = mode if mode and mode in "?+" else ""
        self.pos += len(mode)
        if self.text[self.pos : self.pos + 1] in ("*", "{") or isinstance(body, Edge | Look):
            raise Unsupported
        return Repeat(body, least, most, mode)

    def item(self) -> Node:
        sign = self.text[self.pos]
        if sign == "(":
            return self.group()
        if sign in "^$":
            self.pos += 1
            return self.edge("m" + sign if self.lines else sign)
        for text, kind in _EDGES.items():
            if self.text.startswith(text, self.pos):
                self.pos += 2
                return self.edge(kind)
        if sign == "[":
            found = _SET.match(self.text, self.pos)
        elif sign == "\\":
            found = _ESCAPE.match(self.text, self.pos)
        elif sign in "*+?{":
            raise Unsupported
        else:
            self.pos += 1
            return _char(sign, self.engine, self.flags)
        if found is None:
            raise Unsupported
        self.pos = found.end()
        return _char(found[0], self.engine, self.flags)

    def edge(self, kind: str) -> Edge:
        return Edge(kind, _char(r"\w", self.engine, self.flags))

    def group(self) -> Node:
        scoped = _SCOPED.match(self.text, self.pos)
        if scoped:
            return self.scoped(scoped)
        opened = _OPEN.match(self.text, self.pos)
        if opened is None:
            raise Unsupported
        self.pos = opened.end()
        number = 0
        if opened[2] is None:
            self.groups += 1
            number = self.groups
        body = self.closed()
        if number:
            return Group(number, body)
        return _around(opened[2], body)

    def scoped(self, opened: re.Match[str]) -> Node:
        """A group with flags of its own."""
        self.pos = opened.end()
        before = self.flags
        for letter in opened[1]:
            self.flags |= int(re.I if letter == "i" else re.S)  # the same numbers in both
        body = self.closed()
        self.flags = before
        return body

    def closed(self) -> Node:
        """What stands up to the end of a group."""
        body = self.choices()
        if not self.text.startswith(")", self.pos):
            raise Unsupported
        self.pos += 1
        return body


def _around(sign: str, body: Node) -> Node:
    if sign == ":":
        return body
    if sign == ">":
        return Atomic(body)
    behind = sign.startswith("<")
    if behind and not _is_char(body):
        raise Unsupported
    return Look(body, behind, sign.endswith("!"))


def _is_char(node: Node) -> bool:
    if isinstance(node, Alt):
        return all(map(_is_char, node.choices))
    return isinstance(node, Char)
