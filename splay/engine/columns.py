"""The columns of a result, and their order.

A command that builds rows says which columns there are, and in which order: table, fields, stats,
chart, timechart, top, rare and the like. Where none does, columns come by name. A column that no
row has a value for is one if a command that builds rows names it, or if a value was taken away; one
that eval, streamstats or a lookup would have added is none.
Measured on Splunk 10.4.2; on 9.4.6 that eval x=null() leaves the column of a field that had values.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from splay.commands.operation import Operation
from splay.rows import Row


def columns_of(
    operations: Sequence[Operation], rows: Sequence[Row], given: list[str] | None = None
) -> list[str]:
    """The columns of rows that the commands have made, which have run.

    given: the columns that went into the first command, in their order; None: there were none.
    """
    present = dict.fromkeys(chain.from_iterable(rows))
    columns, added, ordered = given, set[str](), given is not None
    for operation in operations:
        before, columns = columns, operation.columns(columns)
        if operation.orders_columns:
            ordered, added = True, set()
            if columns is None:  # only the rows tell
                columns = operation.columns(sorted(present))
        elif before is not None and columns is not None and len(columns) > len(before):
            added |= set(columns) - set(before)
    emptied = {name for operation in operations for name in operation.emptied}
    if not ordered:
        known = {*present, *(emptied & set(columns or ()))}
        return sorted(known if rows else columns or ())
    if columns is None:
        return list(present)
    return [name for name in columns if not rows or name not in added - emptied or name in present]


def ordered_columns(operations: Sequence[Operation]) -> list[str] | None:
    """The columns of rows that are still to come, where a command says which there are, whatever
    the rows hold; else None."""
    columns: list[str] | None = None
    certain = False
    for operation in operations:
        before, columns = columns, operation.columns(columns)
        if operation.orders_columns:
            certain = columns is not None
        elif columns != before:
            certain = False
    return columns if certain else None
