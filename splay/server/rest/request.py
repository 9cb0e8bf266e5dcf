"""A request as splunkd's handlers see it: who calls, in which namespace, with which arguments."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response

from splay.server.errors import RestError, truth
from splay.server.splunkd import Splunkd

XML_TYPE = "text/xml; charset=UTF-8"
JSON_TYPE = "application/json; charset=UTF-8"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TOO_LARGE = 2**63


class Params:
    """The arguments of a request, of its query string and its form; a name may come twice."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def parse(cls, *texts: str) -> Params:
        """The arguments of several urlencoded texts."""
        return cls(pair for text in texts for pair in parse_qsl(text, keep_blank_values=True))

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def get(self, name: str, default: str = "") -> str:
        """The last value given for the name."""
        return self._values.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        """Every value given for the name."""
        return list(self._values.get(name, ()))

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument; RestError 400 when it is none."""
        return truth(self.get(name), name) if self.get(name) else default

    def number(self, name: str, default: int) -> int:
        """An integer argument; RestError 400 when it is none."""
        text = self.get(name)
        if not text:
            return default
        try:
            number = int(text)
            if abs(number) >= _TOO_LARGE:
                raise ValueError
            return number
        except ValueError:
            message = f'Invalid value "{text}" for the argument "{name}": it must be a number.'
            raise RestError(400, message) from None

    def needed(self, name: str) -> str:
        """An argument that must be there and not be empty; RestError 400 otherwise."""
        if not self.get(name):
            raise RestError(400, f'The following required arguments are missing: "{name}".')
        return self.get(name)

    def plus(self, name: str, value: str) -> Params:
        """These arguments and one more."""
        pairs = [(held, text) for held, texts in self._values.items() for text in texts]
        return Params([*pairs, (name, value)])

    def without(self, name: str) -> Params:
        """These arguments but for one."""
        pairs = ((held, text) for held, texts in self._values.items() for text in texts)
        return Params(pair for pair in pairs if pair[0] != name)

    def only(self, names: Iterable[str]) -> Params:
        """Those of these names."""
        return Params((name, text) for name in names for text in self._values.get(name, ()))

    def pairs(self, leave_out: Iterable[str] = ()) -> dict[str, str]:
        """Each name with its last value, without some."""
        return {name: values[-1] for name, values in self._values.items() if name not in leave_out}

    def refuse_others(self, *known: Iterable[str]) -> None:
        """RestError 400 for the first argument that is not among the known ones."""
        names = {name for some in known for name in some} | COMMON
        for name in self._values:
            if name not in names:
                raise RestError(400, f'Argument "{name}" is not supported by this handler.')


COMMON = frozenset(("output_mode", "_"))
"""Arguments that every handler takes; `_` is what browsers add against caches."""
LISTING = frozenset(("count", "offset", "search", "sort_key", "sort_dir", "sort_mode", "f"))
"""Arguments of every listing (REST API Reference, "Pagination and filtering parameters")."""


@dataclass
class Call:
    """One request.

    path: without the prefix and the namespace ("search/jobs/1.2"). names: what the route's
    placeholders stand for. owner, app: the namespace; None where the request names none.
    """

    splunkd: Splunkd
    request: Request
    path: str
    user: str = ""
    owner: str | None = None
    app: str | None = None
    params: Params = field(default_factory=lambda: Params(()))
    names: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    session: str = ""  # the key of the session, where a cookie brought it

    @property
    def output_mode(self) -> str:
        """What the answer is to be written in; "xml" when the request says nothing."""
        return self.params.get("output_mode", "xml")

    @property
    def json(self) -> bool:
        """Whether listings and messages are to be JSON."""
        return self.output_mode in ("json", "json_rows", "json_cols")

    @property
    def origin(self) -> str:
        """Scheme, host as the client wrote it, and port."""
        return f"{self.request.url.scheme}://{self.request.url.hostname}:{self.port}"

    @property
    def port(self) -> int:
        """The port that the request came to."""
        return int(self.request.scope["server"][1])

    @property
    def cookie(self) -> str:
        """The name of the session cookie: browsers send cookies to every port of a host."""
        return f"splunkd_{self.port}"

    @property
    def app_context(self) -> str:
        """The app in whose context something runs; the default app when none is named."""
        return "search" if self.app in (None, "-", "system") else self.app

    def need(self, capability: str) -> None:
        """RestError 403 when the user has not this capability."""
        if capability not in self.splunkd.users.capabilities(self.user):
            raise RestError(
                403,
                f"You (user={self.user}) do not have permission to perform this operation "
                f"(requires capability: {capability}).",
            )


Handler = Callable[[Call], Response | Awaitable[Response]]
Some = TypeVar("Some", bound=Handler)


@dataclass(frozen=True)
class Route:
    """A handler and what it answers to. raw: the body is data, never a form."""

    method: str
    segments: tuple[str, ...]
    handler: Handler
    raw: bool = False
    open: bool = False  # to callers who have not logged in


class Routes(list[Route]):
    """The routes of one module; used as a decorator of its handlers."""

    def __call__(
        self, method: str, path: str, *, raw: bool = False, open: bool = False
    ) -> Callable[[Some], Some]:
        def add(handler: Some) -> Some:
            self.append(Route(method, tuple(path.split("/")), handler, raw, open))
            return handler

        return add


def messages_response(
    status: int,
    messages: Iterable[tuple[str, str]],
    as_json: bool,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """splunkd's answer of nothing but messages: (type, text) each."""
    listed = [{"type": kind, "text": text} for kind, text in messages]
    return _messages(status, listed, as_json, headers)


def refusal(error: RestError, as_json: bool) -> Response:
    """The answer of an error."""
    code = {"code": error.code} if error.code else {}
    message = {"type": error.kind, **code, "text": error.text}
    return _messages(error.status, [message], as_json, error.headers)


def _messages(
    status: int,
    messages: Sequence[Mapping[str, str]],
    as_json: bool,
    headers: Mapping[str, str] | None,
) -> Response:
    if as_json:
        return Response(json.dumps({"messages": messages}), status, headers, JSON_TYPE)
    items = "".join(
        f"    <msg {_attributes(message)}>{escape(message['text'])}</msg>\n" for message in messages
    )
    body = f"{XML_HEAD}<response>\n  <messages>\n{items}  </messages>\n</response>\n"
    return Response(body, status, headers, XML_TYPE)


def _attributes(message: Mapping[str, str]) -> str:
    found = (f"{k}={quoteattr(v)}" for k, v in message.items() if k != "text")
    return " ".join(found)


def record_response(call: Call, record: dict[str, str], status: int = 200) -> Response:
    """splunkd's answer of a few named values: a sid, a session key."""
    if call.json:
        return Response(json.dumps(record), status, None, JSON_TYPE)
    items = "".join(f"  <{name}>{escape(value)}</{name}>\n" for name, value in record.items())
    return Response(f"{XML_HEAD}<response>\n{items}</response>\n", status, None, XML_TYPE)
