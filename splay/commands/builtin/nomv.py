"""nomv: joins a field's values into one, with a new line between them, or with the delimiter of
the mvcombine before it. Source: Search Reference, "nomv", "mvcombine" (Specifying delimiters)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.multivalue import Delimited
from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import to_text
from splay.rows import Row
from splay.spl.args import Args


class Nomv(Operation):
    kind = Kind.STREAMING

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def parse(cls, args: Args) -> Self:
        name = args.word("a field").text
        args.end()
        return cls(name)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            value = row.get(self._name)
            if isinstance(value, list):
                delim = value.delim if isinstance(value, Delimited) else "\n"
                row[self._name] = delim.join(map(to_text, value))
            yield row


COMMAND = Nomv
