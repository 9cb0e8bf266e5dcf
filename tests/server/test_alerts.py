"""Whether an alert fires, what throttles it, and the risk events of the risk action.

Source: savedsearches.conf.spec (counttype, alert.*); the risk is the published detection's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from splay.errors import DataError
from splay.server.scheduler.alerting import risk_events, trigger
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.sample_events import Style, event, render
from tests.server.running import ROOT, Server, fresh, until
from tests.server.saving import HOURLY, NAME, find, save

THROTTLED = {"alert__suppress": "1", "alert__suppress__period": "1h", "alert__track": "1"}
BY_FIELD = {**THROTTLED, "alert__suppress__fields": "n"}


def fired(splunkd: Splunkd, saved: SavedSearch, count: int) -> int:
    """How many alerts there are after the search had so many results."""
    saved.overridden["search"] = f"| makeresults count={count} | streamstats count AS n"
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(120)
    assert job.state == "DONE", job.messages
    trigger(splunkd, saved, job)
    assert job.messages == []
    return len(splunkd.alerts.fired(0.0))


@pytest.mark.parametrize(
    ("relation", "quantity", "counts"),
    [
        ("greater than", "2", {2: 0, 3: 1}),
        ("less than", "2", {2: 0, 1: 1}),
        ("equal to", "2", {3: 0, 2: 1}),
        ("not equal to", "2", {2: 0, 1: 1}),
    ],
)
def test_conditions(splunkd: Splunkd, relation: str, quantity: str, counts: dict[int, int]) -> None:
    settings = {"counttype": "number of events", "relation": relation, "quantity": quantity}
    saved = save(splunkd, "s", **HOURLY, **settings, alert__track="1")
    assert {count: fired(splunkd, saved, count) for count in counts} == counts


def test_a_condition_of_ones_own(splunkd: Splunkd) -> None:
    settings = {"counttype": "custom", "alert_condition": "where n>2", "alert__track": "1"}
    saved = save(splunkd, "s", **HOURLY, **settings)
    assert [fired(splunkd, saved, count) for count in (2, 3)] == [0, 1]


def test_a_condition_that_is_not_supported_is_told(splunkd: Splunkd) -> None:
    settings = {"counttype": "number of events", "relation": "rises by", "quantity": "1"}
    saved = save(splunkd, "s", **HOURLY, **settings, alert__track="1")
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(120)
    trigger(splunkd, saved, job)
    assert job.messages == [
        (
            "ERROR",
            "The alert could not be evaluated: "
            "The alert condition 'number of events' 'rises by' is not supported.",
        )
    ]
    assert splunkd.alerts.fired(0.0) == []


def test_silence(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, **THROTTLED)
    assert [fired(splunkd, saved, 1) for _ in range(2)] == [1, 1]
    splunkd.alerts.silence(saved.key, {"": 0.0}, splunkd.clock(), "admin")
    assert fired(splunkd, saved, 1) == 2


def test_silence_by_field(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, **BY_FIELD)
    # n=1; n=1 again; then n=1 and n=2, of which the second is new
    assert [fired(splunkd, saved, count) for count in (1, 1, 2)] == [1, 1, 2]
    assert [alert.results for alert in splunkd.alerts.fired(0.0)] == [1, 1]


def test_throttling_goes_on_when_the_server_restarts(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        splunkd = Splunkd([ROOT], tmp_path, "admin", "password", "")
        saved = save(splunkd, "s", **HOURLY, **BY_FIELD)
        counts.append([fired(splunkd, saved, 1) for _ in range(2)])
        splunkd.close()
    assert counts == [[1, 1], [0, 0]]  # what has fired is listed until the server ends


def test_an_alert_fires_where_its_throttling_cannot_be_kept(tmp_path: Path) -> None:
    splunkd = Splunkd([ROOT], tmp_path, "admin", "password", "")
    (tmp_path / "throttled.json.new").mkdir()
    saved = save(splunkd, "s", **HOURLY, **THROTTLED)
    saved.overridden["search"] = "| makeresults"
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(120)
    trigger(splunkd, saved, job)
    assert len(splunkd.alerts.fired(0.0)) == 1
    assert [level for level, text in job.messages if "kept over a restart" in text] == ["WARN"]
    assert splunkd.alerts.silent_until(saved.key, splunkd.clock(), by="admin")
    splunkd.close()


@pytest.mark.parametrize("text", ["", "{}x", '{"s": 1}', "[[1, 2]]", '[["a", "b", "", "x"]]'])
def test_throttling_that_is_damaged_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "throttled.json").write_text(text)
    with pytest.raises(DataError, match="throttled"):
        Splunkd([ROOT], tmp_path, "admin", "password", "")


def test_risk_events(server: Server, service: Any) -> None:
    """The specified risk: 20 points on dest, of type system, with the specified message."""
    computer = f"{fresh('ca')}.example.com"
    service.indexes["main"].submit(
        render(event(4876, computer=computer), Style()),
        host=computer,
        source="XmlWinEventLog:Security",
        sourcetype="XmlWinEventLog",
    )
    saved = server.connect(app="DA-ESS-ADCSBackup", owner="nobody").saved_searches[NAME]
    time_range = {"dispatch.index_earliest": "0", "dispatch.index_latest": "+1d"}
    saved.dispatch(trigger_actions=1, **{**time_range, "dispatch.earliest_time": "0"})
    search = (
        f'search index=risk search_name="{NAME}" risk_object={computer} '
        "| table risk_object risk_object_type risk_score risk_message Caller_User_Name "
        "annotations.mitre_attack sourcetype source"
    )

    def found() -> list[list[Any]]:
        answer = service.jobs.oneshot(search, output_mode="json_rows")
        rows: list[list[Any]] = json.loads(answer.read())["rows"]
        return rows

    rows = until(found)  # the actions follow the job's end
    assert rows == [
        [
            computer,
            "system",
            "20",
            f"The Active Directory Certificate Services was backed up on {computer}.",
            "svc-backup",
            "T1649",
            "stash",
            NAME,
        ]
    ]
    assert NAME in [group.name for group in service.fired_alerts]


def test_risk_text_keeps_quotes(splunkd: Splunkd) -> None:
    saved = find(splunkd, NAME)
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(120)
    (made,) = risk_events(saved, job, [{"dest": 'a"b\\c', "n": ["1", "2"]}], 5.0)
    assert isinstance(made, Event)
    assert r'risk_object="a\"b\\c"' in made.raw
    assert ', n="1", n="2"' in made.raw
    assert made.raw.startswith("5, search_name=")
