"""search/jobs/export: results as they come, in every mode; whole or told that they are not.

Source: REST API Reference, "search/jobs/export"; the forms as measured (witnesses/rest.jsonl).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.holding import none_of
from tests.server.running import Server, fresh, running, until

FIRST, STEP = 1_700_000_000, 7919  # prime: every second has one event
NEWEST = next(str(n) for n in range(30_000) if n * STEP % 30_000 == 29_999)
EXPORT = "/services/search/jobs/export"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose memory is measured, with 30,000 events in no order of time."""
    data = tmp_path_factory.mktemp("data")
    with running("--data", str(data)) as server:
        with server.hec() as hec:
            for part in range(30):
                lines = [
                    json.dumps(
                        {"event": f"number={n}", "time": 1_700_000_000 + (n * 7919) % 30_000}
                    )
                    for n in range(part * 1000, part * 1000 + 1000)
                ]
                assert hec.post("/event", content="\n".join(lines)).status_code == 200
        yield server


def memory(server: Server) -> int:
    """The server's own memory in bytes, without what is mapped of files."""
    assert server.process
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise AssertionError("there is no RssAnon")


def lines(http: httpx.Client, search: str, **more: Any) -> Iterator[str]:
    form = {"search": search, "output_mode": "json", **more}
    headers = {"Accept-Encoding": "identity"}
    with http.stream("POST", EXPORT, data=form, headers=headers) as answer:
        assert answer.status_code == 200
        yield from answer.iter_lines()


def test_events_come_newest_first(own: Server) -> None:
    with own.http() as http:
        found = [json.loads(line) for line in lines(http, "search index=main | fields number")]
    moments = [row["result"]["_time"] for row in found]
    assert len(found) == 30_000
    assert moments == sorted(moments, reverse=True)
    assert found[0]["result"]["number"] == str(
        next(n for n in range(30_000) if n * 7919 % 30_000 == 29_999)
    )
    assert [row.get("lastrow", False) for row in found[-2:]] == [False, True]
    assert [row["offset"] for row in found[-2:]] == [29_998, 29_999]


def test_begins_with_the_first_result_and_holds_no_rows(own: Server) -> None:
    """510,000 rows: the first one long before the last, the memory flat, none left out.

    splay keeps 500,000 results of other jobs (limits.conf, max_count).
    """
    search = '| makeresults count=510000 | streamstats count AS n | eval text="some text"'
    with own.http() as http:
        before = memory(own)
        began = time.monotonic()
        rows = lines(http, f"{search} | fields n text | fields - _time", timeout="600")
        first = json.loads(next(rows))
        until_first = time.monotonic() - began
        most = before
        count, last = 1, ""
        for line in rows:
            count, last = count + 1, line
            if count % 100_000 == 0:
                most = max(most, memory(own))
        whole = time.monotonic() - began
    assert first["result"] == {"n": "1", "text": "some text"}
    assert count == 510_000
    assert json.loads(last) == {
        "preview": False,
        "offset": 509_999,
        "lastrow": True,
        "result": {"n": "510000", "text": "some text"},
    }
    assert until_first < whole / 4
    assert most < before + 60_000_000


@pytest.mark.parametrize("mode", ["json", "csv", "xml", "raw", "json_rows", "json_cols"])
@pytest.mark.parametrize(
    "search",
    [
        "search index=main number<5 | table number _time",
        "search index=main number<5",
        "search index=main nothing=here",
        "search index=main | stats count",
        '| makeresults count=3 | eval a=split("x;y",";")',
    ],
)
def test_as_the_results_of_a_job(own: Server, mode: str, search: str) -> None:
    """All modes but JSON, which has a row a line, are what the job's results are."""
    form = {"search": search, "output_mode": mode}
    with own.http() as http:
        answer = http.post(EXPORT, data=form)
        oneshot = http.post(
            "/services/search/jobs", data={**form, "exec_mode": "oneshot", "count": "0"}
        )
    assert answer.status_code == oneshot.status_code == 200
    if "makeresults" in search:
        return
    if mode == "json":
        rows = [json.loads(line).get("result") for line in answer.text.splitlines()]
        assert [row for row in rows if row] == oneshot.json()["results"]
    else:
        assert answer.text == oneshot.text.replace("?>\n\n<", "?>\n<")
    assert answer.headers["content-type"] == oneshot.headers["content-type"]


def test_count_and_max_count(own: Server) -> None:
    with own.http() as http:
        assert len(list(lines(http, "search index=main", count="7"))) == 7
        assert len(list(lines(http, "search index=main", max_count="9"))) == 9


def test_a_reader_that_goes_ends_the_search(own: Server) -> None:
    with own.http() as http:
        sid = fresh()
        rows = lines(http, "| makeresults count=100000000 | eval a=1", id=sid)
        next(rows)
        assert http.get(f"/services/search/jobs/{sid}").status_code == 200
        rows.close()  # type: ignore[attr-defined]
        until(lambda: http.get(f"/services/search/jobs/{sid}").status_code == 404)


FAILS = '| makeresults count=5000 | streamstats count AS n | eval p=if(n=4000, "(", "x") '


def test_a_failure_on_the_way_is_told(own: Server) -> None:
    search = f'{FAILS} | where match("x", p) | fields n'
    with own.http() as http:
        found = [json.loads(line) for line in lines(http, search)]
        [said] = [line["messages"] for line in found if "messages" in line]
        assert [message["type"] for message in said] == ["FATAL"]
        assert none_of("lastrow" in line for line in found)
        assert len(found) == 4000
        for mode in ("csv", "raw"):  # these cannot say it
            with pytest.raises(httpx.RemoteProtocolError):
                http.post(EXPORT, data={"search": search + " n | eval _raw=n", "output_mode": mode})


def test_a_cut_result_is_told(own: Server) -> None:
    form = {
        "search": "search index=main",
        "exec_mode": "oneshot",
        "output_mode": "json",
        "max_count": "10",
        "count": "0",
    }
    with own.http() as http:
        answer = http.post("/services/search/jobs", data=form).json()
    assert len(answer["results"]) == 10
    said = "The results are cut: 10 of 30,000 are kept (max_count)."
    assert answer["messages"] == [{"type": "WARN", "text": said}]
