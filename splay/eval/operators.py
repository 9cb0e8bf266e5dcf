"""Binary operators of eval. A null operand (None) yields null.

Arithmetic is that of doubles, and how many digits of a result count is in `precision`. A list has
no place in arithmetic: null. A comparison with a list is true if
it is true of one of its values.
Source: Splunk Search Reference, "eval" (Usage); "where".
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from splay.eval.conditions.wildcard import wildcard_pattern
from splay.eval.precision import RULES, known_to, number
from splay.eval.registry import Result
from splay.eval.value import Fixed, as_list, measured, text_number, to_text
from splay.rows import Scalar, Value


def plain_value(value: Result) -> Value | None:
    """A boolean as text, for what takes values only."""
    return ("true" if value else "false") if isinstance(value, bool) else value


def _divide(left: int | float, right: int | float) -> int | float | None:
    return left / right if right else None


def _modulo(left: int | float, right: int | float) -> int | float | None:
    return math.fmod(left, right) if right and math.isfinite(left) else None


_ARITHMETIC: dict[str, Callable[[int | float, int | float], int | float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _modulo,
}


def arithmetic(op: str) -> Callable[[Result, Result], Result]:
    """The function of + - * / and %: null unless both are numbers or spell one."""
    compute, places = _ARITHMETIC[op], RULES[op]

    def run(left: Result, right: Result) -> Result:
        a, b = left, right
        if type(a) is not int or type(b) is not int:
            a, b = measured(left), measured(right)
        if a is None or b is None:
            return None
        try:
            result = compute(a, b)
        except OverflowError:
            return None
        if result is None:
            return None
        if isinstance(a, Fixed) or isinstance(b, Fixed):
            return known_to(result, places(result, a, b))
        return number(result)

    return run


def add(*, fixed_text: bool) -> Callable[[Result, Result], Result]:
    """The function of +: the sum of two numbers, or two texts joined.

    fixed_text: one side is text by its nature (a string written out, tostring()), so that both are
    joined even where they spell numbers.
    """
    total = arithmetic("+")

    def run(left: Result, right: Result) -> Result:
        if isinstance(left, (list, bool)) or isinstance(right, (list, bool)):
            return None
        if fixed_text:
            return concatenate(left, right)
        found = total(left, right)
        if found is None and isinstance(left, str) and isinstance(right, str):
            return left + right
        return found

    return run


def concatenate(left: Result, right: Result) -> Result:
    """The dot: both as text. A list gives null."""
    a, b = plain_value(left), plain_value(right)
    if a is None or b is None or isinstance(a, list) or isinstance(b, list):
        return None
    return to_text(a) + to_text(b)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(op: str) -> Callable[[Result, Result], Result]:
    """The function of a comparison: by number if both sides are numbers or spell one, else by
    the order of their characters, with regard to case. Null if one side is null."""
    holds = _COMPARE[op]

    def scalars(left: Scalar, right: Scalar) -> bool:
        a = text_number(left) if isinstance(left, str) else left
        b = text_number(right) if isinstance(right, str) else right
        if a is None or b is None:
            return holds(to_text(left), to_text(right))
        return holds(a, b)

    def run(left: Result, right: Result) -> Result:
        if left is None or right is None:
            return None
        if isinstance(left, bool) or isinstance(right, bool):
            return _compare_booleans(op, left, right)
        if isinstance(left, list) or isinstance(right, list):
            return any(scalars(a, b) for a in as_list(left) for b in as_list(right))
        return scalars(left, right)

    return run


def _compare_booleans(op: str, left: Result, right: Result) -> Result:
    """true and false equal themselves, and the text of their names; nothing is less."""
    if op not in ("=", "!="):
        return None
    names = [plain_value(value) for value in (left, right)]
    if not all(isinstance(name, str) for name in names):
        return None
    return _COMPARE[op](str(names[0]).lower(), str(names[1]).lower())


@lru_cache(maxsize=512)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern of LIKE: % is any text, _ one character, all else itself, case counts."""

    def literal(text: str) -> str:
        return ".".join(map(re.escape, text.split("_")))

    return wildcard_pattern(pattern, star="%", literal=literal)


def like(value: Result, pattern: Result) -> Result:
    """Whether a value matches, whole."""
    subject, wanted = plain_value(value), plain_value(pattern)
    if subject is None or wanted is None or isinstance(wanted, list):
        return None
    match = like_pattern(to_text(wanted)).fullmatch
    return any(match(to_text(item)) is not None for item in as_list(subject))


def negative(value: Result) -> Result:
    """The sign -."""
    found = measured(value)
    if isinstance(found, Fixed):
        return type(found)(-found, found.places)
    return None if found is None else number(-found)


def positive(value: Result) -> Result:
    """The sign +: the value as a number."""
    return measured(value)
