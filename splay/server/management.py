"""The management port: finds a request's handler, its caller and its namespace."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import cast
from urllib.parse import quote, unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from splay.errors import OutputError, SplayError
from splay.server import endpoints
from splay.server.endpoints import access
from splay.server.endpoints.absent import refusal_of
from splay.server.errors import RestError, told
from splay.server.hec.collector import Collector
from splay.server.rest.feeds import MODES, Entry, Feed, respond
from splay.server.rest.request import Call, Params, Route, messages_response, refusal
from splay.server.splunkd import Splunkd
from splay.store.index.indexes import IndexRefused

MAX_FORM = 16 * 1024 * 1024
"""Bytes of arguments that a request may bring; data goes to handlers that take more."""

_HEADERS = {"Vary": "Cookie, Authorization", "Expires": "Thu, 26 Oct 1978 00:00:00 GMT"}
"""Headers of every answer, as splunkd has them: no cache is to keep it for somebody else."""
_SECRET = re.compile(r"((?:pass|token|secret|key)[^=&]*)=[^&]*", re.IGNORECASE)
"""Arguments whose values no log is to have."""
_MOST_LOGGED = 2000  # characters of an address
_JOB_PART = re.compile(r"search/(?:v2/)?jobs/([^/]+)/[^/]+")


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
        began = time.monotonic()
        response = await self._answered(call, user)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        job = _JOB_PART.fullmatch(call.path)
        if job:
            response.headers["Link"] = f"<../{quote(job[1])}>; rel=info"
        self._splunkd.log.access(_access(call, response, time.monotonic() - began))
        return response

    async def _answered(self, call: Call, user: str) -> Response:
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
            if call.output_mode not in MODES:
                raise RestError(400, f"Invalid output mode specified ({call.output_mode}).")
            response = await _handled(route, call)
            if call.session:
                access.give_cookie(call, response, call.session)
            return response
        except RestError as error:
            return refusal(error, call.json)
        except IndexRefused as error:
            return messages_response(error.status, [("ERROR", error.message)], call.json)
        except OutputError as error:  # of a change that could not be kept
            return messages_response(500, [("ERROR", str(error))], call.json)
        except SplayError as error:
            return messages_response(400, [("FATAL", told(error))], call.json)
        except ClientDisconnect:
            return Response(status_code=499)

    @property
    def routes(self) -> list[Route]:
        """Every route that there is."""
        return [route for some in self._routes.values() for route in some]

    def _find(self, call: Call, segments: list[str]) -> Route:
        fitting: list[Route] = []
        for route in self._routes.get(len(segments), ()):
            names = _match(route.segments, segments)
            if names is None or (fitting and route.segments != fitting[0].segments):
                continue  # what is named whole is never taken for a name
            fitting.append(route)
            if route.method == call.request.method:
                call.names = names
                return route
        if fitting:
            raise _wrong_verb(call, fitting)
        raise refusal_of(call.path)

    async def _caller(self, call: Call) -> str:
        headers = call.request.headers
        session = "" if _from_a_page(headers) else call.request.cookies.get(call.cookie, "")
        authorization = headers.get("authorization", "")
        # In a thread: a password is looked at slowly, and meanwhile others are to be served.
        user = await run_in_threadpool(self._splunkd.users.caller, authorization, session)
        if user is None:
            raise _unauthorized(authorization or session)
        call.session = "" if authorization else session
        return user

    def _listing(self, call: Call) -> Response:
        """What there is below /services."""
        names = {route.segments[0] for route in self.routes if route.segments}
        entries = [Entry(name, "", {}) for name in sorted(names)]
        return respond(call, Feed("services", "", entries))


def _access(call: Call, response: Response, seconds: float) -> dict[str, str]:
    """A request as the access log has it; the fields' names are Splunk's."""
    request = call.request
    query = f"?{request.url.query}" if request.url.query else ""
    query = _SECRET.sub(r"\1=********", query)
    return {
        "clientip": request.client.host if request.client else "-",
        "user": call.user or "-",
        "method": request.method,
        "uri": request.scope["raw_path"].decode("latin-1")[:_MOST_LOGGED] + query[:_MOST_LOGGED],
        "version": str(request.scope.get("http_version", "1.1")),
        "status": str(response.status_code),
        "bytes": response.headers.get("content-length", "-"),
        "useragent": request.headers.get("user-agent", "-")[:_MOST_LOGGED].replace('"', " "),
        "spent": str(int(seconds * 1000)),
    }


def _from_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser sends the request for a page: its cookie then proves no user's will."""
    return "origin" in headers or headers.get("sec-fetch-site", "none") != "none"


def _unauthorized(credential: str) -> RestError:
    """Who gave no password, or a wrong one, is asked for one; not who gave a key or a token."""
    private = {"Cache-Control": "private, no-store"}
    if credential and not credential.lower().startswith("basic "):
        return RestError(401, "call not properly authenticated", "WARN", headers=private)
    challenge = {"WWW-Authenticate": 'Basic realm="/splunk"', **private}
    return RestError(401, "Unauthorized", headers=challenge)


def _wrong_verb(call: Call, fitting: list[Route]) -> RestError:
    """Why a path that there is does not take the request's method.

    Measured on Splunk 10.4.2: search endpoints and the KV store name what they take; of the others
    DELETE asks for an object, or for an action that there is.
    """
    method, pattern = call.request.method, fitting[0].segments
    allow = {"Allow": ",".join(sorted({route.method for route in fitting}))}
    if method not in ("GET", "POST", "DELETE"):
        return RestError(405, "Method Not Allowed", headers=allow)
    if pattern[:1] == ("search",) or pattern[:3] == ("storage", "collections", "data"):
        return RestError(405, "Method Not Allowed", "FATAL", headers=allow)
    if method == "DELETE" and not any(part.startswith("{") for part in pattern):
        text = 'Cannot perform action "DELETE" without a target name to act on.'
        return RestError(400, text)
    if method == "DELETE" and not pattern[-1].startswith("{"):
        text = f"Invalid custom action for this internal handler (custom action: {pattern[-1]})."
        return RestError(404, text)
    return RestError(405, "Method Not Allowed", headers=allow)


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
    plain = asgi(Management(splunkd).handle)
    packed = GZipMiddleware(plain, minimum_size=500, compresslevel=4)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # An export is read as it comes: packing would hold rows back.
        streams = scope.get("path", "").endswith("/export")
        await (plain if streams else packed)(scope, receive, send)

    return app


def collector_app(splunkd: Splunkd) -> ASGIApp:
    """The application of the HTTP Event Collector's port."""
    return asgi(Collector(splunkd.hec, splunkd.indexes, splunkd.intake).handle)


def asgi(handle: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    """An application of one handler of all requests."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await handle(Request(scope, receive))
        await response(scope, receive, send)

    return app
