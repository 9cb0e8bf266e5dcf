"""selfjoin: each row joined with the later rows that have the same values of some fields.

Source: Search Reference, "selfjoin". A row is a main result; the `max` rows after it with the
same values are the others, whose values win unless overwrite=false. The row that is last of its
values has no others: it stays only where it is alone with its values and keepsingle=true, as the
extended example has it. Where the documentation is silent: a row without one of the fields joins
nothing and is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool, as_int

MOST_MAIN = 100_000


@dataclass
class Selfjoin(Operation):
    """most: how many other results a main one is joined with; None: all."""

    names: list[str] = field(default_factory=list)
    keepsingle: bool = False
    overwrite: bool = True
    most: int | None = 1

    kind = Kind.DATASET

    @classmethod
    def parse(cls, args: Args) -> Self:
        made = cls()
        while not args.done():
            option = args.option("keepsingle", "max", "overwrite")
            if option is None:
                words = args.fields()
                if not words:
                    args.end()
                made.names += [word.text for word in words]
                continue
            name, word = option
            if name != "max":
                setattr(made, name, as_bool(word))
            elif as_int(word) < 0:
                raise args.error("max is negative", at=word.at, hint="Write 0 for no limit")
            else:
                made.most = as_int(word) or None
        if not made.names:
            raise args.error("a field is missing", hint="Name the fields to join on")
        return made

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        kept: list[tuple[tuple[str, ...], Row]] = []
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row in rows:
            key = self._key(row)
            if key is not None:
                groups[key].append(len(kept))
                kept.append((key, row))
        place: dict[tuple[str, ...], int] = defaultdict(int)
        for key, row in kept[:MOST_MAIN]:
            place[key] += 1
            yield from self._joined(row, key, groups[key], place[key], kept)

    def _joined(
        self,
        row: Row,
        key: tuple[str, ...],
        group: list[int],
        after: int,
        kept: list[tuple[tuple[str, ...], Row]],
    ) -> Iterator[Row]:
        if len(group) == 1 and self.keepsingle:
            yield dict(row)
        end = None if self.most is None else after + self.most
        for number in group[after:end]:
            other = kept[number][1]
            yield {**row, **other} if self.overwrite else {**other, **row}

    def _key(self, row: Row) -> tuple[str, ...] | None:
        if any(name not in row for name in self.names):
            return None
        return tuple("\n".join(map(to_text, as_list(row[name]))) for name in self.names)

    def demand(self, after: Demand) -> Demand:
        return after.plus(self.names)


COMMAND = Selfjoin
