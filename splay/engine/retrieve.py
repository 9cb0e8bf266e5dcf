"""The first stage of a search: events from a store, their fields, and whether they match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from splay import shapes
from splay.commands.operation import Context
from splay.engine.late import Late
from splay.engine.plan import Plan, Retrieval
from splay.eval.conditions.predicate import predicate_fields
from splay.knowledge import INDEXED, Knowledge
from splay.rows import Demand, Row
from splay.shapes.recall import Memory
from splay.store.event import Event, Found, Need, ReadReport, Store, any_origin, events_of
from splay.store.files.filestore import FileStore, Share
from splay.store.run import Run

if TYPE_CHECKING:
    from splay.shapes.stored import StoredRecall

Item: TypeAlias = "Row | Run"
T = TypeVar("T")
AnyItem = TypeVar("AnyItem", bound="Row | Run")
Runs = Callable[[Need, ReadReport, Callable[[Event], "Row | None"]], Iterator[Found]]
"""What gives the events of an index, those together whose row is known by one of them."""
FILE = "_file"
"""The path of the file that an event was read from: in the rows of those that are watched."""

CHECK_SECONDS = 0.005
"""How long a search works between two looks at whether it is to go on."""
_EACH_ITS_OWN = frozenset({"_time", "_raw"})


def memory_of(
    plan: Plan, *, unordered: bool, whole: bool = False, demand: Demand | None = None
) -> Memory | None:
    """What may recall events of a known shape; None where every event must be looked into.

    unordered: whether events may come in any order. whole: whether the events themselves are asked
    for, with where they are from. demand: the fields that rows have; None: those of the plan.
    """
    retrieval = plan.retrieval
    if not shapes.ENABLED or retrieval is None:
        return None
    demand = retrieval.demand if demand is None else demand
    if demand.everything or demand.wants("_raw"):
        return None
    judged = predicate_fields(retrieval.expr)
    if judged & _EACH_ITS_OWN:
        return None
    need = retrieval.need
    ranged = need.earliest is not None or need.latest is not None
    return Memory(
        plan.knowledge,
        demand.plus(("host", "source")) if whole else demand,
        retrieval.matches,
        judged,
        unordered=unordered,
        whole=whole,
        closely=whole,
        timed=whole or ranged or not unordered or demand.wants("_time"),
    )


def matching(
    plan: Plan,
    retrieval: Retrieval,
    store: Store | Share,
    report: ReadReport,
    memory: Memory | None,
    progress: Callable[[int], None] | None = None,
    late: Late | None = None,
    *,
    named: bool = False,
) -> Iterator[Item]:
    """The events that match: rows, and runs of those whose fields are known.

    late: how rows are made that have some of their fields; without memory, and not named.
    named: whether each row has the file that its event was read from, as the field FILE. The
    report is then told of events that say what is searched for, but have no field that does.
    """
    if hasattr(store, "runs") and late is None and _all_alike(retrieval):
        return _alike(plan.knowledge, retrieval, store.runs, report)
    may_match = any_origin if getattr(store, "sifts", False) else retrieval.need.may_match
    found: Iterable[Found]
    if isinstance(store, FileStore | Share):
        found = store.recalled(retrieval.need, report, memory, progress)
    else:
        found = store.scan(retrieval.need, report, progress)
    recall = _stored_recall(plan, store, memory, late)
    if late is not None:
        row = recall.row if recall else None
        return late.rows(filter(may_match, events_of(found)), retrieval.matches, row)
    if recall is not None:
        events = events_of(found)
        return recall.rows(events) if retrieval.newest_first else recall.found(events)
    return _each_matching(plan, retrieval, found, may_match, report, named=named)


def _each_matching(
    plan: Plan,
    retrieval: Retrieval,
    found: Iterable[Found],
    may_match: Callable[[Event], bool],
    report: ReadReport,
    *,
    named: bool,
) -> Iterator[Item]:
    """The same, of events of which a row is made one by one; what is known of others passes."""
    row_of, demand, matches = plan.knowledge.row, retrieval.demand, retrieval.matches
    unseen = retrieval.codes.unseen if named and retrieval.codes else None
    for item in found:
        if isinstance(item, Event):
            if not may_match(item):
                if unseen is not None and unseen(item.raw, {}):
                    report.pass_over(item.file or item.source)
                continue
            row = row_of(item, demand)
            if matches(row):
                if named:
                    row[FILE] = item.file
                yield row
            elif unseen is not None and unseen(item.raw, row):
                report.pass_over(item.file or item.source)
        else:
            yield item


def _stored_recall(
    plan: Plan, store: Store | Share, memory: Memory | None, late: Late | None
) -> StoredRecall | None:
    """What recalls events of an index by their shape; None where that is of no use."""
    if not getattr(store, "sifts", False):
        return None
    if late is not None:
        memory = memory_of(plan, unordered=False, demand=late.demand)
    if memory is None:
        return None
    from splay.shapes.stored import StoredRecall  # only servers have indexes

    return StoredRecall(memory)


def _all_alike(retrieval: Retrieval) -> bool:
    """Whether events of one origin may be alike, but for their times, and come in any order."""
    demand, judged = retrieval.demand, predicate_fields(retrieval.expr)
    told = not (demand.everything or demand.patterns) and demand.names <= INDEXED | {"_time"}
    return told and judged <= INDEXED and not retrieval.newest_first


def _alike(
    knowledge: Knowledge, retrieval: Retrieval, runs: Runs, report: ReadReport
) -> Iterator[Item]:
    """The events that match, those of one origin together where the index tells all of them."""
    demand, matches = retrieval.demand, retrieval.matches

    def known(event: Event) -> Row | None:
        return knowledge.row(event, demand) if knowledge.textless(event, demand) else None

    for item in runs(retrieval.need, report, known):
        found = item if isinstance(item, Run) else knowledge.row(item, demand)
        if matches(found.row if isinstance(found, Run) else found):
            yield found


def guarded(rows: Iterable[T], context: Context, *, ends: bool = True) -> Iterator[T]:
    """The rows, as long as the search may go on: asked at the first one, and then now and again.

    ends: whether they end when the search is to make its results of what it has.
    """
    due = 0.0
    for row in rows:
        if monotonic() >= due:
            if not context.should_continue() and ends:
                return
            due = monotonic() + CHECK_SECONDS
        yield row
