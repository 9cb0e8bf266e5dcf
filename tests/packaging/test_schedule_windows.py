"""The windows of the scheduled search: what ships, and the published ones that the docs give.

That an hourly search looks from 70 to 10 minutes ago is the published detection's (contentctl's
default schedule of an Anomaly). When clocks are changed is the tz database's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from splay.apps import AppSet
from splay.server.scheduler.cron import Cron
from splay.spl.timemod import resolve
from tests.detection.searching import ROOT, RULE, layer_over
from tests.efficacy.schedules import specified
from tests.holding import every

SHIPPED = AppSet([ROOT], system=False).saved_search(RULE).settings
COMPANION = "ADCS - CA Key Taken Without a Backup Event - Rule"
WINDOW = (
    "cron_schedule",
    "dispatch.earliest_time",
    "dispatch.latest_time",
    "dispatch.index_earliest",
    "dispatch.index_latest",
    "realtime_schedule",
)
SPECIFIED = {
    "cron_schedule": "0 * * * *",
    "dispatch.earliest_time": "-70m@m",
    "dispatch.latest_time": "-10m@m",
    "dispatch.index_earliest": "",
    "dispatch.index_latest": "",
    "alert.digest_mode": "1",
    "alert.suppress": "0",
    "realtime_schedule": "0",
}
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu")


def test_the_stanza_in_the_docs_gives_the_specified_schedule(tmp_path: Path) -> None:
    lines = [f"{name} = {value}\n" for name, value in specified().items()]
    local = layer_over(tmp_path / "app", "savedsearches.conf", f"[{RULE}]\n{''.join(lines)}")
    settings = AppSet([local, ROOT]).saved_search(RULE).settings
    assert {name: settings[name] for name in SPECIFIED} == SPECIFIED


def test_the_stanza_changes_the_schedule_alone() -> None:
    assert set(specified()) <= set(SPECIFIED)


def test_throttling_holds_nothing_back_but_the_very_same_result() -> None:
    """All that tells one result from another, and when its backups were; the search has each."""
    assert SHIPPED["alert.suppress"] == "1"
    # savedsearches.conf.spec, alert.suppress.fields: "when suppressing per-result alerts"
    assert SHIPPED["alert.digest_mode"] == "0"
    fields = SHIPPED["alert.suppress.fields"].split(",")
    assert fields[:5] == ["dest", "name", "action", "Caller_Domain", "Caller_User_Name"]
    assert fields[5:] == ["firstTime", "lastTime"]
    assert every(field in SHIPPED["search"] for field in fields)
    assert SHIPPED["alert.suppress.period"] == f"{31 * 24}h"  # 30 days, and the day of the @d


def test_the_companion_search_looks_at_the_same_events() -> None:
    companion = AppSet([ROOT], system=False).saved_search(COMPANION).settings
    assert [companion[name] for name in WINDOW] == [SHIPPED[name] for name in WINDOW]


def runs(start: datetime, zone: ZoneInfo) -> Iterator[float]:
    """The runs of 60 days."""
    moment = start.timestamp()
    while moment < start.timestamp() + 60 * 86400:
        moment = Cron(SHIPPED["cron_schedule"]).after(moment, zone)
        yield moment


def window(moment: float, zone: ZoneInfo) -> tuple[float, float]:
    """What of the index a run looks at."""
    first = resolve(SHIPPED["dispatch.index_earliest"], moment, zone)
    last = resolve(SHIPPED["dispatch.index_latest"], moment, zone)
    assert first is not None
    assert last is not None
    return first, last


@pytest.mark.parametrize("skew", [0, 1, 599, 601, 1800, 3599])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", ["2026-02-15", "2026-10-01"])
def test_one_window_begins_where_the_one_before_ends(start: str, zone: str, skew: int) -> None:
    """Over both changes of clocks, and however late within its hour a run starts."""
    where = ZoneInfo(zone)
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    windows = [window(moment + skew, where) for moment in runs(begin, where)]
    assert len(windows) >= 60 * 24
    assert every(before[1] == after[0] for before, after in pairwise(windows))
    assert every(last - first == 3600 for first, last in windows)


def test_a_window_by_hand() -> None:
    """The run of 10:00 looks from 08:50 to 09:50, also when it starts at 10:59:59."""
    run = datetime(2026, 3, 10, 10, tzinfo=UTC).timestamp()
    expected = run - 70 * 60, run - 10 * 60
    assert window(run, ZoneInfo("UTC")) == expected
    assert window(run + 3599, ZoneInfo("UTC")) == expected


def test_lord_howe_where_clocks_change_by_half_an_hour_has_no_gap() -> None:
    where = ZoneInfo("Australia/Lord_Howe")
    begin = datetime(2026, 3, 15, tzinfo=UTC)
    windows = [window(moment, where) for moment in runs(begin, where)]
    assert every(after[0] <= before[1] for before, after in pairwise(windows))
