"""Source: Splunk Search Reference, "Statistical eval functions"; sum() is under "Mathematical
functions". Text is greater than any number; each value of a list counts. For max() and min() text
that is written out is text, also where it spells a number (measured on Splunk 10.4.2: min("10","9")
is 10, and max(f, 9) with a field of 10 is 10).
"""

from __future__ import annotations

import random as dice
from collections.abc import Callable

from splay.eval.kinds import kind_of
from splay.eval.operators import plain_value
from splay.eval.precision import number
from splay.eval.registry import Arguments, Compiled, Result, built, plain
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Row, Scalar


def _values(arguments: tuple[Result, ...]) -> list[Scalar]:
    return [value for argument in arguments for value in as_list(plain_value(argument))]


def _numbers(arguments: tuple[Result, ...]) -> list[int | float]:
    found = [to_number(value) for value in _values(arguments)]
    return [value for value in found if value is not None]


def _order(pair: tuple[Scalar, bool]) -> tuple[int, float, str]:
    value, is_text = pair
    found = None if is_text else to_number(value)
    return (1, 0.0, to_text(value)) if found is None else (0, float(found), "")


def _extreme(arguments: Arguments, choose: Callable[..., tuple[Scalar, bool]]) -> Compiled:
    """The least or greatest argument, as `choose` (min or max) finds it."""
    each = [(arguments.compile(arg), kind_of(arg) == "string") for arg in arguments.call.args]

    def run(row: Row) -> Result:
        pairs = [
            (value, is_text)
            for compiled, is_text in each
            for value in as_list(plain_value(compiled(row)))
        ]
        return choose(pairs, key=_order)[0] if pairs else None

    return run


def _check_no_text(name: str) -> Callable[..., None]:
    def check(*constants: object) -> None:
        if any(isinstance(constant, str) for constant in constants):
            raise ValueError(f"{name}() takes numbers and fields, not text")

    return check


@built("max(<values>)", "any any*")
def max_(arguments: Arguments) -> Compiled:
    return _extreme(arguments, max)


@built("min(<values>)", "any any*")
def min_(arguments: Arguments) -> Compiled:
    return _extreme(arguments, min)


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
