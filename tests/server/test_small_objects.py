"""Objects of .conf files and arguments of searches, one by one, in the test's own process.

Sources: REST API Reference, "search/jobs", "search/parser", "data/props/extractions",
"saved/eventtypes"; REST API User Manual, "Access Control List"; the specs of the files.
"""

from __future__ import annotations

from typing import Any

import pytest

from splay.server.endpoints.search.job_entry import job_content
from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client

APP = "/servicesNS/nobody/search"


def entry(client: Client, path: str) -> dict[str, Any]:
    (found,) = client.get(path).json()["entry"]
    return dict(found)


def test_roles_of_a_permission_are_parted_by_commas(admin: Client) -> None:
    assert admin.post(f"{APP}/admin/macros", name="shared", definition="1").status_code == 201
    form = {
        "sharing": "app",
        "owner": "admin",
        "perms.read": "power, help desk",
        "perms.write": "admin",
    }
    assert admin.post(f"{APP}/admin/macros/shared/acl", **form).status_code == 200
    perms = entry(admin, f"{APP}/admin/macros/shared")["acl"]["perms"]
    assert perms == {"read": ["power", "help desk"], "write": ["admin"]}


def test_tags_of_an_event_type_stand_in_tags_conf(admin: Client) -> None:
    """eventtypes.conf.spec: tags is deprecated, use tags.conf."""
    answer = admin.post(f"{APP}/saved/eventtypes", name="mine", search="a", tags="t")
    assert answer.status_code == 400
    assert 'Argument "tags" is not supported' in answer.text
    assert admin.post(f"{APP}/saved/eventtypes", name="mine", search="a").status_code == 201


@pytest.mark.parametrize(
    ("kind", "form", "setting", "type"),
    [
        ("extractions", {"type": "EXTRACT", "value": "(?<a>b)"}, "EXTRACT-mine", "Inline"),
        ("extractions", {"type": "REPORT", "value": "tr"}, "REPORT-mine", "Uses transform"),
        ("fieldaliases", {"value": "a AS b"}, "FIELDALIAS-mine", "FIELDALIAS"),
        ("calcfields", {"value": "a*2"}, "EVAL-mine", "EVAL"),
        ("lookups", {"value": "table a OUTPUT b"}, "LOOKUP-mine", "LOOKUP"),
        ("sourcetype-rename", {"value": "other"}, "rename", "rename"),
    ],
    ids=["EXTRACT", "REPORT", "FIELDALIAS", "EVAL", "LOOKUP", "rename"],
)
def test_a_setting_of_props_conf_is_made_changed_and_deleted(
    admin: Client, kind: str, form: dict[str, str], setting: str, type: str
) -> None:
    path = f"{APP}/data/props/{kind}"
    answer = admin.post(path, name="mine", stanza="st", **form)
    assert answer.status_code == 201, answer.text
    one = f"{path}/st%20%3A%20{setting}"
    content = entry(admin, one)["content"]
    shown = [content[name] for name in ("stanza", "attribute", "type", "value")]
    assert shown == ["st", setting, type, form["value"]]
    assert admin.post(path, name="mine", stanza="st", **form).status_code == 409
    assert admin.post(one, value="c").status_code == 200
    assert entry(admin, one)["content"]["value"] == "c"
    assert admin("DELETE", one).status_code == 200
    assert admin.get(one).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        *("adhoc_search_level", "allow_partial_results", "enable_lookups", "max_lines"),
        *("force_bundle_replication", "preview_freq", "reduce_freq", "reload_macros"),
        *("replay_speed", "required_field_list", "rf", "segmentation", "spawn_process"),
        *("sync_bundle_replication", "truncation_mode", "workload_pool"),
    ],
)
def test_how_splunk_runs_a_search_may_be_said(admin: Client, name: str) -> None:
    """search/jobs, POST: arguments that change nothing of what is found."""
    answer = admin.post("/services/search/jobs", search="| makeresults", **{name: "1"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "written",
    [
        "stats partitions=2 count AS n BY host",
        "stats count AS n BY host dedup_splitvals=t",
        "eventstats limit=2 count AS n BY host",
        "streamstats current=f window=2 global=f count AS n BY host",
        "streamstats count AS n BY host window=2",
        "streamstats reset_on_change=t reset_before=(a==1) count AS n BY host",
        'streamstats reset_after="("a==1")" count AS n BY host',
    ],
)
def test_functions_and_groups_are_told_apart_from_options(admin: Client, written: str) -> None:
    """Search Reference, stats, eventstats, streamstats: where their options may stand."""
    answer = admin.get("/services/search/parser", q=f"| makeresults | {written}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["commands"][1]["args"] == {
        "stat-specifiers": [{"function": "count", "rename": "n"}],
        "groupby-fields": ["host"],
    }


def test_searches_have_previews_unless_they_say_otherwise(admin: Client) -> None:
    """savedsearches.conf.spec: display.general.enablePreview is 1 by default."""
    name = "ADCS%20-%20Health%20of%20the%20Detection"
    content = entry(admin, f"/servicesNS/-/-/saved/searches/{name}")["content"]
    assert content["display.general.enablePreview"] is True


def test_a_range_without_times_is_of_all_time(admin: Client) -> None:
    """times.conf.spec: earliest_time and latest_time are optional."""
    assert admin.post(f"{APP}/data/ui/times", name="ever", label="Ever").status_code == 201
    found = admin.get(f"{APP}/data/ui/times").json()["entry"]
    (content,) = [one["content"] for one in found if one["name"] == "ever"]
    times = content["label"], content["earliest_time"], content["latest_time"]
    assert times == ("Ever", "", "")


def test_a_job_has_no_label_of_its_own(splunkd_of_many: Splunkd) -> None:
    """search/jobs, POST: label is optional; a saved search's job is called like it."""
    for request, label in (
        (Request("| makeresults", "admin", "search"), ""),
        (Request("| makeresults", "admin", "search", saved="Mine"), "Mine"),
    ):
        job, _ = splunkd_of_many.make_job("1", request, TimeRange())
        assert job_content(job)["label"] == label


def test_a_default_that_no_file_sets_is_empty(splunkd_of_many: Splunkd) -> None:
    assert splunkd_of_many.catalog.global_default("authorize", "nobodySetsThis") == ""
