"""Why a search found nothing: each sentence, over events that are counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine import nothing
from splay.engine.inner import new_context
from splay.engine.nothing import count_outside, reasons
from splay.engine.plan import make_plan
from splay.store.event import Event
from splay.store.inmemory import EventStore

BEGIN = 1773144000.0  # date -u -d "2026-03-10 12:00" +%s
FIRST, LAST = "2026-03-10T12:00:00.000+00:00", "2026-03-10T12:00:20.000+00:00"
SIX = [f"u{n}" for n in range(6) for _ in range(6 - n)]  # six of u0, five of u1, one of u5
EVENTS = [
    Event(f"user={user} kind=login EventID={4624 + n % 2} n={n}", BEGIN + n, "h", "s", "st")
    for n, user in enumerate(SIX)
]
READ = "21 events were read, and nothing was found"
HELD = f": the data has events from {FIRST} to {LAST}"
USERS = "u0, u1, u2, u3, u4, ..."
WINDOWS = "Splunk_TA_windows makes it of Windows events: name its folder, too (--app)"


def why(search: str, events: list[Event] = EVENTS, *bounds: float | None) -> list[str]:
    context = new_context(AppSet([]), BEGIN + 100)
    if bounds:
        context.earliest, context.latest = bounds
    return reasons(make_plan(search, context), EventStore(events), context, len(events))


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("user=nobody", [READ, f"no event has user=nobody: the data has {USERS}"]),
        ("kind=logout", [READ, "no event has kind=logout: the data has login"]),
        ("sourcetype=other", [READ, "no event has sourcetype=other: the data has st"]),
        ("usr=u1", [READ, "no event has a field usr; did you mean user?"]),
        ("EventCode=4624", [READ, "no event has a field EventCode; did you mean EventID?"]),
        ("dest=h", [READ, f"no event has a field dest; {WINDOWS}"]),
        ("zzzzzz=1", [READ, "no event has a field zzzzzz"]),
        ("nowhere", [READ]),  # one word: that no event has it is known already
        ("nowhere kind=login", [READ, "no event has nowhere"]),
        (
            "nowhere kind=logout",
            [READ, "no event has nowhere", "no event has kind=logout: the data has login"],
        ),
        (
            "user=u1 n=2",
            [READ, "some events meet each of user=u1, n=2, but none meets them all"],
        ),
        (
            "user IN (a, b)",
            [READ, f"no event has user=a OR user=b: the data has {USERS}"],
        ),
        (
            "user IN (a, b, c, d, e, f)",
            [
                READ,
                "no event has user=a OR user=b OR user=c OR user=d OR user=e ...: "
                f"the data has {USERS}",
            ],
        ),
        ("kind=login | where n>99", ["events match, but | where n>99 leaves none of them"]),
        (
            "kind=login | eval m=n+1 | search m=999 | table m",
            ["events match, but | search m=999 leaves none of them"],
        ),
        ("| makeresults | where 1=2", []),
    ],
)
def test_why_nothing_was_found(search: str, said: list[str]) -> None:
    assert why(search) == said


@pytest.mark.parametrize(
    ("earliest", "latest", "said"),
    [
        (BEGIN + 21, None, f"no event is from 2026-03-10T12:00:21.000+00:00{HELD}"),
        (None, BEGIN, f"no event is before {FIRST}{HELD}"),
        (
            BEGIN - 2,
            BEGIN - 1,
            "no event is from 2026-03-10T11:59:58.000+00:00 and before "
            f"2026-03-10T11:59:59.000+00:00{HELD}",
        ),
        (BEGIN + 2, BEGIN + 3, "events that match lie outside the time range"),
    ],
)
def test_a_time_range(earliest: float | None, latest: float | None, said: str) -> None:
    assert why("user=u1", EVENTS, earliest, latest) == [READ, said]


def test_one_event_and_none() -> None:
    assert why("a=1 b", EVENTS[:1])[0] == "1 event was read, and nothing was found"
    assert why("nowhere", []) == ["0 events were read, and nothing was found"]


def test_of_many_events_it_is_only_said_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are read again at most are; one more, and none is."""
    monkeypatch.setattr(nothing, "MOST_AGAIN", 21)
    assert len(why("kind=logout")) == 2
    monkeypatch.setattr(nothing, "MOST_AGAIN", 20)
    assert why("kind=logout") == [READ]


def test_what_writes_is_not_run_again(tmp_path: Path) -> None:
    context = new_context(AppSet([]), BEGIN, data_folder=tmp_path)
    plan = make_plan("kind=login | outputlookup a.csv | where n>99 | table n", context)
    assert reasons(plan, EventStore(EVENTS), context, 21) == [READ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("search", "bounds", "count"),
    [
        ("kind=login", (BEGIN + 2, BEGIN + 5), 18),  # earliest is inclusive, latest exclusive
        ("user=u1", (BEGIN + 8, None), 2),
        ("user=u5", (None, BEGIN + 20), 1),
        ("user=u5", (BEGIN + 20, None), 0),
        ("| makeresults", (BEGIN, BEGIN + 1), 0),
    ],
)
def test_how_many_lie_outside(
    search: str, bounds: tuple[float | None, float | None], count: int
) -> None:
    context = new_context(AppSet([]), BEGIN)
    context.earliest, context.latest = bounds
    assert count_outside(search, EventStore(EVENTS), context) == count
