"""What the server says of itself: info, settings, apps, and the search parser.

Source: REST API Reference, "Introspection endpoint descriptions", "Application endpoint
descriptions", "search/parser".
"""

from __future__ import annotations

import json
import platform
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from splay import __version__
from splay.search.operation import Context
from splay.search.plan import make_plan
from splay.server.catalog import BUILT_IN
from splay.server.feeds import Acl, Entry, Feed, paged, respond
from splay.server.rest import JSON_TYPE, XML_TYPE, Call, RestError, Routes
from splay.server.state import SERVER_NAME

routes = Routes()

SPLUNK_VERSION = "9.4.0"
"""The release of Splunk whose REST API is followed: clients choose what they call by it."""
_GUID = "00000000-0000-0000-0000-0000005b1a70"


@routes("GET", "server/info", open=False)
@routes("GET", "server/info/server-info", open=False)
def info(call: Call) -> Response:
    """Name, version and system."""
    content = {
        "version": SPLUNK_VERSION,
        "build": f"splay-{__version__}",
        "serverName": SERVER_NAME,
        "host": SERVER_NAME,
        "guid": _GUID,
        "product_type": "enterprise",
        "instance_type": "download",
        "isFree": False,
        "isTrial": False,
        "isForwarding": False,
        "licenseState": "OK",
        "mode": "normal",
        "os_name": platform.system(),
        "cpu_arch": platform.machine(),
        "server_roles": ["indexer", "search_head"],
        "startup_time": int(call.splunkd.started),
    }
    return respond(call, Feed("server-info", "server/info", [_entry("server-info", content)]))


def _entry(name: str, content: dict[str, Any]) -> Entry:
    return Entry(name, "server/info", content)


@routes("GET", "server/settings")
@routes("GET", "server/settings/settings")
def settings(call: Call) -> Response:
    """The settings that splay has."""
    content = {
        "SPLUNK_HOME": "",
        "SPLUNK_DB": str(call.splunkd.folder / "db"),
        "enableSplunkWebSSL": False,
        "host": SERVER_NAME,
        "httpport": 0,
        "mgmtHostPort": call.port,
        "minFreeSpace": 0,
        "pass4SymmKey": "",  # a secret among Splunks: splay has no others to share one with
        "serverName": SERVER_NAME,
        "sessionTimeout": "1h",
        "startwebserver": False,
        "trustedIP": "",
    }
    entry = Entry("settings", "server/settings", content, links=("edit", "_reload"))
    return respond(call, Feed("server-settings", "server/settings", [entry]))


@routes("POST", "server/settings/settings")
def change_settings(call: Call) -> Response:
    """splay's settings are its command line's."""
    raise RestError(501, "Not implemented: splay's settings are the options it is started with.")


# ---- apps ----

_APPS = "apps/local"


def _app_entry(call: Call, name: str) -> Entry:
    conf = call.splunkd.catalog.scoped(call.user, name).conf("app")

    def of(stanza: str, key: str, default: str = "") -> str:
        return conf[stanza].settings.get(key, default) if stanza in conf else default

    content = {
        "author": of("launcher", "author"),
        "check_for_updates": of("package", "check_for_updates", "true") not in ("false", "0"),
        "configured": of("install", "is_configured", "0") in ("1", "true"),
        "core": name in BUILT_IN,
        "description": of("launcher", "description"),
        "disabled": False,
        "label": of("ui", "label", name),
        "version": of("launcher", "version") or of("id", "version"),
        "visible": of("ui", "is_visible", "1") in ("1", "true"),
        "managed_by_deployment_client": False,
        "show_in_nav": True,
        "state_change_requires_restart": False,
    }
    catalog = call.splunkd.catalog
    made = name not in catalog.folders and name not in BUILT_IN
    acl = Acl("system", "nobody", "app", removable=made)
    return Entry(name, _APPS, content, acl, ("edit", "_reload"))


def _app_feed(call: Call, names: list[str]) -> Feed:
    entries = [_app_entry(call, name) for name in names]
    return Feed("localapps", _APPS, entries, ("_new", "_reload"))


