"""What can go wrong between a client and the server, and how the server starts.

Statuses and messages: REST API Reference, "HTTP status codes" and "Access endpoints".
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from splay.server.access.users import Users
from tests.server.running import PASSWORD, ROOT, Server, fresh, refused, running, until

LONG = "| makeresults count=20000000 | eval a=1 | stats count"
"""A search that runs until it is told to end: minutes."""


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


def messages(response: httpx.Response) -> list[tuple[str, str]]:
    return [(message["type"], message["text"]) for message in response.json()["messages"]]


# ---- starting ----


def test_without_a_password_it_does_not_start() -> None:
    assert "There is no password: set SPLUNK_PASSWORD." in refused(SPLUNK_PASSWORD="")


def test_without_a_token_it_says_so() -> None:
    command = [sys.executable, "-m", "splay", "serve", "--port", "0", "--hec-port", "0"]
    given = {**os.environ, "SPLUNK_PASSWORD": PASSWORD, "SPLUNK_HEC_TOKEN": ""}
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        assert "SPLUNK_HEC_TOKEN is not set" in process.stderr.readline()
        process.terminate()


def test_without_an_app_it_does_not_start(tmp_path: Path) -> None:
    assert "not a Splunk app" in refused("--app", str(tmp_path))


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = refused("--port", str(port))
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in text


def test_plain() -> None:
    with running("--plain") as server:
        assert server.scheme == "http"
        assert server.connect().info["version"]


# ---- who calls ----


def test_login(server: Server) -> None:
    url = f"{server.url}/services/auth/login"
    who = {"username": "admin", "password": PASSWORD, "output_mode": "json"}
    answer = httpx.post(url, data=who, verify=False)
    key = answer.json()["sessionKey"]
    header = {"Authorization": f"Splunk {key}"}
    info = f"{server.url}/services/server/info?output_mode=json"
    assert httpx.get(info, headers=header, verify=False).status_code == 200
    wrong = httpx.post(url, data={**who, "password": "wrong"}, verify=False)
    assert (wrong.status_code, messages(wrong)) == (401, [("WARN", "Login failed")])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (None, ("ERROR", "Unauthorized")),
        ("Basic !!!", ("ERROR", "Unauthorized")),
        ("Basic YTpi", ("ERROR", "Unauthorized")),
        ("Splunk nothing", ("WARN", "call not properly authenticated")),
        ("Bearer a.b.c", ("WARN", "call not properly authenticated")),
        ("Digest x", ("WARN", "call not properly authenticated")),
    ],
)
def test_not_authenticated(server: Server, header: str | None, said: tuple[str, str]) -> None:
    """As Splunk 10.4.2 was measured to answer: without a key or token it asks for a password."""
    headers = {} if header is None else {"Authorization": header}
    url = f"{server.url}/services/search/jobs?output_mode=json"
    answer = httpx.get(url, headers=headers, verify=False)
    assert answer.status_code == 401
    assert messages(answer) == [said]
    assert ("www-authenticate" in answer.headers) is (said[0] == "ERROR")


def test_a_session_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    # sessionTimeout of server.conf.spec: one hour without a request
    users = Users("admin", "secret")
    key = users.login("admin", "secret")
    assert key
    now = time.monotonic()
    monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: now + 3599)
    assert users.session(key) == "admin"
    monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: now + 3599 + 3601)
    assert users.session(key) is None


def test_a_token_expires() -> None:
    users = Users("admin", "secret")
    token, _ = users.make_token("admin", "tests", 1)  # 1970
    assert users.caller(f"Bearer {token}", "") is None
    token, _ = users.make_token("admin", "tests", 0)
    assert users.caller(f"Bearer {token}", "") == "admin"
    assert users.caller(f"Bearer {token[:-2]}xx", "") is None


# ---- answers ----


def test_addresses_that_there_are_not(http: httpx.Client) -> None:
    answer = http.get("/services/no/such/thing", params={"output_mode": "json"})
    assert (answer.status_code, messages(answer)) == (404, [("ERROR", "Not Found")])
    answer = http.get("/services/saved/searches/none")
    assert answer.status_code == 404
    assert '<msg type="ERROR">Could not find object id=none</msg>' in answer.text
    assert http.get("/elsewhere").status_code == 404
    assert http.put("/services/search/jobs").status_code == 405
    assert http.get("/servicesNS/nobody/nosuchapp/configs/conf-macros").status_code == 404
    assert http.get("/services/deployment/server/config").status_code == 501


def test_a_restart_ends_sessions_and_its_message(tmp_path: Path) -> None:
    """As an SDK's restart() waits for it: until a login succeeds and no message is left."""
    with running("--data", str(tmp_path)) as server:
        service = server.connect()
        service.restart(timeout=20)
        assert not service.restart_required
        with server.http() as http:
            key = (
                http.post("/services/auth/login", data={"username": "admin", "password": PASSWORD})
                .text.split("<sessionKey>")[1]
                .split("<")[0]
            )
            http.post("/services/server/control/restart")
        headers = {"Authorization": f"Splunk {key}"}
        found = httpx.get(f"{server.url}/services/server/info", headers=headers, verify=False)
        assert found.status_code == 401


