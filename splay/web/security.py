"""Who may ask the dashboards' port for what: hosts, sessions, forged requests, headers.

The session cookie is for this port's name alone, hidden from scripts and never sent along from
other sites. It is not enough for a request of data: that also needs the form key, which only the
server's own pages can read, in the header in which Splunk's packages send it (X-Splunk-Form-Key).
Source: https://www.w3.org/TR/CSP3/; OWASP, "Cross-Site Request Forgery Prevention"
(signed double-submit cookie); server.conf.spec (sessionTimeout).
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from splay.server.access.users import SESSION_SECONDS, Users

FORM_KEY = "x-splunk-form-key"
HEADERS = {"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"}
"""Beside those that every answer of the server has (splay.ports.headers): a form that is sent
without a referrer is sent without its origin too, which a login has to show."""


def policy(nonce: str = "") -> str:
    """The Content-Security-Policy of a page: no script but the server's own files.

    nonce: for a page on which Splunk's renderer draws, what it marks its style elements with
    (styled-components). It also sets style attributes, which cannot be marked, compiles the
    checks of a definition from their schema (Ajv), which the policy calls unsafe-eval, and starts
    workers from its own text.
    """
    script, style = "'self'", "'self'"
    if nonce:
        script += " 'unsafe-eval'; worker-src blob:"
        style += f" 'nonce-{nonce}'; style-src-attr 'unsafe-inline'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def is_loopback(host: str) -> bool:
    """Whether a host's name or address stands for this machine, and is reached from it alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_own_host(request: Request) -> bool:
    """Whether the request names this machine: else a name of somebody's leads here."""
    return is_loopback(urlsplit(f"//{request.headers.get('host', '')}").hostname or "")


@dataclass(frozen=True)
class Session:
    """Who asks. key: of the session; form_key: what its pages send along."""

    user: str
    key: str
    form_key: str


class Guard:
    """Sessions of the port: their cookies, and what a request needs besides."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def session(self, request: Request) -> Session | None:
        """The session of a request's cookie, which lasts on; None where there is none."""
        key = request.cookies.get(_name("splunkd", request), "")
        user = self._users.session(key) if key else None
        return Session(user, key, self._users.form_key(key)) if user else None

    def is_ours(self, request: Request, session: Session, sent: str) -> bool:
        """Whether a request comes from a page of the session: it knows its form key."""
        return _same_origin(request) and hmac.compare_digest(
            sent.encode(), session.form_key.encode()
        )

    def log_in(self, request: Request, response: Response, name: str, password: str) -> bool:
        """Begins a session, in cookies; False for a wrong name or password."""
        key = self._users.login(name, password)
        if key is None:
            return False
        _set(response, _name("splunkd", request), key)
        form_key = self._users.form_key(key)
        _set(response, _name("splunkweb_csrf_token", request), form_key, script=True)
        return True

    def log_out(self, request: Request, response: Response, session: Session) -> None:
        """Ends a session."""
        self._users.logout(session.key)
        for name in ("splunkd", "splunkweb_csrf_token"):
            response.delete_cookie(_name(name, request), samesite="strict")

    def login_key(self, request: Request, response: Response) -> str:
        """What the login's form has to send along, also set as a cookie."""
        key = request.cookies.get(_name("cval", request)) or secrets.token_urlsafe(24)
        _set(response, _name("cval", request), key)
        return key

    def is_our_login(self, request: Request, sent: str) -> bool:
        """Whether the login's form is one that this browser was given."""
        key = request.cookies.get(_name("cval", request), "")
        return (
            bool(key) and _same_origin(request) and hmac.compare_digest(sent.encode(), key.encode())
        )


def _name(cookie: str, request: Request) -> str:
    """Browsers send cookies to every port of a host: the name tells whose it is."""
    return f"{cookie}_{request.scope['server'][1]}"


def _set(response: Response, name: str, value: str, *, script: bool = False) -> None:
    response.set_cookie(
        name, value, max_age=SESSION_SECONDS, httponly=not script, samesite="strict"
    )


def _same_origin(request: Request) -> bool:
    """Whether a browser says that the request comes from this origin, if it says something."""
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    site = request.headers.get("sec-fetch-site", "same-origin")
    return origin in (None, own) and site in ("same-origin", "none")
