"""Field names with `*`, as fields, table, rename, convert and stats take them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from splay.eval.conditions.wildcard import wildcard_pattern, wildcard_pieces


@lru_cache(maxsize=1000)
def field_pattern(pattern: str) -> re.Pattern[str]:
    """Matches the names that the pattern means. A pattern that begins with `*` leaves internal
    fields (`_...`) alone."""
    matching = wildcard_pattern(pattern)
    if not pattern.startswith("*"):
        return matching
    return re.compile(f"(?!_){matching.pattern}", matching.flags)


def is_pattern(name: str) -> bool:
    """Whether the name has a wildcard."""
    return "*" in name


def select(names: Iterable[str], available: Iterable[str]) -> list[str]:
    """The names, each pattern replaced by the available names it matches; each name once."""
    available = list(available)
    chosen: dict[str, None] = {}
    for name in names:
        if is_pattern(name):
            pattern = field_pattern(name)
            chosen.update((field, None) for field in available if pattern.fullmatch(field))
        else:
            chosen[name] = None
    return list(chosen)


def fill_in(pattern: str, target: str, name: str) -> str:
    """The target's name for `name`, which `pattern` matches: each `*` of it takes what the one in
    the same place of the pattern matched."""
    pieces = iter(wildcard_pieces(pattern, name) or ())
    return re.sub(r"\*", lambda _: next(pieces, ""), target)
