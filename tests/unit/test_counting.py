"""Counts in sentences: the singular for one alone."""

from __future__ import annotations

import pytest

from splay.counting import counted


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (1_234, ("row",), "1,234 rows"),
        (1, ("row is", "rows are"), "1 row is"),
        (2, ("row is", "rows are"), "2 rows are"),
    ],
)
def test_one_is_no_plural(count: int, noun: tuple[str, ...], text: str) -> None:
    assert counted(count, *noun) == text
