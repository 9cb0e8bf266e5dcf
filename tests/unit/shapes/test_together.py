"""Many searches over one reading find what each finds alone, with and without shapes, on logs whose
events differ and on all forms of events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import everyday
from benchmarks.varied import lines
from splay import shapes
from splay.apps import AppSet
from splay.engine import takers, together
from splay.engine.inner import new_context
from splay.engine.manysearches import search_together
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.engine.together import Together
from splay.knowledge import Knowledge
from splay.rows import Demand, Row
from splay.shapes import recall as shape_recall
from splay.store.event import Event, ReadReport
from splay.store.files.filestore import FileStore, InputSettings

NOW = 1773187200.0
UNORDERED = (
    "EventCode=4624 LogonType=3 | stats count dc(TargetUserName) by Computer",
    "EventCode=4624 IpAddress=10.1.* | bin _time span=5m | stats dc(dest) values(IpPort) by _time",
    "EventCode=4624 OR EventCode=4625 | stats count by LogonType, host",
    "EventCode=4672 NOT SubjectUserName=*$ | stats values(PrivilegeList) min(_time) by dest",
    "EventCode=4688 CommandLine=*certutil* | stats count values(CommandLine) by dest",
    "EventCode IN (4720, 4776) | stats count max(_time) by EventCode",
    "EventCode=4720 | stats values(SystemTime) count",
    "EventCode!=4624 EventCode!=4634 | stats count by EventCode",
    "NOT EventCode=4624 | stats count by Computer",
    "EventCode=4634 Channel=Nowhere | stats count",
    "sourcetype=other | stats count",
    "source=XmlWin* EventCode=4776 | stats count by source",
    "EventCode=4624 earliest=1773121000 latest=1773161000 | stats count sum(IpPort)",
    "EventCode=4688 certutil | stats count values(user)",
    "EventCode=4624 | eval long=len(TargetUserName) | stats max(long) by IpAddress",
)
INDEXED = (
    "| tstats count min(_time) WHERE index=main BY host",
    "| tstats count WHERE sourcetype=XmlWin* host=*1* BY source",
)
ONE_BY_ONE = (
    "EventCode=4720 | table _time dest TargetUserName",
    "EventCode=4776 | streamstats count by dest | table _time count dest",
    "EventCode=4625 | rename _* AS x_* | stats count values(x_sourcetype) dc(x_raw)",
)
EVENTS = (  # with all their fields, which several searches have of one event
    "EventCode=4720",
    'EventCode=4720 | eval dest="changed"',
    "EventCode=4720 | search dest=* | eval EventCode=mvappend(EventCode, dest)",
    "EventCode IN (4720, 4776) | head 3",
)
SEARCHES = (*UNORDERED, *ONE_BY_ONE, *INDEXED)
ALIASES = """
[XmlWinEventLog]
FIELDALIAS-code = EventID AS EventCode
FIELDALIAS-host = Computer AS dest, nobody ASNEW dest, TargetUserName ASNEW user
FIELDALIAS-none = missing AS user2
"""
MADE_OF_MUCH = """
[XmlWinEventLog]
FIELDALIAS-code = EventID AS EventCode
FIELDALIAS-host = Computer AS dest
EVAL-user = lower(TargetUserName)."-".EventRecordID
"""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takers, "BATCH", 7)


@pytest.fixture(scope="module", params=[ALIASES, MADE_OF_MUCH], ids=["aliases", "made of much"])
def apps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AppSet:
    folder = tmp_path_factory.mktemp("app")
    (folder / "default").mkdir()
    (folder / "default" / "props.conf").write_text(str(request.param))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(everyday, "DATA", folder)
        return AppSet([everyday.xml_app(), folder])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "varied.log"
    path.write_text("\n".join(lines(900, backups=False, seed=11)), encoding="utf-8")
    return path


Seen = tuple[list[str], list[Row], int | None, list[str], float | None, float | None]


def hunted(log: Path, apps: AppSet, searches: Sequence[str]) -> tuple[list[Seen], ReadReport]:
    contexts = [new_context(apps, NOW) for _ in searches]
    plans = [make_plan(spl, own) for spl, own in zip(searches, contexts, strict=True)]
    report = ReadReport()
    store = FileStore([log], InputSettings())
    found = search_together([*zip(plans, contexts, strict=True)], store, report)
    return [
        (
            each.results.columns,
            each.results.rows,
            each.matched,
            [event.raw for event in each.events],
            each.first,
            each.last,
        )
        for each in found
    ], report


def alone(log: Path, apps: AppSet, spl: str) -> tuple[list[str], list[Row]]:
    context = new_context(apps, NOW)
    store = FileStore([log], InputSettings())
    results = run_plan(make_plan(spl, context), store, context, ReadReport())
    return results.columns, results.rows


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many events came one by one, and how many in runs."""
    counts = {"events": 0, "runs": 0}
    take, take_run = Together.take, Together.take_run

    def one(self: Together, event: Event) -> None:
        counts["events"] += 1
        take(self, event)

    def many(self: Together, *given: object) -> None:
        counts["runs"] += len(given[0].times)  # type: ignore[attr-defined]
        take_run(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Together, "take", one)
    monkeypatch.setattr(Together, "take_run", many)
    return counts


