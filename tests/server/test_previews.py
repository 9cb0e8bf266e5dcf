"""What a search shows while it runs, and the previews of an export.

Source: REST API Reference, "results_preview", "search/jobs/{search_id}/events",
"search/jobs/export" (preview); splunk-sdk-python's
results readers: a preview is marked, and in XML a document of its own.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from splunklib.results import JSONResultsReader

from splay.engine.run import results_over
from splay.errors import SplayError
from splay.server.jobs import preview as previewing
from splay.server.jobs.job import Request
from splay.server.jobs.timerange import TimeRange
from splay.server.splunkd import Splunkd
from splay.store.event import Event
from tests.server.running import Server, fresh

JOBS = "/services/search/jobs"
MODE = {"output_mode": "json"}
LONG = "| makeresults count=50000000"


@contextmanager
def job(http: httpx.Client, search: str, **more: str) -> Iterator[str]:
    """The path of a job that runs until the block's end."""
    sid = http.post(JOBS, data={"search": search, **MODE, **more}).json()["sid"]
    try:
        yield f"{JOBS}/{sid}"
    finally:
        http.post(f"{JOBS}/{sid}/control", data={"action": "cancel"})


def preview(http: httpx.Client, path: str, **more: str) -> httpx.Response:
    """The first preview."""
    until = time.monotonic() + 120
    answer = http.get(f"{path}/results_preview", params={**MODE, **more})
    while answer.status_code == 204 and time.monotonic() < until:
        time.sleep(0.1)
        answer = http.get(f"{path}/results_preview", params={**MODE, **more})
    return answer


def test_the_first_results_while_it_runs(server: Server) -> None:
    search = f"{LONG} | streamstats count AS n | fields n"
    with server.http() as http, job(http, search) as path:
        answer = preview(http, path, count="2").json()
        assert answer["preview"] is True
        assert [row["n"] for row in answer["results"]] == ["1", "2"]
        assert http.get(f"{path}/results", params=MODE).status_code == 204
        http.post(f"{path}/control", data={"action": "disablepreview"})
        assert http.get(f"{path}/results_preview", params=MODE).status_code == 204


def test_what_a_table_comes_to_so_far(server: Server) -> None:
    search = f"{LONG} | stats count | eval twice=count*2 | where count>0 | table twice count"
    with server.http() as http, job(http, search) as path:
        answer = preview(http, path).json()
        assert answer["preview"] is True
        assert [field["name"] for field in answer["fields"]] == ["twice", "count"]
        (row,) = answer["results"]
        assert 0 < int(row["count"]) < 20_000_000
        assert int(row["twice"]) == 2 * int(row["count"])


@pytest.mark.parametrize(
    "rest",
    [
        "stats count | outputlookup never_written.csv",
        "stats count | append [| makeresults]",
        "stats values(*) AS *",
    ],
    ids=["writes", "searches", "needs all rows"],
)
def test_no_preview_of_it(server: Server, rest: str) -> None:
    with server.http() as http, job(http, f"{LONG} | {rest}") as path:
        http.get(f"{path}/results_preview", params=MODE)
        time.sleep(1)
        assert http.get(f"{path}/results_preview", params=MODE).status_code == 204
        files = http.get("/services/data/lookup-table-files", params=MODE).json()["entry"]
        assert "never_written.csv" not in [entry["name"] for entry in files]


def test_a_job_without_previews(server: Server) -> None:
    with server.http() as http, job(http, f"{LONG} | stats count", preview="0") as path:
        http.get(f"{path}/results_preview", params=MODE)
        time.sleep(1)
        assert http.get(f"{path}/results_preview", params=MODE).status_code == 204


@contextmanager
def exported(server: Server, sid: str, mode: str, **more: str) -> Iterator[Iterator[str]]:
    """The lines of an export that runs until it is finalised or no longer read."""
    search = f"{LONG} | streamstats count AS n | eval g=n%2 | stats count BY g"
    form = {"search": search, "output_mode": mode, "id": sid, **more}
    headers = {"Accept-Encoding": "identity"}
    with (
        server.http() as http,
        http.stream("POST", f"{JOBS}/export", data=form, headers=headers) as answer,
    ):
        yield answer.iter_lines()


def finalize(server: Server, sid: str) -> None:
    with server.http() as http:
        http.post(f"{JOBS}/{sid}/control", data={"action": "finalize"})


def test_an_export_shows_previews_where_they_are_asked_for(server: Server) -> None:
    sid = fresh()
    with exported(server, sid, "json", preview="1") as lines:
        first = [next(lines), next(lines)]
        finalize(server, sid)
        text = "\n".join([*first, *lines])
    found = [json.loads(line) for line in text.splitlines()]
    previews, final = (
        list(part) for _, part in itertools.groupby(found, lambda line: line["preview"])
    )
    assert {line["preview"] for line in previews} == {True}
    assert [line.get("lastrow", False) for line in previews[:2]] == [False, True]
    assert [line["result"]["g"] for line in previews[:2]] == ["0", "1"]
    assert [(line["offset"], line["result"]["g"]) for line in final] == [(0, "0"), (1, "1")]
    before, after = (
        sum(int(line["result"]["count"]) for line in part) for part in (found[:2], final)
    )
    assert 0 < before <= after < 20_000_000

    reader = JSONResultsReader(io.BytesIO(text.encode()))
    assert len(list(reader)) == len(found)
    assert reader.is_preview is False


