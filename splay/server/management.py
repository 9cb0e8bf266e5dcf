"""The management port: finds a request's handler, its caller and its namespace."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import cast
from urllib.parse import unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from splay.errors import OutputError, SplayError
from splay.server import endpoints
from splay.server.endpoints import access
from splay.server.errors import RestError
from splay.server.hec.collector import Collector
from splay.server.rest.feeds import Entry, Feed, respond
from splay.server.rest.request import Call, Params, Route, messages_response
from splay.server.splunkd import Splunkd
from splay.store.index.indexes import IndexRefused

MAX_FORM = 16 * 1024 * 1024
"""Bytes of arguments that a request may bring; data goes to handlers that take more."""

_ABSENT = {
    "storage": "splay has no storage for passwords and collections",
    "deployment": "splay has no deployment server",
    "server/control": "splay is started and ended from its command line",
    "data/modular-inputs": "splay runs no modular inputs",
    "server/logger": "splay has no loggers",
}
"""Parts of splunkd that clients know and splay has not: answered with 501."""


def all_routes() -> Iterator[Route]:
    """The routes of every module below `endpoints`: a new handler is a new file there."""
    for found in pkgutil.walk_packages(endpoints.__path__, f"{endpoints.__name__}."):
        module = importlib.import_module(found.name)
        yield from getattr(module, "routes", ())


class Management:
    """The application of the management port."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._splunkd = splunkd
        self._routes: dict[int, list[Route]] = {}
        for route in all_routes():
            self._routes.setdefault(len(route.segments), []).append(route)
        self._routes[0] = [Route("GET", (), self._listing)]
        for some in self._routes.values():  # a fixed segment goes before a placeholder
            some.sort(key=lambda route: [part.startswith("{") for part in route.segments])

    async def handle(self, request: Request, user: str = "") -> Response:
        """Any request. user: who calls, where that is known; else the request's headers say it."""
        call = Call(self._splunkd, request, "")
        call.params = Params.parse(request.url.query)
        try:
            segments = _namespaced(call)
            try:
                route = self._find(call, segments)
            except RestError:
                call.user = user or await self._caller(
                    call
                )  # what there is, strangers do not learn
                raise
            if not route.open:
                call.user = user or await self._caller(call)
            await _read_form(call, route)
            response = await _handled(route, call)
            if call.session:
                access.give_cookie(call, response, call.session)
            return response
        except RestError as error:
            return messages_response(error.status, [(error.kind, error.text)], call.json)
        except IndexRefused as error:
            return messages_response(error.status, [("ERROR", error.message)], call.json)
        except OutputError as error:  # of a change that could not be kept
            return messages_response(500, [("ERROR", str(error))], call.json)
        except SplayError as error:
            return messages_response(400, [("FATAL", str(error))], call.json)
        except ClientDisconnect:
            return Response(status_code=499)

    @property
    def routes(self) -> list[Route]:
        """Every route that there is."""
        return [route for some in self._routes.values() for route in some]

    def _find(self, call: Call, segments: list[str]) -> Route:
        methods: set[str] = set()
        for route in self._routes.get(len(segments), ()):
            names = _match(route.segments, segments)
            if names is None:
                continue
            methods.add(route.method)
            if route.method == call.request.method:
                call.names = names
                return route
        if methods:
            raise RestError(405, "Method Not Allowed")
        for start, reason in _ABSENT.items():
            if f"{call.path}/".startswith(f"{start}/"):
                raise RestError(501, f"Not implemented: {reason}.")
        raise RestError(404, "Not Found")

    async def _caller(self, call: Call) -> str:
        headers = call.request.headers
        session = "" if _from_a_page(headers) else call.request.cookies.get(call.cookie, "")
        authorization = headers.get("authorization", "")
        # In a thread: a password is looked at slowly, and meanwhile others are to be served.
        user = await run_in_threadpool(self._splunkd.users.caller, authorization, session)
        if user is None:
            raise RestError(401, "call not properly authenticated", "WARN")
        call.session = "" if authorization else session
        return user

    def _listing(self, call: Call) -> Response:
        """What there is below /services."""
        names = {route.segments[0] for route in self.routes if route.segments}
        entries = [Entry(name, "", {}) for name in sorted(names)]
        return respond(call, Feed("services", "", entries))


def _from_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends the request for a page: its cookie then proves no user's will."""
    return "origin" in headers or headers.get("sec-fetch-site", "none") != "none"


async def _handled(route: Route, call: Call) -> Response:
    """Runs a handler, in a thread when it may block."""
    if inspect.iscoroutinefunction(route.handler):
        return cast(Response, await route.handler(call))
    return cast(Response, await run_in_threadpool(route.handler, call))


def _namespaced(call: Call) -> list[str]:
    """Takes the namespace off the path; the segments of the rest, decoded."""
    raw = call.request.scope["raw_path"].decode("latin-1")
    # A slash in a name comes as %252F (%2F after one decoding), a space as a plus.
    segments = [
        unquote_plus(part).replace("%2F", "/").replace("%2f", "/")
        for part in raw.split("/")
        if part
    ]
    if not segments or segments[0] not in ("services", "servicesNS"):
        raise RestError(404, "Not Found")
    if segments[0] == "servicesNS":
        if len(segments) < 3:
            raise RestError(404, "Not Found")
        call.owner, call.app = segments[1:3]
        segments = segments[3:]
    else:
        segments = segments[1:]
    call.path = "/".join(segments)
    return segments


def _match(pattern: Iterable[str], segments: Iterable[str]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for part, segment in zip(pattern, segments, strict=True):
        if part.startswith("{"):
            names[part[1:-1]] = segment
        elif part != segment:
            return None
    return names


async def _read_form(call: Call, route: Route) -> None:
    """Adds the arguments of a form to those of the query string."""
    if route.raw or call.request.method not in ("POST", "PUT"):
        return
    body = bytearray()
    async for block in call.request.stream():
        body += block
        if len(body) > MAX_FORM:
            raise RestError(413, "Request body too large.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RestError(400, "The request's body is not UTF-8.") from None
    call.params = Params.parse(call.request.url.query, text)


def management_app(splunkd: Splunkd) -> ASGIApp:
    """The application of the management port."""
    return asgi(Management(splunkd).handle)


def collector_app(splunkd: Splunkd) -> ASGIApp:
    """The application of the HTTP Event Collector's port."""
    return asgi(Collector(splunkd.hec, splunkd.indexes).handle)


def asgi(handle: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    """An application of one handler of all requests."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await handle(Request(scope, receive))
        await response(scope, receive, send)

    return app
