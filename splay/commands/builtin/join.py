"""join: rows with the fields of a subsearch's results that have the same values.

Where the documentation is silent: the rows stay in their order; values are compared as text with
regard to case, a multivalue field as a whole.
Source: Search Reference, "join"; limits.conf ([join] subsearch_maxout).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.subsearch import APPENDED, limited
from splay.errors import SplError, UnsupportedError
from splay.eval.value import as_list, to_number, to_text
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args, Word, as_bool, as_int

_OPTIONS = ("type", "usetime", "earlier", "overwrite", "max", "left", "right")
_TYPES = ("inner", "outer", "left")
_Key = tuple[tuple[str, ...], ...]


@dataclass
class Join(Operation):
    """names: the fields to join on; none: all that both sides have.

    keep: whether rows without a partner stay (outer, left). most: partners of one row, 0 for all.
    usetime, earlier: whether partners must not be later (or, not earlier) than the row.
    """

    names: list[str] = field(default_factory=list)
    keep: bool = False
    overwrite: bool = True
    most: int = 1
    usetime: bool = False
    earlier: bool = True

    kind = Kind.STREAMING
    makes_rows = True
    takes_pipelines = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        join = cls()
        while not args.at_bracket():
            if option := args.option(*_OPTIONS):
                join._set(*option)
            else:
                word = args.word("a field to join on, or a search in brackets")
                if word.text.lower() == "where" and not word.quoted:
                    raise UnsupportedError("join ... where is not supported", at=word.at)
                join.names.append(word.text)
                args.punct(",")
        join.pipelines = (args.pipeline(),)
        args.end()
        return join

    def _set(self, name: str, word: Word) -> None:
        if name in ("left", "right"):
            raise UnsupportedError(f"the option {name}= is not supported", at=word.at)
        if name == "type":
            if word.text.lower() not in _TYPES:
                raise SplError(
                    f"join: there is no type {word.text!r}", at=word.at, hint="inner, left or outer"
                )
            self.keep = word.text.lower() != "inner"
        elif name == "max":
            self.most = as_int(word)
        else:
            setattr(self, name, as_bool(word))

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        found = limited(context.run_inner(self.pipelines[0]), APPENDED, context)
        names = self.names
        if not names:
            rows = list(rows)
            names = _common(rows, found)
        partners: dict[_Key, list[Row]] = {}
        for row in found:
            key = _key(row, names)
            if key is not None:
                partners.setdefault(key, []).append(row)
        for row in rows:
            yield from self._joined(row, partners.get(_key(row, names) or (), []))

    def _joined(self, row: Row, partners: list[Row]) -> Iterator[Row]:
        if self.usetime:
            partners = [other for other in partners if self._in_time(row, other)]
        if not partners:
            if self.keep:
                yield row
            return
        for other in partners[: self.most or None]:
            yield {**row, **other} if self.overwrite else {**row, **_new(row, other)}

    def _in_time(self, row: Row, other: Row) -> bool:
        mine, its = to_number(row.get("_time")), to_number(other.get("_time"))
        if mine is None or its is None:
            return False
        if int(mine) == int(its):  # of the same second: never too late or too early
            return True
        return its < mine if self.earlier else its > mine

    def demand(self, after: Demand) -> Demand:
        if not self.names:
            return EVERYTHING
        return after.plus([*self.names, *(["_time"] if self.usetime else [])])

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _new(row: Row, other: Row) -> Row:
    return {name: value for name, value in other.items() if name not in row}


def _key(row: Row, names: list[str]) -> _Key | None:
    """The values to join on; None when one is missing or there is nothing to join on."""
    if not names or any(name not in row for name in names):
        return None
    return tuple(tuple(map(to_text, as_list(row[name]))) for name in names)


def _common(rows: Iterable[Row], others: Iterable[Row]) -> list[str]:
    first = dict.fromkeys(name for row in rows for name in row if not name.startswith("_"))
    second = {name for row in others for name in row}
    return [name for name in first if name in second]


COMMAND = Join
