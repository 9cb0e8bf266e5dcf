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
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.server.errors import RestError
from splay.server.rest.feeds import Entry, Feed, respond
from splay.server.rest.request import JSON_TYPE, XML_TYPE, Call, Routes
from splay.server.splunkd import SERVER_NAME

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


# ---- the parser ----


@routes("GET", "search/parser")
@routes("POST", "search/v2/parser")
def parse(call: Call) -> Response:
    """Whether a search is right, and its commands. RestError 400: what is wrong with it."""
    known = ("q", "parse_only", "enable_lookups", "reload_macros", "output_mode")
    call.params.refuse_others(known)
    apps = call.splunkd.scoped(call.user, call.app_context)
    context = new_context(apps, call.splunkd.started, call.splunkd.zone(call.user))
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
