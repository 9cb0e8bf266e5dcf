"""apps/local: the apps that there are, those that are created, and which are disabled.

Source: REST API Reference, "Application endpoint descriptions"; app.conf.spec.
"""

from __future__ import annotations

from starlette.responses import Response

from splay.conf.settings import on
from splay.server.errors import RestError, truth
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import BUILT_IN
from splay.server.rest.feeds import Entry, Feed, describe, paged, respond
from splay.server.rest.request import Call, Routes

routes = Routes()
_SETTABLE = ("label", "author", "description", "version", "visible")

_APPS = "apps/local"
_TEMPLATES: dict[str, dict[str, tuple[str, dict[str, str | None]]]] = {
    "barebones": {"app": ("launcher", {"version": "1.0.0"})},
    "sample_app": {
        "app": ("launcher", {"version": "1.0.0"}),
        "savedsearches": (
            "Errors of the last day",
            {"search": "index=_internal log_level=ERROR", "dispatch.earliest_time": "-24h"},
        ),
        "macros": ("own_events", {"definition": "index=main"}),
    },
}
"""What an app begins with, by the name of its template: file to stanza and settings."""


def _app_entry(call: Call, name: str) -> Entry:
    catalog = call.splunkd.catalog
    conf = catalog.own(name, "app")

    def of(stanza: str, key: str, default: str = "") -> str:
        return conf[stanza].settings.get(key, default) if stanza in conf else default

    def yes(stanza: str, key: str, default: bool) -> bool:
        return on(conf[stanza].settings, key, default) if stanza in conf else default

    content = {
        "author": of("launcher", "author"),
        "check_for_updates": yes("package", "check_for_updates", True),
        "configured": yes("install", "is_configured", False),
        "core": name in BUILT_IN,
        "description": of("launcher", "description"),
        "disabled": not catalog.is_enabled(name),
        "label": of("ui", "label", name),
        "version": of("launcher", "version") or of("id", "version"),
        "visible": yes("ui", "is_visible", True),
        "managed_by_deployment_client": False,
        "show_in_nav": True,
        "state_change_requires_restart": False,
    }
    made = name not in catalog.folders and name not in BUILT_IN
    acl = Acl("system", "nobody", "app", removable=made)
    return Entry(name, _APPS, content, acl, ("edit", "enable", "disable", "_reload"))


def _app_feed(call: Call, names: list[str]) -> Feed:
    entries = [_app_entry(call, name) for name in names]
    return Feed("localapps", _APPS, entries, ("_new", "_reload"))


def _known_app(call: Call) -> str:
    name = call.names["name"]
    if name not in call.splunkd.catalog.apps or name == "system":
        raise RestError(404, f"Could not find object id={name}")
    return name


@routes("GET", _APPS)
def list_apps(call: Call) -> Response:
    """All apps."""
    names = [name for name in call.splunkd.catalog.apps if name != "system"]
    return paged(call, _app_feed(call, names), ("refresh",))


@routes("GET", "apps/apptemplates")
def list_templates(call: Call) -> Response:
    """The templates of apps."""
    entries = [Entry(name, call.path, {}) for name in _TEMPLATES]
    return paged(call, Feed("apptemplates", call.path, entries))


@routes("GET", "apps/apptemplates/{name}")
def read_template(call: Call) -> Response:
    """One template."""
    name = call.names["name"]
    if name not in _TEMPLATES:
        raise RestError(404, f"Could not find object id={name}")
    entry = Entry(name, "apps/apptemplates", {})
    return respond(call, Feed("apptemplates", "apps/apptemplates", [entry]))


@routes("GET", f"{_APPS}/_reload")
@routes("POST", f"{_APPS}/_reload")
@routes("GET", f"{_APPS}/{{name}}/_reload")
@routes("POST", f"{_APPS}/{{name}}/_reload")
def reload(call: Call) -> Response:
    """Nothing to do: files are read again when they have changed."""
    return respond(call, _app_feed(call, []))


@routes("GET", f"{_APPS}/_new")
def new_app(call: Call) -> Response:
    """With which arguments an app is made."""
    return describe(call, "localapps", _APPS, ("name",), _SETTABLE)


@routes("GET", f"{_APPS}/{{name}}")
def read_app(call: Call) -> Response:
    """One app."""
    return respond(call, _app_feed(call, [_known_app(call)]))


@routes("GET", f"{_APPS}/{{name}}/setup")
@routes("GET", f"{_APPS}/{{name}}/update")
@routes("GET", f"{_APPS}/{{name}}/package")
def app_details(call: Call) -> Response:
    """Setup, updates and packages of apps: splay has none."""
    raise RestError(501, "Not implemented: splay neither sets up, updates nor packages apps.")


@routes("POST", _APPS)
def create_app(call: Call) -> Response:
    """An app without content."""
    call.need("admin_all_objects")
    for refused in ("explicit_appname", "filename", "session", "auth"):
        if call.params.get(refused):
            raise RestError(501, "Not implemented: install an app by naming its folder with --app.")
    call.params.refuse_others(("name", "template", "configured"), _SETTABLE)
    name = call.params.needed("name")
    template = call.params.get("template", "barebones")
    if template not in _TEMPLATES:
        raise RestError(400, f"There is no template {template!r}: {', '.join(_TEMPLATES)}.")
    if name in call.splunkd.catalog.apps:
        raise RestError(409, f"App {name!r} already exists.")
    call.splunkd.catalog.create_app(name)
    for conf, (stanza, settings) in _TEMPLATES[template].items():
        acl = Acl(name, "nobody", "app")
        call.splunkd.catalog.write(conf, stanza, settings, acl, private=False)
    _set_app(call, name)
    return respond(call, _app_feed(call, [name]), 201)


@routes("POST", f"{_APPS}/{{name}}")
def update_app(call: Call) -> Response:
    """Changes what an app says of itself."""
    call.need("admin_all_objects")
    call.params.refuse_others(_SETTABLE)
    name = _known_app(call)
    _set_app(call, name)
    return respond(call, _app_feed(call, [name]))


def _set_app(call: Call, name: str) -> None:
    places = {"label": "ui", "visible": "ui"}
    for key in _SETTABLE:
        if key in call.params:
            stanza = places.get(key, "launcher")
            setting = "is_visible" if key == "visible" else key
            text = call.params.get(key)
            if key == "visible":
                text = "1" if truth(text, key) else "0"
            value: dict[str, str | None] = {setting: text}
            acl = Acl(name, "nobody", "app")
            call.splunkd.catalog.write("app", stanza, value, acl, private=False)


@routes("DELETE", f"{_APPS}/{{name}}")
def delete_app(call: Call) -> Response:
    """Removes an app that was created here."""
    call.need("admin_all_objects")
    call.splunkd.catalog.delete_app(_known_app(call))
    return list_apps(call)


@routes("POST", f"{_APPS}/{{name}}/enable")
def enable_app(call: Call) -> Response:
    """Lets an app count again."""
    return _switch(call, "enabled")


@routes("POST", f"{_APPS}/{{name}}/disable")
def disable_app(call: Call) -> Response:
    """Takes all that an app brings out of the way, until it is enabled."""
    return _switch(call, "disabled")


def _switch(call: Call, state: str) -> Response:
    call.need("admin_all_objects")
    name = _known_app(call)
    if name in BUILT_IN:
        raise RestError(403, f'The app "{name}" cannot be {state}.')
    acl = Acl(name, "nobody", "app")
    call.splunkd.catalog.write("app", "install", {"state": state}, acl, private=False)
    return respond(call, _app_feed(call, [name]))
