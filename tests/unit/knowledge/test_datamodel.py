"""Data model files as apps bring them: what is read of them, and what is said of bad ones.

The form of the files: Knowledge Manager Manual, "About data models", and the models that
Splunk_SA_CIM ships.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from splay.apps import AppSet
from splay.engine.inner import new_context
from splay.engine.plan import make_plan
from splay.errors import ConfError, SplError

MINIMAL = {"modelName": "M", "objects": [{"objectName": "Root", "parentName": "BaseEvent"}]}


def app(folder: Path, text: str, level: str = "default") -> AppSet:
    models = folder / level / "data" / "models"
    models.mkdir(parents=True)
    (models / "M.json").write_text(text)
    return AppSet([folder])


def test_fields_bear_the_lineage_of_their_dataset(tmp_path: Path) -> None:
    """Without an owner a field is of the dataset that lists it, as in Splunk_SA_CIM's files."""
    child = {"objectName": "Child", "parentName": "Root", "fields": [{"fieldName": "b"}]}
    root = {
        "objectName": "Root",
        "parentName": "BaseEvent",
        "fields": [
            {"fieldName": "a", "owner": "Root"},
            {"fieldName": "_time", "owner": "BaseEvent"},
        ],
    }
    apps = app(tmp_path, json.dumps({"modelName": "M", "objects": [root, child]}))
    model = apps.data_model("M")
    assert model.datasets["Root"].fields == {"Root.a": "a", "_time": "_time"}
    assert model.datasets["Child"].fields == {"Root.Child.b": "b"}
    assert [one.name for one in model.choose(None)] == ["Root"]
    assert model.choose("Root.Child")[0] is model.datasets["Child"]


def test_local_wins_over_default(tmp_path: Path) -> None:
    app(tmp_path, json.dumps(MINIMAL))
    changed = {"modelName": "M", "objects": [{"objectName": "Other", "parentName": "BaseEvent"}]}
    apps = app(tmp_path, json.dumps(changed), "local")
    assert list(apps.data_model("M").datasets) == ["Other"]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"modelName": "M"}', '{"modelName": "M", "objects": [{"parentName": "X"}]}'],
)
def test_what_is_no_data_model_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfError, match=r"this is not a data model") as raised:
        app(tmp_path, text).data_model("M")
    assert "M.json" in str(raised.value)


@pytest.mark.parametrize("name", ["../M", "M/x", "Nowhere"])
def test_only_models_of_apps_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfError, match="no app brings the data model"):
        app(tmp_path, json.dumps(MINIMAL)).data_model(name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"constraints": [{"search": "(`no_such_macro`) a=1"}]}, "there is no macro no_such_macro"),
        ({"constraints": [{"search": "a="}]}, "there is no value after a="),
        (
            {"calculations": [{"calculationType": "GeoIP", "outputFields": [{"fieldName": "x"}]}]},
            "calculated fields of the kind GeoIP are not supported",
        ),
        (
            {
                "calculations": [
                    {
                        "calculationType": "Eval",
                        "expression": "nosuch(a)",
                        "outputFields": [{"fieldName": "x"}],
                    }
                ]
            },
            "nosuch",
        ),
    ],
)
def test_a_dataset_that_cannot_be_used_is_named(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    root = {"objectName": "Root", "parentName": "BaseEvent", **change}
    apps = app(tmp_path, json.dumps({"modelName": "M", "objects": [root]}))
    with pytest.raises(SplError, match=r"M\.json, dataset Root") as raised:
        make_plan("| tstats count from datamodel=M.Root", new_context(apps, 0.0))
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"baseSearch": "a=1 | stats count by b"}, "a root search of anything but events"),
        ({"baseSearch": "| makeresults"}, "a root search of anything but events"),
        ({"baseSearch": "a=1 | head 5"}, "a root search of anything but events"),
        ({"baseSearch": "a=1 [search b=2]"}, "a root search of anything but events"),
        ({"baseSearch": "a=1 | nosuch"}, "the command nosuch is not supported"),
        ({"baseSearch": "`no_such_macro`"}, "there is no macro no_such_macro"),
        ({"parentName": "BaseTransaction"}, "datasets of transactions are not supported"),
    ],
)
def test_a_root_that_cannot_be_used_is_named(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    root = {"objectName": "Root", "parentName": "BaseSearch", **change}
    child = {"objectName": "Child", "parentName": "Root", "constraints": [{"search": "c=3"}]}
    apps = app(tmp_path, json.dumps({"modelName": "M", "objects": [root, child]}))
    for name in ("M.Root", "M.Child"):
        with pytest.raises(SplError, match=r"M\.json, dataset Root") as raised:
            make_plan(f"| tstats count from datamodel={name}", new_context(apps, 0.0))
        assert words in str(raised.value)


def test_a_root_search_without_its_search_is_said(tmp_path: Path) -> None:
    root = {"objectName": "Root", "parentName": "BaseSearch"}
    with pytest.raises(ConfError, match="this is not a data model"):
        app(tmp_path, json.dumps({"modelName": "M", "objects": [root]})).data_model("M")
