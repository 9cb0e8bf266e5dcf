"""A search over indexes gives the same with and without recalling events by their shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import everyday
from benchmarks.varied import lines
from splay import shapes
from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_late, run_plan
from splay.rows import Value
from splay.server.jobs.search import IndexReach, Tap
from splay.shapes import recall as shape_recall
from splay.shapes import stored
from splay.store.event import Event, ReadReport
from splay.store.index.indexes import Indexes, SearchStore
from tests.detection.searching import layer_over
from tests.sample_events import Style, render
from tests.sample_events import event as sample
from tests.unit.shapes.test_varied import SEARCHES

BEGUN = 1773100800.0
MORE = (
    "* | stats count by host source index Computer",
    "* | stats count by _cd",
    "* | stats count max(_indextime) by EventID",
    "* | eval late=_indextime-_time | stats sum(late) by EventID",
    "* | stats count by colour EventID",
    "* | stats count by _meta",
    "* | dedup EventID host | table _time host EventID TargetUserName _cd",
    "* | dedup TargetUserName",
    "* | sort 20 - IpPort _time | table _time IpPort TargetUserName host",
    "EventID=4624 | streamstats count by TargetUserName | table _time host TargetUserName count",
    "EventID=4624 | stats count min(_time) max(_time) by TargetUserName",
    "* | stats latest(TargetUserName) as last earliest(IpAddress) as first by EventID host",
    "* | table _time EventID CommandLine",
    "CommandLine=*a* NOT host=web* | stats count by host SubjectUserName",
    "* | stats count by x n",
)


BY_HOST = """
[host::db]
EVAL-mark = EventID."-db"
EVAL-long = if(len(TargetUserName)>6, "long", "short")
[host::web2]
EVAL-mark = EventID."-web"
FIELDALIAS-who = TargetUserName AS who
"""


@pytest.fixture(autouse=True)
def stored_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few events are taken as often, and forgotten as often, as those of a large index."""
    monkeypatch.setattr(stored, "_AT_ONCE", 150)
    monkeypatch.setattr(stored, "_MOST_ROWS", 300)


def events() -> Iterator[Event]:
    """Events whose times and hosts are not those of their texts, some with fields of index time."""
    for number, line in enumerate(lines(900, backups=False, seed=7)):
        host = ("web1", "web2", "db")[number % 3]
        name = "XmlWinEventLog"
        one = Event(line, BEGUN + 7.25 * (number % 400), host, f"{name}:Security", name)
        one.indextime = BEGUN + number / 3
        if number % 11 == 0:
            one.fields = {"colour": "red" if number % 2 else ["red", "blue"]}
        yield one
    for number in range(200):
        text = render(sample(4624, computer=f"ca{number % 5}", record=number), Style("classic"))
        yield Event(text, BEGUN + number, "old", "WinEventLog:Security", "WinEventLog")
        yield Event(f"{number} no event of Windows: n={number % 7}", BEGUN, "old", "x.log", "x")


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(everyday, "DATA", tmp_path_factory.mktemp("app"))
        yield AppSet([everyday.xml_app()], system=True)


@pytest.fixture(scope="module")
def indexes() -> Iterator[Indexes]:
    made = Indexes(None)
    every = list(events())
    made.append(every[:500])
    made.get("main").roll()
    made.append(every[500:])
    made.get("main").delete(range(0, 900, 50))
    yield made
    made.close()


Outcome = tuple[list[str], list[list[tuple[str, Value]]], int, list[tuple[str, str]]]


def outcome(
    indexes: Indexes,
    apps: AppSet,
    search: str,
    span: tuple[float | None, float | None],
    *,
    by_shape: bool,
) -> Outcome:
    """The results, how many events there were, and messages."""
    before, shapes.ENABLED = shapes.ENABLED, by_shape
    try:
        context = new_context(apps, BEGUN + 86400, earliest=span[0], latest=span[1])
        context.reach = IndexReach(indexes, ["main"], ["*"])
        tap, store = Tap(lambda: True, 0), SearchStore(indexes, lambda: True)
        plan, report = make_plan(search, context), ReadReport()
        late = run_late(plan, store, context, report, tap)
        if late is not None:
            results = late.page(slice(None))
        else:
            results = run_plan(plan, store, context, report, watch=tap)
    finally:
        shapes.ENABLED = before
    rows = [sorted(row.items()) for row in results.rows]
    return results.columns, rows, tap.count, context.messages


@pytest.mark.parametrize("search", [*SEARCHES, *MORE])
def test_the_same_with_and_without_shapes(indexes: Indexes, apps: AppSet, search: str) -> None:
    count = 0
    for span in ((None, None), (BEGUN + 100, BEGUN + 1500.5)):
        with_shapes = outcome(indexes, apps, search, span, by_shape=True)
        assert with_shapes == outcome(indexes, apps, search, span, by_shape=False)
        count += with_shapes[2]
    assert count


@pytest.mark.parametrize(
    "search",
    [
        "* | stats count by mark EventID",
        "* | stats count by who mark EventID",
        "* | stats count by long host",
        "mark=4624-* | stats count by host TargetUserName",
    ],
)
def test_hosts_that_have_settings_of_their_own(
    indexes: Indexes, apps: AppSet, search: str, tmp_path: Path
) -> None:
    """Events alike in their texts, of which some settings make other fields."""
    layer_over(tmp_path, "props.conf", BY_HOST)
    both = AppSet([*apps.folders, tmp_path])
    found = outcome(indexes, both, search, (None, None), by_shape=True)
    assert found == outcome(indexes, both, search, (None, None), by_shape=False)
    assert found[2]


def test_most_events_are_recalled(
    indexes: Indexes, apps: AppSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[shape_recall.Table] = []

    class Watched(shape_recall.Table):
        def __init__(self, *, timed: bool) -> None:
            super().__init__(timed)
            tables.append(self)

    monkeypatch.setattr(stored, "Table", Watched)
    outcome(indexes, apps, "* | stats count by EventID", (None, None), by_shape=True)
    assert tables[0].known > 0.6 * (tables[0].known + tables[0].unknown) > 0
