"""The edges of the HTTP Event Collector: times, fields, channels, tokens, and how much it takes.

Source: Getting Data In, "Format events for HTTP Event Collector", "Troubleshoot HTTP Event
Collector" (codes), "Enable indexer acknowledgment"; inputs.conf.spec, [http://<name>];
limits.conf.spec, [http_input] max_content_length. What no page says is told beside it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from splay.server.hec import collector as collector_module
from splay.server.hec import tokens as tokens_module
from splay.server.hec.tokens import HecTokens
from splay.server.management import collector_app
from splay.server.objects.acl import Acl
from splay.server.splunkd import Splunkd
from tests.server.running import TOKEN, Server, fresh
from tests.server.test_hec import code, found

OK = (200, 0, "Success")
FORMAT = (400, 6, "Invalid data format")
FIELDS = (400, 15, "Error in handling indexed fields")


@pytest.fixture
def hec(server: Server) -> Iterator[httpx.Client]:
    with server.hec() as client:
        yield client


# ---- times and fields ----


@pytest.mark.parametrize("given", ["-1", "100000000000", "true", "[]", '"nan"', '""'])
def test_what_is_no_time(hec: httpx.Client, given: str) -> None:
    """The code as measured on Splunk 10.4.2 of a word; the bounds are splay's own: what lies after
    the year 5138 are milliseconds that somebody took for seconds."""
    answer = hec.post("/event", content=f'{{"event":"a"}}{{"event":"a","time":{given}}}')
    assert code(answer) == FIELDS
    assert answer.json()["invalid-event-number"] == 1


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("0", "0"), ("99999999999", "99999999999"), ('"1773135000"', "1773135000")],
)
def test_the_first_and_the_last_time(
    hec: httpx.Client, index: Any, given: str, seconds: str
) -> None:
    body = f'{{"index":"{index.name}","event":"a","time":{given}}}'
    assert code(hec.post("/event", content=body)) == OK
    assert found(index, "eval t=round(_time) | table t") == [[seconds]]


def test_no_time_is_now(hec: httpx.Client, index: Any) -> None:
    began = time.time()
    hec.post("/event", content=f'{{"index":"{index.name}","event":"a","time":null}}')
    [[moment]] = found(index, "eval t=_time | table t")
    assert began - 1 < float(moment) < time.time() + 1


def test_a_time_for_all_raw_events(hec: httpx.Client, index: Any) -> None:
    body = "2020-01-01T00:00:00Z a\n2020-01-01T00:00:01Z b\n"
    query = {"index": index.name, "time": "1773135000.5"}
    assert code(hec.post("/raw", content=body, params=query)) == OK
    assert found(index, "table _time") == [["2026-03-10T09:30:00.500+00:00"]] * 2
    answer = hec.post("/raw", content=body, params={**query, "time": "yesterday"})
    assert code(answer) == FIELDS
    assert answer.json()["invalid-event-number"] == 0
    assert found(index, "stats count") == [["2"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("[]", FIELDS),
        ('"a"', FIELDS),
        ('{"":"1"}', FIELDS),
        ('{"a":[["1"]]}', FIELDS),
        ('{"a":[{"b":1}]}', FIELDS),
    ],
)
def test_refused_fields(
    hec: httpx.Client, index: Any, fields: str, expected: tuple[int, int, str]
) -> None:
    body = f'{{"index":"{index.name}","event":"a","fields":{fields}}}'
    assert code(hec.post("/event", content=body)) == expected


def test_fields_of_every_kind(hec: httpx.Client, index: Any) -> None:
    """Values that are not text are told as JSON writes them; null is no value."""
    fields = '{"t":true,"n":1.5,"none":null,"list":[null,2],"two":["x",false,null],"empty":[]}'
    body = f'{{"index":"{index.name}","event":"a","fields":{fields}}}'
    assert code(hec.post("/event", content=body)) == OK
    kept = "fillnull value=- none empty | table t n none list two empty"
    assert found(index, kept) == [["true", "1.5", "-", "2", ["x", "false"], "-"]]


@pytest.mark.parametrize("name", ["host", "source", "sourcetype", "index"])
def test_metadata_that_is_no_text(hec: httpx.Client, name: str) -> None:
    answer = hec.post("/event", content=f'{{"event":"a","{name}":5}}')
    assert code(answer) == FORMAT
    assert answer.json()["invalid-event-number"] == 0


@pytest.mark.parametrize("body", [b'{"event":"\xff"}', b'"a"', b"[[]]", b"[" * 100_000])
def test_what_is_no_event(hec: httpx.Client, body: bytes) -> None:
    assert code(hec.post("/event", content=body)) == FORMAT


def test_raw_events_of_an_index_that_there_is_not(hec: httpx.Client) -> None:
    answer = hec.post("/raw", content="a line", params={"index": "nosuch"})
    assert answer.json() == {"text": "Incorrect index", "code": 7}


# ---- where events are from ----


def test_the_query_string_wins_over_the_token(server: Server, index: Any) -> None:
    """HTTP Event Collector REST API endpoints: the metadata of the query string; inputs.conf.spec:
    those of the token; index, where neither names one."""
    held = {"host": "th", "source": "ts", "sourcetype": "tt"}
    made = index.service.inputs.create(fresh(), "http", index=index.name, **held)
    with server.hec(made["token"]) as hec:
        hec.post("/event", json={"event": "1"})
        hec.post("/event", json={"event": "2"}, params={"host": "qh", "sourcetype": "qt"})
        hec.post("/event", json={"event": "3", "host": "eh"}, params={"host": "qh"})
        hec.post("/raw", content="4", params={"source": "qs"})
    assert found(index, "sort _raw | table _raw host source sourcetype") == [
        ["1", "th", "ts", "tt"],
        ["2", "qh", "ts", "qt"],
        ["3", "eh", "ts", "tt"],
        ["4", "th", "qs", "tt"],
    ]
    made.delete()


def test_without_any_host_it_is_the_servers(hec: httpx.Client, index: Any) -> None:
    hec.post("/event", json={"event": "a", "index": index.name})
    assert found(index, "table host") == [["127.0.0.1"]]


# ---- packed, and too much ----


def sent(splunkd: Splunkd, body: bytes, *, path: str = "/raw", **headers: str) -> httpx.Response:
    """The answer of a collector in this process, whose limits a test can set."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=collector_app(splunkd))
        base = "http://127.0.0.1:8088/services/collector"
        who = {"Authorization": f"Splunk {TOKEN}", **headers}
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=who) as client:
            return await client.post(path, content=body)

    splunkd.hec = HecTokens(splunkd.catalog, TOKEN)
    return asyncio.run(ask())


