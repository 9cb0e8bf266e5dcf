"""Reading one file: what is in it decides how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from splay.store.blocks import span_blocks, utf8_blocks
from splay.store.event import Found, Need, ReadReport, Recall
from splay.store.evtx.chunks import HEAD, MAGIC, Survey, survey_heads
from splay.store.evtx.reader import chunks, read_evtx
from splay.store.evtx.render import Templates
from splay.store.files.contents import Content, contents
from splay.store.files.shares import Part
from splay.store.parsing.eventmaker import EventMaker, FileFacts, InputSettings, Reading
from splay.store.parsing.forms import FormReader
from splay.store.parsing.textreaders import decoded, settled
from splay.store.parsing.windows_text import classic_start
from splay.store.parsing.windows_xml import xml_start
from splay.store.parsing.windowschanges import WindowsChanges
from splay.store.parsing.xml_events import XmlEventMaker
from splay.store.problems import FileProblems

Progress = Callable[[int], None]
_LOOKED_AT = 4096
_CONTROLS = bytes(number for number in range(32) if number not in b"\t\n\v\f\r\x1b")
_MOST_CONTROLS = 0.02


class Memory(Protocol):
    """What recalls events by their shape (`splay.shapes.recall`)."""

    def of(self, maker: EventMaker) -> Recall: ...


@dataclass(frozen=True)
class FilePart:
    """A part of a file, which may hold no event.

    started: when the search began to read. named: whether the user named the file, and not a folder
    that it is in.
    """

    path: Path
    settings: InputSettings
    part: Part | None  # None: the whole file
    started: float
    named: bool

    def recalled(
        self,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress | None = None,
        templates: Templates | None = None,
    ) -> Iterator[Found]:
        """The events of this part that can match. templates: those of other .evtx files."""
        scan = FileScan(self, need, report, memory, progress or (lambda _: None), templates)
        return scan.events()


class FileScan:
    """Reads one file, or a part of it."""

    def __init__(
        self,
        part: FilePart,
        need: Need,
        report: ReadReport,
        memory: Memory | None,
        progress: Progress,
        templates: Templates | None,
    ) -> None:
        self._path = part.path
        self._part = part.part
        self._named = part.named
        self._settings = part.settings
        self._started = part.started
        self._need = need
        self._report = report
        self._memory = memory
        self._progress = progress
        self._templates = templates
        self._problems = FileProblems(str(part.path), report, need.says)

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
        if isinstance(error, IsADirectoryError):  # of a walk, only a link is both
            self._problems.unread("links to a folder, and is not followed: name the folder as well")
        else:
            self._problems.unread(f"cannot be read ({error.strerror or error})")

    def _open(self) -> Iterator[Found]:
        if self._part is not None:
            span = span_blocks(self._path, self._count, self._part.start, self._part.end)
            yield from self._content(Content(str(self._path), span, self._problems, whole=True))
            return
        for content in contents(self._path, self._problems, self._count):
            yield from self._content(content)

    def _content(self, content: Content) -> Iterator[Found]:
        """The events of a file, of a part of it, or of a file in an archive."""
        part = self._part
        mtime, before = self._path.stat().st_mtime, part.before if part else None
        facts = FileFacts(content.name, content.stem, mtime, self._started, before)
        reading = Reading(facts, self._settings, self._need, content.problems, self._recall)
        blocks = self._readable(content.blocks)
        first = next(blocks, b"")
        if not first:
            content.problems.add_if_nothing("the file is empty")
            return
        if first.startswith(MAGIC) or (part and part.evtx):
            yield from self._evtx(reading, first, blocks)
            return
        _, rules = settled(self._settings, facts)
        sample = decoded(iter((first[:_LOOKED_AT],)), rules.charset)
        if binary(next(utf8_blocks(sample))) and not rules.binary:
            self._leave_out(content)
        else:
            reader = FormReader(reading)
            for block in utf8_blocks(decoded(_again(first, blocks), rules.charset)):
                yield from reader.feed(block)
            yield from reader.finish()

    def _leave_out(self, content: Content) -> None:
        """Says that a file is no log. Where it was named, or lies in an archive, that is wrong."""
        if self._named or not content.whole:
            content.problems.unread("this is a binary file, not a log")
        else:
            self._report.left_out.append(f"{content.name}: a binary file, not a log")

    def _count(self, size: int) -> None:
        self._report.bytes += size
        self._progress(size)

    def _evtx(self, reading: Reading, first: bytes, blocks: Iterator[bytes]) -> Iterator[Found]:
        """The events of the chunks in these blocks; behind the file's head, if it is there."""
        start = self._part.start if self._part else 0
        survey = Survey(first[:HEAD]) if start == 0 else None
        if self._part and survey:
            survey_heads(self._path, survey, self._part.end)
        blocks = _again(first[HEAD:] if survey else first, blocks)
        changes = WindowsChanges(self._settings)
        maker = XmlEventMaker(replace(reading, need=changes.unsifted(self._need)))
        found = read_evtx(chunks(blocks, start or HEAD), maker, survey, self._templates)
        yield from changes.changed(found, self._need)

    def _recall(self, maker: EventMaker) -> Recall | None:
        return None if self._memory is None else self._memory.of(maker)


def _again(first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from blocks


def binary(text: bytes) -> bool:
    """Whether these first bytes of a file, as UTF-8, are no text."""
    controls = len(text) - len(text.translate(None, _CONTROLS))
    event = xml_start(text) >= 0 or classic_start(text) >= 0
    return controls > _MOST_CONTROLS * len(text) and not event
