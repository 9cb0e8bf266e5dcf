"""concurrency: how many rows were under way when each one began. Source: Search Reference,
"concurrency"; the built-in searchbnf.conf, [concurrency-command].

X is concurrent with Y if X's start lies between Y's start and Y's end; a row is so with itself.
Both ends count. A row without a start or a duration is not counted and gets no number.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args


class Concurrency(Operation):
    kind = Kind.DATASET

    def __init__(self, duration: str, start: str, output: str) -> None:
        self._duration = duration
        self._start = start
        self._output = output

    @classmethod
    def parse(cls, args: Args) -> Self:
        names = {"start": "_time", "output": "concurrency"}
        while option := args.option("duration", "start", "output"):
            names[option[0]] = option[1].text
        args.end()
        if "duration" not in names:
            raise args.error("duration= is missing", hint="Write concurrency duration=FIELD")
        return cls(names["duration"], names["start"], names["output"])

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept = list(rows)
        spans = [self._span(row) for row in kept]
        begun = sorted(span[0] for span in spans if span)
        ended = sorted(span[1] for span in spans if span)
        for row, span in zip(kept, spans, strict=True):
            if span:
                row[self._output] = bisect_right(begun, span[0]) - bisect_left(ended, span[0])
            yield row

    def _span(self, row: Row) -> tuple[float, float] | None:
        start, duration = to_number(row.get(self._start)), to_number(row.get(self._duration))
        return None if start is None or duration is None else (start, start + duration)

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._start, self._duration])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._output]))


COMMAND = Concurrency
