"""A disk that is full: what cannot be kept is refused, and the schedule goes on.

That the disk is full is an fsync that says so, as it is with delayed allocation.
"""

from __future__ import annotations

import errno
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from splay.errors import OutputError
from splay.server.access.users import User, Users
from splay.server.jobs.job import Job
from splay.server.management import management_app
from splay.server.objects.acl import Acl
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport
from splay.store.literalscan import LiteralScan
from splay.wholefiles import write_file
from tests.security.conftest import Client
from tests.server.moments import at
from tests.server.running import PASSWORD, ROOT

HOURLY: dict[str, str | None] = {
    "search": "index=main | stats count BY host",
    "enableSched": "1",
    "cron_schedule": "0 * * * *",
    "realtime_schedule": "0",
    "dispatch.earliest_time": "-1h@h",
    "dispatch.latest_time": "@h",
    "counttype": "number of events",
    "relation": "greater than",
    "quantity": "0",
    "action.risk": "1",
    "action.risk.param._risk": '[{"risk_object_field": "host", "risk_object_type": "system", '
    '"risk_score": 1}]',
}


@contextmanager
def full() -> Iterator[None]:
    """The disk is full."""

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        yield


@pytest.fixture
def splunkd(tmp_path: Path) -> Iterator[Splunkd]:
    with closing(Splunkd([ROOT], tmp_path / "data", "admin", PASSWORD, "")) as made:
        yield made


def test_a_file_that_cannot_be_written_is_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.conf"
    write_file(path, b"old")
    with full(), pytest.raises(OutputError, match=r"a\.conf: cannot be written: No space left"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.conf"]


def test_users_are_those_that_are_kept(tmp_path: Path) -> None:
    users = Users("admin", "a password", tmp_path / "users.json")
    users.users["eve"] = User("eve", "", ["user"])
    users.roles["user"].capabilities.append("edit_user")
    with full(), pytest.raises(OutputError):
        users.save()
    assert list(users.users) == ["admin"]
    assert "edit_user" not in users.roles["user"].capabilities
    assert users.check("admin", "a password")


def test_a_change_that_cannot_be_kept_is_an_error_of_the_server(splunkd: Splunkd) -> None:
    key = splunkd.users.login("admin", PASSWORD)
    admin = Client(management_app(splunkd), {"Authorization": f"Splunk {key}"})
    path = "/servicesNS/nobody/search/admin/macros"
    with full():
        answer = admin.post(path, name="m", definition="x")
    assert answer.status_code == 500
    assert "macros.conf: cannot be written: No space left" in answer.text
    assert admin.get(f"{path}/m").status_code == 404
    assert admin.post(path, name="m", definition="x").status_code == 201


def test_a_server_starts_with_what_it_has(tmp_path: Path) -> None:
    where = tmp_path / "data"
    with closing(Splunkd([ROOT], where, "admin", PASSWORD, "a-token")) as splunkd:
        splunkd.indexes.append([Event("kept", 1.0, "h", "s", "st", "main", 1.0)])
    with full(), closing(Splunkd([ROOT], where, "admin", PASSWORD, "a-token")) as splunkd:
        assert splunkd.users.check("admin", PASSWORD)
        assert splunkd.indexes.get("main").count() == 1


def ticked(scheduler: Scheduler, moment: str) -> list[float]:
    """The times for which one look has runs begin; waits until they have ended."""
    jobs: list[Job] = [job for job in scheduler.tick(at(moment)) if job.request.saved == "hourly"]
    for job in jobs:
        assert job.settled.wait(120)
        assert job.state == "DONE", job.messages
    return [job.context.now for job in jobs]


def alerted(splunkd: Splunkd) -> Counter[str]:
    """How many risk events there are by host."""
    risk = splunkd.indexes.get("risk")
    found = risk.scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    return Counter(re.findall(r'risk_object="(\w+)"', "".join(one.raw for one in found)))


@pytest.mark.parametrize("suppress", ["0", "1"])
def test_an_alert_that_cannot_be_kept_is_raised_when_it_can(
    splunkd: Splunkd, suppress: str
) -> None:
    """Runs of 10 to 13, the disk full at 11 and 12: made up for after that of 13, each once."""
    throttle = {"alert.suppress": suppress, "alert.suppress.fields": "host"}
    settings = {**HOURLY, **throttle, "alert.suppress.period": "24h"}
    acl = Acl("search", "nobody", "app")
    splunkd.catalog.write("savedsearches", "hourly", settings, acl, private=False)
    times = [at(f"2026-03-10T{hour:02}:30") for hour in (9, 10, 11, 12)]
    splunkd.indexes.append(
        [Event("x", t, f"h{n}", "s", "st", "main", t) for n, t in enumerate(times)]
    )
    scheduler = Scheduler(splunkd)
    ticked(scheduler, "2026-03-10T09:59:59")
    hours = [at(f"2026-03-10T{hour}:00") for hour in (10, 11, 12, 13)]
    assert ticked(scheduler, "2026-03-10T10:00:01") == hours[:1]
    with full():
        assert ticked(scheduler, "2026-03-10T11:00:01") == hours[1:2]
        assert ticked(scheduler, "2026-03-10T11:00:02") == []
        assert ticked(scheduler, "2026-03-10T12:00:01") == hours[2:3]
        assert ticked(scheduler, "2026-03-10T12:00:02") == []
    assert alerted(splunkd) == {"h0": 1}
    said = splunkd.messages["scheduler:search:hourly"]["value"]
    assert "its alert could not be kept: the index risk cannot be written: No space" in said
    assert ticked(scheduler, "2026-03-10T13:00:01") == hours[3:]
    assert ticked(scheduler, "2026-03-10T13:00:02") == hours[1:2]
    assert ticked(scheduler, "2026-03-10T13:00:03") == hours[2:3]
    assert ticked(scheduler, "2026-03-10T13:00:04") == []
    assert alerted(splunkd) == {"h0": 1, "h1": 1, "h2": 1, "h3": 1}


def test_what_a_failed_run_would_have_raised_is_made_up_for_after_a_restart(
    tmp_path: Path,
) -> None:
    where = tmp_path / "data"
    with closing(Splunkd([ROOT], where, "admin", PASSWORD, "")) as splunkd:
        acl = Acl("search", "nobody", "app")
        splunkd.catalog.write("savedsearches", "hourly", HOURLY, acl, private=False)
        time = at("2026-03-10T09:30")
        splunkd.indexes.append([Event("x", time, "h0", "s", "st", "main", time)])
        scheduler = Scheduler(splunkd)
        ticked(scheduler, "2026-03-10T09:59:59")
        with full():
            assert ticked(scheduler, "2026-03-10T10:00:01") == [at("2026-03-10T10:00")]
        assert not alerted(splunkd)
    with closing(Splunkd([ROOT], where, "admin", PASSWORD, "")) as splunkd:
        scheduler = Scheduler(splunkd)
        assert ticked(scheduler, "2026-03-10T10:10:00") == [at("2026-03-10T10:00")]
        assert alerted(splunkd) == {"h0": 1}
