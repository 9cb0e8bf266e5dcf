"""The nearest spelling of a name that there is not, for the hint of an error."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 40


def spelling(name: str, known: Iterable[str]) -> str:
    """The known name that is most like the one given; "" where none is."""
    by_lower = {one.lower(): one for one in sorted(set(known), reverse=True)}
    close = get_close_matches(name.lower(), by_lower, 1)
    return by_lower[close[0]] if close else ""


def nearest(name: str, known: Iterable[str], shown: str = "{}") -> str:
    """A hint: the nearest name, or all where there are few. shown: how one is written: "{}()"."""
    names = sorted(set(known))
    near = spelling(name, names)
    if near:
        return f"Did you mean {shown.format(near)}?"
    return f"Known names: {', '.join(names)}" if 0 < len(names) <= _MOST else ""


def nearest_or(name: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the nearest name if there is one, and what to do otherwise."""
    near = spelling(name, known)
    return (
        f"Did you mean {near}? Otherwise {otherwise}"
        if near
        else otherwise[:1].upper() + otherwise[1:]
    )
