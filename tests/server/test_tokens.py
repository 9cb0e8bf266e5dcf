"""Tokens of the REST API: who has one is let in as long as it is enabled.

Source: REST API Reference, authorization/tokens/{name}: POST takes `id` and `status`, which is
enabled or disabled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from splunklib.binding import AuthenticationError, HTTPError

from tests.server.running import Server


@pytest.fixture
def token(service: Any) -> Iterator[tuple[str, str]]:
    """The id of a token, and its text."""
    made = service.post("authorization/tokens", name="admin", audience="tests", output_mode="json")
    (entry,) = json.loads(made.body.read())["entry"]
    yield entry["content"]["id"], entry["content"]["token"]
    service.delete("authorization/tokens/admin", id=entry["content"]["id"])


def user_of(server: Server, text: str) -> str:
    service = server.connect(splunkToken=text)
    found = service.get("authentication/current-context", output_mode="json")
    return str(json.loads(found.body.read())["entry"][0]["content"]["username"])


def test_a_token_counts_while_it_is_enabled(
    server: Server, service: Any, token: tuple[str, str]
) -> None:
    number, text = token
    assert user_of(server, text) == "admin"
    service.post("authorization/tokens/admin", id=number, status="disabled")
    with pytest.raises((AuthenticationError, HTTPError)):
        user_of(server, text)
    service.post("authorization/tokens/admin", id=number, status="enabled")
    assert user_of(server, text) == "admin"


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"status": "asleep"}, 400, 'Invalid value "asleep" for the argument "status"'),
        ({}, 400, "status"),
        ({"status": "enabled", "colour": "red"}, 400, 'Argument "colour" is not supported'),
        ({"id": "nobody-s", "status": "enabled"}, 404, "Could not find object id=nobody-s"),
    ],
    ids=["no status", "none", "another argument", "no token"],
)
def test_what_is_refused(
    service: Any, token: tuple[str, str], given: dict[str, str], status: int, words: str
) -> None:
    with pytest.raises(HTTPError, match=words) as raised:
        service.post("authorization/tokens/admin", **{"id": token[0], **given})
    assert raised.value.status == status
