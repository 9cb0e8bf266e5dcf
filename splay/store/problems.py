"""What went wrong while a file was read: counted as it happens, told in one line each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from splay.counting import counted
from splay.store.event import ReadReport

MAX_PROBLEMS = 100


class Fault(Enum):
    """What can be wrong with a part of a file: (the sentence, whether it is a lost event)."""

    HALF = ("{n} without a beginning or an end: left out", True)
    TOO_LONG = ("{n} of more than 16 MB: left out", True)
    DECLARED = ("{n} with a DOCTYPE or ENTITY declaration: refused, nothing was expanded", True)
    NO_TIME = ("{n} without a usable time: took that of the event before, or the file's", False)
    FAR_TIME = (
        "{n} with a time outside MAX_DAYS_AGO and MAX_DAYS_HENCE of props.conf: took that of the "
        "event before, or the file's",
        False,
    )
    ODD_TIME = (
        "{n} with a time outside MAX_DIFF_SECS_AGO and MAX_DIFF_SECS_HENCE of props.conf: took "
        "that of the event before",
        False,
    )
    NOT_UTF8 = ("{n} with bytes that are not valid UTF-8: shown as U+FFFD", False)

    def sentence(self, count: int) -> str:
        return self.value[0].format(n=counted(count, "event"))

    @property
    def loses_event(self) -> bool:
        return self.value[1]


@dataclass
class FileProblems:
    """The faults of one file. `tell` writes them to the report."""

    name: str
    report: ReadReport
    says: re.Pattern[bytes] | None = None  # how a text says what is searched for
    stray_bytes: int = 0  # text that is part of no event
    _counts: dict[Fault, tuple[int, int]] = field(default_factory=dict)
    _sentences: list[str] = field(default_factory=list)
    _events_before: int = 0

    def __post_init__(self) -> None:
        self._events_before = self.report.events

    def events(self, count: int) -> None:
        """That many whole events were seen, decoded or not."""
        self.report.events += count

    def fault(self, fault: Fault, count: int = 1) -> None:
        """Counts a fault; one that loses an event makes it a bad event."""
        seen = self.report.events - self._events_before
        before, where = self._counts.get(fault, (0, seen))
        self._counts[fault] = (before + count, where)
        if fault.loses_event:
            self.report.bad_events += count

    def fault_if(self, fault: Fault, count: int) -> None:
        """Counts a fault that may not have happened."""
        if count:
            self.fault(fault, count)

    def lost(self, count: int, sentence: str) -> None:
        """Notes that so many events could not be read, in a sentence of its own."""
        self.report.bad_events += count
        self.add(sentence)

    def unread(self, sentence: str) -> None:
        """Notes that a part of the file, or all of it, could not be read."""
        self.report.unread += 1
        self.add(sentence)

    def add(self, sentence: str) -> None:
        """Notes something about the whole file."""
        self._sentences.append(sentence)

    def add_if_nothing(self, sentence: str) -> None:
        """Notes something that only matters when nothing else explains it."""
        if not self._sentences:
            self.add(sentence)

    def stray(self, text: bytes | bytearray) -> None:
        """Counts text that is part of no event."""
        self.stray_bytes += len(text.strip())
        self.passed_over(text)

    def passed_over(self, text: bytes | bytearray) -> None:
        """Looks at text that is left out for the event that is searched for."""
        if self.says is not None and self.says.search(text):
            self.report.pass_over(self.name)

    def tell(self) -> None:
        """Writes one line for each kind of fault to the report, at most 100 in all."""
        lines = list(self._sentences)
        for fault, (count, where) in self._counts.items():
            place = f" (the first after {where:,} whole events)" if fault.loses_event else ""
            lines.append(fault.sentence(count) + place)
        if self.stray_bytes:
            stray = counted(self.stray_bytes, "byte")
            lines.append(f"{stray} of text that is part of no event: left out")
        for line in lines:
            note(self.report, f"{self.name}: {line}")


def note(report: ReadReport, line: str) -> None:
    """Adds a line once; the hundredth place says that there are more."""
    if line in report.problems or len(report.problems) >= MAX_PROBLEMS:
        return
    if len(report.problems) == MAX_PROBLEMS - 1:
        line = "There are more problems than can be listed here"
    report.problems.append(line)
