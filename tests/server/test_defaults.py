"""What a server answers of what nobody has set: `defaults.toml` beside this file, name by name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.security.conftest import Client

TABLE = tomllib.loads(Path(__file__).with_name("defaults.toml").read_text("utf-8"))
COMPUTED = {
    "index": {"coldPath_expanded", "homePath_expanded", "thawedPath_expanded", "lastInitTime"},
    "user": {"capabilities"},
    "role": set(),
    "saved_search": set(),
}
MADE = {
    "index": ("data/indexes", {}),
    "user": ("authentication/users", {"password": "correct horse", "roles": "user"}),
    "role": ("authorization/roles", {}),
    "saved_search": ("saved/searches", {"search": "index=main"}),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_made_without_settings(kind: str, admin: Client) -> None:
    path, form = MADE[kind]
    answer = admin.post(f"/services/{path}", name="mine", **form)
    assert answer.status_code == 201, answer.text
    (entry,) = admin.get(f"/services/{path}/mine").json()["entry"]
    assert admin("DELETE", f"/services/{path}/mine").status_code == 200
    content: dict[str, Any] = entry["content"]
    shown = {name: value for name, value in content.items() if not name.startswith("eai:")}
    for name in [name for name in shown if name.endswith("_expanded")]:
        folder, _, rest = shown[name].partition("/db/mine/")
        assert Path(folder).is_dir()
        assert f"$SPLUNK_DB/mine/{rest}" == shown[name.removesuffix("_expanded")]
    assert shown.keys() - TABLE[kind].keys() == COMPUTED[kind]
    assert {name: value for name, value in shown.items() if name in TABLE[kind]} == TABLE[kind]


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
