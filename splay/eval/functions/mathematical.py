"""Source: Splunk Search Reference, "Mathematical functions".

What has no real value is null: sqrt(-1), ln(0) (measured on Splunk 10.4.2). A value too large for a
double is infinite, as in C.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from splay.eval.precision import known_to, number, power_places
from splay.eval.registry import plain
from splay.eval.value import MOST_PLACES, Fixed, decimal_round


def real(function: Callable[..., float]) -> Callable[..., int | float | None]:
    """A function of `math`: null where it has no value, infinite where it is too large."""

    def run(*values: int | float) -> int | float | None:
        try:
            return number(function(*map(float, values)))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return None

    return run


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


@plain("abs(<num>)", "num", "number")
def abs_(value: int | float) -> int | float:
    return type(value)(abs(value), value.places) if isinstance(value, Fixed) else number(abs(value))


@plain("ceiling(<num>)", "num", "number", aliases=("ceil",))
def ceiling(value: int | float) -> int | float:
    return number(math.ceil(value)) if math.isfinite(value) else value


@plain("floor(<num>)", "num", "number")
def floor(value: int | float) -> int | float:
    return number(math.floor(value)) if math.isfinite(value) else value


@plain("exact(<expression>)", "num", "number")
def exact(value: int | float) -> int | float:
    """All digits: what is rounded for show is still whole within an expression."""
    return number(float(value)) if isinstance(value, Fixed) else value


@plain("exp(<num>)", "num", "number")
def exp(value: int | float) -> int | float | None:
    return real(math.exp)(value)


@plain("ln(<num>)", "num", "number")
def ln(value: int | float) -> int | float | None:
    return real(math.log)(value)


@plain("log(<num>, <base>)", "num num?", "number")
def log(value: int | float, base: int | float = 10) -> int | float | None:
    if value > 0 and base in (2, 10):  # exact for their own powers
        return real(math.log2 if base == 2 else math.log10)(value)
    return real(lambda a, b: math.log(a) / math.log(b))(value, base)


@plain("pi()", gives="number")
def pi() -> float:
    return math.pi


@plain("pow(<num>, <exp>)", "num num", "number")
def pow_(base: int | float, exponent: int | float) -> int | float | None:
    power = real(_power)(base, exponent)
    return None if power is None else known_to(power, power_places(base))


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
def sqrt(value: int | float) -> int | float | None:
    return real(math.sqrt)(value)
