"""What the management port refuses: the status, the kind of message, and what it says.

Statuses are those of the REST API Reference, "Response codes": 400 a request that is wrong, 403 one
that may not be, 404 no such resource, 409 one that exists already, 501 what splay does not do.
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

import httpx
import pytest

from tests.security.conftest import Client

NAMESPACE = "/servicesNS/nobody/search"


class Refusal(NamedTuple):
    """A POST, unless another method is named, and the answer to it."""

    path: str
    form: dict[str, str]
    status: int
    text: str
    method: str = "POST"
    level: str = "ERROR"


def _deleted(path: str, status: int, text: str) -> Refusal:
    return Refusal(path, {}, status, text, "DELETE")


USERS, ROLES = "/services/authentication/users", "/services/authorization/roles"
NEW = {"name": "new", "password": "long enough", "roles": "user"}
ACCESS = [
    Refusal(USERS, {**NEW, "name": "a b"}, 400, "The user name 'a b' is not valid"),
    Refusal(USERS, {**NEW, "name": "Admin"}, 409, "User 'admin' already exists."),
    Refusal(USERS, {"name": "new", "password": "x"}, 400, 'arguments are missing: "roles"'),
    Refusal(USERS, {"name": "new", "roles": "user"}, 400, 'arguments are missing: "password"'),
    Refusal(USERS, {**NEW, "roles": "user,lord"}, 400, "Role=lord is not grantable"),
    Refusal(USERS, {**NEW, "createrole": "1"}, 400, 'Argument "createrole" is not supported'),
    Refusal(USERS, {**NEW, "force-change-pass": "1"}, 400, 'Argument "force-change-pass" is not'),
    Refusal(USERS, {**NEW, "locked-out": "1"}, 400, 'Argument "locked-out" takes false only.'),
    Refusal(USERS, {**NEW, "tz": "Mars"}, 400, "'Mars' is no time zone"),
    Refusal(USERS, {**NEW, "shoe": "44"}, 400, 'Argument "shoe" is not supported'),
    Refusal(f"{USERS}/nobody", {"email": "x"}, 404, "nobody"),
    _deleted(f"{USERS}/nobody", 400, "there is no user 'nobody'."),
    _deleted(f"{USERS}/admin", 400, "The user 'admin' cannot be removed."),
    Refusal(ROLES, {"name": "user"}, 409, "Role 'user' already exists."),
    Refusal(ROLES, {"name": "r", "capabilities": "fly"}, 400, "unknown capability: fly"),
    Refusal(ROLES, {"name": "r", "imported_roles": "lord"}, 400, "there is no role lord"),
    Refusal(ROLES, {"name": "r", "srchFilter": "a=1"}, 400, 'Argument "srchFilter" is not'),
    _deleted(f"{ROLES}/admin", 400, "The role 'admin' cannot be removed."),
    _deleted(f"{ROLES}/lord", 404, "lord"),
]
APPS, VIEWS = "/services/apps/local", f"{NAMESPACE}/data/ui/views"
FILES = [
    Refusal(APPS, {"name": "search"}, 409, "App 'search' already exists."),
    Refusal(APPS, {"name": "../x"}, 400, 'The app name "../x" is not valid.'),
    Refusal(APPS, {"name": "n", "template": "t"}, 400, "There is no template 't'"),
    Refusal(APPS, {"name": "n", "session": "x"}, 501, "install an app by naming its folder"),
    Refusal(VIEWS, {"name": "v", "eai:data": "<dashboard>"}, 400, "eai:data is not XML"),
    Refusal(VIEWS, {"name": "v"}, 400, "arguments are missing"),
    Refusal(VIEWS, {"name": "../v", "eai:data": "<dashboard/>"}, 400, "name"),
    Refusal(f"{VIEWS}/nowhere", {"eai:data": "<dashboard/>"}, 404, "nowhere"),
    Refusal(f"{NAMESPACE}/datamodel/model", {"name": "m", "eai:data": "{"}, 400, "not JSON"),
    Refusal(f"{NAMESPACE}/datamodel/model", {"name": "m", "eai:data": "[]"}, 400, "not an object"),
    Refusal(
        f"{NAMESPACE}/data/lookup-table-files",
        {"name": "t.csv", "eai:data": "/etc/passwd"},
        400,
        "eai:data is no file in the staging area for lookups",
    ),
]
CONFS = "/servicesNS/nobody/search/configs/conf-macros"
OBJECTS = [
    Refusal(CONFS, {"name": "a\nb"}, 400, "name"),
    Refusal(f"{CONFS}/nowhere", {"definition": "x"}, 404, "Could not find object id=nowhere"),
    _deleted(f"{CONFS}/nowhere", 404, "Could not find object id=nowhere"),
    Refusal(CONFS, {"name": "m", "definition": "x\\"}, 400, "ends in a backslash cannot be kept"),
    Refusal("/servicesNS/-/search/saved/searches", {"name": "s", "search": "x"}, 400, "wildcard"),
    Refusal("/servicesNS/ghost/search/admin/macros", {"name": "s"}, 404, "User does not exist"),
    Refusal("/servicesNS/nobody/nowhere/admin/macros", {"name": "s"}, 404, "nowhere"),
]
INDEXES, ONESHOT = "/services/data/indexes", "/services/data/inputs/oneshot"
SIMPLE = "/services/receivers/simple"
DATA = [
    Refusal(INDEXES, {"name": "m", "datatype": "metric"}, 501, "splay has no metric indexes."),
    Refusal(INDEXES, {"name": "UPPER"}, 400, "UPPER"),
    Refusal(INDEXES, {"name": "main"}, 409, "main"),
    Refusal(f"{INDEXES}/main/disable", {}, 403, "The index 'main' cannot be disabled"),
    Refusal(f"{INDEXES}/nowhere", {"maxTotalDataSizeMB": "5"}, 404, "nowhere"),
    Refusal(f"{INDEXES}/main", {"maxTotalDataSizeMB": "much"}, 400, "maxTotalDataSizeMB"),
    Refusal(ONESHOT, {"name": "/nowhere/at.all"}, 403, "in no folder that splay serve was given"),
    Refusal(ONESHOT, {"name": "/etc/hostname"}, 403, "in no folder that splay serve was given"),
    Refusal("/services/data/inputs/monitor", {"name": "/x"}, 501, "only lists data/inputs/monitor"),
    Refusal(f"{SIMPLE}?host_regex=x", {}, 400, '"host_regex" is not supported'),
    Refusal(f"{SIMPLE}?index=nowhere", {"a": "b"}, 400, "'nowhere' missing", level="WARN"),
    Refusal(SIMPLE, {}, 400, "empty body", level="WARN"),
    Refusal("/services/messages", {"name": "n", "value": "v", "severity": "loud"}, 400, '"loud"'),
    Refusal("/services/messages", {"name": "n"}, 400, 'arguments are missing: "value"'),
    _deleted("/services/messages/nowhere", 404, "nowhere"),
]
KV = f"{NAMESPACE}/storage/collections"
COLLECTIONS = [
    Refusal(f"{KV}/config", {"name": "a b"}, 400, "A collection's name has letters"),
    Refusal(f"{KV}/config", {"name": "refusals"}, 409, "refusals"),
    Refusal(f"{KV}/config/nowhere", {"field.a": "string"}, 404, "nowhere"),
    Refusal(f"{KV}/config", {"name": "n", "accelerated_fields.a": "x"}, 400, "is not JSON such as"),
    Refusal(f"{KV}/config", {"name": "n", "enforceTypes": "some"}, 400, "to a boolean"),
    Refusal("/servicesNS/-/search/storage/collections/data/refusals", {}, 400, "no wildcard"),
    Refusal(f"{KV}/data/nowhere", {}, 404, "nowhere", "GET"),
    Refusal(f"{KV}/data/refusals?limit=-1", {}, 400, "must not be negative", "GET"),
    Refusal(f"{KV}/data/refusals?skip=-1", {}, 400, "must not be negative", "GET"),
    Refusal(f"{KV}/data/refusals?limit=few", {}, 400, "limit", "GET"),
    Refusal(f"{KV}/data/refusals?query=x", {}, 400, "JSON", "GET", "FATAL"),
    Refusal(f"{KV}/data/refusals/nowhere", {}, 404, "", "GET"),
]
JOBS, SAVED = "/services/search/jobs", f"{NAMESPACE}/saved/searches"
MADE = "| makeresults"
HOURLY = {"name": "s", "search": MADE, "is_scheduled": "1"}


def _fatal(path: str, form: dict[str, str], text: str) -> Refusal:
    return Refusal(path, form, 400, text, level="FATAL")


SEARCHES = [
    _fatal(JOBS, {"search": MADE, "exec_mode": "soon"}, "Invalid exec_mode: soon"),
    _fatal(JOBS, {"search": MADE, "now": "never"}, "Invalid now: never"),
    _fatal(JOBS, {"search": MADE, "id": "../x"}, "Invalid sid: ../x"),
    _fatal(JOBS, {"search": MADE, "earliest_time": "soon"}, "soon"),
    _fatal(JOBS, {"search": f"{MADE} | delete x"}, "it takes no arguments."),
    Refusal(JOBS, {}, 400, '"search"'),
    _fatal(f"{JOBS}/nowhere/control", {"action": "pause"}, "Unknown sid")._replace(status=404),
    _deleted(f"{JOBS}/nowhere", 404, "Unknown sid")._replace(level="FATAL"),
    Refusal(SAVED, {**HOURLY}, 400, "A scheduled search needs a cron_schedule."),
    Refusal(SAVED, {**HOURLY, "cron_schedule": "* * *"}, 400, "has not five fields."),
    Refusal(SAVED, {**HOURLY, "cron_schedule": "0 0 30 2 *"}, 400, "never comes."),
    Refusal(SAVED, {**HOURLY, "cron_schedule": "61 * * * *"}, 400, "Invalid cron_schedule"),
    Refusal(SAVED, {"name": "s"}, 400, 'arguments are missing: "search"'),
    Refusal(f"{SAVED}/nowhere/dispatch", {}, 404, "nowhere"),
    Refusal(f"{SAVED}/nowhere", {"search": "x"}, 404, "nowhere"),
    Refusal("/services/search/concurrency-settings/scheduler", {"a": "b"}, 501, "Not implemented"),
    Refusal(f"{SAVED}?sort_mode=odd", {}, 400, '"sort_mode"', "GET"),
    Refusal(f"{SAVED}?count=few", {}, 400, '"count"', "GET"),
]
PASSWORDS = f"{NAMESPACE}/storage/passwords"
OTHERS = [
    Refusal(PASSWORDS, {"name": "n", "password": "x" * 100_001}, 400, "A password has at most"),
    Refusal(PASSWORDS, {"name": "n"}, 400, 'arguments are missing: "password"'),
    Refusal(f"{PASSWORDS}/nowhere", {"password": "x"}, 404, "nowhere"),
    Refusal("/services/authorization/tokens", {"name": "admin"}, 400, "audience"),
    Refusal("/services/nowhere", {}, 404, "Not Found", "GET"),
    Refusal("/services/server/info", {}, 400, "Cannot perform action", "DELETE"),
]
TABLES = {
    "access": ACCESS,
    "files": FILES,
    "objects": OBJECTS,
    "data": DATA,
    "collections": COLLECTIONS,
    "searches": SEARCHES,
    "others": OTHERS,
}
EACH = [(f"{name} {n}", one) for name, table in TABLES.items() for n, one in enumerate(table)]


@pytest.fixture(scope="module")
def prepared(admin: Client) -> Client:
    """An administrator, where there is a collection."""
    assert admin.post(f"{KV}/config", name="refusals").status_code == 201
    return admin


@pytest.mark.parametrize("refusal", [one for _, one in EACH], ids=[name for name, _ in EACH])
def test_what_is_refused(refusal: Refusal, prepared: Client) -> None:
    path = f"{refusal.path}{'&' if '?' in refusal.path else '?'}output_mode=json"
    data = {"data": refusal.form} if refusal.method == "POST" else {}
    answer = prepared(refusal.method, path, **data)
    assert answer.status_code == refusal.status, answer.text
    level, text = _message(answer)
    assert (level, refusal.text in text) == (refusal.level, True), text


def _message(answer: httpx.Response) -> tuple[str, str]:
    """The one message, of JSON or XML: the KV store's records answer errors as XML."""
    if answer.text.startswith("<"):
        (one,) = ElementTree.fromstring(answer.text).iter("msg")
        return one.attrib["type"], one.text or ""
    (message,) = answer.json()["messages"]
    return message["type"], message["text"]
