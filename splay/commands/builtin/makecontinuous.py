"""makecontinuous: bins a field and adds a row for each bin that has none. Source: Search
Reference, "makecontinuous".

Rows come in the order of their bins. A value that is no number stays, after all bins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from splay.commands.charting.bins import DEFAULT_BINS, TIME, BinOptions, ContinuousBins
from splay.commands.charting.splits import every_bin
from splay.commands.operation import Context, Kind, Operation
from splay.errors import UnsupportedError
from splay.eval.value import as_list
from splay.rows import Demand, Row
from splay.spl.args import Args, Word


class Makecontinuous(Operation):
    kind = Kind.DATASET

    def __init__(self, field: Word, options: BinOptions) -> None:
        self._field = field
        self._options = options

    @classmethod
    def parse(cls, args: Args) -> Self:
        options = BinOptions()
        field: Word | None = None
        while not args.done():
            if options.read(args):
                continue
            if field is not None:
                args.end()
            field = args.word("a field")
        return cls(field or Word(TIME, False, args.at), options)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        name, at = self._field.text, self._field.at
        kept = list(rows)
        values = [value for row in kept for value in as_list(row.get(name))]
        bins = self._options.make(name, values, context, DEFAULT_BINS, at)
        if not isinstance(bins, ContinuousBins):
            message = "bins by logarithm have no gaps to fill"
            raise UnsupportedError(message, at=at, hint="Write a span without log")
        placed: dict[Any, list[Row]] = {}
        others: list[Row] = []
        for row in kept:
            found = as_list(row.get(name))
            bound = bins.bound(found[0]) if len(found) == 1 else None
            if bound is None:
                others.append(row)
                continue
            row[name] = bins.label(bound)
            placed.setdefault(bound, []).append(row)
        if placed:
            for bound in every_bin(bins, min(placed), max(placed), at):
                yield from placed.get(bound, [{name: bins.label(bound)}])
        yield from others

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._field.text])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, self._field.text]))


COMMAND = Makecontinuous
