"""storage/passwords. Source: REST API Reference, "storage/passwords"; passwords.conf.spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from splay.errors import DataError
from splay.server.access.credentials import Credentials
from tests.server.running import Server, fresh, running

PATH = "/servicesNS/nobody/search/storage/passwords"
JSON = {"output_mode": "json"}


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.http() as client:
        yield client


@pytest.fixture
def name(http: httpx.Client) -> Iterator[str]:
    """A password's user; the password goes with the test."""
    made = fresh()
    yield made
    http.delete(f"{PATH}/realm:{made}:")


def test_create_read_change_remove(http: httpx.Client, name: str) -> None:
    given = {"name": name, "realm": "realm", "password": "first secret"}
    assert http.post(PATH, data=given).status_code == 201
    assert http.post(PATH, data=given).status_code == 409
    path = f"{PATH}/realm:{name}:"
    [entry] = http.get(path, params=JSON).json()["entry"]
    assert entry["name"] == f"realm:{name}:"
    content = entry["content"]
    assert (content["realm"], content["username"]) == ("realm", name)
    assert (content["password"], content["clear_password"]) == ("********", "first secret")
    assert content["encr_password"].startswith("$7$")
    assert http.post(path, data={"password": "second secret"}).status_code == 200
    changed = http.get(path, params=JSON).json()["entry"][0]["content"]
    assert changed["clear_password"] == "second secret"
    assert http.delete(path).status_code == 200
    assert http.get(path).status_code == 404


def test_colons(service: object, http: httpx.Client) -> None:
    """As the SDK writes them: with a backslash before each that is a name's own."""
    user = f"a:b{fresh()}"
    made = service.storage_passwords.create("secret", user, "re:alm")  # type: ignore[attr-defined]
    assert made.name == f"re\\:alm:{user.replace(':', chr(92) + ':')}:"
    assert (made.clear_password, made.username, made.realm) == ("secret", user, "re:alm")
    service.storage_passwords.delete(made.name)  # type: ignore[attr-defined]
    assert made.name not in [one.name for one in service.storage_passwords]  # type: ignore[attr-defined]


def test_others_see_nothing(server: Server, http: httpx.Client, name: str) -> None:
    http.post(PATH, data={"name": name, "realm": "realm", "password": "hidden secret"})
    user = fresh()
    form = {"name": user, "password": "some password", "roles": "power"}
    http.post("/services/authentication/users", data=form)
    with server.http(user, "some password") as other:
        for path in (PATH, f"{PATH}/realm:{name}:", "/services/configs/conf-passwords"):
            answer = other.get(path, params=JSON)
            assert answer.status_code == 403
            assert "secret" not in answer.text
        given = {"name": fresh(), "password": "x"}
        assert other.post(PATH, data=given).status_code == 403
        assert other.delete(f"{PATH}/realm:{name}:").status_code == 403
    http.delete(f"/services/authentication/users/{user}")


@pytest.mark.parametrize("given", [{"name": "a"}, {"password": "b"}, {"name": "", "password": "b"}])
def test_what_is_missing(http: httpx.Client, given: dict[str, str]) -> None:
    assert http.post(PATH, data=given).status_code == 400


def test_encrypted_on_disk_and_there_after_a_restart(tmp_path: Path) -> None:
    secret = "a very secret password"
    with running("--data", str(tmp_path)) as server, server.http() as http:
        http.post(PATH, data={"name": "u", "realm": "r", "password": secret})
        http.get(PATH)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    [key] = [path for path in files if path.name == "splunk.secret"]
    assert key.stat().st_mode & 0o077 == 0
    with running("--data", str(tmp_path)) as server, server.http() as http:
        [entry] = http.get(PATH, params=JSON).json()["entry"]
        assert entry["content"]["clear_password"] == secret


def test_bound_to_its_place_and_key(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "a")
    kept = credentials.encrypted("secret", "credential:r:u:")
    assert credentials.decrypted(kept, "credential:r:u:") == "secret"
    assert kept != credentials.encrypted("secret", "credential:r:u:")
    with pytest.raises(DataError, match="cannot be decrypted"):
        credentials.decrypted(kept, "credential:r:other:")
    with pytest.raises(DataError, match="cannot be decrypted"):
        Credentials(tmp_path / "b").decrypted(kept, "credential:r:u:")
    (tmp_path / "a").write_text("no key")
    with pytest.raises(DataError, match="this is no key"):
        credentials.encrypted("x", "y")