def _known_app(call: Call) -> str:
    name = call.names["name"]
    if name not in call.splunkd.catalog.apps or name == "system":
        raise RestError(404, f"Could not find object id={name}")
    return name


@routes("GET", _APPS)
def list_apps(call: Call) -> Response:
    """All apps."""
    names = [name for name in call.splunkd.catalog.apps if name != "system"]
    return paged(call, _app_feed(call, names))


@routes("GET", f"{_APPS}/{{name}}")
def read_app(call: Call) -> Response:
    """One app."""
    return respond(call, _app_feed(call, [_known_app(call)]))


@routes("GET", f"{_APPS}/{{name}}/setup")
@routes("GET", f"{_APPS}/{{name}}/update")
@routes("GET", f"{_APPS}/{{name}}/package")
def app_details(call: Call) -> Response:
    """Setup, updates and packages of apps: splay has none."""
    raise RestError(501, "Not implemented: splay neither sets up, updates nor packages apps.")


@routes("POST", _APPS)
def create_app(call: Call) -> Response:
    """An app without content."""
    call.need("admin_all_objects")
    call.params.refuse_others(("name", "label", "author", "description", "version", "visible"))
    name = call.params.needed("name")
    if name in call.splunkd.catalog.apps:
        raise RestError(409, f"App {name!r} already exists.")
    call.splunkd.catalog.create_app(name)
    _set_app(call, name)
    return respond(call, _app_feed(call, [name]), 201)


@routes("POST", f"{_APPS}/{{name}}")
def update_app(call: Call) -> Response:
    """Changes what an app says of itself."""
    call.need("admin_all_objects")
    call.params.refuse_others(("label", "author", "description", "version", "visible"))
    name = _known_app(call)
    _set_app(call, name)
    return respond(call, _app_feed(call, [name]))


def _set_app(call: Call, name: str) -> None:
    places = {"label": "ui", "visible": "ui"}
    for key in ("label", "author", "description", "version", "visible"):
        if key in call.params:
            stanza = places.get(key, "launcher")
            setting = "is_visible" if key == "visible" else key
            value: dict[str, str | None] = {setting: call.params.get(key)}
            acl = Acl(name, "nobody", "app")
            call.splunkd.catalog.write("app", stanza, value, acl, private=False)


@routes("DELETE", f"{_APPS}/{{name}}")
def delete_app(call: Call) -> Response:
    """Removes an app that was created here."""
    call.need("admin_all_objects")
    call.splunkd.catalog.delete_app(_known_app(call))
    return list_apps(call)


# ---- the parser ----


@routes("GET", "search/parser")
@routes("POST", "search/v2/parser")
def parse(call: Call) -> Response:
    """Whether a search is right, and its commands. RestError 400: what is wrong with it."""
    known = ("q", "parse_only", "enable_lookups", "reload_macros", "output_mode")
    call.params.refuse_others(known)
    apps = call.splunkd.catalog.scoped(call.user, call.app_context)
    context = Context(apps, call.splunkd.started, call.splunkd.zone(call.user))
    plan = make_plan(call.params.needed("q"), context)
    kinds = [operation.kind.value for operation in plan.operations]
    kinds = ["streaming"] * (len(plan.commands) - len(kinds)) + kinds
    commands = [
        {"command": command.name, "rawargs": command.text.strip(), "pipeline": kind}
        for command, kind in zip(plan.commands, kinds, strict=True)
    ]
    if call.json:
        body = {"normalizedSearch": plan.search, "commands": commands}
        return Response(json.dumps(body), 200, None, JSON_TYPE)
    return Response(_parse_xml(plan.search, commands), 200, None, XML_TYPE)


def _parse_xml(search: str, commands: list[dict[str, str]]) -> str:
    def keys(values: dict[str, str]) -> str:
        return "".join(f'<key name="{k}">{escape(v)}</key>' for k, v in values.items())

    items = "".join(f"<item><dict>{keys(command)}</dict></item>\n" for command in commands)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><dict>'
        f'<key name="normalizedSearch">{escape(search)}</key>'
        f'<key name="commands"><list>{items}</list></key></dict></response>\n'
    )
