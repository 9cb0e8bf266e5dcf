"""data/indexes: listing, making, changing and emptying indexes.

Source: REST API Reference, "data/indexes"; indexes.conf.spec.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from splay.conf.settings import on
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import SYSTEM, Object
from splay.server.rest.feeds import Entry, Feed, describe, paged, respond
from splay.server.rest.request import Call, Routes, messages_response
from splay.store.index.index import Index
from splay.store.index.indexes import BUILT_IN

routes = Routes()
_PATH = "data/indexes"
_MEGABYTE = 1_000_000
_DEFAULTS = {
    "frozenTimePeriodInSecs": "188697600",
    "maxTotalDataSizeMB": "500000",
}
_HONOURED = (*_DEFAULTS, "disabled")
_WITHOUT_EFFECT = frozenset(
    # Where and how splunkd keeps its files.
    (
        "coldPath",
        "coldToFrozenDir",
        "datatype",
        "homePath",
        "maxDataSize",
        "maxHotBuckets",
        "maxHotIdleSecs",
        "maxHotSpanSecs",
        "maxWarmDBCount",
        "repFactor",
        "thawedPath",
    )
)


def _settings(call: Call, name: str) -> dict[str, str]:
    items: list[Object] = call.splunkd.catalog.objects("indexes", "nobody", "nobody", SYSTEM)
    held = next((i.stanza.settings for i in items if i.stanza.name == name), {})
    return {**_DEFAULTS, **held}


def _entry(call: Call, name: str) -> Entry:
    index = call.splunkd.indexes.get(name)
    settings = _settings(call, name)
    _freeze(index, settings)
    acl = Acl(removable=name not in BUILT_IN)
    return Entry(name, _PATH, _content(index, settings), acl, ("edit", "_reload", "disable"))


def _freeze(index: Index, settings: dict[str, str]) -> None:
    """Drops what is to be retired, as splunkd does from time to time."""
    age, size = (_number(settings, name) for name in _DEFAULTS)
    index.freeze(time.time(), age, size * _MEGABYTE)


def _number(settings: dict[str, str], name: str) -> int:
    """A limit of an index; the default where a file says what is none."""
    text = settings[name]
    return int(text if re.fullmatch("[0-9]{1,18}", text) else _DEFAULTS[name])


def _content(index: Index, settings: dict[str, str]) -> dict[str, Any]:
    span = index.span()
    times = [datetime.fromtimestamp(m, UTC).isoformat(timespec="seconds") for m in span or ()]
    return {
        "currentDBSizeMB": -(-index.size() // _MEGABYTE),
        "datatype": "event",
        "defaultDatabase": "main",
        "disabled": on(settings, "disabled"),
        "frozenTimePeriodInSecs": _number(settings, "frozenTimePeriodInSecs"),
        "isInternal": index.name.startswith("_"),
        "isReady": True,
        "maxTotalDataSizeMB": _number(settings, "maxTotalDataSizeMB"),
        "maxTime": times[1] if times else "",
        "minTime": times[0] if times else "",
        "sync": 0,
        "totalEventCount": index.count(),
    }


def _feed(call: Call, names: list[str]) -> Feed:
    entries = [_entry(call, name) for name in names]
    return Feed("indexes", _PATH, entries, ("_new", "_reload"))


@routes("GET", _PATH)
def list_indexes(call: Call) -> Response:
    """All indexes."""
    return paged(call, _feed(call, call.splunkd.indexes.names()))


@routes("GET", f"{_PATH}/_new")
def new_index(call: Call) -> Response:
    """With which arguments an index is made."""
    return describe(call, "indexes", _PATH, ("name",), sorted({*_HONOURED, *_WITHOUT_EFFECT}))


@routes("GET", f"{_PATH}/{{name}}")
def read_index(call: Call) -> Response:
    """One index."""
    return respond(call, _feed(call, [call.names["name"]]))


@routes("POST", _PATH)
def create_index(call: Call) -> Response:
    """A new index."""
    call.need("edit_indexes")
    name = call.params.needed("name")
    if call.params.get("datatype", "event") != "event":
        raise RestError(501, "Not implemented: splay has no metric indexes.")
    settings = _given(call)
    call.splunkd.indexes.create(name)
    _write(call, name, settings)
    return respond(call, _feed(call, [name]), 201)


@routes("POST", f"{_PATH}/{{name}}")
def update_index(call: Call) -> Response:
    """Changes how long an index keeps its events, and how many."""
    call.need("edit_indexes")
    name = call.splunkd.indexes.get(call.names["name"]).name
    _write(call, name, _given(call))
    return respond(call, _feed(call, [name]))


def _given(call: Call) -> dict[str, str | None]:
    call.params.refuse_others(("name",), _HONOURED, _WITHOUT_EFFECT)
    for name in _DEFAULTS:
        if call.params.number(name, 1) < 1:
            raise RestError(400, f'Invalid value for the argument "{name}".')
    if call.params.flag("disabled"):
        raise RestError(501, "Not implemented: splay does not disable indexes.")
    return {name: call.params.get(name) for name in _DEFAULTS if name in call.params}


def _write(call: Call, name: str, settings: dict[str, str | None]) -> None:
    acl = Acl(SYSTEM, "nobody", "system")
    call.splunkd.catalog.write("indexes", name, settings, acl, private=False)


@routes("POST", f"{_PATH}/{{name}}/roll-hot-buckets")
def roll(call: Call) -> Response:
    """Makes hot events warm; those to be retired go when the index is looked at."""
    call.need("edit_indexes")
    call.splunkd.indexes.get(call.names["name"]).roll()
    return messages_response(200, [("INFO", "Rolled.")], call.json)


@routes("POST", f"{_PATH}/{{name}}/enable")
def enable(call: Call) -> Response:
    """Indexes are always enabled."""
    return respond(call, _feed(call, [call.names["name"]]))


@routes("POST", f"{_PATH}/{{name}}/disable")
def disable(call: Call) -> Response:
    """splay does not disable indexes."""
    raise RestError(501, "Not implemented: splay does not disable indexes.")


@routes("DELETE", f"{_PATH}/{{name}}")
def delete_index(call: Call) -> Response:
    """Removes an index with its events."""
    call.need("edit_indexes")
    name = call.names["name"]
    call.splunkd.indexes.delete(name)
    for item in call.splunkd.catalog.objects("indexes", call.user, "nobody", SYSTEM):
        if item.stanza.name == name:
            call.splunkd.catalog.remove("indexes", item)
    return list_indexes(call)
