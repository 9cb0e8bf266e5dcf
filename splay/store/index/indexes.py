"""The event indexes: what was sent in, to be searched; on disk where a data folder is given.

Source: indexes.conf.spec (frozenTimePeriodInSecs, maxTotalDataSizeMB); Managing Indexers,
"Set a retirement and archiving policy".
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import translate
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from splay.errors import DataError
from splay.rows import Row
from splay.store.event import Event, Found, Need, ReadReport
from splay.store.index.index import Index
from splay.store.index.newest import ordered
from splay.store.index.recovery import JOURNAL, take_over
from splay.store.literalscan import LiteralScan

BUILT_IN = ("_audit", "_internal", "history", "main", "notable", "risk", "summary")
"""splunkd's own indexes, and the two that Enterprise Security adds."""

_NAME = re.compile(r"[a-z0-9_][a-z0-9_\-]{0,79}")
_REMOVED = "."  # what the name of a folder begins with that is being removed


class IndexRefused(DataError):
    """There is no such index, or it cannot be made or removed. status: what HTTP calls it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Indexes:
    """All indexes by name.

    folder: where they are kept; None: in a temporary one, for as long as they are open. tell: told
    of damage and loss, with the index's name. lasting: whether what is appended has to survive a
    crash of the machine.
    """

    def __init__(
        self,
        folder: Path | None,
        tell: Callable[[str, str], None] = lambda name, text: None,
        *,
        lasting: bool = True,
    ) -> None:
        self._temporary = TemporaryDirectory(prefix="splay-") if folder is None else None
        self._folder = folder or Path(self._temporary.name if self._temporary else "")
        self._lasting = lasting and folder is not None
        self._tell = tell
        self._lock = threading.Lock()
        self._indexes: dict[str, Index] = {}
        self.disabled: set[str] = set()
        """Those that are kept, but neither searched nor written to."""
        for name in sorted({*BUILT_IN, *self._stored()}):
            self._open(name)

    def _stored(self) -> Iterator[str]:
        """The names of indexes that there are files of."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.is_dir() and path.name.startswith(_REMOVED):
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_dir():
                yield path.name
            elif path.suffix == JOURNAL:  # of an earlier version: one file for all
                take_over(path, self._folder / path.stem)
                yield path.stem

    def _open(self, name: str) -> Index:
        tell = partial(self._tell, name)
        index = Index(name, self._folder / name, lasting=self._lasting, tell=tell)
        self._indexes[name] = index
        return index

    def __contains__(self, name: object) -> bool:
        return name in self._indexes and name not in self.disabled

    def names(self) -> list[str]:
        """The names of all indexes."""
        return sorted(self._indexes)

    def size(self, names: Iterable[str]) -> int:
        """Bytes of text in these indexes, without those that there are not."""
        return sum(self._indexes[name].size() for name in names if name in self._indexes)

    def get(self, name: str) -> Index:
        """An index. IndexRefused 404: there is none of this name."""
        try:
            return self._indexes[name]
        except KeyError:
            raise IndexRefused(404, f"Could not find object id={name}") from None

    def create(self, name: str) -> Index:
        """A new index. IndexRefused: not a name for one (400), or there is one (409)."""
        if name in self._indexes:
            raise IndexRefused(409, f"Index name={name} already exists.")
        if not _NAME.fullmatch(name) or name == "kvstore" or name.startswith("_"):
            raise IndexRefused(
                400,
                f"The index name {name!r} is not valid: lower-case letters, digits, _ and -, "
                "at most 80, not beginning with _ or -.",
            )
        with self._lock:
            if name in self._indexes:
                raise IndexRefused(409, f"Index name={name} already exists.")
            return self._open(name)

    def delete(self, name: str) -> None:
        """Removes an index with all that it holds. IndexRefused 403: it is one of splunkd's own."""
        index = self.get(name)
        if name in BUILT_IN:
            raise IndexRefused(403, f"The index {name!r} cannot be removed: it is built in.")
        with self._lock:
            del self._indexes[name]
            self.disabled.discard(name)
            index.remove()

    def examine(self, stop: threading.Event) -> None:
        """Looks through all that is stored for damage, at leisure; what it finds is told."""
        for index in list(self._indexes.values()):
            if not stop.is_set():
                index.examine(stop)

    def refusal(self, index: str) -> str:
        """Why a search cannot write to the index; "" where it can."""
        return "" if index in self else f"there is no index {index!r}: create it first"

    def append(self, events: Sequence[Event]) -> None:
        """Adds events, each to the index that it names. DataError: they cannot be kept."""
        by_index: dict[str, list[Event]] = {}
        for event in events:
            by_index.setdefault(event.index, []).append(event)
        for name, some in by_index.items():
            try:
                self.get(name).append(some)
            except IndexRefused:
                raise
            except OSError as error:
                raise self._unwritable(name, f"{error.strerror}") from error
            except DataError as error:
                raise self._unwritable(name, str(error)) from error

    def _unwritable(self, name: str, why: str) -> DataError:
        self._tell(name, f"it cannot be written: {why}")
        return DataError(f"the index {name} cannot be written: {why}")

    def close(self) -> None:
        """Closes the files."""
        for index in self._indexes.values():
            index.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def matching(self, pattern: str, among: Iterable[str] = ("*", "_*")) -> list[str]:
        """The indexes that a name with `*` stands for, of those that are allowed.

        A pattern that does not begin with `_` stands for no internal index (Search Manual,
        "Retrieve events from indexes").
        """
        return [
            name
            for name in self.names()
            if name not in self.disabled
            and _fits(name, pattern)
            and any(_fits(name, allowed) for allowed in among)
        ]


