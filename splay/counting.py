"""Counts in sentences."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """A count before what it counts: one of it, or many; without `many` that is `one` with an s.

    >>> counted(1, "row"), counted(2_000, "row"), counted(0, "file was", "files were")
    ('1 row', '2,000 rows', '0 files were')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
