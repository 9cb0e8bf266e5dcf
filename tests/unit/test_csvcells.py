"""A long cell of CSV costs no row, wherever CSV is read: by splay, and by the app's command.

Python's reader takes cells of 131,072 characters unless it is told otherwise (the csv module,
"csv.field_size_limit").
"""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
LONG = "x" * 200_000


@pytest.fixture(autouse=True)
def as_python_has_it() -> Iterator[None]:
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app with a lookup of one long cell."""
    folder = tmp_path / "app"
    (folder / "default").mkdir(parents=True)
    (folder / "default" / "app.conf").write_text("[launcher]\nversion = 1.0.0\n")
    (folder / "lookups").mkdir()
    (folder / "lookups" / "long.csv").write_text(f"a,b\n1,{LONG}\n2,short\n")
    return folder


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 0, (done.output[-2000:], done.exception)
    return done.stdout


def lengths(search: str, *arguments: str | Path) -> list[dict[str, str]]:
    """The rows that a search gives."""
    found = run("search", search, *arguments, "--format", "json")
    rows: list[dict[str, str]] = json.loads(found)
    return rows


def test_an_export_of_long_events(tmp_path: Path) -> None:
    text = io.StringIO()
    long = render(event(4876, data={"Comment": LONG}), Style())
    raws = [long, render(event(4876), Style())]
    origin = ["XmlWinEventLog:Security", "XmlWinEventLog"]
    head = ["_time", "_raw", "source", "sourcetype"]
    csv.writer(text).writerows([head, *([1773135015, raw, *origin] for raw in raws)])
    log = tmp_path / "export.csv"
    log.write_text(text.getvalue())
    found = json.loads(run("detect", log, "--app", ROOT, "--format", "json"))
    assert (found["events"], found["results"][0]["count"]) == (2, "2")


def test_a_lookup(app: Path) -> None:
    search = "| inputlookup long.csv | eval n=len(b) | table a n"
    assert lengths(search, "--app", app) == [{"a": "1", "n": "200000"}, {"a": "2", "n": "5"}]


def test_rows_in_the_search_itself() -> None:
    search = f'| makeresults format=csv data="a,b\n1,{LONG}" | eval n=len(b) | table a n'
    assert lengths(search) == [{"a": "1", "n": "200000"}]


def test_an_error_in_a_long_search_is_told_at_once() -> None:
    """Looking for an option that may be misspelt took a time that grew with the square of a word's
    length."""
    done = CliRunner().invoke(main, ["search", f"| makeresults | head {LONG}"])
    assert done.exit_code == 2
    assert done.output.startswith("Error: head takes a condition")


def test_a_table_that_is_appended_to(app: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "lookups").mkdir(parents=True)
    table = data / "lookups" / "kept.csv"
    table.write_text(f"a,b\n1,{LONG}\n")
    search = '| makeresults | eval a="2", b="c" | table a b | outputlookup append=t kept.csv'
    run("search", search, "--app", app, "--data-folder", data)
    assert table.read_text() == f"a,b\n1,{LONG}\n2,c\n"


def test_fields_that_are_made_when_data_is_indexed(app: Path, tmp_path: Path) -> None:
    stanza = "[long]\nINDEXED_EXTRACTIONS = csv\nTRUNCATE = 0\n"
    (app / "default" / "props.conf").write_text(stanza)
    log = tmp_path / "long.csv"
    log.write_text(f'a,b\n1,"{LONG}"\n2,"short, and more"\n')
    found = lengths(
        "* | eval n=len(b) | sort a | table a n", log, "--app", app, "--sourcetype", "long"
    )
    assert found == [{"a": "1", "n": "200000"}, {"a": "2", "n": "15"}]


def test_rows_that_the_apps_command_is_given(app: Path) -> None:
    """More than the 10 MB that splunklib takes of itself (its searchcommands/internals.py)."""
    (app / "lookups" / "long.csv").write_text(f"dest,b\nca01,{LONG * 55}\nca02,short\n")
    search = "| inputlookup long.csv | adcsenrich | eval n=len(b) | table dest n adcs_priority"
    found = lengths(search, "--app", ROOT, "--app", app)
    assert [(row["dest"], row["n"]) for row in found] == [("ca01", "11000000"), ("ca02", "5")]
    assert [row["adcs_priority"] != "" for row in found] == [True, True]


def test_csv_is_read_in_one_place() -> None:
    named = [
        (path.name, node.attr)
        for path in (ROOT / "splay").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "csv"
        and node.attr in ("reader", "DictReader", "field_size_limit")
    ]
    assert sorted(named) == [("csvcells.py", "field_size_limit"), ("csvcells.py", "reader")]
