"""The events of indexes newest first, whatever the order in which they came."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.store.event import Event, Need, ReadReport
from splay.store.index import events as of_buckets
from splay.store.index.indexes import Indexes, SearchStore

BATCHES = st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=6)
MAIN = Need(indexes=frozenset({"main"}))


@given(batches=BATCHES, rolled=st.sets(st.integers(0, 5)), literal=st.booleans())
def test_newest_first(batches: list[list[int]], rolled: set[int], literal: bool) -> None:
    """By time; of the same moment the one that came last is first (a stable sort by hand)."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(of_buckets, "_PIECE", 20)  # bytes: two or three events
    indexes = Indexes(None)
    came: list[tuple[float, str]] = []
    for number, times in enumerate(batches):
        some = [(time / 2, f"n{len(came) + n} {'ab'[n % 2]}") for n, time in enumerate(times)]
        came += some
        indexes.append([Event(text, time, "h", "s", "st") for time, text in some])
        if number in rolled:
            indexes.get("main").roll()
    need = Need((("b",),), indexes=frozenset({"main"})) if literal else MAIN
    found = SearchStore(indexes, lambda: True).newest_first().scan(need, ReadReport())
    expected = sorted(reversed(came), key=lambda one: -one[0])
    assert [one.raw for one in found] == [
        text for _, text in expected if not literal or "b" in text
    ]
    indexes.close()
    monkeypatch.undo()


def test_no_more_is_looked_through_than_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_buckets, "_PIECE", 1000)
    indexes = Indexes(None)
    for first in range(0, 3000, 1000):
        indexes.append([Event(f"n={first + n:06}", first + n, "h", "s", "st") for n in range(1000)])
        indexes.get("main").roll()
    report = ReadReport()
    found = SearchStore(indexes, lambda: True).newest_first().scan(MAIN, report)
    assert [one.raw for one in islice(found, 3)] == ["n=002999", "n=002998", "n=002997"]
    assert report.events < 300  # a piece or two of 125 events
    indexes.close()
