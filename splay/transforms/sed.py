r"""sed-like changes of a text: s/regex/replacement/flags and y/abc/xyz/.

Source: Admin Manual, props.conf (SEDCMD-<class>); Search Reference, "rex" (mode=sed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from splay.pcre.patterns import TIME_LIMIT, compile_pattern, matches, timed

_SED = re.compile(
    r"([sy])(.)((?:\\.|(?!\2).)*)\2((?:\\.|(?!\2).)*)\2(g|[1-9][0-9]*)?(?:\s+|$)", re.DOTALL
)
_BACK = re.compile(r"\\(\d)")


@dataclass(frozen=True)
class SedStep:
    """find: an expression, or letters to translate. number: which match is replaced, unless every
    one is."""

    find: regex.Pattern[str] | dict[int, int]
    replacement: str = ""
    every: bool = True
    number: int = 1

    def __call__(self, text: str) -> str:
        """The changed text. TimeoutError: it takes too long."""
        if isinstance(self.find, dict):
            return text.translate(self.find)
        if self.every or self.number == 1:
            count = 0 if self.every else 1
            return timed(self.find.sub, self._filled, text, count, limit=TIME_LIMIT)
        for match in matches(self.find, text, self.number, limit=TIME_LIMIT)[self.number - 1 :]:
            return text[: match.start()] + self._filled(match) + text[match.end() :]
        return text

    def _filled(self, match: regex.Match[str]) -> str:
        return _BACK.sub(lambda group: match[int(group[1])] or "", self.replacement)


class SedError(ValueError):
    """An expression that cannot be used, and what to write instead.

    pattern: the regular expression in it that cannot be read, if that is it.
    """

    def __init__(self, message: str, hint: str, pattern: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.pattern = pattern


def read_sed(text: str) -> list[SedStep]:
    """The steps of a sed expression. SedError: it is none.

    >>> [step("a b a") for step in read_sed("s/a/x/ y/b/B/")]
    ['x b a', 'a B a']
    """
    steps: list[SedStep] = []
    pos = 0
    while pos < len(text):
        match = _SED.match(text, pos)
        if match is None:
            raise SedError(
                "this is not a sed expression", "Write s/regex/replacement/g or y/abc/xyz/"
            )
        kind, mark, left, right, flags = match.groups("")
        left, right = (part.replace(f"\\{mark}", mark) for part in (left, right))
        pos = match.end()
        steps.append(_translation(left, right) if kind == "y" else _change(left, right, flags))
    return steps


def _translation(left: str, right: str) -> SedStep:
    if len(left) != len(right):
        hint = "Write as many characters on both sides"
        raise SedError("y/// wants two texts of the same length", hint)
    return SedStep(str.maketrans(left, right))


def _change(left: str, right: str, flags: str) -> SedStep:
    try:
        pattern = compile_pattern(left)
    except ValueError as error:
        raise SedError(str(error), "Correct the expression", left) from error
    if any(int(number) > pattern.groups for number in _BACK.findall(right)):
        hint = r"Write \1 only where the expression has a group ( )"
        raise SedError("the replacement names a group that is not there", hint)
    return SedStep(pattern, right, flags == "g", int(flags) if flags.isdigit() else 1)
