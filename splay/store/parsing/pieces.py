"""Files whose events stand in pieces, each of which is looked at whole: lines, rows, elements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from splay.store.event import Found, Need
from splay.store.parsing.eventmaker import FileFacts, InputSettings
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault, FileProblems


class Pieces(ABC):
    """Takes blocks apart into pieces, each of which is one event or more."""

    def __init__(
        self, facts: FileFacts, settings: InputSettings, need: Need, problems: FileProblems
    ) -> None:
        self._facts = facts
        self._settings = settings
        self._problems = problems
        self._held = b""

    def feed(self, block: bytes) -> Iterator[Found]:
        """The events that are known to end in this block."""
        data = self._held + block
        end = self._end(data)
        self._held = data[end:]
        yield from self._events(data[:end].decode("utf-8", "replace"))
        if len(self._held) > MAX_EVENT:
            self._problems.fault(Fault.TOO_LONG)
            self._held = b""

    def finish(self) -> Iterator[Found]:
        """The last events."""
        data, self._held = self._held, b""
        yield from self._events(data.decode("utf-8", "replace"))

    @abstractmethod
    def _end(self, data: bytes) -> int:
        """Behind the last piece that has ended."""

    @abstractmethod
    def _events(self, text: str) -> Iterator[Found]:
        """The events of whole pieces."""


class Rows(Pieces):
    """A piece is a line, or more where a quoted cell holds line ends."""

    def _end(self, data: bytes) -> int:
        end = data.rfind(b"\n") + 1
        while end and data.count(b'"', 0, end) % 2:
            end = data.rfind(b"\n", 0, end - 1) + 1
        return end