def test_how_much_is_taken_at_once(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> None:
    assert collector_module.MAX_CONTENT == 838_860_800  # limits.conf.spec: the default
    monkeypatch.setattr(collector_module, "MAX_CONTENT", 1000)
    packed = {"Content-Encoding": "GZIP"}
    for size, status in ((1000, 200), (1001, 413)):
        body = b"x" * size
        assert sent(splunkd, body).status_code == status
        assert sent(splunkd, gzip.compress(body), **packed).status_code == status
        halves = gzip.compress(body[:500]) + gzip.compress(body[500:])  # RFC 1952: one file
        assert sent(splunkd, halves, **packed).status_code == status
    assert splunkd.indexes.get("main").count() == 3


def test_packed_content_is_unpacked_in_pieces(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that little content that becomes much is not held before it is refused."""
    monkeypatch.setattr(collector_module, "MAX_CONTENT", 20_000_000)
    packed = gzip.compress(b"x" * 20_000_001)
    sizes: list[int] = []

    class Watched(collector_module._Unpacking):
        def pieces(self, block: bytes) -> Iterator[bytes]:
            for piece in super().pieces(block):
                sizes.append(len(piece))
                yield piece

    monkeypatch.setattr(collector_module, "_Unpacking", Watched)
    answer = sent(splunkd, packed, **{"Content-Encoding": "gzip"})
    assert answer.json() == {"text": "Content-Length was too large.", "code": 413}
    assert max(sizes) <= 8 * 1024 * 1024


PACKED = gzip.compress(b"a", mtime=0)  # A time of packing would make each run's bytes differ.
BADLY_PACKED = {"no gzip": b"no gzip", "cut": PACKED[:-1], "more behind": PACKED + b"b"}


@pytest.mark.parametrize("body", BADLY_PACKED.values(), ids=BADLY_PACKED)
def test_what_is_not_packed_well(splunkd: Splunkd, body: bytes) -> None:
    assert code(sent(splunkd, body, **{"Content-Encoding": "gzip"})) == FORMAT


# ---- acknowledgments ----


@pytest.fixture
def acknowledging(server: Server, index: Any) -> Iterator[httpx.Client]:
    made = index.service.inputs.create(fresh(), "http", index=index.name, useACK=1)
    with server.hec(made["token"]) as client:
        yield client
    made.delete()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "1",
        '{"acks":1}',
        '{"acks":null}',
        '{"acks":["0"]}',
        '{"acks":[true]}',
        '{"acks":[0.0]}',
    ],
)
def test_ids_that_are_none(acknowledging: httpx.Client, body: str) -> None:
    answer = acknowledging.post("/ack", content=body, params={"channel": str(uuid.uuid4())})
    assert code(answer) == FORMAT


def test_ids_of_no_channel(acknowledging: httpx.Client) -> None:
    answer = acknowledging.post("/ack", json={"acks": [0]})
    assert code(answer) == (400, 10, "Data channel is missing")


def test_each_channel_has_its_own_ids(acknowledging: httpx.Client) -> None:
    """About HTTP Event Collector Indexer Acknowledgment: one client's are not another's."""
    one, other = ({"channel": str(uuid.uuid4())} for _ in range(2))
    ids = [acknowledging.post("/event", json={"event": "a"}, params=c) for c in (one, one, other)]
    assert [answer.json()["ackId"] for answer in ids] == [0, 1, 0]
    asked = [acknowledging.post("/ack", json={"acks": [1]}, params=c) for c in (other, one)]
    assert [answer.json() for answer in asked] == [{"acks": {"1": False}}, {"acks": {"1": True}}]
    upper = {"channel": other["channel"].upper()}  # the same GUID
    assert acknowledging.post("/ack", json={"acks": [0]}, params=upper).json()["acks"]["0"]


def test_channels_that_are_used_are_not_forgotten(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tokens_module._MOST_CHANNELS >= 10_000
    monkeypatch.setattr(tokens_module, "_MOST_CHANNELS", 2)
    held = HecTokens(splunkd.catalog, "")
    assert [held.acknowledge("t", name) for name in ("a", "b", "a", "c")] == [0, 0, 1, 0]
    assert held.acknowledged("t", "a", [0, 1]) == {"0": True, "1": True}
    assert held.acknowledged("t", "b", [0]) == {"0": False}  # the one that was used least lately
    assert held.acknowledged("other", "a", [0]) == {"0": False}


# ---- tokens ----


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"splunk {TOKEN}", (401, 3, "Invalid authorization")),
        ("Basic !!!", (401, 3, "Invalid authorization")),
        ("Basic eDo=", (401, 3, "Invalid authorization")),  # x: without a password
    ],
)
def test_headers_that_are_no_authorization(
    server: Server, header: str, expected: tuple[int, int, str]
) -> None:
    url, headers = f"{server.hec_url}/event", {"Authorization": header}
    assert code(httpx.post(url, json={"event": "a"}, headers=headers, verify=False)) == expected


def test_a_token_of_the_query_string_is_looked_at(server: Server) -> None:
    url = f"{server.hec_url}/event"
    answer = httpx.post(url, json={"event": "a"}, params={"token": "no"}, verify=False)
    assert code(answer) == (403, 4, "Invalid token")


def test_settings_of_a_token(splunkd: Splunkd) -> None:
    """inputs.conf.spec: indexes is a list, here also with semicolons; index defaults to main."""
    acl = Acl("splunk_httpinput", "nobody", "app")
    held: dict[str, str | None] = {"token": "k", "indexes": "main; risk , ,summary"}
    splunkd.catalog.write("inputs", "http://one", held, acl, private=False)
    other: dict[str, str | None] = {"token": "no collector's"}
    splunkd.catalog.write("inputs", "tcp://9997", other, acl, private=False)
    tokens = HecTokens(splunkd.catalog, "")
    token = tokens.find("k")
    assert token
    assert (token.name, token.index, token.indexes) == ("one", "main", ("main", "risk", "summary"))
    assert not token.use_ack
    assert not token.disabled
    assert [tokens.find(text) for text in ("", "K", "no collector's")] == [None] * 3


# ---- addresses ----


@pytest.mark.parametrize("path", ["", "/", "/event", "/event/1.0", "/raw", "/raw/1.0"])
def test_every_address_takes_events(hec: httpx.Client, index: Any, path: str) -> None:
    body = json.dumps({"index": index.name, "event": "a"})
    assert code(hec.post(path, content=body, params={"index": index.name})) == OK
    assert found(index, "stats count") == [["1"]]


def test_addresses_of_one_method(server: Server, hec: httpx.Client) -> None:
    assert code(httpx.get(f"{server.hec_url}/health/1.0", verify=False))[1] == 17
    assert hec.post("/health").status_code == 404
    answer = hec.get("/ack")
    said = {"text": "The requested URL was not found on this server.", "code": 404}
    assert (answer.status_code, answer.json()) == (405, said)
