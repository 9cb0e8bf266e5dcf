"""What a search writes without a server: events and tables below the data folder.

Source: Search Reference, "collect", "outputlookup".
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main

APP = Path(__file__).parent / "app"


def search(spl: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["search", spl, "--app", str(APP), *more])


def test_without_a_server_a_file_is_written(tmp_path: Path) -> None:
    for user in ("ann", "bob"):
        made = f'| makeresults | eval user="{user}", n=4 | collect index=summary'
        assert search(made, "--data-folder", str(tmp_path)).exit_code == 0
    written = tmp_path / "summary.stash"
    assert len(written.read_text(encoding="utf-8").splitlines()) == 2
    found = search("user=bob | table user n", str(written), "--format", "csv")
    assert "bob,4" in found.output


def test_an_event_is_one_line(tmp_path: Path) -> None:
    made = '| makeresults | eval _raw="a\\nb" | eval _raw=replace(_raw, "x", "\n")'
    made = f"{made} | collect index=summary"
    search(made, "--data-folder", str(tmp_path))
    assert len((tmp_path / "summary.stash").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("name", ["../out", "a/b", "UPPER", ".hidden"])
def test_nothing_is_written_elsewhere(tmp_path: Path, name: str) -> None:
    made = f'| makeresults | collect index="{name}"'
    refused = search(made, "--data-folder", str(tmp_path))
    assert refused.exit_code == 2
    assert "is no name of an index" in refused.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_is_refused() -> None:
    refused = search("| makeresults | collect index=summary")
    assert refused.exit_code == 2
    assert "there is no folder to write to" in refused.output


def test_what_outputlookup_wrote_can_be_read(tmp_path: Path) -> None:
    """Search Reference, "outputlookup", "inputlookup": in the same search and in a later one."""
    more = ("--data-folder", str(tmp_path), "--format", "csv")
    made = '| makeresults | eval user="{}" | table user | outputlookup made.csv'
    assert search(made.format("ann"), *more).exit_code == 0
    assert "ann" in search("| inputlookup made.csv", *more).output
    again = f"{made.format('bob')} | append [| inputlookup made.csv]"
    assert search(again, *more).output.split() == ["user", "bob", "bob"]
