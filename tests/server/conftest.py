"""One server for all tests that do not end it, and one without ports for each that wants it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client
from tests.server.running import ROOT, Server, fresh, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the app in the repository's root; SPLAY_TEST_PORTS names one that runs."""
    ports = os.environ.get("SPLAY_TEST_PORTS")
    if ports:
        management, collector = ports.split(",")
        yield Server("https", int(management), int(collector))
        return
    with running("--inputs", str(tmp_path_factory.getbasetemp().parent)) as started:
        yield started


@pytest.fixture
def service(server: Server) -> Any:
    """The administrator's connection."""
    return server.connect()


@pytest.fixture
def index(service: Any) -> Iterator[Any]:
    """An index of the test's own."""
    made = service.indexes.create(fresh())
    yield made
    service.indexes.delete(made.name)


@pytest.fixture
def three(index: Any) -> Any:
    """An index with three events."""
    for number in (1, 2, 3):
        index.submit(f"2026-03-10T09:30:0{number}Z n={number} of=3", sourcetype="three", host="h")
    return index


@pytest.fixture
def splunkd() -> Iterator[Splunkd]:
    made = Splunkd([ROOT], None, "admin", "password", "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def splunkd_of_many() -> Iterator[Splunkd]:
    """One without ports for all tests of a file: quick, where they leave each other alone."""
    with closing(Splunkd([ROOT], None, "admin", "password", "")) as made:
        yield made


@pytest.fixture(scope="module")
def admin(splunkd_of_many: Splunkd) -> Client:
    """The administrator's connection to it, within the test's own process."""
    key = splunkd_of_many.users.login("admin", "password")
    return Client(management_app(splunkd_of_many), {"Authorization": f"Splunk {key}"})
