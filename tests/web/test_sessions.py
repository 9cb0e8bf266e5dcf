"""Who gets in at the dashboards' port, and what a page of somebody else's cannot do there.

Source: OWASP, "Session Management", "Cross-Site Request Forgery Prevention" and "HTTP Security
Response Headers" cheat sheets.
"""

from __future__ import annotations

import time

import httpx
import pytest

from splay.ports.headers import guarded
from splay.server.management import management_app
from splay.server.splunkd import Splunkd
from tests.web.conftest import HOST, REST, Visitor

PAGES = [
    "/",
    "/en-US/",
    "/en-US/app/dashboards",
    "/en-US/app/dashboards/every_part",
    "/en-US/app/dashboards/search?q=search+index%3Dmain",
    "/en-US/static/dashboard.js",
    "/en-US/account/logout",
    "/en-US/nothing",
    "/nothing",
]
JOBS = f"{REST}/search/jobs"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_a_session_every_page_leads_to_the_login(
    nobody: Visitor, path: str, method: str
) -> None:
    answer = nobody(method, path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en-US/account/login?return_to=%2F")


@pytest.mark.parametrize("path", ["/server/info", "/search/jobs", "/auth/login", "/nothing"])
def test_without_a_session_there_is_no_data(nobody: Visitor, path: str) -> None:
    assert nobody.get(REST + path).status_code == 401
    assert nobody.post(REST + path).status_code == 401


def test_a_password_alone_is_no_session(nobody: Visitor) -> None:
    """Whoever has credentials has the management port."""
    answer = nobody.get(f"{REST}/server/info", auth=("admin", "correct horse battery staple"))
    assert answer.status_code == 401


def test_the_login(nobody: Visitor) -> None:
    answer = nobody.log_in(back="/en-US/app/dashboards/dark")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/en-US/app/dashboards/dark"
    cookies = answer.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("splunkd_8000="))
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(session.split("; "))
    assert nobody.get("/en-US/").status_code == 200


def test_a_wrong_password(nobody: Visitor) -> None:
    answer = nobody.log_in("wrong")
    assert answer.status_code == 401
    assert "Login failed." in answer.text
    assert nobody.get("/en-US/").status_code == 303


def test_a_login_that_another_page_sends(nobody: Visitor) -> None:
    """It would log a person in as somebody else."""
    form = {"username": "admin", "password": "correct horse battery staple", "cval": "guessed"}
    assert nobody.post("/en-US/account/login", data=form).status_code == 401
    nobody.get("/en-US/account/login")
    assert nobody.post("/en-US/account/login", data=form).status_code == 401


@pytest.mark.parametrize(
    "back", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", ""]
)
def test_the_login_leads_nowhere_else(nobody: Visitor, back: str) -> None:
    assert nobody.log_in(back=back).headers["location"] == "/en-US/"


# ---- forged requests ----


def test_data_is_for_the_sessions_own_pages(visitor: Visitor) -> None:
    assert visitor.get(f"{REST}/server/info").status_code == 403
    assert visitor.post(JOBS, data={"search": "| makeresults"}).status_code == 403
    wrong = {"X-Splunk-Form-Key": "0" * 64}
    assert visitor.get(f"{REST}/server/info", headers=wrong).status_code == 403
    assert visitor.get(f"{REST}/server/info", headers=visitor.form_key).status_code == 200
    made = visitor.post(JOBS, data={"search": "| makeresults"}, headers=visitor.form_key)
    assert made.status_code == 201


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},  # another program's port: the same site
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_another_origin(visitor: Visitor, header: dict[str, str]) -> None:
    headers = {**visitor.form_key, **header}
    assert visitor.get(f"{REST}/server/info", headers=headers).status_code == 403
    data = {"splunk_form_key": visitor.form_key["X-Splunk-Form-Key"]}
    assert visitor.post("/en-US/account/logout", data=data, headers=header).status_code == 403
    assert visitor.get("/en-US/").status_code == 200  # still logged in


def test_the_form_key_of_another_session(visitor: Visitor, splunkd: Splunkd) -> None:
    other = Visitor(splunkd)
    other.log_in()
    assert visitor.get(f"{REST}/server/info", headers=other.form_key).status_code == 403


def test_the_management_port_does_not_know_the_cookie(visitor: Visitor, splunkd: Splunkd) -> None:
    """Browsers send a cookie to every port of its host (RFC 6265, 8.5)."""
    value = visitor.cookies["splunkd_8000"]
    assert _from_management(splunkd, {"splunkd_8000": value}).status_code == 401
    assert _from_management(splunkd, {"splunkd_8089": value}).status_code == 200
    for header in ({"Origin": f"http://{HOST}"}, {"Sec-Fetch-Site": "same-site"}):
        assert _from_management(splunkd, {"splunkd_8089": value}, header).status_code == 401


def _from_management(
    splunkd: Splunkd, cookies: dict[str, str], headers: dict[str, str] | None = None
) -> httpx.Response:
    visitor = Visitor(splunkd)
    visitor.app = guarded(management_app(splunkd))
    visitor.cookies = httpx.Cookies(cookies)
    return visitor.get("https://127.0.0.1:8089/services/server/info", headers=headers)


# ---- hosts, ends and headers ----


@pytest.mark.parametrize("host", ["example.com", "example.com:8000", "127.0.0.1.example.com", ""])
def test_a_foreign_name_that_leads_here(visitor: Visitor, host: str) -> None:
    """What DNS rebinding does: a page's own name becomes an address of this machine."""
    for path in ("/en-US/account/login", "/en-US/", f"{REST}/server/info"):
        headers = {**visitor.form_key, "Host": host}
        assert visitor.get(path, headers=headers).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_names_of_this_machine(nobody: Visitor, host: str) -> None:
    assert nobody.get("/en-US/account/login", headers={"Host": host}).status_code == 200


def test_logout(visitor: Visitor) -> None:
    assert visitor.get("/en-US/account/logout").status_code == 403
    session = visitor.cookies["splunkd_8000"]
    key = visitor.form_key["X-Splunk-Form-Key"]
    answer = visitor.post("/en-US/account/logout", data={"splunk_form_key": key})
    assert answer.headers["location"] == "/en-US/account/login"
    assert "splunkd_8000" not in visitor.cookies
    visitor.cookies.set("splunkd_8000", session)  # as a copy of it would
    assert visitor.get("/en-US/").status_code == 303


def test_a_session_expires(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """server.conf.spec, sessionTimeout: one hour without a request."""
    headers = visitor.form_key
    now = time.monotonic()
    monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: now + 3601)
    assert visitor.get("/en-US/").status_code == 303
    assert visitor.get(f"{REST}/server/info", headers=headers).status_code == 401


def test_every_answer_has_the_headers(visitor: Visitor, nobody: Visitor) -> None:
    answers = [nobody.get(path) for path in ("/", "/en-US/account/login", f"{REST}/server/info")]
    answers += [visitor.get(path) for path in (*PAGES, "/en-US/app/dashboards/classic")]
    answers += [visitor.get(f"{REST}/server/info", headers=visitor.form_key)]
    for answer in answers:
        headers = answer.headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == "'none'"
        assert "'unsafe-inline'" not in policy["script-src"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] in ("no-store", "private, no-cache")


def test_only_pages_that_draw_let_the_renderer_make_code(visitor: Visitor) -> None:
    loose = visitor.get("/en-US/app/dashboards/every_part").headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval'" in loose
    for path in ("/en-US/", "/en-US/app/dashboards/classic", "/en-US/app/dashboards/search"):
        assert "unsafe" not in visitor.get(path).headers["content-security-policy"]
