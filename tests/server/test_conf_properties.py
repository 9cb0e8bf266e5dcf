"""The properties endpoints: REST API Reference, "Configuration endpoint descriptions"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from splunklib.binding import HTTPError

from tests.server.running import Server, fresh

APP = "DA-ESS-ADCSBackup"


def text(service: Any, path: str) -> str:
    found: str = service.get(path)["body"].read().decode()
    return found


def titles(service: Any, path: str) -> list[str]:
    feed = ElementTree.fromstring(service.get(path, count=0)["body"].read())
    return [title.text or "" for title in feed.iter("{http://www.w3.org/2005/Atom}title")][1:]


@pytest.fixture
def app(service: Any) -> Iterator[str]:
    """An app of the test's own: what [default] says holds for all that is in it."""
    made = service.apps.create(fresh("app"))
    yield made.name
    made.delete()


@pytest.fixture
def stanza(service: Any, app: str) -> str:
    """The path of a stanza with one setting, shared in that app."""
    name = fresh()
    path = f"/servicesNS/nobody/{app}/properties/macros"
    service.post(path, __stanza=name)
    service.post(f"{path}/{name}", definition="index=a")
    return f"{path}/{name}"


def test_a_setting_is_read_and_changed(service: Any, stanza: str) -> None:
    assert text(service, f"{stanza}/definition") == "index=a"
    service.post(f"{stanza}/definition", value="index=b")
    assert text(service, f"{stanza}/definition") == "index=b"


def test_a_setting_that_is_new_is_added(service: Any, stanza: str) -> None:
    before = titles(service, stanza)  # the default stanza's settings are among them
    service.post(f"{stanza}/iseval", value="0")
    assert sorted(titles(service, stanza)) == sorted([*before, "iseval"])


def test_an_empty_value_is_one(service: Any, stanza: str) -> None:
    service.post(f"{stanza}/definition", value="")
    assert text(service, f"{stanza}/definition") == ""


@pytest.mark.parametrize(
    ("end", "arguments", "status"),
    [
        ("/definition", {}, 400),
        ("/definition", {"value": "a", "other": "b"}, 400),
        ("-absent/definition", {"value": "a"}, 404),
    ],
)
def test_refused(
    service: Any, stanza: str, end: str, arguments: dict[str, str], status: int
) -> None:
    with pytest.raises(HTTPError) as raised:
        service.post(f"{stanza}{end}", **arguments)
    assert raised.value.status == status
    assert text(service, f"{stanza}/definition") == "index=a"


def test_a_setting_that_there_is_not(service: Any, stanza: str) -> None:
    with pytest.raises(HTTPError) as raised:
        service.get(f"{stanza}/absent")
    assert raised.value.status == 404


def test_an_app_that_there_is_not(service: Any) -> None:
    with pytest.raises(HTTPError, match="Application does not exist: absent") as raised:
        service.get("/servicesNS/nobody/absent/configs/conf-datamodels")
    assert raised.value.status == 404


def test_the_default_stanza_holds_for_all_others(service: Any, app: str, stanza: str) -> None:
    path = f"/servicesNS/nobody/{app}/properties/macros"
    assert "default" in titles(service, path)
    service.post(f"{path}/default/errormsg", value="for all")
    assert text(service, f"{path}/default/errormsg") == "for all"
    assert text(service, f"{stanza}/errormsg") == "for all"


def test_a_file_of_global_context_is_nobodys(server: Server, service: Any) -> None:
    """Admin Manual, "Configuration file precedence": authorize.conf has no settings of users."""
    path = "/services/properties/authorize/default/srchMaxTime"
    service.post(path, value="100days")
    assert text(service, "/servicesNS/nobody/search" + path.removeprefix("/services")) == "100days"
    name = fresh("user")
    service.users.create(name, "their password", "user")
    other = server.connect(username=name, password="their password")
    with pytest.raises(HTTPError) as raised:
        other.post(path, value="1s")
    assert raised.value.status == 403
    assert text(service, path) == "100days"
    service.users.delete(name)


def test_another_users_default_is_not_seen(server: Server, service: Any, app: str) -> None:
    path = f"/servicesNS/admin/{app}/properties/macros/default/errormsg"
    service.post(path, value="the administrator's own")
    assert text(service, path) == "the administrator's own"
    name = fresh("user")
    service.users.create(name, "their password", "power")
    other = server.connect(username=name, password="their password")
    with pytest.raises(HTTPError, match="404"):
        other.get(path)
    with pytest.raises(HTTPError, match="404"):
        other.post(path, value="mine")
    assert text(service, path) == "the administrator's own"
    service.users.delete(name)
