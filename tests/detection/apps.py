"""A copy of the app that a test may fill in or damage."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.detection.searching import ROOT

SHIPPED = ("default", "bin", "lookups", "metadata")
INVENTORY = "adcs_certificate_authorities.csv"
OPERATORS = "adcs_backup_operators.csv"


def copy_of_the_app(folder: Path) -> Path:
    """The app, in a folder of its own within `folder`."""
    app = folder / "DA-ESS-ADCSBackup"
    for name in SHIPPED:
        shutil.copytree(ROOT / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
    (app / "lib").symlink_to(ROOT / "lib")
    return app


def add_lines(app: Path, lookup: str, *lines: str) -> None:
    """Fills in a lookup that ships with its header only."""
    with (app / "lookups" / lookup).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
