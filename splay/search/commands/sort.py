"""sort: orders the rows. Source: Search Reference, "sort"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.rows import Demand, Row
from splay.search.operation import Context, Kind, Operation
from splay.search.ordering import SortKey, read_sort_key, sort_rows
from splay.spl.args import Args, as_int

DEFAULT_LIMIT = 10_000


class Sort(Operation):
    """limit: the most rows that are returned; 0 for all. reverse: the word desc at the end."""

    kind = Kind.DATASET

    def __init__(self, limit: int, keys: list[SortKey], reverse: bool) -> None:
        self._limit = limit
        self._keys = keys
        self._reverse = reverse

    @classmethod
    def parse(cls, args: Args) -> Self:
        limit = DEFAULT_LIMIT
        option = args.option("limit")
        if option:
            limit = as_int(option[1])
        else:
            first = args.peek()
            if first and not first.quoted and first.text.isdigit():
                limit = as_int(args.word())
        keys: list[SortKey] = []
        reverse = False
        while not args.done():
            if keys and args.take("d", "desc"):
                reverse = True
                break
            if keys and args.take("a", "asc"):
                break
            keys.append(read_sort_key(args))
            args.punct(",")
        args.end()
        if not keys:
            raise args.error("a field to sort by is missing", hint="Write: sort -count")
        return cls(limit, keys, reverse)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        ordered = sort_rows(list(rows), self._keys)
        if self._reverse:
            ordered.reverse()
        yield from ordered[: self._limit or None]

    def demand(self, after: Demand) -> Demand:
        return after.plus(key.name for key in self._keys)


COMMAND = Sort
