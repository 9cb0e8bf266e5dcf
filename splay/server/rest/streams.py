"""Results as they come: what search/jobs/export writes of each row.

A stream is told of the rows one by one and of the end, and gives text that can be sent at once.
Where the columns have to be known first and are not, rows wait in a file, not in memory.
Source: REST API Reference, "search/jobs/export".
"""

from __future__ import annotations

import json
import pickle  # nosec B403 # rows in a file of this process's own
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from splay.eval.value import as_list, to_text
from splay.rows import Row
from splay.server.rest.request import JSON_TYPE, XML_TYPE
from splay.server.rest.results import (
    Page,
    csv_row,
    export_json,
    record,
    results_xml,
    xml_head,
    xml_row,
)

Messages = Sequence[tuple[str, str]]
_MOST_KNOWN = 1000
Columns = Callable[[list[str]], list[str]]


class Stream(ABC):
    """Writes rows in one mode.

    content_type: of the answer; says: whether it can hold messages.
    """

    content_type = JSON_TYPE
    says = True

    def __init__(self, page: Page, columns: Columns | None) -> None:
        """page: its columns where they are known, time zone and format. columns: where they are
        not, says which there are and in which order, of the fields that there were."""
        self._page = page
        self._columns_of = columns
        self._known: dict[tuple[str, ...], list[str]] = {}  # columns by the fields of a row
        self.count = 0

    @abstractmethod
    def row(self, row: Row) -> Iterator[str]:
        """What is to be sent for a row."""

    @abstractmethod
    def end(self, messages: Messages, complete: bool) -> Iterator[str]:
        """What is to be sent at the end. complete: whether these are all rows."""

    def _columns(self, row: Row) -> None:
        if self._columns_of is None:
            return
        names = tuple(row)
        if names not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[names] = self._columns_of(list(names))
        self._page.fields = self._known[names]


class Previewing(ABC):
    """A mode that can mark what is not final."""

    @abstractmethod
    def preview(self, page: Page) -> str:
        """What is to be sent of results that are not final. They stand apart from the rows."""


class JsonStream(Stream, Previewing):
    """An object a line; the last row says that it is the last, so one is always held back."""

    def __init__(self, page: Page, columns: Columns | None) -> None:
        super().__init__(page, columns)
        self._held: dict[str, Any] | None = None

    def row(self, row: Row) -> Iterator[str]:
        self._columns(row)
        if self._held is not None:
            yield json.dumps(self._held) + "\n"
        self._held = {"preview": False, "offset": self.count, "result": record(self._page, row)}
        self.count += 1

    def preview(self, page: Page) -> str:
        return export_json(page)

    def end(self, messages: Messages, complete: bool) -> Iterator[str]:
        said = [{"type": kind, "text": text} for kind, text in messages]
        if said:
            yield json.dumps({"preview": False, "messages": said}) + "\n"
        if self._held is None:
            yield json.dumps({"preview": False, "lastrow": True}) + "\n"
            return
        last = {"lastrow": True} if complete else {}
        result = self._held.pop("result")
        yield json.dumps({**self._held, **last, "result": result}) + "\n"


class RawStream(Stream):
    """The text of events, one after the other."""

    content_type = "text/plain; charset=UTF-8"
    says = False

    def row(self, row: Row) -> Iterator[str]:
        self.count += 1
        if "_raw" in row:
            yield f"{to_text(as_list(row['_raw'])[0])}\n"

    def end(self, messages: Messages, complete: bool) -> Iterator[str]:
        return iter(())


class _Table(Stream):
    """A stream whose columns stand at its head."""

    def __init__(self, page: Page, columns: Columns | None) -> None:
        super().__init__(page, columns)
        self._file: IO[bytes] | None = None
        if columns is not None:
            self._file = TemporaryFile(prefix="splay-export-")  # noqa: SIM115 # closed by `end`
        self._names: dict[str, None] = {}
        self._begun = False

    def row(self, row: Row) -> Iterator[str]:
        self.count += 1
        if self._file is None:
            yield self._written(row)
            return
        self._names.update(dict.fromkeys(row))
        pickle.dump(row, self._file, pickle.HIGHEST_PROTOCOL)

    def end(self, messages: Messages, complete: bool) -> Iterator[str]:
        if self._file is not None:
            assert self._columns_of is not None
            self._page.fields = self._columns_of(list(self._names))
            self._file.seek(0)
            with self._file:
                for number in range(self.count):
                    row = pickle.load(self._file)  # nosec B301 # written above, by this process
                    yield self._one(row, number)
        yield from self._tail(messages)

    def _written(self, row: Row) -> str:
        return self._one(row, self.count - 1)

    def _one(self, row: Row, number: int) -> str:
        head = "" if self._begun else self._head()
        self._begun = True
        return head + self._line(row, number)

    @abstractmethod
    def _head(self) -> str:
        """What stands before the first row."""

    @abstractmethod
    def _line(self, row: Row, number: int) -> str:
        """A row, by its place from 0."""

    def _tail(self, messages: Messages) -> Iterator[str]:
        return iter(())


class CsvStream(_Table):
    """CSV as results have it; nothing where there is no row."""

    content_type = "text/csv; charset=UTF-8"
    says = False

    def _head(self) -> str:
        return csv_row(self._page, None)

    def _line(self, row: Row, number: int) -> str:
        return csv_row(self._page, row)


class XmlStream(_Table, Previewing):
    """XML as results have it; a preview is a document of its own before it."""

    content_type = XML_TYPE

    def preview(self, page: Page) -> str:
        return results_xml(page)

    def _head(self) -> str:
        return xml_head(self._page)

    def _line(self, row: Row, number: int) -> str:
        return xml_row(self._page, row, number)

    def _tail(self, messages: Messages) -> Iterator[str]:
        if not self._begun:
            self._page.messages = messages
            yield xml_head(self._page)
        yield "</results>\n"


STREAMS: dict[str, type[Stream]] = {
    "csv": CsvStream,
    "json": JsonStream,
    "raw": RawStream,
    "xml": XmlStream,
}
"""The modes in which results can be written as they come."""
