"""Index time on `splay serve`: settings that change, events that are sent one by one, and what a
user is told. REST: 10.4.0 (shared witnesses, "Facts": a new sourcetype works without a restart).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.indextime.test_witnesses import results
from tests.indextime.witnesses import APP
from tests.server.running import Server, fresh, running

PROPS = """
[sent]
TRANSFORMS-a = mark, route
TRUNCATE = many
[gone]
TRANSFORMS-a = drop
[lost]
TRANSFORMS-a = nowhere
"""
TRANSFORMS = """
[mark]
REGEX = user=(\\w+)
FORMAT = who::$1
WRITE_META = true
[route]
REGEX = secret
DEST_KEY = _MetaData:Index
FORMAT = summary
[drop]
REGEX = .
DEST_KEY = queue
FORMAT = nullQueue
[nowhere]
REGEX = .
DEST_KEY = _MetaData:Index
FORMAT = nosuchindex
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    default = tmp_path_factory.mktemp("apps") / "witnesses" / "default"
    default.mkdir(parents=True)
    for name, text in (("app", APP), ("props", PROPS), ("transforms", TRANSFORMS)):
        (default / f"{name}.conf").write_text(text)
    with running("--app", str(default.parent), "--plain") as made:
        yield made


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


@pytest.fixture
def index(http: httpx.Client) -> str:
    name = fresh()
    http.post("/services/data/indexes", data={"name": name}).raise_for_status()
    return name


def send(server: Server, index: str, event: str, sourcetype: str) -> Any:
    item = {"event": event, "index": index, "sourcetype": sourcetype, "time": 1772438400}
    with server.hec() as hec:
        return hec.post("/event", content=json.dumps(item)).json()


def test_an_event_that_comes_as_one_is_changed_as_well(
    server: Server, http: httpx.Client, index: str
) -> None:
    send(server, index, "user=ann a", "sent")
    send(server, index, "user=bob secret", "sent")
    assert results(http, f"search index={index} who=ann | table who") == [{"who": "ann"}]
    assert results(http, "search index=summary who=bob | table who") == [{"who": "bob"}]


def test_what_is_dropped_was_taken(server: Server, http: httpx.Client, index: str) -> None:
    assert send(server, index, "a", "gone")["code"] == 0
    assert results(http, f"search index={index} | stats count") == [{"count": "0"}]


def test_what_is_lost_or_not_followed_is_told(
    server: Server, http: httpx.Client, index: str
) -> None:
    assert send(server, index, "a", "lost")["code"] == 0
    given = {"index": index, "sourcetype": "sent"}
    http.post("/services/receivers/simple", content=b"a", params=given).raise_for_status()
    told = http.get("/services/messages", params={"output_mode": "json"}).text
    assert "events for the index 'nosuchindex', which does not exist, are lost" in told
    assert "TRUNCATE is not followed" in told


def test_settings_work_at_once(server: Server, http: httpx.Client, index: str) -> None:
    name = fresh("st")
    stanza = {"name": name, "LINE_BREAKER": "(;)", "SHOULD_LINEMERGE": "false"}
    path = "/servicesNS/nobody/witnesses/configs/conf-props"
    http.post(path, data=stanza).raise_for_status()
    given = {"index": index, "sourcetype": name}
    http.post("/services/receivers/simple", content=b"a;b;c", params=given).raise_for_status()
    assert results(http, f"search index={index} | stats count") == [{"count": "3"}]


def test_without_splunk_s_own_defaults(tmp_path: Path) -> None:
    default = tmp_path / "witnesses" / "default"
    default.mkdir(parents=True)
    (default / "app.conf").write_text(APP)
    app = str(default.parent)
    with running("--app", app, "--plain", "--no-system-defaults") as bare, bare.http() as http:
        given = {"index": "main", "sourcetype": "syslog"}
        line = b"Mar  2 08:00:00 web1 sshd[7]: a"
        http.post("/services/receivers/simple", content=line, params=given).raise_for_status()
        [row] = results(http, "search index=main | table host process")
        assert row.get("process") is None
        assert row["host"] != "web1"
