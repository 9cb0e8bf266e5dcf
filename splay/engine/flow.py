"""What goes through the commands of a search: rows, runs of events that are alike, late rows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from splay.commands.operation import Context, Kind, Operation
from splay.engine.late import Late, whole
from splay.engine.retrieve import Item, guarded
from splay.rows import Row
from splay.store.run import each

_ROW_BY_ROW = (Kind.STREAMING, Kind.CENTRALIZED)


class Watch(Protocol):
    """Sees rows on their way, and passes them on."""

    def watch(self, operation: Operation | None, rows: Iterable[Item]) -> Iterable[Item]:
        """Those that go into the first transforming command. operation: that command; None where
        the rows are the results."""

    def early(self, rows: Iterable[Item]) -> Iterable[Item]:
        """Those that go into the first command that gives none before it has all of them, where
        that is before the transforming one."""


class Onlooker(Protocol):
    """Sees what a search comes to while it runs."""

    def taken(self, operations: Sequence[Operation], rows: Iterable[Item]) -> Iterable[Item]:
        """Passes the rows on that go into the first of these commands, which is transforming."""

    def given(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Passes the results on."""


@dataclass
class Flow:
    """items: what goes into the first command. seen, early: see Watch. late: how fields are made
    late; kept: by who takes the rows. runs: whether runs are among the items."""

    operations: Sequence[Operation]
    items: Iterable[Any] | None
    seen: Callable[[Operation | None, Iterable[Any]], Iterable[Any]] | None = None
    early: Callable[[Iterable[Any]], Iterable[Any]] | None = None
    onlooker: Onlooker | None = None
    kept: Late | None = None
    late: Late | None = None
    runs: bool = False

    def through(self, context: Context, stages: ExitStack) -> Iterable[Row]:
        """The rows that come out of the last command. stages: closes them all."""
        items: Iterable[Any] = self.items or ()
        first = next((o for o in self.operations if o.kind is Kind.TRANSFORMING), None)
        for number, operation in enumerate(self.operations):
            items = self._completed(number, items, context)
            if operation is first:
                items = self._taken(number, items)
            elif self.early is not None and operation.kind is Kind.DATASET:
                items, self.early = self.early(items), None
            items = operation.over(items, context) if self.runs else operation.run(items, context)
            self.runs = self.runs and operation.keeps_runs
            if isinstance(items, Generator):
                stages.callback(items.close)
            if operation.kind not in _ROW_BY_ROW or operation.makes_rows:
                # What a table is made of ends early; the table of it is shown whole.
                source = operation.makes_rows or operation.kind is Kind.GENERATING
                items = guarded(items, context, ends=source)
        rows = self._completed(len(self.operations), each(items) if self.runs else items, context)
        rows = rows if self.seen is None else self.seen(None, rows)
        return rows if self.onlooker is None else self.onlooker.given(rows)

    def _completed(self, number: int, items: Iterable[Any], context: Context) -> Iterable[Any]:
        """With all fields, where these were to be made late and it is time."""
        late = self.late
        if late is None or late is self.kept or late.count != number:
            return items
        return guarded(map(whole, items), context, ends=False)

    def _taken(self, number: int, items: Iterable[Any]) -> Iterable[Any]:
        """What goes into the first transforming command, as who looks on sees it."""
        self.early = None
        if self.seen is not None:
            items, self.seen = self.seen(self.operations[number], items), None
        if self.onlooker is not None:
            items = self.onlooker.taken(self.operations[number:], items)
        return items
