"""Values as eval sees them: text, numbers, lists.

Numbers are double-precision floats and exact integers. Printed, a float is the shortest text
that reads back as the same number.
Source: Splunk Search Reference, "eval" (Numeric calculations, Long numbers); "Mathematical
functions" (sigfig, example 2, shows such printed results).
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from splay.rows import Scalar, Value

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FIRST = frozenset("+-.0123456789")
_EXACT = 10**17  # the limit of 17 significant digits; a longer float is printed with an exponent
_MOST_DIGITS = 300  # more would overflow a double
MOST_PLACES = 300
_WIDE = Context(prec=700)


class Fixed(float):
    """A number that is known to `places` decimals, and printed with these: 0.230 written out, what
    round(x, 2) and strptime() give, and what is calculated from such numbers."""

    places: int

    def __new__(cls, value: float, places: int) -> Fixed:
        made = super().__new__(cls, value)
        made.places = places
        return made

    def __getnewargs__(self) -> tuple[float, int]:  # type: ignore[override]
        return float(self), self.places


class Rough(Fixed):
    """A result of which more digits are there than are known: it is rounded once it is a field."""


def to_text(value: Scalar) -> str:
    """The value as Splunk prints it: 3, 0.5, 1e+17, inf, nan."""
    if isinstance(value, str):
        return value
    if type(value) is not float:
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, Fixed) and math.isfinite(value):
            return f"{decimal_round(value, value.places):f}"
        value = float(value)
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return repr(value)


def decimal_round(value: float, places: int) -> Decimal:
    """Rounded half away from zero, on the decimal digits: 2.555 to 2 places is 2.56.

    The value must be finite and `places` from 0 to MOST_PLACES.
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)


def text_number(text: str) -> int | float | None:
    """The number that the text spells, whole, in decimal; else None. Spaces spell no number."""
    if not text or text[0] not in _FIRST or not _NUMBER.fullmatch(text):
        return None
    if len(text) < _MOST_DIGITS and text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def to_number(value: Value | None) -> int | float | None:
    """The value as a number; text that spells one counts. A list, other text and null: None."""
    if isinstance(value, str):
        return text_number(value)
    if isinstance(value, list):
        return None
    return value


def measured(value: Value | bool | None) -> int | float | None:
    """As to_number(), with what the text tells of its precision: "0.230" is known to 3 decimals. A
    boolean is no number."""
    if isinstance(value, str):
        found = text_number(value)
        if isinstance(found, float):
            fraction = value.partition(".")[2]
            return Fixed(found, len(fraction)) if fraction.isdigit() else found
        return found
    return None if isinstance(value, (bool, list)) else value


def as_list(value: Value | None) -> list[Scalar]:
    """The values one by one: [] for null."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def from_list(items: list[Scalar]) -> Value | None:
    """The field value of these: null for none, the value itself for one."""
    if not items:
        return None
    return items[0] if len(items) == 1 else items
