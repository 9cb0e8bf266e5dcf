"""storage/collections and lookups whose external_type is kvstore.

Expected values: REST API Reference, "KV store endpoint descriptions", and what Splunk 10.4.2 was
measured to do (keys alone from batch_save, 409 for a key that is taken, `fields` and `_key`,
refusals in XML).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.running import Server, fresh, running

SPACE = "/servicesNS/nobody/search"
CONFIG = f"{SPACE}/storage/collections/config"


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


@pytest.fixture
def data(http: httpx.Client) -> Iterator[str]:
    """The path of the records of a new collection with two number fields."""
    name = fresh().replace("-", "_")
    made = http.post(CONFIG, data={"name": name, "field.n": "number", "field.s": "string"})
    assert made.status_code == 201, made.text
    yield f"{SPACE}/storage/collections/data/{name}"
    http.delete(f"{CONFIG}/{name}")


RECORDS: list[dict[str, Any]] = [
    {"_key": "a", "n": 1, "s": "one", "in": {"x": 5}, "l": ["p", "q"]},
    {"_key": "b", "n": 2, "s": "two"},
    {"_key": "c", "n": 10, "s": "ten", "l": ["q"]},
    {"_key": "d", "s": "none"},
]


@pytest.fixture
def filled(http: httpx.Client, data: str) -> str:
    saved = http.post(f"{data}/batch_save", json=RECORDS)
    assert saved.json() == ["a", "b", "c", "d"]
    return data


def keys(http: httpx.Client, path: str, **params: Any) -> list[str]:
    found = http.get(path, params=params)
    assert found.status_code == 200, found.text
    return [record["_key"] for record in found.json()]


def test_insert_read_replace_remove(http: httpx.Client, data: str) -> None:
    made = http.post(data, json={"n": 1})
    assert made.status_code == 201
    assert set(made.json()) == {"_key"}
    path = f"{data}/{made.json()['_key']}"
    assert http.get(path).json() == {"n": 1, "_user": "nobody", "_key": made.json()["_key"]}
    assert http.post(path, json={"s": "other"}).json() == made.json()
    assert http.get(path).json() == {"s": "other", "_user": "nobody", **made.json()}
    assert http.delete(path).status_code == 200
    assert http.get(path).status_code == 404
    assert http.delete(path).status_code == 404
    assert http.post(path, json={}).status_code == 404


def test_a_key_that_is_taken(http: httpx.Client, filled: str) -> None:
    refused = http.post(filled, json={"_key": "a"}, params={"output_mode": "json"})
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("text/xml")
    assert keys(http, filled, query='{"n": 1}') == ["a"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "abcd"),
        ({"n": 1}, "a"),
        ({"n": "1"}, ""),
        ({"n": {"$gt": 1}}, "bc"),
        ({"n": {"$gte": 1, "$lt": 10}}, "ab"),
        ({"n": {"$ne": 2}}, "acd"),
        ({"n": None}, "d"),
        ({"in.x": 5}, "a"),
        ({"l": "q"}, "ac"),
        ({"$or": [{"n": 1}, {"s": "none"}]}, "ad"),
        ({"$and": [{"n": {"$gt": 0}}, {"n": {"$lt": 3}}]}, "ab"),
        ({"$not": {"n": 1}}, "bcd"),
        ({"n": {"$in": [1, 10]}}, "ac"),
        ({"s": {"$regex": "^t"}}, "bc"),
        ({"n": {"$exists": False}}, "d"),
        ({"_key": "b"}, "b"),
    ],
)
def test_queries(http: httpx.Client, filled: str, query: dict[str, Any], found: str) -> None:
    assert keys(http, filled, query=json.dumps(query)) == list(found)


@pytest.mark.parametrize("query", ["{no", "[]", '{"$and": 1}', '{"n": {"$near": 1}}', '"a"'])
def test_a_query_that_is_none(http: httpx.Client, filled: str, query: str) -> None:
    refused = http.get(filled, params={"query": query, "output_mode": "json"})
    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("text/xml")


def test_order_and_part(http: httpx.Client, filled: str) -> None:
    assert keys(http, filled, sort="n") == ["d", "a", "b", "c"]
    assert keys(http, filled, sort="n:-1", limit=2) == ["c", "b"]
    assert keys(http, filled, sort="_key:-1", skip=1, limit=2) == ["c", "b"]


def test_fields(http: httpx.Client, filled: str) -> None:
    one = {"query": '{"_key": "a"}'}
    assert http.get(filled, params={**one, "fields": "n"}).json() == [{"n": 1, "_key": "a"}]
    [rest] = http.get(filled, params={**one, "fields": "n:0,in:0,l:0"}).json()
    assert rest == {"_key": "a", "_user": "nobody", "s": "one"}


def test_batch_find(http: httpx.Client, filled: str) -> None:
    asked = [{"query": {"n": 1}, "fields": "s"}, {"query": {}, "sort": "n:-1", "limit": 1}]
    found = http.post(f"{filled}/batch_find", json=asked).json()
    assert found[0] == [{"s": "one", "_key": "a"}]
    assert [record["_key"] for record in found[1]] == ["c"]


def test_remove_by_a_query(http: httpx.Client, filled: str) -> None:
    assert http.delete(filled, params={"query": '{"n": {"$gt": 1}}'}).status_code == 200
    assert keys(http, filled) == ["a", "d"]
    http.delete(filled)
    assert keys(http, filled) == []


def test_all_of_a_batch_or_none(http: httpx.Client, filled: str) -> None:
    assert http.put(f"{filled}/batch_save", json=[{"_key": "e"}, 5]).status_code == 400
    assert keys(http, filled) == ["a", "b", "c", "d"]


def test_the_configuration(http: httpx.Client) -> None:
    """Flat members field.NAME and accelerated_fields.NAME; flags as text (measured)."""
    name = fresh().replace("-", "_")
    accelerated = '{"n": 1}'
    given = {"name": name, "field.n": "number", "accelerated_fields.by_n": accelerated}
    http.post(CONFIG, data=given)
    [entry] = http.get(f"{CONFIG}/{name}", params={"output_mode": "json"}).json()["entry"]
    content = entry["content"]
    assert content["field.n"] == "number"
    assert content["accelerated_fields.by_n"] == accelerated
    assert content["replicate"] == "false"
    http.post(f"{SPACE}/storage/collections/data/{name}", json={"n": 1})
    assert http.delete(f"{CONFIG}/{name}").status_code == 200
    http.post(CONFIG, data={"name": name})
    assert keys(http, f"{SPACE}/storage/collections/data/{name}") == []
    http.delete(f"{CONFIG}/{name}")


@pytest.mark.parametrize("given", [{"accelerated_fields.a": "n"}, {"replicate": "so"}, {"x": "1"}])
def test_a_configuration_that_is_none(http: httpx.Client, given: dict[str, str]) -> None:
    assert http.post(CONFIG, data={"name": fresh(), **given}).status_code == 400


def test_types_are_enforced(http: httpx.Client) -> None:
    name = fresh().replace("-", "_")
    http.post(CONFIG, data={"name": name, "field.n": "number", "enforceTypes": "true"})
    path = f"{SPACE}/storage/collections/data/{name}"
    assert http.post(path, json={"n": "x"}).status_code == 400
    assert http.post(path, json={"n": 1.5}).status_code == 201
    http.delete(f"{CONFIG}/{name}")


def test_records_of_users(server: Server, http: httpx.Client, filled: str) -> None:
    """Those of one user are not another's; whoever may not write to the collection does not."""
    name = fresh()
    user = {"name": name, "password": "some password", "roles": "user"}
    http.post("/services/authentication/users", data=user)
    own = filled.replace("/nobody/", f"/{name}/")
    with server.http(name, "some password") as other:
        assert len(other.get(filled).json()) == 4
        assert other.post(filled, json={}).status_code == 403
        assert other.delete(filled).status_code == 403
        assert other.get(own).json() == []
        assert other.get(filled.replace("/nobody/", "/admin/")).status_code == 403
    http.post(own, json={"n": 5})
    assert [record["_user"] for record in http.get(own).json()] == [name]
    assert len(http.get(own, params={"shared": "true"}).json()) == 5
    http.delete(f"/services/authentication/users/{name}")


