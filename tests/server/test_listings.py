"""What listings say of themselves and of what they list, as the REST API Reference describes it.

Of links: the example answers of each GET, where a rel of create leads to _new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.security.conftest import Client
from tests.server.running import PASSWORD, ROOT, fresh


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


APP = "/servicesNS/nobody/DA-ESS-ADCSBackup"


def test_the_directory_of_one_name(client: Client) -> None:
    """Knowledge, GET directory/{name}: the app's macro and its event type; 404 for what is not."""
    answer = client.get(f"{APP}/directory/wineventlog_security")
    assert answer.status_code == 200
    found = answer.json()["entry"]
    assert {entry["name"] for entry in found} == {"wineventlog_security"}
    places = sorted(entry["content"]["eai:location"] for entry in found)
    assert places == ["admin/macros", "saved/eventtypes"]
    assert client.get(f"{APP}/directory/nosuch").status_code == 404


def test_what_is_told_of_a_view(client: Client) -> None:
    """By the head of default/data/ui/views/adcs_health.xml."""
    (entry,) = client.get(f"{APP}/data/ui/views/adcs_health").json()["entry"]
    names = ("isDashboard", "rootNode", "label", "version")
    said = [entry["content"][name] for name in names]
    assert said == [True, "dashboard", "Health", "2"]
    assert entry["content"]["eai:data"].startswith("<dashboard ")


MODEL = {
    "displayName": "Doors",
    "objects": [
        {"objectName": "Door", "parentName": "BaseEvent", "constraints": [{"search": "door"}]},
        {"objectName": "Open", "parentName": "Door", "constraints": [{"search": "open"}]},
    ],
}


@pytest.mark.parametrize("argument", ["eai:data", "description"])
def test_a_data_model_comes_is_replaced_and_goes(client: Client, argument: str) -> None:
    """REST API Reference, datamodel/model: `description` has its JSON; splunkd's own pages send it
    as `eai:data`. A dataset's lineage is its parents' names and its own, with dots.
    """
    models = "/servicesNS/nobody/search/datamodel/model"
    name = fresh("model")
    made = client.post(models, name=name, **{argument: json.dumps(MODEL)})
    assert made.status_code == 201, made.text
    (entry,) = client.get(f"{models}/{name}").json()["entry"]
    assert entry["content"]["displayName"] == "Doors"
    objects = json.loads(entry["content"]["eai:data"])["objects"]
    assert [each["lineage"] for each in objects] == ["Door", "Door.Open"]
    changed = json.dumps({**MODEL, "displayName": "Gates"})
    assert client.post(f"{models}/{name}", **{argument: changed}).status_code == 200
    (entry,) = client.get(f"{models}/{name}").json()["entry"]
    assert entry["content"]["displayName"] == "Gates"
    for wrong, words in (("{", "The model is not JSON"), ("[]", "The model is not an object")):
        refused = client.post(models, name=fresh("model"), **{argument: wrong})
        assert (refused.status_code, words in refused.text) == (400, True), refused.text
    assert client("DELETE", f"{models}/{name}").status_code == 200
    assert client.get(f"{models}/{name}").status_code == 404


def test_how_long_a_job_is_kept(client: Client) -> None:
    """limits.conf.spec, [search] ttl: 600 seconds, and what `timeout` says."""
    form = {"search": "| makeresults", "exec_mode": "blocking", "output_mode": "json"}
    for given, kept in (({}, 600), ({"timeout": "45"}, 45)):
        sid = client.post("/services/search/jobs", **form, **given).json()["sid"]
        (entry,) = client.get(f"/services/search/jobs/{sid}").json()["entry"]
        assert entry["content"]["ttl"] == kept


def test_where_a_password_stands(client: Client) -> None:
    """passwords.conf.spec: in the stanza [credential:<realm>:<name>:]."""
    form = {"name": "of_the_test", "realm": "r", "password": "hidden"}
    assert client.post("/services/storage/passwords", **form).status_code == 201
    assert client.get("/services/storage/passwords").text.count("of_the_test") > 0
    names = [e["name"] for e in client.get("/services/configs/conf-passwords").json()["entry"]]
    assert names == ["credential:r:of_the_test:"]
    feed = client.get("/services/storage/passwords", output_mode="xml").text
    assert "<title>passwords</title>" in feed


TITLES = {
    "admin/macros": "macros",
    "alerts/fired_alerts": "alerts",
    "apps/local": "localapps",
    "authentication/current-context": "current-context",
    "authentication/users": "users",
    "authorization/capabilities": "capabilities",
    "authorization/roles": "roles",
    "authorization/tokens": "tokens",
    "configs/conf-props": "conf-props",
    "data/indexes": "indexes",
    "data/inputs/http": "http",
    "data/inputs/monitor": "monitor",
    "data/lookup-table-files": "lookup-table-files",
    "data/props/calcfields": "props-eval",
    "data/props/extractions": "props-extract",
    "data/props/fieldaliases": "props-alias",
    "data/props/lookups": "props-lookup",
    "data/props/sourcetype-rename": "sourcetype-rename",
    "data/transforms/extractions": "transforms-extract",
    "data/transforms/lookups": "transforms-lookup",
    "data/ui/nav": "nav",
    "data/ui/times": "times-conf",
    "data/ui/views": "views",
    "datamodel/model": "datamodel",
    "kvstore/status": "kvstorestatus",
    "messages": "messages",
    "properties": "properties",
    "saved/eventtypes": "eventtypes",
    "saved/searches": "savedsearch",
    "search/concurrency-settings": "concurrency-settings",
    "search/fields": "fields",
    "search/jobs": "jobs",
    "search/tags": "tags",
    "server/info": "server-info",
    "server/logger": "logger",
    "server/settings": "server-settings",
    "server/status": "server-status",
    "storage/collections/config": "collections-conf",
    "storage/passwords": "passwords",
}


@pytest.mark.parametrize("path", TITLES)
def test_the_title_of_a_feed(client: Client, path: str) -> None:
    """As the REST API Reference's examples have it; of what it has no example, the handler's name
    (restmap.conf)."""
    text = client.get(f"/servicesNS/-/-/{path}", output_mode="xml").text
    assert re.findall("<title>(.*?)</title>", text)[0] == TITLES[path]
