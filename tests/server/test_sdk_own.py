"""What splunk-sdk's own integration tests expect of splunkd, on objects that splay has.

github.com/splunk/splunk-sdk-python, tests/integration: each test names the one that it follows.
Run again by test_sdk_3.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from splunklib import client
from splunklib.binding import AuthenticationError, HTTPError

from tests.server.running import Server, fresh

APP = client.namespace(app="search", sharing="app")
OWN = client.namespace(owner="admin", app="search", sharing="user")


@pytest.fixture
def anywhere(server: Server) -> Any:
    return server.connect(owner="-", app="-", sharing="user")


@pytest.fixture
def app(service: Any) -> Iterator[Any]:
    made = service.apps.create(fresh("app"))
    yield made
    made.delete()


@pytest.mark.parametrize(
    ("collection", "arguments", "changed"),
    [
        ("macros", "| eval one=1", {"definition": "| eval number=2"}),
        ("saved_searches", "search one", {"search": "search two"}),
    ],
)
def test_name_collision(
    anywhere: Any, collection: str, arguments: str, changed: dict[str, str]
) -> None:
    """test_macro.py, test_saved_search.py: test_name_collision."""
    objects = getattr(anywhere, collection)
    name = fresh()
    objects.create(name, arguments, namespace=APP)
    objects.create(name, arguments, namespace=OWN)
    with pytest.raises(client.AmbiguousReferenceException):
        objects[name]
    objects[name, OWN].update(**changed)
    (setting,) = changed
    assert objects[name, OWN][setting] == changed[setting]
    assert objects[name, APP][setting] == arguments
    with pytest.raises(HTTPError, match="409"):
        objects.create(name, arguments, namespace=OWN)
    for space in (OWN, APP):
        objects.delete(name, owner=space.owner, app=space.app, sharing=space.sharing)


def test_what_is_ones_own_has_no_roles(service: Any) -> None:
    """test_saved_search.py: test_acl."""
    saved = service.saved_searches.create(fresh(), "search a")
    assert saved.access["perms"] is None
    saved.acl_update(sharing="app", owner="admin", app="search", **{"perms.read": "admin, nobody"})
    assert (saved.access["sharing"], saved.access["owner"]) == ("app", "admin")
    perms: Any = saved.refresh().access["perms"]
    assert (perms["read"], perms["write"]) == (["admin", "nobody"], ["admin"])
    saved.delete()


def test_a_macros_iseval_is_a_boolean(service: Any) -> None:
    """test_macro.py: test_update."""
    macro = service.macros.create(fresh(), "a")
    assert macro["iseval"] == "0"
    assert macro.update(iseval=True).refresh()["iseval"] == "1"
    with pytest.raises(HTTPError, match="iseval"):
        macro.update(iseval="perhaps")
    macro.delete()


def test_the_arguments_of_a_macro_are_fields_of_its_validation(service: Any) -> None:
    """test_macro.py: test_use_macro_in_search_validation_success and _failure."""
    name = fresh()
    service.macros.create(
        f"{name}(2)",
        'eval test="$value$"',
        args="value,value2",
        validation="value < value2",
        errormsg="value must be smaller",
    )
    found = service.jobs.oneshot(f"| makeresults | `{name}(12, 34)`", output_mode="json").read()
    assert json.loads(found)["results"][0]["test"] == "12"
    with pytest.raises(HTTPError, match="value must be smaller"):
        service.jobs.oneshot(f"| makeresults | `{name}(34, 12)`")
    service.macros.delete(f"{name}(2)")


def test_an_app_is_disabled_and_enabled(server: Server, service: Any, app: Any) -> None:
    """test_app.py: test_disable_enable."""
    inside = server.connect(owner="nobody", app=app.name)
    macro = inside.macros.create("inside", "makeresults")
    macro.acl_update(sharing="global", owner="nobody", app=app.name, **{"perms.read": "*"})
    search = "| `inside` | stats count"
    assert service.jobs.oneshot(search).read()
    app.disable()
    assert app.refresh()["disabled"] == "1"
    with pytest.raises(HTTPError, match="there is no macro inside"):
        service.jobs.oneshot(search)
    with pytest.raises(HTTPError, match=f"404.*Application is disabled: {app.name}"):
        inside.jobs.oneshot("| makeresults")
    assert "inside" not in service.macros
    app.enable()
    assert app.refresh()["disabled"] == "0"
    assert service.jobs.oneshot(search).read()


def test_an_app_is_changed(app: Any) -> None:
    """test_app.py: test_update."""
    app.update(author="Me", label="SDK Test", version="1.2", visible=True).refresh()
    assert (app["author"], app["label"], app["version"]) == ("Me", "SDK Test", "1.2")
    assert app["visible"] == "1"
    assert app.update(visible=False).refresh()["visible"] == "0"


def test_the_apps_that_splunkd_has_are_not_disabled(service: Any) -> None:
    with pytest.raises(HTTPError, match="403"):
        service.apps["search"].disable()


@pytest.mark.parametrize(
    "collection", ["apps", "event_types", "indexes", "messages", "roles", "users"]
)
def test_what_a_new_object_takes(service: Any, collection: str) -> None:
    """test_collection.py: test_metadata."""
    metadata = getattr(service, collection).itemmeta()
    assert {"sharing", "app", "owner"} <= set(metadata.access)
    assert {"required", "optional", "wildcard"} <= set(metadata.fields)


def test_the_root_of_all_services(service: Any) -> None:
    """test_binding.py: context.get("/services")."""
    text = service.get("/services", output_mode="json")["body"].read()
    names = [entry["name"] for entry in json.loads(text)["entry"]]
    assert {"apps", "data", "search", "server"} <= set(names)
    assert names == sorted(names)


def test_a_cookie_comes_with_each_answer(server: Server) -> None:
    """test_binding.py: test_got_updated_cookie_with_get."""
    service = server.connect()
    (held,) = service.get_cookies().items()
    cookies = client.Service(
        host="127.0.0.1", port=server.port, scheme=server.scheme, cookie="=".join(held)
    )
    answer = cookies.get("apps/local")
    (found,) = [text for name, text in answer.headers if name.lower() == "set-cookie"]
    assert found.startswith(f"{held[0]}={held[1]};")


def test_the_values_of_a_job(service: Any, index: Any) -> None:
    """test_job.py: test_read_jobs; the values are the search's own."""
    index.submit("one two")
    job = service.jobs.create(
        f'search index={index.name} one NOT three "one two" host=* | stats count',
        exec_mode="blocking",
    ).refresh()
    assert job["keywords"] == f'index::{index.name} one "one two" host::*'
    assert (job["isRemoteTimeline"], job["remoteSearch"]) == ("0", None)
    assert job["doneProgress"] == "1"