def _fits(name: str, pattern: str) -> bool:
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return re.fullmatch(translate(re.sub(r"[?\[]", r"[\g<0>]", pattern.lower())), name) is not None


class SearchStore:
    """What one search may see of the indexes: `scan` as the engine asks for it.

    check: asked often; waits while the search is paused, raises to end it, and says no when it
    is to go on with what it has.
    """

    sifts = True
    """Whether `Need.may_match` has been asked of what it gives."""

    def __init__(self, indexes: Indexes, check: Callable[[], bool]) -> None:
        self._indexes = indexes
        self._check = check
        self.total = 0
        """Bytes of the indexes that have been asked for."""

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match, index by index in the order in which they came."""
        literals = LiteralScan(need.literals)
        names = sorted(need.indexes or ())
        self.total += self._indexes.size(names)
        for name in names:
            with suppress(IndexRefused):  # an index that was removed meanwhile holds nothing
                yield from self._indexes.get(name).scan(need, literals, report, self._check)

    def runs(
        self, need: Need, report: ReadReport, known: Callable[[Event], Row | None]
    ) -> Iterator[Found]:
        """The same events, those of one origin and with the same fields as one run, where `known`
        tells the row of all of them by one; in no order."""
        literals = LiteralScan(need.literals)
        names = sorted(need.indexes or ())
        self.total += self._indexes.size(names)
        for name in names:
            with suppress(IndexRefused):  # an index that was removed meanwhile holds nothing
                index = self._indexes.get(name)
                yield from index.scan(need, literals, report, self._check, known)

    def newest_first(self) -> OrderedStore:
        """The same events, newest first."""
        return OrderedStore(self, oldest=False)

    def oldest_first(self) -> OrderedStore:
        """The same events in the contrary order."""
        return OrderedStore(self, oldest=True)

    def scan_ordered(self, need: Need, report: ReadReport, *, oldest: bool) -> Iterator[Event]:
        """The events that can match, newest or oldest first."""
        names = sorted(need.indexes or ())
        self.total += self._indexes.size(names)
        found: list[Index] = []
        for name in names:
            with suppress(IndexRefused):  # an index that was removed meanwhile holds nothing
                found.append(self._indexes.get(name))
        literals = LiteralScan(need.literals)
        return ordered(found, need, literals, report, self._check, oldest=oldest)


class OrderedStore:
    """The events that a search may see, newest or oldest first (`splay.store.event.Store`)."""

    sifts = True

    def __init__(self, store: SearchStore, *, oldest: bool) -> None:
        self._store = store
        self._oldest = oldest

    def scan(
        self, need: Need, report: ReadReport, progress: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """The events that can match."""
        return self._store.scan_ordered(need, report, oldest=self._oldest)


def now() -> float:
    """The index time of an event that arrives now."""
    return time.time()
