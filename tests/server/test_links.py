"""Where a listing says that its objects are made, read anew and shared: the links of a feed.

Source: REST API Reference, the example answers of each GET: a rel of create leads to _new.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client
from tests.server.running import PASSWORD, ROOT


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The administrator, in the test's own process."""
    with closing(Splunkd([ROOT], None, "admin", PASSWORD, "")) as splunkd:
        key = splunkd.users.login("admin", PASSWORD)
        yield Client(management_app(splunkd), {"Authorization": f"Splunk {key}"})


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("authorization/roles", {"create": "_new"}),
        ("authentication/users", {"create": "_new"}),
        ("messages", {"create": "_new"}),
        ("apps/local", {"create": "_new", "_reload": "_reload"}),
        ("data/indexes", {"create": "_new", "_reload": "_reload"}),
        ("saved/searches", {"create": "_new", "_reload": "_reload", "_acl": "_acl"}),
        ("admin/macros", {"create": "_new", "_reload": "_reload", "_acl": "_acl"}),
        ("data/props/extractions", {"create": "_new", "_reload": "_reload", "_acl": "_acl"}),
        ("data/lookup-table-files", {"create": "_new", "_reload": "_reload", "_acl": "_acl"}),
    ],
)
def test_links(client: Client, path: str, links: dict[str, str]) -> None:
    answer = client.get(f"/services/{path}", count="1")
    assert answer.status_code == 200, answer.text
    found = answer.json()["links"]
    assert found == {rel: f"/services/{path}/{end}" for rel, end in links.items()}
