"""Nobody gets past the door: every route of the running server, with every kind of bad credential.

Statuses: REST API Reference, "HTTP status codes"; HEC's: Getting Data In, "Troubleshoot HTTP Event
Collector".
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from splay.ports.headers import HEADERS
from splay.server.access import passwords
from splay.server.access.users import Users
from splay.server.management import Management
from splay.server.rest.request import Route
from splay.server.splunkd import Splunkd
from tests.holding import every
from tests.security.conftest import CHEAP, PASSWORD, TOKEN, Client

OPEN = {("POST", "auth/login")}
"""What answers those who have not logged in."""


EXPIRED_TOKEN = "a token that has expired"


def path_of(route: Route) -> str:
    return "/services/" + "/".join("x" if s.startswith("{") else s for s in route.segments)


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def credentials(splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Headers that let nobody in."""
    users = splunkd.users
    expired_token, _ = users.make_token("admin", "tests", int(time.time()) - 1)
    deleted_token, claims = users.make_token("admin", "tests", 0)
    del users.tokens[str(claims["jti"])]
    good_token, _ = users.make_token("admin", "tests", 0)
    head, body, signature = good_token.split(".")
    ended = users.login("admin", PASSWORD)
    assert ended
    users.logout(ended)
    old = users.login("admin", PASSWORD)
    assert old
    now = time.monotonic()
    monkeypatch.setattr("splay.server.access.users.time.monotonic", lambda: now + 3601)
    return {
        "nothing": "",
        "a wrong password": basic("admin", "wrong"),
        "no such user": basic("nobody-known", PASSWORD),
        "an empty password": basic("mallory", ""),
        "no base64": "Basic \u00ff\u00fe",
        "no colon": "Basic " + base64.b64encode(b"admin").decode(),
        "an unknown scheme": f"Digest {PASSWORD}",
        "no session": "Splunk " + "x" * 64,
        "a session that has expired": f"Splunk {old}",
        "a session that was ended": f"Splunk {ended}",
        EXPIRED_TOKEN: f"Bearer {expired_token}",
        "a token that was removed": f"Bearer {deleted_token}",
        "a token signed by nobody": f"Bearer {head}.{body}.",
        "a token of another's signature": f"Bearer {head}.{body}.{signature[::-1]}",
        "a token without algorithm": f"Bearer eyJhbGciOiJub25lIn0.{body}.",
        "the collector's token": f"Splunk {TOKEN}",
    }


def test_every_route_wants_credentials(
    splunkd: Splunkd, nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = credentials(splunkd, monkeypatch)
    routes = Management(splunkd).routes
    assert len(routes) > 100
    everywhere = ("nothing", "a wrong password", "a session that has expired", EXPIRED_TOKEN)
    tries = [
        (route, bad[kind].encode("latin-1"))
        for number, route in enumerate(routes)
        for kind in (bad if number < 5 else everywhere)
    ]
    answers = nobody.each(
        (route.method, path_of(route), {"headers": {"Authorization": header} if header else {}})
        for route, header in tries
    )
    refused = [(t[0], answer.status_code) for t, answer in zip(tries, answers, strict=True)]
    let_in = {(r.method, "/".join(r.segments)) for r, status in refused if status != 401}
    assert let_in <= OPEN
    assert {(r.method, "/".join(r.segments)) for r in routes if r.open} == OPEN


def test_the_login_route_lets_nobody_in_without_the_password(nobody: Client) -> None:
    for form in ({}, {"username": "admin"}):
        assert nobody.post("/services/auth/login", **form).status_code == 400
    wrong = {"username": "admin", "password": "wrong"}
    assert nobody.post("/services/auth/login", **wrong).status_code == 401


def test_the_collector_wants_a_token(hec: Client) -> None:
    for path in ("event", "raw", "ack", "event/1.0", "raw/1.0"):
        url = f"/services/collector/{path}"
        assert hec("POST", url, content=b"x").status_code == 401
        answer = hec("POST", url, content=b"x", headers={"Authorization": b"Basic \xff"})
        assert (answer.status_code, answer.json()["code"]) == (401, 3)
        answer = hec("POST", url, content=b"x", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.json()["code"]) == (401, 3)
        for header in ("Splunk wrong", basic("x", "wrong"), f"Splunk {TOKEN[:-1]}"):
            answer = hec("POST", url, content=b"x", headers={"Authorization": header})
            assert (answer.status_code, answer.json()["code"]) == (403, 4)
        answer = hec("POST", f"{url}?token={TOKEN}", content=b"x")
        assert answer.status_code == 400  # never in an address, which logs keep


def test_a_deleted_users_token_is_not_the_next_ones(splunkd: Splunkd) -> None:
    token, _ = splunkd.users.make_token("mallory", "tests", 0)
    assert splunkd.users.caller(f"Bearer {token}", "") == "mallory"
    old = splunkd.users.users["mallory"]
    splunkd.users.delete("mallory")
    splunkd.users.users["mallory"] = old
    assert splunkd.users.caller(f"Bearer {token}", "") is None


def test_a_new_password_ends_the_sessions(
    splunkd: Splunkd, as_user: Callable[[str], Client]
) -> None:
    mallory = as_user("mallory")
    assert mallory.get("/services/server/info").status_code == 200
    answer = as_user("admin").post("/services/authentication/users/mallory", password="another")
    assert answer.status_code == 200
    assert mallory.get("/services/server/info").status_code == 401


# ---- guessing ----


def test_a_user_is_locked_out_after_five_wrong_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """authentication.conf.spec: lockoutAttempts = 5, lockoutThresholdMins = 5, lockoutMins = 30."""
    monkeypatch.setattr(passwords, "_COST", CHEAP)
    users = Users("admin", "right")
    now = time.monotonic()
    clock = [now]
    monkeypatch.setattr("splay.server.access.passwords.time.monotonic", lambda: clock[0])
    for _ in range(4):
        assert not users.check("admin", "wrong")
    assert users.check("admin", "right")  # and the count begins anew
    for _ in range(4):
        assert not users.check("ADMIN", "wrong")
    clock[0] += 5 * 60 + 1  # those are too long ago
    assert not users.check("admin", "wrong")
    assert users.check("admin", "right")
    for _ in range(5):
        assert not users.check("admin", "wrong")
    assert not users.check("admin", "right")
    clock[0] += 30 * 60 - 1
    assert not users.check("admin", "right")
    clock[0] += 2
    assert users.check("admin", "right")


def test_an_administrator_lets_a_user_in_again(
    splunkd: Splunkd, as_user: Callable[[str], Client]
) -> None:
    admin, path = as_user("admin"), "/services/authentication/users/mallory"
    for _ in range(5):
        splunkd.users.check("mallory", "wrong")
    assert admin.get(path).json()["entry"][0]["content"]["locked-out"] is True
    assert as_user("peggy").post(path, **{"locked-out": "false"}).status_code == 404
    assert admin.post(path, **{"locked-out": "false"}).status_code == 200
    assert splunkd.users.check("mallory", "mallory's password")


def test_an_unknown_user_costs_as_much_as_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time of an answer would tell which users there are."""
    users = Users("admin", "right")
    looked_at: list[str] = []
    real = passwords.is_right

    def counting(password: str, kept: str) -> bool:
        looked_at.append(kept.split("$")[0])
        return real(password, kept)

    monkeypatch.setattr("splay.server.access.users.is_right", counting)
    assert not users.check("admin", "wrong")
    assert not users.check("nobody-known", "wrong")
    assert looked_at == ["scrypt-16384-8-1"] * 2


def test_secrets_are_compared_in_constant_time(
    splunkd: Splunkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collector's token, a password's hash and a token's signature by compare_digest; a
    session's key by its digest."""
    compared: list[bool] = []
    import hmac

    real = hmac.compare_digest

    def noting(a: bytes, b: bytes) -> bool:
        compared.append(real(a, b))
        return compared[-1]

    monkeypatch.setattr(hmac, "compare_digest", noting)
    assert splunkd.hec.find(TOKEN)
    assert splunkd.users.check("mallory", "mallory's password")
    splunkd.users.caller("Bearer a.b.c", "")
    assert compared == [True, True, False]
    key = splunkd.users.login("mallory", "mallory's password")
    assert key
    assert every(key.encode() not in held for held in splunkd.users._sessions)
    assert every(isinstance(held, bytes) and len(held) == 32 for held in splunkd.users._sessions)


# ---- headers ----


def test_every_answer_has_the_headers(nobody: Client, hec: Client) -> None:
    answers = [
        nobody.get("/services/server/info"),
        nobody.get("/nothing"),
        nobody.post("/services/auth/login", username="admin", password=PASSWORD),
        hec.get("/services/collector/health"),
        hec.get("/nothing"),
    ]
    assert [answer.status_code for answer in answers] == [401, 404, 200, 200, 404]
    for answer in answers:
        found = {name: answer.headers[name] for name in HEADERS}
        assert "no-store" in found.pop("Cache-Control")
        assert found == {k: v for k, v in HEADERS.items() if k != "Cache-Control"}


def test_the_session_cookie_is_for_this_server_alone(nobody: Client) -> None:
    form = {"username": "admin", "password": PASSWORD, "cookie": "1"}
    cookie = nobody.post("/services/auth/login", **form).headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(cookie.split("; "))
