"""Fields that are made late: the same results, and no more fields than are shown."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine import stages
from splay.engine.inner import new_context
from splay.engine.late import LateRows
from splay.engine.plan import Plan, make_plan
from splay.engine.run import run_late, run_plan
from splay.errors import ConfError
from splay.knowledge import Knowledge
from splay.rows import Demand, Row
from splay.store.event import Event, ReadReport
from splay.store.inmemory import EventStore
from tests.holding import none_of

PROPS = """
[even]
EXTRACT-parts = user=(?<user>\\w+) size=(?<size>\\d+)
EVAL-double = 2 * size
[odd]
FIELDALIAS-user = u AS user
EVAL-source = upper(source)
"""
BY_TIME = [
    "search *",
    "search * | head 5",
    "search * | head 5 | table _time user size",
    "search user=b | head 3",
    "search * | head (_time>30) keeplast=true",
    "search * | tail 4",
    "search * | sort 5 size",
    "search * | sort 6 -user, size | fields user size",
    "search * | sort 0 -source | head 3",
    "search * | dedup user",
    "search * | dedup 2 user source sortby -size",
    "search * | dedup user keepevents=true",
    "search * | dedup host consecutive=true",
    "search * | where size>20 | head 2",
    'search * | regex user="a|c" | reverse | head 4',
    "search * | search double=* | head 3 | eval n=size+1 | stats sum(n)",
    "search * | head 20 | stats count by user",
    "search * | reverse | dedup user | sort 2 size",
]


@pytest.fixture
def apps(tmp_path: Path) -> AppSet:
    folder = tmp_path / "app" / "default"
    folder.mkdir(parents=True)
    (folder / "app.conf").write_text("[install]\nstate = enabled\n")
    (folder / "props.conf").write_text(PROPS)
    return AppSet([folder.parent])


@pytest.fixture
def store() -> EventStore:
    chance = random.Random(3)
    events = []
    for number in range(60):
        user, size = chance.choice("abc"), chance.randrange(40)
        kind = ("even", "odd")[number % 2]
        text = f"user={user} size={size}" if kind == "even" else f"u={user} size={size}"
        host = chance.choice(("h1", "h2"))
        events.append(Event(text, float(chance.randrange(50)), host, f"s{number % 3}", kind))
    return EventStore(events)


def planned(search: str, apps: AppSet) -> Plan:
    return make_plan(search, new_context(apps, 100.0))


def results(search: str, apps: AppSet, store: EventStore) -> tuple[list[str], list[Row]]:
    context = new_context(apps, 100.0)
    found = run_plan(make_plan(search, context), store, context, ReadReport())
    return found.columns, found.rows


@pytest.mark.parametrize("search", BY_TIME)
def test_the_same_results(
    search: str, apps: AppSet, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = results(search, apps, store)
    monkeypatch.setattr(stages, "_late", lambda plan, store: None)
    assert late == results(search, apps, store)


class Watching:
    """Passes rows on (`splay.engine.flow.Watch`)."""

    def watch(self, operation: object, rows: object) -> object:
        return rows

    def early(self, rows: object) -> object:
        return rows


def found_late(search: str, apps: AppSet, store: EventStore) -> LateRows | None:
    context = new_context(apps, 100.0)
    plan = make_plan(search, context)
    return run_late(plan, store, context, ReadReport(), Watching())  # type: ignore[arg-type]


@pytest.mark.parametrize("search", [search for search in BY_TIME if " | fields" not in search])
def test_results_that_are_made_when_they_are_looked_at(
    search: str, apps: AppSet, store: EventStore
) -> None:
    found = found_late(search, apps, store)
    columns, rows = results(search, apps, store)
    if any(word in search for word in ("table", "keepevents", "stats", "eval")):
        assert found is None  # they are not events as they were found
        return
    assert found is not None
    assert list(found) == rows
    page = found.page(slice(0, None))
    assert (page.columns, page.rows) == (columns, rows)
    assert found.page(slice(1, 3)).rows == rows[1:3]


def made(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each row that is made from now on, whether it has all fields."""
    whole: list[bool] = []
    row = Knowledge.row

    def noted(self: Knowledge, event: Event, demand: Demand) -> Row:
        whole.append(demand.everything)
        return row(self, event, demand)

    monkeypatch.setattr(Knowledge, "row", noted)
    return whole


@pytest.mark.parametrize(
    ("search", "whole"),
    [("search * | head 5", 5), ("search * | dedup user", 3), ("search * | sort 7 size", 7)],
)
def test_all_fields_are_made_of_what_is_left(
    search: str, whole: int, apps: AppSet, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(monkeypatch)
    results(search, apps, store)
    assert (rows.count(False), rows.count(True)) == (60, whole)


def test_all_fields_are_made_of_a_page(
    apps: AppSet, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(monkeypatch)
    found = found_late("search *", apps, store)
    assert found is not None
    assert len(found) == 60
    assert none_of(rows)
    found.page(slice(10, 14))
    assert rows.count(True) == 4


def test_knowledge_that_cannot_be_used_is_told_by_the_search(
    apps: AppSet, store: EventStore, tmp_path: Path
) -> None:
    """Not by who looks at its results."""
    (tmp_path / "app" / "default" / "props.conf").write_text("[odd]\nEXTRACT-a = (\n")
    with pytest.raises(ConfError, match="EXTRACT-a"):
        found_late("search *", AppSet([tmp_path / "app"]), store)
