"""Each capability by its name: what wants it is refused to who has all the others, and to nobody
else. What each allows: authorize.conf.spec.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from splay.server.access.users import CAPABILITIES, standard_roles
from tests.security.conftest import Client

Users = Callable[[str], Client]
Request = tuple[str, str, dict[str, str]]

REQUESTS: dict[str, list[Request]] = {
    "admin_all_objects": [
        ("POST", "apps/local", {"name": "planted"}),
        ("POST", "messages", {"name": "n", "value": "v"}),
        ("POST", "data/inputs/oneshot", {"name": "/nowhere"}),
    ],
    "change_own_password": [
        (
            "POST",
            "authentication/users/mallory",
            {"password": "another of mallory's", "oldpassword": "mallory's password"},
        )
    ],
    "edit_roles": [
        ("POST", "authorization/roles", {"name": "r"}),
        ("POST", "authorization/roles/power", {"srchFilter": "a"}),
        ("DELETE", "authorization/roles/power", {}),
    ],
    "edit_server": [
        ("POST", "server/settings/settings", {"sessionTimeout": "2h"}),
        ("POST", "server/logger/AuditLogger", {"level": "INFO"}),
    ],
    "edit_storage_passwords": [("POST", "storage/passwords", {"name": "n", "password": "p"})],
    "edit_tcp": [("POST", "receivers/simple", {}), ("POST", "receivers/stream", {})],
    "edit_token_http": [
        ("POST", "data/inputs/http", {"name": "n"}),
        ("GET", "data/inputs/http", {}),
    ],
    "edit_tokens_all": [("POST", "authorization/tokens", {"name": "admin", "audience": "a"})],
    "edit_tokens_own": [("POST", "authorization/tokens", {"name": "mallory", "audience": "a"})],
    "edit_user": [
        (
            "POST",
            "authentication/users",
            {"name": "n", "password": "of 8 letters", "roles": "user"},
        ),
        ("POST", "authentication/users/peggy", {"realname": "P"}),
        ("POST", "authentication/users/mallory", {"roles": "admin"}),
        ("DELETE", "authentication/users/peggy", {}),
    ],
    "indexes_edit": [
        ("POST", "data/indexes", {"name": "planted"}),
        ("POST", "data/indexes/main", {"frozenTimePeriodInSecs": "1000"}),
        ("POST", "data/indexes/main/roll-hot-buckets", {}),
        ("POST", "data/indexes/main/disable", {}),
        ("POST", "data/indexes/main/enable", {}),
        ("DELETE", "data/indexes/main", {}),
    ],
    "list_storage_passwords": [("GET", "storage/passwords", {})],
    "rest_properties_set": [("POST", "properties", {"__conf": "planted"})],
    "restart_splunkd": [("POST", "server/control/restart", {})],
    "schedule_search": [
        (
            "POST",
            "saved/searches",
            {"name": "n", "search": "a", "is_scheduled": "1", "cron_schedule": "* * * * *"},
        )
    ],
    "search": [
        ("POST", "search/jobs", {"search": "| makeresults"}),
        ("GET", "search/jobs/export", {"search": "| makeresults"}),
        ("POST", "saved/searches", {"name": "n", "search": "a"}),
    ],
}
IN_SEARCHES = {
    "delete_by_keyword": ("search index=main | delete", "insufficient privileges to delete"),
    "run_collect": ("| makeresults | collect index=main", "requires capability: run_collect"),
}
"""Of what a search is refused, the search's messages tell."""

UNASKED = {
    "edit_httpauths",
    "edit_indexes",
    "list_inputs",
    "list_settings",
    "rest_properties_get",
}
"""Nothing that splay has is refused to who lacks them: they are there for roles that name them."""


def give(admin: Client, *capabilities: str) -> None:
    """Makes a role of these capabilities the only one that mallory has."""
    role = {"capabilities": list(capabilities), "deleteIndexesAllowed": "*"}
    made = admin("POST", "/services/authorization/roles", data={"name": "odd", **role})
    assert made.status_code == 201, made.text
    assert admin.post("/services/authentication/users/mallory", roles="odd").status_code == 200


def give_all(admin: Client) -> None:
    """Gives that role every capability."""
    path = "/services/authorization/roles/odd"
    assert admin.post(path, capabilities=";".join(CAPABILITIES)).status_code == 200


def send(client: Client, request: Request) -> tuple[int, str]:
    method, path, form = request
    given = {"params": form} if method == "GET" else {"data": form}
    answer = client(method, f"/servicesNS/nobody/search/{path}", **given)
    return answer.status_code, answer.text


def test_each_capability_is_looked_at_here() -> None:
    assert sorted([*REQUESTS, *IN_SEARCHES, *UNASKED]) == sorted(CAPABILITIES)


@pytest.mark.parametrize("capability", REQUESTS)
def test_what_wants_a_capability(as_user: Users, capability: str) -> None:
    admin, mallory = as_user("admin"), as_user("mallory")
    give(admin, *(name for name in CAPABILITIES if name != capability))
    for request in REQUESTS[capability]:
        status, text = send(mallory, request)
        assert (status, f"requires capability: {capability}" in text) == (403, True), text
    give_all(admin)
    for request in REQUESTS[capability]:
        status, text = send(mallory, request)
        assert (status in (401, 404, 405), "requires capability" in text) == (False, False), text


@pytest.mark.parametrize("capability", IN_SEARCHES)
def test_what_wants_a_capability_in_a_search(as_user: Users, capability: str) -> None:
    search, said = IN_SEARCHES[capability]
    give(as_user("admin"), *(name for name in CAPABILITIES if name != capability))
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
    assert said in as_user("mallory").post("/services/search/jobs", **form).text
    give_all(as_user("admin"))
    answer = as_user("mallory").post("/services/search/jobs", **form)
    assert (answer.status_code, said in answer.text) == (200, False)


def test_what_the_standard_roles_may() -> None:
    """authorize.conf as Splunk ships it, of what splay knows: power has what user has, and admin
    what both have; nobody but can_delete may delete.
    """
    roles = standard_roles()
    users = {
        "change_own_password",
        "edit_tokens_own",
        "list_inputs",
        "rest_properties_get",
        "run_collect",
        "search",
    }
    assert set(roles) == {"admin", "power", "user", "can_delete"}
    assert set(roles["user"].capabilities) == users
    assert set(roles["power"].capabilities) == {"schedule_search"}
    assert roles["power"].imported_roles == ["user"]
    assert set(roles["can_delete"].capabilities) == {"delete_by_keyword", "schedule_search"}
    assert set(roles["admin"].capabilities) == set(CAPABILITIES) - {"delete_by_keyword"}
    assert roles["admin"].imported_roles == ["power", "user"]
    deleting = {name for name, role in roles.items() if role.deleteIndexesAllowed}
    assert deleting == {"can_delete"}
    assert {name for name, role in roles.items() if "_*" in role.srchIndexesAllowed} == {"admin"}
