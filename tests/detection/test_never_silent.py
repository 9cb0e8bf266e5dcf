"""The detection fires whatever is wrong with the enrichment, and says what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
SHIPPED = ("app.manifest", "default", "bin", "lookups", "metadata")
CA_LOOKUP = "lookups/adcs_certificate_authorities.csv"
OPERATORS = "lookups/adcs_backup_operators.csv"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the app that a test may damage."""
    folder = tmp_path / "DA-ESS-ADCSBackup"
    folder.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "lib").symlink_to(ROOT / "lib")
    return folder


def outcome(app: Path, tmp_path: Path) -> dict[str, Any]:
    data = tmp_path / "security.log"
    data.write_text(render(event(4876), Style()))
    arguments = ["detect", "--app", str(app), "--format", "json", str(data)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def remove(name: str) -> Callable[[Path], None]:
    return lambda app: (app / name).unlink()


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def damage(app: Path) -> None:
        (app / name).write_bytes(content)

    return damage


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (remove(CA_LOOKUP), "adcs_certificate_authorities.csv"),
        (remove(OPERATORS), "adcs_backup_operators.csv"),
        (write(CA_LOOKUP, b"\xff\xfe\x00\x01 no table"), "adcs_certificate_authorities.csv"),
        (write(OPERATORS, b'domain,user\n"never closed'), "adcs_backup_operators.csv"),
        (write("bin/adcs/__init__.py", b"raise RuntimeError('broken on import')"), "broken on"),
        (write("bin/adcs/rules.py", b"FACTORS = 1 / 0"), "division by zero"),
    ],
    ids=["no CA list", "no operators", "CA list garbled", "operators garbled", "import", "rules"],
)
def test_it_fires_and_says_what_is_wrong(
    app: Path, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(app)
    found = outcome(app, tmp_path)
    (row,) = found["results"]
    assert (row["dest"], row["Caller_User_Name"], row["count"]) == (
        "ca01.example.com",
        "svc-backup",
        "1",
    )
    assert found["risk"][0]["score"] == 20
    assert words in row["adcs_enrichment_status"]
    assert any(words in message["text"] for message in found["messages"])


def test_without_the_python_that_commands_conf_asks_for(app: Path, tmp_path: Path) -> None:
    conf = app / "default" / "commands.conf"
    text = conf.read_text()
    assert "python.required = 3.9, 3.13" in text
    conf.write_text(text.replace("3.9, 3.13", "3.97, 3.98"))
    found = outcome(app, tmp_path)
    assert found["results"][0]["adcs_enrichment_status"] == "ok"
    assert any("not found: python3.98, python3.97" in m["text"] for m in found["messages"])


def test_without_the_lookups_of_the_field_pack_the_user_is_told(app: Path, tmp_path: Path) -> None:
    """The titles come from a lookup: an app that lost it cannot fire, and must not hide why."""
    (app / "lookups" / "adcs_certification_services_events.csv").unlink()
    data = tmp_path / "security.log"
    data.write_text(render(event(4876), Style()))
    arguments = ["detect", "--app", str(app), "--format", "json", str(data)]
    messages = json.loads(CliRunner().invoke(main, arguments).stdout)["messages"]
    assert any("adcs_certification_services_events.csv" in m["text"] for m in messages)
