"""sort: orders the rows. Source: Search Reference, "sort"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.commands.stats.ordering import SortKey, read_sort_keys, sort_rows
from splay.rows import Demand, Row
from splay.spl.args import Args, as_int

DEFAULT_LIMIT = 10_000


class Sort(Operation):
    """limit: the most rows that are returned; 0 for all. The word desc at the end turns the
    direction of every key round."""

    kind = Kind.DATASET
    selects = True

    def __init__(self, limit: int, keys: list[SortKey]) -> None:
        self._limit = limit
        self._keys = keys
        self.cuts = limit > 0
        self.in_time_order = bool(keys) and keys[0].name == "_time"

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit = DEFAULT_LIMIT
        option = args.option("limit")
        if option:
            limit = as_int(option[1])
            if limit < 0:
                raise args.error("the limit is negative", at=option[1].at, hint="Write 0 for all")
        else:
            first = args.peek()
            if first and not first.quoted and first.text.isdigit():
                limit = as_int(args.word())
        keys = read_sort_keys(args)
        if len(keys) > 1 and keys[-1].name in ("d", "desc"):
            keys = [replace(key, descending=not key.descending) for key in keys[:-1]]
        if not keys:
            raise args.error("a field to sort by is missing", hint="Write: sort -count")
        return cls(limit, keys)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        yield from sort_rows(list(rows), self._keys)[: self._limit or None]

    def demand(self, after: Demand) -> Demand:
        return after.plus(key.name for key in self._keys)


COMMAND = Sort
