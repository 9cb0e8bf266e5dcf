"""Searches that share one reading: what comes of those that fail on the way (`Searched`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.manysearches import Searched, search_together
from splay.engine.plan import make_plan
from splay.eval.conditions import predicate
from splay.store.event import Event, ReadReport
from splay.store.inmemory import EventStore

SLOW = "slow"
EVENTS = [
    Event(f"n={n} {SLOW if n == 2 else 'quick'} word", 100.0 + n, "h", "s", "st") for n in range(5)
]


def together(searches: Iterable[str], events: Iterable[Event] = EVENTS) -> list[Searched]:
    contexts = [(spl, new_context(AppSet([]), 1534143600.5)) for spl in searches]
    plans = [(make_plan(spl, context), context) for spl, context in contexts]
    return search_together(plans, EventStore(events), ReadReport())


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A term with a * gives up on the third of the five events."""

    def timed(search: Any, text: str, **given: object) -> Any:
        if SLOW in text:
            raise TimeoutError
        return search(text)

    monkeypatch.setattr(predicate, "timed", timed)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(
    "search",
    ["w*rd", "w*rd | stats count", "w*rd | where n>=0", "w*rd | table n", "w*rd | eval n=n+1"],
)
def test_one_that_fails_has_no_results_and_the_others_have_theirs(search: str) -> None:
    """What was let through before counts, nothing after it, nor the event that it failed on."""
    failed, beside = together([search, "word | stats count sum(n) AS s"])
    assert "gave up on a match" in str(failed.error)
    assert failed.results.rows == []
    assert (failed.matched, failed.first, failed.last) == (2, 100.0, 101.0)
    assert [event.raw for event in failed.events] == [event.raw for event in EVENTS[:2]]
    assert beside.error is None
    assert beside.results.rows == [{"count": 5, "s": 10}]


@pytest.mark.parametrize(
    ("range_", "times"),
    [
        ("earliest=101", [101, 102, 103, 104]),
        ("latest=103", [100, 101, 102]),
        ("earliest=101 latest=103", [101, 102]),
        ("earliest=104 latest=105", [104]),
        ("earliest=90 latest=100", []),
    ],
)
def test_each_has_its_own_time_range(range_: str, times: list[int]) -> None:
    """Search Manual, "Specify time modifiers": earliest is inclusive, latest exclusive."""
    bounded, whole = together([f"word {range_} | stats values(n) AS n count", "word | stats count"])
    assert bounded.matched == len(times)
    assert (bounded.first, bounded.last) == ((times[0], times[-1]) if times else (None, None))
    assert bounded.results.rows[0]["count"] == len(times)
    assert whole.results.rows == [{"count": 5}]


def test_the_earliest_events_are_kept_in_their_order() -> None:
    """However they come; of two of the same time, by their texts."""
    given = [(9, "b"), (9, "a"), (7, "c"), (12, "d"), (8, "e"), (10, "f"), (11, "g")]
    events = [Event(f"word {name}", float(time), "h", "s", "st") for time, name in given]
    (found,) = together(["word"], events)
    assert [event.raw[-1] for event in found.events] == ["c", "e", "a", "b", "f"]
    assert (found.matched, found.first, found.last) == (7, 7.0, 12.0)
