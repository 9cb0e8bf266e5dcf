"""import splay: the public names, docs/library.md, and what callers may get wrong."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import splay
import splay.api
import splay.paths
import splay.runs
from splay.rows import Value

ROOT = Path(__file__).parents[2]


def test_the_examples_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)
    assert found.attempted >= 15
    assert found.failed == 0


def test_the_examples_of_the_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for module, least in ((splay.api, 4), (splay.runs, 0), (splay.paths, 0)):
        found = doctest.testmod(module)
        assert (found.attempted > least, found.failed) == (True, 0)


@pytest.mark.parametrize("name", splay.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(splay, name) is getattr(splay, name)
    assert name in dir(splay)


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'serach'"):
        splay.serach  # noqa: B018


def test_importing_splay_loads_nothing_else() -> None:
    code = "import sys, splay; print([m for m in sys.modules if m.startswith('splay.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", [str, Path])
def test_one_path_is_taken_as_one(
    kind: type[str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is a sequence of characters, and "." and "/" are folders: none may be walked."""
    monkeypatch.chdir(ROOT)
    logs, apps, content = kind("tests/data/sample/classic.log"), kind("."), kind("content")
    assert splay.search("* | stats count", data=logs).rows == [{"count": 2}]
    assert splay.detect(logs, apps=apps).fired
    assert len(splay.hunt(logs, apps=apps, pick="CS Backup").fired) == 1
    assert len(splay.test(content, apps=apps, check_only=True).results) == 1
    assert splay.detect(iter([logs]), apps=(kind(each) for each in ["."])).fired


def event(text: str, time: float, index: str = "main") -> splay.Event:
    return splay.Event(text, time, "h", "s", "st", index)


def test_events_outside_the_time_range_are_not_found() -> None:
    """Search Manual, "Specify time modifiers": earliest is inclusive, latest exclusive."""
    events = [event(f"n={n}", 100.0 + n) for n in range(4)]
    end = datetime.fromtimestamp(103, UTC)
    results = splay.search("* | sort n | fields n", events=events, earliest=101, latest=end)
    assert [row["n"] for row in results] == ["1", "2"]
    assert results.events == 4


def test_rows_of_the_caller_are_not_changed() -> None:
    rows: list[dict[str, Value]] = [{"a": ["1", "2"]}]
    assert splay.search('eval a=mvjoin(a, ",")', rows=rows).rows == [{"a": "1,2"}]
    assert rows == [{"a": ["1", "2"]}]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: splay.search("x", data=["a"], rows=[]), "give one of data, events and rows"),
        (lambda: splay.search("x", tz="Mars"), "unknown time zone 'Mars'"),
        (lambda: splay.search("error"), "no data is named"),
        (lambda: splay.search("error", data=["/nowhere"]), "/nowhere"),
        (lambda: splay.search("| makeresults", apps=["/nowhere"]), "not a Splunk app"),
        (lambda: splay.search("| makeresults", earliest="soon"), "soon"),
        (lambda: splay.detect(apps=[ROOT]), "give either data or events"),
        (lambda: splay.detect(["x"], apps=[]), "no app is named"),
        (lambda: splay.detect(["x"], apps=[ROOT], saved="Nothing"), "no saved search 'Nothing'"),
        (lambda: splay.test([]), "no content is named"),
    ],
)
def test_mistakes_of_the_caller_are_one_error(call: object, message: str) -> None:
    with pytest.raises(splay.SplayError, match=message):
        call()  # type: ignore[operator]


def test_an_error_says_where() -> None:
    with pytest.raises(splay.SplError) as raised:
        splay.search("| makeresults\n| stats count BY")
    place = raised.value.location
    assert (place.line, place.position) == (2, 31)  # where the field would stand
    with pytest.raises(splay.DataError) as missing:
        splay.search("x", data=["/nowhere/at.all"])
    assert missing.value.location.path == "/nowhere/at.all"


def test_what_a_search_collects_is_written_below_the_data_folder(tmp_path: Path) -> None:
    """Search Reference, "collect": the events go to the index that is named."""
    splay.search("| makeresults | collect index=summary", data_folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["summary.stash"]
