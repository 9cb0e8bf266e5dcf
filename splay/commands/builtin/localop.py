"""localop: what follows runs on the search head, where splay runs everything. Source: Search
Reference, "localop"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Row
from splay.spl.args import Args


class Localop(Operation):
    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        yield from rows


COMMAND = Localop
