"""convert: turns field values into numbers or readable times. Source: Search Reference, "convert".

A value that a function cannot convert stays for ctime, mktime, mstime, dur2sec, memk, rmcomma,
rmunit and auto; num and rmunit's number alone: num removes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from typing import NamedTuple, Self

from splay.eval.timefmt import strftime, strptime
from splay.eval.value import as_list, from_list, to_number, to_text
from splay.rows import Demand, Row, Scalar
from splay.search.operation import Context, Kind, Operation
from splay.search.wildcards import field_pattern, fill_in, is_pattern
from splay.spl.args import Args, Word

DEFAULT_TIMEFORMAT = "%m/%d/%Y %H:%M:%S"
_DURATION = re.compile(r"(?:(\d+)\+)?(\d+):(\d+):(\d+(?:\.\d+)?)|(\d+):(\d+(?:\.\d+)?)")
_MEMORY = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.IGNORECASE)
_MSTIME = re.compile(r"(?:(\d+):)?(\d+)\.(\d+)")
_KILO = {"": 1.0, "k": 1.0, "m": 1024.0, "g": 1024.0 * 1024}


class Setting(NamedTuple):
    """timeformat and zone, for the functions that need them."""

    timeformat: str
    tz: tzinfo


Function = Callable[[Scalar, Setting], Scalar | None]


class Conversion(NamedTuple):
    """One `function(field) AS name`; both names may have wildcards."""

    function: str
    name: str
    target: str


class Convert(Operation):
    kind = Kind.STREAMING

    def __init__(self, timeformat: str, conversions: list[Conversion]) -> None:
        self._timeformat = timeformat
        self._conversions = conversions

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("timeformat")
        conversions: list[Conversion] = []
        while not args.done():
            function = args.word("a convert function")
            _known(args, function)
            if not args.punct("("):
                raise args.error("a ( is missing", hint=f"Write {function.text}(FIELD)")
            name = args.word("a field").text
            if not args.punct(")"):
                raise args.error("the ) is missing", hint=f"Write {function.text}({name})")
            target = args.word("the new name").text if args.take("AS") else name
            conversions.append(Conversion(function.text.lower(), name, target))
            args.punct(",")
        if not conversions:
            raise args.error("a function is missing", hint="Write, such as: convert ctime(_time)")
        return cls(option[1].text if option else DEFAULT_TIMEFORMAT, conversions)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        setting = Setting(self._timeformat, context.tz)
        for row in rows:
            for conversion in self._conversions:
                for name in _matching(conversion.name, row):
                    target = fill_in(conversion.name, conversion.target, name)
                    _apply(FUNCTIONS[conversion.function], row, name, target, setting)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(conversion.name for conversion in self._conversions)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        targets = [
            fill_in(conversion.name, conversion.target, name)
            for conversion in self._conversions
            for name in _matching(conversion.name, before)
        ]
        return list(dict.fromkeys([*before, *targets]))


def _known(args: Args, function: Word) -> None:
    if function.text.lower() not in FUNCTIONS:
        hint = f"There is: {', '.join(FUNCTIONS)}"
        raise args.error(f"there is no function {function.text}()", at=function.at, hint=hint)


def _matching(name: str, available: Iterable[str]) -> list[str]:
    if not is_pattern(name):
        return [name] if name in available else []
    pattern = field_pattern(name)
    return [field for field in available if pattern.fullmatch(field)]


def _apply(function: Function, row: Row, name: str, target: str, setting: Setting) -> None:
    converted = [function(value, setting) for value in as_list(row.get(name))]
    value = from_list([item for item in converted if item is not None])
    if value is None:
        row.pop(target, None)
    else:
        row[target] = value


def _number(value: Scalar) -> int | float | None:
    return to_number(value)


def _ctime(value: Scalar, setting: Setting) -> Scalar:
    epoch = _number(value)
    return value if epoch is None else strftime(epoch, setting.timeformat, setting.tz)


def _mktime(value: Scalar, setting: Setting) -> Scalar:
    epoch = strptime(to_text(value), setting.timeformat, setting.tz)
    if epoch is None:
        return value
    return int(epoch) if float(epoch).is_integer() else epoch


def _dur2sec(value: Scalar, setting: Setting) -> Scalar:
    match = _DURATION.fullmatch(to_text(value).strip())
    if match is None:
        return value
    days, hours, minutes, seconds, short_minutes, short_seconds = match.groups()
    if short_minutes is not None:
        return _plain(int(short_minutes) * 60 + float(short_seconds))
    total = (int(days or 0) * 24 + int(hours)) * 3600 + int(minutes) * 60 + float(seconds)
    return _plain(total)


def _memk(value: Scalar, setting: Setting) -> Scalar:
    match = _MEMORY.fullmatch(to_text(value).strip())
    return value if match is None else _plain(float(match[1]) * _KILO[match[2].lower()])


def _mstime(value: Scalar, setting: Setting) -> Scalar:
    match = _MSTIME.fullmatch(to_text(value).strip())
    if match is None:
        return value
    return _plain(int(match[1] or 0) * 60 + float(f"{match[2]}.{match[3]}"))


def _rmcomma(value: Scalar, setting: Setting) -> Scalar:
    return to_text(value).replace(",", "")


def _rmunit(value: Scalar, setting: Setting) -> Scalar:
    match = _LEADING_NUMBER.match(to_text(value))
    return value if match is None else _plain(float(match[1]))


def _auto(value: Scalar, setting: Setting) -> Scalar:
    found = _num(value, setting)
    return value if found is None else found


def _num(value: Scalar, setting: Setting) -> Scalar | None:
    number = _number(value)
    if number is not None:
        return number
    return _number(to_text(value).replace(",", ""))


def _none(value: Scalar, setting: Setting) -> Scalar:
    return value


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


FUNCTIONS: dict[str, Function] = {
    "auto": _auto,
    "ctime": _ctime,
    "dur2sec": _dur2sec,
    "memk": _memk,
    "mktime": _mktime,
    "mstime": _mstime,
    "none": _none,
    "num": _num,
    "rmcomma": _rmcomma,
    "rmunit": _rmunit,
}

COMMAND = Convert
