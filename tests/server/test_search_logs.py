"""What is logged of searches, field by field: scheduler.log and the audit trail.

Source: Troubleshooting Manual, "What Splunk software logs about itself" (scheduler.log); Securing
Splunk, "Audit Splunk activity". Times and counts are those of the search that the test runs.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from splay import memory
from splay.server.jobs.job import Job, Request
from splay.server.jobs.timerange import TimeRange
from splay.server.scheduler.scheduler import Scheduler
from splay.server.splunkd import Splunkd
from splay.store.event import Event, Need, ReadReport
from splay.store.literalscan import LiteralScan
from tests.server.moments import at
from tests.server.saving import HOURLY, save

_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')
RUNS = {
    "savedsearch_id": "nobody;search;s",
    "search_type": "scheduled",
    "user": "admin",
    "app": "search",
    "savedsearch_name": "s",
    "scheduled_time": str(int(at("2026-03-10T10:00"))),
}


def logged(splunkd: Splunkd, index: str, **fields: str) -> list[Event]:
    """The events of a log that have these fields, at index time or in their text."""
    splunkd.log.close()  # its thread may just be writing
    events = splunkd.indexes.get(index).scan(Need(), LiteralScan(()), ReadReport(), lambda: True)
    return [one for one in events if fields.items() <= held(one).items()]


def held(event: Event) -> dict[str, Any]:
    """An event's fields."""
    pairs = _PAIR.findall(event.raw)
    return {**{name: quoted or bare for name, quoted, bare in pairs}, **event.fields}


def settled(job: Job) -> Job:
    assert job.settled.wait(120)
    return job


def scheduled(splunkd: Splunkd, search: str) -> Job:
    """The run of 10:00 of the saved search `s`."""
    save(splunkd, "s", **{**HOURLY, "search": search})
    scheduler = Scheduler(splunkd)
    scheduler.tick(at("2026-03-10T09:30"))
    jobs = scheduler.tick(at("2026-03-10T10:00:07"))
    return settled(next(job for job in jobs if job.request.saved == "s"))


def started(splunkd: Splunkd, search: str, *, cancel: bool = False) -> Job:
    """A search of the user's own, that has ended."""
    request = Request(search, "admin", "search")
    job, store = splunkd.make_job("1.1", request, TimeRange())
    if cancel:
        job.cancel()
    splunkd.start_job(job, store)
    return settled(job)


def test_a_scheduled_run(splunkd: Splunkd) -> None:
    began = time.time()
    job = scheduled(splunkd, "| makeresults count=3")
    [event] = logged(splunkd, "_internal", **RUNS)
    assert (event.sourcetype, event.fields["log_level"]) == ("scheduler", "INFO")
    said = {"status": "success", "result_count": "3", "sid": job.sid}
    assert said.items() <= held(event).items()
    assert int(began) <= int(held(event)["dispatch_time"]) <= time.time()
    assert held(event)["run_time"] == f"{job.seconds:.3f}"


def test_a_scheduled_run_that_fails(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the machine has no memory left."""
    monkeypatch.setattr(memory, "limit", lambda: 1)
    job = scheduled(splunkd, "| makeresults")
    [event] = logged(splunkd, "_internal", **RUNS)
    assert (event.fields["log_level"], held(event)["status"]) == ("ERROR", "failed")
    told = [one.raw for one in logged(splunkd, "_internal", component="SearchProcess")]
    assert sum(f"sid={job.sid} more than " in raw for raw in told) == 1


def test_a_search_of_a_users_own_is_no_scheduled_run(splunkd: Splunkd) -> None:
    started(splunkd, "| makeresults")
    assert logged(splunkd, "_internal", component="SavedSplunker") == []


@pytest.mark.parametrize(
    ("search", "cancel", "info", "count"),
    [
        ("| makeresults count=2", False, "completed", "2"),
        ("| makeresults count=2", True, "canceled", "0"),
        ('| makeresults | rex field=a "(?<b>["', False, "failed", "0"),
    ],
)
def test_the_audit_trail(
    splunkd: Splunkd, search: str, cancel: bool, info: str, count: str
) -> None:
    job = started(splunkd, search, cancel=cancel)
    who = {"user": "admin", "action": "search", "search_id": "1.1", "app": "search"}
    granted, ended = logged(splunkd, "_audit", **who, search=search)
    assert granted.fields["info"] == "granted"
    said = {"info": info, "result_count": count, "total_run_time": f"{job.seconds:.2f}"}
    assert said.items() <= ended.fields.items()
    failed = logged(splunkd, "_internal", component="SearchProcess")
    assert len(failed) == (1 if info == "failed" else 0)


def test_events_are_counted_beside_results(splunkd: Splunkd) -> None:
    splunkd.indexes.append([Event(text, 1.5, "h", "s", "st", "main", 2.0) for text in "aab"])
    started(splunkd, "search index=main a | stats count")
    [ended] = logged(splunkd, "_audit", info="completed")
    counts = [ended.fields[f"{name}_count"] for name in ("event", "result", "scan")]
    assert counts == ["2", "1", "3"]


def test_a_long_search_is_logged_in_part(splunkd: Splunkd) -> None:
    search = f'| makeresults | eval a="{"x" * 20_000}"'
    started(splunkd, search)
    both = logged(splunkd, "_audit", search_id="1.1")
    assert [len(str(one.fields["search"])) for one in both] == [10_000, 10_000]
    assert search.startswith(str(both[0].fields["search"]))
