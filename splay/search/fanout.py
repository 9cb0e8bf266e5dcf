"""A search over large files with several processes.

The first stages of a search, up to a stats whose functions can be merged, run in each process on a
part of the data; the groups come back and are merged, and the rest of the search goes on as ever.
The result is that of one process: only functions that merge exactly take part.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

from splay.rows import Row
from splay.search.commands.stats import Groups, Stats
from splay.search.operation import Context, Kind
from splay.search.plan import Plan
from splay.store.event import ReadReport
from splay.store.files import FilePart, FileStore

PART = 32 * 1024 * 1024
"""Bytes of a part: large enough that starting on it costs nothing, small enough to share out."""

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Work:
    """What each process does, inherited when it is forked."""

    plan: Plan
    context: Context
    stages: int  # commands before the stats
    stats: Stats


@dataclass(frozen=True)
class Done:
    """What comes back of one part."""

    groups: Groups
    report: ReadReport
    messages: list[tuple[str, str]]


_work: Work | None = None


def divisible(plan: Plan, context: Context) -> Work | None:
    """The work of each process; None for a search that one process must do."""
    if plan.retrieval is None or not _can_fork():
        return None
    for place, operation in enumerate(plan.operations):
        if isinstance(operation, Stats):
            return Work(plan, context, place, operation) if operation.mergeable else None
        if operation.kind is not Kind.STREAMING:
            return None
    return None


def _can_fork() -> bool:
    """Forking is safe where there are no other threads; elsewhere than on Linux it is not usual."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


def run_parts(
    work: Work, store: FileStore, report: ReadReport, progress: Progress | None
) -> Iterator[Row] | None:
    """The rows that come out of the stats; None when the data is too small to be divided.

    Raises DataError when no event could be read, and what reading and knowledge raise.
    """
    global _work
    parts = store.parts(PART)
    if len(parts) < 2 or not any(part.part for part in parts):
        return None
    _work = work
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        running = [(part, pool.submit(_run, part)) for part in parts]
        found = [_taken(part, future, work, report, progress) for part, future in running]
    _work = None
    if not report.events:
        raise store.nothing_read(report.problems)
    return work.stats.merged(found)


def _run(part: FilePart) -> Done:
    """One part, in a process of its own."""
    work = _work
    assert work is not None
    assert work.plan.retrieval is not None
    report = ReadReport()
    told = len(work.context.messages)
    retrieval, row_of = work.plan.retrieval, work.plan.knowledge.row
    rows: Iterator[Row] = (
        row
        for event in part.scan(retrieval.need, report)
        if retrieval.matches(row := row_of(event, retrieval.demand))
    )
    for operation in work.plan.operations[: work.stages]:
        rows = operation.run(rows, work.context)
    groups = work.stats.groups(rows, work.context)
    return Done(groups, report, work.context.messages[told:])


def _taken(
    part: FilePart,
    future: Future[Done],
    work: Work,
    report: ReadReport,
    progress: Progress | None,
) -> Groups:
    done = future.result()
    for field in ("files", "bytes", "events", "bad_events"):
        setattr(report, field, getattr(report, field) + getattr(done.report, field))
    report.problems += done.report.problems
    for level, text in done.messages:
        work.context.say(level, text)
    if progress:
        progress(done.report.bytes)
    return done.groups
