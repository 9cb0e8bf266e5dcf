"""The macros that docs/tuning.md gives as examples do what it says of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")
FILTER = "windows_steal_authentication_certificates_cs_backup_filter"
HEADER = "domain,user,dest,days,hours,timezone,valid_from,valid_until,ticket,comment\n"

# caller and host of each backup; the list of operators approves svc-backup on ca01 alone
BACKUPS = {
    "approved": ("svc-backup", "ca01.example.com"),
    "elsewhere": ("svc-backup", "ca02.example.com"),
    "somebody": ("eve", "ca01.example.com"),
    "root": ("Administrator", "ca02.example.com"),
    "laboratory": ("eve", "ca09.lab.example.com"),
}
# What each example keeps, from the words before it. high and critical: README/adcsenrich.md gives
# 20 + 20 (not listed) + 20 (Administrator) = 60 to "root", 40 or less to the others.
KEPT = {
    'NOT (Caller_Domain="EXAMPLE"': {"elsewhere", "somebody", "root", "laboratory"},
    'NOT caller_authorization="approved"': {"elsewhere", "somebody", "root", "laboratory"},
    'adcs_priority IN ("high", "critical")': {"root"},
    'NOT dest="*.lab.example.com"': {"approved", "elsewhere", "somebody", "root"},
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the app, with a list of operators."""
    folder = tmp_path / "DA-ESS-ADCSBackup"
    for name in ("default", "bin", "lookups", "metadata"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    (folder / "lib").symlink_to(ROOT / "lib")
    (folder / "local").mkdir()
    operators = folder / "lookups" / "adcs_backup_operators.csv"
    operators.write_text(HEADER + "EXAMPLE,svc-backup,ca01,,,,,,,\n", encoding="utf-8")
    return folder


def examples() -> list[str]:
    """The stanzas of macros.conf in the text."""
    return [
        "".join(line.strip() + "\n" for line in block.splitlines())
        for block in re.findall(r"(?m)^    \[windows.*\n(?:    .+\n)+", TEXT)
    ]


def kept(app: Path, tmp_path: Path) -> set[str]:
    """Which of BACKUPS the detection shows."""
    lines = [
        render(event(4876, computer=dest, data={"SubjectUserName": user}), Style())
        for user, dest in BACKUPS.values()
    ]
    (tmp_path / "security.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["detect", "--app", str(app), "--format", "json", str(tmp_path / "security.log")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code in (0, 1), done.output
    rows = json.loads(done.stdout)["results"]
    found = {(row["Caller_User_Name"], row["dest"]) for row in rows}
    return {name for name, backup in BACKUPS.items() if backup in found}


def test_without_a_filter_every_backup_is_shown(app: Path, tmp_path: Path) -> None:
    assert kept(app, tmp_path) == set(BACKUPS)


@pytest.mark.parametrize("words", KEPT)
def test_a_filter_keeps_what_the_text_says(words: str, app: Path, tmp_path: Path) -> None:
    (example,) = [text for text in examples() if words in text]
    (app / "local" / "macros.conf").write_text(example, encoding="utf-8")
    assert kept(app, tmp_path) == KEPT[words]


def test_every_filter_of_the_text_is_held_here() -> None:
    filters = [text for text in examples() if f"[{FILTER}]" in text]
    assert len(filters) == len(KEPT)
    assert len(examples()) == len(KEPT) + 1  # and the one that does without enrichment
