"""Searches that choose among events first, and those that read the newest alone, give what they
give with all fields of all events made at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.varied import lines
from splay.apps import AppSet
from splay.engine import run, stages
from splay.engine.inner import new_context
from splay.engine.late import newest_needed
from splay.engine.plan import make_plan
from splay.rows import Row
from splay.store import blocks
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.newest import Newest
from tests.sample_events import Style
from tests.unit.shapes.test_recall import log as spoiled_log

APP = """\
[XmlWinEventLog]
EXTRACT-id = <EventID>(?<EventID>\\d+)
EXTRACT-user = Name='TargetUserName'>(?<user>[^<]+)
"""
SEARCHES = (
    "* | head 10 | table _time _raw",
    "* | head 3",
    "* | head 0",
    "* | head 5 | table _time host EventID",
    "EventID=4688 | head 4 | table _time _raw user",
    "* | tail 3 | table _raw",
    "* | dedup EventID | table EventID user _raw",
    "* | dedup 2 host keepempty=true | head 5 | table _raw host",
    "* | dedup EventID keepevents=true | head 20 | table EventID _raw",
    "* | sort 3 -_time | table _time _raw",
    "* | sort 4 user | fields user _raw",
    "* | reverse | head 3 | table _raw",
    '* | regex user="a" | where EventID=4624 | head 2 | table user _raw',
    "* | search user=*s* | head 2 | eval n=len(_raw) | table n user",
    "* | head 7 | stats count values(EventID) first(_raw)",
    "* | head (EventID!=4688) | table EventID _raw",
    "* | dedup user sortby -_time | table user _raw",
)


def rows_of(
    path: Path, apps: AppSet, search: str, span: tuple[float | None, float | None]
) -> tuple[list[str], list[Row], int]:
    context = new_context(apps, 0.0, earliest=span[0], latest=span[1])
    report = ReadReport()
    plan = make_plan(search, context)
    results = run.run_plan(plan, FileStore([path], InputSettings()), context, report)
    for row in results.rows:
        row.pop("_indextime", None)  # when the file was read
    return results.columns, results.rows, report.events


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> AppSet:
    folder = tmp_path_factory.mktemp("app")
    (folder / "default").mkdir()
    (folder / "default" / "props.conf").write_text(APP)
    return AppSet([folder])


def shuffled(folder: Path) -> Path:
    """Events that are not in the order of time, some of one moment."""
    made = list(lines(250, backups=False, seed=3))
    made += [line.replace("EventRecordID>7", "EventRecordID>8") for line in made[::9]]
    random.Random(1).shuffle(made)
    path = folder / "shuffled.log"
    path.write_text("\n".join(made), encoding="utf-8")
    return path


@pytest.mark.parametrize("search", SEARCHES)
def test_the_same_rows(
    tmp_path: Path, apps: AppSet, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 16_384)
    logs = [shuffled(tmp_path), spoiled_log(tmp_path / "a.log", Style(), spoil=True)]
    for path in logs:
        for span in ((None, None), (1773100800.0 + 20_000, 1773190000.0)):
            late = rows_of(path, apps, search, span)
            with monkeypatch.context() as patch:
                patch.setattr(stages, "_late", lambda plan, store: None)
                assert late == rows_of(path, apps, search, span)


@pytest.mark.parametrize(
    ("search", "asked"),
    [
        ("* | head 10 | table _raw", True),
        ("* | head 10", True),
        ("* | search EventID=1 | head 10", False),
        ("* | head (EventID=1)", False),
        ("EventID=1 | head 10", False),
        ("* | tail 10 | table _raw", False),
        ("* | stats count", False),
    ],
)
def test_which_searches_take_the_newest_alone(apps: AppSet, search: str, *, asked: bool) -> None:
    plan = make_plan(search, new_context(apps, 0.0))
    assert (newest_needed(plan) is not None) is asked


def test_a_time_that_knowledge_changes_does_not_choose(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "props.conf").write_text("[XmlWinEventLog]\nEVAL-_time = 5 - _time\n")
    plan = make_plan("* | head 2 | table _raw", new_context(AppSet([tmp_path]), 0.0))
    assert newest_needed(plan) is None


def test_few_of_many_are_chosen() -> None:
    """By hand: of 1,000 ascending times in parts of 100, two of each part are newer than what was
    there before."""
    newest = Newest(2)
    chosen = [
        newest.among([(float(time), time, time) for time in range(part, part + 100)])
        for part in range(0, 1000, 100)
    ]
    assert [len(part) for part in chosen] == [2] * 10
    assert [time for time, _, _ in chosen[-1]] == [998.0, 999.0]
    assert newest.among([(5.0, 0, 0)]) == []
