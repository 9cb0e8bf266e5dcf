"""What is listed of an alert that fired, what its condition counts, and what the risk action adds.

Source: savedsearches.conf.spec (counttype, relation, quantity, alert.expires = 24h, alert.severity
= 3, alert.digest_mode = true, alert.track = auto, dispatch.*); Enterprise Security's risk action.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from splay.rows import Row
from splay.server.alerts import Fired
from splay.server.errors import RestError
from splay.server.jobs.job import Job
from splay.server.management import management_app
from splay.server.scheduler.alerting import condition_holds, risk_events, trigger
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client
from tests.server.moments import at
from tests.server.saving import HOURLY, NAME, find, save

ROWS = '| makeresults count=4 | streamstats count AS n | eval host=if(n<4, "a", "b"), '
ROWS += 'source=n%3, sourcetype="t", joined="x"'


def run(splunkd: Splunkd, saved: SavedSearch, search: str = ROWS, **more: Any) -> Job:
    saved.overridden["search"] = search
    job = dispatched(splunkd, saved, "admin", {}, **more)
    assert job.finished.wait(120)
    assert job.state == "DONE", job.messages
    return job


def fired(splunkd: Splunkd, **settings: str) -> list[Fired]:
    """What has fired of a search with these settings."""
    saved = save(splunkd, "s", **HOURLY, **settings)
    trigger(splunkd, saved, run(splunkd, saved))
    return splunkd.alerts.fired(0.0)


def test_what_is_listed_of_an_alert(splunkd: Splunkd) -> None:
    [one] = fired(splunkd, alert__track="1", action__email="1", action__risk="0")
    assert (one.search, one.owner) == (("nobody", "search", "s"), "nobody")
    assert (one.severity, one.digest, one.results) == (3, True, 4)
    assert one.actions == ("email",)
    assert one.expires - one.time == 24 * 3600


def test_settings_of_what_is_listed(splunkd: Splunkd) -> None:
    held = {"alert__expires": "2h", "alert__severity": "5", "alert__digest_mode": "0"}
    [one] = fired(splunkd, alert__track="true", **held)
    assert (one.expires - one.time, one.severity, one.digest) == (2 * 3600, 5, False)
    assert splunkd.alerts.fired(one.time + 2 * 3600 - 1) == [one]
    assert splunkd.alerts.fired(one.time + 2 * 3600) == []


def test_the_entry_of_an_alert(splunkd: Splunkd) -> None:
    """REST API Reference, alerts/fired_alerts/{name}: its members."""
    held = {"alert__severity": "4", "alert__digest_mode": "0", "action__email": "1"}
    [one] = fired(splunkd, alert__track="1", **held)
    key = splunkd.users.login("admin", "password")
    client = Client(management_app(splunkd), {"Authorization": f"Splunk {key}"})
    [entry] = client.get("/servicesNS/-/-/alerts/fired_alerts/s").json()["entry"]

    def rendered(moment: float) -> str:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    content = {name: value for name, value in entry["content"].items() if name[:4] != "eai:"}
    assert content == {
        "actions": "email",
        "alert_type": "historical",
        "digest_mode": False,
        "expiration_time_rendered": rendered(one.time + 24 * 3600),
        "savedsearch_name": "s",
        "severity": 4,
        "sid": one.sid,
        "trigger_time": int(one.time),
        "trigger_time_rendered": rendered(one.time),
        "triggered_alerts": 4,
    }


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 0),  # auto: a search that does nothing
        ({"action__email": "1"}, 1),
        ({"action__email": "0"}, 0),
        ({"action__email__to": "1"}, 0),  # no action, but a setting of one
        ({"action__email": "1", "alert__track": "0"}, 0),
        ({"alert__track": "AUTO", "action__email": "1"}, 1),
    ],
)
def test_which_alerts_are_listed(splunkd: Splunkd, settings: dict[str, str], count: int) -> None:
    assert len(fired(splunkd, **settings)) == count


@pytest.mark.parametrize(
    ("kind", "number"),
    [("number of events", 4), ("Number of hosts", 2), ("number of sources", 3)],
)
def test_what_a_condition_counts(splunkd: Splunkd, kind: str, number: int) -> None:
    saved = save(splunkd, "s", **HOURLY, counttype=kind, relation="equal to")
    job = run(splunkd, saved)
    held: list[float] = []
    for quantity in (*range(6), 2.5):
        saved.overridden["quantity"] = str(quantity)
        if condition_holds(saved, job):
            held.append(quantity)
    assert held == [number]


def test_a_quantity_that_is_not_given_is_none_at_all(splunkd: Splunkd) -> None:
    held = {"counttype": "number of events", "relation": "greater than"}
    saved = save(splunkd, "s", **HOURLY, **held)
    assert condition_holds(saved, run(splunkd, saved, "| makeresults"))
    assert not condition_holds(saved, run(splunkd, saved, "| makeresults count=0"))
    saved.overridden["quantity"] = "many"
    with pytest.raises(RestError, match="quantity = many is not a number"):
        condition_holds(saved, run(splunkd, saved))


def test_without_a_condition_an_alert_fires_always(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", **HOURLY)
    assert condition_holds(saved, run(splunkd, saved, "| makeresults count=0"))


def test_the_head_of_a_risk_event(splunkd: Splunkd) -> None:
    """Times are those of the search, not of the moment at which the action is carried out."""
    saved = find(splunkd, NAME)
    now = at("2026-03-10T10:00")
    span = {"dispatch.earliest_time": "-70m@m", "dispatch.latest_time": "-10m@m"}
    saved.overridden.update({**span, "dispatch.index_earliest": "", "dispatch.index_latest": ""})
    job = run(splunkd, saved, "| makeresults", now=now)
    row: Row = {"dest": "ca", "_raw": "hidden", "orig_sid": "another", "risk_object": "another"}
    [event] = risk_events(saved, job, [row], now + 60.7)
    begin = [
        "1773136860",
        f'search_name="{NAME}"',
        'search_now="1773136800.000"',
        'info_min_time="1773132600.000"',
        'info_max_time="1773136200.000"',
        f'info_search_time="{job.created:.3f}"',
        f'orig_sid="{job.sid}"',
        'risk_object="ca"',
    ]
    assert event.raw.startswith(", ".join(begin) + ", ")
    assert "hidden" not in event.raw
    assert "another" not in event.raw
    assert event.raw.endswith(', dest="ca"')
    where = (event.time, event.host, event.source, event.sourcetype, event.index)
    assert where == (1773136860.0, "splay", NAME, "stash", "risk")
    assert event.fields["annotations.mitre_attack"] == ["T1649"]


def test_a_risk_event_of_all_time(splunkd: Splunkd) -> None:
    saved = find(splunkd, NAME)
    saved.overridden.update({"dispatch.earliest_time": "0", "dispatch.latest_time": ""})
    saved.overridden.update({"dispatch.index_earliest": "", "dispatch.index_latest": ""})
    job = run(splunkd, saved, "| makeresults")
    [event] = risk_events(saved, job, [{"dest": "ca"}], 5.0)
    assert ', info_min_time="0.000", info_max_time="+Infinity", ' in event.raw


@pytest.mark.parametrize("text", ["no JSON", "[1]", "5", ""])
def test_annotations_that_are_none(splunkd: Splunkd, text: str) -> None:
    saved = find(splunkd, NAME)
    job = run(splunkd, saved, "| makeresults")
    saved.overridden["action.correlationsearch.annotations"] = text
    [event] = risk_events(saved, job, [{"dest": "ca"}], 5.0)
    assert event.fields == {}
    assert ("annotations=" in event.raw) is bool(text)


# ---- how a saved search's job runs ----


def test_settings_of_its_job(splunkd: Splunkd) -> None:
    held = {"max_count": "3", "max_time": "77", "buckets": "30", "ttl": "45"}
    saved = save(splunkd, "s", **HOURLY, **{f"dispatch__{k}": v for k, v in held.items()})
    job = run(splunkd, saved)
    request = job.request
    assert (request.max_time, request.status_buckets, request.ttl) == (77, 30, 45)
    assert job.result_count == 3
    assert (request.label, request.saved, request.owner) == ("s", "s", "nobody")


def test_settings_of_its_job_by_default(splunkd: Splunkd) -> None:
    """limits.conf.spec: ttl = 600, max_count = 500000; of a scheduled one 2p, here two hours."""
    once = save(splunkd, "once", search="| makeresults")
    request = run(splunkd, once).request
    assert (request.ttl, request.max_count, request.max_time) == (600, 500_000, 0)
    assert request.status_buckets == 0
    assert run(splunkd, save(splunkd, "s", **HOURLY)).request.ttl == 7200


@pytest.mark.parametrize(
    "setting",
    ["dispatch__ttl=2q", "dispatch__ttl=-1", "dispatch__max_count=all", "dispatch__max_time=1.5"],
)
def test_a_setting_that_is_no_number_is_refused(splunkd: Splunkd, setting: str) -> None:
    name, _, value = setting.partition("=")
    saved = save(splunkd, "s", **HOURLY, **{name: value})
    with pytest.raises(RestError, match=f"{name.replace('__', '.')} = {value} is not a "):
        run(splunkd, saved)


@pytest.mark.parametrize(
    ("search", "qualified"),
    [
        ("index=main", "search index=main"),
        (" search index=main", "search index=main"),
        ("search\tindex=main", "search\tindex=main"),
        ("searches=1", "search searches=1"),
        ("search=1", "search search=1"),
        (" | makeresults ", "| makeresults"),
    ],
)
def test_a_search_without_a_command_searches_events(
    splunkd: Splunkd, search: str, qualified: str
) -> None:
    saved = save(splunkd, "s", **HOURLY)
    saved.overridden["search"] = search
    assert saved.qualified == qualified


def test_arguments(splunkd: Splunkd) -> None:
    saved = save(splunkd, "s", search="| makeresults | eval a=$args.a.b$+$args.n$")
    job = dispatched(splunkd, saved, "admin", {"a.b": "1", "n": "2"})
    assert job.finished.wait(120)
    assert [str(row["a"]) for row in job.results.rows] == ["3"]
    with pytest.raises(RestError, match=r"args\.n is missing"):
        dispatched(splunkd, saved, "admin", {"a.b": "1"})
