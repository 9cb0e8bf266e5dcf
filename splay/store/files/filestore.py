"""Files and folders as a store of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from splay.errors import DataError
from splay.store.blocks import raw_blocks, utf8_blocks
from splay.store.event import Event, Found, Need, ReadReport, Recall
from splay.store.evtx.chunks import HEAD, MAGIC, Survey, survey_heads
from splay.store.evtx.reader import chunks, read_evtx
from splay.store.files.shares import Part, cost_of, divide
from splay.store.literalscan import LiteralScan
from splay.store.parsing.eventmaker import EventMaker, FileFacts, InputSettings
from splay.store.parsing.lines import JsonEventMaker, LineEventMaker, LineReader
from splay.store.parsing.reader import Reader
from splay.store.parsing.windows_json import JsonReader, json_start
from splay.store.parsing.windows_text import ClassicEventMaker, ClassicReader, classic_start
from splay.store.parsing.windows_xml import XmlEventMaker, XmlReader, xml_start
from splay.store.problems import FileProblems

__all__ = ["SUFFIXES", "FileStore", "InputSettings"]

SUFFIXES = (".xml", ".log", ".txt", ".evtx", ".gz", ".json")
"""The files that are read when a folder is given."""

Progress = Callable[[int], None]


class Memory(Protocol):
    """What recalls events by their shape (`splay.shapes.recall`)."""

    def of(self, maker: EventMaker) -> Recall: ...


class FileStore:
    """Events in files: XML, classic Windows text, other lines, .evtx, and gzip of each.

    paths: files, or folders which are walked in sorted order for *.xml, *.log, *.txt,
    *.evtx, *.gz and *.json. A file that is reached twice is read once.
    """

    def __init__(self, paths: Sequence[Path], settings: InputSettings) -> None:
        self._paths = [Path(path) for path in paths]
        self._settings = settings

    def size(self) -> int:
        """The bytes of all files together, as a total for progress. Raises DataError like scan."""
        return sum(file.stat().st_size for file in self.files())

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
        found = self.recalled(need, report, None, progress)
        return (event for event in found if isinstance(event, Event))

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
                parts.append(FilePart(path, self._settings, part, started))
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
        for path in files:
            part = FilePart(path, self._settings, None, started)
            yield from FileScan(part, need, report, memory, progress).events()
        if report.events == events:
            raise self.nothing_read(report.problems[problems:])

    def nothing_read(self, problems: Sequence[str]) -> DataError:
        """The error for data in which no event could be read."""
        return _nothing_read(self._paths, problems)


@dataclass(frozen=True)
class FilePart:
    """A part of a file, which may hold no event. started: when the search began to read."""

    path: Path
    settings: InputSettings
    part: Part | None  # None: the whole file
    started: float

    def recalled(
        self,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress | None = None,
    ) -> Iterator[Found]:
        """The events of this part that can match."""
        return FileScan(self, need, report, memory, progress or (lambda _: None)).events()


@dataclass(frozen=True)
class Share:
    """Parts of one or more files."""

    parts: Sequence[FilePart]

    def recalled(
        self,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress | None = None,
    ) -> Iterator[Found]:
        """The events of all parts that can match."""
        for part in self.parts:
            yield from part.recalled(need, report, memory, progress)


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
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return DataError(f"No event could be read. {why}{more}")


def _walk(path: Path) -> list[Path]:
    """The files that a given path stands for."""
    try:
        if path.is_dir():
            files = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES and file.is_file()
            )
        elif path.is_file():
            return [path]
        elif path.exists():
            raise DataError("this is neither a file nor a folder", where=str(path))
        else:
            raise DataError("there is no such file or folder", where=str(path))
    except OSError as error:
        raise DataError(f"cannot be opened ({error.strerror})", where=str(path)) from None
    if not files:
        endings = ", ".join(f"*{suffix}" for suffix in SUFFIXES)
        raise DataError(f"this folder holds no log files ({endings})", where=str(path))
    return files


class FileScan:
    """Reads one file, or a part of it."""

    def __init__(
        self,
        part: FilePart,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress,
    ) -> None:
        self._path = part.path
        self._part = part.part
        self._settings = part.settings
        self._started = part.started
        self._need = need
        self._report = report
        self._memory = memory
        self._progress = progress
        self._scan = LiteralScan(need.literals)
        self._problems = FileProblems(str(part.path), report)

    def events(self) -> Iterator[Found]:
        """The file's events that pass; what is wrong with it goes to the report."""
        self._report.files += self._part is None or self._part.start == 0
        try:
            yield from self._open()
        except OSError as error:
            self._unreadable(error)
        finally:
            self._problems.tell()

    def _readable(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks up to one that cannot be read: what came before it counts."""
        try:
            yield from blocks
        except OSError as error:
            self._unreadable(error)

    def _unreadable(self, error: OSError) -> None:
        self._problems.add(f"cannot be read ({error.strerror or error})")

    def _open(self) -> Iterator[Found]:
        part = self._part
        self._facts = FileFacts(
            str(self._path),
            _stem(self._path),
            self._path.stat().st_mtime,
            self._started,
            part.before if part else None,
        )
        span = (part.start, part.end) if part else None
        blocks = self._readable(raw_blocks(self._path, self._problems, self._count, span))
        first = next(blocks, b"")
        if not first:
            self._problems.add_if_nothing("the file is empty")
        elif first.startswith(MAGIC) or (part and part.evtx):
            yield from self._evtx(first, blocks)
        else:
            yield from self._text(utf8_blocks(_again(first, blocks)))

    def _count(self, size: int) -> None:
        self._report.bytes += size
        self._progress(size)

    def _evtx(self, first: bytes, blocks: Iterator[bytes]) -> Iterator[Found]:
        """The events of the chunks in these blocks; behind the file's head, if it is there."""
        start = self._part.start if self._part else 0
        survey = Survey(first[:HEAD]) if start == 0 else None
        if self._part and survey:
            survey_heads(self._path, survey, self._part.end)
        blocks = _again(first[HEAD:] if survey else first, blocks)
        maker = XmlEventMaker(self._facts, self._settings, self._need, self._problems)
        yield from read_evtx(
            chunks(blocks, start or HEAD),
            maker,
            self._need,
            self._problems,
            self._recall(maker),
            survey,
        )

    def _text(self, blocks: Iterator[bytes]) -> Iterator[Found]:
        first = next(blocks, b"")
        reader = self._reader(first)
        if isinstance(reader, LineReader) and b"\0" in first:
            self._problems.add("this is a binary file, not a log")
            return
        for block in _again(first, blocks):
            if isinstance(reader, LineReader):
                block = reader.take() + block
            start, following = self._change(reader, block)
            if following is not None:
                yield from reader.feed(block[:start])
                yield from reader.finish()
                reader, block = following, block[start:]
            yield from reader.feed(block)
        yield from reader.finish()

    def _reader(self, first: bytes) -> Reader:
        if xml_start(first) >= 0:
            return self._xml()
        if classic_start(first) >= 0:
            return self._classic()
        return self._json() if json_start(first) else self._lines()

    def _change(self, reader: Reader, block: bytes) -> tuple[int, Reader | None]:
        """Where in a block plain lines give way to Windows events, and who reads these."""
        if not isinstance(reader, LineReader):
            return 0, None
        if b"<Event" in block and (start := xml_start(block, document=False)) >= 0:
            return start, self._xml()
        if b"\nLogName=" in block and (start := classic_start(block)) >= 0:
            return start, self._classic()
        return 0, None

    def _recall(self, maker: EventMaker) -> Recall | None:
        return None if self._memory is None else self._memory.of(maker)

    def _xml(self) -> Reader:
        maker = XmlEventMaker(self._facts, self._settings, self._need, self._problems)
        return XmlReader(maker, self._scan, self._problems, self._recall(maker))

    def _classic(self) -> Reader:
        maker = ClassicEventMaker(self._facts, self._settings, self._need, self._problems)
        return ClassicReader(maker, self._scan, self._problems, self._recall(maker))

    def _json(self) -> Reader:
        maker = JsonEventMaker(self._facts, self._settings, self._need, self._problems)
        return JsonReader(maker, self._scan, self._problems)

    def _lines(self) -> Reader:
        maker = LineEventMaker(self._facts, self._settings, self._need, self._problems)
        return LineReader(maker, self._scan, self._problems)


def _again(first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from blocks


def _stem(path: Path) -> str:
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem
