"""Searches through the unmodified splunk-sdk. Run again with its version 3 by test_sdk_3.py.

Expected values are counted by hand from the events that each test sends in.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from splunklib import results
from splunklib.binding import AuthenticationError, HTTPError

from tests.server.reading import rows
from tests.server.running import PASSWORD, Server, fresh, until

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "xml_lines.log"
NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"


# ---- who connects ----


def test_connects_with_a_password(service: Any) -> None:
    assert service.info["product_type"] == "enterprise"
    assert service.token.startswith("Splunk ")


def test_connects_with_a_session_key(server: Server, service: Any) -> None:
    again = server.connect(token=service.token.removeprefix("Splunk "))
    assert "main" in [index.name for index in again.indexes]


def test_connects_with_a_bearer_token(server: Server, service: Any) -> None:
    made = service.post("authorization/tokens", name="admin", audience="tests", output_mode="json")
    token = json.loads(made.body.read())["entry"][0]["content"]["token"]
    assert "main" in [i.name for i in server.connect(splunkToken=token).indexes]
    listed = service.get("authorization/tokens", output_mode="json")
    for entry in json.loads(listed.body.read())["entry"]:
        service.delete("authorization/tokens/admin", id=entry["name"])
    with pytest.raises(AuthenticationError):
        server.connect(splunkToken=token).indexes.list()


def test_refuses_a_wrong_password(server: Server) -> None:
    with pytest.raises(AuthenticationError):
        server.connect(username="admin", password="wrong")


def test_refuses_an_unknown_session(server: Server) -> None:
    with pytest.raises(AuthenticationError):
        server.connect(token="no such key").jobs.list()


def test_logs_in_again_when_a_session_is_gone(server: Server) -> None:
    service = server.connect(autologin=True)
    service.http._cookies = {}
    service.token = "Splunk gone"
    assert service.info["version"]


# ---- how a search is run ----


def test_oneshot(service: Any, three: Any) -> None:
    found = service.jobs.oneshot(
        f"search index={three.name} | stats count max(n) AS top BY host", output_mode="json"
    )
    assert rows(found) == [{"host": "h", "count": "3", "top": "3"}]


def test_normal_job(service: Any, three: Any) -> None:
    job = service.jobs.create(f"search index={three.name} n>1")
    until(job.is_done)
    assert (job["dispatchState"], job["isFailed"], job["resultCount"]) == ("DONE", "0", "2")
    assert (job["eventCount"], job["scanCount"]) == ("2", "3")
    found = rows(job.results(output_mode="json"))
    assert [row["n"] for row in found] == ["3", "2"]  # the newest first
    assert found[0]["_time"] == "2026-03-10T09:30:03.000+00:00"
    assert [row["n"] for row in rows(job.events(output_mode="json"))] == ["3", "2"]
    assert rows(job.preview(output_mode="json")) == found


def test_blocking_job(service: Any, three: Any) -> None:
    job = service.jobs.create(f"search index={three.name} | stats count", exec_mode="blocking")
    assert job.is_done()
    assert rows(job.results(output_mode="json")) == [{"count": "3"}]


def test_export(service: Any, three: Any) -> None:
    found = service.jobs.export(f"search index={three.name} | table n", output_mode="json")
    assert [row["n"] for row in rows(found)] == ["3", "2", "1"]


def test_only_the_default_index_is_searched_without_a_name(service: Any, three: Any) -> None:
    found = service.jobs.oneshot("search sourcetype=three | stats count", output_mode="json")
    assert rows(found) == [{"count": "0"}]
    everywhere = "search index=* sourcetype=three | stats count BY index"
    found = service.jobs.oneshot(everywhere, output_mode="json")
    assert {"index": three.name, "count": "3"} in rows(found)


def test_an_index_that_there_is_not_holds_nothing(service: Any, three: Any) -> None:
    found = service.jobs.oneshot("search index=nosuch | stats count", output_mode="json")
    assert rows(found) == [{"count": "0"}]
    both = f"search (index=nosuch OR index={three.name}) NOT n=1 | stats count"
    assert rows(service.jobs.oneshot(both, output_mode="json")) == [{"count": "2"}]


def test_searches_within_searches_have_their_own_indexes(service: Any, three: Any) -> None:
    other = service.indexes.create(fresh())
    other.submit("n=2 here=1")
    inner = f"search index={three.name} [search index={other.name} | fields n] | table n"
    assert rows(service.jobs.oneshot(inner, output_mode="json")) == [{"n": "2"}]
    appended = (
        f"search index={three.name} | stats count "
        f"| append [search index={other.name} | stats count]"
        "| append [search sourcetype=three | stats count]"
    )
    found = rows(service.jobs.oneshot(appended, output_mode="json"))
    assert [row["count"] for row in found] == ["3", "1", "0"]
    job = service.jobs.create(inner, exec_mode="blocking")
    job.refresh()
    assert job["eventCount"] == "1"
    after = job.results(output_mode="json", search=f"append [search index={other.name} | fields n]")
    assert [row["n"] for row in rows(after)] == ["2", "2"]
    service.indexes.delete(other.name)


def test_a_lookup_that_a_search_writes(service: Any) -> None:
    name = f"{fresh('lookup')}.csv"
    made = "| makeresults count=2 | streamstats count AS n | table n"
    service.jobs.oneshot(f"{made} | outputlookup {name}")
    found = service.jobs.oneshot(f"| inputlookup {name}", output_mode="json")
    assert [row["n"] for row in rows(found)] == ["1", "2"]


def test_tstats(service: Any, three: Any) -> None:
    counted = f"| tstats count where index={three.name} BY sourcetype"
    found = rows(service.jobs.oneshot(counted, output_mode="json"))
    assert found == [{"sourcetype": "three", "count": "3"}]
    found = rows(
        service.jobs.oneshot("| tstats count where host=h sourcetype=three", output_mode="json")
    )
    assert found == [{"count": "0"}]  # only the default index


def test_time_range(service: Any, three: Any) -> None:
    found = service.jobs.oneshot(
        f"search index={three.name} | table n",
        earliest_time="2026-03-10T09:30:02Z",
        latest_time="2026-03-10T09:30:03Z",
        output_mode="json",
    )
    assert [row["n"] for row in rows(found)] == ["2"]  # the end is left out


def test_pages_of_results(service: Any, three: Any) -> None:
    job = service.jobs.create(f"search index={three.name} | table n of", exec_mode="blocking")
    assert [r["n"] for r in rows(job.results(output_mode="json", count=1, offset=1))] == ["2"]
    assert rows(job.results(output_mode="json", f="of", count=1)) == [{"of": "3"}]
    after = job.results(output_mode="json", search="where n>2 | stats count")
    assert rows(after) == [{"count": "1"}]


# ---- output modes (REST API Reference, search/jobs/{search_id}/results) ----


@pytest.fixture
def job(service: Any, three: Any) -> Any:
    two = 'eval m=if(n=1,split("a;b",";"),null())'
    search = f"search index={three.name} n<3 | sort n | {two} | table n m"
    return service.jobs.create(search, exec_mode="blocking")


def test_json(job: Any) -> None:
    body = json.loads(job.results(output_mode="json").read())
    assert body["results"] == [{"n": "1", "m": ["a", "b"]}, {"n": "2"}]
    assert [field["name"] for field in body["fields"]] == ["n", "m"]
    assert body["preview"] is False
    assert body["init_offset"] == 0


def test_json_rows(job: Any) -> None:
    body = json.loads(job.results(output_mode="json_rows").read())
    assert body["fields"] == ["n", "m"]
    assert body["rows"] == [["1", ["a", "b"]], ["2", None]]


def test_json_cols(job: Any) -> None:
    body = json.loads(job.results(output_mode="json_cols").read())
    assert body["fields"] == ["n", "m"]
    assert body["columns"] == [["1", "2"], [["a", "b"], None]]


def test_csv(job: Any) -> None:
    text = job.results(output_mode="csv").read().decode()
    assert list(csv.reader(io.StringIO(text))) == [["n", "m"], ["1", "a\nb"], ["2", ""]]


@pytest.mark.skipif(not hasattr(results, "ResultsReader"), reason="version 3 reads JSON only")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_xml(job: Any) -> None:
    found = list(results.ResultsReader(job.results()))
    assert [dict(row) for row in found] == [{"n": "1", "m": ["a", "b"]}, {"n": "2"}]


def test_a_mode_that_there_is_not(job: Any) -> None:
    with pytest.raises(HTTPError, match="output mode"):
        job.results(output_mode="yaml")


# ---- the detection ----


def test_the_detection_by_name(server: Server, service: Any) -> None:
    app = server.connect(app="DA-ESS-ADCSBackup", owner="nobody")
    given = {"source": "XmlWinEventLog:Security", "sourcetype": "XmlWinEventLog"}
    service.indexes["main"].submit(SAMPLE.read_text(), host=fresh("ca"), **given)
    saved = app.saved_searches[NAME]
    times = {"earliest_time": "0", "index_earliest": "0", "index_latest": "+1d"}
    given = {f"dispatch.{name}": value for name, value in times.items()}
    job = saved.dispatch(**given, output_mode="json")
    until(job.is_done)
    assert job["isFailed"] == "0"
    found = rows(job.results(output_mode="json"))
    assert "ca01.example.com" in {row["dest"] for row in found}
    assert list(found[0])[:5] == ["dest", "name", "action", "Caller_Domain", "Caller_User_Name"]
    assert job.sid in [old.sid for old in saved.history()]
    assert PASSWORD not in str(job.content)