# ---- lookups ----


@pytest.fixture
def lookup(http: httpx.Client, filled: str) -> Iterator[str]:
    """A lookup of the collection."""
    name = fresh().replace("-", "_")
    settings = {
        "name": name,
        "external_type": "kvstore",
        "collection": filled.rpartition("/")[2],
        "fields_list": "_key, n, s, l",
    }
    made = http.post(f"{SPACE}/data/transforms/lookups", data=settings)
    assert made.status_code == 201, made.text
    yield name
    http.delete(f"{SPACE}/data/transforms/lookups/{name}")


def searched(http: httpx.Client, search: str) -> list[dict[str, Any]]:
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
    answer = http.post(f"{SPACE}/search/jobs", data=form)
    assert not answer.json()["messages"], answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_inputlookup(http: httpx.Client, lookup: str) -> None:
    assert searched(http, f"| inputlookup {lookup} where n>1 | table _key n s") == [
        {"_key": "b", "n": "2", "s": "two"},
        {"_key": "c", "n": "10", "s": "ten"},
    ]


def test_lookup(http: httpx.Client, lookup: str) -> None:
    search = f"| makeresults | eval k=2 | lookup {lookup} n AS k OUTPUT s | table s"
    assert searched(http, search) == [{"s": "two"}]
    search = f'| makeresults | eval k="q" | lookup {lookup} l AS k OUTPUT s | table s'
    assert searched(http, search) == [{"s": ["one", "ten"]}]


