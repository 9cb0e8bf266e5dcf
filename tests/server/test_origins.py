"""Of events of an index that cannot match by their origin no text is read; of others it is once."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.run import run_plan
from splay.server.jobs.search import IndexReach, planned
from splay.store.event import Event, ReadReport
from splay.store.index.events import Events
from splay.store.index.indexes import Indexes, SearchStore

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("search", "read", "found"),
    [
        ("search sourcetype=a", ["4", "3", "1"], ["4", "3", "1"]),
        ("search sourcetype=a n=3", ["3"], ["3"]),
        ("search host=h2", ["5", "2"], ["5", "2"]),
        ("search NOT sourcetype=a", ["5", "2"], ["5", "2"]),
        ("search sourcetype=none", [], []),
        ("search region=west", ["4"], ["4"]),  # a field that came with the event
        ("search n=*", ["5", "4", "3", "2", "1"], ["5", "4", "3", "2", "1"]),
    ],
)
def test_what_is_read_and_found(
    search: str, read: list[str], found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        Event("n=1", 1.0, "h1", "s", "a"),
        Event("n=2", 2.0, "h2", "s", "b"),
        Event("n=3", 3.0, "h1", "s", "a"),
        Event("n=4", 4.0, "h1", "s", "a", fields={"region": "west"}),
        Event("n=5", 5.0, "h2", "s", "b"),
    ]
    assert searched(search, events, monkeypatch) == (read, found)


def test_a_host_that_came_as_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector's `fields` may name one of the four, and what they say is what is found."""
    events = [
        Event("n=1", 1.0, "h1", "s", "a"),
        Event("n=2", 2.0, "h1", "s", "a", fields={"host": "given"}),
    ]
    assert searched("search host=given", events, monkeypatch) == (["2"], ["2"])


def searched(
    search: str, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[str]]:
    """The n of the events whose text was read, and of those that were found."""
    indexes = Indexes(None)
    indexes.append(events)
    read: list[str] = []
    original = Events.raw

    def raw(self: Events, number: int) -> memoryview:
        text = original(self, number)
        read.append(str(text, "ascii").removeprefix("n="))
        return text

    monkeypatch.setattr(Events, "raw", raw)
    context = new_context(AppSet([ROOT]), 10.0)
    context.reach = IndexReach(indexes, ["main"], ["*"])
    plan = planned(f"{search} | table n", context)
    results = run_plan(plan, SearchStore(indexes, lambda: True), context, ReadReport())
    return read, [str(row["n"]) for row in results.rows]
