"""data/inputs: the tokens of the HTTP Event Collector, and files that are read once.

Source: REST API Reference, "data/inputs/http", "data/inputs/oneshot"; inputs.conf.spec.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from starlette.responses import Response

from splay.conf.settings import on
from splay.server.endpoints.conf_objects import Kind, Settings, add_routes, list_all
from splay.server.endpoints.receivers import index_all
from splay.server.errors import RestError, truth
from splay.server.hec.tokens import APP, PREFIX
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes
from splay.store.parsing.streams import Origin

routes = Routes()
_HTTP_ARGS = (
    "name",
    "token",
    "index",
    "indexes",
    "host",
    "source",
    "sourcetype",
    "useACK",
    "disabled",
    "description",
)
_BLOCK = 1024 * 1024


def _http_content(call: Call, item: Object) -> dict[str, Any]:
    settings: dict[str, Any] = dict(item.stanza.settings)
    settings.setdefault("index", "default")
    settings["indexes"] = [n for n in re.split("[,; ]+", settings.get("indexes", "")) if n]
    settings["disabled"] = on(item.stanza.settings, "disabled")
    settings["useACK"] = on(item.stanza.settings, "useACK")
    settings["host"] = settings.get("host", "")
    return settings


def _http_settings(call: Call, item: Object | None) -> Settings:
    call.params.refuse_others(_HTTP_ARGS)
    given: Settings = dict(call.params.pairs(("name", "output_mode", "_")))
    if "indexes" in call.params:
        given["indexes"] = ",".join(call.params.all("indexes"))
    for name in ("useACK", "disabled"):
        if name in call.params:
            given[name] = "1" if truth(call.params.get(name), name) else "0"
    index = call.params.get("index")
    if index and index != "default" and index not in call.splunkd.indexes:
        raise RestError(400, f"The index {index!r} does not exist.")
    if index == "default":
        given["index"] = None
    if item is None and not given.get("token"):
        given["token"] = str(uuid.uuid4())
    return given


HTTP = Kind(
    "data/inputs/http",
    "inputs",
    "http",
    _http_content,
    _http_settings,
    capability="edit_token_http",
    fixed_app=APP,
    stanza_prefix=PREFIX,
    listing=None,
)
add_routes(routes, HTTP)


@routes("GET", "data/inputs")
def kinds(call: Call) -> Response:
    """The kinds of inputs: those that splay has, and those that it only lists."""
    return _kinds(call, _KINDS)


_KINDS = ("http", "monitor", "oneshot", "script", "tcp", "udp")


def _kinds(call: Call, names: Sequence[str]) -> Response:
    """Kinds with what makes one, or, where there is more below, without."""
    entries = [Entry(n, call.path, {}, links=() if n == "tcp" else ("create",)) for n in names]
    return respond(call, Feed("inputs", call.path, entries))


@routes("GET", "data/inputs/tcp")
def tcp_kinds(call: Call) -> Response:
    """The kinds of inputs by TCP."""
    return _kinds(call, ("cooked", "raw", "ssl"))


@routes("GET", "data/inputs/oneshot/{name}")
def read_oneshot(call: Call) -> Response:
    """A file that is being read: there is none."""
    raise RestError(404, f"Could not find object id={call.names['name']}")


@routes("GET", "data/modular-inputs")
def modular_inputs(call: Call) -> Response:
    """The kinds of modular inputs: there are none."""
    return paged(call, Feed("modular-inputs", call.path, []))


@routes("GET", "data/modular-inputs/{name}")
def modular_input(call: Call) -> Response:
    """One kind of modular inputs: there is none."""
    raise RestError(404, f"Could not find object id={call.names['name']}")


_ALL = Kind(
    "data/inputs/all",
    "inputs",
    "inputs",
    fixed_app="-",
    wanted=lambda item: "://" in item.stanza.name,
    listing=None,
)


@routes("GET", "data/inputs/all")
def all_inputs(call: Call) -> Response:
    """Every input of every app, by its stanza: also those that are only listed."""
    return list_all(call, _ALL)


_ONESHOT = "data/inputs/oneshot"
_REFUSED = ("host_regex", "host_segment")
_ONESHOT_ARGS = ("name", "index", "host", "rename-source", "sourcetype", *_REFUSED)


@routes("GET", _ONESHOT)
def list_oneshot(call: Call) -> Response:
    """Files that are being read: none, a request is answered when its file is indexed."""
    return respond(call, Feed("oneshotinput", _ONESHOT, []))


@routes("POST", _ONESHOT)
def oneshot(call: Call) -> Response:
    """Indexes a file of the server's machine, below the folders that the server was given."""
    call.need("admin_all_objects")
    params = call.params
    params.refuse_others(_ONESHOT_ARGS)
    for refused in _REFUSED:
        if params.get(refused):
            raise RestError(400, f'Argument "{refused}" is not supported by this handler.')
    path = Path(params.needed("name"))
    real = _allowed(call, path)
    if not real.is_file():
        raise RestError(400, f"Cannot find or read the file: {path}")
    source = params.get("rename-source") or str(path)
    sourcetype = params.get("sourcetype") or path.stem
    origin = Origin(
        params.get("host") or "splay", source, sourcetype, params.get("index") or "main"
    )
    try:
        size = real.stat().st_size
        count = index_all(call, _blocks(real), origin)
    except OSError as error:
        raise RestError(400, f"Cannot read the file: {error.strerror}") from error
    content = {"Bytes Indexed": size, "Size": size, "events": count}
    return respond(call, Feed("oneshotinput", _ONESHOT, [Entry(str(path), _ONESHOT, content)]), 201)


def _allowed(call: Call, path: Path) -> Path:
    """The file behind the name, links followed. RestError 403: it is in no folder for inputs."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name with a null byte
        raise RestError(400, f"Cannot find or read the file: {path}") from None
    if not any(real.is_relative_to(folder) for folder in call.splunkd.inputs):
        raise RestError(
            403, f"{path} is in no folder that splay serve was given with --inputs: not read."
        )
    return real


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
