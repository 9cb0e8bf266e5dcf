"""Files are written whole or not at all, and what cannot be written is said before the search."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.errors import OutputError
from splay.wholefiles import check_writable, write_whole
from tests.report.hostile import SAMPLE, detect

CLASSIC = SAMPLE / "classic.log"


@pytest.mark.parametrize("option", ["--report", "--junit", "--sarif", "--navigator"])
def test_a_folder_that_is_not_there(tmp_path: Path, option: str) -> None:
    result = detect(CLASSIC, option, tmp_path / "nowhere" / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere" in result.stderr
    assert "cannot be written" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_it_is_said_before_the_search_runs(tmp_path: Path) -> None:
    """Of two things that are wrong, the file comes first: the search is never planned."""
    result = detect(CLASSIC, "--report", tmp_path / "no" / "out", "--saved", "no such search")
    assert "cannot be written" in result.stderr


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert detect(CLASSIC, "--report", tmp_path).exit_code == 2
    with pytest.raises(OutputError, match="no file"):
        check_writable(tmp_path)


def test_the_data_is_never_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "security.xml"
    text = (SAMPLE / "xml_lines.log").read_text()
    data.write_text(text)
    for named in (data, tmp_path):  # named itself, and found in a folder
        result = detect(named, "--junit", data)
        assert result.exit_code == 2
        assert "it is not overwritten" in result.stderr
    assert data.read_text() == text


def test_two_outputs_need_two_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = detect(CLASSIC, "--junit", out, "--sarif", tmp_path / "." / "out")
    assert result.exit_code == 2
    assert "two outputs" in result.stderr
    assert not out.exists()


def test_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    assert detect(CLASSIC, "--report", tmp_path / "out.html").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_what_fails_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new" * 1_000_000 + "\ud800")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["out"]


def test_the_file_behind_a_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new\n"
