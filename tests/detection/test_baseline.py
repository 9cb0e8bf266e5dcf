"""Rows proposed for the list of operators: what habit shows, and nothing that is written by itself.

Days and hours are reckoned by hand from a calendar: 2026-03-02 is a Monday.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.rows import Row
from splay.spl.parser import parse_search
from tests.detection.apps import OPERATORS, add_lines, copy_of_the_app
from tests.detection.searching import ROOT, search, write_events
from tests.holding import some
from tests.sample_events import AUDIT_FAILURE, Style, event, render

BASELINE = "ADCS - Baseline of Backup Operators - Proposal"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
A_YEAR_ON = "2027-03-11"  # 365 days after the searches of these tests run, 2026-03-11


def backups(hours: Sequence[float], caller: str = "svc-backup", **changes: str) -> list[str]:
    """Backups so many hours after Monday began."""
    return [
        render(
            event(
                4876,
                time=MONDAY + timedelta(hours=hour),
                data={"SubjectUserName": caller},
                **changes,
            ),
            Style(),
        )
        for hour in hours
    ]


def proposed(texts: Sequence[str], folder: Path, apps: Sequence[Path] = (ROOT,)) -> list[Row]:
    spl = AppSet(apps).saved_search(BASELINE).settings["search"]
    results, _ = search(spl, write_events(folder, texts), apps)
    with (ROOT / "lookups" / OPERATORS).open(encoding="utf-8", newline="") as file:
        assert results.columns == next(csv.reader(file))
    return results.rows


def test_a_nightly_backup_is_proposed_whole(tmp_path: Path) -> None:
    [row] = proposed(backups([2.5, 26.2, 50.9]), tmp_path)
    assert row == {
        "domain": "EXAMPLE",
        "user": "svc-backup",
        "dest": "ca01.example.com",
        "days": "Mon,Tue,Wed",
        "hours": "02:00-03:00",
        "timezone": "UTC",
        "valid_from": "",
        "valid_until": A_YEAR_ON,
        "ticket": "",
        "comment": "2026-03-02 to 2026-03-04: 3 backups on 3 days. PROPOSAL, not reviewed",
    }


@pytest.mark.parametrize(
    ("hours", "days", "span"),
    [
        ([23, 24.5, 47.5, 71.9], "Mon,Tue,Wed", "23:00-01:00"),  # Monday 23:00 to Tuesday 00:59
        ([9, 33, 57, 17, 41], "Mon,Tue,Wed", "09:00-18:00"),
        ([24 * day + 3 for day in range(7)], "", "03:00-04:00"),  # every day
        ([2, 170, 338], "Mon", "02:00-03:00"),  # a week is 168 hours
        ([23, 47, 71], "Mon,Tue,Wed", "23:00-24:00"),
        ([hour for hour in range(0, 72)], "Mon,Tue,Wed", ""),  # at any hour
    ],
)
def test_days_and_hours_hold_what_was_seen(
    hours: list[float], days: str, span: str, tmp_path: Path
) -> None:
    [row] = proposed(backups(hours), tmp_path)
    assert (row["days"], row["hours"]) == (days, span)


@pytest.mark.parametrize("hours", [[2.5, 26.2, 50.9], [23, 24.5, 47.5, 71.9], [23, 47, 71]])
def test_what_is_proposed_would_approve_what_was_seen(hours: list[float], tmp_path: Path) -> None:
    """In a list that holds the row, the command approves each of these backups."""
    texts = backups(hours)
    [row] = proposed(texts, tmp_path / "data")
    app = copy_of_the_app(tmp_path)
    with (app / "lookups" / OPERATORS).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(row.values())
    found, _ = search(
        "`wineventlog_security` EventCode=4876 | adcsenrich time=_time "
        "| stats count BY caller_authorization",
        tmp_path / "data",
        [app],
    )
    assert found.rows == [{"caller_authorization": "approved", "count": len(hours)}]
    assert proposed(texts, tmp_path / "again", [app]) == []


@pytest.mark.parametrize(
    "texts",
    [
        backups([2]),
        backups([2, 2.2, 2.4, 3]),  # often, on one day
        backups([2, 26]),
        backups([2, 26, 50], keywords=AUDIT_FAILURE),  # refused
        backups([2, 26, 50], computer=""),
        [t.replace("svc-backup", "") for t in backups([2, 26, 50])],  # nobody is named
    ],
    ids=["once", "one day", "two days", "refused", "no host", "no caller"],
)
def test_what_is_no_habit_is_not_proposed(texts: list[str], tmp_path: Path) -> None:
    assert proposed(texts, tmp_path) == []


def test_who_is_approved_already_is_left_out(tmp_path: Path) -> None:
    app = copy_of_the_app(tmp_path)
    add_lines(app, OPERATORS, "EXAMPLE,svc-backup,*,,,,,,,nightly")
    texts = [*backups([2, 26, 50]), *backups([3, 27, 51, 75], "eve")]
    rows = proposed(texts, tmp_path / "data", [app])
    assert [row["user"] for row in rows] == ["eve"]


def test_each_caller_and_ca_is_a_row_the_most_frequent_first(tmp_path: Path) -> None:
    texts = [
        *backups([2, 26, 50]),
        *backups([2, 26, 50, 74], computer="ca02.example.com"),
        *backups([2, 26, 50, 74, 98], "bob"),
    ]
    rows = proposed(texts, tmp_path)
    assert [(row["user"], row["dest"]) for row in rows] == [
        ("bob", "ca01.example.com"),
        ("svc-backup", "ca02.example.com"),
        ("svc-backup", "ca01.example.com"),
    ]


def test_no_search_of_the_app_writes_a_lookup() -> None:
    app = AppSet([ROOT])
    written = [stanza.settings["search"] for stanza in app.conf("savedsearches").values()]
    for stanza in app.conf("savedsearches").values():
        drilldowns = stanza.settings.get("action.notable.param.drilldown_searches", "[]")
        written += [drilldown["search"] for drilldown in json.loads(drilldowns)]
        assert "action.lookup" not in stanza.settings
    for search_text in some(written):
        names = {command.name for command in parse_search(app.expand(search_text)).commands}
        assert not names & {"outputlookup", "outputcsv", "collect", "sendalert", "sendemail"}
    assert app.saved_search(BASELINE).settings["disabled"] == "1"
