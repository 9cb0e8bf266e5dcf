"""xmlkv: a field for each XML element that holds only text. Source: Search Reference, "xmlkv".

Elements may stand side by side without one that holds them all. Where the documentation is
silent: an element that stands several times gives a multivalue field, an empty one gives none,
and what is found replaces what the field had.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.knowledge.pairs import texts
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, as_int

_ELEMENT = re.compile(r"<(?P<key>[^\s<>/?!]+)(?:\s[^<>]*)?>(?P<value>[^<]+)</(?P=key)\s*>")


class Xmlkv(Operation):
    kind = Kind.STREAMING

    def __init__(self, source: str) -> None:
        self._source = source

    @classmethod
    def parse(cls, args: Args) -> Self:
        source = ""
        while not args.done():
            if option := args.option("maxinputs"):
                as_int(option[1])  # how many rows are handed over at once: nothing to do here
            elif source:
                args.end()
            else:
                source = args.word("a field").text
        return cls(source or "_raw")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            found: dict[str, list[Scalar]] = {}
            for text in texts(row, self._source):
                for match in _ELEMENT.finditer(text):
                    found.setdefault(match["key"], []).append(html.unescape(match["value"]))
            for name, values in found.items():
                row[name] = values if len(values) > 1 else values[0]
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._source])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


COMMAND = Xmlkv
