"""The companion search as the scheduler runs it: a sign that comes late raises its risk once.

Windows by hand: the run of an hour h looks at what was indexed from h-70m to h-10m.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from splay.server.objects.acl import Acl
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport
from splay.store.literalscan import LiteralScan
from tests.sample_events import Style, event, render
from tests.server.moments import at
from tests.server.running import ROOT

COMPANION = "ADCS - CA Key Taken Without a Backup Event - Rule"
APP = "DA-ESS-ADCSBackup"


@pytest.fixture
def splunkd() -> Iterator[Splunkd]:
    """A server on which somebody has turned the companion on."""
    made = Splunkd([ROOT], None, "admin", "password", "", clock=lambda: at("2026-03-10T13:00"))
    acl = Acl(APP, "nobody", "app")
    made.catalog.write("savedsearches", COMPANION, {"disabled": "0"}, acl, private=False)
    yield made
    made.close()


def raised(splunkd: Splunkd) -> int:
    """The risk events of the companion."""
    risk = splunkd.indexes.get("risk")
    found = risk.scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    return sum(f'search_name="{COMPANION}"' in one.raw for one in found)


@pytest.mark.parametrize(
    ("happened", "arrived", "after"),
    [
        ("2026-03-10T09:20", "2026-03-10T09:20:05", [1, 1, 1]),
        ("2026-03-10T09:20", "2026-03-10T09:50", [0, 1, 1]),
        ("2026-03-03T09:20", "2026-03-10T10:49:59", [0, 1, 1]),
        ("2026-03-12T09:20", "2026-03-10T10:50", [0, 0, 1]),
    ],
    ids=["in time", "ten minutes before the run", "a week late", "of a clock two days ahead"],
)
def test_a_sign_is_found_once_whenever_it_comes(
    splunkd: Splunkd, happened: str, arrived: str, after: list[int]
) -> None:
    """The CA's audit filter turned off, event 4885: a CA is known by it. Runs of 10, 11 and 12."""
    raw = render(event(4885, data={"AuditFilter": "0"}), Style())
    source = "XmlWinEventLog:Security"
    made = Event(raw, at(happened), "ca01", source, "XmlWinEventLog", "main", at(arrived))
    splunkd.indexes.append([made])
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    counts = []
    for hour in (10, 11, 12):
        for job in scheduler.tick(at(f"2026-03-10T{hour}:00:01")):
            assert job.settled.wait(120)
            assert job.state == "DONE", job.messages
        counts.append(raised(splunkd))
    assert counts == after