def test_outputlookup(http: httpx.Client, filled: str, lookup: str) -> None:
    searched(http, f'| makeresults | eval s="new", n=7 | outputlookup append=true {lookup}')
    assert len(keys(http, filled)) == 5
    [new] = http.get(filled, params={"query": '{"s": "new"}'}).json()
    assert new["n"] == 7
    update = f'| makeresults | eval id="a", s="changed" | outputlookup {lookup} key_field=id'
    searched(http, update)
    assert http.get(f"{filled}/a").json()["s"] == "changed"
    searched(http, f'| makeresults | eval s="alone" | outputlookup {lookup}')
    assert [record["s"] for record in http.get(filled).json()] == ["alone"]


# ---- what is answered lasts ----


class Writers:
    """Clients, each a thread, that write records until their server is gone. answered: the keys
    of those that it has confirmed; sent: of those that it was given."""

    def __init__(self, server: Server, path: str) -> None:
        self.sent: set[str] = set()
        self.answered: set[str] = set()
        self._more = threading.Condition()
        self._threads = [
            threading.Thread(target=self._write, args=(server, path, number)) for number in range(3)
        ]
        for thread in self._threads:
            thread.start()

    def _write(self, server: Server, path: str, client: int) -> None:
        with server.http() as http:
            for number in range(100_000):
                names = [f"{client}-{number}-{part}" for part in range(5)]
                self.sent.update(names)
                try:
                    answer = http.post(f"{path}/batch_save", json=[{"_key": n} for n in names])
                except httpx.HTTPError:
                    return
                if answer.status_code == 200:
                    with self._more:
                        self.answered.update(answer.json())
                        self._more.notify_all()

    def wait_for(self, count: int) -> None:
        with self._more:
            assert self._more.wait_for(lambda: len(self.answered) >= count, 120)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize("count", [5, 100, 400])
def test_a_crash_loses_nothing_that_was_answered(tmp_path: Path, count: int) -> None:
    path = f"{SPACE}/storage/collections/data/crash"
    with running("--data", str(tmp_path)) as server:
        with server.http() as http:
            http.post(CONFIG, data={"name": "crash"})
        writers = Writers(server, path)
        writers.wait_for(count)
        assert server.process
        server.process.kill()
        writers.join()
    with running("--data", str(tmp_path)) as server, server.http() as http:
        found = {record["_key"] for record in http.get(path, params={"fields": "_key"}).json()}
    assert writers.answered <= found <= writers.sent
    assert len(found) % 5 == 0  # each batch is whole
