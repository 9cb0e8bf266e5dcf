"""dedup: the first rows of each combination of values, as sorted by sortby if that is given.

Source: Search Reference, "dedup"; the built-in searchbnf.conf, [dedup-command].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.ordering import SortKey, read_sort_keys, sort_rows
from splay.eval.value import as_list, to_text
from splay.rows import Demand, Row
from splay.spl.args import Args, as_bool, as_int

_OPTIONS = ("keepevents", "keepempty", "consecutive")
_Key = tuple[tuple[str, ...], ...]


@dataclass
class Dedup(Operation):
    """count: the rows kept of each combination. keepevents: rows stay and lose the fields.

    keepempty: rows without one of the fields stay. consecutive: only neighbours are compared.
    """

    count: int = 1
    names: list[str] = field(default_factory=list)
    options: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_OPTIONS, False))
    sortby: list[SortKey] = field(default_factory=list)

    kind = Kind.CENTRALIZED
    cuts = True

    @classmethod
    def parse(cls, args: Args) -> Self:
        dedup = cls()
        first = args.peek()
        if first and not first.quoted and first.text.isdigit():
            dedup.count = as_int(args.word())
            if dedup.count == 0:
                raise args.error("the number of rows to keep is 0", at=first.at, hint="Write 1")
        while not args.done():
            if option := args.option(*_OPTIONS):
                dedup.options[option[0]] = as_bool(option[1])
            elif args.take("sortby"):
                dedup.sortby = read_sort_keys(args)
                if not dedup.sortby:
                    raise args.error("a field to sort by is missing", hint="Write: sortby -_time")
            else:
                words = args.fields(stop=("sortby",))
                if not words:
                    args.end()
                dedup.names += [word.text for word in words]
        if not dedup.names:
            raise args.error("a field is missing", hint="Name the fields, such as: dedup host")
        dedup.selects = not dedup.options["keepevents"]  # they stay as rows without the fields
        return dedup

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        return self._kept(sort_rows(list(rows), self.sortby) if self.sortby else rows)

    def _kept(self, rows: Iterable[Row]) -> Iterator[Row]:
        seen: dict[_Key, int] = {}
        for row in rows:
            key = self._key(row)
            if key is None:
                if self.options["keepempty"]:
                    yield row
                continue
            count = seen.get(key, 0) + 1
            if self.options["consecutive"]:
                seen.clear()
            seen[key] = count
            if count <= self.count:
                yield row
            elif self.options["keepevents"]:
                yield {name: value for name, value in row.items() if name not in self.names}

    def _key(self, row: Row) -> _Key | None:
        if not all(name in row for name in self.names):
            return None
        return tuple(tuple(map(to_text, as_list(row[name]))) for name in self.names)

    def demand(self, after: Demand) -> Demand:
        return after.plus([*self.names, *(key.name for key in self.sortby)])


COMMAND = Dedup
