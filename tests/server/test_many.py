"""Many clients of many users at once: each gets what is its own; and what is over is over.

Expected answers: REST API Reference, "search/jobs" (404 for an unknown sid); server.conf.spec
(sessionTimeout).
"""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from splunklib.binding import HTTPError

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.server.running import ROOT, Server, fresh

USERS = 5
CLIENTS = 10  # of each user
UNKNOWN = r"404.*Unknown sid"
VIEWS = ("results", "results_preview", "events", "summary", "timeline", "search.log")


def test_no_job_or_event_of_another_user(server: Server, service: Any) -> None:
    """Fifty clients: each searches all indexes, and finds the one event that its user may see."""
    owned = [_own_place(service) for _ in range(USERS)]

    def work(number: int) -> tuple[str, list[str], str]:
        name, _ = owned[number % USERS]
        client = server.connect(username=name, password="their password")
        job = client.jobs.create("search index=* | table _raw", exec_mode="blocking")
        rows = json.loads(job.results(output_mode="json").read())["results"]
        return name, [row["_raw"] for row in rows], job.sid

    with ThreadPoolExecutor(USERS * CLIENTS) as pool:
        found = list(pool.map(work, range(USERS * CLIENTS)))
    events = {name: f"secret of {name}" for name, _ in owned}
    assert [rows for _, rows, _ in found] == [[events[name]] for name, _, _ in found]

    name, _ = owned[0]
    client = server.connect(username=name, password="their password")
    own = {sid for who, _, sid in found if who == name}
    assert {job.sid for job in client.jobs.list()} == own
    foreign = next(sid for who, _, sid in found if who != name)
    _is_unknown(client, foreign)
    assert foreign in [job.sid for job in service.jobs.list()]
    for name, index in owned:
        service.users.delete(name)
        service.roles.delete(name)
        service.indexes.delete(index)


def _is_unknown(client: Any, foreign: str) -> None:
    """That a user can do nothing with another's job, nor see that it is there."""
    parts = ("results", "results_preview", "events", "summary", "timeline", "search.log")
    for end in ("", *(f"/{part}" for part in parts)):
        with pytest.raises(HTTPError, match=UNKNOWN):
            client.get(f"search/jobs/{foreign}{end}")
    with pytest.raises(HTTPError, match=UNKNOWN):
        client.post(f"search/jobs/{foreign}/control", action="cancel")
    with pytest.raises(HTTPError, match=UNKNOWN):
        client.delete(f"search/jobs/{foreign}")


def _own_place(service: Any) -> tuple[str, str]:
    """A user and the only index that the user may search, with one event."""
    name, index = fresh("user"), fresh("index")
    service.indexes.create(index).submit(f"secret of {name}")
    service.roles.create(name, capabilities=["search"], srchIndexesAllowed=[index])
    service.users.create(name, "their password", [name])
    return name, index


def test_a_session_that_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour without a request; then the documented answer, and a new login is good again."""
    splunkd = Splunkd([ROOT], None, "admin", "secret", "")
    transport = httpx.ASGITransport(app=management_app(splunkd))

    async def talk() -> list[Any]:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8089") as http:
            who = {"username": "admin", "password": "secret", "output_mode": "json"}
            jobs = "/services/search/jobs?output_mode=json"
            key = (await http.post("/services/auth/login", data=who)).json()["sessionKey"]
            header = {"Authorization": f"Splunk {key}"}
            answers = [await http.get(jobs, headers=header)]
            began = time.monotonic()
            monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: began + 3601)
            answers.append(await http.get(jobs, headers=header))
            key = (await http.post("/services/auth/login", data=who)).json()["sessionKey"]
            answers.append(await http.get(jobs, headers={"Authorization": f"Splunk {key}"}))
            return answers

    try:
        before, after, again = asyncio.run(talk())
    finally:
        splunkd.close()
    assert (before.status_code, after.status_code, again.status_code) == (200, 401, 200)
    said = [{"type": "WARN", "text": "call not properly authenticated"}]
    assert after.json() == {"messages": said}


def test_much_data_by_the_management_port(server: Server, index: Any, tmp_path: Path) -> None:
    """receivers/simple and a file by oneshot: 20 MB each, whole; a search still answers."""
    block = (b"2026-01-01 00:00:00 " + b"y" * 979 + b"\n") * 1000  # a line with a time is an event
    with server.http() as http:
        answer = http.post(
            "/services/receivers/simple",
            params={"index": index.name, "sourcetype": "big", "output_mode": "json"},
            content=(block for _ in range(20)),
        )
        assert answer.status_code == 200
        assert answer.json()["bytes"] == 20_000_000
    file = tmp_path / "big.log"
    with file.open("wb") as out:
        for _ in range(20):
            out.write(block)
    index.upload(str(file))
    index.refresh()
    assert index["totalEventCount"] == "40000"
    found = index.service.jobs.oneshot("| makeresults | eval a=1 | table a", output_mode="json")
    assert json.loads(found.read())["results"] == [{"a": "1"}]
