"""The searches of the app that ship turned off, as the scheduler runs them once they are on.

Moments and numbers are worked out by hand from what docs/health.md and docs/tuning.md say: a CA
without an audit event for two days is silent, and is told once a day; who backs up a CA on three
days of the last 90 is proposed, on Mondays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from splay.server.objects.acl import Acl
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.detection.apps import INVENTORY, add_lines, copy_of_the_app
from tests.sample_events import Style, event, render
from tests.server.moments import at

ALERT = "ADCS - A CA Fell Silent - Alert"
PROPOSAL = "ADCS - Baseline of Backup Operators - Proposal"
MONDAY = "2026-03-09"


class Server:
    """A server with both searches on, whose clock is what a test says."""

    def __init__(self, folder: Path) -> None:
        app = copy_of_the_app(folder)
        add_lines(app, INVENTORY, "ca01.example.com,Corp CA,issuing,,", "ca02.example.com,,,,")
        self.now = at(f"{MONDAY}T00:00:01")
        self.splunkd = Splunkd([app], None, "admin", "password", "", clock=lambda: self.now)
        acl = Acl("DA-ESS-ADCSBackup", "nobody", "app")
        for name in (ALERT, PROPOSAL):
            self.splunkd.catalog.write("savedsearches", name, {"disabled": "0"}, acl, private=False)

    def log(self, code: int, time: str, computer: str = "ca01.example.com") -> None:
        """An audit event that is indexed as it happens."""
        then = at(time)
        raw = render(
            event(code, time=datetime.fromtimestamp(then, UTC), computer=computer), Style()
        )
        source = "XmlWinEventLog:Security"
        self.splunkd.indexes.append(
            [Event(raw, then, computer, source, "XmlWinEventLog", "main", then)]
        )

    def run(self, name: str, time: str) -> list[list[str]]:
        """What the runs of this search found that are due within a second: the hosts of each."""
        scheduler = Scheduler(self.splunkd)  # which knows of no run that was missed meanwhile
        scheduler.tick(at(time) - 1)
        self.now = at(time)
        found = []
        for job in scheduler.tick(self.now):
            assert job.settled.wait(120)
            assert job.state == "DONE", job.messages
            if job.request.saved == name:
                found.append([str(row["dest"]) for row in job.results.rows])
        return found

    def fired(self) -> list[tuple[str, int, int]]:
        """Of each alert of the last day, the newest first: day and time, results, severity."""
        return [
            (f"{datetime.fromtimestamp(one.time, UTC):%d %H:%M}", one.results, one.severity)
            for one in self.splunkd.alerts.fired(self.now)
            if one.search[2] == ALERT
        ]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.splunkd.close()


def test_a_silent_ca_fires_once_a_day_and_one_that_writes_does_not(server: Server) -> None:
    """ca02 wrote its last event a week ago, ca01 a minute ago."""
    server.log(4880, "2026-03-02T08:39", "ca02.example.com")
    server.log(4880, f"{MONDAY}T08:39")
    assert server.run(ALERT, f"{MONDAY}T08:40:00") == [["ca02.example.com"]]
    assert server.fired() == [("09 08:40", 1, 4)]
    # The same is found an hour later, and not told again.
    assert server.run(ALERT, f"{MONDAY}T09:40:00") == [["ca02.example.com"]]
    assert server.fired() == [("09 08:40", 1, 4)]
    # A day after it is told again.
    assert server.run(ALERT, "2026-03-10T09:40:00") == [["ca02.example.com"]]
    assert server.fired() == [("10 09:40", 1, 4)]
    # A second CA falls silent, two days and one minute after its last event: it is told at once,
    # and the first one is still held back.
    both = ["ca01.example.com", "ca02.example.com"]
    assert server.run(ALERT, "2026-03-11T08:40:00") == [both]
    assert server.fired() == [("11 08:40", 1, 4), ("10 09:40", 1, 4)]


def test_where_no_ca_is_silent_the_alert_does_not_fire(server: Server) -> None:
    server.log(4880, f"{MONDAY}T08:00")
    server.log(4880, f"{MONDAY}T08:00", "ca02.example.com")
    assert server.run(ALERT, f"{MONDAY}T08:40:00") == [[]]
    assert server.fired() == []


def test_the_alert_runs_once_an_hour(server: Server) -> None:
    times = ("07:40:00", "08:00:00", "08:20:00", "08:39:59", "08:40:00", "09:40:00", "23:40:00")
    runs = [len(server.run(ALERT, f"{MONDAY}T{time}")) for time in times]
    assert runs == [1, 0, 0, 0, 1, 1, 1]
    assert len(server.run(ALERT, "2026-08-15T13:40:00")) == 1


def test_proposals_come_on_mondays_from_ninety_days(server: Server) -> None:
    """Three days each: ca01's begin 90 days before, ca02's 91, so that two are within."""
    for day in ("2025-12-09", "2026-01-12", "2026-02-16"):
        server.log(4876, f"{day}T02:30")
    for day in ("2025-12-08", "2026-01-12", "2026-02-16"):
        server.log(4876, f"{day}T02:30", "ca02.example.com")
    assert server.run(PROPOSAL, f"{MONDAY}T05:59:59") == []
    assert server.run(PROPOSAL, f"{MONDAY}T06:00:00") == [["ca01.example.com"]]
    assert server.run(PROPOSAL, "2026-03-10T06:00:00") == []
    assert len(server.run(PROPOSAL, "2026-03-16T06:00:00")) == 1
