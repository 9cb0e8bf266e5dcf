"""mvcombine: one row of those that differ only in one field. Source: Search Reference, "mvcombine".

Internal fields (_time, _raw, ...) are not compared: the documentation says that the command does
not apply to them, and its third example needs it. The combined row stands where the first one
stood; a row without the field stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.multivalue import Delimited, plain_field
from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list, to_text
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args

_Key = frozenset[tuple[str, tuple[str, ...]]]


class Mvcombine(Operation):
    """delim: what a nomv that follows joins the values with."""

    kind = Kind.TRANSFORMING

    def __init__(self, name: str, delim: str) -> None:
        self._name = name
        self._delim = delim

    @classmethod
    def parse(cls, args: Args) -> Self:
        option = args.option("delim")
        name = plain_field(args).text
        option = option or args.option("delim")
        args.end()
        return cls(name, option[1].text if option else " ")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept: list[Row] = []
        groups: dict[_Key, list[Row]] = {}
        for row in rows:
            if self._name not in row:
                kept.append(row)
                continue
            group = groups.setdefault(self._key(row), [])
            if not group:
                kept.append(row)
            group.append(row)
        for group in groups.values():
            values = [value for row in group for value in as_list(row[self._name])]
            if len(values) > 1:
                group[0][self._name] = Delimited(values, self._delim)
        yield from kept

    def _key(self, row: Row) -> _Key:
        return frozenset(
            (name, tuple(map(to_text, as_list(value))))
            for name, value in row.items()
            if name != self._name and not name.startswith("_")
        )

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING


COMMAND = Mvcombine
