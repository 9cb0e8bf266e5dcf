"""addinfo: the search's time range, id and time in every row. Source: Search Reference, "addinfo".

Without bounds info_min_time is 0.000 and info_max_time +Infinity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import Fixed
from splay.rows import Demand, Row
from splay.spl.args import Args

FIELDS = ("info_min_time", "info_max_time", "info_sid", "info_search_time")


class Addinfo(Operation):
    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        latest = context.latest
        values = (
            Fixed(context.earliest or 0.0, 3),
            "+Infinity" if latest is None else Fixed(latest, 3),
            context.sid,
            Fixed(context.now, 3),
        )
        for row in rows:
            row.update(zip(FIELDS, values, strict=True))
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.minus(FIELDS)

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, *FIELDS]))


COMMAND = Addinfo
