"""contingency: how often the values of two fields come together. Source: Search Reference,
"contingency".

Rows come by their totals, columns as well, the largest first. Where the documentation is silent:
of equal totals the first in the order of characters; the totals are those of what is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list, to_number, to_text
from splay.rows import Demand, Row, Scalar
from splay.spl.args import Args, Word, as_bool, as_int

MOST = 1000
"""limits.conf, [ctable] maxvalues."""
_MOSTS = ("maxrows", "maxcols")
_COVERS = ("minrowcover", "mincolcover")


@dataclass
class Contingency(Operation):
    """most: how many values of each field are shown, cover: up to which part of the rows."""

    names: list[str] = field(default_factory=list)
    most: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_MOSTS, MOST))
    cover: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_COVERS, 1.0))
    usetotal: bool = True
    totalstr: str = "TOTAL"

    kind = Kind.TRANSFORMING
    order_free = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option(*_MOSTS, *_COVERS, "usetotal", "totalstr")
            if option is not None:
                made._set(args, *option)
            elif len(made.names) < 2:
                made.names.append(args.word("a field").text)
                args.punct(",")
            else:
                args.end()
        if len(made.names) < 2:
            raise args.error("two fields are needed", hint="Write contingency FIELD FIELD")
        return made

    def _set(self, args: Args, name: str, word: Word) -> None:
        if name == "usetotal":
            self.usetotal = as_bool(word)
        elif name == "totalstr":
            self.totalstr = word.text
        elif name in _MOSTS:
            if not 0 <= as_int(word) <= MOST:
                raise args.error(f"{name} is not from 0 to {MOST}", at=word.at, hint="Write 10")
            self.most[name] = as_int(word) or MOST
        else:
            part = to_number(word.text)
            if part is None or not 0 < part <= 1:
                hint = "Write a part of all, such as 0.9"
                raise args.error(f"{name} is not between 0 and 1", at=word.at, hint=hint)
            self.cover[name] = float(part)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        counts: Counter[tuple[str, str]] = Counter()
        for row in rows:
            one, other = (list(map(_shown, as_list(row.get(name)))) for name in self.names)
            counts.update((left, right) for left in one for right in other)
        lines = _chosen(counts, 0, self.most["maxrows"], self.cover["minrowcover"])
        self._columns = _chosen(counts, 1, self.most["maxcols"], self.cover["mincolcover"])
        for line in lines:
            yield self._row(line, [counts[line, column] for column in self._columns])
        if self.usetotal and lines:
            sums = [sum(counts[line, column] for line in lines) for column in self._columns]
            yield self._row(self.totalstr, sums)

    def _row(self, name: str, numbers: list[int]) -> Row:
        row: Row = {self.names[0]: name, **dict(zip(self._columns, numbers, strict=True))}
        if self.usetotal:
            row[self.totalstr] = sum(numbers)
        return row

    def demand(self, after: Demand) -> Demand:
        return Demand.of(self.names)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None


def _shown(value: Scalar) -> str:
    return to_text(value) or "EMPTY_STR"


def _chosen(counts: Counter[tuple[str, str]], side: int, most: int, cover: float) -> list[str]:
    """The commonest values of one side, until they cover enough of all or there are too many."""
    totals: Counter[str] = Counter()
    for pair, count in counts.items():
        totals[pair[side]] += count
    ranked = sorted(totals, key=lambda value: (-totals[value], value))[:most]
    wanted, seen, kept = cover * totals.total(), 0, 0
    while kept < len(ranked) and seen < wanted:
        seen += totals[ranked[kept]]
        kept += 1
    return ranked[:kept]


COMMAND = Contingency
