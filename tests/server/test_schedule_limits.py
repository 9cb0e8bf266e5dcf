"""When a run is tried again, what is late, and how many runs there are at once.

Source: savedsearches.conf.spec (max_concurrent = 1, schedule_window); how long splay waits between
two attempts is its own: twice as long each time, at most a minute for a run that cannot start, from
five minutes to an hour for one that fails. Times are counted by hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from splay.server.jobs.job import Job
from splay.server.jobs.timerange import TimeRange
from splay.server.scheduler.owed import Planned
from splay.server.scheduler.savedsearch import dispatched
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from tests.server.moments import at
from tests.server.running import fresh
from tests.server.saving import HOURLY, save
from tests.server.test_schedule import board, own, request_of, running_job, ticked, write

TEN = at("2026-03-10T10:00")
DAILY = {"enableSched": "1", "cron_schedule": "0 10 * * *", "search": "| makeresults"}
CONTINUOUS = {"realtime_schedule": "0"}


def test_attempts_are_further_apart_each_time() -> None:
    planned = Planned("", 0.0)
    waits: list[float] = []
    for _ in range(8):
        planned.put_off(100.0, 1.0, 60.0)
        waits.append(planned.not_before - 100.0)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_clock_that_was_set_back_lets_none_wait() -> None:
    planned = Planned("", 0.0, not_before=1000.0)
    moments = (939.9, 940.0, 999.9, 1000.0)
    assert [planned.waits(now, 60.0) for now in moments] == [False, True, True, False]


def tried(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch, seconds: range) -> list[int]:
    """After how many seconds the run of ten o'clock was tried, which never can start."""
    save(splunkd, "s", **DAILY, **CONTINUOUS, dispatch__max_count="none")
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    found: list[int] = []

    def noted(splunkd: Splunkd, saved: Any, *rest: Any, **more: Any) -> Job:
        if saved.name == "s":
            found.append(second)
        return dispatched(splunkd, saved, *rest, **more)

    monkeypatch.setattr(f"{Scheduler.__module__}.dispatched", noted)
    for second in seconds:
        scheduler.tick(TEN + second)
    return found


def test_a_run_that_cannot_start_is_tried_again(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tried(splunkd, monkeypatch, range(190))
    assert found == [0, 1, 3, 7, 15, 31, 63, 123, 183]


def test_a_run_that_fails_is_tried_again(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    save(splunkd, "s", **DAILY, **CONTINUOUS)
    monkeypatch.setattr(
        f"{Scheduler.__module__}.trigger", lambda splunkd, saved, job: "no space left"
    )
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    found: list[int] = []
    for minute in range(260):
        for job in own(scheduler.tick(TEN + 60 * minute), "s"):
            assert job.settled.wait(120)
            found.append(minute)
    assert found == [0, 5, 15, 35, 75, 135, 195, 255]
    assert board(splunkd)[1].endswith("has still to be made up for: no space left")


@pytest.mark.parametrize(("seconds", "late"), [(60, False), (61, True)])
def test_more_than_a_minute_is_late(splunkd: Splunkd, seconds: int, late: bool) -> None:
    save(splunkd, "s", **HOURLY, **CONTINUOUS)
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    (job,) = own(scheduler.tick(TEN + seconds), "s")
    assert job.settled.wait(120)
    assert ("scheduler:search:s" in splunkd.messages) is late


def test_a_message_names_ten_late_runs(splunkd: Splunkd) -> None:
    save(splunkd, "s", **HOURLY, **CONTINUOUS)
    Scheduler(splunkd).tick(TEN - 60)
    assert ticked(Scheduler(splunkd), "2026-03-10T21:30", 13) == list(range(10, 22))
    severity, text = board(splunkd)
    assert severity == "info"
    assert text.count("(the server was down)") == 10
    assert text.endswith("2026-03-10 19:00 UTC (the server was down) and 2 more")


@pytest.mark.parametrize("window", ["auto", "default", " AUTO "])
def test_a_window_that_is_the_whole_period(splunkd: Splunkd, window: str) -> None:
    saved = save(splunkd, "s", **HOURLY, schedule_window=window)
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    running_job(splunkd, saved)
    assert own(scheduler.tick(TEN + 3599), "s") == []
    assert "scheduler:search:s:missed" not in splunkd.messages
    scheduler.tick(TEN + 3600)
    assert "a run was skipped" in splunkd.messages["scheduler:search:s:missed"]["value"]


def test_as_many_at_once_as_a_setting_says(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY, max_concurrent="2", schedule_window="5")
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    running_job(splunkd, saved)
    other = running_job(splunkd, saved)
    assert own(scheduler.tick(TEN), "s") == []
    other.cancel()
    assert other.finished.wait(120)
    assert len(own(scheduler.tick(TEN + 1), "s")) == 1


def test_a_users_own_run_keeps_none_from_the_schedule(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY)
    scheduler = Scheduler(splunkd)
    scheduler.tick(TEN - 60)
    request = request_of(saved)
    request.scheduled = None
    job, store = splunkd.make_job(fresh("sid"), request, TimeRange(), TEN)
    job.pause()
    splunkd.start_job(job, store)
    assert len(own(scheduler.tick(TEN), "s")) == 1


@pytest.mark.parametrize("realtime", ["0", "1"])
def test_a_search_that_was_off_owes_nothing(splunkd: Splunkd, realtime: str) -> None:
    save(splunkd, "s", **HOURLY, realtime_schedule=realtime)
    scheduler = Scheduler(splunkd)
    assert ticked(scheduler, "2026-03-10T09:30", 1) == []
    write(splunkd, "savedsearches", "s", enableSched="0")
    assert ticked(scheduler, "2026-03-10T10:30", 1) == []
    write(splunkd, "savedsearches", "s", enableSched="1")
    assert ticked(scheduler, "2026-03-10T12:30", 2) == []
    assert ticked(scheduler, "2026-03-10T13:00", 2) == [13]
    assert ticked(Scheduler(splunkd), "2026-03-10T13:30", 2) == []
