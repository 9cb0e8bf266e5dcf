"""Patterns with wildcards, in the time that the text is long: they never go back.

`*` matches any text. For the text between two of them the leftmost place is enough, so each is
an atomic group; `.*` for each `*` would try every place of one with every place of all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def wildcard_pattern(
    text: str, *, star: str = "*", literal: Callable[[str], str] = re.escape, flags: int = 0
) -> re.Pattern[str]:
    """A pattern for `fullmatch`; case counts unless the flags say otherwise.

    star: the character that stands for any text. literal: the pattern of what is between two; it
    has to match texts of one length only.
    """
    first, *parts = text.split(star)
    if not parts:
        return re.compile(literal(first), re.DOTALL | flags)
    *middle, last = parts
    groups = "".join(f"(?>.*?{literal(part)})" for part in middle if part)
    return re.compile(f"{literal(first)}{groups}.*{literal(last)}", re.DOTALL | flags)


def fits_one(patterns: Sequence[str]) -> Callable[[str], bool]:
    """The test whether a text fits one of the patterns as a whole.

    What only first, ends or holds a text, as most do, needs no regular expression: making one
    takes longer than a hundred such tests.
    """
    starts, ends, held = [], [], []
    others: list[Callable[[str], bool]] = []
    for pattern in dict.fromkeys(patterns):
        match pattern.split("*"):
            case ["", text, ""]:
                held.append(text)
            case ["", text]:
                ends.append(text)
            case [text, ""]:
                starts.append(text)
            case [begin, *middle, end]:
                others.append(_in_order(begin, middle, end))
            case _:  # no asterisk in it
                others.append(pattern.__eq__)
    first, last = tuple(starts), tuple(ends)
    if not (held or others):
        if not first:
            return lambda text: text.endswith(last)
        if not last:
            return lambda text: text.startswith(first)
    if len(held) == 1 and not (first or last or others):
        (only,) = held
        return lambda text: only in text

    def fits(text: str) -> bool:
        if text.endswith(last) or text.startswith(first):
            return True
        for part in held:  # a hunt asks this millions of times: any() is slower
            if part in text:
                return True
        return any(match(text) for match in others)

    return fits


def _in_order(begin: str, middle: Sequence[str], end: str) -> Callable[[str], bool]:
    """The test whether a text has these parts in order, the first and the last at its ends. Of each
    part between them the leftmost place is enough."""
    least = len(begin) + len(end)

    def fits(text: str) -> bool:
        if len(text) < least or not text.startswith(begin) or not text.endswith(end):
            return False
        at, last = len(begin), len(text) - len(end)
        for part in middle:
            at = text.find(part, at, last)
            if at < 0:
                return False
            at += len(part)
        return True

    return fits


def wildcard_pieces(pattern: str, text: str) -> list[str] | None:
    """What each `*` stands for in a text that fits the pattern as a whole; None: it does not.

    Each takes as much as it can, the first one first: so the places are looked for from the right.
    """
    first, *parts = pattern.split("*")
    if not parts:
        return [] if text == first else None
    *middle, last = parts
    start, end = len(first), len(text) - len(last)
    if start > end or not text.startswith(first) or not text.endswith(last):
        return None
    pieces: list[str] = []
    for part in reversed(middle):
        at = text.rfind(part, start, end)
        if at < 0:
            return None
        pieces.append(text[at + len(part) : end])
        end = at
    return [text[start:end], *reversed(pieces)]
