"""Numbers of events in a table that is read as lines: its header tells them, no field does."""

from __future__ import annotations

import re

from splay.csvcells import first_cells
from splay.store.problems import FileProblems

_NAMES = re.compile(r"event[ _.]?(?:id|code)|event_?identifier", re.IGNORECASE)
_FIELD = "EventCode"  # what a search compares, where a header's names become fields
_CELL = r'(?:"(?:[^"]|"")*"|[^{0}"\n]*)'
_LONGEST_HEADER = 65536


class CodeColumn:
    """Looks in a table for the events that are searched for.

    Args:
        place: which column holds their numbers, from 0.
        delimiter: what stands between cells.
        problems: is told of each row with such a number.
    """

    def __init__(self, place: int, delimiter: str, problems: FileProblems) -> None:
        mark = re.escape(delimiter)
        before = f"(?:{_CELL.format(mark)}{mark}){{{place}}}"
        self._row = re.compile(
            rf'^{before}"?(\d{{1,5}})"?(?={mark}|[\r\n]|$)'.encode(), re.MULTILINE
        )
        self._problems = problems
        self._held = b""

    def look(self, block: bytes) -> None:
        """Looks at the rows that end in this block."""
        data = self._held + block
        end = data.rfind(b"\n") + 1
        self._tell(data[:end])
        self._held = data[end:][-_LONGEST_HEADER:]

    def finish(self) -> None:
        """Looks at the last row."""
        self._tell(self._held)

    def _tell(self, data: bytes) -> None:
        for found in self._row.finditer(data):
            self._problems.passed_over(b"EventID=" + found[1])


def code_column(first: bytes, fields: bool, problems: FileProblems) -> CodeColumn | None:
    """The column of a file that begins so; None where it has none, or nobody asks.

    fields: whether the names of the header become fields, so that a search sees EventCode.
    """
    if problems.says is None:
        return None
    line = first[:_LONGEST_HEADER].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    text = line.decode("utf-8", "replace").strip()
    delimiter = max(",;\t", key=text.count)
    names = first_cells(text, delimiter)
    for place, name in enumerate(names if len(names) > 1 else ()):
        if _NAMES.fullmatch(name.strip()) and not (fields and name == _FIELD):
            return CodeColumn(place, delimiter, problems)
    return None
