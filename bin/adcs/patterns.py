"""How a lookup's cell is compared with an event's value: case, `*` wildcards, host names.

Every function takes text that `folded` (or `host_key`) has prepared.
"""

from __future__ import annotations

import re
from functools import lru_cache

ANY = "*"
BLANKS = " \t\r\n\f\v"
"""What is trimmed from a cell. Nothing else is: with U+00A0 at its end a name is another one."""
_ADDRESS = re.compile(r"[0-9.]+")


def folded(text: str) -> str:
    """The text as it is compared: without regard to case, and with all its blanks.

    No letter beyond ASCII equals one of ASCII, as Unicode's case folding has it for the Kelvin
    sign (k), the long s (s), ligatures (fi) and the sharp s (ss): Windows takes these for other
    names, too.
    """
    return text.lower() if text.isascii() else "".join(map(_folded_letter, text))


@lru_cache(maxsize=1024)
def _folded_letter(letter: str) -> str:
    for form in (letter.casefold(), letter.lower()):
        if letter.isascii() or not any(one.isascii() for one in form):
            return form
    return letter


def host_key(text: str) -> str:
    """A host's name as it is compared; the dot that may end a full name means nothing."""
    return folded(text).rstrip(".")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern; `*` stands for any characters, also none.

    Takes the leftmost place for each part, which is enough for `*` and never backtracks.
    """
    if ANY not in pattern:
        return pattern == text
    if pattern == ANY:
        return True
    first, *middle, last = pattern.split(ANY)
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def short_name(host: str) -> str:
    """The first label of a full name; an IPv4 address has no short name and stays whole."""
    return host if _ADDRESS.fullmatch(host) else host.partition(".")[0]


def matches_host(pattern: str, host: str) -> bool:
    """`matches`, and a short name equals the full name that begins with it, either way round.

    A pattern with a wildcard is only compared with the host as the event names it: else
    `*.corp.example` would fit every short name there is.
    """
    if ANY in pattern:
        return matches(pattern, host)
    return pattern == host or same_but_for_domain(pattern, host)


def same_but_for_domain(one: str, other: str) -> bool:
    """Whether one is a short name and the other the full name that begins with it."""
    one_is_short, other_is_short = one == short_name(one), other == short_name(other)
    return one_is_short != other_is_short and short_name(one) == short_name(other)


def specificity(*patterns: str) -> tuple[int, int, int]:
    """Sorts the most specific patterns first.

    Fewer cells with a wildcard; then more literal characters in all; then fewer wildcards.
    """
    stars = [pattern.count(ANY) for pattern in patterns]
    literals = sum(map(len, patterns)) - sum(stars)
    return sum(1 for count in stars if count), -literals, sum(stars)
