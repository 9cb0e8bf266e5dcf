"""What a transform's REGEX and FORMAT say, at index time and at search time alike.

Source: Admin Manual, transforms.conf (REGEX: named groups, _KEY_<string> and _VAL_<string>, and the
modular expressions [[name]] and [[name:field]]; FORMAT).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import regex

from splay.conf.files import Stanza
from splay.pcre.patterns import compile_pattern

Part = str | int
"""A text, or the number of the group that gives it."""

_MODULAR = re.compile(r"\[\[(\w[\w\-]*)(?::(\w*))?\]\]")
_KEY_GROUP = re.compile(r"_KEY_(\w+)")
_DOLLAR = re.compile(r"\$(\d+)")
_DEEPEST = 10


def is_key_group(name: str) -> bool:
    """Whether a group's name says that it gives the name of a field."""
    return _KEY_GROUP.fullmatch(name) is not None


def compile_regex(text: str, transforms: Mapping[str, Stanza]) -> regex.Pattern[str]:
    """A transform's REGEX, with the expressions of others in the places of their names.

    ValueError: it cannot be read, or names a transform that is not there.
    """
    return compile_pattern(_spelled_out(text, transforms, 0))


def _spelled_out(text: str, transforms: Mapping[str, Stanza], depth: int) -> str:
    if depth > _DEEPEST:
        raise ValueError(f"expressions that name each other are more than {_DEEPEST} deep")

    def other(found: re.Match[str]) -> str:
        name, group = found[1], found[2]
        named = transforms.get(name)
        if named is None or not named.settings.get("REGEX"):
            raise ValueError(f"it names the transform [{name}], which has no REGEX or is not there")
        inner = _spelled_out(named.settings["REGEX"], transforms, depth + 1)
        if group is None:
            return f"(?:{inner})"
        return f"(?<{group}>{inner})" if group else f"({inner})"

    return _MODULAR.sub(other, text)


def group_pairs(pattern: regex.Pattern[str]) -> list[tuple[Part, Part]]:
    """(name, group) of each named group; those of _KEY_x and _VAL_x belong together."""
    pairs: list[tuple[Part, Part]] = []
    for name, number in pattern.groupindex.items():
        key = _KEY_GROUP.fullmatch(name)
        value = pattern.groupindex.get(f"_VAL_{key[1]}") if key else None
        if value is not None:
            pairs.append((number, value))
        elif not name.startswith("_VAL_"):
            pairs.append((name, number))
    return pairs


def filled(form: str, match: regex.Match[str], before: str) -> str:
    """An index-time FORMAT with what was matched: $1 is the first group, $0 what stood in its
    destination before.

    >>> filled("a=$1 $0", regex.match("(.)", "x"), "old")
    'a=x old'
    """

    def value(found: re.Match[str]) -> str:
        number = int(found[1])
        if number == 0:
            return before
        return (match[number] or "") if number <= match.re.groups else ""

    return _DOLLAR.sub(value, form)
