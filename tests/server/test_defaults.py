"""What a server answers of what nobody has set: `defaults.toml` beside this file, name by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.security.conftest import Client

TABLE = tomllib.loads(Path(__file__).with_name("defaults.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Made:
    """How one thing of a kind is made: where, and with what; entry: its place in the collection.

    computed: members that differ each time.
    """

    path: str
    form: dict[str, str] = field(default_factory=dict)
    entry: str = "mine"
    computed: tuple[str, ...] = ()


JOB = {"search": "| makeresults", "exec_mode": "blocking", "output_mode": "json"}
JOB_COMPUTED = ("diskUsage", "latestTime", "pid", "runDuration", "searchLatestTime", "sid")
KINDS = {
    "collection": Made("storage/collections/config"),
    "event_type": Made("saved/eventtypes", {"search": "a"}),
    "http_input": Made("data/inputs/http", entry="http%3A%2F%2Fmine", computed=("token",)),
    "index": Made(
        "data/indexes",
        computed=("coldPath_expanded", "homePath_expanded", "lastInitTime", "thawedPath_expanded"),
    ),
    "macro": Made("admin/macros", {"definition": "1"}),
    "message": Made("messages", {"value": "hello"}, computed=("timeCreated_iso",)),
    "password": Made(
        "storage/passwords", {"password": "secret"}, ":mine:", computed=("encr_password",)
    ),
    "role": Made("authorization/roles"),
    "saved_search": Made("saved/searches", {"search": "index=main"}),
    "user": Made(
        "authentication/users",
        {"password": "correct horse", "roles": "user"},
        computed=("capabilities",),
    ),
    "view": Made("data/ui/views", {"eai:data": "<dashboard><label>Mine</label></dashboard>"}),
}


def hold(kind: str, content: dict[str, Any], computed: tuple[str, ...]) -> None:
    """The members are those of the table and the computed ones, their values the table's."""
    own = {
        name: value
        for name, value in content.items()
        if name == "eai:data" or not name.startswith("eai:")
    }
    assert own.keys() - TABLE[kind].keys() == set(computed)
    assert {name: value for name, value in own.items() if name in TABLE[kind]} == TABLE[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_without_settings(kind: str, admin: Client) -> None:
    made = KINDS[kind]
    path = f"/servicesNS/nobody/search/{made.path}"
    answer = admin.post(path, name="mine", **made.form)
    assert answer.status_code == 201, answer.text
    (entry,) = admin.get(f"{path}/{made.entry}").json()["entry"]
    assert admin("DELETE", f"{path}/{made.entry}").status_code == 200
    content: dict[str, Any] = entry["content"]
    hold(kind, content, made.computed)
    for name in [name for name in content if name.endswith("_expanded")]:
        folder, _, rest = content[name].partition("/db/mine/")
        assert Path(folder).is_dir()
        assert f"$SPLUNK_DB/mine/{rest}" == content[name.removesuffix("_expanded")]


def test_a_job_that_has_ended(admin: Client) -> None:
    sid = admin.post("/services/search/jobs", **JOB).json()["sid"]
    (entry,) = admin.get(f"/services/search/jobs/{sid}").json()["entry"]
    hold("job", entry["content"], JOB_COMPUTED)


def test_the_ranges_of_the_time_picker(admin: Client) -> None:
    entries = admin.get("/services/data/ui/times", count="0").json()["entry"]
    names = ("label", "earliest_time", "latest_time")
    found = {one["name"]: [one["content"][name] for name in names] for one in entries}
    assert list(found.items()) == list(TABLE["times"].items())
    assert [one["content"]["order"] for one in entries] == [str(n + 1) for n in range(len(found))]
    assert {one["content"]["disabled"] for one in entries} == {False}


def test_what_each_role_may_do(admin: Client) -> None:
    entries = admin.get("/services/authorization/roles", count="0").json()["entry"]
    found = {one["name"]: one["content"]["capabilities"] for one in entries}
    assert {name: found[name] for name in TABLE["capabilities"]} == TABLE["capabilities"]
