"""Only what the allow-list names ships, and nothing is left out in silence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.app_files import FOLDERS, REQUIRED, ROOT, app_files, is_allowed
from tools.errors import ToolError
from tools.vendor import pins


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source tree with no more than an app needs."""
    for name in REQUIRED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "Makefile",
        "tests/test_x.py",
        "bin/test_adcsenrich.py",
        "bin/adcs/deep/x.py",
        "bin/adcs/data.json",
        "default/.macros.conf",
        "default/macros.conf.bak",
        "local/macros.conf",
        "metadata/local.meta",
        "lookups/.csv",
        "lookups/x.csv.default",
        "static/photo.png",
        "splay/conf/files.py",
        "../LICENSE",
    ],
)
def test_what_may_not_ship(path: str) -> None:
    assert not is_allowed(path)


def test_a_file_that_the_list_does_not_name_stops_the_build(source: Path) -> None:
    (source / "default" / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ToolError, match=r"default/notes\.txt is not in the allow-list"):
        app_files(source)


def test_byte_code_is_left_out(source: Path) -> None:
    cache = source / "bin" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "x.pyc").write_bytes(b"")
    assert [path.as_posix() for path in app_files(source)] == sorted(REQUIRED)


def test_a_symbolic_link_stops_the_build(source: Path) -> None:
    (source / "lookups").mkdir()
    (source / "lookups" / "x.csv").symlink_to("/etc/passwd")
    with pytest.raises(ToolError, match="symbolic link"):
        app_files(source)


@pytest.mark.parametrize("name", REQUIRED)
def test_without_it_there_is_no_package(source: Path, name: str) -> None:
    (source / name).unlink()
    with pytest.raises(ToolError, match=f"{name} is missing"):
        app_files(source)


def test_every_file_that_git_knows_in_the_apps_folders_ships() -> None:
    git = ["git", "ls-files", "--", *FOLDERS, "app.manifest", "LICENSE", "NOTICE"]
    done = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git clone")
    assert set(done.stdout.splitlines()) <= {path.as_posix() for path in app_files()}


def test_a_pin_without_a_hash_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# why\nsplunk-sdk==2.1.1\n", encoding="utf-8")
    with pytest.raises(ToolError, match="write name==version --hash=sha256"):
        pins(file)
