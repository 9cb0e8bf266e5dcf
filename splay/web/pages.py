"""The pages: login, the apps and their views, one view, and a search."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from splay.errors import ConfError, SplayError
from splay.server.endpoints.search.zones import serialized
from splay.server.splunkd import Splunkd
from splay.web.search_page import search_definition
from splay.web.security import Session, policy
from splay.web.views import SEARCH, Link, View, first_view, is_name, read_nav, read_views

_TEMPLATES = Path(__file__).parent / "templates"


class Missing(Exception):
    """There is no such page; the text says which."""


@dataclass
class ShownApp:
    """An app with its views and navigation. problem: why it has no navigation."""

    name: str
    label: str
    views: dict[str, View]
    nav: list[Link]
    problem: str = ""


class Pages:
    """Makes the pages."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._splunkd = splunkd

    @cached_property
    def _templates(self) -> Environment:
        made = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
        )
        made.trim_blocks = made.lstrip_blocks = True
        return made

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        text = self._templates.get_template(f"{name}.html.j2").render(**values)
        return HTMLResponse(text, status)

    def login(self, key: str, back: str, problem: str) -> Response:
        """The form that asks for name and password."""
        status = 401 if problem else 200
        return self._page("login", status, key=key, back=back, problem=problem)

    def error(self, status: int, text: str) -> Response:
        """What went wrong."""
        return self._page("error", status, text=text)

    def home(self, session: Session) -> Response:
        """All apps that have views."""
        apps = [self._app(session, name) for name in self._splunkd.catalog.folders]
        return self._page("home", session=session, apps=[app for app in apps if app.views])

    def first(self, session: Session, name: str) -> str:
        """The view that an app opens with. Raises Missing: it has none that can be shown."""
        found = first_view(self._app(session, name).nav)
        if not found:
            raise Missing(f"The app {name} has no views.")
        return found

    def _app(self, session: Session, name: str) -> ShownApp:
        catalog = self._splunkd.catalog
        if name not in catalog.apps:
            raise Missing(f"There is no app {name}.")
        folders = [
            place.folder for place in catalog.places(session.user, name) if place.app == name
        ]
        conf = self._splunkd.scoped(session.user, name).conf("app")
        label = conf["ui"].settings.get("label", name) if "ui" in conf else name
        views = read_views(folders)
        try:
            return ShownApp(name, label, views, read_nav(folders, views))
        except ConfError as error:
            return ShownApp(name, label, views, [], str(error))

    def view(self, request: Request, session: Session, name: str, view: str) -> Response:
        """One view. Raises Missing: there is none of that name."""
        app = self._app(session, name)
        found = app.views.get(view) if is_name(view) else None
        if view == SEARCH and found is None:
            return self._search(request, session, app)
        if found is None:
            raise Missing(f"The app {name} has no view {view}.")
        if found.problem:
            return self._page("refused", 501, session=session, app=app, view=found)
        return self._drawn(request, session, app, found, "view")

    def _search(self, request: Request, session: Session, app: ShownApp) -> Response:
        """The page of a search; without one, the form that asks for it."""
        query = {"q": "", "earliest": "-24h@h", "latest": "now", **request.query_params}
        values: dict[str, Any] = {"query": query, "problem": ""}
        if not query["q"].strip():
            return self._page("search", session=session, app=app, data="", **values)
        apps = self._splunkd.scoped(session.user, app.name)
        try:
            made = search_definition(query["q"], query["earliest"], query["latest"], apps)
        except SplayError as error:
            values["problem"] = str(error)
            return self._page("search", 400, session=session, app=app, data="", **values)
        return self._drawn(
            request, session, app, View(SEARCH, "", definition=made), "search", **values
        )

    def _drawn(
        self,
        request: Request,
        session: Session,
        app: ShownApp,
        view: View,
        page: str,
        **values: Any,
    ) -> Response:
        """A page whose script draws a view, told in JSON that cannot end the element around it."""
        nonce = secrets.token_urlsafe(16)
        told = {
            "app": app.name,
            "user": session.user,
            "port": request.scope["server"][1],
            "timezone": serialized(self._splunkd.zone(session.user)),
            "view": view.name,
            "theme": view.theme,
            "nonce": nonce,
            "definition": view.definition,
        }
        data = Markup(json.dumps(told).replace("<", "\\u003c"))  # nosec B704 # no < in it
        answer = self._page(page, session=session, app=app, view=view, data=data, **values)
        answer.headers["Content-Security-Policy"] = policy(nonce)
        return answer
