"""No name that a client sends leads out of the folder that it belongs in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from splay.errors import ConfError
from splay.server.objects.catalog import Catalog
from splay.server.splunkd import Splunkd
from tests.security.conftest import ROOT, Client

Users = Callable[[str], Client]
NAMES = {
    "parent": "..",
    "parents": "../../../..",
    "this": ".",
    "absolute": "/etc",
    "below": "search/../../..",
    "encoded": "%2e%2e%2f%2e%2e",
    "backslash": "..\\..",
    "null": "a\0b",
    "newline": "a\n[default]\nb=c",
    "hidden": ".hidden",
    "long": "x" * 300,
}
BAD = [pytest.param(name, id=kind) for kind, name in NAMES.items()]
SECRET = "do not show me"


def segment(name: str) -> str:
    """A name in a path as splunkd's clients write it: a slash is %252F."""
    return quote(name.replace("/", "%2F"), safe="").replace(".", "%2E")


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> None:
    """What a path that leaves the data folder would find."""
    for place in (tmp_path, tmp_path.parent, tmp_path / "data" / "etc", tmp_path / "data"):
        for name in ("default/macros.conf", "local/macros.conf", "lookups/secret.csv"):
            file = place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"[secret]\ndefinition = {SECRET}\n")


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def outside(tmp_path: Path) -> dict[str, bytes]:
    """All files but those below the places where the server keeps what is changed."""
    inside = ("data/etc/apps/", "data/etc/users/", "data/db/", "data/users.json")
    return {name: data for name, data in files(tmp_path).items() if not name.startswith(inside)}


@pytest.fixture
def untouched(splunkd: Splunkd, tmp_path: Path) -> Callable[[], None]:
    """Whether nothing was written but below the server's own places; asked at the end."""
    before, app = outside(tmp_path), files(ROOT / "default") | files(ROOT / "lookups")

    def check() -> None:
        assert outside(tmp_path) == before
        assert files(ROOT / "default") | files(ROOT / "lookups") == app
        assert not (ROOT / "local").exists()

    return check


