"""The dashboards' port: login, the pages, and splunkd's REST API for what is on them."""

from __future__ import annotations

from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from splay.errors import SplayError
from splay.server.errors import RestError
from splay.server.management import Management, asgi
from splay.server.splunkd import Splunkd
from splay.web.bundle import STATIC, bundled
from splay.web.pages import Missing, Pages
from splay.web.security import FORM_KEY, HEADERS, Guard, Session, is_own_host, policy

ROOT = "/en-US"
_REST = f"{ROOT}/splunkd/__raw/"
_LOGIN = f"{ROOT}/account/login"
_LOGOUT = f"{ROOT}/account/logout"
_STYLE = f"{ROOT}/static/page.css"
_MAX_FORM = 64 * 1024


class Web:
    """The application of the dashboards' port."""

    def __init__(self, splunkd: Splunkd) -> None:
        self._guard = Guard(splunkd.users)
        self._management = Management(splunkd)
        self._pages = Pages(splunkd)

    async def handle(self, request: Request) -> Response:
        """Any request: whatever it answers has the headers that guard a page."""
        try:
            response = await self._answer(request)
        except Missing as error:
            response = self._pages.error(404, str(error))
        except SplayError as error:
            response = self._pages.error(500, str(error))
        except RestError as error:
            response = self._pages.error(error.status, error.text)
        except ClientDisconnect:
            return Response(status_code=499)
        response.headers.update(HEADERS)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response

    async def _answer(self, request: Request) -> Response:
        if not is_own_host(request):
            return self._pages.error(421, "This server is reached on this machine only.")
        path = request.url.path
        if path == _STYLE:
            return FileResponse(STATIC / "page.css")
        if path == _LOGIN:
            return await self._login(request)
        session = self._guard.session(request)
        if path.startswith(_REST):
            return await self._rest(request, session)
        if session is None:
            back = quote(path, safe="")
            return RedirectResponse(f"{_LOGIN}?return_to={back}", 303)
        if path == _LOGOUT:
            return await self._logout(request, session)
        if request.method not in ("GET", "HEAD"):
            return self._pages.error(405, "This address only shows something.")
        return await run_in_threadpool(self._page, request, session)

    def _page(self, request: Request, session: Session) -> Response:
        path = request.url.path
        if path in ("/", ROOT, f"{ROOT}/"):
            return self._pages.home(session)
        parts = path.removeprefix(f"{ROOT}/").split("/")
        if parts[0] == "static" and len(parts) == 2:
            return _bundled(parts[1])
        if not path.startswith(f"{ROOT}/app/") and path.startswith("/app/"):
            return RedirectResponse(f"{ROOT}{request.url.path}?{request.url.query}", 303)
        if parts[0] == "app" and len(parts) == 2:
            return RedirectResponse(f"{ROOT}/app/{parts[1]}/{self._pages.first(session, parts[1])}")
        if parts[0] == "app" and len(parts) == 3:
            return self._pages.view(request, session, parts[1], parts[2])
        raise Missing(f"There is nothing at {path}.")

    # ---- sessions ----

    async def _login(self, request: Request) -> Response:
        if request.method != "POST":
            back = request.query_params.get("return_to", "")
            return self._login_page(request, back)
        form = await _form(request)
        back = form.get("return_to", "")
        if not self._guard.is_our_login(request, form.get("cval", "")):
            return self._login_page(request, back, "The form was too old. Please log in again.")
        answer = RedirectResponse(_own_path(back), 303)
        login = self._guard.log_in
        name, password = form.get("username", ""), form.get("password", "")
        if not await run_in_threadpool(login, request, answer, name, password):
            return self._login_page(request, back, "Login failed.")
        return answer

    def _login_page(self, request: Request, back: str, problem: str = "") -> Response:
        answer = Response(media_type="text/html")
        key = self._guard.login_key(request, answer)
        page = self._pages.login(key, back, problem)
        page.raw_headers += [h for h in answer.raw_headers if h[0] == b"set-cookie"]
        return page

    async def _logout(self, request: Request, session: Session) -> Response:
        form = await _form(request) if request.method == "POST" else {}
        if not self._guard.is_ours(request, session, form.get("splunk_form_key", "")):
            return self._pages.error(403, "Log out with the button of a page.")
        answer = RedirectResponse(_LOGIN, 303)
        self._guard.log_out(request, answer, session)
        return answer

    # ---- data ----

    async def _rest(self, request: Request, session: Session | None) -> Response:
        """splunkd's REST API, for this port's own pages alone."""
        if session is None:
            return Response(status_code=401)
        if not self._guard.is_ours(request, session, request.headers.get(FORM_KEY, "")):
            return Response(status_code=403)
        raw = request.scope["raw_path"].decode("latin-1")
        scope = {**request.scope, "raw_path": raw.removeprefix(_REST[:-1]).encode("latin-1")}
        return await self._management.handle(Request(scope, request.receive), session.user)


def _bundled(name: str) -> Response:
    file = bundled(name)
    if file is None:
        raise Missing(f"There is no file {name}.")
    return FileResponse(file, headers={"Cache-Control": "private, no-cache"})


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > _MAX_FORM:
            raise RestError(413, "The form is too large.")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _own_path(text: str) -> str:
    """Where to go after the login: a path of this server, and nowhere else."""
    return quote(text) if text.startswith(f"{ROOT}/") else f"{ROOT}/"


def web_app(splunkd: Splunkd) -> ASGIApp:
    """The application of the dashboards' port."""
    return asgi(Web(splunkd).handle)
