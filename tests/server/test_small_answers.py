"""Arguments one by one, and values that clients read, by the REST API Reference."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.security.conftest import Client


def content(admin: Client, path: str) -> dict[str, Any]:
    (entry,) = admin.get(f"/services/{path}").json()["entry"]
    return dict(entry["content"])


def test_a_user_is_one_of_splunk_s_own(admin: Client) -> None:
    """authentication/users: type is the system that knows the user, Splunk, LDAP or SAML."""
    assert content(admin, "authentication/users/admin")["type"] == "Splunk"


@pytest.mark.parametrize("name", ["explicit_appname", "filename", "session", "auth"])
def test_apps_are_installed_by_naming_their_folder(admin: Client, name: str) -> None:
    answer = admin.post("/services/apps/local", name="another", **{name: "x"})
    assert answer.status_code == 501
    assert "install an app by naming its folder" in answer.text


@pytest.mark.parametrize(
    "name",
    [
        *("count", "earliest_time", "latest_time", "field", "max_time"),
        *("max_seconds_per_bucket", "use_fast_typeahead", "time_format"),
    ],
)
def test_typeahead_takes_what_splunk_s_takes(admin: Client, name: str) -> None:
    given = {"count": "1", "earliest_time": "0", "latest_time": "now"}
    query = {"prefix": "index=", "count": "1", name: given.get(name, "1")}
    assert admin.get("/services/search/typeahead", **query).status_code == 200


@pytest.mark.parametrize(
    "name", ["max_count", "max_time", "auto_cancel", "auto_finalize_ec", "status_buckets"]
)
def test_a_job_s_numbers_are_not_negative(admin: Client, name: str) -> None:
    path, form = "/services/search/jobs", {"search": "| makeresults", "output_mode": "json"}
    answer = admin.post(path, **form, **{name: "-1"})
    assert answer.status_code == 400
    words = f'Invalid value for the argument "{name}".'
    assert answer.json()["messages"] == [{"type": "FATAL", "text": words}]
    assert admin.post(path, **form, **{name: "1"}).json()["sid"]


@pytest.mark.parametrize("version", ["", "v2/"])
@pytest.mark.parametrize("name", ["results", "results_preview", "events"])
def test_a_page_has_a_hundred_unless_more_are_asked_for(
    name: str, version: str, admin: Client, splunkd_of_many: Splunkd
) -> None:
    """search/jobs/{search_id}/results: count is 100 by default, 0 is all."""
    if not splunkd_of_many.indexes.get("main").count():
        made = [Event(f"n={n}", float(n), "h", "s", "t") for n in range(150)]
        splunkd_of_many.indexes.append(made)
    form = {"search": "search n=*", "exec_mode": "blocking", "output_mode": "json"}
    sid = admin.post("/services/search/jobs", **form).json()["sid"]

    def numbers(**query: str) -> list[str]:
        path = f"/services/search/{version}jobs/{sid}/{name}"
        return [row["n"] for row in admin.get(path, **query).json()["results"]]

    every = [str(n) for n in reversed(range(150))]
    assert numbers() == every[:100]
    assert numbers(offset="140") == every[140:]
    assert numbers(count="120") == every[:120]
    assert numbers(count="0") == every


CONTROLS = {
    "pause": "Search job paused.",
    "unpause": "Search job unpaused.",
    "finalize": "Search job finalized.",
    "touch": "Search job touched.",
    "setttl": "The ttl of the search job was changed.",
    "setpriority": "The search job's priority was changed.",
    "save": "Search job saved.",
    "unsave": "Search job unsaved.",
    "cancel": "Search job cancelled.",
}


@pytest.mark.parametrize("action", CONTROLS)
def test_what_is_said_of_a_control(action: str, admin: Client) -> None:
    """search/jobs/{search_id}/control: its actions; only POST controls a job."""
    form = {"search": "| makeresults", "exec_mode": "blocking", "output_mode": "json"}
    path = f"/services/search/jobs/{admin.post('/services/search/jobs', **form).json()['sid']}"
    more = {"setttl": {"ttl": "700"}, "setpriority": {"priority": "3"}}.get(action, {})
    answer = admin.post(f"{path}/control", action=action, output_mode="json", **more)
    assert (answer.status_code, answer.json()["messages"]) == (
        *(200, [{"type": "INFO", "text": CONTROLS[action]}]),
    )
    for method in ("GET", "DELETE"):
        refused = admin(method, f"{path}/control")
        there = action != "cancel"
        assert refused.status_code == (405 if there else 404)
        assert refused.headers.get("Allow") == ("POST" if there else None)


def test_the_actions_of_every_splunk_are_off(admin: Client) -> None:
    """savedsearches.conf.spec: action.<name> is 0 unless a search says otherwise."""
    found = content(admin, "saved/searches/ADCS%20-%20Health%20of%20the%20Detection")
    for action in ("email", "populate_lookup", "rss", "script", "summary_index"):
        assert found[f"action.{action}"] is False, action


@pytest.mark.parametrize("cron", ["x * * * *", "0 0 30 2 *", "0 0"])
def test_a_schedule_of_an_app_that_is_none_hides_no_search(cron: str, tmp_path: Path) -> None:
    """The interface refuses one (400), a file does not; the others are listed all the same."""
    (tmp_path / "app" / "default").mkdir(parents=True)
    schedule = f"enableSched = 1\ncron_schedule = {cron}"
    text = f"[Odd]\nsearch = | makeresults\n{schedule}\n\n[Good]\nsearch = | makeresults\n"
    (tmp_path / "app" / "default" / "savedsearches.conf").write_text(text, encoding="utf-8")
    with closing(Splunkd([tmp_path / "app"], None, "admin", "password", "")) as made:
        key = made.users.login("admin", "password")
        client = Client(management_app(made), {"Authorization": f"Splunk {key}"})
        found = client.get("/servicesNS/-/app/saved/searches").json()["entry"]
    assert {one["name"]: one["content"]["next_scheduled_time"] for one in found} == {
        "Good": "",
        "Odd": "",
    }


CONFS = (
    "alert_actions app authentication authorize collections eventtypes indexes inputs limits macros"
    " passwords props savedsearches tags times transforms"
)
"""Files of which splay heeds what they say."""


def test_files_that_count_are_there_before_anything_is_in_them(tmp_path: Path) -> None:
    """REST API Reference, "properties": the files that there are; a client writes into them."""
    (tmp_path / "app" / "default").mkdir(parents=True)
    with closing(Splunkd([tmp_path / "app"], None, "admin", "password", "")) as made:
        key = made.users.login("admin", "password")
        client = Client(management_app(made), {"Authorization": f"Splunk {key}"})
        listed = client.get("/servicesNS/nobody/app/properties").json()["entry"]
        assert [one["name"] for one in listed] == CONFS.split()
        for name, status in [*((name, 200) for name in CONFS.split()), ("nosuch", 404)]:
            path = f"/servicesNS/nobody/app/configs/conf-{name}"
            assert client.get(path).status_code == status
