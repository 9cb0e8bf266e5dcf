"""Jobs through the unmodified splunk-sdk: their control, what is told of them, who sees them.

Run again with its version 3 by test_sdk_3.py. Expected values are counted by hand from the events
that each test sends in.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from splunklib import client
from splunklib.binding import AuthenticationError, HTTPError

from tests.server.reading import rows
from tests.server.running import Server, fresh

NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"


def test_the_label_of_a_job(service: Any) -> None:
    """REST API Reference, search/jobs: the name of its saved search, or what it was given."""
    assert service.jobs.create("| makeresults", label="Mine")["label"] == "Mine"
    assert not service.jobs.create("| makeresults")["label"]
    saved = service.saved_searches[NAME]
    assert saved.dispatch()["label"] == NAME


def test_control(service: Any) -> None:
    job = service.jobs.create("| makeresults", exec_mode="blocking", timeout=60)
    job.touch()
    job.set_ttl(120)
    job.set_priority(7)
    job.disable_preview()
    job.refresh()
    assert (job["ttl"], job["priority"], job["isPreviewEnabled"]) == ("120", "7", "0")
    job.finalize()
    job.pause().unpause()
    assert job.sid in [listed.sid for listed in service.jobs]
    job.cancel()
    assert job.sid not in [listed.sid for listed in service.jobs]
    with pytest.raises(HTTPError, match="Unknown sid"):
        job.refresh()
    job.cancel()  # the SDK takes a 404 for done


def test_log_summary_and_timeline(service: Any, three: Any) -> None:
    search = f"search index={three.name} | stats count"
    job = service.jobs.create(search, exec_mode="blocking", status_buckets=300)
    assert b"3 results" not in job.searchlog().read()
    assert b", 1 result" in job.searchlog().read()
    summary = json.loads(job.summary(output_mode="json").read())
    assert summary["event_count"] == 3
    assert summary["fields"]["host"]["modes"] == [{"value": "h", "count": 3, "is_exact": True}]
    timeline = json.loads(job.timeline(output_mode="json").read())
    counts = [bucket["total_count"] for bucket in timeline["buckets"]]
    assert [count for count in counts if count] == [1, 1, 1]
    # 2026-03-10T09:30:01Z: date -u -d 2026-03-10T09:30:01Z +%s
    assert timeline["buckets"][0]["earliest_time"] == 1773135001
    assert b"<timeline c='3'" in job.timeline().read()
    assert len(rows(job.events(output_mode="json"))) == 3


def test_another_user_does_not_see_the_job(server: Server, service: Any) -> None:
    name = fresh("user")
    service.users.create(name, "their password", ["user"])
    other = server.connect(username=name, password="their password")
    mine = service.jobs.create("| makeresults", exec_mode="blocking")
    theirs = other.jobs.create("| makeresults", exec_mode="blocking")
    assert [job.sid for job in other.jobs] == [theirs.sid]
    with pytest.raises(HTTPError, match="Unknown sid"):
        client.Job(other, mine.sid).refresh()
    assert theirs.sid in [job.sid for job in service.jobs]
    with pytest.raises(HTTPError, match="requires capability: edit_user"):
        other.users.create(fresh("user"), "p", ["admin"])
    service.users.delete(name)
    with pytest.raises(AuthenticationError):
        other.jobs.list()


def test_parse(service: Any) -> None:
    body = json.loads(service.parse("search a | stats count", output_mode="json").body.read())
    assert [command["command"] for command in body["commands"]] == ["search", "stats"]
    with pytest.raises(HTTPError, match="nosuchcommand"):
        service.parse("search a | nosuchcommand")
