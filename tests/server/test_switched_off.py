"""What is switched off stays so over a restart, and what is switched on again as well.

REST API Reference, "data/indexes/{name}/disable" and its like for other objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.security.conftest import ROOT, Client

MINE = "/servicesNS/nobody/search"
OBJECTS = [
    ("/services/data/indexes", {"name": "mine"}),
    (f"{MINE}/saved/searches", {"name": "mine", "search": "index=main"}),
    (f"{MINE}/saved/eventtypes", {"name": "mine", "search": "index=main"}),
    (f"{MINE}/configs/conf-macros", {"name": "mine", "definition": "index=main"}),
    (f"{MINE}/data/transforms/extractions", {"name": "mine", "REGEX": "(a)", "FORMAT": "b::$1"}),
]


@contextmanager
def started(folder: Path) -> Iterator[Client]:
    """The administrator's connection to a server with this folder."""
    with closing(Splunkd([ROOT], folder, "admin", "password", "")) as made:
        key = made.users.login("admin", "password")
        yield Client(management_app(made), {"Authorization": f"Splunk {key}"})


def is_disabled(client: Client, path: str) -> bool:
    (entry,) = client.get(path).json()["entry"]
    return entry["content"]["disabled"] in (True, 1, "1", "true")


@pytest.mark.parametrize(
    ("path", "form"), OBJECTS, ids=[path.rpartition("/")[2] for path, _ in OBJECTS]
)
def test_it_stays_so(path: str, form: dict[str, str], tmp_path: Path) -> None:
    one = f"{path}/mine"
    with started(tmp_path) as client:
        assert client.post(path, **form).status_code == 201
        assert not is_disabled(client, one)
        assert client.post(f"{one}/disable").status_code == 200
        assert is_disabled(client, one)
    with started(tmp_path) as client:
        assert is_disabled(client, one)
        assert client.post(f"{one}/enable").status_code == 200
        assert not is_disabled(client, one)
    with started(tmp_path) as client:
        assert not is_disabled(client, one)


def test_an_index_that_is_disabled_takes_and_gives_nothing(tmp_path: Path) -> None:
    def count(client: Client) -> object:
        form = {"search": "search index=mine", "exec_mode": "oneshot", "output_mode": "json"}
        return len(client.post("/services/search/jobs", **form).json()["results"])

    def send(client: Client) -> int:
        path = "/services/receivers/simple?index=mine&sourcetype=t"
        return client("POST", path, content="an event").status_code

    with started(tmp_path) as client:
        assert client.post("/services/data/indexes", name="mine").status_code == 201
        assert (send(client), count(client)) == (200, 1)
        client.post("/services/data/indexes/mine/disable")
        assert (send(client), count(client)) == (400, 0)
    with started(tmp_path) as client:
        assert (send(client), count(client)) == (400, 0)
        client.post("/services/data/indexes/mine/enable")
        assert (send(client), count(client)) == (200, 2)
