"""What the unmodified splunk-sdk makes, reads, changes and deletes. Run again by test_sdk_3.py.

Names and shapes are those of the REST API Reference; values are what each test has set.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from splunklib.binding import HTTPError

from tests.server.running import Server, fresh, until

NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"


def count(index: Any) -> int:
    index.refresh()
    return int(index["totalEventCount"])


# ---- indexes ----


def test_index(service: Any) -> None:
    name = fresh()
    index = service.indexes.create(name, frozenTimePeriodInSecs=86400)
    assert index["frozenTimePeriodInSecs"] == "86400"
    index.submit("one event", sourcetype="s", host="h", source="here")
    assert count(index) == 1
    with pytest.raises(HTTPError) as raised:
        service.indexes.create(name)
    assert raised.value.status == 409
    service.indexes.delete(name)
    assert name not in service.indexes


def test_attach(index: Any) -> None:
    with index.attached_socket(sourcetype="stream", host="streamer") as sock:
        sock.send(b"2026-01-01 00:00:01 first\r\n")
        sock.send(b"2026-01-01 00:00:02 second\r\n")
    while count(index) < 2:  # a stream has no answer: it is indexed after its end
        pass
    search = f"search index={index.name} | table host _raw"
    text = index.service.jobs.oneshot(search, output_mode="json_rows")
    assert sorted(json.loads(text.read())["rows"]) == [
        ["streamer", "2026-01-01 00:00:01 first"],
        ["streamer", "2026-01-01 00:00:02 second"],
    ]


def test_upload(index: Any, tmp_path: Path) -> None:
    file = tmp_path / "lines.log"
    file.write_text("".join(f"2026-01-01 00:00:0{n} line\n" for n in range(3)))
    index.upload(str(file), sourcetype="up")
    assert count(index) == 3


def test_clean(index: Any) -> None:
    index.submit("2020-01-01T00:00:00Z an old event")
    assert count(index) == 1
    index.clean(timeout=30)
    assert count(index) == 0
    assert index["frozenTimePeriodInSecs"] == "188697600"  # the default of indexes.conf.spec


def test_default_index(service: Any) -> None:
    assert service.indexes.get_default() == "main"


# ---- saved searches ----


def test_the_apps_saved_search(server: Server, service: Any) -> None:
    saved = service.saved_searches[NAME]  # it is exported to all apps
    assert (saved.access["app"], saved.access["sharing"]) == ("DA-ESS-ADCSBackup", "global")
    assert saved["is_scheduled"] == "1"
    assert saved["cron_schedule"] == "0 * * * *"
    assert "risk" in saved["actions"].split(",")
    assert saved["alert_comparator"] == "greater than"
    assert saved["next_scheduled_time"]
    times = saved.scheduled_times("2026-03-10T09:30:00Z", "2026-03-10T12:00:00Z")
    assert [time.minute for time in times] == [0, 0, 0]  # at 10, 11 and 12


def test_saved_search(service: Any) -> None:
    name = fresh("saved / search % ")  # "%2f" before it would be a slash, as splunkd has it
    saved = service.saved_searches.create(name, "| makeresults count=$args.n$ | stats count")
    assert saved.name == name
    assert saved["is_scheduled"] == "0"
    assert saved["disabled"] == "0"
    saved.update(description="new", cron_schedule="*/5 * * * *", is_scheduled=1).refresh()
    assert (saved["description"], saved["is_scheduled"]) == ("new", "1")
    assert saved["search"] == "| makeresults count=$args.n$ | stats count"
    job = saved.dispatch(**{"args.n": 3})
    until(job.is_done)
    assert json.loads(job.results(output_mode="json_rows").read())["rows"] == [["3"]]
    assert [old.sid for old in saved.history()] == [job.sid]
    saved.disable().refresh()
    assert saved["disabled"] == "1"
    with pytest.raises(HTTPError) as raised:
        service.saved_searches.create(name, "search *")
    assert raised.value.status == 409
    service.saved_searches.delete(name)
    assert name not in service.saved_searches
    with pytest.raises(KeyError):
        service.saved_searches.delete(name)


def test_suppression(service: Any) -> None:
    saved = service.saved_searches.create(fresh(), "| makeresults")
    assert saved.suppressed == 0
    saved.suppress("100")
    assert 95 <= saved.suppressed <= 100
    saved.unsuppress()
    assert saved.suppressed == 0
    saved.delete()


@pytest.mark.parametrize("cron", ["* * * *", "60 * * * *", "a * * * *", "*/0 * * * *"])
def test_a_wrong_schedule(service: Any, cron: str) -> None:
    with pytest.raises(HTTPError, match="Invalid cron_schedule"):
        service.saved_searches.create(fresh(), "| makeresults", cron_schedule=cron)


def test_fired_alert(service: Any) -> None:
    name = fresh()
    saved = service.saved_searches.create(
        name,
        "| makeresults count=2",
        **{
            "alert_type": "number of events",
            "alert_comparator": "greater than",
            "alert_threshold": "1",
            "alert.track": "1",
            "alert.severity": "4",
            "is_scheduled": "1",
            "cron_schedule": "0 0 1 1 *",
        },
    )
    job = saved.dispatch(trigger_actions=1)
    until(job.is_done)
    # The alert follows the job's end.
    groups = until(lambda: [group for group in service.fired_alerts if group.name == name])
    assert groups[0].count == 1
    assert [alert.name for alert in groups[0].alerts] == [job.sid]
    entry = json.loads(service.get(f"alerts/fired_alerts/{name}", output_mode="json").body.read())[
        "entry"
    ][0]
    assert entry["content"]["sid"] == job.sid
    assert entry["content"]["severity"] == 4
    assert entry["content"]["triggered_alerts"] == 2
    saved.refresh()
    assert saved.alert_count == 1
    saved.delete()


# ---- configuration ----


def test_confs(server: Server) -> None:
    service = server.connect(owner="nobody", app="search")
    assert "macros" in service.confs
    name = fresh("conf")
    conf = service.confs.create(name)
    stanza = conf.create("one [stanza]", setting="value", other="two\nlines")
    assert stanza["setting"] == "value"
    stanza.submit({"setting": "changed"})
    stanza.refresh()
    assert (stanza["setting"], stanza["other"]) == ("changed", "two\nlines")
    assert [found.name for found in conf] == ["one [stanza]"]
    stanza.delete()
    assert len(conf.list()) == 0


def test_a_name_that_no_conf_file_can_hold(server: Server) -> None:
    service = server.connect(owner="nobody", app="search")
    with pytest.raises(HTTPError) as raised:
        service.confs["macros"].create("a]\n[b", definition="x")
    assert raised.value.status == 400


def test_macros(service: Any) -> None:
    name = fresh("macro")
    macro = service.macros.create(name, "makeresults count=2")
    found = service.jobs.oneshot(f"| `{name}` | stats count", output_mode="json_rows")
    assert json.loads(found.read())["rows"] == [["2"]]
    macro.update("makeresults count=3").refresh()
    assert macro.definition == "makeresults count=3"
    service.macros.delete(name)
    assert name not in service.macros


def test_the_apps_macros_are_its_own(server: Server, service: Any) -> None:
    # default.meta exports saved searches only
    assert "wineventlog_security" not in service.macros
    app = server.connect(owner="nobody", app="DA-ESS-ADCSBackup")
    assert "wineventlog_security" in app.macros
    with pytest.raises(HTTPError, match="wineventlog_security"):
        service.jobs.create("search `wineventlog_security`")
    assert app.jobs.create("search `wineventlog_security`", exec_mode="blocking").is_done()


def test_what_the_app_brings_is_not_deleted(server: Server) -> None:
    app = server.connect(owner="nobody", app="DA-ESS-ADCSBackup")
    with pytest.raises(HTTPError) as raised:
        app.macros.delete("wineventlog_security")
    assert raised.value.status == 403


def test_event_types(service: Any) -> None:
    name = fresh("type")
    made = service.event_types.create(name, search="sourcetype=nothing", description="d")
    assert made["search"] == "sourcetype=nothing"
    assert service.event_types[name]["description"] == "d"
    service.event_types.delete(name)
    assert name not in service.event_types


def test_private_objects(server: Server, service: Any) -> None:
    user = fresh("user")
    service.users.create(user, "their password", ["user"])
    mine = server.connect(owner="admin", app="search")
    name = fresh("macro")
    macro = mine.macros.create(name, "search *")
    assert macro.access["sharing"] == "user"
    theirs = server.connect(username=user, password="their password")
    assert name not in theirs.macros
    macro.acl_update(sharing="app", owner="nobody", **{"perms.read": "*", "perms.write": "admin"})
    assert name in theirs.macros
    assert theirs.macros[name].access["sharing"] == "app"
    with pytest.raises(HTTPError) as raised:
        theirs.macros[name].update("search never")
    assert raised.value.status == 403
    service.macros.delete(name)
    service.users.delete(user)


# ---- the rest ----


def test_apps(service: Any) -> None:
    app = service.apps["DA-ESS-ADCSBackup"]
    assert app["label"] == "AD CS Backup Detection"
    name = fresh("app")
    made = service.apps.create(name, label="Mine")
    assert made["label"] == "Mine"
    service.apps.delete(name)
    assert name not in service.apps
    with pytest.raises(HTTPError) as raised:
        service.apps.delete("DA-ESS-ADCSBackup")
    assert raised.value.status == 403


def test_http_inputs(service: Any) -> None:
    name = fresh("input")
    made = service.inputs.create(name, "http", index="main", useACK=1)
    assert len(made["token"]) == 36
    assert (made["index"], made["useACK"], made["disabled"]) == ("main", "1", "0")
    assert f"http://{name}" in [found.name for found in service.inputs.list("http")]
    made.update(disabled=1)
    assert service.inputs[name, "http"]["disabled"] == "1"
    service.inputs.delete(f"http://{name}", "http")
    assert (name, "http") not in service.inputs
    assert {"http", "oneshot", "monitor", "script", "tcp/raw"} <= set(service.inputs.kinds)
    with pytest.raises(HTTPError) as raised:  # it lists what apps define, and runs none of it
        service.inputs.create("9999", "tcp/raw")
    assert raised.value.status == 501


def test_users_and_roles(server: Server, service: Any) -> None:
    role = service.roles.create(fresh("role"), imported_roles=["user"], srchIndexesDefault="risk")
    role.grant("edit_user")
    role.refresh()
    assert role["capabilities"] == ["edit_user"]
    role.revoke("edit_user")
    user = service.users.create(fresh("USER"), "first password", [role.name], realname="R")
    assert user.name == user.name.lower()
    assert [found.name for found in user.role_entities] == [role.name]
    user.update(password="second password")
    again = server.connect(username=user.name, password="second password")
    context = json.loads(
        again.get("authentication/current-context", output_mode="json").body.read()
    )
    assert context["entry"][0]["content"]["username"] == user.name
    service.users.delete(user.name)
    service.roles.delete(role.name)
    assert user.name not in service.users
    assert "search" in service.capabilities


def test_messages(service: Any) -> None:
    name = fresh("message")
    made = service.messages.create(name, value="Read this")
    assert made.value == "Read this"
    assert service.messages[name]["severity"] == "info"
    service.messages.delete(name)
    assert name not in service.messages
    assert not service.restart_required


def test_settings(server: Server, service: Any) -> None:
    assert service.settings["mgmtHostPort"] == str(server.port)
    service.settings.update(sessionTimeout="2h")
    assert service.settings["sessionTimeout"] == "2h"
    for wrong, status in (({"sessionTimeout": "soon"}, 400), ({"httpport": 1}, 501)):
        with pytest.raises(HTTPError) as raised:
            service.settings.update(**wrong)
        assert raised.value.status == status
    service.settings.update(sessionTimeout="1h")


def test_loggers(service: Any) -> None:
    logger = service.loggers["AuditLogger"]
    logger.update(level="WARN")
    logger.refresh()
    assert logger["level"] == "WARN"
    logger.update(level="INFO")


def test_pages_of_a_listing(service: Any) -> None:
    names = [index.name for index in service.indexes.list()]
    assert [index.name for index in service.indexes.iter(pagesize=2)] == names
    assert [i.name for i in service.indexes.list(count=1, offset=1)] == names[1:2]
    assert [i.name for i in service.indexes.list(search="name=_int*")] == ["_internal"]
    down = [i.name for i in service.indexes.list(sort_key="name", sort_dir="desc")]
    assert down == sorted(names, reverse=True)
