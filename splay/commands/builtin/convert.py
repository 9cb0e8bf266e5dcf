"""convert: turns field values into numbers or readable times.

A value that a function cannot convert stays as it is; only num removes it. auto and num take
what is a number, a number with commas between its digits, or a duration: the documentation
calls it "the best conversion" and shows these. A field is converted by auto only if all of its
values in a row can be.
Source: Search Reference, "convert".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, tzinfo
from typing import NamedTuple, Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import field_pattern, fill_in, is_pattern
from splay.errors import UnsupportedError
from splay.eval.times.timefmt import strftime, strptime
from splay.eval.times.timevars import UnsupportedVariable
from splay.eval.value import as_list, from_list, text_number, to_number, to_text
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word

DEFAULT_TIMEFORMAT = "%m/%d/%Y %H:%M:%S"
_DURATION = re.compile(r"(?:(\d+)\+)?(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([kmg]?)b?", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)", re.IGNORECASE)
_WITH_COMMAS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MSTIME = re.compile(r"(?:(\d+):)?(\d+\.\d+)")
_KILO = {"": 1, "k": 1, "m": 1024, "g": 1024 * 1024}


class Setting(NamedTuple):
    """timeformat and zone, for the functions that need them."""

    timeformat: str
    tz: tzinfo


Function = Callable[[Scalar, Setting], Scalar | None]
"""The converted value; None when it cannot be converted."""


class Conversion(NamedTuple):
    """One `function(field) AS name`; both names may have wildcards."""

    function: str
    name: str
    target: str


class Convert(Operation):
    """spared: what none() names, which conversions by wildcard leave alone. With a new name none()
    copies the value to it (measured on Splunk 10.4.2)."""

    kind = Kind.STREAMING

    def __init__(self, timeformat: str, conversions: list[Conversion]) -> None:
        self._timeformat = timeformat
        self._conversions = [
            one for one in conversions if one.function != "none" or one.name != one.target
        ]
        self._spared = [one.name for one in conversions if one.function == "none"]

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("timeformat")
        if option is not None:
            _check_format(option[1])
        conversions: list[Conversion] = []
        while not args.done():
            conversions.append(_read_conversion(args))
            args.punct(",")
        if not conversions:
            raise args.error("a function is missing", hint="Write, such as: convert ctime(_time)")
        return cls(option[1].text if option else DEFAULT_TIMEFORMAT, conversions)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        setting = Setting(self._timeformat, context.tz)
        for row in rows:
            for conversion in self._conversions:
                for name, target in self._targets(conversion, row):
                    _apply(conversion.function, row, name, target, setting)
            yield row

    def _targets(self, conversion: Conversion, available: Iterable[str]) -> list[tuple[str, str]]:
        """(field, new name) of each field that the conversion applies to."""
        if not is_pattern(conversion.name):
            return [(conversion.name, conversion.target)] if conversion.name in available else []
        return [
            (name, fill_in(conversion.name, conversion.target, name))
            for name in available
            if field_pattern(conversion.name).fullmatch(name)
            and (conversion.function == "none" or not self._is_spared(name))
        ]

    def _is_spared(self, name: str) -> bool:
        return any(field_pattern(spared).fullmatch(name) for spared in self._spared)

    def demand(self, after: Demand) -> Demand:
        return after.plus(conversion.name for conversion in self._conversions)

    def declares(self, before: frozenset[str]) -> frozenset[str]:
        return before | {one.target for one in self._conversions if not is_pattern(one.target)}

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        for conversion in self._conversions:
            targets = [target for _, target in self._targets(conversion, before)]
            before = list(dict.fromkeys([*before, *targets]))
        return before


def _read_conversion(args: Args) -> Conversion:
    function = args.word("a convert function")
    known = function.text.lower()
    if known != "none" and known not in FUNCTIONS:
        hint = f"Known names: {', '.join(sorted([*FUNCTIONS, 'none']))}"
        message = f"there is no function {function.text}()"
        words = f"Error in 'convert' command: The conversion type '{function.text}' is invalid."
        raise args.error(message, at=function.at, hint=hint).worded(words)
    if not args.punct("(") or args.punct(")"):
        message = f"{function.text} without a field is not supported"
        raise UnsupportedError(message, at=function.at, hint=f"Write {function.text}(*)")
    name = args.word("a field").text
    if not args.punct(")"):
        raise args.error("the ) is missing", hint=f"Write {function.text}({name})")
    if not args.take("AS"):
        return Conversion(known, name, name)
    target = args.word("the new name")
    if name.count("*") != target.text.count("*"):
        hint = f"Write as many in the new name as in {name}"
        raise args.error("the wildcards * do not agree", at=target.at, hint=hint)
    return Conversion(known, name, target.text)


def _check_format(timeformat: Word) -> None:
    try:
        strftime(0, timeformat.text, UTC)
    except UnsupportedVariable as error:
        raise UnsupportedError(f"convert: {error}", at=timeformat.at) from error


def _apply(function: str, row: Row, name: str, target: str, setting: Setting) -> None:
    values = as_list(row[name])
    if function == "none":
        row[target] = row[name]
        return
    converted = [FUNCTIONS[function](value, setting) for value in values]
    if function == "num":
        value = from_list([new for new in converted if new is not None])
    elif function == "auto" and None in converted:
        value = from_list(values)
    else:
        pairs = zip(values, converted, strict=True)
        value = from_list([old if new is None else new for old, new in pairs])
    if value is None:
        row.pop(target, None)
    else:
        row[target] = value


def _ctime(value: Scalar, setting: Setting) -> Scalar | None:
    epoch = to_number(value)
    try:
        return None if epoch is None else strftime(epoch, setting.timeformat, setting.tz)
    except ValueError:  # no time between the years 1 and 9999
        return None


def _mktime(value: Scalar, setting: Setting) -> Scalar | None:
    return strptime(to_text(value), setting.timeformat, setting.tz)


def _dur2sec(value: Scalar, setting: Setting) -> Scalar | None:
    match = _DURATION.fullmatch(to_text(value).strip())
    if match is None:
        return None
    days, hours, minutes, seconds = match.groups()
    return _plain((int(days or 0) * 24 + int(hours)) * 3600 + int(minutes) * 60 + float(seconds))


def _memk(value: Scalar, setting: Setting) -> Scalar | None:
    match = _MEMORY.fullmatch(to_text(value).strip())
    return None if match is None else _plain(float(match[1]) * _KILO[match[2].lower()])


def _mstime(value: Scalar, setting: Setting) -> Scalar | None:
    match = _MSTIME.fullmatch(to_text(value).strip())
    return None if match is None else _plain(int(match[1] or 0) * 60 + float(match[2]))


def _rmcomma(value: Scalar, setting: Setting) -> Scalar | None:
    return to_text(value).replace(",", "")


def _rmunit(value: Scalar, setting: Setting) -> Scalar | None:
    match = _LEADING_NUMBER.match(to_text(value))
    return None if match is None else match[1]


def _best(value: Scalar, setting: Setting) -> Scalar | None:
    number = to_number(value)
    if number is None and _WITH_COMMAS.fullmatch(to_text(value)):
        number = text_number(to_text(value).replace(",", ""))
    return _dur2sec(value, setting) if number is None else number


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


FUNCTIONS: dict[str, Function] = {
    "auto": _best,
    "ctime": _ctime,
    "dur2sec": _dur2sec,
    "memk": _memk,
    "mktime": _mktime,
    "mstime": _mstime,
    "num": _best,
    "rmcomma": _rmcomma,
    "rmunit": _rmunit,
}

COMMAND = Convert
