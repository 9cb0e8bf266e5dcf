"""The page that a drilldown leads to: which searches it runs, and how it draws what they find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from splay.apps import AppSet
from splay.errors import SplayError
from splay.web.search_page import search_definition

APP = Path(__file__).parents[1] / "engine" / "app"
NO_MORE = {"count": 50}  # rows of a page


def definition(search: str) -> dict[str, Any]:
    return search_definition(search, "-1h", "now", AppSet([APP]))


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("search index=main | collect index=main", "collect"),
        ("| makeresults | stash", "stash"),
        ("| makeresults | sumindex", "sumindex"),
        ("| makeresults | summaryindex index=main", "summaryindex"),
        ("| makeresults | outputlookup a.csv", "outputlookup"),
        ("| makeresults | append [| makeresults | collect]", "collect"),
        ('| makeresults | map search="| makeresults | collect index=main"', "collect"),
        ("| makeresults | map [| makeresults | outputlookup a.csv]", "outputlookup"),
        ("search [| makeresults | outputlookup a.csv | table a]", "outputlookup"),
    ],
)
def test_a_link_runs_no_search_that_writes(
    search: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SplayError, match=f"^{name} writes: this page runs no search that does"):
        definition(search)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "search", ["index=main | delete", "index=main | outputcsv x", "x | nosuch"]
)
def test_nor_one_that_splay_does_not_know(search: str) -> None:
    with pytest.raises(SplayError, match="is not supported"):
        definition(search)


@pytest.mark.parametrize(
    ("search", "kind"),
    [
        ("index=main", "splunk.events"),
        ("index=main | eval a=1 | sort a", "splunk.events"),
        ("index=main | stats count", "splunk.table"),
        ("| makeresults", "splunk.table"),
    ],
)
def test_events_are_drawn_as_events_and_rows_as_a_table(search: str, kind: str) -> None:
    found = definition(search)
    (source,) = found["dataSources"].items()
    (drawn,) = found["visualizations"].items()
    assert source == (
        "results",
        {
            "type": "ds.search",
            "options": {
                "query": search,
                "queryParameters": {"earliest": "-1h", "latest": "now"},
            },
        },
    )
    assert drawn == (
        "results",
        {
            "type": kind,
            "dataSources": {"primary": "results"},
            "options": NO_MORE if kind == "splunk.table" else {},
        },
    )
    place = {"x": 0, "y": 0, "w": 1440, "h": 800}
    assert {name: found[name] for name in ("title", "inputs", "layout")} == {
        "title": "",
        "inputs": {},
        "layout": {
            "type": "grid",
            "options": {"width": 1440},
            "structure": [{"item": "results", "type": "block", "position": place}],
            "globalInputs": [],
        },
    }


def test_a_dollar_sign_is_no_token_of_the_dashboard() -> None:
    """Dashboard Studio, "Tokens": $$ is a dollar sign."""
    found = definition('index=main a="$b$"')
    assert found["dataSources"]["results"]["options"]["query"] == 'index=main a="$$b$$"'
