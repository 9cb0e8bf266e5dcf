"""Searches that a user sends to the server of a test, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.security.conftest import Client

Users = Callable[[str], Client]
FAILED = 0
"""In place of a status: the search ran and failed, which is a 200 that says so."""


def run(client: Client, search: str) -> tuple[int, str]:
    path = "/services/search/jobs"
    form = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
    answer = client.post(path, **form)
    if answer.status_code == 200:
        said = answer.json()["messages"]
        failed = [message["text"] for message in said if message["type"] == "FATAL"]
        return (FAILED, failed[0]) if failed else (200, answer.text)
    return answer.status_code, answer.json()["messages"][0]["text"]
