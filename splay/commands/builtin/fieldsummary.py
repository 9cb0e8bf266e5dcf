"""fieldsummary: what the values of each field are like. Source: Search Reference, "fieldsummary".

Counts are always exact, so is_exact is 1. Where the documentation is silent: the columns are as
its table lists them, `values` is JSON of value and count, numbers are not rounded, and internal
fields are left out unless they are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.functions import find_aggregation
from splay.commands.stats.ordering import natural
from splay.commands.wildcards import select
from splay.eval.jsonvalue import to_json
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int

_COLUMNS = (
    *("field", "count", "distinct_count", "is_exact", "max", "mean", "min"),
    *("numeric_count", "stdev", "values"),
)
_NUMERIC = ("max", "mean", "min", "stdev")


class Fieldsummary(Operation):
    kind = Kind.TRANSFORMING
    order_free = True

    def __init__(self, names: list[str], most: int) -> None:
        self._names = names or ["*"]
        self._most = most

    @classmethod
    def parse(cls, args: Args) -> Self:
        most, names = 100, list[str]()
        while not args.done():
            if option := args.option("maxvals"):
                most = as_int(option[1])
                if most < 0:
                    raise args.error("maxvals is negative", at=option[1].at, hint="Write 10")
                continue
            words = args.fields()
            if not words:
                args.end()
            names += [word.text for word in words]
        return cls(names, most)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        values: dict[str, Counter[str]] = {}
        counts: Counter[str] = Counter()
        for row in rows:
            for name, value in row.items():
                counts[name] += 1
                values.setdefault(name, Counter()).update(map(to_text, as_list(value)))
        for name in sorted(select(self._names, values)):
            if name in values:
                yield self._summary(name, counts[name], values[name])

    def _summary(self, name: str, count: int, values: Counter[str]) -> Row:
        numbers = [number for text in values.elements() if (number := to_number(text)) is not None]
        row: Row = {"field": name, "count": count, "distinct_count": len(values), "is_exact": 1}
        for function in _NUMERIC:
            make = find_aggregation(function)
            assert make is not None
            part = make()
            part.add([*numbers], None)
            result = part.result()
            if numbers and result is not None:
                row[function] = result
        ranked = sorted(values, key=lambda text: (-values[text], natural((text,))))[: self._most]
        row["numeric_count"] = len(numbers)
        row["values"] = to_json([{"value": text, "count": values[text]} for text in ranked])
        return {column: row[column] for column in _COLUMNS if column in row}

    def demand(self, after: Demand) -> Demand:
        return Demand.of(self._names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return list(_COLUMNS)


COMMAND = Fieldsummary
