"""configs, properties, macros, event types and other stanzas.

Source: REST API Reference, "Configuration endpoint descriptions", "Knowledge endpoint
descriptions".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from splay.conf.settings import on
from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import (
    Kind,
    Settings,
    add_routes,
    plain_content,
    plain_settings,
)
from splay.server.errors import RestError, truth
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, paged
from splay.server.rest.request import Call, Routes, messages_response

routes = Routes()
_CONF_NAME = re.compile(r"[\w\-]{1,100}")


def _macro_settings(call: Call, item: Object | None) -> Settings:
    call.params.refuse_others(
        conf_objects.NAMESPACE_ARGS,
        ("args", "definition", "iseval", "errormsg", "validation", "description", "disabled"),
    )
    return _macro_flags(call, item)


def _macro_flags(call: Call, item: Object | None) -> Settings:
    settings = plain_settings(call, item)
    for name in ("iseval", "disabled"):
        if name in settings:
            settings[name] = "1" if truth(settings[name] or "", name) else "0"
    return settings


def _macro_content(call: Call, item: Object) -> dict[str, Any]:
    return {**plain_content(call, item), "iseval": on(item.stanza.settings, "iseval")}


def _eventtype_settings(call: Call, item: Object | None) -> Settings:
    call.params.refuse_others(
        conf_objects.NAMESPACE_ARGS,
        ("search", "disabled", "description", "priority", "tags", "color"),
    )
    if call.params.get("tags"):
        raise RestError(400, 'Argument "tags" is not supported by this handler.')
    return plain_settings(call, item)


MACROS = Kind("admin/macros", "macros", "macros", _macro_content, _macro_settings)
EVENT_TYPES = Kind(
    "saved/eventtypes",
    "eventtypes",
    "eventtypes",
    settings=_eventtype_settings,
    required=("search",),
)


def _is_lookup(item: Object) -> bool:
    return bool({"filename", "external_type", "external_cmd"} & set(item.stanza.settings))


TRANSFORMS = Kind("data/transforms/lookups", "transforms", "transforms-lookup", wanted=_is_lookup)
for _kind in (MACROS, EVENT_TYPES, TRANSFORMS):
    add_routes(routes, _kind)


# ---- configs/conf-NAME ----


def _conf_kind(call: Call) -> Kind:
    """The stanzas of the file that the path names. RestError 404: no name of a file."""
    name = call.names["conf"].removeprefix("conf-")
    if not call.names["conf"].startswith("conf-") or not _CONF_NAME.fullmatch(name):
        raise RestError(404, "Not Found")
    if call.request.method == "GET" and name not in _files(call):
        raise RestError(404, f"{name} does not exist")
    path, title = f"configs/conf-{name}", f"conf-{name}"
    if name == "macros":  # the SDK's way to macros
        return Kind(path, name, title, _macro_content, _macro_flags)
    return Kind(path, name, title)


conf_objects.add_stanzas(routes, "configs/{conf}", _conf_kind)


# ---- properties ----


def _files(call: Call) -> list[str]:
    """The names of the .conf files that apps of the namespace have."""
    owner, app = conf_objects.namespace(call, MACROS)
    return call.splunkd.catalog.conf_names(call.user if owner == "-" else owner, app)


def _property_kind(call: Call) -> Kind:
    name = call.names["conf"]
    if name not in _files(call):
        raise RestError(404, f"{name} does not exist")
    return Kind(f"properties/{name}", name, name)


def _property_stanza(call: Call, kind: Kind) -> Object:
    """The stanza that the path names. RestError 404: there is none of this name."""
    if call.names["name"] != "default":
        return conf_objects.find(call, kind, call.names["name"])
    return conf_objects.default_stanza(call, kind)


@routes("GET", "properties")
def list_files(call: Call) -> Response:
    """The .conf files that there are."""
    entries = [Entry(name, "properties", {}, Acl()) for name in _files(call)]
    return paged(call, Feed("properties", "properties", entries), None)


@routes("POST", "properties")
def create_file(call: Call) -> Response:
    """A .conf file without stanzas; 303 when there is one of that name."""
    name = call.params.needed("__conf")
    if not _CONF_NAME.fullmatch(name):
        raise RestError(400, f"Invalid name: {name}")
    location = {"Location": f"/services/properties/{name}"}
    if name in _files(call):
        return messages_response(303, [("INFO", "See Other")], call.json, location)
    call.need("rest_properties_set")
    owner, app = conf_objects.namespace(call, MACROS)
    call.splunkd.catalog.create_conf(name, app, owner)
    return messages_response(201, [("INFO", f"Successfully created {name}")], call.json, location)


@routes("GET", "properties/{conf}")
def list_stanzas(call: Call) -> Response:
    """The stanzas of a file, by name only."""
    kind = _property_kind(call)
    entries = [Entry("default", kind.path, {}, Acl())]
    entries += [
        Entry(i.stanza.name, kind.path, {}, i.acl) for i in conf_objects.visible(call, kind)
    ]
    return paged(call, Feed(kind.title, kind.path, entries))


@routes("POST", "properties/{conf}")
def create_stanza(call: Call) -> Response:
    """A stanza without settings."""
    kind = _property_kind(call)
    name = call.params.needed("__stanza")
    call.params = call.params.only(("output_mode",)).plus("name", name)
    conf_objects.create(call, kind)
    return messages_response(201, [("INFO", f"Successfully created {name}")], call.json)


@routes("GET", "properties/{conf}/{name}")
def list_settings(call: Call) -> Response:
    """The settings of a stanza."""
    kind = _property_kind(call)
    item = _property_stanza(call, kind)
    path = f"{kind.path}/{item.stanza.name}"
    entries = [
        Entry(key, path, {"$text": value}, replace(item.acl, removable=False))
        for key, value in item.stanza.settings.items()
    ]
    return paged(call, Feed(item.stanza.name, path, entries))


@routes("POST", "properties/{conf}/{name}")
def change_settings(call: Call) -> Response:
    """Sets settings of a stanza."""
    kind = _property_kind(call)
    conf_objects.change(call, kind, _property_stanza(call, kind), kind.settings(call, None))
    return messages_response(200, [("INFO", "Successfully modified")], call.json)


@routes("GET", "properties/{conf}/{name}/{key}")
def read_setting(call: Call) -> Response:
    """One setting's value, as text."""
    item = _property_stanza(call, _property_kind(call))
    key = call.names["key"]
    if key not in item.stanza.settings:
        raise RestError(404, f"{key} does not exist")
    return Response(item.stanza.settings[key], 200, None, "text/plain; charset=UTF-8")


@routes("POST", "properties/{conf}/{name}/{key}")
def change_setting(call: Call) -> Response:
    """Sets one setting's value, also one that the stanza has not yet."""
    kind = _property_kind(call)
    call.params.refuse_others(("value",))
    if "value" not in call.params:  # an empty one is a value
        call.params.needed("value")
    settings: Settings = {call.names["key"]: call.params.get("value")}
    conf_objects.change(call, kind, _property_stanza(call, kind), settings)
    return messages_response(200, [("INFO", "Successfully modified")], call.json)
