r"""Regular expressions as Splunk writes them (PCRE), on the `regex` package.

`regex` reads most of PCRE. What differs is spelled out before it compiles a pattern: its set
operations, nested sets and fuzzy `{e<=1}` mean nothing in PCRE, and \Q..\E, \x{..}, \e, \v, \V,
\N, \Z, \k and \g are written another way. Classes such as \w, and matching without regard to
case, know ASCII only, as PCRE does unless it is told otherwise.
Source: Splunk Knowledge Manager Manual, "About Splunk regular expressions"; pcrepattern(3).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import TypeVar

import regex

from splay.errors import SplError
from splay.pcre.size import check_size
from splay.pcre.words import pcre_words

TIME_LIMIT = 5.0
"""Seconds that one match may take, so that a pattern that tries without end is an error and does
not hang."""

_HOLD = 0.05
"""Seconds that a match may keep the other threads waiting."""

T = TypeVar("T")


def timed(method: Callable[..., T], *args: object, limit: float) -> T:
    """What a pattern's method gives, such as `search`. TimeoutError: not within `limit` seconds.

    Of itself `regex` lets other threads run during each match, and waits for its turn after it. A
    search that makes thousands of short matches beside others would wait thousands of times; so
    only a match that takes long lets them run, and is then begun anew.
    Source: README of regex, "Multithreading", "Timeout".
    """
    try:
        return method(*args, timeout=min(limit, _HOLD), concurrent=False)
    except TimeoutError:
        return method(*args, timeout=limit, concurrent=True)


def matches(
    pattern: regex.Pattern[str], text: str, most: int, *, limit: float
) -> list[regex.Match[str]]:
    """The first `most` matches, all for 0. TimeoutError: not within `limit` seconds."""

    def found(*, timeout: float, concurrent: bool) -> list[regex.Match[str]]:
        all_matches = pattern.finditer(text, timeout=timeout, concurrent=concurrent)
        return list(islice(all_matches, most or None))

    return timed(found, limit=limit)


def too_slow(what: str, at: int) -> SplError:
    """The error for a match that takes longer than TIME_LIMIT."""
    message = f"{what} gave up on a match that takes longer than {TIME_LIMIT:g} s"
    return SplError(message, at=at, hint="Simplify its pattern")


_TOKEN = regex.compile(
    r"""
    \\Q(?P<literal>.*?)(?:\\E|\Z)
  | \\x\{(?P<hex>[0-9A-Fa-f]{1,6})\}
  | \\[gk](?:\{(?P<braced>\w+)\}|<(?P<angled>\w+)>|'(?P<quoted>\w+)'|(?P<digit>\d+))
  | \\[pP]\{[^}]*\}
  | \\(?P<escape>.)
  | (?P<open>\[\^?\]?)
  | \{\d+(?:,\d*)?\}
  | (?P<brace>\{)
  | \(\?'(?P<group>\w+)'
  | .
    """,
    regex.VERBOSE | regex.DOTALL,
)
_NAMED = regex.compile(r"\(\?P?[<'](\w+)[>']")
_IN_SET = regex.compile(
    r"\\x\{(?P<hex>[0-9A-Fa-f]{1,6})\}|\\(?P<escape>.)|\[:\^?\w+:\]|(?P<plain>.)", regex.DOTALL
)
_ESCAPES = {
    "e": r"\x1b",
    "v": r"[\n\x0b\f\r\x85\u2028\u2029]",
    "V": r"[^\n\x0b\f\r\x85\u2028\u2029]",
    "N": r"[^\n]",
    "Z": r"(?=\n?\Z)",
    "z": r"\Z",
}
_SET_ESCAPES = {"e": r"\x1b", "v": r"\n\x0b\f\r\x85\u2028\u2029", "b": r"\x08"}
# Doubled or alone they are operations on sets to `regex`, and letters like any other to PCRE.
_SET_SPECIAL = frozenset("[&|~#")


class BadPattern(ValueError):
    """Text that is not a regular expression, in one sentence. pcre: what PCRE2 says of it."""

    def __init__(self, message: str, pcre: str) -> None:
        super().__init__(message)
        self.pcre = pcre


@lru_cache(maxsize=1024)
def compile_pattern(text: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """The compiled pattern. BadPattern: it is not a regular expression."""
    flags = regex.VERSION1 | regex.ASCII | (regex.IGNORECASE if ignore_case else 0)
    try:
        check_size(text)
        _refuse_twin_names(text)
        return regex.compile(_translate(text), flags)
    except (regex.error, ValueError, OverflowError, RecursionError) as error:
        reason = str(error).partition(" at position")[0]
        shown = text if len(text) <= 200 else f"{text[:200]}..."
        message = f"the regular expression {shown!r} cannot be read: {reason}"
        raise BadPattern(message, pcre_words(reason)) from error


def _refuse_twin_names(text: str) -> None:
    """ValueError: two groups of one name, which PCRE2 refuses, but with (?J) or (?|."""
    if text.count("(?") < 2 or "(?|" in text or regex.search(r"\(\?[a-zA-Z]*J", text):
        return
    seen: set[str] = set()
    pos = 0
    while match := _TOKEN.match(text, pos):
        pos = _set(text, match.end())[1] if match["open"] else match.end()
        named = _NAMED.match(text, match.start()) if match[0][:1] == "(" else None
        if named and named[1] in seen:
            raise ValueError(f"two groups are named {named[1]}")
        seen |= {named[1]} if named else set()


def _translate(text: str) -> str:
    parts: list[str] = []
    pos = 0
    while match := _TOKEN.match(text, pos):
        pos = match.end()
        if match["open"]:
            body, pos = _set(text, pos)
            parts.append(match["open"].replace("]", r"\]") + body)
        else:
            parts.append(_spell(match))
    return "".join(parts)


def _spell(match: regex.Match[str]) -> str:
    """One token outside a set, in the spelling of `regex`."""
    name = match["braced"] or match["angled"] or match["quoted"] or match["digit"]
    if match["literal"] is not None:
        return str(regex.escape(match["literal"]))
    if match["hex"]:
        return _character(match["hex"])
    if name:
        return rf"\g<{name}>"
    if match["escape"]:
        return _ESCAPES.get(match["escape"], match[0])
    if match["brace"]:
        return r"\{"
    return f"(?<{match['group']}>" if match["group"] else match[0]


def _set(text: str, pos: int) -> tuple[str, int]:
    """The rest of the set [...] that was opened before `pos`, and the offset after its ]."""
    parts: list[str] = []
    while match := _IN_SET.match(text, pos):
        pos = match.end()
        if match["plain"] == "]":
            return "".join(parts) + "]", pos
        if match["hex"]:
            parts.append(_character(match["hex"]))
        elif match["escape"]:
            parts.append(_SET_ESCAPES.get(match["escape"], match[0]))
        elif match["plain"] in _SET_SPECIAL or (match["plain"] == "-" and parts[-1:] == ["-"]):
            parts.append("\\" + match[0])
        else:
            parts.append(match[0])
    raise ValueError("a set that [ opens is never closed with ]")


def _character(digits: str) -> str:
    code = int(digits, 16)
    if code > 0x10FFFF:
        raise ValueError(f"there is no character {digits}")
    return rf"\U{code:08x}"
