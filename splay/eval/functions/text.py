"""Source: Splunk Search Reference, "Text functions". Only lower() and upper() take lists; to the
others a list gives null. The trimming functions take a number, the others refuse what is one by its
type (measured on Splunk 10.4.2).
"""

from __future__ import annotations

from urllib.parse import unquote

import regex

from splay.eval.paths import parse_path
from splay.eval.registry import plain
from splay.eval.spath import at_path
from splay.eval.value import from_list, to_text
from splay.pcre.patterns import TIME_LIMIT, timed
from splay.rows import Scalar, Value

_BLANK = " \t"
_GROUP = regex.compile(r"\\(\d{1,2})")


def _check_path(_: object, path: object) -> None:
    if isinstance(path, str):
        parse_path(path)


@plain("spath(<value>, <path>)", "string string", check=_check_path)
def spath(text: str, path: str) -> Value | None:
    return from_list(at_path(text, parse_path(path)))


@plain("len(<str>)", "string", "number", aliases=("length",))
def len_(text: str) -> int:
    return len(text)


@plain("lower(<str>)", "strings", "any")
def lower(values: list[Scalar]) -> Value | None:
    return from_list([to_text(value).lower() for value in values])


@plain("upper(<str>)", "strings", "any")
def upper(values: list[Scalar]) -> Value | None:
    return from_list([to_text(value).upper() for value in values])


@plain("ltrim(<str>, <trim_chars>)", "text string?", "string")
def ltrim(text: str, characters: str = _BLANK) -> str:
    return text.lstrip(characters)


@plain("rtrim(<str>, <trim_chars>)", "text string?", "string")
def rtrim(text: str, characters: str = _BLANK) -> str:
    return text.rstrip(characters)


@plain("trim(<str>, <trim_chars>)", "text string?", "string")
def trim(text: str, characters: str = _BLANK) -> str:
    return text.strip(characters)


@plain("replace(<str>, <regex>, <replacement>)", "string regex string", "string")
def replace(text: str, pattern: regex.Pattern[str], replacement: str) -> str:
    r"""Every match replaced; \1 in the replacement is the first group, \0 the match."""
    pieces = _GROUP.split(replacement)
    literals, numbers = pieces[::2], [int(digits) for digits in pieces[1::2]]

    def fill(match: regex.Match[str]) -> str:
        groups = [_group(match, number) for number in numbers]
        return "".join(a + b for a, b in zip(literals, [*groups, ""], strict=True))

    return timed(pattern.sub, fill, text, limit=TIME_LIMIT)


def _group(match: regex.Match[str], number: int) -> str:
    return str(match[number] or "") if number <= match.re.groups else ""


@plain("substr(<str>, <start>, <length>)", "string num num?", "string")
def substr(text: str, start: int | float, length: int | float | None = None) -> str:
    """SQLite's rules: from 1, negative from the end, negative lengths before the start."""
    first = int(start)
    first = first - 1 if first > 0 else len(text) + first if first < 0 else -1
    if length is None:
        return text[max(first, 0) :]
    last = first + int(length)
    first, last = min(first, last), max(first, last)
    return text[max(first, 0) : max(last, 0)]


@plain("urldecode(<url>)", "string", "string")
def urldecode(url: str) -> str:
    return unquote(url)
