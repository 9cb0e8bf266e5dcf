"""data/lookup-table-files: a table is moved out of the staging area, replaced, and removed.

Source: REST API Reference, "data/lookup-table-files" (eai:data: the path of a file below the
staging area for lookups).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.running import Server, running

TABLES = "/servicesNS/nobody/search/data/lookup-table-files"
MODE = {"output_mode": "json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def own(folder: Path) -> Iterator[Server]:
    with running("--data", str(folder)) as server:
        yield server


@pytest.fixture
def http(own: Server) -> Iterator[httpx.Client]:
    with own.http() as client:
        yield client


@pytest.fixture
def area(folder: Path) -> Path:
    made = folder / "var" / "run" / "splunk" / "lookup_tmp"
    made.mkdir(parents=True, exist_ok=True)
    return made


def rows(http: httpx.Client, table: str) -> list[dict[str, str]]:
    form = {"search": f"| inputlookup {table}", "exec_mode": "oneshot", **MODE}
    found: list[dict[str, str]] = http.post("/services/search/jobs", data=form).json()["results"]
    return found


def upload(http: httpx.Client, path: Path, name: str = "", end: str = "") -> httpx.Response:
    form = {"eai:data": str(path), **({"name": name} if name else {}), **MODE}
    return http.post(TABLES + end, data=form)


def test_a_table_comes_is_replaced_and_goes(http: httpx.Client, area: Path) -> None:
    staged = area / "upload.tmp"
    staged.write_text("host,owner\nca01,PKI\n")
    made = upload(http, staged, "owners.csv")
    assert made.status_code == 201
    assert made.json()["entry"][0]["name"] == "owners.csv"
    assert not staged.exists()
    assert rows(http, "owners.csv") == [{"host": "ca01", "owner": "PKI"}]

    staged.write_text("host,owner\nca02,Lab\n")
    assert upload(http, staged, "owners.csv").status_code == 409
    assert upload(http, staged, end="/owners.csv").status_code == 200
    assert rows(http, "owners.csv") == [{"host": "ca02", "owner": "Lab"}]

    assert http.delete(f"{TABLES}/owners.csv", params=MODE).status_code == 200
    assert http.get(f"{TABLES}/owners.csv", params=MODE).status_code == 404


def test_only_from_the_staging_area(http: httpx.Client, area: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    (area / "link.csv").symlink_to(outside)
    for path in (outside, area / "link.csv", area / ".." / "nothing.csv", area, Path("a\0b")):
        answer = upload(http, path, "taken.csv")
        assert answer.status_code == 400
        assert "staging area" in answer.json()["messages"][0]["text"]
    assert outside.read_text() == "a\n1\n"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "no header"),
        (b"a\n\xff\n", "binary.csv", "not UTF-8"),
        (b"a\n1\n", "table.txt", "ends in .csv"),
        (b"a\n1\n", "../up.csv", "cannot be used"),
    ],
)
def test_what_is_no_table(
    http: httpx.Client, area: Path, content: bytes, name: str, words: str
) -> None:
    staged = area / "wrong"
    staged.write_bytes(content)
    answer = upload(http, staged, name)
    assert answer.status_code == 400
    assert words in answer.json()["messages"][0]["text"]
    assert staged.exists()


def test_an_apps_own_table_stays(own: Server, area: Path) -> None:
    staged = area / "new.csv"
    staged.write_text("a\n1\n")
    path = "/servicesNS/nobody/DA-ESS-ADCSBackup/data/lookup-table-files/adcs_backup_operators.csv"
    with own.http() as http:
        answer = http.post(path, data={"eai:data": str(staged), **MODE})
    assert answer.status_code == 403
    assert staged.exists()
