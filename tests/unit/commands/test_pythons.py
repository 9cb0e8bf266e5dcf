"""Which Python a command runs on. The order is that of commands.conf, python.required."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from splay.commands.custom.pythons import OWN, interpreter, newest_first


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ([], [""]),
        (["3.7", "3.99"], ["3.99", "3.7", ""]),
        (["3.100", "3.99"], ["3.100", "3.99", ""]),
        (["3.99", OWN], [OWN, ""]),
    ],
)
def test_the_newest_first_unless_ours_will_do(asked: list[str], order: list[str]) -> None:
    assert newest_first(asked) == order


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pyenv with shims for 3.98 and 3.99, of which only 3.98 is installed, three times."""
    for version in ("3.98", "3.99"):
        program(tmp_path / "shims" / f"python{version}")
    for version in ("3.98.2", "3.98.10", "3.98-dev"):
        program(tmp_path / "versions" / version / "bin" / "python3.98")
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    return tmp_path


def test_our_own() -> None:
    assert interpreter("") == interpreter(OWN) == sys.executable


def test_one_that_is_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreter("3.98") is None


def test_behind_a_shim_the_newest_that_is_installed(root: Path) -> None:
    assert interpreter("3.98") == str(root / "versions/3.98.10/bin/python3.98")


def test_a_shim_for_nothing_is_no_python(root: Path) -> None:
    assert interpreter("3.99") is None


def test_a_folder_that_is_only_called_shims(root: Path) -> None:
    (root / "versions").rename(root / "others")
    assert interpreter("3.99") == str(root / "shims/python3.99")
