"""storage/collections: the KV store's collections and their records.

Source: REST API Reference, "KV store endpoint descriptions"; collections.conf.spec;
limits.conf.spec, [kvstore]. Measured on Splunk 10.4.2: what is refused is refused in XML, also to
who asks for JSON; batch_save takes POST and PUT and answers with the keys alone.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from itertools import islice
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from splay.conf.settings import on, truth
from splay.eval.value import text_number
from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind, Settings, add_routes
from splay.server.errors import RestError
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, respond
from splay.server.rest.request import JSON_TYPE, Call, Routes
from splay.store.kvstore.collections import KeyTaken, Place
from splay.store.kvstore.queries import Record, Wanted, compile_query, ordered, read_query

routes = Routes()
_CONFIG = "storage/collections/config"
_DATA = "storage/collections/data"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")
_FLAGS = {"enforceTypes": "false", "profilingEnabled": "false", "replicate": "false"}
_DEFAULTS = {
    **_FLAGS,
    "profilingThresholdMs": "1000",
    "replication_dump_maximum_file_size": "10240",
    "replication_dump_strategy": "auto",
    "type": "undefined",
}
MOST_ROWS = 50_000  # max_rows_per_query
MOST_SAVED = 1000  # max_documents_per_batch_save
MOST_QUERIES = 1000  # max_queries_per_batch
MOST_BYTES = 50 * 1024 * 1024  # max_size_per_batch_save_mb
LARGEST = 16 * 1024 * 1024
"""Bytes of one record: what MongoDB takes."""


# ---- collections ----


def _content(call: Call, item: Object) -> dict[str, Any]:
    held = item.stanza.settings
    return {
        **_DEFAULTS,
        **held,
        "disabled": on(held, "disabled"),
        "eai:appName": item.acl.app,
        "eai:userName": item.acl.owner,
    }


def _settings(call: Call, item: Object | None) -> Settings:
    settings = conf_objects.plain_settings(call, item)
    for name, value in settings.items():
        start, _, field = name.partition(".")
        if start in ("field", "accelerated_fields") and field:
            _check_setting(start, name, value or "")
        elif name in _FLAGS:
            if truth(value or "") is None:
                raise RestError(400, f'Cannot convert "{value}" to a boolean for "{name}".')
        elif name not in (*_DEFAULTS, "disabled"):
            raise RestError(400, f'Argument "{name}" is not supported by this handler.')
    if item is None and not _NAME.fullmatch(call.params.get("name")):
        raise RestError(400, "A collection's name has letters, digits, _, - and dots.")
    return settings


def _check_setting(start: str, name: str, value: str) -> None:
    if start == "accelerated_fields":
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise RestError(400, f'{name} is not JSON such as {{"a": 1}}.')


def _of_all(call: Call) -> None:
    """RestError 400: collections are for all users of an app, only records are somebody's."""
    if call.owner not in (None, "-", conf_objects.NOBODY):
        raise RestError(400, f"The owner of a collection is nobody, not {call.owner}.")


COLLECTIONS = Kind(_CONFIG, "collections", "collections-conf", _content, _settings)


@routes("GET", _CONFIG)
def list_collections(call: Call) -> Response:
    """All collections of the namespace."""
    _of_all(call)
    return conf_objects.list_all(call, COLLECTIONS)


@routes("POST", _CONFIG)
def create_collection(call: Call) -> Response:
    """A new collection."""
    _of_all(call)
    return conf_objects.create(call, COLLECTIONS)


@routes("DELETE", f"{_CONFIG}/{{name}}")
def delete_collection(call: Call) -> Response:
    """Removes a collection with the records of all users."""
    item = conf_objects.find(call, COLLECTIONS, call.names["name"])
    answer = conf_objects.delete(call, COLLECTIONS)
    call.splunkd.kvstore.drop(item.acl.app, item.stanza.name)
    return answer


add_routes(routes, COLLECTIONS)

# ---- records ----


def _xml_only(call: Call) -> None:
    """What is refused here is refused in XML."""
    call.params = call.params.without("output_mode")


