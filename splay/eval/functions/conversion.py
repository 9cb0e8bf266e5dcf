"""Source: Splunk Search Reference, "Conversion functions".

Where the documentation is silent: a duration of a day or more is days+HH:MM:SS, a fraction of
a second is given with six digits, and a negative one begins with a minus sign.
"""

from __future__ import annotations

import ipaddress
import math
import string

from splay.eval.functions.bitwise import bits
from splay.eval.jsonvalue import load, to_json
from splay.eval.precision import number
from splay.eval.registry import Result, plain
from splay.eval.value import Fixed, decimal_round, from_list, text_number, to_number, to_text
from splay.rows import Scalar

_FORMATS = ("binary", "hex", "commas", "duration")


def _check_mask(mask: object, _: object) -> None:
    if mask is not None:
        ipaddress.IPv4Address(str(mask))


@plain("ipmask(<mask>, <ip>)", "text text", "string", check=_check_mask)
def ipmask(mask: str, address: str) -> str:
    masked = int(ipaddress.IPv4Address(mask)) & int(ipaddress.IPv4Address(address))
    return str(ipaddress.IPv4Address(masked))


def _check_number(text: object, base: object = 10) -> None:
    if base is None:
        return
    if base not in range(2, 37):
        raise ValueError(f"{base} is not a base from 2 to 36")
    if isinstance(text, str) and _parse(text, int(str(base))) is None:
        raise ValueError(f"{text!r} is not a number to the base {base}")


def _parse(text: str, base: int) -> int | float | None:
    if base == 10:
        return text_number(text)
    digits = string.digits + string.ascii_lowercase
    body = text.lower().removeprefix("-")
    if not body or not set(body) <= set(digits[:base]) or len(body) > 300:
        return None
    return number(int(text, base))


@plain("tonumber(<str>, <base>)", "value num?", "number", check=_check_number)
def tonumber(value: Result, base: int | float = 10) -> int | float | None:
    if isinstance(value, str):
        return _parse(value, int(base)) if base == int(base) and 2 <= base <= 36 else None
    return None if isinstance(value, (list, bool)) else value


@plain("todouble(<value>, <base>)", "value num?", "number", check=_check_number)
def todouble(value: Result, base: int | float = 10) -> float | None:
    found = tonumber(value, base)
    return Fixed(found, 1) if found is not None and float(found).is_integer() else found


@plain("toint(<value>, <base>)", "value num?", "number", check=_check_number)
def toint(value: Result, base: int | float = 10) -> int | None:
    found = tonumber(value, base)
    return None if found is None else math.floor(found)


@plain("tobool(<value>)", "any", "boolean")
def tobool(value: Result) -> bool | None:
    if isinstance(value, str):
        word = {"true": True, "True": True, "false": False, "False": False}.get(value)
        found = text_number(value)
        return word if found is None else found != 0
    return None if value is None or isinstance(value, list) else bool(value)


def _check_format(_: object, name: object = None) -> None:
    if name is not None and name not in _FORMATS:
        raise ValueError(f"{name!r} is not one of {', '.join(_FORMATS)}")


@plain("tostring(<value>, <format>)", "any string?", "string", check=_check_format)
def tostring(value: Result, name: str | None = None) -> Result:
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None and name is None:
        return "Null"  # measured on Splunk 10.4.2
    if value is None or isinstance(value, list):
        return None
    found = to_number(value)
    if name is None or found is None:
        return to_text(value)
    _check_format(None, name)
    if not math.isfinite(found):
        return to_text(found)
    return {"binary": _binary, "hex": _hex, "commas": _commas, "duration": _duration}[name](found)


def _binary(value: int | float) -> str:
    return f"{bits(value):b}"


def _hex(value: int | float) -> str:
    return f"0x{bits(value):X}"


def _commas(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{decimal_round(value, 2):,f}"


def _duration(value: int | float) -> str:
    whole = isinstance(value, int) or value.is_integer()
    seconds, micro = divmod(abs(round(value * 1_000_000)), 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    text = f"{hour:02d}:{minute:02d}:{second:02d}" + ("" if whole else f".{micro:06d}")
    return ("-" if value < 0 else "") + (f"{days}+" if days else "") + text


@plain("toarray(<value>)", "value", "string")
def toarray(value: Result) -> str | None:
    if isinstance(value, list):
        return to_json([load(to_text(item), None) for item in value])
    parsed = load(value, None) if isinstance(value, str) else None
    return to_json(parsed) if isinstance(parsed, list) else None


@plain("toobject(<value>)", "value", "string")
def toobject(value: Result) -> str | None:
    parsed = load(value, None) if isinstance(value, str) else None
    return to_json(parsed) if isinstance(parsed, dict) else None


@plain("tomv(<value>)", "value")
def tomv(value: Result) -> Result:
    if isinstance(value, list):
        return value
    parsed = load(value, None) if isinstance(value, str) else None
    items: list[Scalar] = [to_json(item) for item in parsed] if isinstance(parsed, list) else []
    return from_list(items)
