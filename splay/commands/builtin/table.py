"""table: just these fields, in this order. Source: Search Reference, "table".

Where no row has any of the fields, and no command names one as a column, there are no rows. The
fields that a wildcard stands for come by name. Both measured on Splunk 9 and 10.4.2, over rows that
a command makes; events give a row each, whatever they have (10.4.0, measured).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import is_pattern, select
from splay.rows import Demand, Row
from splay.spl.args import Args


class Table(Operation):
    kind = Kind.TRANSFORMING

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._declared = False  # rows stay, whatever they have

    @classmethod
    def parse(cls, args: Args) -> Self:
        words = args.fields()
        if not words:
            raise args.error("a field is missing", hint="Name the columns, such as: table a, b")
        args.end()
        return cls([word.text for word in words])

    def placed(self, before: Sequence[Operation]) -> None:
        declared: frozenset[str] = frozenset()
        for operation in before:
            declared = operation.declares(declared)
        events = bool(before) and before[0].filters is not None
        self._declared = events or bool(set(select(self._names, declared)) & declared)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        patterns = any(map(is_pattern, self._names))
        empty = 0  # rows without any of the fields, before the first that has one
        found = self._declared
        for row in rows:
            names = select(self._names, sorted(row)) if patterns else self._names
            made = {name: row[name] for name in names if name in row}
            if not found and not made:
                empty += 1
                continue
            if not found:
                found = True
                yield from ({} for _ in range(empty))
            yield made
        if empty and not found:
            context.add_message("INFO", "No matching fields exist.")

    def demand(self, after: Demand) -> Demand:
        return Demand.of(self._names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if any(map(is_pattern, self._names)):
            return None if before is None else select(self._names, sorted(before))
        return list(dict.fromkeys(self._names))


COMMAND = Table
