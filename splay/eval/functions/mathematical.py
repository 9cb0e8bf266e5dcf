"""Source: Splunk Search Reference, "Mathematical functions".

What has no real value is nan or infinite, as in C: sqrt(-1) is nan, log(0) is -inf.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from splay.eval.operators import number
from splay.eval.registry import plain
from splay.eval.value import MOST_PLACES, Fixed, decimal_round


def real(function: Callable[..., float]) -> Callable[..., int | float]:
    """A function of `math` with C's answers where Python raises."""

    def run(*values: int | float) -> int | float:
        try:
            return number(function(*map(float, values)))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan

    return run


def _logarithm(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def _power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        return math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


@plain("abs(<num>)", "num", "number")
def abs_(value: int | float) -> int | float:
    return number(abs(value))


@plain("ceiling(<num>)", "num", "number", aliases=("ceil",))
def ceiling(value: int | float) -> int | float:
    return number(math.ceil(value)) if math.isfinite(value) else value


@plain("floor(<num>)", "num", "number")
def floor(value: int | float) -> int | float:
    return number(math.floor(value)) if math.isfinite(value) else value


@plain("exact(<expression>)", "num", "number")
def exact(value: int | float) -> int | float:
    return value


@plain("exp(<num>)", "num", "number")
def exp(value: int | float) -> int | float:
    return real(math.exp)(value)


@plain("ln(<num>)", "num", "number")
def ln(value: int | float) -> int | float:
    return real(_logarithm)(value)


@plain("log(<num>, <base>)", "num num?", "number")
def log(value: int | float, base: int | float = 10) -> int | float:
    if value > 0 and base in (2, 10):  # exact for their own powers
        return real(math.log2 if base == 2 else math.log10)(value)
    return real(lambda a, b: _logarithm(a) / _logarithm(b))(value, base)


@plain("pi()", gives="number")
def pi() -> float:
    return math.pi


@plain("pow(<num>, <exp>)", "num num", "number")
def pow_(base: int | float, exponent: int | float) -> int | float:
    return real(_power)(base, exponent)


def _check_places(_: object, places: object = 0) -> None:
    if places is not None and (isinstance(places, str) or places < 0):  # type: ignore[operator]
        raise ValueError("round() takes a number of decimal places that is not negative")


@plain("round(<num>, <precision>)", "num num?", "number", check=_check_places)
def round_(value: int | float, places: int | float = 0) -> int | float | None:
    if not math.isfinite(value):
        return value
    if not 0 <= places <= MOST_PLACES:
        return None
    rounded = decimal_round(value, int(places))
    return Fixed(float(rounded), int(places)) if places >= 1 else number(int(rounded))


@plain("sqrt(<num>)", "num", "number")
def sqrt(value: int | float) -> int | float:
    return real(math.sqrt)(value)