def test_a_job_that_has_ended_is_paused_all_the_same(service: Any) -> None:
    """test_job.py: test_pause, test_unpause."""
    job = service.jobs.create("| makeresults", exec_mode="blocking")
    job.pause()
    assert (job.refresh()["isPaused"], job["dispatchState"]) == ("1", "DONE")
    job.unpause()
    assert job.refresh()["isPaused"] == "0"


def test_who_is_deleted_must_be_there(service: Any) -> None:
    """test_binding.py: TestUserManipulation.setUp."""
    with pytest.raises(HTTPError) as raised:
        service.delete(f"authentication/users/{fresh()}")
    assert raised.value.status == 400


def test_ones_own_password(server: Server, service: Any) -> None:
    """authorize.conf.spec: change_own_password."""
    role = service.roles.create(fresh("role"), capabilities=["search"])
    assert "change_own_password" in service.capabilities
    user = service.users.create(fresh("user"), "their password", [role.name])
    theirs = server.connect(username=user.name, password="their password")
    change = {"oldpassword": "their password", "password": "another password"}
    with pytest.raises(HTTPError, match="change_own_password"):
        theirs.post(f"authentication/users/{user.name}", **change)
    role.grant("change_own_password")
    theirs.post(f"authentication/users/{user.name}", **change)
    assert server.connect(username=user.name, password="another password").apps
    user.delete()
    role.delete()


def test_a_new_saved_search_has_what_the_sdk_looks_for(service: Any) -> None:
    """test_saved_search.py: check_saved_search; values: savedsearches.conf.spec."""
    saved = service.saved_searches.create(fresh(), "search a")
    for action in ("email", "populate_lookup", "rss", "script", "summary_index"):
        assert saved[f"action.{action}"] == "0"
    assert (saved["dispatch.reduce_freq"], saved["restart_on_searchpeer_add"]) == ("10", "1")
    assert saved.suppressed == 0
    saved.delete()


def test_there_are_no_modular_inputs(service: Any) -> None:
    assert service.modular_input_kinds.list() == []


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["/services", "/services/no/such/thing"])
def test_strangers_do_not_learn_what_there_is(server: Server, method: str, path: str) -> None:
    """test_binding.py: test_logout."""
    service = server.connect()
    service.logout()
    with pytest.raises(AuthenticationError):
        getattr(service, method)(path)
