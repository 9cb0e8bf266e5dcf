"""authorization/tokens: tokens for users, which let somebody in without a password.

Source: REST API Reference, "authorization/tokens".
"""

from __future__ import annotations

import time
from datetime import UTC
from typing import Any

from starlette.responses import Response

from splay.errors import SplayError
from splay.server.endpoints.access import entry
from splay.server.errors import RestError
from splay.server.rest.feeds import Feed, paged, respond
from splay.server.rest.request import Call, Routes, messages_response
from splay.spl.timemod import resolve

routes = Routes()
_TOKENS = "authorization/tokens"


def _may_see_token(call: Call, held: dict[str, Any]) -> bool:
    return held["claims"]["sub"] == call.user or call.splunkd.is_admin(call.user)


def _token_feed(call: Call, names: list[str]) -> Feed:
    tokens = call.splunkd.users.tokens
    return Feed("tokens", _TOKENS, [entry(n, _TOKENS, dict(tokens[n]), True) for n in names])


@routes("GET", _TOKENS)
def list_tokens(call: Call) -> Response:
    """The claims of the tokens that there are, not the tokens themselves."""
    tokens = call.splunkd.users.tokens
    names = [name for name, held in tokens.items() if _may_see_token(call, held)]
    return paged(call, _token_feed(call, names))


@routes("POST", _TOKENS)
def create_token(call: Call) -> Response:
    """A token; this answer is the only one that shows it."""
    params = call.params
    params.refuse_others(("name", "audience", "expires_on", "type"))
    user = params.get("name", call.user)
    call.need("edit_tokens_own" if user == call.user else "edit_tokens_all")
    if user not in call.splunkd.users.users:
        raise RestError(400, f"User {user!r} does not exist.")
    expires = _expiry(params.get("expires_on"))
    token, claims = call.splunkd.users.make_token(user, params.needed("audience"), expires)
    feed = _token_feed(call, [str(claims["jti"])])
    feed.entries = [entry(str(claims["jti"]), _TOKENS, {"id": claims["jti"], "token": token})]
    return respond(call, feed, 201)


def _expiry(text: str) -> int:
    """When a token expires: a time modifier such as +30d, or an epoch; 0 is never."""
    try:
        moment = resolve(text, time.time(), UTC)
    except SplayError as error:
        raise RestError(400, f"Invalid expires_on: {error.message}") from error
    return int(moment or 0)


@routes("POST", f"{_TOKENS}/{{name}}")
def switch_token(call: Call) -> Response:
    """Lets a token count, or not: the path names its user, the arguments the token and `status`."""
    call.params.refuse_others(("id", "status"))
    name = call.params.get("id") or call.names["name"]
    held = call.splunkd.users.tokens.get(name)
    if held is None or not _may_see_token(call, held):
        raise RestError(404, f"Could not find object id={name}")
    status = call.params.needed("status")
    if status not in ("enabled", "disabled"):
        raise RestError(400, f'Invalid value "{status}" for the argument "status".')
    held["status"] = status
    call.splunkd.users.save()
    return respond(call, _token_feed(call, [name]))


@routes("DELETE", f"{_TOKENS}/{{name}}")
def delete_token(call: Call) -> Response:
    """Ends a token. The path names its user, the argument `id` the token, as in splunkd."""
    name = call.params.get("id") or call.names["name"]
    held = call.splunkd.users.tokens.get(name)
    if held is None or not _may_see_token(call, held):
        raise RestError(404, f"Could not find object id={name}")
    del call.splunkd.users.tokens[name]
    call.splunkd.users.save()
    return messages_response(200, [("INFO", "Token removed.")], call.json)
