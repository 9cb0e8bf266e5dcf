"""server/logger: the log channels, and how much of each is written.

Source: REST API Reference, "server/logger". A level holds until the server ends, as in splunkd.
"""

from __future__ import annotations

from starlette.responses import Response

from splay.server.errors import RestError
from splay.server.logs.channels import LEVELS
from splay.server.objects.acl import Acl
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes

routes = Routes()
_PATH = "server/logger"


def _feed(call: Call, names: list[str]) -> Feed:
    channels = call.splunkd.log.channels
    entries = [Entry(n, _PATH, {"level": channels[n]}, Acl(), ("edit",)) for n in names]
    return Feed("logger", _PATH, entries)


def _known(call: Call) -> str:
    if call.names["name"] not in call.splunkd.log.channels:
        raise RestError(404, f"Could not find object id={call.names['name']}")
    return call.names["name"]


@routes("GET", _PATH)
def list_channels(call: Call) -> Response:
    """All channels."""
    return paged(call, _feed(call, sorted(call.splunkd.log.channels)))


@routes("GET", f"{_PATH}/{{name}}")
def read_channel(call: Call) -> Response:
    """One channel."""
    return respond(call, _feed(call, [_known(call)]))


@routes("POST", f"{_PATH}/{{name}}")
def set_level(call: Call) -> Response:
    """Sets the lowest level that is written."""
    call.need("edit_server")
    call.params.refuse_others(("level",))
    level = call.params.needed("level").upper()
    if level not in LEVELS:
        raise RestError(400, f'Invalid value "{level}" for the argument "level".')
    name = _known(call)
    call.splunkd.log.channels[name] = level
    return respond(call, _feed(call, [name]))
