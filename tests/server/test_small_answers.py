"""Arguments one by one, and values that clients read, by the REST API Reference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from splunklib.binding import HTTPError


def content(service: Any, path: str) -> dict[str, Any]:
    answer = service.get(path, output_mode="json")
    (entry,) = json.loads(answer.body.read())["entry"]
    return dict(entry["content"])


def test_a_user_is_one_of_splunk_s_own(service: Any) -> None:
    """authentication/users: type is the system that knows the user, Splunk, LDAP or SAML."""
    assert content(service, "authentication/users/admin")["type"] == "Splunk"


@pytest.mark.parametrize("name", ["explicit_appname", "filename", "session", "auth"])
def test_apps_are_installed_by_naming_their_folder(service: Any, name: str) -> None:
    with pytest.raises(HTTPError, match="install an app by naming its folder") as raised:
        service.post("apps/local", name="another", **{name: "x"})
    assert raised.value.status == 501


@pytest.mark.parametrize(
    "name",
    [
        *("count", "earliest_time", "latest_time", "field", "max_time"),
        *("max_seconds_per_bucket", "use_fast_typeahead", "time_format"),
    ],
)
def test_typeahead_takes_what_splunk_s_takes(service: Any, name: str) -> None:
    given = {"count": "1", "earliest_time": "0", "latest_time": "now"}
    answer = service.get(
        "search/typeahead", prefix="index=", **{"count": "1", name: given.get(name, "1")}
    )
    assert answer.status == 200


@pytest.mark.parametrize(
    "name", ["max_count", "max_time", "auto_cancel", "auto_finalize_ec", "status_buckets"]
)
def test_a_job_s_numbers_are_not_negative(service: Any, name: str) -> None:
    with pytest.raises(HTTPError, match=f'Invalid value for the argument "{name}"') as raised:
        service.jobs.create("| makeresults", **{name: "-1"})
    assert raised.value.status == 400
    assert service.jobs.create("| makeresults", **{name: "1"}).sid


def test_the_actions_of_every_splunk_are_off(service: Any) -> None:
    """savedsearches.conf.spec: action.<name> is 0 unless a search says otherwise."""
    name = "ADCS - Health of the Detection"
    found = service.saved_searches[name].content
    for action in ("email", "populate_lookup", "rss", "script", "summary_index"):
        assert found[f"action.{action}"] == "0", action
