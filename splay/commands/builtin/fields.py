"""fields: keeps or removes fields. Source: Search Reference, "fields".

Internal fields (`_time`, `_raw`, ...) stay unless they are removed by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.wildcards import select
from splay.rows import Demand, Row
from splay.spl.args import Args


class Fields(Operation):
    kind = Kind.STREAMING
    orders_columns = True

    def __init__(self, names: list[str], remove: bool) -> None:
        self._names = names
        self._remove = remove

    @classmethod
    def parse(cls, args: Args) -> Self:
        sign = args.take("-", "+")
        words = args.fields()
        if not words:
            raise args.error("a field is missing", hint="Name the fields, such as: fields a, b")
        args.end()
        names = [word.text for word in words]
        if sign is None and not words[0].quoted and names[0][0] in "+-" and len(names[0]) > 1:
            sign, names[0] = names[0][0], names[0][1:]
        return cls(names, sign == "-")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            yield {name: row[name] for name in self._kept(row)}

    def _kept(self, available: Iterable[str]) -> list[str]:
        names = list(available)
        chosen = select(self._names, names)
        if self._remove:
            return [name for name in names if name not in chosen]
        internal = [name for name in names if name.startswith("_") and name not in chosen]
        return [*(name for name in chosen if name in names), *internal]

    def demand(self, after: Demand) -> Demand:
        if self._remove:
            return after.minus(name for name in self._names if "*" not in name)
        if after.everything:
            return Demand.of(["_*", *self._names])
        if after.patterns:
            return after
        kept = [name for name in after.names if name.startswith("_")]
        kept += select(self._names, after.names - frozenset(kept))
        return Demand.of(name for name in kept if name in after.names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else self._kept(before)


COMMAND = Fields
