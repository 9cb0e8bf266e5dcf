"""rangemap: the names of the ranges that a number lies in. Source: Search Reference, "rangemap".

A field that is not there or no number lies in none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import from_list, to_number
from splay.rows import Demand, Row
from splay.spl.args import Args

TARGET = "range"
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_RANGE = re.compile(f"({_NUMBER})-({_NUMBER})")


class Range(NamedTuple):
    """A name, and the numbers from low to high, both included."""

    name: str
    low: float
    high: float


class Rangemap(Operation):
    kind = Kind.STREAMING

    def __init__(self, field: str, ranges: list[Range], default: str) -> None:
        self._field = field
        self._ranges = ranges
        self._default = default

    @classmethod
    def parse(cls, args: Args) -> Self:
        texts = {"field": "", "default": "None"}
        ranges: list[Range] = []
        while not args.done():
            option = args.option(*texts)
            if option is not None:
                texts[option[0]] = option[1].text
            else:
                ranges.append(_read_range(args))
        if not texts["field"]:
            hint = "Write, such as: rangemap field=count low=0-9"
            raise args.error("field= is missing", hint=hint)
        return cls(texts["field"], ranges, texts["default"])

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            number = to_number(row.get(self._field))
            names = [
                one.name
                for one in self._ranges
                if number is not None and one.low <= number <= one.high
            ]
            row[TARGET] = from_list([*names]) or self._default
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.minus([TARGET]).plus([self._field])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, TARGET]))


def _read_range(args: Args) -> Range:
    name = args.word("a range's name")
    if not args.punct("="):
        raise args.error("an = is missing", hint=f"Write {name.text}=1-5")
    word = args.word("a range")
    match = _RANGE.fullmatch(word.text)
    if match is None or float(match[1]) > float(match[2]):
        hint = f"Write {name.text}=1-5, the lower number first"
        raise args.error(f"{word.text!r} is not a range of numbers", at=word.at, hint=hint)
    return Range(name.text, float(match[1]), float(match[2]))


COMMAND = Rangemap
