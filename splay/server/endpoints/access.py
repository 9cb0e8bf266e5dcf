"""auth, authentication and authorization: login, users, roles, capabilities, tokens.

Source: REST API Reference, "Access endpoint descriptions".
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.responses import Response

from splay.server.access.passwords import hashed, is_user_name
from splay.server.access.users import CAPABILITIES, SESSION_SECONDS, Role, User
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.rest.feeds import Entry, Feed, describe, paged, respond
from splay.server.rest.request import Call, Routes, record_response

routes = Routes()
_PUBLIC_LISTS = (
    "capabilities",
    "imported_roles",
    "srchIndexesAllowed",
    "srchIndexesDefault",
    "deleteIndexesAllowed",
)
_ROLE_TEXTS = ("srchFilter", "defaultApp")
_ROLE_NUMBERS = ("srchDiskQuota", "srchJobsQuota")


@routes("POST", "auth/login", open=True)
def login(call: Call) -> Response:
    """A session key for a name and a password."""
    name = call.params.get("username")
    if "password" not in call.params:
        raise RestError(400, "Login failed", "WARN")
    key = call.splunkd.users.login(name, call.params.get("password"))
    outcome = "failed" if key is None else "succeeded"
    call.splunkd.log.audit({"user": name[:100], "action": "login attempt", "info": outcome})
    if key is None:
        raise RestError(401, "Login failed", "WARN", code="incorrect_username_or_password")
    response = record_response(call, {"sessionKey": key})
    if call.params.flag("cookie"):
        give_cookie(call, response, key)
    return response


def give_cookie(call: Call, response: Response, key: str) -> None:
    """Lets a response carry the session's key, whose life begins anew."""
    response.set_cookie(
        call.cookie,
        key,
        max_age=SESSION_SECONDS,
        secure=call.request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


@routes("GET", "authentication/current-context")
def current_context(call: Call) -> Response:
    """Who calls."""
    user = call.splunkd.users.users[call.user]
    content = {**_user_content(call, user), "username": call.user}
    return respond(call, Feed("current-context", call.path, [entry("context", call.path, content)]))


@routes("GET", "authentication/httpauth-tokens")
def no_sessions(call: Call) -> Response:
    """The sessions of splunkd; splay does not show them."""
    raise RestError(501, "Not implemented: splay does not list sessions.")


def entry(name: str, path: str, content: dict[str, Any], removable: bool = False) -> Entry:
    """An entry of what belongs to no app. path: of its collection."""
    return Entry(name, path, content, Acl("", "system", removable=removable), ("edit",))


# ---- users ----

_USERS = "authentication/users"
_USER_TEXTS = ("realname", "email", "defaultApp", "tz")


def _user_content(call: Call, user: User) -> dict[str, Any]:
    return {
        "capabilities": sorted(call.splunkd.users.capabilities(user.name)),
        "defaultApp": user.defaultApp,
        "defaultAppIsUserOverride": False,
        "email": user.email,
        "locked-out": call.splunkd.users.lockout.locked(user.name),
        "password": "********",  # nosec B105 # the mask
        "realname": user.realname,
        "roles": user.roles,
        "type": "Splunk",
        "tz": user.tz,
    }


def _user_feed(call: Call, users: list[User]) -> Feed:
    entries = [entry(u.name, _USERS, _user_content(call, u), _removable(call, u)) for u in users]
    return Feed("users", _USERS, entries, ("_new",))


def _removable(call: Call, user: User) -> bool:
    return user.name != call.splunkd.admin


def _user(call: Call) -> User:
    user = call.splunkd.users.users.get(call.names["name"])
    if user is None or (user.name != call.user and not call.splunkd.is_admin(call.user)):
        raise RestError(404, f"Could not find object id={call.names['name']}")
    return user


@routes("GET", _USERS)
def list_users(call: Call) -> Response:
    """All users; whoever may not see others sees himself."""
    users = call.splunkd.users.users.values()
    admin = call.splunkd.is_admin(call.user)
    return paged(call, _user_feed(call, [u for u in users if admin or u.name == call.user]))


@routes("GET", f"{_USERS}/_new")
def new_user(call: Call) -> Response:
    """With which arguments a user is made."""
    return describe(call, "users", _USERS, ("name", "password", "roles"), _USER_TEXTS)


@routes("GET", f"{_USERS}/{{name}}")
def read_user(call: Call) -> Response:
    """One user."""
    return respond(call, _user_feed(call, [_user(call)]))


@routes("POST", _USERS)
def create_user(call: Call) -> Response:
    """A new user."""
    call.need("edit_user")
    users = call.splunkd.users
    name = call.params.needed("name").lower()
    if not is_user_name(name):
        raise RestError(400, f"The user name {name!r} is not valid: letters, digits and . _ @ + -.")
    if name in users.users:
        raise RestError(409, f"User {name!r} already exists.")
    call.params.needed("roles")
    user = User(name, hashed(call.params.needed("password")), [])
    _set_user(call, user)
    users.users[name] = user
    users.save()
    return respond(call, _user_feed(call, [user]), 201)


@routes("POST", f"{_USERS}/{{name}}")
def update_user(call: Call) -> Response:
    """Changes a user; a new password ends the user's sessions."""
    user = _user(call)
    if user.name != call.user or "roles" in call.params:
        call.need("edit_user")
    if call.params.get("password"):
        call.need("change_own_password" if user.name == call.user else "edit_user")
        if user.name == call.user and not call.splunkd.is_admin(call.user):
            old = call.params.get("oldpassword")
            if not call.splunkd.users.check(user.name, old):
                raise RestError(400, "Missing or incorrect old password.")
        user.password = hashed(call.params.get("password"))
        call.splunkd.users.end_sessions(user.name)
    _set_user(call, user)
    call.splunkd.users.save()
    return respond(call, _user_feed(call, [user]))


def _set_user(call: Call, user: User) -> None:
    params = call.params
    others = ("createrole", "force-change-pass", "locked-out")
    params.refuse_others(("name", "password", "oldpassword", "roles", *others, *_USER_TEXTS))
    for refused in ("createrole", "force-change-pass"):
        if params.flag(refused):
            raise RestError(400, f'Argument "{refused}" is not supported by this handler.')
    roles = [role for text in params.all("roles") for role in text.split(",") if role]
    for role in roles:
        if role not in call.splunkd.users.roles:
            raise RestError(400, f"In handler 'users': Role={role} is not grantable")
    if roles:
        user.roles = roles
    if "locked-out" in params:
        _release(call, user)
    _check_tz(params.get("tz"))
    for name in _USER_TEXTS:
        if name in params:
            setattr(user, name, params.get(name))


def _check_tz(name: str) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RestError(400, f"In handler 'users': {name!r} is no time zone") from None


def _release(call: Call, user: User) -> None:
    """locked-out=false lets a user in again; nobody is locked out by hand."""
    call.need("edit_user")
    if call.params.flag("locked-out"):
        raise RestError(400, 'Argument "locked-out" takes false only.')
    call.splunkd.users.lockout.release(user.name)


@routes("DELETE", f"{_USERS}/{{name}}")
def delete_user(call: Call) -> Response:
    """Removes a user and ends the user's sessions."""
    call.need("edit_user")
    if call.names["name"] not in call.splunkd.users.users:
        raise RestError(400, f"In handler 'users': there is no user {call.names['name']!r}.")
    user = _user(call)
    if user.name == call.user or not _removable(call, user):
        raise RestError(400, f"The user {user.name!r} cannot be removed.")
    call.splunkd.users.delete(user.name)
    return list_users(call)


# ---- roles ----

_ROLES = "authorization/roles"


def _role_feed(call: Call, roles: list[Role]) -> Feed:
    users = call.splunkd.users
    entries = []
    for role in roles:
        imported = [users.roles[name] for name in role.imported_roles if name in users.roles]
        content = asdict(role)
        del content["name"]
        content["imported_capabilities"] = sorted({c for r in imported for c in r.capabilities})
        entries.append(entry(role.name, _ROLES, content, role.name != "admin"))
    return Feed("roles", _ROLES, entries, ("_new",))


def _role(call: Call) -> Role:
    try:
        return call.splunkd.users.roles[call.names["name"]]
    except KeyError:
        raise RestError(404, f"Could not find object id={call.names['name']}") from None


@routes("GET", _ROLES)
def list_roles(call: Call) -> Response:
    """All roles."""
    return paged(call, _role_feed(call, list(call.splunkd.users.roles.values())))


@routes("GET", f"{_ROLES}/_new")
def new_role(call: Call) -> Response:
    """With which arguments a role is made."""
    optional = (*_PUBLIC_LISTS, *_ROLE_TEXTS, *_ROLE_NUMBERS)
    return describe(call, "roles", _ROLES, ("name",), optional)


@routes("GET", f"{_ROLES}/{{name}}")
def read_role(call: Call) -> Response:
    """One role."""
    return respond(call, _role_feed(call, [_role(call)]))


@routes("POST", _ROLES)
def create_role(call: Call) -> Response:
    """A new role."""
    call.need("edit_roles")
    name = call.params.needed("name").lower()
    if name in call.splunkd.users.roles:
        raise RestError(409, f"Role {name!r} already exists.")
    role = Role(name)
    _set_role(call, role)
    call.splunkd.users.roles[name] = role
    call.splunkd.users.save()
    return respond(call, _role_feed(call, [role]), 201)


@routes("POST", f"{_ROLES}/{{name}}")
def update_role(call: Call) -> Response:
    """Changes a role; a list that is given replaces the old one."""
    call.need("edit_roles")
    role = _role(call)
    _set_role(call, role)
    call.splunkd.users.save()
    return respond(call, _role_feed(call, [role]))


def _set_role(call: Call, role: Role) -> None:
    params = call.params
    params.refuse_others(("name",), _PUBLIC_LISTS, _ROLE_TEXTS, _ROLE_NUMBERS)
    if params.get("srchFilter") not in ("", "*"):
        raise RestError(400, 'Argument "srchFilter" is not supported by this handler.')
    given: dict[str, list[str]] = {}
    for name in _PUBLIC_LISTS:
        if name in params:
            texts = [
                item for text in params.all(name) for item in text.replace(",", ";").split(";")
            ]
            given[name] = [text.strip() for text in texts if text.strip()]
    for name in given.get("capabilities", ()):
        if name not in CAPABILITIES:
            raise RestError(400, f"In handler 'roles': unknown capability: {name}")
    for name in given.get("imported_roles", ()):
        if name not in call.splunkd.users.roles:
            raise RestError(400, f"In handler 'roles': there is no role {name}")
    for name, values in given.items():
        setattr(role, name, values)
    for name in _ROLE_TEXTS:
        if name in params:
            setattr(role, name, params.get(name))
    for name in _ROLE_NUMBERS:
        if name in params:
            setattr(role, name, params.number(name, 0))


@routes("DELETE", f"{_ROLES}/{{name}}")
def delete_role(call: Call) -> Response:
    """Removes a role."""
    call.need("edit_roles")
    if call.names["name"] == "admin":
        raise RestError(400, "The role 'admin' cannot be removed.")
    del call.splunkd.users.roles[_role(call).name]
    call.splunkd.users.save()
    return list_roles(call)


@routes("GET", "authorization/capabilities")
def list_capabilities(call: Call) -> Response:
    """Every capability that there is."""
    found = entry("capabilities", call.path, {"capabilities": list(CAPABILITIES)})
    return respond(call, Feed("capabilities", call.path, [found]))


@routes("GET", "authorization/grantable_capabilities")
def grantable(call: Call) -> Response:
    """The capabilities that the caller may give to a role."""
    given = call.splunkd.users.capabilities(call.user)
    names = list(CAPABILITIES) if "edit_roles" in given else []
    found = entry("capabilities", call.path, {"capabilities": names})
    return respond(call, Feed("grantable_capabilities", call.path, [found]))