def _place(call: Call, *, write: bool = False) -> tuple[Place, Object]:
    """Where the records of the path's collection are. RestError: no such collection (404), one
    that the caller may not write to (403), or no single namespace (400)."""
    _xml_only(call)
    owner = call.owner or call.user
    if "-" in (owner, call.app):
        raise RestError(400, "Name one owner and one app: records have no wildcard.")
    name = call.names["collection"]
    if owner not in (conf_objects.NOBODY, call.user) and not call.splunkd.is_admin(call.user):
        raise RestError(403, "You may not see another user's records.")
    try:
        item = conf_objects.find(call, COLLECTIONS, name)
    except RestError as error:
        if error.status != 404:
            raise
        raise RestError(404, f"An object with name={name} does not exist") from None
    if on(item.stanza.settings, "disabled"):
        raise RestError(404, f"The collection {name} is disabled.")
    if write:
        conf_objects.need_write(call, item.acl)
    return Place(item.acl.app, item.stanza.name, owner), item


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, None, JSON_TYPE)


async def _body(call: Call) -> Any:
    """The request's JSON. RestError: it is none (400), or too much (413)."""
    data = bytearray()
    async for block in call.request.stream():
        data += block
        if len(data) > MOST_BYTES:
            raise RestError(413, "Request body too large.")
    try:
        return json.loads(bytes(data) or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RestError(400, f"JSON in the request is invalid. ({error})") from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _records(call: Call, place: Place) -> list[Record]:
    """The records that the arguments of a GET ask for."""
    params = call.params
    limit = min(params.number("limit", 0) or MOST_ROWS, MOST_ROWS)
    skip = params.number("skip", 0)
    if limit < 0 or skip < 0:
        raise RestError(400, "limit and skip must not be negative.")
    matches = read_query(params.get("query"))
    wanted = Wanted.read(params.all("fields"))
    found: Iterator[Record] = filter(matches, _all(call, place))
    if params.get("sort"):
        found = iter(ordered(found, params.all("sort")))
    return [wanted.of(record) for record in islice(found, skip, skip + limit)]


def _all(call: Call, place: Place) -> Iterator[Record]:
    """The records of an owner; with `shared`, those of all users before them."""
    store = call.splunkd.kvstore
    if call.params.flag("shared") and place.owner != conf_objects.NOBODY:
        yield from store.records(Place(place.app, place.collection))
    yield from store.records(place)


@routes("GET", f"{_DATA}/{{collection}}")
def list_records(call: Call) -> Response:
    """The records that a query selects."""
    place, _ = _place(call)
    call.params.refuse_others(("query", "fields", "sort", "limit", "skip", "shared"))
    return _json(_records(call, place))


@routes("POST", f"{_DATA}/{{collection}}", raw=True)
async def insert(call: Call) -> Response:
    """A new record; its key."""
    place, item = await run_in_threadpool(_place, call, write=True)
    record = _checked(item, await _body(call))
    try:
        key = await run_in_threadpool(call.splunkd.kvstore.insert, place, record)
    except KeyTaken as error:
        raise RestError(409, error.message) from None
    return _json({"_key": key}, 201)


@routes("DELETE", f"{_DATA}/{{collection}}")
def delete_records(call: Call) -> Response:
    """Removes the records that a query selects; all without one."""
    place, _ = _place(call, write=True)
    call.params.refuse_others(("query",))
    call.splunkd.kvstore.delete_matching(place, read_query(call.params.get("query")))
    return Response("", 200, None, JSON_TYPE)


@routes("GET", f"{_DATA}/{{collection}}/{{key}}")
def read_record(call: Call) -> Response:
    """One record."""
    place, _ = _place(call)
    return _json(_known(call, place))


def _known(call: Call, place: Place) -> Record:
    record = call.splunkd.kvstore.get(place, call.names["key"])
    if record is None:
        raise RestError(404, "Could not find object.")
    return record


@routes("POST", f"{_DATA}/{{collection}}/{{key}}", raw=True)
async def replace(call: Call) -> Response:
    """Lets a record be another, under its key."""
    place, item = await run_in_threadpool(_place, call, write=True)
    await run_in_threadpool(_known, call, place)
    record = {**_checked(item, await _body(call)), "_key": call.names["key"]}
    keys = await run_in_threadpool(call.splunkd.kvstore.save, place, [record])
    return _json({"_key": keys[0]})


@routes("DELETE", f"{_DATA}/{{collection}}/{{key}}")
def delete_record(call: Call) -> Response:
    """Removes one record."""
    place, _ = _place(call, write=True)
    if not call.splunkd.kvstore.delete(place, call.names["key"]):
        raise RestError(404, "Could not find object.")
    return Response("", 200, None, JSON_TYPE)


@routes("POST", f"{_DATA}/{{collection}}/batch_save", raw=True)
@routes("PUT", f"{_DATA}/{{collection}}/batch_save", raw=True)
async def batch_save(call: Call) -> Response:
    """Adds and replaces records, all or none; their keys."""
    place, item = await run_in_threadpool(_place, call, write=True)
    given = await _body(call)
    if not isinstance(given, list):
        raise RestError(400, "Write a list of records.")
    if len(given) > MOST_SAVED:
        raise RestError(400, f"At most {MOST_SAVED} records are saved at once.")
    records = [_checked(item, record) for record in given]
    return _json(await run_in_threadpool(call.splunkd.kvstore.save, place, records))


@routes("POST", f"{_DATA}/{{collection}}/batch_find", raw=True)
async def batch_find(call: Call) -> Response:
    """Several queries at once: for each the records that it selects."""
    place, _ = await run_in_threadpool(_place, call)
    given = await _body(call)
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise RestError(400, "Write a list of queries.")
    if len(given) > MOST_QUERIES:
        raise RestError(400, f"At most {MOST_QUERIES} queries are run at once.")
    found = await run_in_threadpool(lambda: [_found(call, place, one) for one in given])
    return _json(found)


def _found(call: Call, place: Place, asked: dict[str, Any]) -> list[Record]:
    matches = compile_query(asked.get("query") or {})
    wanted = Wanted.read([str(asked.get("fields", ""))])
    limit, skip = _whole(asked, "limit") or MOST_ROWS, _whole(asked, "skip")
    records: Iterator[Record] = filter(matches, call.splunkd.kvstore.records(place))
    if asked.get("sort"):
        records = iter(ordered(records, [str(asked["sort"])]))
    return [wanted.of(record) for record in islice(records, skip, skip + min(limit, MOST_ROWS))]


def _whole(asked: dict[str, Any], name: str) -> int:
    value = asked.get(name, 0)
    if type(value) is not int or value < 0:
        raise RestError(400, f"{name} is not a whole number from 0 on.")
    return value


# ---- what a record may be ----


def _checked(item: Object, given: Any) -> Record:
    """A record that can be kept. RestError 400: it cannot."""
    if not isinstance(given, dict):
        raise RestError(400, 'A record is an object such as {"field": "value"}.')
    if len(json.dumps(given, ensure_ascii=False).encode("utf-8", "replace")) > LARGEST:
        raise RestError(400, f"A record has at most {LARGEST} bytes.")
    key = given.get("_key")
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= 512):
        raise RestError(400, "_key is not text of 1 to 512 characters.")
    settings = item.stanza.settings
    record: Record = {k: _typed(v, settings.get(f"field.{k}", "")) for k, v in given.items()}
    if on(settings, "enforceTypes"):
        for name, value in record.items():
            _check_type(name, value, settings.get(f"field.{name}", ""))
    return record


def _typed(value: Any, kind: str) -> Any:
    """A value as its field's type has it, where text spells one (collections.conf, field.NAME)."""
    if not isinstance(value, str):
        return value
    if kind in ("number", "time"):
        number = text_number(value)
        return value if number is None else number
    known = truth(value) if kind == "bool" else None
    return value if known is None else known


def _check_type(name: str, value: Any, kind: str) -> None:
    """RestError 400: a value is not of its field's type (collections.conf, enforceTypes)."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "array": list,
        "number": (int, float),
        "bool": bool,
        "string": str,
        "cidr": str,
        "time": (int, float),
    }
    wrong_number = isinstance(value, bool) and kind in ("number", "time")
    if kind in kinds and (not isinstance(value, kinds[kind]) or wrong_number):
        raise RestError(400, f"The field {name} is not of the type {kind}.")


@routes("GET", "kvstore/status")
def status(call: Call) -> Response:
    """Whether the store can be used."""
    version = sqlite3.sqlite_version
    content = {"current": {"status": "ready", "storageEngine": f"SQLite {version}"}}
    feed = Feed("kvstorestatus", call.path, [Entry("status", call.path, content)])
    return respond(call, feed)
