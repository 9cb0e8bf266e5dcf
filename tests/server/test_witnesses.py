"""The REST API as Splunk was measured to answer it: each row of witnesses/rest.jsonl.

Each case names its witness, the version of Splunk and how sure it is (measured, published, told,
derived). The words of messages are compared only where the case has them under `text`, `has` or
`json`. Those that splay does not follow are in witnesses/misses.toml, each with its reason: such a
case that comes to hold fails here, so that the list stays true.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.comparing import MISSING, Answer, at
from tests.server.running import PASSWORD, TOKEN, Server, fresh, running

FOLDER = Path(__file__).with_name("witnesses")
CASES = [json.loads(line) for line in (FOLDER / "rest.jsonl").read_text("utf-8").splitlines()]
MISSES: dict[str, str] = tomllib.loads((FOLDER / "misses.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    with running("--app", str(FOLDER / "app"), "--plain", "--data", str(data)) as server:
        yield server


def put_in(value: Any, names: Mapping[str, str]) -> Any:
    """A part of a case with the values that it names."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, list):
        return [put_in(item, names) for item in value]
    if isinstance(value, dict):
        return {put_in(key, names): put_in(item, names) for key, item in value.items()}
    return value


def _pairs(given: Any) -> httpx.QueryParams:
    return httpx.QueryParams(
        [tuple(pair) for pair in (given.items() if isinstance(given, dict) else given or ())]
    )


def ask(server: Server, request: Mapping[str, Any]) -> httpx.Response:
    """The answer to a case's request."""
    to_hec = request.get("port") == "hec"
    headers = {"Accept-Encoding": "identity", **request.get("headers", {})}
    auth = request.get("auth", "hec" if to_hec else "basic")
    if auth == "hec":
        headers["Authorization"] = f"Splunk {TOKEN}"
    body = request.get("body")
    if isinstance(body, dict):  # too deep to be written out
        body = body["open"] * body["nested"] + body["inner"] + body["close"] * body["nested"]
    content: dict[str, Any] = {"content": body}
    if "json" in request:
        content = {"json": request["json"]}
    elif "form" in request:
        content = {"content": str(_pairs(request["form"]))}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return httpx.request(
        request.get("method", "GET"),
        f"http://127.0.0.1:{server.hec_port if to_hec else server.port}{request['path']}",
        params=_pairs(request.get("query")) or None,
        headers=headers,
        auth=("admin", PASSWORD) if auth == "basic" else None,
        timeout=60,
        **content,
    )


def prepared(server: Server, case: Mapping[str, Any]) -> dict[str, str]:
    """Does what comes before a case; the values that the case names."""
    names = {"rnd": fresh(), "token": TOKEN}
    for step in case.get("given") or ():
        response = ask(server, put_in(step["request"], names))
        for name, path in step.get("save", {}).items():
            found = at(Answer(response).json, path)
            assert found is not MISSING, response.text
            names[name] = str(found)
    return names


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(splunk: Server, case: Mapping[str, Any]) -> None:
    names = prepared(splunk, case)
    answer = Answer(ask(splunk, put_in(case["request"], names)))
    problems = list(answer.problems(put_in(case["expect"], names)))
    if case["id"] in MISSES:
        assert problems, "this case holds now: take it off misses.toml"
    else:
        assert not problems, case["fact"]


def test_the_table_is_followed() -> None:
    """At least 95 of 100 cases hold."""
    assert set(MISSES) <= {case["id"] for case in CASES}
    assert len(MISSES) <= 0.05 * len(CASES)
