"""require: ends the search with an error where there are no rows. Source: Search Reference,
"require"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.errors import SplError
from splay.rows import Row
from splay.spl.args import Args


class Require(Operation):
    kind = Kind.CENTRALIZED

    def __init__(self, at: int) -> None:
        self._at = at

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls(args.at)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        flowing = iter(rows)
        first = next(flowing, None)
        if first is None:
            raise SplError("require: the search before it gives no rows", at=self._at)
        yield from chain([first], flowing)


COMMAND = Require
