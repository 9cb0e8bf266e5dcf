"""Objects that are stanzas of .conf files, as REST collections: listed, read, created, changed.

Source: REST API User Manual, "Namespace", "Access Control List"; REST API Reference,
"Configuration endpoints".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from splay.conf.settings import on
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import GLOBAL_CONFS, SYSTEM, Object
from splay.server.rest.collection import Handle, add_collection, add_handles
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import LISTING, Call, Routes

NOBODY = "nobody"
_SECRET = {"inputs": "edit_token_http", "passwords": "list_storage_passwords"}
"""Files that hold secrets, and the capability that shows them."""
NAMESPACE_ARGS = frozenset(("name", "owner", "app", "sharing"))

Settings = dict[str, str | None]


def plain_content(call: Call, item: Object) -> dict[str, Any]:
    """The stanza's settings, `disabled` as a boolean, and where it is from."""
    settings: dict[str, Any] = dict(item.stanza.settings)
    settings["disabled"] = on(item.stanza.settings, "disabled")
    settings["eai:appName"] = item.acl.app
    settings["eai:userName"] = item.acl.owner
    return settings


def plain_settings(call: Call, item: Object | None) -> Settings:
    """Every argument is a setting."""
    return dict(call.params.pairs({*NAMESPACE_ARGS, "output_mode", "_"}))


@dataclass(frozen=True)
class Kind:
    """A collection of stanzas.

    content: what is shown of one. settings: what the arguments of a request mean for the
    stanza (None for the object when it is to be made). fixed_app: where all of them live.
    stanza_prefix, hides_prefix: what their names begin with, and whether that is shown.
    secret: whether its file's secrets are in it. wanted: which of the stanzas it has; None: all.
    listing: the arguments of the listing beyond those of every one; None: it takes any.
    """

    path: str
    conf: str
    title: str
    content: Callable[[Call, Object], dict[str, Any]] = plain_content
    settings: Callable[[Call, Object | None], Settings] = plain_settings
    links: Sequence[str] = ()
    required: Sequence[str] = ()
    capability: str = ""
    fixed_app: str = ""
    stanza_prefix: str = ""
    hides_prefix: bool = False
    secret: bool = True
    wanted: Callable[[Object], bool] | None = None
    listing: Sequence[str] | None = ()
    fields: dict[str, Sequence[str]] = field(default_factory=dict)


def namespace(call: Call, kind: Kind) -> tuple[str, str]:
    """Owner and app of the request; those of the caller where it names none."""
    owner = call.owner or call.user
    if owner not in ("-", NOBODY) and owner not in call.splunkd.users.users:
        raise RestError(404, f"User does not exist: {owner}")
    app = kind.fixed_app or call.app or "search"
    return owner, app


def _may_see(call: Call, kind: Kind) -> None:
    if kind.conf in _SECRET and kind.secret:
        call.need(_SECRET[kind.conf])


def visible(call: Call, kind: Kind) -> list[Object]:
    """The objects of the request's namespace that the caller may see."""
    _may_see(call, kind)
    owner, app = namespace(call, kind)
    if owner not in ("-", NOBODY, call.user) and not call.splunkd.is_admin(call.user):
        owner = NOBODY
    found = call.splunkd.catalog.objects(kind.conf, call.user, owner, app)
    return [
        item
        for item in found
        if item.stanza.name.startswith(kind.stanza_prefix)
        and may_read(call, item.acl)
        and (kind.wanted is None or kind.wanted(item))
    ]


def find(call: Call, kind: Kind, name: str) -> Object:
    """One object. RestError 404: there is none of this name in the namespace."""
    for item in visible(call, kind):
        if item.stanza.name in (name, kind.stanza_prefix + name):
            return item
    raise RestError(404, f"Could not find object id={name}")


def entry(call: Call, kind: Kind, item: Object) -> Entry:
    """An object as an entry of a feed."""
    owner = NOBODY if item.acl.sharing == "system" else item.acl.owner
    shareable = kind.conf not in GLOBAL_CONFS
    writable = can_write(call, item.acl)
    acl = replace(item.acl, owner=owner, writable=writable, shareable=shareable)
    state = "enable" if on(item.stanza.settings, "disabled") else "disable"
    links = ("edit", state, "_reload", *kind.links)
    name = item.stanza.name
    shown = name.removeprefix(kind.stanza_prefix) if kind.hides_prefix else name
    return Entry(shown, kind.path, kind.content(call, item), acl, links)


def feed(call: Call, kind: Kind, items: Sequence[Object]) -> Feed:
    """Objects as a feed."""
    entries = [entry(call, kind, item) for item in items]
    return Feed(kind.title, kind.path, entries, ("_new", "_reload", "_acl"))