def test_the_feed_as_json(http: httpx.Client, server: Server) -> None:
    path = "/servicesNS/nobody/DA-ESS-ADCSBackup/admin/macros"
    name = "wineventlog_security"
    body = http.get(f"{path}/{name}", params={"output_mode": "json"}).json()
    assert body["paging"] == {"total": 1, "perPage": 30, "offset": 0}
    entry = body["entry"][0]
    assert entry["name"] == name
    assert entry["id"] == f"{server.url}{path}/{name}"
    assert entry["links"]["alternate"] == f"{path}/{name}"
    assert entry["acl"]["app"] == "DA-ESS-ADCSBackup"
    assert entry["acl"]["sharing"] == "app"
    assert entry["content"]["disabled"] is False
    assert entry["content"]["definition"].startswith("eventtype=wineventlog_security OR ")


def test_text_that_xml_cannot_hold(http: httpx.Client, server: Server) -> None:
    with server.hec() as hec:
        name = fresh("x")
        body = r'{"event":"a\u0000b\u001b<&>\ud83d","host":"\ud83d","source":"' + name + '"}'
        assert hec.post("/event", content=body).status_code == 200
    answer = http.post(
        "/services/search/jobs", data={"search": f"search source={name}", "exec_mode": "oneshot"}
    )
    assert answer.status_code == 200
    assert "a�b�&lt;&amp;&gt;?" in answer.text


# ---- jobs that run ----


@pytest.fixture
def job(service: Any) -> Iterator[Any]:
    started = service.jobs.create(LONG)
    until(started.is_ready)
    yield started
    started.cancel()


def test_pause_and_finalize(job: Any) -> None:
    job.pause().refresh()
    assert (job["isPaused"], job["dispatchState"], job["isDone"]) == ("1", "PAUSE", "0")
    assert job.results(output_mode="json").read() == b""  # 204: nothing yet
    job.unpause().refresh()
    assert (job["isPaused"], job["dispatchState"]) == ("0", "RUNNING")
    job.finalize()
    until(job.is_done)
    assert (job["isFinalized"], job["dispatchState"]) == ("1", "DONE")
    found = json.loads(job.results(output_mode="json").read())["results"]
    assert int(found[0]["count"]) < 20_000_000


def test_max_time_and_limits_end_a_search(service: Any) -> None:
    job = service.jobs.create(LONG, exec_mode="blocking", auto_finalize_ec=1000)
    job.refresh()
    assert job["isFinalized"] == "1"
    rows = service.jobs.create("| makeresults count=30", exec_mode="blocking", max_count=7)
    rows.refresh()
    assert rows["resultCount"] == "7"


def test_a_client_that_hangs_up(server: Server, service: Any) -> None:
    name = fresh("hung")
    body = {"search": f'{LONG} | eval n="{name}"', "exec_mode": "oneshot"}
    with server.http() as gone, pytest.raises(httpx.ReadTimeout):
        gone.post("/services/search/jobs", data=body, timeout=httpx.Timeout(60, read=1))
    with server.http() as http:  # the search does not run on for nobody
        while name in http.get("/services/search/jobs?count=0").text:
            pass
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(b"\x16\x03\x01 not TLS")
    assert service.info["version"]


def test_half_a_body(server: Server) -> None:
    with running("--plain") as plain:
        with socket.create_connection(("127.0.0.1", plain.hec_port)) as sock:
            sock.sendall(
                b"POST /services/collector HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                b"Authorization: Splunk 0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a\r\n\r\n"
                b'{"event": "half"}'
            )
        found = plain.connect().jobs.oneshot("search * | stats count", output_mode="json_rows")
        assert json.loads(found.read())["rows"] == [["0"]]


def test_fifty_clients_at_once(server: Server) -> None:
    """Each gets its own answer."""
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        with server.http() as client:
            search = f"| makeresults count={number} | stats count"
            data = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
            answer = client.post("/services/search/jobs", data=data)
            answers[number] = answer.json()["results"][0]["count"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 51)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number) for number in range(1, 51)}


def test_two_hundred_megabytes(server: Server, service: Any, index: Any) -> None:
    block = b"2026-03-10T09:30:00Z " + b"x" * 977 + b" \n"  # 1,000 bytes with the line's end
    assert len(block) == 1000
    with server.hec() as hec:
        content = (block * 1000 for _ in range(200))
        answer = hec.post("/raw", content=content, params={"index": index.name})
    assert answer.json()["code"] == 0
    index.refresh()
    assert index["totalEventCount"] == "200000"
    found = service.jobs.oneshot(f"search index={index.name} nosuchword", output_mode="json_rows")
    assert json.loads(found.read())["rows"] == []


def test_more_arguments_than_anyone_needs(http: httpx.Client) -> None:
    answer = http.post("/services/search/jobs", data={"search": "x" * 17_000_000})
    assert answer.status_code == 413
