"""sigfig(): a calculation rounded to the digits that its operands have.

Source: Splunk Search Reference, "Mathematical functions" (sigfig).
Where the documentation is silent: every digit but leading zeros counts, those of 100 too; an
operand that is no literal, field or calculation has the digits of its printed value; the result
is printed as any number, without zeros at its end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

from splay.eval.kinds import need_number
from splay.eval.operators import add, arithmetic
from splay.eval.precision import number
from splay.eval.registry import Arguments, Result, built
from splay.eval.value import to_number, to_text
from splay.rows import Row
from splay.spl.tree import Binary, Expr, Number, Unary

_MOST_DIGITS = 700  # more than the digits of any double before and behind its point
_MANTISSA = re.compile(r"[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?")


class Measured(NamedTuple):
    """A number, its significant figures, and its decimal places (negative: tens, hundreds)."""

    value: int | float
    figures: int
    places: int


Reader = Callable[[Row], Measured | None]


@built("sigfig(<num>)", "num", "number")
def sigfig(arguments: Arguments) -> Callable[[Row], Result]:
    (expr,) = arguments.call.args
    need_number(expr, "sigfig()")
    arguments.compile(expr)  # refuses what is wrong with it
    read = _reader(expr, arguments)

    def run(row: Row) -> Result:
        measured = read(row)
        return None if measured is None else _rounded(measured)

    return run


def _reader(expr: Expr, arguments: Arguments) -> Reader:
    match expr:
        case Number(value, _, written):
            constant = _measured(value, written)
            return lambda row: constant
        case Unary("-" | "+", operand):
            inner, sign = _reader(operand, arguments), -1 if expr.op == "-" else 1
            return lambda row: _signed(inner(row), sign)
        case Binary("+" | "-" | "*" | "/" | "%" as op, left, right):
            one, other = _reader(left, arguments), _reader(right, arguments)
            return lambda row: _combined(op, one(row), other(row))
    compiled = arguments.compile(expr)

    def read(row: Row) -> Measured | None:
        found = compiled(row)
        if found is None or isinstance(found, (bool, list)):
            return None
        value = to_number(found)
        if isinstance(value, float):
            value = float(value)
        return None if value is None else _measured(value, to_text(found))

    return read


def _measured(value: int | float, written: str) -> Measured:
    match = _MANTISSA.fullmatch(written)
    if match is None:  # inf, nan
        return Measured(value, 1, 0)
    fraction, exponent = match[2] or "", int(match[3] or 0)
    digits = (match[1] + fraction).lstrip("0")
    return Measured(value, max(1, len(digits)), len(fraction) - exponent)


def _signed(measured: Measured | None, sign: int) -> Measured | None:
    return None if measured is None else measured._replace(value=sign * measured.value)


def _combined(op: str, one: Measured | None, other: Measured | None) -> Measured | None:
    """Of a product the fewest figures count, of a sum the fewest decimal places."""
    if one is None or other is None:
        return None
    combine = add(fixed_text=False) if op == "+" else arithmetic(op)
    result = combine(one.value, other.value)
    if isinstance(result, (str, bool, list)) or result is None:
        return None
    if op in "+-":
        places = min(one.places, other.places)
        return Measured(result, max(1, _magnitude(result) + 1 + places), places)
    figures = min(one.figures, other.figures)
    return Measured(result, figures, figures - 1 - _magnitude(result))


def _magnitude(value: int | float) -> int:
    """The power of ten of its first digit."""
    if value == 0 or not math.isfinite(value):
        return 0
    return Decimal(repr(value)).adjusted()


def _rounded(measured: Measured) -> int | float:
    if not math.isfinite(measured.value):
        return measured.value
    exact = Decimal(repr(measured.value))
    if -measured.places < exact.as_tuple().exponent:  # type: ignore[operator]
        return number(measured.value)
    with localcontext(prec=_MOST_DIGITS):
        step = Decimal(1).scaleb(-measured.places)
        return number(float((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step))
