"""The dashboards' port within the test's own process, and a visitor who keeps its cookies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from splay.ports.headers import guarded
from splay.server.access import passwords
from splay.server.splunkd import Splunkd
from splay.web.app import web_app

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "fixtures" / "dashboards"
PASSWORD = "correct horse battery staple"
HOST = "127.0.0.1:8000"
REST = "/en-US/splunkd/__raw/services"


class Visitor:
    """Sends requests as a browser does: cookies are kept, redirects are followed by hand."""

    def __init__(self, splunkd: Splunkd) -> None:
        self.app = guarded(web_app(splunkd))
        self.cookies = httpx.Cookies()

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            base = f"http://{HOST}"
            async with httpx.AsyncClient(
                transport=transport, base_url=base, cookies=self.cookies, timeout=60
            ) as client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self("POST", path, **more)

    def log_in(self, password: str = PASSWORD, back: str = "/en-US/") -> httpx.Response:
        """Fills in the login's form and sends it."""
        page = self.get("/en-US/account/login", params={"return_to": back})
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        form |= {"username": "admin", "password": password}
        return self.post("/en-US/account/login", data=form)

    @property
    def form_key(self) -> dict[str, str]:
        """The header that the session's pages send along."""
        return {"X-Splunk-Form-Key": self.cookies["splunkweb_csrf_token_8000"]}


@pytest.fixture
def splunkd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Splunkd]:
    monkeypatch.setattr(passwords, "_COST", {"n": 2, "r": 1, "p": 1})  # makes tests quick
    with closing(Splunkd([ROOT, FIXTURE], None, "admin", PASSWORD, "")) as made:
        yield made


@pytest.fixture
def nobody(splunkd: Splunkd) -> Visitor:
    """A visitor who has not logged in."""
    return Visitor(splunkd)


@pytest.fixture
def visitor(splunkd: Splunkd) -> Visitor:
    """A visitor who has logged in."""
    made = Visitor(splunkd)
    assert made.log_in().status_code == 303
    return made


@pytest.fixture
def views(tmp_path: Path) -> Callable[..., Path]:
    """Writes an app of views, each by name with its XML; `nav` is the navigation."""

    def write(nav: str = "", **texts: str) -> Path:
        for kind, files in (("views", texts), ("nav", {"default": nav} if nav else {})):
            folder = tmp_path / "default" / "data" / "ui" / kind
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / f"{name}.xml").write_text(text)
        return tmp_path

    return write