def list_all(call: Call, kind: Kind) -> Response:
    """GET on the collection."""
    items = sorted(visible(call, kind), key=lambda item: item.stanza.name.lower())
    return paged(call, feed(call, kind, items), kind.listing)


def read(call: Call, kind: Kind) -> Response:
    """GET on one object; on all of its name where the namespace is of any owner or app."""
    call.params.refuse_others(LISTING)
    first = find(call, kind, call.names["name"])
    if "-" not in namespace(call, kind):
        found = feed(call, kind, [first])
        found.entries[0].fields = {"requiredFields": kind.required, **kind.fields}
        return respond(call, found)
    same = [item for item in visible(call, kind) if item.stanza.name == first.stanza.name]
    return respond(call, feed(call, kind, same))


def home(call: Call, kind: Kind) -> Acl:
    """Where a new object of the request's namespace lives: with its user, or in its app.

    RestError 400: the namespace is no single place.
    """
    owner, app = namespace(call, kind)
    if "-" in (owner, app):
        raise RestError(400, "Cannot create an object in a namespace with a wildcard.")
    shared = owner == NOBODY or app == SYSTEM or kind.fixed_app or kind.conf in GLOBAL_CONFS
    write = call.splunkd.catalog.writers(app)
    return Acl(app, NOBODY if shared else owner, "app" if shared else "user", write=write)


def default_stanza(call: Call, kind: Kind) -> Object:
    """The [default] stanza of a file in the request's namespace, which every file has.

    RestError 404: the namespace is another user's.
    """
    _may_see(call, kind)
    acl = home(call, kind)
    if acl.sharing == "user" and acl.owner != call.user and not call.splunkd.is_admin(call.user):
        raise RestError(404, "Could not find object id=default")
    return call.splunkd.catalog.default_stanza(kind.conf, acl)


def create(call: Call, kind: Kind) -> Response:
    """POST on the collection: 201, or 409 when there is one of that name."""
    if kind.capability:
        call.need(kind.capability)
    name = kind.stanza_prefix + call.params.needed("name").removeprefix(kind.stanza_prefix)
    for required in kind.required:
        call.params.needed(required)
    acl = home(call, kind)
    for item in visible(call, kind):
        private = item.acl.sharing == "user"
        if (item.stanza.name, item.acl.app, private) == (name, acl.app, acl.sharing == "user"):
            raise RestError(409, f"An object with name={name} already exists")
    settings = kind.settings(call, None)
    need_write(call, acl)
    private = acl.sharing == "user"
    call.splunkd.catalog.write(kind.conf, name, settings, acl, private=private)
    return respond(call, feed(call, kind, [find(call, kind, name)]), 201)


def update(call: Call, kind: Kind) -> Response:
    """POST on one object."""
    if kind.capability:
        call.need(kind.capability)
    item = find(call, kind, call.names["name"])
    change(call, kind, item, kind.settings(call, item))
    return respond(call, feed(call, kind, [find(call, kind, call.names["name"])]))


def change(call: Call, kind: Kind, item: Object, settings: Settings) -> None:
    """Sets settings of an object, where it lives."""
    need_write(call, item.acl)
    private = item.acl.sharing == "user"
    call.splunkd.catalog.write(kind.conf, item.stanza.name, settings, item.acl, private=private)


def _is_one_of(call: Call, roles: Sequence[str]) -> bool:
    own = {role.name for role in call.splunkd.users.all_roles(call.user)}
    return call.splunkd.is_admin(call.user) or not own.isdisjoint(roles) or "*" in roles


def may_read(call: Call, acl: Acl) -> bool:
    """Whether the caller may see an object of this ACL."""
    if acl.sharing == "user":
        return acl.owner == call.user or call.splunkd.is_admin(call.user)
    return _is_one_of(call, acl.read)


def can_write(call: Call, acl: Acl) -> bool:
    """Whether the caller may change an object of this ACL."""
    try:
        need_write(call, acl)
    except RestError:
        return False
    return True


def need_write(call: Call, acl: Acl) -> None:
    """RestError 403: the caller may not change such an object."""
    if acl.sharing == "user" and acl.owner == call.user:
        return
    if acl.sharing == "user" and not call.splunkd.is_admin(call.user):
        raise RestError(403, "You do not have permission to change another user's object.")
    if not _is_one_of(call, acl.write):
        raise RestError(403, "You do not have permission to change this object.")


def delete(call: Call, kind: Kind) -> Response:
    """DELETE on one object; the answer is the listing of the rest."""
    if kind.capability:
        call.need(kind.capability)
    item = find(call, kind, call.names["name"])
    need_write(call, item.acl)
    call.splunkd.catalog.remove(kind.conf, item)
    return list_all(call, kind)


