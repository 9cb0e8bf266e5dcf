"""Expressions that Python's own `re` reads as `regex` does, in a third of the time.

`regex` is needed for what PCRE has and `re` has not, and for its time limit. Most expressions of
add-ons are a row of letters and runs of one class, each of which ends where the next begins, such
as <Data Name='([^']+)'>([^<]+)<. In these nothing is tried twice, so that a text of modest length
needs no time limit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import regex

from splay.pcre.symbolic.pattern import Char, Group, Node, Repeat, Seq, Unsupported, parsed

LONGEST = 20_000
"""Characters of a text up to which a plain expression may run without a time limit: at worst it
begins at each of them and looks at all that follow."""

_KNOWN = int(regex.M | regex.S | regex.A | regex.V1 | regex.F)
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")


@lru_cache(maxsize=512)
def plain(pattern: regex.Pattern[str]) -> re.Pattern[str] | None:
    """The same expression for `re`; None where it is not sure to find the same, or as fast."""
    if int(pattern.flags) & ~_KNOWN:
        return None
    flags = re.ASCII
    flags |= re.M if pattern.flags & regex.M else re.NOFLAG
    flags |= re.S if pattern.flags & regex.S else re.NOFLAG
    try:
        same = re.compile(_NAMED.sub("(?P<", pattern.pattern), flags)
        theirs, ours = _flat(parsed(pattern)), _flat(parsed(same))
    except (re.error, Unsupported):
        return None
    if not _alike(theirs, ours) or not _settled(ours) or same.groupindex != pattern.groupindex:
        return None
    return same


def _flat(node: Node) -> list[Node]:
    """The parts in a row, each group as it begins and ends. Raises Unsupported for other things."""
    match node:
        case Char():
            return [node]
        case Repeat(Char(), least) if least < 2:
            return [node]
        case Group(_, body):
            return [node, *_flat(body), node]
        case Seq(parts):
            return [one for part in parts for one in _flat(part)]
    raise Unsupported


def _alike(theirs: list[Node], ours: list[Node]) -> bool:
    return len(theirs) == len(ours) and all(map(_same, theirs, ours))


def _same(a: Node, b: Node) -> bool:
    match a, b:
        case Char(), Char():
            return a.members == b.members and bool(a.test("\u00e9")) == bool(b.test("\u00e9"))
        case Repeat(), Repeat():
            return (a.least, a.most, a.mode) == (b.least, b.most, b.mode) and _same(a.body, b.body)
        case Group(), Group():
            return a.number == b.number
    return False


def _settled(parts: list[Node]) -> bool:
    """Whether each run ends where what follows begins, so that there is one way to match."""
    items = [part for part in parts if not isinstance(part, Group)]
    for item, following in pairwise(items):
        if isinstance(item, Repeat):
            if isinstance(following, Repeat) and following.least == 0:
                return False
            after = following.body if isinstance(following, Repeat) else following
            if _overlap(item.body, after):
                return False
    return bool(items) and isinstance(items[0], Char)


def _overlap(one: Node, other: Node) -> bool:
    if not isinstance(one, Char) or not isinstance(other, Char):
        return True
    beyond = bool(one.test("\u00e9")) and bool(other.test("\u00e9"))
    return beyond or bool(one.members & other.members)
