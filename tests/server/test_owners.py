"""Whose objects are listed, and what their ACLs say. Source: REST API User Manual, "Namespace",
"Access Control List"; the ACL's members as Splunk 10.4.2 was measured to give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.server.running import Server, fresh

JSON = {"output_mode": "json", "count": "0"}


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


@pytest.fixture
def users(http: httpx.Client) -> Iterator[list[str]]:
    """Two users, each with a private saved search of the same name."""
    names = [fresh(), fresh()]
    for name in names:
        form = {"name": name, "password": "some password", "roles": "power"}
        http.post("/services/authentication/users", data=form)
        path = f"/servicesNS/{name}/search/saved/searches"
        made = http.post(path, data={"name": f"of {names[0]}", "search": f"index=main {name}"})
        assert made.status_code == 201
    yield names
    for name in names:
        http.delete(f"/servicesNS/{name}/search/saved/searches/of {names[0]}")
        http.delete(f"/services/authentication/users/{name}")


def owners(http: httpx.Client, path: str, name: str) -> list[str]:
    entries = http.get(f"{path}/saved/searches", params=JSON).json()["entry"]
    return sorted(entry["acl"]["owner"] for entry in entries if entry["name"] == name)


def test_a_wildcard_lists_everybodys_for_who_may_see_them(
    server: Server, http: httpx.Client, users: list[str]
) -> None:
    name = f"of {users[0]}"
    assert owners(http, "/servicesNS/-/-", name) == sorted(users)
    assert owners(http, "/servicesNS/-/search", name) == sorted(users)
    assert owners(http, "/servicesNS/nobody/search", name) == []
    for user in users:
        with server.http(user, "some password") as own:
            assert owners(own, "/servicesNS/-/-", name) == [user]
            other = next(one for one in users if one != user)
            assert owners(own, f"/servicesNS/{other}/search", name) == []


def acl(http: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(path, params=JSON).json()["entry"][0]["acl"]
    return found


def test_who_may_change_and_share(server: Server, http: httpx.Client, users: list[str]) -> None:
    members = ("can_change_perms", "can_share_app", "can_share_global", "can_share_user")
    shared = "/servicesNS/nobody/DA-ESS-ADCSBackup/admin/macros/wineventlog_security"
    own = f"/servicesNS/{users[0]}/search/saved/searches/of {users[0]}"
    assert [acl(http, shared)[name] for name in members] == [True, True, True, False]
    with server.http(users[0], "some password") as user:
        assert [acl(user, own)[name] for name in members] == [True] * 4
        found = acl(user, shared)
        assert [found[name] for name in members] == [False] * 4
        assert (found["can_write"], found["modifiable"]) == (False, False)


def test_apps_from_templates(http: httpx.Client) -> None:
    name = fresh()
    templates = http.get("/services/apps/apptemplates", params=JSON).json()["entry"]
    assert [entry["name"] for entry in templates] == ["barebones", "sample_app"]
    apps = "/services/apps/local"
    assert http.post(apps, data={"name": name, "template": "sample_app"}).status_code == 201
    macro = f"/servicesNS/nobody/{name}/admin/macros/own_events"
    assert http.get(macro).status_code == 200
    assert http.get(f"{apps}/{name}/_reload").status_code == 200
    assert http.delete(f"{apps}/{name}").status_code == 200
    assert http.post(apps, data={"name": name, "template": "none"}).status_code == 400
