"""Files whose events stand in pieces, each of which is looked at whole: lines, rows, elements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from splay.csvcells import read_cells
from splay.store.event import Found
from splay.store.parsing.eventmaker import Reading
from splay.store.parsing.windows_xml import MAX_EVENT
from splay.store.problems import Fault


class Pieces(ABC):
    """Takes blocks apart into pieces, each of which is one event or more."""

    def __init__(self, reading: Reading) -> None:
        self._facts = reading.facts
        self._settings = reading.settings
        self._problems = reading.problems
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


class Table(Pieces):
    """CSV: a header, then a row for each event. A row may hold line ends in quoted cells."""

    _delimiter = ","
    _header: list[str] | None = None

    def _end(self, data: bytes) -> int:
        end = data.rfind(b"\n") + 1
        while end and data.count(b'"', 0, end) % 2:
            end = data.rfind(b"\n", 0, end - 1) + 1
        return end

    def _rows(self, text: str) -> Iterator[dict[str, str]]:
        """The cells of each row by the names of their columns; a row that is cut off lacks the last
        ones."""
        for row in read_cells(text.splitlines(keepends=True), delimiter=self._delimiter):
            if self._header is None:
                self._header = self._columns(row)
            elif row:
                yield dict(zip(self._header, row, strict=False))

    def _columns(self, header: list[str]) -> list[str]:
        """The names of the columns. header: the cells of the first row."""
        return header
