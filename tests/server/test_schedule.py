"""The scheduler: when which search runs, over what.

Windows and continuous schedules: savedsearches.conf.spec (schedule_window, realtime_schedule,
max_concurrent); how far back a server that was down makes up for runs: limits.conf.spec.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from splay import memory
from splay.errors import DataError
from splay.server.jobs.job import Job
from splay.server.jobs.timerange import TimeRange
from splay.server.objects.acl import Acl
from splay.server.scheduler.savedsearch import SavedSearch
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.server.moments import at
from tests.server.running import fresh
from tests.server.saving import HOURLY, NAME, save


def own(jobs: list[Job], name: str) -> list[Job]:
    return [job for job in jobs if job.request.saved == name]


def test_runs_at_its_time_over_its_range(splunkd: Splunkd) -> None:
    save(splunkd, "s", **HOURLY, dispatch__earliest_time="-70m@m", dispatch__latest_time="-10m@m")
    scheduler = Scheduler(splunkd)
    assert own(scheduler.tick(at("2026-03-10T09:30")), "s") == []
    assert own(scheduler.tick(at("2026-03-10T09:59:59")), "s") == []
    (job,) = own(scheduler.tick(at("2026-03-10T10:00:07")), "s")
    assert job.finished.wait(120)
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
    assert job.finished.wait(120)
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
            assert job.finished.wait(120)
            hours.append(datetime.fromtimestamp(job.context.now, UTC).hour)
    assert hours == ([10] if realtime == "1" else runs)


def hours_of(jobs: list[Job]) -> list[int]:
    for job in jobs:
        assert job.settled.wait(120)
    return [datetime.fromtimestamp(job.context.now, UTC).hour for job in jobs]


def ticked(scheduler: Scheduler, moment: str, times: int) -> list[int]:
    """The hours for which the search `s` ran in so many looks."""
    return [hour for _ in range(times) for hour in hours_of(own(scheduler.tick(at(moment)), "s"))]


@pytest.mark.parametrize(
    ("realtime", "up_again", "expected"),
    [
        ("0", "2026-03-10T13:30", [10, 11, 12, 13]),  # since the last run, none is left out
        ("0", "2026-03-11T13:30", [*range(14, 24), *range(14)]),  # the last 24 hours: the default
        ("1", "2026-03-10T13:30", []),  # the next one is at 14:00
    ],
)
def test_runs_that_were_missed_while_the_server_was_down(
    splunkd: Splunkd, realtime: str, up_again: str, expected: list[int]
) -> None:
    save(splunkd, "s", **HOURLY, realtime_schedule=realtime)
    before = Scheduler(splunkd)
    assert ticked(before, "2026-03-10T08:30", 1) == []
    assert ticked(before, "2026-03-10T09:00", 2) == [9]
    assert ticked(Scheduler(splunkd), up_again, 26) == expected


def test_how_far_back_missed_runs_are_made_up_for_is_a_setting(splunkd: Splunkd) -> None:
    name = "max_continuous_scheduled_search_lookback"
    acl = Acl("system", "nobody", "system")
    splunkd.catalog.write("limits", "scheduler", {name: "-2h"}, acl, private=False)
    save(splunkd, "s", **HOURLY, realtime_schedule="0")
    ticked(Scheduler(splunkd), "2026-03-10T08:30", 1)
    assert ticked(Scheduler(splunkd), "2026-03-10T13:30", 8) == [12, 13]
    assert "down for too long" in splunkd.messages["scheduler:search:s:missed"]["value"]


def test_a_run_that_the_servers_end_cut_off_is_made_up_for(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(splunkd, "s", **HOURLY, realtime_schedule="0")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    original = splunkd.start_job

    def cut_off(job: Job, *rest: Any) -> None:
        job.cancel()
        original(job, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(splunkd, "start_job", cut_off)
        assert ticked(scheduler, "2026-03-10T10:00", 1) == [10]
    assert ticked(Scheduler(splunkd), "2026-03-10T10:30", 2) == [10]


def test_a_state_that_the_scheduler_did_not_write_is_refused(splunkd: Splunkd) -> None:
    (splunkd.folder / "scheduler.json").write_text('{"s": 1}')
    with pytest.raises(DataError, match="not what the scheduler wrote"):
        Scheduler(splunkd)


def test_the_time_at_which_events_were_indexed_limits_a_scheduled_search(
    splunkd: Splunkd,
) -> None:
    """savedsearches.conf.spec: dispatch.index_earliest, dispatch.index_latest; REST API Reference,
    "search/jobs": the first is inclusive, the second exclusive."""
    events = [
        Event(f"n={n}", at(happened), "h", "s", "st", "main", at(indexed))
        for n, happened, indexed in [
            (1, "2026-03-10T08:10", "2026-03-10T08:49:59"),
            (2, "2026-03-03T08:10", "2026-03-10T08:50"),
            (3, "2026-03-10T09:10", "2026-03-10T09:49:59"),
            (4, "2026-03-10T09:10", "2026-03-10T09:50"),
            (5, "2025-03-10T09:10", "2026-03-10T09:10"),  # indexed in time, but too old
        ]
    ]
    for one in events:  # as they come: small segments that are put together
        splunkd.indexes.append([one])
    save(
        splunkd,
        "s",
        **{**HOURLY, "search": "index=main | sort n | table n"},
        dispatch__earliest_time="-30d",
        dispatch__index_earliest="-70m@m",
        dispatch__index_latest="-10m@m",
    )
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    (job,) = own(scheduler.tick(at("2026-03-10T10:00:07")), "s")
    assert job.finished.wait(120)
    assert [row["n"] for row in job.results.rows] == ["2", "3"]


def running_job(splunkd: Splunkd, saved: SavedSearch) -> Job:
    """A scheduled job of the search that has not ended."""
    job, store = splunkd.make_job(
        fresh("sid"), request_of(saved), TimeRange(), at("2026-03-10T09:00")
    )
    job.pause()
    splunkd.start_job(job, store)
    return job


def request_of(saved: SavedSearch) -> Any:
    from splay.server.jobs.job import Request

    return Request(
        "| makeresults", "admin", saved.app, saved=saved.name, scheduled=1.0, search_of=saved.key
    )


def test_waits_within_its_window_then_skips(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, schedule_window="5")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    running_job(splunkd, saved)
    assert own(scheduler.tick(at("2026-03-10T10:04:59")), "s") == []
    assert not splunkd.messages
    assert own(scheduler.tick(at("2026-03-10T10:05:00")), "s") == []
    assert "a run was skipped" in splunkd.messages["scheduler:search:s:missed"]["value"]


def test_runs_late_within_its_window(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, schedule_window="5")
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    other = running_job(splunkd, saved)
    assert own(scheduler.tick(at("2026-03-10T10:02")), "s") == []
    other.unpause()
    assert other.finished.wait(120)
    (job,) = own(scheduler.tick(at("2026-03-10T10:03")), "s")
    assert job.context.now == at("2026-03-10T10:00")


def test_a_search_that_is_wrong_is_told(splunkd: Splunkd) -> None:
    save(splunkd, "s", **{**HOURLY, "search": "| nosuchcommand"})
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    assert own(scheduler.tick(at("2026-03-10T10:00")), "s") == []
    assert "nosuchcommand" in splunkd.messages["scheduler:search:s"]["value"]


# ---- what cannot run is owed ----

MACRO = {"search": "| makeresults | `sometimes`", "realtime_schedule": "0"}


def write(splunkd: Splunkd, conf: str, name: str, **settings: str | None) -> None:
    splunkd.catalog.write(conf, name, settings, Acl("search", "nobody", "app"), private=False)


def board(splunkd: Splunkd) -> tuple[str, str]:
    held = splunkd.messages["scheduler:search:s"]
    return held["severity"], held["value"]


@pytest.mark.parametrize("broken", [False, True])
def test_a_macro_that_is_broken_for_a_while(splunkd: Splunkd, broken: bool) -> None:
    """docs/schedule.md: a run that could not start in time is made up for."""
    write(splunkd, "macros", "sometimes", definition="eval a=1")
    save(splunkd, "s", **{**HOURLY, **MACRO})
    scheduler = Scheduler(splunkd)
    assert ticked(scheduler, "2026-03-10T09:30", 1) == []
    write(splunkd, "macros", "sometimes", definition="`sometimes`" if broken else "none")
    for moment in ("10:00", "10:01", "11:00", "11:30", "12:00"):
        assert ticked(scheduler, f"2026-03-10T{moment}", 1) == []
        severity, text = board(splunkd)
        assert severity == "error"
        assert "the run of 2026-03-10 10:00 UTC has still to be made up for" in text
    write(splunkd, "macros", "sometimes", definition="eval a=1")
    assert ticked(scheduler, "2026-03-10T12:02", 4) == [10, 11, 12]
    severity, text = board(splunkd)
    assert severity == "info"
    assert "late runs, of which none was lost: 2026-03-10 10:00 UTC (it could not start" in text
    assert "2026-03-10 11:00 UTC (earlier runs had not ended), 2026-03-10 12:00 UTC" in text
    assert ticked(scheduler, "2026-03-10T13:00", 2) == [13]


def test_what_is_owed_is_owed_after_a_restart_as_well(splunkd: Splunkd) -> None:
    write(splunkd, "macros", "sometimes", definition="none")
    save(splunkd, "s", **{**HOURLY, **MACRO})
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:30", 1)
    ticked(scheduler, "2026-03-10T10:00", 1)
    write(splunkd, "macros", "sometimes", definition="eval a=1")
    assert ticked(Scheduler(splunkd), "2026-03-10T12:30", 5) == [10, 11, 12]


def test_a_schedule_that_is_changed_owes_what_was_due(splunkd: Splunkd) -> None:
    write(splunkd, "macros", "sometimes", definition="none")
    save(splunkd, "s", **{**HOURLY, **MACRO})
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:30", 1)
    ticked(scheduler, "2026-03-10T10:00", 1)
    write(splunkd, "savedsearches", "s", cron_schedule="no cron")
    assert ticked(scheduler, "2026-03-10T10:30", 1) == []
    assert "no cron" in board(splunkd)[1]
    write(splunkd, "savedsearches", "s", cron_schedule="30 * * * *")
    write(splunkd, "macros", "sometimes", definition="eval a=1")
    assert ticked(scheduler, "2026-03-10T10:40", 3) == [10, 10]  # of 10:00, and of 10:30


def test_a_run_that_fails_is_owed(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the machine has no memory left."""
    save(splunkd, "s", **{**HOURLY, "realtime_schedule": "0"})
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:30", 1)
    with monkeypatch.context() as patch:
        patch.setattr(memory, "limit", lambda: 1)
        assert ticked(scheduler, "2026-03-10T10:00", 3) == [10]
    assert "has still to be made up for: it failed: more than" in board(splunkd)[1]
    assert ticked(scheduler, "2026-03-10T10:04", 1) == []
    assert ticked(scheduler, "2026-03-10T10:05", 2) == [10]
    assert board(splunkd)[0] == "info"


def test_a_real_time_schedule_waits_until_the_next_run_is_due(splunkd: Splunkd) -> None:
    write(splunkd, "macros", "sometimes", definition="none")
    save(splunkd, "s", **{**HOURLY, **MACRO, "realtime_schedule": "1"})
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:30", 1)
    assert ticked(scheduler, "2026-03-10T10:00", 1) == []
    assert ticked(scheduler, "2026-03-10T11:00", 1) == []
    said = splunkd.messages["scheduler:search:s:missed"]["value"]
    assert "the run of 2026-03-10 10:00 UTC was skipped" in said
    write(splunkd, "macros", "sometimes", definition="eval a=1")
    assert ticked(scheduler, "2026-03-10T11:00:30", 2) == [11]


def test_a_run_for_which_no_thread_is_to_be_had_is_owed(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(splunkd, "s", **{**HOURLY, "realtime_schedule": "0"})
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:30", 1)

    def begin(run: Any, name: str) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(splunkd.jobs, "begin", begin)
        assert ticked(scheduler, "2026-03-10T10:00", 2) == [10]
    assert "has still to be made up for: it failed: " in board(splunkd)[1]
    assert ticked(scheduler, "2026-03-10T10:06", 2) == [10]
    assert board(splunkd)[0] == "info"
