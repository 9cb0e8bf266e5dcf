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
    index.submit("".join(f"2026-01-01 00:00:0{n} n={n}\n" for n in (1, 2, 3)))
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
    search = f"search index={index.name} | rename index AS i | delete"
    answer = deleter.jobs.oneshot(search, output_mode="json").read()
    [message] = json.loads(answer)["messages"]
    assert message["type"] == "FATAL"
    assert "taken away index or _cd" in message["text"]


def test_only_in_the_indexes_of_a_role(server: Server, service: Any, index: Any) -> None:
    """authorize.conf.spec, deleteIndexesAllowed: it goes together with delete_by_keyword."""
    other = service.indexes.create(fresh())
    role = service.roles.create(fresh("role"), capabilities=["delete_by_keyword", "search"])
    role.update(deleteIndexesAllowed=[other.name]).refresh()
    assert role["deleteIndexesAllowed"] == [other.name]
    user = service.users.create(fresh("user"), "their password", [role.name])
    theirs = server.connect(username=user.name, password="their password")
    for one in (index, other):
        one.submit("".join(f"2026-01-01 00:00:0{n} n={n}\n" for n in (1, 2)))
    found = rows(theirs, f"search index IN ({index.name}, {other.name}) | delete")
    assert found[0] == ["splay", "__ALL__", "2", "2"]
    assert sorted(found[1:]) == sorted(
        [["splay", index.name, "0", "2"], ["splay", other.name, "2", "0"]]
    )
    assert rows(service, f"search index={index.name} | stats count") == [["2"]]
    assert rows(service, f"search index={other.name} | stats count") == [["0"]]
    for gone in (user, role, other):
        gone.delete()


def test_where_a_role_says_nothing_the_default_holds(
    server: Server, service: Any, index: Any
) -> None:
    role = service.roles.create(fresh("role"), capabilities=["delete_by_keyword", "search"])
    user = service.users.create(fresh("user"), "their password", [role.name])
    theirs = server.connect(username=user.name, password="their password")
    index.submit("n=1")
    assert rows(theirs, f"search index={index.name} | delete")[0] == ["splay", "__ALL__", "0", "1"]
    path = "/services/properties/authorize/default/deleteIndexesAllowed"
    service.post(path, value=f"{index.name};_internal")
    assert rows(theirs, f"search index={index.name} | delete")[0] == ["splay", "__ALL__", "1", "0"]
    service.post(path, value="")
    for gone in (user, role):
        gone.delete()
