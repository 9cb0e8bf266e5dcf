"""The HTTP Event Collector.

Codes, texts and statuses: Getting Data In, "Troubleshoot HTTP Event Collector", "Possible error
codes"; shapes: "Format events for HTTP Event Collector", "Enable indexer acknowledgment".
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sample_events import Style, event, render
from tests.server.running import TOKEN, Server, fresh


@pytest.fixture
def hec(server: Server) -> Iterator[httpx.Client]:
    with server.hec() as client:
        yield client


def found(index: Any, commands: str) -> list[list[Any]]:
    """The rows of a search over the index."""
    text = index.service.jobs.oneshot(
        f"search index={index.name} | {commands}", output_mode="json_rows"
    )
    rows: list[list[Any]] = json.loads(text.read())["rows"]
    return rows


def code(response: httpx.Response) -> tuple[int, int, str]:
    body = response.json()
    return response.status_code, body["code"], body["text"]


def test_events_with_metadata(hec: httpx.Client, index: Any) -> None:
    batch = [
        {
            "index": index.name,
            "event": "text",
            "time": 1773135001.25,
            "host": "h1",
            "source": "s1",
            "sourcetype": "t1",
        },
        {"index": index.name, "event": {"b": 1, "a": ["x"]}, "time": "1773135000", "host": "h2"},
    ]
    body = "".join(map(json.dumps, batch))  # objects one after the other, nothing between
    assert code(hec.post("/event", content=body)) == (200, 0, "Success")
    rows = found(index, "table _time host source sourcetype _raw")
    assert rows == [
        ["2026-03-10T09:30:01.250+00:00", "h1", "s1", "t1", "text"],
        [
            "2026-03-10T09:30:00.000+00:00",
            "h2",
            "http:splunk_hec_token",
            "httpevent",
            '{"b":1,"a":["x"]}',
        ],
    ]


def test_indexed_fields(hec: httpx.Client, index: Any) -> None:
    fields = {"colour": "Red", "sizes": ["1", "2"]}
    hec.post("", json={"index": index.name, "event": "no such word", "fields": fields})
    # The value is not in the event's text, yet the search finds it.
    assert found(index, "search colour=red | table colour sizes") == [["Red", ["1", "2"]]]
    search = f"search index={index.name} colour=red | stats count"
    text = index.service.jobs.oneshot(search, output_mode="json_rows").read()
    assert json.loads(text)["rows"] == [["1"]]


@pytest.mark.parametrize(
    ("search", "rows"),
    [
        ("| tstats count where index={0} by level", [["high", "2"], ["low", "1"]]),
        ("| tstats count where index={0} level=high by host", [["h", "2"]]),
        ("| tstats count where index={0} level::HI* by level", [["high", "2"]]),
        ("| tstats count where index={0} by nosuch", []),
        ("| tstats values(level) as v where index={0}", [[["high", "low"]]]),
        ("search index={0} level::high | stats count", [["2"]]),
        ("search index={0} NOT level::high | stats count by level", [["low", "1"]]),
        ("search index={0} word::high | stats count", [["1"]]),
        ("search index={0} level::high | table _raw, _meta | fields - _raw | stats count", [["2"]]),
    ],
)
def test_the_index_knows_indexed_fields(
    hec: httpx.Client, index: Any, search: str, rows: list[Any]
) -> None:
    """Search Reference, "tstats" (indexed fields) and "search" (field::value)."""
    for level, text in (("high", "a"), ("high", "b word::high"), ("low", "c level=high")):
        item = {"index": index.name, "event": text, "host": "h", "fields": {"level": level}}
        hec.post("", json=item)
    answer = index.service.jobs.oneshot(search.format(index.name), output_mode="json_rows").read()
    assert json.loads(answer)["rows"] == rows


def test_gzip(hec: httpx.Client, index: Any) -> None:
    body = gzip.compress(json.dumps({"index": index.name, "event": "packed"}).encode())
    answer = hec.post("/event", content=body, headers={"Content-Encoding": "gzip"})
    assert code(answer) == (200, 0, "Success")
    assert found(index, "table _raw") == [["packed"]]
    answer = hec.post("/event", content=body[:-4], headers={"Content-Encoding": "gzip"})
    assert code(answer) == (400, 6, "Invalid data format")


def test_raw_windows_events_have_their_own_time(hec: httpx.Client, index: Any) -> None:
    text = "\n".join(render(event(number), Style(pretty=True)) for number in (4876, 4877))
    query = {"index": index.name, "host": "h", "source": "s", "sourcetype": "XmlWinEventLog"}
    assert code(hec.post("/raw", content=text, params=query)) == (200, 0, "Success")
    rows = found(index, "table _time host source sourcetype")
    # sample_events.event: 2026-03-10T09:30:15.403719Z
    assert rows == [["2026-03-10T09:30:15.403+00:00", "h", "s", "XmlWinEventLog"]] * 2


def test_raw_lines_without_a_time_are_of_now(hec: httpx.Client, index: Any) -> None:
    body = "a\nb\n"  # without a date between them they are one event (BREAK_ONLY_BEFORE_DATE)
    hec.post("/raw", content=body, params={"index": index.name})
    young = 'where _time>relative_time(now(),"-1h") AND _time<=now()+1'
    assert found(index, f"{young} | table _raw") == [["a\nb"]]


def test_a_time_in_the_event_is_used_when_asked_for(hec: httpx.Client, index: Any) -> None:
    body = json.dumps({"index": index.name, "event": "2026-03-10T09:30:00Z a line"})
    hec.post("/event", content=body, params={"auto_extract_timestamp": "true"})
    assert found(index, "table _time") == [["2026-03-10T09:30:00.000+00:00"]]


@pytest.mark.parametrize(
    ("body", "expected", "number"),
    [
        ("", (400, 5, "No data"), None),
        ("   ", (400, 5, "No data"), None),
        ("\n\t", (400, 5, "No data"), None),
        ("{", (400, 6, "Invalid data format"), 0),
        ('{"event":"a"} nonsense', (400, 6, "Invalid data format"), 1),
        ("[1]", (400, 6, "Invalid data format"), 0),
        # measured on Splunk 10.4.2
        ('{"event":"a","time":"yesterday"}', (400, 15, "Error in handling indexed fields"), 0),
        ('{"event":"a","index":"nosuch"}', (400, 7, "Incorrect index"), 0),
        ('{"event":"a"}{"time":1}', (400, 12, "Event field is required"), 1),
        ('{"event":""}', (400, 13, "Event field cannot be blank"), 0),
        ('{"event":" \\n"}', (400, 13, "Event field cannot be blank"), 0),
        ('{"event":null}', (400, 13, "Event field cannot be blank"), 0),
        ('{"event":"a"}{"event":" "}', (400, 13, "Event field cannot be blank"), 1),
        (
            '{"event":"a","fields":{"n":{"deep":1}}}',
            (400, 15, "Error in handling indexed fields"),
            0,
        ),
    ],
)
def test_refused_data(
    hec: httpx.Client, body: str, expected: tuple[int, int, str], number: int | None
) -> None:
    answer = hec.post("/event", content=body)
    assert code(answer) == expected
    assert answer.json().get("invalid-event-number") == number


@pytest.mark.parametrize("body", ["", " ", "\r\n\n"])
def test_a_raw_body_of_nothing(hec: httpx.Client, body: str) -> None:
    """Of no body measured on Splunk 10.4.2; blanks are no event either."""
    assert code(hec.post("/raw", content=body)) == (400, 5, "No data")


@pytest.mark.parametrize("event", ["0", "false", "[]", "{}"])
def test_what_is_false_is_no_blank(hec: httpx.Client, index: Any, event: str) -> None:
    """Format events for HTTP Event Collector: the event may be any JSON."""
    body = f'{{"index":"{index.name}","event":{event}}}'
    assert code(hec.post("/event", content=body)) == (200, 0, "Success")
    assert found(index, "table _raw") == [[event]]


def test_nothing_of_a_refused_batch_is_indexed(hec: httpx.Client, index: Any) -> None:
    hec.post("/event", content=json.dumps({"index": index.name, "event": "good"}) + "{}")
    assert found(index, "stats count") == [["0"]]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (401, 2, "Token is required")),
        ("", (401, 2, "Token is required")),
        ("Digest abc", (401, 3, "Invalid authorization")),
        ("Splunk", (401, 3, "Invalid authorization")),
        ("Splunk 8f2c1f0e-0000-4000-8000-000000000000", (403, 4, "Invalid token")),
    ],
)
def test_refused_tokens(server: Server, header: str | None, expected: tuple[int, int, str]) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = httpx.post(
        f"{server.hec_url}/event", json={"event": "a"}, headers=headers, verify=False
    )
    assert code(answer) == expected


def test_other_ways_to_give_a_token(server: Server) -> None:
    url = f"{server.hec_url}/event"
    basic = httpx.post(url, json={"event": "a"}, auth=("any", TOKEN), verify=False)
    assert code(basic) == (200, 0, "Success")
    query = httpx.post(url, json={"event": "a"}, params={"token": TOKEN}, verify=False)
    assert code(query) == (400, 16, "Query string authorization is not enabled")


def test_health(server: Server) -> None:
    answer = httpx.get(f"{server.hec_url}/health", verify=False)
    assert code(answer) == (200, 17, "HEC is healthy")


def test_acknowledgment(server: Server, index: Any) -> None:
    made = index.service.inputs.create(fresh(), "http", index=index.name, useACK=1)
    channel = str(uuid.uuid4())
    with server.hec(made["token"]) as hec:
        assert code(hec.post("/event", json={"event": "a"})) == (
            400,
            10,
            "Data channel is missing",
        )
        bad = hec.post("/event", json={"event": "a"}, params={"channel": "not one"})
        assert code(bad) == (400, 11, "Invalid data channel")
        hec.headers["X-Splunk-Request-Channel"] = channel
        ids = [hec.post("/event", json={"event": n}).json()["ackId"] for n in ("a", "b")]
        assert ids == [0, 1]
        answer = hec.post("/ack", json={"acks": [0, 1, 2]})
        assert answer.json() == {"acks": {"0": True, "1": True, "2": False}}
        # An id is forgotten once it has been answered with true.
        assert hec.post("/ack", json={"acks": [0]}).json() == {"acks": {"0": False}}
        assert code(hec.post("/ack", content="nonsense")) == (400, 6, "Invalid data format")
    assert found(index, "stats count") == [["2"]]
    made.delete()


def test_no_acknowledgment_where_it_is_off(hec: httpx.Client) -> None:
    answer = hec.post("/ack", json={"acks": [0]}, params={"channel": str(uuid.uuid4())})
    assert code(answer) == (400, 14, "ACK is disabled")


def test_a_token_writes_only_where_it_may(server: Server, index: Any) -> None:
    made = index.service.inputs.create(fresh(), "http", index=index.name, indexes=index.name)
    with server.hec(made["token"]) as hec:
        assert code(hec.post("", json={"event": "a"})) == (200, 0, "Success")
        refused = hec.post("", json={"event": "a", "index": "main"})
        assert code(refused) == (400, 7, "Incorrect index")
        made.update(disabled=1)
        assert code(hec.post("", json={"event": "a"})) == (403, 1, "Token disabled")
    made.delete()


def test_other_addresses(server: Server, hec: httpx.Client) -> None:
    assert hec.get("/event").status_code == 405
    assert hec.post("/nothing").status_code == 404
    assert httpx.post(f"{server.hec_url}/../x", verify=False).status_code == 404
