"""A search over large files with several processes.

Python runs one thread at a time, so a second processor needs a second process. Rows are dear to
send between processes and groups are cheap: therefore each process runs the first stages of the
search, up to and including a stats, on a share of the data, and only the groups come back, where
they are merged; the rest of the search goes on in this process as ever.

The result must be that of one process. So only functions whose partial results merge exactly take
part (a sum of doubles does not: it depends on the order), and a search is only divided if no stage
before the stats keeps state from row to row.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from splay.commands.operation import Context, Divisible, Operation
from splay.engine.plan import Plan
from splay.engine.retrieve import AnyItem, Item, guarded, matching, memory_of
from splay.rows import Row
from splay.shapes.recall import Memory
from splay.store.event import COUNTS, ReadReport
from splay.store.files.filestore import FileStore, Share
from splay.store.problems import MAX_PROBLEMS
from splay.store.run import each

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.sharedctypes import Synchronized

SHARE = 32 * 1024 * 1024
"""Bytes of text of a share: large enough that starting on it costs nothing, and small enough that
all processes are busy to the end."""

Progress = Callable[[int], None]
S = TypeVar("S")
T = TypeVar("T")


class Keeper(Protocol):
    """Sees the rows that go into the first transforming command; their field FILE is taken out."""

    def watch(self, operation: Operation | None, rows: Iterable[AnyItem]) -> Iterable[AnyItem]:
        """The same events. operation: that command; None where the rows are the results."""

    def fresh(self) -> Keeper:
        """Another one, that has seen nothing, for a share of the data."""

    def absorb(self, other: Keeper) -> None:
        """Takes over what another one of its kind has seen of the share that follows."""


@dataclass(frozen=True)
class Work:
    """What each process does, inherited when it is forked."""

    plan: Plan
    context: Context
    stages: int  # commands before the stats
    stats: Divisible
    memory: Memory | None
    evidence: Keeper | None = None


@dataclass(frozen=True)
class Done:
    """What comes back of one share."""

    groups: Any
    messages: list[tuple[str, str]]
    evidence: Keeper | None


_read: Synchronized[int] | None = None
"""Bytes that all processes have read so far."""

_LOOK = 0.1  # seconds between two looks at how far they are


def divisible(plan: Plan, context: Context, evidence: Keeper | None = None) -> Work | None:
    """What can be done share by share; None for a search that needs all its rows at once."""
    if plan.retrieval is None:
        return None
    for place, operation in enumerate(plan.operations):
        if isinstance(operation, Divisible):
            if not operation.mergeable(context):
                return None
            # Behind another command, events that are recalled are rows as any.
            whole = evidence is not None
            seen = not whole or place == 0
            memory = memory_of(plan, unordered=True, whole=whole) if seen else None
            return Work(plan, context, place, operation, memory, evidence)
        if not operation.by_row:
            return None
    return None


@contextmanager
def workers() -> Iterator[ProcessPoolExecutor]:
    """A process for each processor; none of them outlives the block, however it ends."""
    # Imported where there is much to read: it takes a tenth of splay's start.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    global _read
    context = multiprocessing.get_context("fork")
    _read = context.Value("Q", 0)
    pool = ProcessPoolExecutor(os.cpu_count(), context, initializer=_begin)
    try:
        yield pool
    except BaseException:
        # Interrupted, or a share failed: whatever else they do is for nothing. Python's own
        # kill_workers does the same from 3.14 on.
        for process in list(pool._processes.values()):
            process.kill()
        # Who sends the next share would wait for a reader for ever: Python closes this end itself
        # from 3.11.5 on (https://github.com/python/cpython/issues/94777).
        pool._call_queue._reader.close()  # type: ignore[attr-defined]
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    else:
        pool.shutdown()
    finally:
        _read = None


def _begin() -> None:
    """In a new process: it ends with its parent, else it would read on to the end of its share
    (prctl(2), PR_SET_PDEATHSIG); Ctrl-C is for the parent to heed."""
    import ctypes

    # What is inherited stays: to look for garbage among it takes a tenth of a hunt.
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _can_fork() -> bool:
    """Forking is safe where there are no other threads; elsewhere than on Linux it is not usual."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


def run_shares(
    work: Work, store: FileStore, report: ReadReport, progress: Progress | None
) -> Iterator[Row] | None:
    """The rows that come out of the stats; None when the data is not divided: it is too small, or
    there is but one processor.

    Raises DataError when no event could be read, and what reading and knowledge raise.
    """

    def read(share: Share, report: ReadReport, progress: Progress) -> Done:
        told = len(work.context.messages)
        evidence = work.evidence.fresh() if work.evidence else None
        groups = _groups(work, share, report, progress, evidence)
        return Done(groups, work.context.messages[told:], evidence)

    def join(shares: Iterator[Done]) -> Any:
        return work.stats.joined(_taken(done, work) for done in shares)

    joined = run_divided(read, join, store, report, progress)
    return None if joined is None else work.stats.results(joined, work.context)


