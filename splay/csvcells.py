"""CSV with cells of any length: the one place where splay reads it.

Of itself Python's reader refuses a cell of more than 128 KiB; an event may have 16 MB.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _csv import Reader

LONGEST_CELL = (1 << 31) - 1
"""Characters: as many as the reader can count everywhere."""


def read_cells(lines: Iterable[str], **form: Any) -> Reader:
    """The rows of CSV, each a list of its cells.

    Args:
        lines: with their ends, which may stand in a quoted cell.
        form: how the text is written, as `csv.reader` takes it.

    Raises:
        csv.Error: while rows are read, at text that is no CSV.

    >>> list(read_cells(['a,"b', '1"']))
    [['a', 'b1']]
    """
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(lines, **form)


def first_cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line that may be a table's header; none where it is no CSV.

    >>> first_cells("a;b", ";"), first_cells("a\\rb", ",")
    (['a', 'b'], [])
    """
    try:
        return next(read_cells([line], delimiter=delimiter), [])
    except csv.Error:
        return []
