"""Source: Splunk Search Reference, "Statistical eval functions"; sum() is under "Mathematical
functions". Text is greater than any number; each value of a list counts.
"""

from __future__ import annotations

import random as dice
from collections.abc import Callable

from splay.eval.operators import number, plain_value
from splay.eval.registry import Result, plain
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Scalar


def _values(arguments: tuple[Result, ...]) -> list[Scalar]:
    return [value for argument in arguments for value in as_list(plain_value(argument))]


def _numbers(arguments: tuple[Result, ...]) -> list[int | float]:
    found = [to_number(value) for value in _values(arguments)]
    return [value for value in found if value is not None]


def _order(value: Scalar) -> tuple[int, float, str]:
    found = to_number(value)
    return (1, 0.0, to_text(value)) if found is None else (0, float(found), "")


def _check_no_text(name: str) -> Callable[..., None]:
    def check(*constants: object) -> None:
        if any(isinstance(constant, str) for constant in constants):
            raise ValueError(f"{name}() takes numbers and fields, not text")

    return check


@plain("max(<values>)", "any any*")
def max_(*arguments: Result) -> Scalar | None:
    return max(_values(arguments), key=_order, default=None)


@plain("min(<values>)", "any any*")
def min_(*arguments: Result) -> Scalar | None:
    return min(_values(arguments), key=_order, default=None)


@plain("avg(<values>)", "any any*", "number", check=_check_no_text("avg"))
def avg(*arguments: Result) -> int | float | None:
    values = _numbers(arguments)
    return number(sum(values) / len(values)) if values else None


@plain("sum(<num>, ...)", "any any*", "number", check=_check_no_text("sum"))
def sum_(*arguments: Result) -> int | float | None:
    values = _numbers(arguments)
    return number(sum(values)) if values else None


@plain("random()", gives="number")
def random() -> int:
    return dice.randrange(2**31)  # nosec B311 # random() of SPL