def switch(call: Call, kind: Kind, disabled: bool) -> Response:
    """POST on enable or disable."""
    item = find(call, kind, call.names["name"])
    change(call, kind, item, {"disabled": "1" if disabled else "0"})
    return respond(call, feed(call, kind, [find(call, kind, call.names["name"])]))


def acl(call: Call, kind: Kind) -> Response:
    """GET and POST on an object's acl."""
    item = find(call, kind, call.names["name"])
    if call.request.method == "POST":
        need_write(call, item.acl)
        wanted = _wanted_acl(call, item)
        _may_give(call, item.acl, wanted)
        call.splunkd.catalog.set_acl(kind.conf, item, wanted)
        item = find(call, kind, call.names["name"])
    found = entry(call, kind, item)
    found.content = {}
    return respond(call, Feed(kind.title, kind.path, [found]))


def _may_give(call: Call, old: Acl, new: Acl) -> None:
    """RestError 403: the caller may not share so, or not in this name: a scheduled search runs
    with the rights of its owner."""
    if new.owner != NOBODY and new.owner not in call.splunkd.users.users:
        raise RestError(400, f"User does not exist: {new.owner}")
    if call.splunkd.is_admin(call.user):
        return
    if new.owner not in (old.owner, call.user):
        raise RestError(403, "Only an administrator gives an object to somebody else.")
    if new.sharing != "user":
        need_write(call, replace(new, write=call.splunkd.catalog.writers(new.app)))


def _wanted_acl(call: Call, item: Object) -> Acl:
    params = call.params
    params.refuse_others(("sharing", "owner", "perms.read", "perms.write", "app"))
    sharing = params.needed("sharing")
    if sharing not in ("user", "app", "global"):
        raise RestError(400, f'Invalid value "{sharing}" for the argument "sharing".')
    old = item.acl
    if old.sharing == "user":  # it had no roles: it gets those that its app's objects have
        old = replace(old, read=("*",), write=call.splunkd.catalog.writers(old.app))
    perms = {
        kind: tuple(
            r.strip() for text in params.all(f"perms.{kind}") for r in text.split(",") if r.strip()
        )
        if f"perms.{kind}" in params
        else roles
        for kind, roles in (("read", old.read), ("write", old.write))
    }
    owner = params.needed("owner")
    return Acl(item.acl.app, owner, sharing, perms["read"], perms["write"])


def reload(call: Call, kind: Kind) -> Response:
    """POST on _reload: nothing to do, files are read again when they have changed."""
    return respond(call, Feed(kind.title, kind.path, []))


def new(call: Call, kind: Kind) -> Response:
    """GET on _new: which arguments an object is made with."""
    made = Entry("_new", kind.path, {}, Acl(), fields=kind.fields)
    return respond(call, Feed(kind.title, kind.path, [made]))


def family_acl(call: Call, kind: Kind) -> Response:
    """GET on _acl: who may read and add such objects in the request's app."""
    app = namespace(call, kind)[1]
    entries = [] if app == "-" else [_family(call, kind, app)]
    return respond(call, Feed(kind.title, kind.path, entries))


def _family(call: Call, kind: Kind, app: str) -> Entry:
    acl = call.splunkd.catalog.family_acl(app, kind.conf)
    acl = replace(acl, writable=can_write(call, acl), shareable=True)
    return Entry("_acl", kind.path, {}, acl)


def add_stanzas(routes: Routes, path: str, kind_of: Callable[[Call], Kind]) -> None:
    """The routes that every collection of stanzas has, whatever kind a call is about."""
    add_handles(routes, path, kind_of, [("GET", "/_new", new)])
    add_collection(
        routes,
        path,
        kind_of,
        list_all=list_all,
        create=create,
        read=read,
        update=update,
        delete=delete,
        reload=reload,
    )
    handles: tuple[tuple[str, str, Handle[Kind]], ...] = (
        ("GET", "/{name}/acl", acl),
        ("POST", "/{name}/acl", acl),
        ("POST", "/{name}/enable", lambda call, kind: switch(call, kind, False)),
        ("POST", "/{name}/disable", lambda call, kind: switch(call, kind, True)),
    )
    add_handles(routes, path, kind_of, handles)


def add_routes(routes: Routes, kind: Kind) -> None:
    """The routes of the stanzas of one kind."""
    add_handles(routes, kind.path, lambda _: kind, [("GET", "/_acl", family_acl)])
    add_stanzas(routes, kind.path, lambda _: kind)
    add_handles(routes, kind.path, lambda _: kind, [("POST", "/{name}/_reload", reload)])
