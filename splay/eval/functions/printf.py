"""printf(). Source: Splunk Search Reference, "Conversion functions" (printf).

Where the documentation is silent: a number with a fraction loses it in %d, and an
unfitting argument makes the result null. Null is the word Null (measured on Splunk 10.4.2).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from splay.counting import counted
from splay.eval.operators import plain_value
from splay.eval.registry import NotSupported, Result, plain
from splay.eval.value import to_number, to_text
from splay.rows import Scalar

_SPEC = re.compile(
    r"%(?P<flags>['\-0+ #]*)(?P<width>\*|\d+)?(?:\.(?P<prec>\*|\d*))?(?P<conv>.)?", re.S
)
_CONVERSIONS = "aAcdieEfFgGosxXuzp%"
_MOST = 10_000  # the widest field, so that a mistake does not fill the memory


def _check(fmt: object, *values: object) -> None:
    if not isinstance(fmt, str):
        return
    needed = 0
    for match in _SPEC.finditer(fmt):
        if (match["conv"] or "") not in _CONVERSIONS or not match["conv"]:
            raise ValueError(f"printf() has no conversion {match[0]!r}")
        needed += (match["conv"] != "%") + (match["width"] == "*") + (match["prec"] == "*")
    if needed != len(values):
        takes = counted(needed, "value")
        raise ValueError(f"the format takes {takes} and printf() is given {len(values)}")


@plain("printf(<format>, <arguments>)", "string any*", "string", check=_check)
def printf(fmt: str, *values: Result) -> str:
    _check(fmt, *values)
    rest = iter([_scalar(value) for value in values])
    return _SPEC.sub(lambda match: _format(match, rest), fmt)


def _scalar(value: Result) -> Scalar:
    one = plain_value(value)
    if isinstance(one, list):
        raise ValueError("printf takes single values")
    return "Null" if one is None else one


def _size(text: str | None, rest: Iterator[Scalar]) -> int | None:
    """A width or precision: a number, * for the next argument, None if there is none."""
    if text is None:
        return None
    size = int(_number(next(rest))) if text == "*" else int(text or 0)
    if abs(size) > _MOST:
        raise NotSupported(f"a field of printf() is wider than {_MOST}")
    return size


def _number(value: Scalar) -> int | float:
    number = to_number(value)
    if number is None:
        raise ValueError(f"{value!r} is not a number")
    return number


def _format(match: re.Match[str], rest: Iterator[Scalar]) -> str:
    if match["conv"] == "%":
        return "%"
    flags, conv = match["flags"], match["conv"]
    width, precision = _size(match["width"], rest), _size(match["prec"], rest)
    value = next(rest)
    if width is not None and width < 0:  # as in C, a negative width justifies to the left
        flags, width = flags + "-", -width
    if conv in "csz":
        body = _text(conv, value, precision)
    elif conv in "diuopxX":
        body = _integer(conv, value, precision, flags)
    else:
        body = _real(conv, _number(value), 6 if precision is None else precision, flags)
    if conv in "csz" or not math.isfinite(to_number(value) or 0):
        flags = flags.replace("0", "")
    return _justify(body, width or 0, flags, zeros=precision is None or conv in "aAeEfFgG")


def _text(conv: str, value: Scalar, precision: int | None) -> str:
    if conv != "c":
        return to_text(value)[:precision]
    number = to_number(value) if not isinstance(value, str) else None
    if number is None:
        return to_text(value)[:1]
    character = chr(int(number))
    character.encode()  # ValueError: half of a surrogate pair is none
    return character


def _integer(conv: str, value: Scalar, precision: int | None, flags: str) -> str:
    number = int(_number(value))
    if conv not in "di" and number < 0:
        raise ValueError("an unsigned number is not negative")
    base = {"o": "o", "x": "x", "X": "X", "p": "X"}.get(conv, "d")
    digits = format(abs(number), base)
    digits = "" if precision == 0 and number == 0 else digits.rjust(precision or 0, "0")
    if "'" in flags and base == "d":
        digits = _thousands(digits)
    if "#" in flags and base == "o" and not digits.startswith("0"):
        digits = "0" + digits
    if "#" in flags and base in "xX" and number:
        digits = f"0{base}" + digits
    return _sign(number < 0, flags if conv in "di" else "") + digits


def _real(conv: str, number: int | float, precision: int, flags: str) -> str:
    value = float(number)
    if conv in "aA":
        body = _hexadecimal(abs(value), precision)
        body = body.upper() if conv == "A" else body
    else:
        body = f"%{'#' if '#' in flags else ''}.{precision}{conv}" % abs(value)
    if "'" in flags and conv in "fFgG" and "e" not in body.lower():
        whole, dot, fraction = body.partition(".")
        body = _thousands(whole) + dot + fraction
    return _sign(math.copysign(1, value) < 0, flags) + body


def _hexadecimal(value: float, precision: int) -> str:
    """0x1.922p+1: one digit before the point, rounded to `precision` after it."""
    if not math.isfinite(value):
        return str(value)
    mantissa, exponent = math.frexp(value)
    exponent -= value != 0
    scaled = round(mantissa * 2 * 16**precision) if value else 0
    whole, fraction = divmod(scaled, 16**precision)
    dot = f".{fraction:0{precision}x}" if precision else ""
    return f"0x{whole:x}{dot}p{exponent:+d}"


def _thousands(digits: str) -> str:
    return re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", ",", digits)


def _sign(negative: bool, flags: str) -> str:
    return "-" if negative else "+" if "+" in flags else " " if " " in flags else ""


def _justify(body: str, width: int, flags: str, *, zeros: bool) -> str:
    if "-" in flags:
        return body.ljust(width)
    if "0" not in flags or not zeros:
        return body.rjust(width)
    head = re.match(r"[+\- ]?(?:0[xX])?", body)
    cut = head.end() if head else 0
    return body[:cut] + body[cut:].rjust(width - cut, "0")
