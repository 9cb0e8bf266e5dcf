"""Where a match of an expression can begin."""

from __future__ import annotations

import re
from functools import lru_cache

from splay.pcre.symbolic.pattern import Alt, Atomic, Char, Edge, Group, Look, Node, Repeat, Seq


def first_of(node: Node) -> tuple[frozenset[str], bool]:
    """The ASCII characters that a match can begin with, and whether it can be without any."""
    match node:
        case Char(members):
            return members, False
        case Group(_, body) | Atomic(body):
            return first_of(body)
        case Repeat(body, least):
            chars, empty = first_of(body)
            return chars, empty or least == 0
        case Alt(choices):
            found = [first_of(choice) for choice in choices]
            return frozenset().union(*(c for c, _ in found)), any(e for _, e in found)
        case Seq(parts):
            chars = frozenset[str]()
            for part in parts:
                more, empty = first_of(part)
                chars |= more
                if not empty:
                    return chars, False
            return chars, True
        case Look() | Edge():
            return frozenset(), True


@lru_cache(maxsize=512)
def begins(node: Node) -> re.Pattern[str] | None:
    """The characters that a match can begin with, and those that may be any; None: without one."""
    chars, empty = first_of(node)
    if empty:
        return None
    return re.compile(f"[{''.join(map(re.escape, sorted(chars)))}\x80-\U0010ffff]")


def begins_text(node: Node) -> bool:
    """Whether it can only match at the beginning of the text."""
    while isinstance(node, Seq | Group | Atomic):
        if isinstance(node, Seq):
            if not node.parts:
                return False
            node = node.parts[0]
        else:
            node = node.body
    return isinstance(node, Edge) and node.kind in ("^", "A")
