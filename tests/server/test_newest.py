"""The events of indexes newest or oldest first, whatever the order in which they came."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.rows import Row
from splay.server.jobs.search import IndexReach
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
    store = SearchStore(indexes, lambda: True)
    ordered = sorted(reversed(came), key=lambda one: -one[0])
    expected = [text for _, text in ordered if not literal or "b" in text]
    newest, oldest = (
        s.scan(need, ReadReport()) for s in (store.newest_first(), store.oldest_first())
    )
    assert [one.raw for one in newest] == expected
    assert [one.raw for one in oldest] == expected[::-1]
    indexes.close()
    monkeypatch.undo()


@given(
    batches=BATCHES,
    rolled=st.sets(st.integers(0, 5)),
    search=st.sampled_from(
        [
            "search index=*",
            "search index=* b",
            "search index=* _time>2",
            'search index=* | where _time>1 | rex field=_raw "(?<c>.)$" | fields c | search c=b',
            'search index=* | eval n=split("a,b", ",") | mvexpand n',
            "search index=* | append [search index=main]",
            "search index=* | head 3 | eval n=1",
            "search index=* | streamstats count AS n | where n>2",
        ]
    ),
    limit=st.integers(0, 9),
)
def test_the_last_of_a_search(
    batches: list[list[int]], rolled: set[int], search: str, limit: int
) -> None:
    """The last of all results, last first (Search Reference, "tail"), of two indexes, whatever
    commands stand before."""
    indexes = Indexes(None)
    for number, times in enumerate(batches):
        name = ("main", "other")[number % 2]
        if name not in indexes.names():
            indexes.create(name)
        indexes.append(
            [
                Event(f"n{number} {n} {'ab'[n % 2]}", time, "h", "s", "st", name)
                for n, time in enumerate(times)
            ]
        )
        if number in rolled:
            indexes.get(name).roll()
    rows = results(indexes, search)
    assert results(indexes, f"{search} | tail {limit}") == rows[::-1][:limit]
    wanted = f"{search} | tail {limit} | eval a=len(_raw) | table a _raw"
    assert results(indexes, wanted) == [
        {"a": len(str(row["_raw"])), "_raw": row["_raw"]} for row in rows[::-1][:limit]
    ]
    indexes.close()


def results(indexes: Indexes, search: str) -> list[Row]:
    context = new_context(AppSet([]), 0.0)
    context.reach = IndexReach(indexes, ["*"], ["*"])
    plan = make_plan(search.removeprefix("search "), context)
    return run_plan(plan, SearchStore(indexes, lambda: True), context, ReadReport()).rows


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
    report = ReadReport()
    found = SearchStore(indexes, lambda: True).oldest_first().scan(MAIN, report)
    assert [one.raw for one in islice(found, 3)] == ["n=000000", "n=000001", "n=000002"]
    assert report.events < 300
    indexes.close()


@pytest.mark.parametrize(
    ("commands", "few"),
    [
        ("", True),
        ('| where _time>=5 | eval a=1 | rex "(?<b>n=)" | search b=* ', True),
        ("| dedup _raw ", False),
        ("| streamstats count ", False),
        ("| append [search index=main n=000001] ", False),
    ],
    ids=["alone", "row by row", "dedup", "streamstats", "append"],
)
def test_tail_looks_through_no_more_than_it_shows(
    monkeypatch: pytest.MonkeyPatch, commands: str, few: bool
) -> None:
    """Behind commands that look at each event alone, the oldest events are read first."""
    monkeypatch.setattr(of_buckets, "_PIECE", 1000)
    indexes = Indexes(None)
    indexes.append([Event(f"n={n:06}", float(n), "h", "s", "st") for n in range(3000)])
    context = new_context(AppSet([]), 0.0)
    context.reach = IndexReach(indexes, ["*"], ["*"])
    plan = make_plan(f"index=main {commands}| tail 2 | table _raw", context)
    report = ReadReport()
    run_plan(plan, SearchStore(indexes, lambda: True), context, report)
    assert (report.events < 300) is few
    indexes.close()
