"""What a server finds of an index when it starts: whole buckets, and what has happened to others.

Only an end that was not finished is cut off: it was never acknowledged. Bytes that cannot be read
are moved to a file beside their journal, and what stands behind them is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from splay.counting import counted
from splay.store.index.batch import read_batch
from splay.store.index.bucket import COLUMNS, DELETED, Bucket
from splay.store.index.columns import BadColumns, Growing, Summary, read_summary
from splay.store.index.deleted import Deleted
from splay.store.index.frames import Damage, Frame, facts_of, frames
from splay.store.index.journal import Journal, mapped
from splay.wholefiles import write_file

Tell = Callable[[str], None]
JOURNAL = ".journal"


@dataclass
class Run:
    """Frames of one file whose events have serial numbers without a gap."""

    first: int
    end: int
    frames: list[Frame] = field(default_factory=list)


@dataclass
class Found:
    """What an index consists of. deleted: serial numbers that an earlier version has kept so."""

    buckets: list[Bucket] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    following: int = 0


def journal_path(folder: Path, first: int) -> Path:
    """The journal of a bucket that begins with an event of this serial number."""
    return folder / f"{first:012}{JOURNAL}"


def recovered(folder: Path, *, lasting: bool, tell: Tell, among: range | None = None) -> Found:
    """The buckets in a folder, in order. tell: told in a sentence what is damaged or lost.

    among: only those whose first events have these serial numbers.
    """
    found = Found()
    done: set[Path] = set()
    while todo := sorted(set(folder.glob(f"*{JOURNAL}")) - done):
        path = todo[0]  # each time anew: one that was damaged may have become several
        done.add(path)
        if among is not None and int(path.stem) not in among:
            continue
        _set_damaged_deletions_aside(path, tell)
        bucket = _warm(path, lasting, tell) or _from_journal(path, found, lasting, tell)
        if bucket is not None:
            found.buckets.append(bucket)
            found.following = max(found.following, bucket.end)
    for columns in sorted(folder.glob(f"*{COLUMNS}")):
        journal = columns.with_suffix(JOURNAL)
        if not journal.exists():
            tell(f"{journal}: the file is not there any more, nor are its events")
    for bucket in found.buckets[:-1]:
        with suppress(OSError):  # its columns stay in memory until they can be written
            bucket.roll()
    return found


def _warm(path: Path, lasting: bool, tell: Tell) -> Bucket | None:
    """A bucket whose columns are there; None where they are to be made from its journal."""
    columns = path.with_suffix(COLUMNS)
    try:
        summary = read_summary(columns)
    except (BadColumns, OSError):
        return None
    size = path.stat().st_size
    if size == summary.journal:
        return Bucket(Journal(path, lasting=lasting), summary, None)
    if size < summary.journal:
        missing = counted(summary.journal - size, "byte is", "bytes are")
        tell(f"{path}: {missing} missing at its end")
    return None


def _from_journal(path: Path, found: Found, lasting: bool, tell: Tell) -> Bucket | None:
    """A bucket as its journal says it is. What the journal has beside one run leaves it."""
    data = mapped(path)
    runs, damages = _runs(data, found)
    if damages and damages[-1].cut:
        Journal(path).cut(damages.pop().start)
    if not runs and not damages:
        return None
    first = runs[0].first if runs else -1
    if damages or len(runs) != 1 or path != journal_path(path.parent, first):
        _divide(path, data, runs, damages, tell)
        if not path.exists():
            return None
        data = mapped(path)
        runs, _ = _runs(data, found)
    return _bucket(path, data, runs[0], lasting)


def _bucket(path: Path, data: memoryview, run: Run, lasting: bool) -> Bucket:
    columns, summary = Growing(), Summary(run.first)
    for frame in run.frames:
        facts, text_at = facts_of(data, frame)
        if "first" in facts:
            batch = read_batch(facts, bytes(data[text_at : frame.end]))
            columns.add(batch, text_at)
            summary.add(batch, frame.end)
    summary.journal = run.frames[-1].end
    return Bucket(Journal(path, lasting=lasting), summary, columns)


def _runs(data: memoryview, found: Found) -> tuple[list[Run], list[Damage]]:
    runs: list[Run] = []
    damages: list[Damage] = []
    for part in frames(data):
        if isinstance(part, Damage):
            damages.append(part)
            continue
        facts, _ = facts_of(data, part)
        found.deleted.update(facts.get("deleted", ()))
        found.following = max(found.following, facts.get("next", 0))
        if "first" in facts:
            first, count = facts["first"], len(facts["times"])
            if not runs or runs[-1].end != first or runs[-1].frames[-1].end != part.start:
                runs.append(Run(first, first))
            runs[-1].end = first + count
            runs[-1].frames.append(part)
    return runs, damages


def _divide(
    path: Path, data: memoryview, runs: list[Run], damages: list[Damage], tell: Tell
) -> None:
    """Gives each run a file of its own, and what cannot be read another one."""
    for damage in damages:
        aside = _aside(path, data[damage.start : damage.end])
        size = damage.end - damage.start
        some, moved = counted(size, "byte"), "was moved" if size == 1 else "were moved"
        tell(
            f"{path}: {some} from byte {damage.start:,} on cannot be read and {moved} "
            f"to {aside.name}; what is before and behind them is kept"
        )
    base, deleted = int(path.stem), Deleted(path.with_suffix(DELETED))
    names = {journal_path(path.parent, run.first): run for run in runs}
    for name, run in sorted(names.items(), reverse=True):  # the file itself, if at all, last
        name.with_suffix(COLUMNS).unlink(missing_ok=True)
        if name != path and deleted:
            hidden = [n for n in range(run.end - run.first) if run.first + n - base in deleted]
            Deleted(name.with_suffix(DELETED)).add(hidden)
        write_file(name, bytes(data[run.frames[0].start : run.frames[-1].end]), private=True)
    if path not in names:
        for suffix in (COLUMNS, DELETED, JOURNAL):
            path.with_suffix(suffix).unlink(missing_ok=True)


def _aside(path: Path, data: memoryview | bytes) -> Path:
    """Keeps bytes in a new file beside another."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    write_file(aside, bytes(data), private=True)
    return aside


def _set_damaged_deletions_aside(path: Path, tell: Tell) -> None:
    deleted = path.with_suffix(DELETED)
    try:
        Deleted(deleted)
    except ValueError:
        aside = _aside(deleted, deleted.read_bytes())
        deleted.unlink()
        tell(
            f"{deleted} cannot be read and was moved to {aside.name}: events that were deleted "
            "are found again"
        )


def damaged(bucket: Bucket) -> Iterator[bool]:
    """Looks through a journal, and gives now and again whether something is wrong with it."""
    data = mapped(bucket.journal.path)
    for number, part in enumerate(frames(data[: bucket.summary.journal])):
        if isinstance(part, Damage):
            yield True
            return
        if number % 1000 == 0:
            yield False


def take_over(old: Path, folder: Path) -> None:
    """Makes the journal of an earlier version the first bucket of an index."""
    folder.mkdir(parents=True, exist_ok=True)
    os.replace(old, journal_path(folder, 0))
