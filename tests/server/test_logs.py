"""_internal and _audit: what the server tells of itself, with Splunk's sourcetypes and fields.

Source: Troubleshooting Manual, "What Splunk software logs about itself"; Securing Splunk, "Audit
Splunk activity"; REST API Reference, "server/logger".
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from splay.errors import DataError
from splay.server.logs import log as log_module
from splay.server.logs.log import Log
from splay.store.event import Event
from splay.store.index.indexes import Indexes
from tests.server.running import PASSWORD, Server, fresh


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def rows(http: httpx.Client, search: str, count: int = 1) -> list[dict[str, Any]]:
    """The results as soon as there are so many: lines are written a second later."""
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
    until = time.monotonic() + 60
    while True:
        found: list[dict[str, Any]] = http.post("/services/search/jobs", data=form).json()[
            "results"
        ]
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(0.3)


def test_requests(server: Server, http: httpx.Client) -> None:
    mark = fresh()
    http.get("/services/server/info", params={"mark": mark, "password": "hush"})
    search = f"search index=_internal sourcetype=splunkd_access {mark} method=GET"
    shown = "_raw user method uri_path uri_query status clientip spent source"
    [row] = rows(http, f"{search} | table {shown}")
    assert (row["user"], row["method"], row["status"]) == ("admin", "GET", "200")
    assert row["uri_path"] == "/services/server/info"
    assert row["uri_query"] == f"mark={mark}&password=********"
    assert row["clientip"] == "127.0.0.1"
    assert row["source"].endswith("splunkd_access.log")
    assert row["spent"].isdigit()
    assert "hush" not in row["_raw"]


def test_searches_and_logins(server: Server, http: httpx.Client) -> None:
    mark = fresh()
    rows(http, f'| makeresults count=3 | eval m="{mark}"')
    audit = f"search index=_audit sourcetype=audittrail action=search info=completed {mark}"
    [row] = rows(http, f"{audit} NOT _audit | table user result_count search_id total_run_time")
    assert (row["user"], row["result_count"]) == ("admin", "3")
    assert row["search_id"]
    name = fresh()
    for password in ("wrong", PASSWORD):
        form = {"username": "admin" if password == PASSWORD else name, "password": password}
        http.post("/services/auth/login", data=form)
    [row] = rows(http, f'search index=_audit action="login attempt" user={name} | table info')
    assert row["info"] == "failed"


def test_failed_searches(http: httpx.Client) -> None:
    sid = fresh()
    wrong = {"search": '| makeresults | rex field=a "(?<b>["', "id": sid, "exec_mode": "oneshot"}
    http.post("/services/search/jobs", data=wrong)
    search = "search index=_internal sourcetype=splunkd log_level=ERROR component=SearchProcess"
    [row] = rows(http, f'{search} "sid={sid}" | table _raw')
    assert "missing terminating ] for character class" in row["_raw"]


def test_ordinary_users_do_not_see_them(server: Server, http: httpx.Client) -> None:
    name = fresh()
    form = {"name": name, "password": "some password", "roles": "user"}
    http.post("/services/authentication/users", data=form)
    assert rows(http, "search index=_internal | head 1")
    with server.http(name, "some password") as other:
        assert rows(other, "search index=_internal OR index=_audit | head 1", 0) == []
    http.delete(f"/services/authentication/users/{name}")


def test_levels(http: httpx.Client) -> None:
    path = "/services/server/logger/HttpListener"
    json = {"output_mode": "json"}
    assert http.post(path, data={"level": "WARN", **json}).status_code == 200
    mark = fresh()
    http.get("/services/server/info", params={"mark": mark})
    assert http.post(path, data={"level": "INFO"}).status_code == 200
    assert http.get(path, params=json).json()["entry"][0]["content"]["level"] == "INFO"
    later = fresh()
    http.get("/services/server/info", params={"mark": later})
    assert rows(http, f"search index=_internal sourcetype=splunkd_access {later}")
    assert rows(http, f"search index=_internal sourcetype=splunkd_access {mark}", 0) == []
    assert http.post(path, data={"level": "LOUD"}).status_code == 400
    assert http.get("/services/server/logger/Nobody").status_code == 404


def test_they_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "MOST_BYTES", 2_000_000)
    indexes = Indexes(None)
    log = Log(indexes, lambda text: None)
    for number in range(30_000):
        log.say("INFO", "ServerControl", f"line {number} " + "x" * 100)
        if number % 1000 == 999:
            log.flush()
    log.close()
    held = indexes.get("_internal")
    assert 500_000 < held.size() < 3_000_000
    assert held.count() < 30_000


class Full(Indexes):
    """Indexes that cannot be written."""

    def append(self, events: Any) -> None:
        raise DataError("no space left")


def test_what_cannot_be_written_is_told() -> None:
    told: list[str] = []
    log = Log(Full(None), told.append)
    log.audit({"user": "admin", "action": "test", "info": "x"})
    log.close()
    assert told == ["1 line of the server's own logs is lost: no space left"]


def test_scheduled_runs(tmp_path: Path) -> None:
    from tests.server.running import running

    with running("--data", str(tmp_path)) as server, server.http() as http:
        form = {
            "name": "every minute",
            "search": "| makeresults",
            "is_scheduled": "1",
            "cron_schedule": "* * * * *",
        }
        http.post("/servicesNS/nobody/search/saved/searches", data=form)
        search = 'search index=_internal sourcetype=scheduler savedsearch_name="every minute"'
        until = time.monotonic() + 180
        found: list[dict[str, Any]] = []
        while not found and time.monotonic() < until:
            found = rows(http, f"{search} | table status app user result_count sid", 1)
        assert (found[0]["status"], found[0]["app"], found[0]["user"]) == (
            "success",
            "search",
            "admin",
        )
        assert found[0]["result_count"] == "1"


def test_an_event_of_the_audit_trail_has_its_fields_once() -> None:
    from splay.server.logs.lines import audit_line

    event = audit_line(1_700_000_000.5, {"user": "a", "action": "search", "info": "granted"})
    assert isinstance(event, Event)
    assert event.raw == (
        "Audit:[timestamp=11-14-2023 22:13:20.500, user=a, action=search, info=granted][n/a]"
    )
