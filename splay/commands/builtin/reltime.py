"""reltime: how long ago a time was, in words. Source: Search Reference, "reltime".

Values look like "5 days ago", "1 minute ago". Where the documentation is silent: the largest unit
of which there is a whole one, rounded down; a month is 30 days and a year 365; a time in the future
is "in 5 days", and now is "now". With a prefix the field's name follows it, as example 3 has it
against the page's table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.eval.value import to_number
from splay.rows import Demand, Row
from splay.spl.args import Args

_DAY = 86_400
_UNITS = (
    *(("year", 365 * _DAY), ("month", 30 * _DAY), ("day", _DAY)),
    *(("hour", 3600), ("minute", 60), ("second", 1)),
)


class Reltime(Operation):
    """targets: from a field with a time to the field with the words."""

    kind = Kind.STREAMING

    def __init__(self, targets: dict[str, str]) -> None:
        self._targets = targets

    @classmethod
    def parse(cls, args: Args) -> Self:
        names: list[str] = []
        prefix: str | None = None
        while option := args.option("timefield", "prefix"):
            if option[0] == "timefield":
                names = [name.strip() for name in option[1].text.split(",") if name.strip()]
            else:
                prefix = option[1].text
        args.end()
        names = names or ["_time"]
        if len(names) == 1 and prefix is None:
            return cls({names[0]: "reltime"})
        before = "reltime_" if prefix is None else prefix
        return cls({name: f"{before}{name}" for name in names})

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        for row in rows:
            for name, target in self._targets.items():
                moment = to_number(row.get(name))
                if moment is not None and math.isfinite(moment):
                    row[target] = _words(int(context.now) - int(moment))
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus(self._targets)

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        return list(dict.fromkeys([*before, *self._targets.values()]))


def _words(seconds: int) -> str:
    for unit, size in _UNITS:
        count = abs(seconds) // size
        if count:
            text = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return "now"


COMMAND = Reltime
