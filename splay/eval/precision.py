"""How precise the result of a calculation is.

Whole numbers are exact, and so is what functions compute. A decimal number that is written out, in
the search or in a field, is as precise as its digits: a sum or a difference has the fewest decimals
of its decimal operands, a product or a quotient their fewest significant figures, though never
fewer than its whole part has, and a power the decimals of its base. A half goes up. The full value
is kept within an expression and rounded where it becomes a field.
Source: Search Reference, "eval" (Numeric calculations); measured on Splunk 10.4.2 (0.1+0.2 is 0.3,
pow(2.5, 2) is 6.3, pow(2, 0.5) is 1); for products, wiki.splunk.com, Community:BadMath (3*0.5 is
2).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from splay.eval.registry import Compiled, Result
from splay.eval.value import MOST_PLACES, Fixed, Rough, decimal_round
from splay.rows import Row
from splay.spl.tree import Number

Rule = Callable[[float, int | float, int | float], int | None]
"""From the result and both operands to the result's decimals; None: it is exact."""

_WHOLE = 2**53  # doubles hold every integer up to here


def number(value: int | float) -> int | float:
    """A result as eval keeps it: an integer where that is exact, else a double."""
    if isinstance(value, int):
        if -_WHOLE < value < _WHOLE:
            return value
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, Fixed):
        return value
    return int(value) if value.is_integer() and -_WHOLE < value < _WHOLE else value


def _sum_places(result: float, left: int | float, right: int | float) -> int | None:
    known = [side.places for side in (left, right) if isinstance(side, Fixed)]
    return min(known) if known else None


def _product_places(result: float, left: int | float, right: int | float) -> int | None:
    known = [_figures(side) for side in (left, right) if isinstance(side, Fixed)]
    return max(0, min(known) - 1 - _magnitude(result)) if known else None


def power_places(base: int | float) -> int | None:
    """The decimals of a power: those of its base; None where the base is exact and no integer."""
    if isinstance(base, Fixed):
        return base.places
    return 0 if isinstance(base, int) else None


RULES: dict[str, Rule] = {
    "+": _sum_places,
    "-": _sum_places,
    "%": _sum_places,
    "*": _product_places,
    "/": _product_places,
}


def known_to(value: int | float, places: int | None) -> int | float:
    """The value with its decimals, where it has any and is finite."""
    if places is None or not math.isfinite(value) or (not places and value == int(value)):
        return number(value)
    return Rough(value, min(places, MOST_PLACES))


def written(literal: Number) -> int | float:
    """A number as it is written out in a search: 0.230 has 3 decimals."""
    fraction = literal.written.partition(".")[2]
    return Fixed(literal.value, len(fraction)) if fraction.isdigit() else literal.value


def settle(value: Result) -> Result:
    """A value as a field keeps it: a number rounded to its decimals."""
    if type(value) is not Rough:
        return value
    rounded = decimal_round(value, value.places)
    return Fixed(float(rounded), value.places) if value.places else number(int(rounded))


def settled(compiled: Compiled) -> Compiled:
    """The closure of an expression, with its numbers rounded."""

    def run(row: Row) -> Result:
        value = compiled(row)
        return settle(value) if type(value) is Rough else value

    return run


def _figures(value: Fixed) -> int:
    """Its significant figures: 0.014 has 2, 0.230 and 12.5 have 3."""
    return max(1, _magnitude(value) + 1 + value.places)


def _magnitude(value: float) -> int:
    """The power of ten of its first digit."""
    if value == 0 or not math.isfinite(value):
        return 0
    return Decimal(repr(float(value))).adjusted()
