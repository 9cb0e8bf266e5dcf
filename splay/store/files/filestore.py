"""Files and folders as a store of events."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from splay.counting import counted
from splay.errors import DataError
from splay.store.event import Event, Found, Need, ReadReport, Store, events_of
from splay.store.evtx.render import Templates
from splay.store.files.scan import FilePart, Memory, Progress
from splay.store.files.shares import Part, cost_of, divide
from splay.store.parsing.eventmaker import InputSettings
from splay.store.parsing.indextime import IndexTime

__all__ = ["FileStore", "InputSettings"]

_ONLY_FILES = "Logs are read from files alone, some of them twice: write it into one first"


class FileStore:
    """Events in files: XML, classic Windows text, other lines, .evtx; packed, or in archives.

    paths: files, or folders which are walked in sorted order. What a file holds tells how it is
    read, whatever its name. A file that is reached twice is read once.
    """

    def __init__(self, paths: Sequence[Path], settings: InputSettings) -> None:
        self._paths = [Path(path) for path in paths]
        self._settings = settings

    def parsed_by(self, index_time: IndexTime) -> FileStore:
        """The same files under these index-time settings, unless it has its own."""
        if self._settings.index_time is not None:
            return self
        return FileStore(self._paths, replace(self._settings, index_time=index_time))

    def size(self) -> int:
        """The bytes of all files together, as a total for progress. Raises DataError like scan."""
        return sum(file.stat().st_size for file in self.files() if file.exists())

    def scan(
        self, need: Need, report: ReadReport, progress: Progress | None = None
    ) -> Iterator[Event]:
        """The events that can match, file by file in the order of the file.

        All events are counted in the report, only those that `need` lets through are
        decoded. progress is called with the number of bytes of the files read since the
        last call; report.bytes is their sum.

        Raises DataError at once when a path is missing or a folder holds no log, and at
        the end when no event at all could be read.
        """
        return events_of(self.recalled(need, report, None, progress))

    def recalled(
        self,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress | None = None,
    ) -> Iterator[Found]:
        """The same with a memory: what it knows does not come as events."""
        return self._scan(self.files(), need, report, memory, progress or (lambda _: None))

    def shares(self, size: int) -> list[Share]:
        """The same events in shares of about so many bytes, that can be read by themselves.

        A file that cannot be divided is in one of them. Raises DataError like scan.
        """
        started = time.time()
        shares: list[Share] = []
        parts: list[FilePart] = []
        cost = 0
        for path in self.files():
            for part, costs in _divided(path, size):
                parts.append(FilePart(path, self._settings, part, started, path in self._paths))
                cost += costs
                if cost >= size:
                    shares.append(Share(parts))
                    parts, cost = [], 0
        return [*shares, Share(parts)] if parts else shares

    def files(self) -> list[Path]:
        """The files to read, each once, in order. Raises DataError like scan."""
        found: dict[Path, Path] = {}
        for path in self._paths:
            for file in _walk(path):
                found.setdefault(file.resolve(), file)
        return list(found.values())

    def _scan(
        self,
        files: list[Path],
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress,
    ) -> Iterator[Found]:
        problems, events = len(report.problems), report.events
        started = time.time()
        templates = Templates()
        for path in files:
            part = FilePart(path, self._settings, None, started, path in self._paths)
            yield from part.recalled(need, report, memory, progress, templates)
        if report.events == events:
            raise self.nothing_read(report.problems[problems:])

    def nothing_read(self, problems: Sequence[str]) -> DataError:
        """The error for data in which no event could be read."""
        return _nothing_read(self._paths, problems)


@dataclass(frozen=True)
class Share:
    """Parts of one or more files."""

    parts: Sequence[FilePart]

    def scan(
        self, need: Need, report: ReadReport, progress: Progress | None = None
    ) -> Iterator[Event]:
        """The events that can match, as those of a store."""
        return events_of(self.recalled(need, report, None, progress))

    def recalled(
        self,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress | None = None,
    ) -> Iterator[Found]:
        """The events of all parts that can match."""
        templates = Templates()
        for part in self.parts:
            yield from part.recalled(need, report, memory, progress, templates)


def _divided(path: Path, size: int) -> list[tuple[Part | None, int]]:
    """The parts of a file, and what each costs. One that cannot be read is left whole: whoever
    reads it then says so."""
    try:
        return [(part, cost_of(path, part)) for part in divide(path, size)]
    except OSError:
        return [(None, 0)]


def _nothing_read(paths: Sequence[Path], problems: Sequence[str]) -> DataError:
    named = ", ".join(map(str, paths[:3])) + (" and others" if len(paths) > 3 else "")
    why = problems[0] if problems else f"{named}: there is no event in it"
    more = f" (and {counted(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
    return DataError(f"No event could be read. {why}{more}")


def _walk(path: Path) -> list[Path]:
    """The files that a given path stands for."""
    try:
        if path.is_dir():
            files = _within(path)
        elif path.is_file():
            return [path]
        elif path.is_fifo():
            raise DataError("this is a pipe", where=str(path), hint=_ONLY_FILES)
        elif path.exists():
            raise DataError("this is neither a file nor a folder", where=str(path))
        elif str(path) == "-":
            raise DataError("this is standard input", where=str(path), hint=_ONLY_FILES)
        else:
            raise DataError("there is no such file or folder", where=str(path))
    except OSError as error:
        raise DataError(f"cannot be opened ({error.strerror})", where=str(path)) from None
    if not files:
        raise DataError("this folder holds no files", where=str(path))
    return files


def _within(folder: Path) -> list[Path]:
    """The files in a folder. What cannot be read stands for itself, so that its reader is told why:
    a folder in it that may not be listed, a link to nothing, and a link to a folder elsewhere,
    because links to folders are not followed."""
    closed: list[Path] = []
    top = folder.resolve()
    walked = os.walk(folder, onerror=lambda error: closed.append(Path(error.filename)))
    files: list[Path] = []
    for place, folders, names in walked:
        files += [Path(place, name) for name in names]
        linked = [Path(place, name) for name in folders if Path(place, name).is_symlink()]
        closed += [path for path in linked if not path.resolve().is_relative_to(top)]
    return sorted([*(file for file in files if file.is_file() or _leads_nowhere(file)), *closed])


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def parsed_store(store: Store, index_time: IndexTime) -> Store:
    """The store whose files are taken apart as these rules say; indexes and events stay as they
    are."""
    return store.parsed_by(index_time) if isinstance(store, FileStore) else store
