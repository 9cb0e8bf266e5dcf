"""The command delete (Search Reference, "delete")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from splunklib.binding import HTTPError

from tests.server.running import Server, fresh


@pytest.fixture
def deleter(server: Server, service: Any) -> Any:
    """Somebody who may delete, which the administrator may not (Search Reference)."""
    name = fresh("user")
    service.users.create(name, "their password", ["user", "can_delete"])
    yield server.connect(username=name, password="their password")
    service.users.delete(name)


def rows(service: Any, search: str) -> list[list[Any]]:
    text = service.jobs.oneshot(search, output_mode="json_rows").read()
    found: list[list[Any]] = json.loads(text)["rows"]
    return found


def test_deletes_what_it_finds(service: Any, deleter: Any, index: Any) -> None:
    index.submit("n=1\nn=2\nn=3")
    done = rows(deleter, f"search index={index.name} n>1 | delete")
    assert done == [["splay", "__ALL__", "2", "0"], ["splay", index.name, "2", "0"]]
    assert rows(service, f"search index={index.name} | table n") == [["1"]]
    index.refresh()
    assert index["totalEventCount"] == "1"


def test_needs_the_capability(service: Any, index: Any) -> None:
    index.submit("a")
    with pytest.raises(HTTPError, match="insufficient privileges") as raised:
        rows(service, f"search index={index.name} | delete")
    assert raised.value.status == 403
    assert rows(service, f"search index={index.name} | stats count") == [["1"]]


def test_only_after_streaming_commands(deleter: Any, index: Any) -> None:
    with pytest.raises(HTTPError, match="only commands that stream"):
        rows(deleter, f"search index={index.name} | stats count | delete")
    index.submit("a")
    with pytest.raises(HTTPError, match="taken away index or _cd"):
        rows(deleter, f"search index={index.name} | rename index AS i | delete")
