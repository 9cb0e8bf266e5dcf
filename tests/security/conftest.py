"""A server within the test's own process, and clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from splay.ports.headers import guarded
from splay.server.access import passwords
from splay.server.management import collector_app, management_app
from splay.server.splunkd import Splunkd

CHEAP = {"n": 2, "r": 1, "p": 1}
"""Costs of scrypt that make tests quick."""
ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
TOKEN = "0d3b2b0e-5f0c-4e7f-9f0a-1f2e3d4c5b6a"


@dataclass
class Client:
    """Sends requests to an application as one user, or as nobody."""

    app: ASGIApp
    headers: dict[str, str]

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer to one request, redirects not followed."""
        return self.each([(method, path, more)])[0]

    def each(self, requests: Iterable[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """The answers to many requests, one after the other."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="https://127.0.0.1:8089", timeout=60
            ) as client:
                return [
                    await client.request(
                        method, path, headers={**self.headers, **more.pop("headers", {})}, **more
                    )
                    for method, path, more in requests
                ]

        return asyncio.run(ask())

    def post(self, path: str, **form: str) -> httpx.Response:
        """A POST of a form."""
        return self("POST", path, data=form)

    def get(self, path: str, **query: str) -> httpx.Response:
        """A GET."""
        return self("GET", path, params={"output_mode": "json", **query})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The server's data folder."""
    return tmp_path / "data"


@pytest.fixture
def splunkd(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Splunkd]:
    """A server with the app, a user of role user, one of role power, and a folder for inputs."""
    monkeypatch.setattr(passwords, "_COST", CHEAP)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    made = Splunkd([ROOT], folder, "admin", PASSWORD, TOKEN, inputs=[inputs])
    with closing(made):
        admin = _client(made, "admin")
        for name, role in (("mallory", "user"), ("peggy", "power")):
            path = "/services/authentication/users"
            answer = admin.post(path, name=name, password=f"{name}'s password", roles=role)
            assert answer.status_code == 201
        yield made


def _client(splunkd: Splunkd, user: str) -> Client:
    password = PASSWORD if user == "admin" else f"{user}'s password"
    key = splunkd.users.login(user, password)
    return Client(guarded(management_app(splunkd)), {"Authorization": f"Splunk {key}"})


@pytest.fixture
def as_user(splunkd: Splunkd) -> Callable[[str], Client]:
    """A client that has logged in: admin, mallory (role user) or peggy (role power)."""
    return lambda user: _client(splunkd, user)


@pytest.fixture
def nobody(splunkd: Splunkd) -> Client:
    """A client of the management port without credentials."""
    return Client(guarded(management_app(splunkd)), {})


@pytest.fixture
def hec(splunkd: Splunkd) -> Client:
    """A client of the collector without a token."""
    return Client(guarded(collector_app(splunkd)), {})
