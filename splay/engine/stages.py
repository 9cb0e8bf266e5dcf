"""One run of a plan: events from the store through knowledge, the first filter and the commands."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from splay.commands.builtin.head import Head
from splay.commands.builtin.tail import Tail
from splay.commands.operation import Context, Operation
from splay.engine.fanout import Keeper, Progress, divisible, run_divided, run_shares, run_whole
from splay.engine.flow import Flow, Onlooker, Watch
from splay.engine.late import Late, LateRow, late, newest_needed
from splay.engine.plan import Plan
from splay.engine.retrieve import Item, guarded, matching, memory_of
from splay.rows import Row
from splay.store.event import Event, ReadReport, Store
from splay.store.files.filestore import FileStore, Share
from splay.store.run import each


@dataclass
class Stages:
    """What a plan is run on, and who sees what goes through its commands: see `run_plan`.

    given: what a pipeline over rows works on. kept: how fields are made late by who takes the rows,
    which have some of them.
    """

    plan: Plan
    store: Store | None
    context: Context
    report: ReadReport
    progress: Progress | None = None
    given: Iterable[Row] | None = None
    processes: bool = False
    watch: Watch | None = None
    evidence: Keeper | None = None
    onlooker: Onlooker | None = None
    kept: Late | None = None

    def rows(self) -> list[Row]:
        """All rows that come out of the last stage."""
        with self.opened() as rows:
            return list(rows)

    @contextmanager
    def opened(self) -> Iterator[Iterable[Row]]:
        """The rows that come out of the last stage. All stages are closed, the last one first, also
        those that were not read to their end: an external command's process ends with its stage."""
        with ExitStack() as closing:
            for operation in self.plan.operations:
                closing.enter_context(operation.ahead())
            flow = self._grouped() or self._flow()
            yield flow.through(self.context, closing)

    @property
    def _files(self) -> FileStore | None:
        """Files that are read for the results alone: by several processes, if they may."""
        alone = self.given is None and self.watch is None
        return self.store if alone and isinstance(self.store, FileStore) else None

    def _grouped(self) -> Flow | None:
        """What follows the first command whose rows can be divided among several; None where there
        is none, or not of files."""
        files = self._files
        work = divisible(self.plan, self.context, self.evidence) if files else None
        if files is None or work is None:
            return None
        rows = run_shares(work, files, self.report, self.progress) if self.processes else None
        if rows is None:
            rows = run_whole(work, files, self.report, self.progress)
        return Flow(self.plan.operations[work.stages + 1 :], rows, onlooker=self.onlooker)

    def _flow(self) -> Flow:
        """All that goes through the commands."""
        watch, evidence = self.watch, self.evidence
        seen = evidence.watch if evidence else watch.watch if watch else None
        early = watch.early if watch else None
        flow = Flow(self.plan.operations, self.given, seen, early, self.onlooker, self.kept)
        if self.given is not None:
            return flow
        flow.late = self.kept or (None if evidence else _late(self.plan, self.store))
        flow.runs = True
        flow.items = self._newest_of_shares(flow.late)
        if flow.items is None:
            ordered, flow.operations = self._ordered()
            flow.items = self._events(ordered, flow.late)
        return flow

    def _ordered(self) -> tuple[Store | None, list[Operation]]:
        """The store that gives events in the order in which the commands take them, where it can;
        and the commands. Where none but the oldest are shown, these come first, and `head` takes
        what `tail` would."""
        retrieval, operations = self.plan.retrieval, [*self.plan.operations]
        if retrieval is None or not retrieval.newest_first:
            return None, operations
        oldest = getattr(self.store, "oldest_first", None)
        tail = _tail_of_events(operations) if oldest is not None else None
        if oldest is not None and tail is not None:
            place, limit = tail
            operations[place] = Head(limit)
            return oldest(), operations
        newest = getattr(self.store, "newest_first", None)
        return None if newest is None else newest(), operations

    def _events(self, ordered: Store | None, late: Late | None) -> Iterable[Item]:
        """What goes into the first command. ordered: gives events in the order that it takes."""
        plan, retrieval = self.plan, self.plan.retrieval
        store = self.store if ordered is None else ordered
        if retrieval is None or store is None:
            return ()
        named = self.evidence is not None
        memory = None if named or late else memory_of(plan, unordered=False)
        if ordered is None and late is not None:
            retrieval = replace(retrieval, need=replace(retrieval.need, newest=newest_needed(plan)))
        found = matching(
            plan, retrieval, store, self.report, memory, self.progress, late, named=named
        )
        if not retrieval.newest_first or ordered is not None:
            return guarded(found, self.context)
        return _newest(guarded(each(found), self.context), _limit(plan))

    def _newest_of_shares(self, late: Late | None) -> list[Row] | None:
        """The events of a search that shows none but the newest: several processes look for those
        of their shares. None where it shows others, or the data is not divided."""
        plan, retrieval, files = self.plan, self.plan.retrieval, self._files
        if not self.processes or files is None or late is None:
            return None
        if retrieval is None or newest_needed(plan) is None or not _limit(plan):
            return None  # head 0 reads nothing

        def of_share(share: Share, report: ReadReport, progress: Progress) -> list[Event]:
            needed = replace(retrieval, need=replace(retrieval.need, newest=newest_needed(plan)))
            found = matching(plan, needed, share, report, None, progress, late)
            newest = _newest(guarded(each(found), self.context), _limit(plan))
            return [row.event for row in reversed(newest) if isinstance(row, LateRow)]

        parts = run_divided(of_share, list, files, self.report, self.progress)
        if parts is None:
            return None
        events = (event for part in parts for event in part)
        return _newest(late.rows(events, retrieval.matches), _limit(plan))


def _late(plan: Plan, store: Store | None) -> Late | None:
    """How fields are made late; not where shapes tell the fields of most events anyway, unless few
    events are looked at at all."""
    recalled = isinstance(store, FileStore) and memory_of(plan, unordered=False) is not None
    return None if recalled and newest_needed(plan) is None else late(plan)


def _tail_of_events(operations: list[Operation]) -> tuple[int, int] | None:
    """Where `tail` stands, and how many rows it takes, behind commands that make one row at most of
    each event alone; None where it does not."""
    for place, operation in enumerate(operations):
        if isinstance(operation, Tail):
            return place, operation.limit
        # A process may heed what it was given before.
        if not operation.by_row or operation.makes_rows or not operation.in_preview:
            return None
    return None


def _limit(plan: Plan) -> int | None:
    """How many of the newest events are shown; None: all."""
    first = plan.operations[0] if plan.operations else None
    return first.limit if isinstance(first, Head) and first.condition is None else None


def _newest(rows: Iterable[Row], limit: int | None) -> list[Row]:
    """The rows, newest first, of the same moment the one read last; at most `limit` are kept."""
    keyed = ((float(row["_time"]), number, row) for number, row in enumerate(rows))  # type: ignore[arg-type]
    found = sorted(keyed, reverse=True) if limit is None else heapq.nlargest(limit, keyed)
    return [row for _, _, row in found]