@pytest.mark.parametrize(
    "searches",
    [UNORDERED, (*UNORDERED, *INDEXED), SEARCHES, INDEXED],
    ids=["unordered", "some indexed", "some ordered", "indexed"],
)
def test_the_same_with_and_without_shapes_and_alone(
    log: Path,
    apps: AppSet,
    searches: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    taken: dict[str, int],
) -> None:
    with_shapes, report = hunted(log, apps, searches)
    assert taken["runs"] > 100
    monkeypatch.setattr(shapes, "ENABLED", False)
    without, read = hunted(log, apps, searches)
    assert report == read
    for spl, one, other in zip(searches, with_shapes, without, strict=True):
        assert one == other, spl
        assert one[:2] == alone(log, apps, spl), spl
    silent = [spl for spl, found in zip(searches, with_shapes, strict=True) if not found[2]]
    assert silent == [spl for spl in searches if "Nowhere" in spl or "=other" in spl]


def test_most_events_are_not_looked_at_one_by_one(
    log: Path, apps: AppSet, taken: dict[str, int]
) -> None:
    """Those of codes that no search names are passed over; the others come in runs."""
    hunted(log, apps, ["EventCode=4624 | stats count", "EventCode=4672 | stats count by dest"])
    assert taken["events"] < 400
    assert 150 < taken["runs"] < 600


def test_of_searches_that_need_events_in_order_these_come_one_by_one(
    log: Path, apps: AppSet, taken: dict[str, int]
) -> None:
    hunted(log, apps, ["EventCode=4624 | table user", "EventCode=4672 | streamstats count"])
    assert taken["runs"] == 0
    assert 300 < taken["events"] < 900  # the others cannot match
    taken["events"] = 0
    hunted(log, apps, ["TargetUserName=* | table user", "EventCode=4672 | stats count"])
    assert taken == {"events": 900, "runs": 0}


def test_all_fields_of_an_event_are_made_once_for_the_searches_that_it_matches(
    log: Path, apps: AppSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    row = Knowledge.row

    def counted(self: Knowledge, event: Event, demand: Demand) -> Row:
        if demand.everything:
            made.append(event.raw)
        return row(self, event, demand)

    monkeypatch.setattr(Knowledge, "row", counted)
    searches = ["EventCode=4720", "EventCode=4720 dest=*", "EventCode=4720 | table *"]
    found, _ = hunted(log, apps, searches)
    assert found[0][2] == found[1][2] == found[2][2] == len(made) > 0


def test_searches_for_events_have_them_whole_and_each_for_itself(log: Path, apps: AppSet) -> None:
    """What one search changes of an event, the others do not see."""
    found, _ = hunted(log, apps, EVENTS)
    for spl, (columns, rows, *_) in zip(EVENTS, found, strict=True):
        own_columns, own_rows = alone(log, apps, spl)
        for row in (*rows, *own_rows):
            row.pop("_indextime")  # when it was read
        assert rows, spl
        assert (columns, rows) == (own_columns, own_rows), spl


def test_where_fields_are_made_of_what_differs_guards_alone_are_recalled(
    log: Path, apps: AppSet, taken: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a value that hardly two events share is in every key, the next share does without."""
    monkeypatch.setattr(shape_recall, "_MADE", 20)
    searches = ["EventCode=4624 | stats count by user", "EventCode=4672 | stats dc(user) by dest"]
    contexts = [new_context(apps, NOW) for _ in searches]
    plans = [make_plan(spl, own) for spl, own in zip(searches, contexts, strict=True)]
    found = [takers.Taker(plan, own) for plan, own in zip(plans, contexts, strict=True)]
    group = together.Together(found)
    first = group.memory
    store = FileStore([log], InputSettings())
    for item in store.recalled(found[0].retrieval.need, ReadReport(), first):
        assert item is not None
    made_of_much = "EVAL-user" in str(apps.conf("props"))
    assert (group.memory is not first) == made_of_much
    with_shapes, _ = hunted(log, apps, searches)
    monkeypatch.setattr(shapes, "ENABLED", False)
    assert with_shapes == hunted(log, apps, searches)[0]
