"""data/indexes: listing, making, changing and emptying indexes.

Source: REST API Reference, "data/indexes"; indexes.conf.spec.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from splay.server.endpoints.index_settings import LIMITS, PATHS, SETTABLE, kept_only
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import SYSTEM, Object
from splay.server.rest.feeds import Entry, Feed, describe, paged, respond
from splay.server.rest.request import Call, Routes, messages_response
from splay.store.index.index import Index
from splay.store.index.indexes import BUILT_IN

routes = Routes()
_PATH = "data/indexes"
_LINKS = ("_new", "_reload")
_MEGABYTE = 1_000_000


def _object(call: Call, name: str) -> Object | None:
    """What the files of all apps say of an index; None: nothing."""
    items = call.splunkd.catalog.objects("indexes", "nobody", "nobody", "-")
    return next((item for item in items if item.stanza.name == name), None)


def _entry(call: Call, name: str, state: bool = True) -> Entry:
    """state: whether it offers to change whether the index is disabled."""
    index = call.splunkd.indexes.get(name)
    found = _object(call, name)
    settings = found.stanza.settings if found else {}
    _freeze(index, settings)
    acl = Acl()
    if found is not None and found.acl.app != SYSTEM:
        removable = name not in BUILT_IN and found.acl.removable
        acl = Acl(found.acl.app, "nobody", "app", removable=removable)
    disabled = name in call.splunkd.indexes.disabled
    links = ["edit", "_reload"]
    if state:
        links.append("enable" if disabled else "disable")
    content = _content(call, index, settings)
    return Entry(name, _PATH, content, acl, links)


def _freeze(index: Index, settings: dict[str, str]) -> None:
    """Drops what is to be retired, as splunkd does from time to time."""
    age, size = (_number(settings, name) for name in LIMITS)
    index.freeze(time.time(), age, size * _MEGABYTE)


def _number(settings: dict[str, str], name: str) -> int:
    """A limit of an index; the default where a file says what is none."""
    text = settings.get(name, LIMITS[name])
    return int(text if re.fullmatch("[0-9]{1,18}", text) else LIMITS[name])


def _content(call: Call, index: Index, settings: dict[str, str]) -> dict[str, Any]:
    span = index.span()
    times = [datetime.fromtimestamp(m, UTC).strftime("%FT%T%z") for m in span or ()]
    content: dict[str, Any] = dict(kept_only(index.name, settings))
    database = str(call.splunkd.folder / "db")
    for name in PATHS:
        content[f"{name}_expanded"] = content[name].replace("$SPLUNK_DB", database)
    return {
        **content,
        "currentDBSizeMB": str(-(-index.size() // _MEGABYTE)),
        "datatype": "event",
        "defaultDatabase": "main",
        "disabled": index.name in call.splunkd.indexes.disabled,
        "frozenTimePeriodInSecs": _number(settings, "frozenTimePeriodInSecs"),
        "isInternal": index.name.startswith("_"),
        "isReady": True,
        "isVirtual": False,
        "lastInitTime": call.splunkd.started,
        "maxTotalDataSizeMB": _number(settings, "maxTotalDataSizeMB"),
        "maxTime": times[1] if times else "",
        "minTime": times[0] if times else "",
        "sync": 0,
        "totalEventCount": index.count(),
    }


def _feed(call: Call, names: list[str]) -> Feed:
    entries = [_entry(call, name) for name in names]
    return Feed("indexes", _PATH, entries, _LINKS)


@routes("GET", _PATH)
def list_indexes(call: Call) -> Response:
    """All indexes."""
    names = call.splunkd.indexes.names()
    return paged(call, _feed(call, names), ("datatype", "summarize"))


@routes("GET", f"{_PATH}/_new")
def new_index(call: Call) -> Response:
    """With which arguments an index is made."""
    return describe(call, "indexes", _PATH, ("name",), sorted(SETTABLE))


@routes("GET", f"{_PATH}/{{name}}")
def read_index(call: Call) -> Response:
    """One index."""
    feed = _feed(call, [call.names["name"]])
    feed.entries[0].fields = {"optionalFields": sorted(SETTABLE)}
    return respond(call, feed)


@routes("POST", _PATH)
def create_index(call: Call) -> Response:
    """A new index."""
    call.need("indexes_edit")
    name = call.params.needed("name")
    if call.params.get("datatype", "event") != "event":
        raise RestError(501, "Not implemented: splay has no metric indexes.")
    settings = _given(call)
    call.splunkd.indexes.create(name)
    _write(call, name, settings)
    return respond(call, Feed("indexes", _PATH, [_entry(call, name, state=False)], _LINKS), 201)


@routes("POST", f"{_PATH}/{{name}}")
def update_index(call: Call) -> Response:
    """Changes how long an index keeps its events, and how many."""
    call.need("indexes_edit")
    name = call.splunkd.indexes.get(call.names["name"]).name
    _write(call, name, _given(call))
    return respond(call, _feed(call, [name]))


def _given(call: Call) -> dict[str, str | None]:
    call.params.refuse_others(("name",), SETTABLE)
    for name in LIMITS:
        if call.params.number(name, 1) < 1:
            raise RestError(400, f'Invalid value for the argument "{name}".')
    return {name: call.params.get(name) for name in SETTABLE if name in call.params}


def _write(call: Call, name: str, settings: dict[str, str | None]) -> None:
    found = _object(call, name)
    acl = found.acl if found else Acl(call.app_context, "nobody", "app")
    call.splunkd.catalog.write("indexes", name, settings, acl, private=False)


@routes("POST", f"{_PATH}/{{name}}/roll-hot-buckets")
def roll(call: Call) -> Response:
    """Makes hot events warm; those to be retired go when the index is looked at."""
    call.need("indexes_edit")
    call.splunkd.indexes.get(call.names["name"]).roll()
    return messages_response(200, [("INFO", "Rolled.")], call.json)


@routes("POST", f"{_PATH}/{{name}}/enable")
def enable(call: Call) -> Response:
    """Lets an index be searched and written to again."""
    return _switch(call, disabled=False)


@routes("POST", f"{_PATH}/{{name}}/disable")
def disable(call: Call) -> Response:
    """Keeps an index, but lets nobody search it or write to it."""
    return _switch(call, disabled=True)


def _switch(call: Call, *, disabled: bool) -> Response:
    call.need("indexes_edit")
    indexes = call.splunkd.indexes
    name = indexes.get(call.names["name"]).name
    if disabled and name in BUILT_IN:
        raise RestError(403, f"The index {name!r} cannot be disabled: it is built in.")
    _write(call, name, {"disabled": "1" if disabled else "0"})
    (indexes.disabled.add if disabled else indexes.disabled.discard)(name)
    return respond(call, Feed("indexes", _PATH, [_entry(call, name, state=False)], _LINKS))


@routes("DELETE", f"{_PATH}/{{name}}")
def delete_index(call: Call) -> Response:
    """Removes an index with its events."""
    call.need("indexes_edit")
    name = call.names["name"]
    call.splunkd.indexes.delete(name)
    for item in call.splunkd.catalog.objects("indexes", call.user, "nobody", "-"):
        if item.stanza.name == name and item.acl.removable:
            call.splunkd.catalog.remove("indexes", item)
    return list_indexes(call)