@pytest.mark.parametrize("name", BAD)
def test_apps_of_requests(
    as_user: Users, untouched: Callable[[], None], folder: Path, name: str
) -> None:
    admin = as_user("admin")
    for owner in ("nobody", "admin", "-"):
        space = f"/servicesNS/{owner}/{segment(name)}"
        for end in (
            "configs/conf-macros",
            "configs/conf-macros/secret",
            "properties",
            "properties/macros",
            "admin/macros",
            "saved/searches",
        ):
            answer = admin.get(f"{space}/{end}")
            assert answer.status_code in (400, 404), (end, answer.text)
            assert SECRET not in answer.text
        assert admin.post(f"{space}/admin/macros", name="n", definition="d").status_code >= 400
        assert admin.post(f"{space}/properties", __conf="n").status_code >= 400
        assert admin.post(f"{space}/search/jobs", search="| makeresults").status_code >= 400
    answer = admin.post("/services/search/jobs", search="| makeresults", namespace=name)
    assert answer.status_code >= 400
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_names_of_new_apps(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    assert as_user("admin").post("/services/apps/local", name=name).status_code >= 400
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_owners(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    admin = as_user("admin")
    macros = f"/servicesNS/{segment(name)}/search/admin/macros"
    assert admin.get(macros).status_code == 404
    assert admin.post(macros, name="planted", definition="d").status_code == 404
    mine = "/servicesNS/admin/search/admin/macros"
    assert admin.post(mine, name="mine", definition="d").status_code == 201
    assert admin.post(f"{mine}/mine/acl", sharing="user", owner=name).status_code == 400
    users = "/services/authentication/users"
    assert admin.post(users, name=name, password="p", roles="user").status_code == 400
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_names_of_conf_files(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    admin = as_user("admin")
    for place in ("/services", "/servicesNS/nobody/search"):
        for path in (f"configs/conf-{segment(name)}", f"properties/{segment(name)}"):
            assert admin.get(f"{place}/{path}").status_code in (400, 404, 405)
            assert admin.post(f"{place}/{path}", name="n", __stanza="n").status_code >= 400
        assert admin.post(f"{place}/properties", __conf=name).status_code == 400
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_names_of_objects(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    """They are names of stanzas, never of files: what a stanza can hold is kept as it is."""
    admin = as_user("admin")
    for kind, setting in (("admin/macros", "definition"), ("saved/searches", "search")):
        path = f"/servicesNS/admin/search/{kind}"
        answer = admin.post(path, **{"name": name, setting: "search *"})
        assert answer.status_code == (400 if "\n" in name else 201), answer.text
        if answer.status_code == 201:
            listed = admin.get(path, count="0").json()["entry"]
            assert name in [entry["name"] for entry in listed]
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_names_of_indexes(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    admin = as_user("admin")
    assert admin.post("/services/data/indexes", name=name).status_code == 400
    assert admin("DELETE", f"/services/data/indexes/{segment(name)}").status_code == 404
    untouched()


@pytest.mark.parametrize("name", BAD)
def test_names_of_jobs(as_user: Users, untouched: Callable[[], None], name: str) -> None:
    answer = as_user("admin").post("/services/search/jobs", search="| makeresults", id=name)
    assert answer.status_code == (201 if name in ("..", ".", ".hidden") else 400)
    untouched()


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "../lookups/secret.csv", "/tmp/secret.csv", "..", "a/b.csv", "a\\b.csv"],
)
def test_lookups(as_user: Users, untouched: Callable[[], None], tmp_path: Path, name: str) -> None:
    admin = as_user("admin")
    stanza = {"name": "led_away", "filename": name}
    path = "/servicesNS/nobody/search/configs/conf-transforms"
    assert admin.post(path, **stanza).status_code == 201
    for lookup in (f'"{name}"', "led_away"):
        for search in (
            f"| inputlookup strict=true {lookup}",
            f"| makeresults | eval a=1 | lookup {lookup} a",
            f"| makeresults | eval a=1 | outputlookup {lookup}",
        ):
            form = {"search": search, "exec_mode": "oneshot", "output_mode": "json"}
            answer = admin.post("/services/search/jobs", **form)
            assert "FATAL" in answer.text
            assert SECRET not in answer.text
    untouched()


@pytest.mark.parametrize("name", ["../models/x", "..", "/etc/passwd", "x/../../y"])
def test_data_models(as_user: Users, name: str) -> None:
    form = {
        "search": f'| datamodel "{name}" All search',
        "exec_mode": "oneshot",
        "output_mode": "json",
    }
    answer = as_user("admin").post("/services/search/jobs", **form)
    assert answer.status_code == 400
    assert "no app brings the data model" in answer.text


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "Europe", "\0", "posixrules/.."]
)
def test_time_zones(as_user: Users, name: str) -> None:
    answer = as_user("admin").post("/services/authentication/users/mallory", tz=name)
    assert (answer.status_code, "is no time zone" in answer.text) == (400, True)


# ---- files of the server's machine ----


def indexed(admin: Client, path: Path | str) -> int:
    return admin.post("/services/data/inputs/oneshot", name=str(path)).status_code


def test_files_are_read_below_the_folders_for_inputs_only(
    splunkd: Splunkd, as_user: Users, folder: Path, tmp_path: Path
) -> None:
    admin, inputs = as_user("admin"), tmp_path / "inputs"
    (inputs / "deep").mkdir()
    (inputs / "deep" / "good.log").write_text("an event\n")
    (tmp_path / "inputs-not" / "x").mkdir(parents=True)
    (tmp_path / "inputs-not" / "x.log").write_text(f"{SECRET}\n")
    (inputs / "link.log").symlink_to(tmp_path / "inputs-not" / "x.log")
    (inputs / "linked").symlink_to(tmp_path / "inputs-not")
    (inputs / "loop").symlink_to(inputs / "loop")
    os.mkfifo(inputs / "pipe")
    assert indexed(admin, inputs / "deep" / "good.log") == 201
    assert indexed(admin, inputs / "linked" / ".." / "inputs" / "deep" / "good.log") == 201
    for path in (
        "/etc/passwd",
        folder / "users.json",  # hashes, and the key that signs tokens
        tmp_path / "inputs-not" / "x.log",
        inputs / ".." / "inputs-not" / "x.log",
        inputs / "link.log",
        inputs / "linked" / "x.log",
        "/proc/self/environ",
        "etc/passwd",
    ):
        assert indexed(admin, path) == 403, path
    for path in (inputs, inputs / "none.log", inputs / "pipe", inputs / "loop", "a\0b"):
        assert indexed(admin, path) == 400, path
    assert splunkd.indexes.get("main").count() == 2


def test_without_a_folder_for_inputs_no_file_is_read(tmp_path: Path) -> None:
    with closing(Splunkd([ROOT], tmp_path / "other", "admin", "p", "")) as made:
        assert made.inputs == []


def test_the_name_of_a_given_app(tmp_path: Path) -> None:
    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    for name in ("..", "../../x", "/etc", "a/b"):
        (app / "default" / "app.conf").write_text(f"[package]\nid = {name}\n")
        with pytest.raises(ConfError, match=r"app\.conf, line 2: .* cannot be an app's name"):
            Catalog([app], tmp_path / "etc")


# ---- programs ----


def test_only_commands_of_the_given_apps_run(
    splunkd: Splunkd, as_user: Users, folder: Path
) -> None:
    """Not even when somebody who can write into the data folder puts one there."""
    admin = as_user("admin")
    stanza = {"name": "planted", "chunked": "true", "filename": "planted.py"}
    for space in ("nobody/search", "admin/search", "nobody/DA-ESS-ADCSBackup"):
        for path in ("configs/conf-commands", "properties/commands"):
            answer = admin.post(f"/servicesNS/{space}/{path}", **stanza, __stanza="planted")
            assert answer.status_code == 403, answer.text
    for place in ("apps/search", "users/admin/DA-ESS-ADCSBackup", "apps/DA-ESS-ADCSBackup"):
        made = folder / "etc" / place
        (made / "local").mkdir(parents=True, exist_ok=True)
        (made / "bin").mkdir()
        (made / "local" / "commands.conf").write_text(
            "[planted]\nchunked = true\nfilename = planted.py\n"
        )
        (made / "bin" / "planted.py").write_text("raise SystemExit('it ran')\n")
        (made / "bin" / "adcsenrich.py").write_text("raise SystemExit('it ran')\n")
    path = "/servicesNS/admin/DA-ESS-ADCSBackup/search/jobs"

    def run(search: str) -> tuple[int, str]:
        answer = admin.post(path, search=search, exec_mode="oneshot", output_mode="json")
        return answer.status_code, answer.text

    status, text = run("| makeresults | planted")
    assert (status, "Unknown search command 'planted'." in text) == (400, True)
    status, text = run('| makeresults | eval dest="ca01" | adcsenrich')
    assert (status, "it ran" in text) == (400, False)
    assert "the command adcsenrich is in no given app" in text
    (folder / "etc" / "apps" / "DA-ESS-ADCSBackup" / "bin" / "adcsenrich.py").unlink()
    (folder / "etc" / "users" / "admin" / "DA-ESS-ADCSBackup" / "bin" / "adcsenrich.py").unlink()
    status, text = run('| makeresults | eval dest="ca01" | adcsenrich')
    assert (status, "adcs_risk_score" in json.loads(text)["results"][0]) == (200, True)


@pytest.mark.parametrize("name", ["../../../../bin/sh", "/bin/sh", "../default/app.conf"])
def test_a_commands_script_is_in_its_apps_bin(tmp_path: Path, name: str) -> None:
    from splay.apps import AppSet

    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    (app / "bin").mkdir()
    (app / "default" / "app.conf").write_text("")
    text = f"[c]\nchunked = true\nfilename = {name}\n"
    (app / "default" / "commands.conf").write_text(text)
    with pytest.raises(ConfError, match="does not exist"):
        AppSet([app]).command("c")
