"""Every path of the REST API Reference is answered, or refused with a reason, never unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.running import Server

LIST = Path(__file__).parent / "witnesses" / "rest_api_reference.txt"
CALLS = [
    (method, words[-1])
    for line in LIST.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
    for words in [line.split()]
    for method in words[:-1]
]


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda value: value)
def test_a_path_is_known(http: httpx.Client, method: str, path: str) -> None:
    filled = re.sub(r"\{\w+\}", "no_such_name", path)
    for space in ("/services", "/servicesNS/nobody/search"):
        answer = http.request(method, f"{space}/{filled}", params={"output_mode": "json"})
        assert answer.status_code in (200, 201, 204, 400, 401, 403, 404, 405, 409, 501, 503)
        if "storage/collections/data" not in path:  # it refuses in XML, as was measured
            assert answer.json() if answer.content else answer.status_code == 204
        if answer.status_code >= 400:
            text = answer.text
            assert '"Not Found"' not in text
            assert "Method Not Allowed" not in text
            assert answer.status_code != 501 or re.search(r"Not implemented: .{10}", text)


def test_what_nobody_has_is_not_found(http: httpx.Client) -> None:
    answer = http.get("/services/no/such/path", params={"output_mode": "json"})
    assert answer.status_code == 404
    assert answer.json()["messages"] == [{"type": "ERROR", "text": "Not Found"}]
