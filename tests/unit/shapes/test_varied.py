"""The same with and without shapes, on logs whose events differ, under the benchmark's fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import everyday
from benchmarks.questions import QUESTIONS
from benchmarks.varied import lines
from splay.apps import AppSet
from splay.shapes import recall as shape_recall
from tests.unit.shapes.test_recall import outcome

SEARCHES = (
    *(question.spl for question in QUESTIONS if "_raw" not in question.spl),
    "* | stats count values(LogonType) dc(TargetUserName) min(IpPort) sum(KeyLength) by Computer",
    "* | stats list(TargetUserName) first(IpAddress) latest(IpPort) by EventID",
    "TargetUserName=*s* | table _time EventID TargetUserName IpAddress",
    "EventID=4688 | eval n=len(CommandLine) | stats sum(n) max(n) dc(CommandLine) by host",
    "IpPort>50000 IpAddress!=10.1.* | stats count by IpAddress TargetUserName",
    "* | eventstats dc(Computer) as n by EventID | dedup EventID | table EventID n",
    "* | bin _time span=10m | stats count dc(Computer) by _time EventID",
    "* | stats count min(EventRecordID) max(EventRecordID) by SubjectUserName SubjectLogonId",
    "* | top TargetUserName by EventID",
    "EventID=4672 | stats count by _time",
    "EventID=4672 | stats count dc(Computer) by _time EventID",
    "* | stats count dc(SystemTime) min(SystemTime) by EventID",
    "* | rename Computer as c | search c=*1* | stats count by c",
)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(everyday, "DATA", tmp_path_factory.mktemp("app"))
        yield AppSet([everyday.xml_app()])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "varied.log"
    path.write_text("\n".join(lines(900, backups=False, seed=7)), encoding="utf-8")
    return path


@pytest.mark.parametrize("search", SEARCHES)
def test_the_same_with_and_without_shapes(log: Path, apps: AppSet, search: str) -> None:
    spans = [(None, None), (1773100800.0 + 20_000, 1773100800.0 + 60_000)]
    for span in spans:
        with_shapes = outcome(log, apps, search, span, by_shape=True)
        assert with_shapes == outcome(log, apps, search, span, by_shape=False)
        assert with_shapes[1]


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[shape_recall.Table]:
    """What was learned of each kind of log."""
    made: list[shape_recall.Table] = []

    class Watched(shape_recall.Table):
        def __init__(self, timed: bool) -> None:
            super().__init__(timed)
            made.append(self)

    monkeypatch.setattr(shape_recall, "Table", Watched)
    return made


def test_most_events_are_recalled(
    log: Path, apps: AppSet, tables: list[shape_recall.Table]
) -> None:
    """Of events that all differ, in every slot that is wanted."""
    outcome(log, apps, "* | stats count by TargetUserName", (None, None), by_shape=True)
    assert tables[0].known > 0.6 * (tables[0].known + tables[0].unknown) > 0


def test_values_that_all_differ_are_no_shapes(log: Path, tables: list[shape_recall.Table]) -> None:
    """Without settings, a pair in a command line may be the field: each would be a shape."""
    found = outcome(log, AppSet([]), "* | stats count by EventID", (None, None), by_shape=True)
    assert found == outcome(
        log, AppSet([]), "* | stats count by EventID", (None, None), by_shape=False
    )
    assert 0 < len(tables[0].shapes) < 40