def test_each_preview_is_a_document_of_xml(server: Server) -> None:
    sid = fresh()
    with exported(server, sid, "xml", preview="true") as lines:
        first = [next(lines), next(lines)]
        finalize(server, sid)
        text = "\n".join([*first, *lines])
    marks = re.findall(r"<\?xml [^>]*\?>\n<results preview='([01])'>", text)
    assert marks[0] == "1"
    assert [mark for mark in marks if mark == "0"] == marks[-1:]
    assert text.count("</results>") == len(marks)


def ended(server: Server, mode: str, **more: str) -> list[str]:
    """All lines of an export that begins with its end, after the time for a preview."""
    sid = fresh()
    end = threading.Timer(1.5, finalize, (server, sid))
    end.start()
    with exported(server, sid, mode, **more) as lines:
        return list(lines)


def test_without_being_asked_there_is_none(server: Server) -> None:
    found = ended(server, "json")
    assert [json.loads(line)["preview"] for line in found] == [False, False]


def test_csv_cannot_mark_a_preview_and_has_none(server: Server) -> None:
    found = ended(server, "csv", preview="1")
    assert [line.split(",")[0] for line in found] == ["g", "0", "1"]


@pytest.mark.parametrize(
    ("bad", "state"), [("count<500", "DONE"), ("count>0", "FAILED")], ids=["early", "to the end"]
)
def test_a_preview_that_fails_is_none(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch, bad: str, state: str
) -> None:
    """What is wrong with what there is so far, the search says at its end, if it is so then."""
    monkeypatch.setattr(previewing, "_PERIOD", 0)
    splunkd.indexes.append([Event(f"n={n}", float(n), "h", "s", "t") for n in range(1000)])
    search = f'search n=* | stats count | eval p=if({bad}, "(", "a") | eval r=replace("a", p, "b")'
    job, store = splunkd.make_job("1", Request(search, "admin", "search"), TimeRange())
    job.preview.wanted = True
    failed: list[SplayError] = []

    def made(*given: Any, **more: Any) -> Any:
        try:
            return results_over(*given, **more)
        except SplayError as error:
            failed.append(error)
            raise

    monkeypatch.setattr(previewing, "results_over", made)
    job.run(store)
    assert failed
    assert job.state == state, job.messages
    assert ["unmatched" in str(text) or "parenthesis" in str(text) for _, text in job.messages] == (
        [True] if state == "FAILED" else []
    )


@pytest.mark.parametrize(
    ("search", "buckets"),
    [
        ("search index=main", 0),
        ("search index=main n=*", 0),
        ("search index=main | eval m=n", 0),
        ("search index=main | sort n", 0),
        ("search index=main | stats count by n", 300),
    ],
)
def test_the_first_events_while_it_runs(splunkd: Splunkd, search: str, buckets: int) -> None:
    """Whatever comes after. The job is looked at where it asks whether to go on."""
    splunkd.indexes.append([Event(f"n={n}", float(n), "h", "s", "t") for n in range(5000)])
    request = Request(search, "admin", "search", status_buckets=buckets)
    job, store = splunkd.make_job("1", request, TimeRange())
    seen: list[list[Any]] = []
    going = job.check

    def check() -> bool:
        if len(job.events()) >= 500 and not seen and not job.done:
            seen.append([row["n"] for row in job.events().page(slice(2)).rows])
        return going()

    job.tap.check = job.context.should_continue = check
    store._check = check  # type: ignore[attr-defined]
    job.run(store)
    assert job.state == "DONE", job.messages
    newest = seen[0]
    assert newest == ["4999", "4998"] if not buckets else len(newest) == 2


def test_a_page_of_events_while_it_runs(server: Server) -> None:
    jobs, mode = "/services/search/jobs", {"output_mode": "json"}
    with server.http() as http:
        search = "search index=_internal | append [| makeresults count=20000000] | sort _time"
        sid = http.post(jobs, data={"search": search, **mode}).json()["sid"]
        until = time.monotonic() + 120
        answer = http.get(f"{jobs}/{sid}/events", params={**mode, "count": "1"})
        while answer.status_code == 204 and time.monotonic() < until:
            time.sleep(0.1)
            answer = http.get(f"{jobs}/{sid}/events", params={**mode, "count": "1"})
        assert answer.json()["preview"] is True
        assert answer.json()["results"][0]["index"] == "_internal"
        http.post(f"{jobs}/{sid}/control", data={"action": "cancel"})
