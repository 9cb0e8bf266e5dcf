"""data/props: extractions, aliases, calculated fields, lookups and renamings of props.conf.

Each is one setting of a stanza, and is called "STANZA : SETTING".
Source: REST API Reference, "data/props/..."; props.conf.spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import NAMESPACE_ARGS, Kind
from splay.server.errors import RestError
from splay.server.objects.catalog import Object
from splay.server.rest.collection import add_collection
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes

routes = Routes()
PROPS = Kind("configs/conf-props", "props", "conf-props")
_CLASS = re.compile(r"[\w\-]{1,100}")


@dataclass(frozen=True)
class PropsKind:
    """A kind of settings. starts: what their names begin with. types: what each is called."""

    name: str
    title: str
    starts: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def path(self) -> str:
        """Of its collection."""
        return f"data/props/{self.name}"


KINDS = (
    PropsKind(
        "extractions", "props-extract", ("EXTRACT-", "REPORT-"), ("Inline", "Uses transform")
    ),
    PropsKind("fieldaliases", "props-alias", ("FIELDALIAS-",), ("FIELDALIAS",)),
    PropsKind("calcfields", "props-eval", ("EVAL-",), ("EVAL",)),
    PropsKind("lookups", "props-lookup", ("LOOKUP-",), ("LOOKUP",)),
    PropsKind("sourcetype-rename", "sourcetype-rename", ("rename",), ("rename",)),
)


def _found(call: Call, kind: PropsKind) -> Iterator[tuple[Object, str, Entry]]:
    for item in conf_objects.visible(call, PROPS):
        for key, value in item.stanza.settings.items():
            number = next((n for n, s in enumerate(kind.starts) if key.startswith(s)), None)
            if number is None or (kind.starts[number] == key) is not (key == "rename"):
                continue
            entry = conf_objects.entry(call, PROPS, item)
            entry.name, entry.path = f"{item.stanza.name} : {key}", kind.path
            entry.content = {
                "attribute": key,
                "stanza": item.stanza.name,
                "type": kind.types[number],
                "value": value,
                "eai:appName": item.acl.app,
                "eai:userName": item.acl.owner,
            }
            entry.links = ("edit", "_reload")
            yield item, key, entry


def _feed(kind: PropsKind, entries: list[Entry]) -> Feed:
    return Feed(kind.title, kind.path, entries, ("_new", "_reload", "_acl"))


def _one(call: Call, kind: PropsKind) -> tuple[Object, str, Entry]:
    for item, key, entry in _found(call, kind):
        if entry.name == call.names["name"]:
            return item, key, entry
    raise RestError(404, f"Could not find object id={call.names['name']}")


def _list(call: Call, kind: PropsKind) -> Response:
    entries = [entry for _, _, entry in _found(call, kind)]
    return paged(call, _feed(kind, sorted(entries, key=lambda entry: entry.name.lower())))


def _read(call: Call, kind: PropsKind) -> Response:
    return respond(call, _feed(kind, [_one(call, kind)[2]]))


def _create(call: Call, kind: PropsKind) -> Response:
    params = call.params
    params.refuse_others(NAMESPACE_ARGS, ("stanza", "type", "value"))
    start = kind.starts[0]
    if kind.name == "extractions":
        start = f"{params.needed('type').upper()}-"
        if start not in kind.starts:
            raise RestError(400, "type is EXTRACT or REPORT.")
    if not _CLASS.fullmatch(params.needed("name")):
        raise RestError(400, "The name has letters, digits, _ and - only.")
    key = start if start == "rename" else start + params.get("name")
    stanza, value = params.needed("stanza"), params.needed("value")
    acl = conf_objects.home(call, PROPS)
    conf_objects.need_write(call, acl)
    call.names["name"] = f"{stanza} : {key}"
    if any(entry.name == call.names["name"] for _, _, entry in _found(call, kind)):
        raise RestError(409, f"An object with name={call.names['name']} already exists")
    private = acl.sharing == "user"
    call.splunkd.catalog.write("props", stanza, {key: value}, acl, private=private)
    return respond(call, _feed(kind, [_one(call, kind)[2]]), 201)


def _update(call: Call, kind: PropsKind) -> Response:
    item, key, _ = _one(call, kind)
    call.params.refuse_others(("value", "type", "stanza"))
    conf_objects.change(call, PROPS, item, {key: call.params.needed("value")})
    return respond(call, _feed(kind, [_one(call, kind)[2]]))


def _delete(call: Call, kind: PropsKind) -> Response:
    item, key, entry = _one(call, kind)
    conf_objects.change(call, PROPS, item, {key: None})
    if any(same.name == entry.name for _, _, same in _found(call, kind)):
        raise RestError(403, f"{entry.name} is the app's own and cannot be removed.")
    return _list(call, kind)


def _reload(call: Call, kind: PropsKind) -> Response:
    return respond(call, _feed(kind, []))


def _add(kind: PropsKind) -> None:
    add_collection(
        routes,
        kind.path,
        lambda _: kind,
        list_all=_list,
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        reload=_reload,
    )


for _kind in KINDS:
    _add(_kind)
