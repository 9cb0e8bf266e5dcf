"""gauge: the first row's value and ranges, as charts of gauges want them. Source: Search
Reference, "gauge".

One row: x is the value, y1, y2, ... the ends of the ranges. Without two ends they are 0 and 100, as
the page says. Where the documentation is silent: a field without a number is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError
from splay.eval.value import text_number, to_number
from splay.rows import Demand, Row
from splay.spl.args import Args, Word


class Gauge(Operation):
    kind = Kind.TRANSFORMING

    def __init__(self, words: list[Word]) -> None:
        self._words = words

    @classmethod
    def parse(cls, args: Args) -> Self:
        words = args.fields()
        args.end()
        if not words:
            raise args.error("a value is missing", hint="Write, such as: gauge count 0 50 100")
        return cls(words)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        row = next(iter(rows), None)
        if row is None:
            return
        value, *ends = [_number(word, row) for word in self._words]
        if len(ends) < 2:
            ends = [0, 100]
        yield {"x": value, **{f"y{place}": end for place, end in enumerate(ends, 1)}}

    def demand(self, after: Demand) -> Demand:
        return Demand.of(word.text for word in self._words if text_number(word.text) is None)

    def columns(self, before: list[str] | None) -> list[str] | None:
        ends = len(self._words) - 1
        return ["x", *(f"y{place + 1}" for place in range(ends if ends > 1 else 2))]


def _number(word: Word, row: Row) -> int | float:
    literal = text_number(word.text)
    number = literal if literal is not None else to_number(row.get(word.text))
    if number is None:
        hint = "Write a number, or the name of a field that has one"
        raise SplError(f"gauge: {word.text} is no number in the first row", at=word.at, hint=hint)
    return number


COMMAND = Gauge
