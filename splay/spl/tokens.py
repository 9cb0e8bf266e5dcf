"""Where things begin and end in SPL text: quotes, brackets, comments and stages.

Nothing here knows what a command means. Offsets returned are into the text given; offsets
in errors are those plus `offset`, the place of that text in the whole search.
Source: Splunk Search Manual, "Search command syntax", "Quotation marks", "Add comments to
searches".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Collection
from typing import NamedTuple

from splay.errors import SplError

COMMENT = "```"
_STAGE_NAME = re.compile(r"\s*([A-Za-z_]\w*)")
_BARE_WORD = re.compile(r"[^\s()\[\]\"'`\\]+")
_ESCAPED = re.compile(r'\\([\\"])')
_after_backslash = operator.itemgetter(1)
_INSIDE = {mark: re.compile(rf"(?:[^\\{mark}]++|\\.)*+{mark}", re.DOTALL) for mark in "\"'"}
"""What is between two quotes, and the one that closes. No search is too long for it: it never
goes back."""
_CLOSED = r'\\.|"(?:[^\\"]++|\\.)*+"'
_PLAIN = re.compile(rf'(?:[^\\"`]++|{_CLOSED})*+', re.DOTALL)
_OF_STAGE = re.compile(rf"""(?:[^|\]\\"\[`']++|{_CLOSED})*+""", re.DOTALL)
"""Up to what may end a stage, or begin what no pipe within ends one."""
# The commands whose arguments are eval expressions: there '...' quotes a field name.
_WITH_SINGLE_QUOTES = frozenset(
    ["eval", "where", "fieldformat", "stats", "eventstats", "streamstats", "chart", "timechart"]
)


class Stage(NamedTuple):
    """The text of one stage between pipes, and where it starts."""

    text: str
    start: int


def unescape(text: str) -> str:
    r"""SPL's escapes: \" and \\; any other backslash stays, so that regexes need no doubling."""
    return _ESCAPED.sub(_after_backslash, text) if "\\" in text else text


def quote_end(text: str, start: int, offset: int = 0) -> int:
    """The offset after the quote that closes the one at `start`. SplError if none does."""
    mark = text[start]
    inside = _INSIDE[mark].match(text, start + 1)
    if inside is not None:
        return inside.end()
    raise SplError(
        f"the quote {mark} that opens here is never closed",
        at=offset + start,
        hint=f"Close it with {mark}, or write \\{mark} for a quote that is part of the text",
    )


def read_quoted(text: str, start: int, offset: int = 0) -> tuple[str, int]:
    """The text inside the quotes that open at `start`, unescaped, and the offset after it."""
    end = quote_end(text, start, offset)
    inside = text[start + 1 : end - 1]
    if text[start] == "'":
        inside = inside.replace("\\'", "'")
    return unescape(inside), end


def bracket_end(text: str, start: int, offset: int = 0) -> int:
    """The offset after the `]` that closes the `[` at `start`. SplError if none does."""
    depth, at = 0, start
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char == '"':
            at = quote_end(text, at, offset)
            continue
        depth += (char == "[") - (char == "]")
        at += 1
        if depth == 0:
            return at
    raise SplError(
        "the bracket [ that opens here is never closed",
        at=offset + start,
        hint="Close the subsearch with ]",
    )


def plain_end(text: str, start: int) -> int:
    """Up to where the text from `start` has no backquote outside quotes, no quote that is never
    closed, and no backslash with nothing behind it."""
    plain = _PLAIN.match(text, start)
    return plain.end() if plain else start


def blank_comments(text: str, offset: int = 0) -> str:
    """The text with each ```comment``` outside quotes turned into as many spaces."""
    at, parts, kept = 0, [], 0
    while (at := plain_end(text, at)) < len(text):
        if text.startswith(COMMENT, at):
            end = comment_end(text, at, offset)
            parts += [text[kept:at], re.sub(r"[^\n]", " ", text[at:end])]
            at = kept = end
        else:
            at = quote_end(text, at, offset) if text[at] == '"' else at + 1
    return "".join(parts) + text[kept:]


def comment_end(text: str, start: int, offset: int = 0) -> int:
    """The offset after the comment that opens at `start`."""
    close = text.find(COMMENT, start + 3)
    if close < 0:
        raise SplError(
            "the comment ``` that opens here is never closed",
            at=offset + start,
            hint="Close it with ```",
        )
    return close + 3


def _skip(text: str, at: int, start: int, offset: int) -> int:
    """The offset after what begins at `at` and cannot hold a pipe of this pipeline."""
    char = text[at]
    if char == "\\":
        return at + 2
    if char == '"':
        return quote_end(text, at, offset)
    if char == "[":
        return bracket_end(text, at, offset)
    if char == "`":
        close = text.find("`", at + 1)
        if close < 0:
            raise SplError("the backquote ` that opens here is never closed", at=offset + at)
        return close + 1
    if char == "'" and _takes_single_quotes(text, start):
        return quote_end(text, at, offset)
    return at + 1


def _takes_single_quotes(text: str, start: int) -> bool:
    """Whether the stage that begins at `start` has eval expressions."""
    name = _STAGE_NAME.match(text, start)
    return name is not None and name[1].lower() in _WITH_SINGLE_QUOTES


def keyword_start(text: str, start: int, keywords: Collection[str], offset: int = 0) -> int:
    """Where, from `start`, the first of the keywords (any case) stands as a word of its own,
    outside of quotes, parentheses and brackets; the end of the text where none does."""
    depth, at = 0, start
    while at < len(text):
        char = text[at]
        depth += (char == "(") - (char == ")")
        word = _BARE_WORD.match(text, at)
        if word is None:
            at = _skip(text, at, at, offset)
        elif depth == 0 and word[0].lower() in keywords:
            return at
        else:
            at = word.end()
    return len(text)


def brackets(stage: str, offset: int = 0) -> list[tuple[int, int]]:
    """Where the outermost `[ ... ]` of a stage begin and end, those in quotes left out."""
    found, at = [], 0
    while at < len(stage):
        end = _skip(stage, at, 0, offset)
        if stage[at] == "[":
            found.append((at, end))
        at = end
    return found


def split_stages(text: str, offset: int = 0) -> list[Stage]:
    """The text cut at each `|` outside quotes, brackets and backquotes.

    A pipe at the very start gives an empty first stage.
    """
    stages, start, at = [], 0, 0
    while (found := _OF_STAGE.match(text, at)) and (at := found.end()) < len(text):
        if text[at] == "|":
            stages.append(Stage(text[start:at], start))
            at = start = at + 1
        elif text[at] == "]":
            raise SplError(
                "there is a ] without a [ before it",
                at=offset + at,
                hint="Remove it, or put the text in double quotes",
            )
        else:
            at = _skip(text, at, start, offset)
    stages.append(Stage(text[start:], start))
    return stages
