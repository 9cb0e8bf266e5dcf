"""Knowledge objects that are stanzas: transforms, alert actions, commands, fields, tags, inputs.

Source: REST API Reference, "Knowledge endpoint descriptions", "Input endpoint descriptions".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind, add_routes, plain_content
from splay.server.endpoints.configs import EVENT_TYPES, MACROS, TRANSFORMS
from splay.server.endpoints.search.savedsearches import SEARCHES
from splay.server.errors import RestError
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes

routes = Routes()


def _is_extraction(item: Object) -> bool:
    return not {"filename", "external_type", "external_cmd"} & set(item.stanza.settings)


EXTRACTIONS = Kind(
    "data/transforms/extractions",
    "transforms",
    "transforms-extract",
    wanted=_is_extraction,
)
ACTIONS = Kind("alerts/alert_actions", "alert_actions", "alert_actions")
FIELDS = Kind("search/fields", "fields", "fields")
for _kind in (EXTRACTIONS, ACTIONS, FIELDS):
    add_routes(routes, _kind)

# ---- what is read only ----

COMMANDS = Kind("data/commands", "commands", "commandsconf")
_INPUTS = {
    "ad": "admon://",
    "monitor": "monitor://",
    "registry": "WinRegMon://",
    "script": "script://",
    "tcp/cooked": "splunktcp://",
    "tcp/raw": "tcp://",
    "tcp/ssl": "SSL",
    "udp": "udp://",
    "win-event-log-collections": "WinEventLog://",
    "win-perfmon": "perfmon://",
}
"""Inputs that apps may define, by what their stanzas begin with: splay lists and does not run
them."""


def _list(kind: Kind) -> None:
    """The routes of a collection that is only looked at."""

    def list_all(call: Call) -> Response:
        return conf_objects.list_all(call, kind)

    def read(call: Call) -> Response:
        return conf_objects.read(call, kind)

    def refuse(call: Call) -> Response:
        raise RestError(501, f"Not implemented: splay only lists {kind.path}.")

    routes("GET", kind.path)(list_all)
    routes("POST", kind.path)(refuse)
    routes("GET", f"{kind.path}/{{name}}")(read)
    routes("POST", f"{kind.path}/{{name}}")(refuse)
    routes("DELETE", f"{kind.path}/{{name}}")(refuse)


_list(COMMANDS)
for _name, _start in _INPUTS.items():
    _list(
        Kind(
            f"data/inputs/{_name}",
            "inputs",
            _name.rpartition("/")[2],
            stanza_prefix=_start,
            hides_prefix=True,
            listing=None,
            secret=False,
        )
    )

# ---- tags ----

_TAGS = Kind("search/tags", "tags", "tags")


@routes("GET", "search/tags")
def list_tags(call: Call) -> Response:
    """The tags that there are, by name, with the field values that have them."""
    return paged(call, Feed("tags", _TAGS.path, _tag_entries(call)))


def _tag_entries(call: Call) -> list[Entry]:
    found: dict[str, list[str]] = {}
    for item in conf_objects.visible(call, _TAGS):
        for tag, state in item.stanza.settings.items():
            if state.lower() in ("enabled", "1", "true"):
                found.setdefault(tag, []).append(item.stanza.name)
    return [Entry(tag, _TAGS.path, {"values": v}) for tag, v in sorted(found.items())]


@routes("GET", "search/tags/{name}")
def read_tag(call: Call) -> Response:
    """One tag."""
    same = [entry for entry in _tag_entries(call) if entry.name == call.names["name"]]
    if not same:
        raise RestError(404, f"Could not find object id={call.names['name']}")
    return respond(call, Feed("tags", _TAGS.path, same))


@routes("POST", "search/tags/{name}")
@routes("DELETE", "search/tags/{name}")
def change_tag(call: Call) -> Response:
    """Refused: tags are settings of tags.conf."""
    raise RestError(501, "Not implemented: write tags.conf by configs/conf-tags.")


# ---- all of them ----

_LISTED = (SEARCHES, MACROS, EVENT_TYPES, TRANSFORMS, EXTRACTIONS)


@routes("GET", "directory")
@routes("GET", "admin/directory")
def directory(call: Call) -> Response:
    """The knowledge objects of the request's namespace, of all kinds, each at its own place."""
    return paged(call, Feed("directory", call.path, _all_objects(call)))


@routes("GET", "directory/{name}")
@routes("GET", "admin/directory/{name}")
def of_directory(call: Call) -> Response:
    """The objects of one name."""
    entries = [entry for entry in _all_objects(call) if entry.name == call.names["name"]]
    if not entries:
        raise RestError(404, f"Could not find object id={call.names['name']}")
    return respond(call, Feed("directory", call.path, entries))


def _all_objects(call: Call) -> list[Entry]:
    entries = []
    for kind in _LISTED:
        for item in conf_objects.visible(call, kind):
            shown = conf_objects.entry(call, replace(kind, content=_of_directory), item)
            shown.content = {**shown.content, "eai:type": kind.title, "eai:location": kind.path}
            entries.append(shown)
    return sorted(entries, key=lambda entry: entry.name.lower())


def _of_directory(call: Call, item: Object) -> dict[str, Any]:
    content = plain_content(call, item)
    return {name: content[name] for name in ("disabled", "eai:appName", "eai:userName")}
