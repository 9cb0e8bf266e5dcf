"""One reading of the data for many searches.

Only searches that may match are asked (`splay.engine.together`); the fields that tell are made
once, together; and each search keeps the rows that match, or what its stats makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from splay.engine.fanout import run_divided
from splay.engine.takers import Part, Searched, Taker
from splay.engine.together import Together
from splay.memory import in_memory
from splay.shapes.recall import Memory
from splay.store.event import Event, Found, Need, ReadReport, Store
from splay.store.files.filestore import FileStore, Share
from splay.store.run import Run

__all__ = ["Searched", "Taker", "read_for"]

_CHECK_EVERY = 1_000

Progress = Callable[[int], None]


def read_for(
    takers: list[Taker],
    store: Store,
    report: ReadReport,
    progress: Progress | None,
    *,
    processes: bool,
) -> None:
    """Reads the data once, for all of these searches.

    processes: whether files may be divided among several processes.

    Raises DataError for data that cannot be read. What is wrong with one search is in its outcome.
    """
    groups = _groups(takers)
    shares = None
    if processes and isinstance(store, FileStore):
        read = partial(_read_share, takers, groups)
        shares = run_divided(read, list, store, report, progress)
    if shares is None:
        _read(groups, store, report, progress)
    for parts in shares or ():
        for number, part in parts.items():
            takers[number].absorb(part)


def _groups(takers: list[Taker]) -> list[Together]:
    """Those that see events as they were indexed come last: for them events are made one by one,
    whatever is known of their shapes."""
    indexed = [taker for taker in takers if taker.plan.knowledge.as_indexed]
    others = [taker for taker in takers if not taker.plan.knowledge.as_indexed]
    groups = [Together(others, every=bool(indexed))] if others else []
    return [*groups, Together(indexed, every=True)] if indexed else groups


def _read_share(
    takers: list[Taker],
    groups: list[Together],
    share: Share,
    report: ReadReport,
    progress: Progress,
) -> dict[int, Part]:
    """What each search found there, by its number, in a process of its own."""
    _read(groups, share, report, progress)
    parts = {number: taker.part() for number, taker in enumerate(takers)}
    return {number: part for number, part in parts.items() if part is not None}


def _read(
    groups: list[Together], store: Store | Share, report: ReadReport, progress: Progress | None
) -> None:
    unordered = not any(group.ordered for group in groups[1:])
    memory = groups[0].memory if groups and unordered else None
    since = _CHECK_EVERY
    for item in _found(store, report, memory, progress):
        run = item if isinstance(item, Run) else None
        since += len(run.times) if run else 1
        if since >= _CHECK_EVERY:
            in_memory()
            since = 0
        if run is not None:
            assert memory is not None
            groups[0].take_run(run, memory)
            for group in groups[1:]:
                group.take_each(run)
        elif isinstance(item, Event):
            for group in groups:
                group.take(item)


def _found(
    store: Store | Share, report: ReadReport, memory: Memory | None, progress: Progress | None
) -> Iterable[Found]:
    if isinstance(store, FileStore | Share):
        return store.recalled(Need(), report, memory, progress)
    return store.scan(Need(), report, progress)
