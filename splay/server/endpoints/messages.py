"""The bulletin board: messages for administrators (REST API Reference, "messages")."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.rest.feeds import Entry, Feed, describe, paged, respond
from splay.server.rest.request import Call, Routes

routes = Routes()
_SEVERITIES = ("info", "warn", "error")


def _entry(name: str, held: Mapping[str, str]) -> Entry:
    content = {
        name: held["value"],
        "message": held["value"],
        "severity": held["severity"],
        "timeCreated_iso": held["time"],
        "server": "splay",
    }
    return Entry(name, "messages", content, Acl(removable=True))


def _feed(call: Call, names: list[str]) -> Feed:
    board = call.splunkd.messages
    return Feed("messages", "messages", [_entry(name, board[name]) for name in names], ("_new",))


@routes("GET", "messages")
def list_messages(call: Call) -> Response:
    """All messages."""
    return paged(call, _feed(call, sorted(call.splunkd.messages)))


@routes("POST", "messages")
def create_message(call: Call) -> Response:
    """A new message; one of the same name is replaced."""
    call.need("admin_all_objects")
    call.params.refuse_others(("name", "value", "severity"))
    severity = call.params.get("severity", "info")
    if severity not in _SEVERITIES:
        raise RestError(400, f'Invalid value "{severity}" for the argument "severity".')
    name = call.params.needed("name")
    call.splunkd.messages.say(name, call.params.needed("value"), severity)
    return respond(call, _feed(call, [name]), 201)


def _known(call: Call) -> str:
    name = call.names["name"]
    if name not in call.splunkd.messages:
        raise RestError(404, f"Could not find object id={name}")
    return name


@routes("GET", "messages/_new")
def new_message(call: Call) -> Response:
    """With which arguments a message is made."""
    return describe(call, "messages", "messages", ("name", "value"), ("severity",))


@routes("GET", "messages/{name}")
def read_message(call: Call) -> Response:
    """One message."""
    return respond(call, _feed(call, [_known(call)]))


@routes("DELETE", "messages/{name}")
def delete_message(call: Call) -> Response:
    """Takes a message off the board."""
    call.need("admin_all_objects")
    del call.splunkd.messages[_known(call)]
    return list_messages(call)
