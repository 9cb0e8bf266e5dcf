"""bin: puts a field's numbers or times into bins. Source: Search Reference, "bin".

Times become the start of their bin, numbers a text such as 10-20. A field with a span of time is
taken as one of times, whatever its name. Values that are no numbers stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.charting.bins import DEFAULT_BINS, BinOptions
from splay.commands.operation import Context, Kind, Operation
from splay.counting import counted
from splay.eval.value import as_list
from splay.rows import Demand, Row
from splay.spl.args import Args, Word


class Bin(Operation):
    """target: the new field, by default the field itself."""

    def __init__(self, options: BinOptions, field: Word, target: str) -> None:
        self._options = options
        self._field = field
        self._target = target
        self.kind = Kind.DATASET if options.span is None else Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        options = BinOptions()
        field: Word | None = None
        target = ""
        while not args.done():
            if options.read(args):
                continue
            if field is None:
                field = args.word("a field")
            elif not target and args.take("AS"):
                target = args.word("the new name").text
            else:
                args.end()
        if field is None:
            hint = "Write, such as: bin _time span=1h"
            words = "Error in 'bin' command: You must specify a field to discretize."
            raise args.error("a field is missing", hint=hint).worded(words)
        return cls(options, field, target or field.text)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        name = self._field.text
        if self._options.span is None:
            rows = list(rows)
            values = [value for row in rows for value in as_list(row.get(name))]
        else:
            values = []
        bins = self._options.make(name, values, context, DEFAULT_BINS, self._field.at)
        beyond = 0
        for row in rows:
            given = row.get(name)
            value = bins.of(given)
            if value is not None:
                beyond += value == given and any(map(bins.beyond, as_list(value)))
                row[self._target] = value
            yield row
        if beyond:
            one = f"value of {name} is out of range and stays as it is"
            many = f"values of {name} are out of range and stay as they are"
            text = f"bin: {counted(beyond, one, many)}"
            context.add_message("WARN", text)

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._field.text])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._target]))


COMMAND = Bin
