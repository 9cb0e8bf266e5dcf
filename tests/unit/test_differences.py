"""docs/splay-differences.md: each entry is shown by a test or a row; those that no other shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import SplError
from splay.rows import Row
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tools.differences import Entry, entries

ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.text[:40])
def test_each_entry_is_shown(entry: Entry) -> None:
    assert list(entry.problems()) == []


def test_there_are_entries() -> None:
    assert len(ENTRIES) > 30


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        ("", "names no test and no row"),
        ("tests/unit/test_differences.py::test_nothing", "there is no test"),
        ("tests/unit/no.py::test_nothing", "there is no test"),
        ('sort.txt "no such words"', "has no row that says"),
        ('nowhere.txt "words"', "has no row that says"),
        ('sort.txt "by hand", somewhere else', "neither a test nor a row: somewhere else"),
    ],
)
def test_what_shows_nothing_is_told(shown: str, problem: str) -> None:
    assert any(problem in each for each in Entry("", "", shown).problems())


def found(search: str, text: str, app: Path, settings: InputSettings) -> list[Row]:
    (app / "default").mkdir(exist_ok=True)
    (app / "events.log").write_text(text)
    context = new_context(AppSet([app]), 0.0)
    store = FileStore([app / "events.log"], settings)
    return run_plan(make_plan(search, context), store, context, ReadReport()).rows


def test_files_of_any_index_are_searched(tmp_path: Path) -> None:
    assert len(found("a=1", "a=1\n", tmp_path, InputSettings(index="other"))) == 1
    assert found("index=main a=1", "a=1\n", tmp_path, InputSettings(index="other")) == []


@pytest.mark.parametrize("search", ["| makeresults | stats avg", "| makeresults | stats dc()"])
def test_functions_without_a_field_are_refused(search: str, tmp_path: Path) -> None:
    with pytest.raises(SplError, match="without a field"):
        found(search, "", tmp_path, InputSettings())


def test_a_calculated_field_that_is_null(tmp_path: Path) -> None:
    models = tmp_path / "default" / "data" / "models"
    models.mkdir(parents=True)
    calculation = {
        "calculationType": "Eval",
        "expression": 'nullif(a, "1")',
        "outputFields": [{"fieldName": "a"}],
    }
    root = {"objectName": "Root", "parentName": "BaseEvent", "calculations": [calculation]}
    (models / "M.json").write_text(json.dumps({"modelName": "M", "objects": [root]}))
    search = "| tstats count from datamodel=M.Root by Root.a"
    rows = found(search, "2026-03-02 a=1\n2026-03-02 a=2\n", tmp_path, InputSettings())
    assert rows == [{"Root.a": "2", "count": 1}]
