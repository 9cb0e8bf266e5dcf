"""setfields: the same values for all rows. Source: Search Reference, "setfields"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Demand, Row
from splay.spl.args import Args


class Setfields(Operation):
    kind = Kind.STREAMING

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    @classmethod
    def parse(cls, args: Args) -> Self:
        values: dict[str, str] = {}
        while True:
            name = args.word("a field")
            if not args.punct("="):
                raise args.error("an = is missing", hint=f'Write {name.text}="VALUE"')
            values[name.text] = args.word("a value").text
            if not args.punct(","):
                break
        args.end()
        return cls(values)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            row.update(self._values)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.minus(self._values)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, *self._values]))


COMMAND = Setfields