def _count(size: int) -> None:
    """Tells the parent that so many more bytes were read."""
    if _read is not None:
        with _read.get_lock():
            _read.value += size


def _watch(running: Sequence[Future[Any]], progress: Progress) -> None:
    """Tells how far the processes are, until all have ended."""
    from concurrent.futures import FIRST_EXCEPTION, wait

    assert _read is not None
    told = 0
    left: Collection[Future[Any]] = running
    while left:
        left = wait(left, _LOOK, FIRST_EXCEPTION).not_done
        read = _read.value
        progress(read - told)
        told = read
        if any(future.done() and future.exception() for future in running):
            return


def run_whole(
    work: Work, store: FileStore, report: ReadReport, progress: Progress | None
) -> Iterator[Row]:
    """The rows that come out of the stats, by this process alone."""
    groups = _groups(work, store, report, progress, work.evidence)
    return work.stats.results(groups, work.context)


def _groups(
    work: Work,
    store: FileStore | Share,
    report: ReadReport,
    progress: Progress | None,
    evidence: Keeper | None,
) -> Any:
    plan, context = work.plan, work.context
    assert plan.retrieval is not None
    named = evidence is not None
    found = matching(plan, plan.retrieval, store, report, work.memory, progress, named=named)
    items: Iterable[Item] = guarded(found, context)
    with ExitStack() as stages:
        for operation in plan.operations[: work.stages]:
            items = rows = operation.run(each(items), context)
            if isinstance(rows, Generator):
                stages.callback(rows.close)
        if evidence is not None:
            items = evidence.watch(work.stats, items)
        return work.stats.groups(items, context)


def _taken(done: Done, work: Work) -> Any:
    for level, text in done.messages:
        work.context.add_message(level, text)
    if work.evidence is not None and done.evidence is not None:
        work.evidence.absorb(done.evidence)
    return done.groups


def _add(report: ReadReport, share: ReadReport) -> None:
    """Adds what was read of a share that nobody else has read."""
    for field in COUNTS:
        setattr(report, field, getattr(report, field) + getattr(share, field))
    report.problems = [*report.problems, *share.problems][:MAX_PROBLEMS]
    report.left_out += share.left_out
    report.related.absorb(share.related)
    for name, count in share.passed_over.items():
        report.passed_over[name] = report.passed_over.get(name, 0) + count


ReadShare: TypeAlias = Callable[[Share, ReadReport, Progress], T]
"""Reads a share, in a process of its own; fills the report; is given whom to tell of bytes."""

_reading: ReadShare[Any] | None = None
"""Inherited by the processes: it need not be pickled."""


def run_divided(
    read: ReadShare[T],
    join: Callable[[Iterator[T]], S],
    store: FileStore,
    report: ReadReport,
    progress: Progress | None,
) -> S | None:
    """What `join` makes of that which `read` gives for each share of the files: it is given them in
    order, and several are read at a time. None when the data is not divided: it is too small, or
    there is but one processor.

    Raises DataError when no event could be read, and what the functions raise.
    """
    global _reading
    shares = store.shares(SHARE) if _can_fork() else []
    if len(shares) < 2:
        return None
    _reading = read
    try:
        with workers() as pool:
            running = [pool.submit(_one, share) for share in shares]
            if progress is not None:
                _watch(running, progress)
            running.reverse()  # each is forgotten once it is taken
            joined = join(_told(running.pop().result(), report) for _ in shares)
    finally:
        _reading = None
    if not report.events:
        raise store.nothing_read(report.problems)
    return joined


def _told(done: tuple[T, ReadReport], report: ReadReport) -> T:
    found, read_there = done
    _add(report, read_there)
    return found


def _one(share: Share) -> tuple[Any, ReadReport]:
    assert _reading is not None
    report = ReadReport()
    return _reading(share, report, _count), report


_call: Callable[[int], Any] | None = None
"""Likewise."""


def run_each(call: Callable[[S], T], given: Sequence[S]) -> list[T]:
    """What a function gives for each of these, in order, several at a time in processes of their
    own, where that can be. Raises what the function raises."""
    global _call
    if len(given) < 2 or not _can_fork():
        return list(map(call, given))
    _call = lambda number: call(given[number])  # noqa: E731
    try:
        with workers() as pool:
            return list(pool.map(_called, range(len(given))))
    finally:
        _call = None


def _called(number: int) -> Any:
    assert _call is not None
    return _call(number)
