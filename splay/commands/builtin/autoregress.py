"""autoregress: values of earlier rows in each row. Source: Search Reference, "autoregress"."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.rows import Demand, Row, Value
from splay.spl.args import Args

_STEPS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_MOST, _MOST_OF_RANGE = 10_000, 1_000
"""limits.conf.spec, [autoregress] maxp and maxrange."""


class Autoregress(Operation):
    """targets: for how many rows before, the new field."""

    kind = Kind.CENTRALIZED

    def __init__(self, name: str, targets: dict[int, str]) -> None:
        self._name = name
        self._targets = targets

    @classmethod
    def parse(cls, args: Args) -> Self:
        name = args.name().text
        target = args.word("the new name") if args.take("AS") else None
        option = args.option("p")
        args.end()
        match = _STEPS.fullmatch(option[1].text) if option else _STEPS.fullmatch("1")
        at = option[1].at if option else args.at
        if match is None:
            raise args.error("p is no number or range", at=at, hint="Write p=2 or p=2-4")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last:
            raise args.error("p does not go from 1 upwards", at=at, hint="Write p=2 or p=2-4")
        if last > _MOST or last - first >= _MOST_OF_RANGE:
            hint = f"Write at most p={_MOST}, or {_MOST_OF_RANGE} of them"
            raise args.error("p goes too far back", at=at, hint=hint)
        if target is not None and match[2]:
            hint = "Remove AS, or write one number"
            raise args.error("AS cannot name a range", at=target.at, hint=hint)
        names = {step: f"{name}_p{step}" for step in range(first, last + 1)}
        return cls(name, {first: target.text} if target else names)

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        most = max(self._targets)
        before: deque[Value | None] = deque([None] * most, most)
        for row in rows:
            own = row.get(self._name)
            for step, target in self._targets.items():
                value = before[-step]
                if value is not None:
                    row[target] = value
            before.append(own)
            yield row

    def demand(self, after: Demand) -> Demand:
        return after.plus([self._name])

    def columns(self, before: list[str] | None) -> list[str] | None:
        if before is None:
            return None
        return list(dict.fromkeys([*before, *self._targets.values()]))


COMMAND = Autoregress
