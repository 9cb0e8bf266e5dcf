"""storage/passwords: passwords of other systems, for apps that need them.

Source: REST API Reference, "storage/passwords"; passwords.conf.spec. Only whoever has the
capability list_storage_passwords sees them, only who has edit_storage_passwords changes them.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind, Settings, add_routes
from splay.server.errors import RestError
from splay.server.objects.catalog import Object
from splay.server.rest.request import Call, Routes

routes = Routes()
_PREFIX = "credential:"
_PART = re.compile(r"((?:\\.|[^\\:])*):")
_MOST = 100_000  # characters of a password


def _content(call: Call, item: Object) -> dict[str, Any]:
    realm, name = _parts(item.stanza.name.removeprefix(_PREFIX))
    kept = item.stanza.settings.get("password", "")
    content: dict[str, Any] = {
        "encr_password": kept,
        "password": "********",  # nosec B105 # the mask
        "realm": realm,
        "username": name,
    }
    if kept:
        place = item.stanza.name
        content["clear_password"] = call.splunkd.credentials.decrypted(kept, place)
    return content


def _parts(name: str) -> tuple[str, str]:
    """Realm and user of `realm:user:`; a colon or backslash of their own has a backslash before
    it."""
    parts = [re.sub(r"\\(.)", r"\1", part) for part in _PART.findall(name)]
    realm, user = [*parts, "", ""][:2]
    return realm, user


def _escaped(text: str) -> str:
    return re.sub(r"[\\:]", r"\\\g<0>", text)


def _settings(call: Call, item: Object | None) -> Settings:
    call.params.refuse_others(("name", "realm", "password"))
    password = call.params.needed("password")
    if len(password) > _MOST:
        raise RestError(400, f"A password has at most {_MOST:,} characters.")
    place = item.stanza.name if item else _PREFIX + call.params.get("name")
    return {"password": call.splunkd.credentials.encrypted(password, place)}


PASSWORDS = Kind(
    "storage/passwords",
    "passwords",
    "passwords",
    _content,
    _settings,
    required=("password",),
    capability="edit_storage_passwords",
    stanza_prefix=_PREFIX,
    hides_prefix=True,
)


@routes("POST", PASSWORDS.path)
def create(call: Call) -> Response:
    """Keeps a password of a user, of a realm if one is given."""
    realm, name = call.params.get("realm"), call.params.needed("name")
    call.params = call.params.without("name").without("realm")
    call.params = call.params.plus("name", f"{_escaped(realm)}:{_escaped(name)}:")
    return conf_objects.create(call, PASSWORDS)


def _whole(call: Call) -> None:
    """Lets a name go without its last colon, as SDKs write it."""
    name = call.names["name"]
    if not name.endswith(":") or name.endswith("\\:"):
        call.names["name"] = f"{name}:"


@routes("GET", f"{PASSWORDS.path}/{{name}}")
def read(call: Call) -> Response:
    """One password."""
    _whole(call)
    return conf_objects.read(call, PASSWORDS)


@routes("POST", f"{PASSWORDS.path}/{{name}}")
def update(call: Call) -> Response:
    """Another password in its place."""
    _whole(call)
    return conf_objects.update(call, PASSWORDS)


@routes("DELETE", f"{PASSWORDS.path}/{{name}}")
def delete(call: Call) -> Response:
    """Removes a password."""
    _whole(call)
    return conf_objects.delete(call, PASSWORDS)


add_routes(routes, PASSWORDS)
