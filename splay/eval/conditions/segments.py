r"""How a term finds its place in an event's text: between breakers of segments.

Splunk cuts text at major breakers (spaces, commas, brackets, quotes, ...) and those pieces again
at minor ones (/ : = @ . - $ # % \ _), and a term has to be whole pieces. TERM() has to be a
whole major piece; CASE() minds the case.
Source: segmenters.conf (MAJOR and MINOR of [default]); Search Manual, "Use CASE() and TERM() to
match phrases".
"""

from __future__ import annotations

from functools import lru_cache

import regex

from splay.eval.conditions.letters import fold

_MAJOR = r"""\[\]<>(){}|!;,'"*\n\r\s\t&?+"""
_MINOR = r"/:=@.\-$#%\\_"
_LONG = r"(?i:%21|%26|%2526|%3B|%7C|%20|%2B|%3D|--|%2520|%5D|%5B|%3A|%0A|%2C|%28|%29)"
_ANY_BREAK = regex.compile(f"[{_MAJOR}{_MINOR}]")
_MAJOR_BREAK = regex.compile(f"[{_MAJOR}]")


def has_breaker(text: str) -> bool:
    """Whether the text is more than one segment."""
    return _ANY_BREAK.search(text) is not None


def _body(parts: list[str]) -> str:
    """What is between two wildcards is looked for at its leftmost place, and never again."""
    first, *more = map(regex.escape, parts)
    if not more:
        return first
    *middle, last = more
    groups = "".join(f"(?>[^{_MAJOR}]*?{part})" for part in middle if part)
    return f"{first}{groups}[^{_MAJOR}]*{last}"


@lru_cache(maxsize=512)
def term_pattern(text: str, kind: str) -> regex.Pattern[str]:
    """What to search _raw for, folded unless the kind is "case". kind: that of
    `splay.spl.tree.Term`; a `*` in the text stands for any characters but major breakers."""
    text = text if kind == "case" else fold(text)
    breakers = _MAJOR if kind == "term" else _MAJOR + _MINOR
    edge = _MAJOR_BREAK if kind == "term" else _ANY_BREAK
    body = _body(text.split("*"))
    before = "" if edge.match(text) else rf"(?<=^|[{breakers}]|{_LONG})"
    after = "" if edge.match(text[-1:]) else rf"(?=$|[{breakers}]|{_LONG})"
    return regex.compile(before + body + after, regex.VERSION0)
