"""The scheduler, alerts, and the risk events of the risk action.

Cron: Alerting Manual, "Use cron expressions for alert scheduling". Windows and continuous
schedules: savedsearches.conf.spec (schedule_window, realtime_schedule, max_concurrent). Dates are
counted by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from splay.server.alerting import trigger
from splay.server.catalog import Object
from splay.server.cron import Cron
from splay.server.dispatch import SavedSearch, dispatched
from splay.server.feeds import Acl
from splay.server.jobs import Job
from splay.server.rest import RestError
from splay.server.schedule import Scheduler
from splay.server.state import Splunkd
from splay.store.event import Event
from tests.sample_events import Style, event, render
from tests.server.running import ROOT, Server, fresh

NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"


def at(text: str, zone: tzinfo = UTC) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 * * * *", "2026-03-10T09:30", "2026-03-10T10:00"),
        ("0 * * * *", "2026-03-10T10:00", "2026-03-10T11:00"),
        ("*/20 * * * *", "2026-03-10T09:41", "2026-03-10T10:00"),
        ("5,50 6-8 * * *", "2026-03-10T08:50", "2026-03-11T06:05"),
        ("10/20 * * * *", "2026-03-10T09:31", "2026-03-10T09:50"),
        ("0 0 31 * *", "2026-04-01T00:00", "2026-05-31T00:00"),
        ("0 0 29 2 *", "2026-03-01T00:00", "2028-02-29T00:00"),
        ("0 12 * * 7", "2026-03-10T00:00", "2026-03-15T12:00"),  # a Tuesday; Sunday is 0 and 7
        ("0 12 * * 1-5", "2026-03-13T13:00", "2026-03-16T12:00"),  # from Friday to Monday
        ("0 0 1 * 3", "2026-03-05T00:00", "2026-03-11T00:00"),  # the first, or any Wednesday
    ],
)
def test_cron(cron: str, after: str, expected: str) -> None:
    assert Cron(cron).after(at(after), UTC) == at(expected)


def test_cron_is_in_the_users_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert Cron("0 6 * * *").after(at("2026-07-01T00:00", berlin), berlin) == at("2026-07-01T04:00")


@pytest.mark.parametrize("cron", ["0 0 31 2 *", "", "0 0 * *", "0 24 * * *", "x * * * *"])
def test_no_schedule(cron: str) -> None:
    with pytest.raises(RestError):
        Cron(cron).after(0.0, UTC)


# ---- the scheduler ----


@pytest.fixture
def splunkd() -> Iterator[Splunkd]:
    made = Splunkd([ROOT], None, "admin", "password", "")
    yield made
    made.close()


def save(splunkd: Splunkd, name: str, **settings: str) -> SavedSearch:
    acl = Acl("search", "nobody", "app")
    held: dict[str, str | None] = {key.replace("__", "."): v for key, v in settings.items()}
    splunkd.catalog.write("savedsearches", name, held, acl, private=False)
    return find(splunkd, name)


def find(splunkd: Splunkd, name: str) -> SavedSearch:
    items: list[Object] = splunkd.catalog.objects("savedsearches", "admin", "nobody", "-")
    return SavedSearch(next(item for item in items if item.stanza.name == name))


def own(jobs: list[Job], name: str) -> list[Job]:
    return [job for job in jobs if job.request.saved == name]


HOURLY = {"enableSched": "1", "cron_schedule": "0 * * * *", "search": "| makeresults"}


def test_runs_at_its_time_over_its_range(splunkd: Splunkd) -> None:
    save(splunkd, "s", **HOURLY, dispatch__earliest_time="-70m@m", dispatch__latest_time="-10m@m")
    scheduler = Scheduler(splunkd)
    assert own(scheduler.tick(at("2026-03-10T09:30")), "s") == []
    assert own(scheduler.tick(at("2026-03-10T09:59:59")), "s") == []
    (job,) = own(scheduler.tick(at("2026-03-10T10:00:07")), "s")
    assert job.finished.wait(30)
    assert job.context.now == at("2026-03-10T10:00")
    assert job.context.earliest == at("2026-03-10T08:50")
    assert job.context.latest == at("2026-03-10T09:50")
    assert job.sid.startswith("scheduler__nobody__search__RMD5")
    assert job.ttl == 2 * 3600  # dispatch.ttl = 2p
    assert own(scheduler.tick(at("2026-03-10T10:00:08")), "s") == []


def test_the_apps_search_runs_every_hour(splunkd: Splunkd) -> None:
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    (job,) = own(scheduler.tick(at("2026-03-10T10:00")), NAME)
    assert job.finished.wait(60)
    assert job.state == "DONE"


def test_a_disabled_search_does_not_run(splunkd: Splunkd) -> None:
    save(splunkd, "s", **HOURLY, disabled="1")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    assert own(scheduler.tick(at("2026-03-10T10:00")), "s") == []


@pytest.mark.parametrize(("realtime", "runs"), [("1", [11]), ("0", [10, 11])])
def test_runs_that_were_missed(splunkd: Splunkd, realtime: str, runs: list[int]) -> None:
    """A real-time schedule takes the next run; a continuous one makes up for every run."""
    save(splunkd, "s", **HOURLY, realtime_schedule=realtime)
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    hours: list[int] = []
    for moment in ("2026-03-10T11:00:30", "2026-03-10T11:00:31", "2026-03-10T11:00:32"):
        for job in own(scheduler.tick(at(moment)), "s"):
            assert job.finished.wait(30)
            hours.append(datetime.fromtimestamp(job.context.now, UTC).hour)
    assert hours == ([10] if realtime == "1" else runs)


def running_job(splunkd: Splunkd, saved: SavedSearch) -> Job:
    """A scheduled job of the search that has not ended."""
    job, store = splunkd.make_job(fresh("sid"), request_of(saved), "", "", at("2026-03-10T09:00"))
    job.pause()
    splunkd.start_job(job, store)
    return job


def request_of(saved: SavedSearch) -> Any:
    from splay.server.jobs import Request

    return Request("| makeresults", "admin", saved.app, saved=saved.name, scheduled=1.0)


def test_waits_within_its_window_then_skips(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, schedule_window="5")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    running_job(splunkd, saved)
    assert own(scheduler.tick(at("2026-03-10T10:04:59")), "s") == []
    assert not splunkd.messages
    assert own(scheduler.tick(at("2026-03-10T10:05:00")), "s") == []
    assert "a run was skipped" in splunkd.messages["scheduler:search:s"]["value"]


def test_runs_late_within_its_window(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, schedule_window="5")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    other = running_job(splunkd, saved)
    assert own(scheduler.tick(at("2026-03-10T10:02")), "s") == []
    other.unpause()
    assert other.finished.wait(30)
    (job,) = own(scheduler.tick(at("2026-03-10T10:03")), "s")
    assert job.context.now == at("2026-03-10T10:00")


def test_a_search_that_is_wrong_is_told(splunkd: Splunkd) -> None:
    save(splunkd, "s", **{**HOURLY, "search": "| nosuchcommand"})
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    assert own(scheduler.tick(at("2026-03-10T10:00")), "s") == []
    assert "nosuchcommand" in splunkd.messages["scheduler:search:s"]["value"]


# ---- alerts ----


def fired(splunkd: Splunkd, saved: SavedSearch, count: int) -> int:
    """How many alerts there are after the search had so many results."""
    saved.overridden["search"] = f"| makeresults count={count} | streamstats count AS n"
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(30)
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
    assert job.finished.wait(30)
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
    settings = {"alert__suppress": "1", "alert__suppress__period": "1h", "alert__track": "1"}
    saved = save(splunkd, "s", **HOURLY, **settings)
    assert [fired(splunkd, saved, 1) for _ in range(2)] == [1, 1]
    splunkd.alerts.silence(saved.key, 0.0)
    assert fired(splunkd, saved, 1) == 2


def test_silence_by_field(splunkd: Splunkd) -> None:
    settings = {
        "alert__suppress": "1",
        "alert__suppress__period": "1h",
        "alert__suppress__fields": "n",
        "alert__track": "1",
    }
    saved = save(splunkd, "s", **HOURLY, **settings)
    # n=1; n=1 again; then n=1 and n=2, of which the second is new
    assert [fired(splunkd, saved, count) for count in (1, 1, 2)] == [1, 1, 2]
    assert [alert.results for alert in splunkd.alerts.fired(0.0)] == [1, 1]


# ---- risk ----


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
    time_range = {"dispatch.earliest_time": "0", "dispatch.latest_time": "now"}
    saved.dispatch(trigger_actions=1, **time_range)
    search = (
        f'search index=risk search_name="{NAME}" risk_object={computer} '
        "| table risk_object risk_object_type risk_score risk_message Caller_User_Name "
        "annotations.mitre_attack sourcetype source"
    )
    rows: list[list[Any]] = []
    while not rows:  # the actions follow the job's end
        rows = json.loads(service.jobs.oneshot(search, output_mode="json_rows").read())["rows"]
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
    from splay.server.alerting import risk_events

    saved = find(splunkd, NAME)
    job = dispatched(splunkd, saved, "admin", {})
    assert job.finished.wait(60)
    (made,) = risk_events(saved, job, [{"dest": 'a"b\\c', "n": ["1", "2"]}], 5.0)
    assert isinstance(made, Event)
    assert r'risk_object="a\"b\\c"' in made.raw
    assert ', n="1", n="2"' in made.raw
    assert made.raw.startswith("5, search_name=")
