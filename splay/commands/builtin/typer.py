"""typer: the event types that each row matches. Source: Search Reference, "typer".

Not supported: eventtypes=, which names another file of event types, and maxlen=.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from splay.commands.operation import Context, Kind, Operation
from splay.knowledge import classes_of
from splay.knowledge.eventtype_fields import EventTypeStep
from splay.knowledge.eventtypes import EVENTTYPE
from splay.rows import EVERYTHING, Demand, Row
from splay.spl.args import Args


class Typer(Operation):
    kind = Kind.STREAMING

    @classmethod
    def parse(cls, args: Args) -> Self:
        args.end()
        return cls()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row]:
        act = EventTypeStep(classes_of(context.apps, context.add_message)).bind(EVERYTHING)
        for row in rows:
            row.pop(EVENTTYPE, None)
            act(row)
            yield row

    def demand(self, after: Demand) -> Demand:
        return EVERYTHING

    def columns(self, before: list[str] | None) -> list[str] | None:
        return None if before is None else list(dict.fromkeys([*before, EVENTTYPE]))


COMMAND = Typer
