"""splay test --changed: what differs from a git revision, and what rests on what does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main
from tests.content.conftest import Repository, copy_of

NOTHING = "nothing to test: no detection differs from HEAD\n"


def git(repository: Repository, *arguments: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    command = ["git", "-C", str(repository.folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def committed(repository: Repository) -> Repository:
    """A detection whose macro uses another macro and whose data is in the repository, and a second
    detection that has nothing to do with these."""
    address = "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/app/"
    repository.change(f"{address}login.log", "data/login.log")
    repository.write("data/login.log", repository.log.read_text())
    repository.write("macros/app_logs.yml", "name: app_logs\ndefinition: '`of_apps`'\n")
    repository.write("macros/of_apps.yml", "name: of_apps\ndefinition: sourcetype=app\n")
    text = copy_of(repository.detection.read_text(), "Other").replace("`app_logs`", "sourcetype=x")
    text = text.replace("| lookup owners user OUTPUT owner", "").replace("data/login", "data/other")
    text = text.replace("many_failed_logins_filter", "other_filter").replace("- App Login", "- O")
    repository.write("detections/endpoint/other.yml", text)
    git(repository, "init")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "all")
    return repository


def changed(repository: Repository, *more: str) -> Result:
    return CliRunner().invoke(main, ["test", str(repository.folder), "--changed", *more])


def test_where_nothing_differs_nothing_is_wrong(committed: Repository) -> None:
    result = changed(committed)
    assert (result.exit_code, result.stdout) == (0, NOTHING)
    assert changed(committed, "-q").stdout == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are always text")
def test_a_name_that_is_no_utf_8_is_a_file_like_others(committed: Repository) -> None:
    """What differs is this file, on which no detection rests."""
    (committed.folder / os.fsdecode(b"caf\xe9.txt")).touch()
    result = changed(committed)
    assert (result.exit_code, result.stdout) == (0, NOTHING)


@pytest.mark.parametrize(
    "name",
    [
        "detections/endpoint/many_failed_logins.yml",
        "macros/app_logs.yml",
        "macros/of_apps.yml",
        "lookups/owners.csv",
        "data_sources/app_login.yml",
        "data/login.log",
    ],
)
def test_what_a_detection_rests_on(committed: Repository, name: str) -> None:
    with (committed.folder / name).open("a") as file:
        file.write("\n")
    result = changed(committed)
    assert (result.exit_code, "Other" in result.stdout) == (0, False), result.output
    assert "1 passed, 0 failed, 0 left out" in result.stdout


def test_a_macro_that_is_gone(committed: Repository) -> None:
    (committed.folder / "macros" / "app_logs.yml").unlink()
    result = changed(committed)
    assert result.exit_code == 1
    assert "there is no macro app_logs" in " ".join(result.stdout.split())


def test_a_broken_file_counts_where_it_changed(committed: Repository) -> None:
    broken = committed.write("detections/endpoint/broken.yml", "name: [unclosed\n")
    assert changed(committed).exit_code == 2
    assert str(broken) in changed(committed).stdout
    git(committed, "add", ".")
    git(committed, "commit", "-m", "broken")
    assert (changed(committed).exit_code, changed(committed).stdout) == (0, NOTHING)


def test_a_revision_that_there_is_not(committed: Repository) -> None:
    result = changed(committed, "nowhere")
    assert result.exit_code == 2
    assert "git says" in result.stderr


def test_a_name_that_there_is_not(committed: Repository) -> None:
    assert "no detection is chosen" in changed(committed, "-k", "no such").stderr


def test_a_folder_without_git(repository: Repository, tmp_path: Path) -> None:
    git_dir = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    command = ["test", str(repository.folder), "--changed"]
    result = CliRunner().invoke(main, command, env=git_dir)
    assert result.exit_code == 2
    assert "not a git repository" in result.stderr
