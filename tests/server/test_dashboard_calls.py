"""What Splunk's dashboards ask of splunkd: times, zones, and searches as their packages send them.

Source: REST API Reference, "search/timeparser", "search/jobs", "search/jobs/{search_id}/results";
times.conf.spec. The calls are those that Splunk's own packages make.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import httpx
import pytest

from splay.server.endpoints.search.zones import serialized
from tests.holding import none_of
from tests.server.running import Server, fresh, until

NOON = "1773144000"  # 2026-03-10T12:00:00Z


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


# ---- times ----


def test_times_are_parsed(http: httpx.Client) -> None:
    times = ["-24h", "@d", "now", "2026-03-10T10:00:00", "1773144001", "0"]
    query = {"time": times, "now": NOON, "output_mode": "json"}
    assert http.get("/services/search/timeparser", params=query).json() == {
        "-24h": "2026-03-09T12:00:00.000+00:00",
        "@d": "2026-03-10T00:00:00.000+00:00",
        "now": "2026-03-10T12:00:00.000+00:00",
        "2026-03-10T10:00:00": "2026-03-10T10:00:00.000+00:00",
        "1773144001": "2026-03-10T12:00:01.000+00:00",
        "0": "1970-01-01T00:00:00.000+00:00",
    }


def test_times_as_xml_and_in_another_format(http: httpx.Client) -> None:
    query = {"time": "-12h", "now": NOON, "output_time_format": "%d.%m.%Y"}
    answer = http.get("/services/search/timeparser", params=query)
    assert '<response><dict><key name="-12h">10.03.2026</key></dict></response>' in answer.text


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({}, "required arguments"),
        ({"time": "@never"}, "Invalid time."),
        ({"time": "1", "x": "1"}, '"x"'),
    ],
)
def test_times_that_are_none(http: httpx.Client, query: dict[str, str], problem: str) -> None:
    answer = http.get("/services/search/timeparser", params={**query, "output_mode": "json"})
    assert answer.status_code == 400
    assert problem in answer.json()["messages"][0]["text"]


def test_the_ranges_of_the_time_picker(http: httpx.Client) -> None:
    path = "/servicesNS/admin/search/data/ui/times"
    found = http.get(path, params={"output_mode": "json", "count": "-1"}).json()["entry"]
    by_label = {entry["content"]["label"]: entry["content"] for entry in found}
    day = by_label["Last 24 hours"]
    assert (day["earliest_time"], day["latest_time"]) == ("-24h@h", "now")
    assert (by_label["All time"]["earliest_time"], by_label["All time"]["latest_time"]) == ("0", "")
    assert none_of(content["disabled"] for content in by_label.values())
    orders = [int(entry["content"]["order"]) for entry in found]
    assert orders == sorted(orders)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (UTC, "### SERIALIZED TIMEZONE FORMAT 1.0;Y0 NW 55 54 43;$"),
        (ZoneInfo("Asia/Kolkata"), "### SERIALIZED TIMEZONE FORMAT 1.0;Y19800 NW 49 53 54;$"),
    ],
)
def test_a_zone_without_changes(zone: tzinfo, text: str) -> None:
    """Offsets are seconds east of UTC; names in hexadecimal: UTC, IST."""
    assert serialized(zone) == text


def test_a_zone_with_summer_time() -> None:
    """Berlin: +1 h, +2 h from the last Sunday of March, 01:00 UTC, to that of October."""
    parts = serialized(ZoneInfo("Europe/Berlin")).split(";")
    assert parts[1:3] == ["Y3600 NW 43 45 54", "Y7200 YW 43 45 53 54"]  # CET, CEST
    assert "@1774746000 1" in parts  # 2026-03-29T01:00:00Z
    assert "@1792890000 0" in parts  # 2026-10-25T01:00:00Z


def test_the_users_zone(http: httpx.Client) -> None:
    assert http.get("/services/search/timeparser/tz").text == serialized(UTC)


# ---- searches ----


def dispatched(http: httpx.Client, search: str, **more: str) -> str:
    """The sid of a search that a dashboard starts, when it is done."""
    form = {
        "output_mode": "json",
        "preview": "true",
        "earliest_time": "-24h@h",
        "latest_time": "now",
        "search": search,
        "sid": "",
        "check_risky_command": "false",
        "label": "ds_1",
        **more,
    }
    answer = http.post("/servicesNS/admin/search/search/jobs", data=form)
    assert answer.status_code == 201, answer.text
    sid = str(answer.json()["sid"])
    query = {"output_mode": "json", "id": sid, "count": "1"}

    def done() -> bool:
        (entry,) = http.get("/services/search/jobs", params=query).json()["entry"]
        return bool(entry["content"]["isDone"])

    until(done)
    return sid


def preview(http: httpx.Client, sid: str, **more: str) -> dict[str, object]:
    """The results as a panel asks for them."""
    form = {
        "output_mode": "json_cols",
        "count": "2",
        "offset": "0",
        "progress": "true",
        "requestTotalCount": "true",
        "add_summary_to_metadata": "true",
        "show_metadata": "true",
        **more,
    }
    method = "POST" if "search" in more else "GET"
    path = f"/services/search/v2/jobs/{sid}/results_preview"
    where = {"data": form} if method == "POST" else {"params": form}
    answer = http.request(method, path, **where)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_panel_and_what_is_chained_to_it(http: httpx.Client) -> None:
    chain = json.dumps(["stats sum(n) AS total", "where n > 1"])
    search = "| makeresults count=4 | streamstats count AS n | table n"
    sid = dispatched(http, search, postprocess_searches=chain)
    base = preview(http, sid)
    assert (base["fields"], base["columns"]) == (["n"], [["1", "2"]])
    assert "post_process_count" not in base
    total = preview(http, sid, search="stats sum(n) AS total", check_risky_command="false")
    assert (total["columns"], total["post_process_count"]) == ([["10"]], 1)
    some = preview(http, sid, search="where n > 1", offset="1")
    assert (some["columns"], some["post_process_count"]) == ([["3", "4"]], 3)


def test_a_search_of_another_sid_is_refused(http: httpx.Client) -> None:
    form = {"search": "| makeresults", "sid": "1.2", "output_mode": "json"}
    answer = http.post("/services/search/jobs", data=form)
    assert answer.status_code == 400
    assert answer.json()["messages"][0]["text"] == 'Argument "sid=1.2" is not supported.'


def test_a_saved_search_that_is_not_scheduled(http: httpx.Client) -> None:
    name = fresh()
    path = "/servicesNS/nobody/search/saved/searches"
    made = http.post(path, data={"name": name, "search": "| makeresults count=3"})
    assert made.status_code == 201
    form = {
        "dispatch.check_risky_command": "false",
        "dispatch.label": "ds_1",
        "dispatch.earliest_time": "-7d",
        "output_mode": "json",
    }
    answer = http.post(f"/servicesNS/admin/search/saved/searches/{name}/dispatch", data=form)
    assert answer.status_code == 201
    query = {"output_mode": "json", "search": "isScheduled=true"}
    history = http.get(f"{path}/{name}/history", params=query).json()["entry"]
    assert history == []  # none of its jobs was the scheduler's
    assert (
        len(http.get(f"{path}/{name}/history", params={"output_mode": "json"}).json()["entry"]) == 1
    )
    http.delete(f"{path}/{name}")
