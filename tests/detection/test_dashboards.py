"""The app's views hold together: what one part names, another defines, and nothing is left over.

Types, options and the grid are those of Splunk's "Dashboard Studio", "Visualization configuration
options", "Input configuration options" and "Grid layout"; `make views`, and the last tests here,
compare the whole definition with the schema that Splunk publishes.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest

from splay.apps import AppSet
from splay.spl.parser import parse_search
from tests.detection.dashboards import RESULT, TOKEN, VIEWS, Dashboard, dashboards, filled
from tests.detection.searching import ROOT
from tests.holding import every, some

GRID_WIDTH = 1200
OPTIONS = {
    "splunk.singlevalue": {"majorColor", "numberPrecision", "unit", "majorFontSize"},
    "splunk.table": {"columnFormat", "count", "tableFormat", "showInternalFields"},
    "splunk.column": {"legendDisplay", "stackMode", "xAxisTitleVisibility", "yAxisTitleText"},
    "splunk.bar": {"legendDisplay", "stackMode", "xAxisTitleVisibility", "yAxisTitleText"},
    "splunk.line": {"legendDisplay", "xAxisTitleVisibility", "yAxisTitleText"},
    "splunk.markdown": {"markdown"},
}
INPUTS = {
    "input.timerange": {"token", "defaultValue"},
    "input.dropdown": {"token", "defaultValue", "items"},
}
SOURCES = {
    "ds.search": {"query", "queryParameters"},
    # "Setting tokens from search results or search job metadata"
    "ds.chain": {"query", "extend", "enableSmartSources"},
}
CLICKS = {"name", "value"}  # beside row.<field>.value ("Setting tokens on a visualization click")
DASHBOARDS = dashboards()

each = pytest.mark.parametrize("view", DASHBOARDS, ids=lambda view: view.name)


def inputs(view: Dashboard) -> dict[str, Any]:
    found: dict[str, Any] = view.definition["inputs"]
    return found


def clicks(view: Dashboard, kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each panel on which a click does something of this kind, and the options of that."""
    for panel in view.panels.values():
        for handler in panel.get("eventHandlers", []):
            assert handler["type"] in ("drilldown.setToken", "drilldown.customUrl")
            if handler["type"] == kind:
                yield panel, handler["options"]


def set_by_clicks(view: Dashboard) -> Iterator[dict[str, str]]:
    for _, options in clicks(view, "drilldown.setToken"):
        yield from options["tokens"]


def used_tokens(view: Dashboard) -> Iterator[tuple[str, str]]:
    """The name and filters of each token in a search or its time range."""
    defaults = view.definition["defaults"].get("dataSources", {}).get("ds.search", {})
    parts = [defaults, *view.sources.values()]
    for options in (part.get("options", {}) for part in parts):
        texts = [options.get("query", ""), *options.get("queryParameters", {}).values()]
        for match in TOKEN.finditer(" ".join(texts)):
            yield match["name"], match["filters"]


def used_sources(view: Dashboard) -> set[str]:
    shown = [*view.panels.values(), *inputs(view).values()]
    named = {name for part in shown for name in part.get("dataSources", {}).values()}
    named |= {
        view.named(token.partition(RESULT)[0]) for token, _ in used_tokens(view) if RESULT in token
    }
    return named | {s["options"]["extend"] for s in view.sources.values() if "chain" in s["type"]}


def test_there_are_views_and_the_navigation_names_each_of_them_once() -> None:
    root = ElementTree.parse(VIEWS.parent / "nav" / "default.xml").getroot()
    named = [view.get("name") for view in root.iter("view")]
    splunks = {"search", "reports", "alerts", "dashboards"}  # views of every app
    assert sorted(name or "" for name in named if name not in splunks) == sorted(
        view.name for view in DASHBOARDS
    )
    assert [view.get("name") for view in root.iter("view") if view.get("default")] == [
        "adcs_triage"
    ]
    assert AppSet([ROOT]).conf("app")["ui"].settings["is_visible"] == "true"


@each
def test_the_file_says_what_the_definition_says(view: Dashboard) -> None:
    root = ElementTree.parse(VIEWS / f"{view.name}.xml").getroot()
    assert view.label == view.definition["title"]
    assert root.findtext("description") == view.definition["description"]
    assert [part.tag for part in root] == ["label", "description", "definition"]
    for part in [*view.panels.values(), *inputs(view).values()]:
        assert part["title"]


@each
def test_types_and_options_are_known(view: Dashboard) -> None:
    for parts, known in ((view.panels, OPTIONS), (inputs(view), INPUTS), (view.sources, SOURCES)):
        for name, part in parts.items():
            assert re.fullmatch(r"[a-z_]+", name)
            assert set(part.get("options", {})) <= known[part["type"]], name


@each
def test_every_data_source_is_used_and_every_one_used_is_there(view: Dashboard) -> None:
    assert used_sources(view) == set(view.sources)
    for source in view.sources.values():  # a chain ends at a search
        seen = []
        while "extend" in source["options"]:
            assert source["options"]["extend"] not in seen
            seen.append(source["options"]["extend"])
            source = view.sources[seen[-1]]
        assert source["type"] == "ds.search"


@each
def test_dynamic_options_name_what_their_context_defines(view: Dashboard) -> None:
    for part in [*view.panels.values(), *inputs(view).values()]:
        texts = [str(text) for text in _strings(part.get("options", {})) if text.startswith(">")]
        names = set(re.findall(r"(?:rangeValue|matchValue|prepend)\((\w+)\)", " ".join(texts)))
        context = part.get("context", {})
        inner = set(re.findall(r"formatByType\((\w+)\)", str(context)))
        statics = {"statics"} if "formattedStatics" in context else set()
        labels = {"label", "value"} & set(context)
        assert names | inner | statics | labels == set(context)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


@each
def test_every_panel_has_its_place_and_none_is_on_another(view: Dashboard) -> None:
    layout = view.definition["layout"]
    assert layout["type"] == "grid"
    assert layout["globalInputs"] == list(inputs(view))
    places = {part["item"]: part["position"] for part in layout["structure"]}
    assert len(places) == len(layout["structure"])
    assert set(places) == set(view.panels)
    assert every(p["x"] >= 0 and p["x"] + p["w"] <= GRID_WIDTH for p in places.values())
    area = sum(place["w"] * place["h"] for place in places.values())
    bottom = max(place["y"] + place["h"] for place in places.values())
    assert area == GRID_WIDTH * bottom  # without a gap
    for one, other in combinations(places.values(), 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart


@each
def test_every_token_that_is_used_is_defined_and_the_other_way_round(view: Dashboard) -> None:
    by_inputs = [part["options"]["token"] for part in inputs(view).values()]
    assert len(set(by_inputs)) == len(by_inputs)
    by_clicks = {token["token"] for token in set_by_clicks(view)}
    used = {name.partition(".")[0] for name, _ in used_tokens(view) if RESULT not in name}
    assert used == by_clicks | set(by_inputs)
    assert set(view.defaults) == used - set(by_inputs)  # so no panel waits for a click
    for token in set_by_clicks(view):
        assert ("key" in token) != ("value" in token)
        key = token.get("key", "name")
        assert key in CLICKS or re.fullmatch(r"row\.\w+\.value", key)


def test_a_click_that_opens_a_search_opens_what_the_panel_counts() -> None:
    """A search page takes the search in q, and its range in earliest and latest."""
    found = {}
    for view in DASHBOARDS:
        for panel, options in clicks(view, "drilldown.customUrl"):
            address = urlsplit(options["url"])
            assert address.path == "/app/DA-ESS-ADCSBackup/search"
            asked = dict(parse_qsl(address.query, strict_parsing=True))
            source = view.sources[panel["dataSources"]["primary"]]["options"]
            base = view.sources[source["extend"]]["options"]
            assert base["query"].split("\n")[0] == asked.pop("q")
            assert base["queryParameters"] == asked
            found[panel["title"]] = base["query"]
    assert [*found] == ["Lines of backup operators", "Lines of the inventory", "Proposals"]


@each
def test_what_comes_from_a_click_or_an_input_is_quoted_in_every_search(view: Dashboard) -> None:
    """The filter s keeps a value from ending its quotes, and so from being SPL."""
    for source in some(view.sources.values()):
        query = source["options"]["query"]
        assert {match["filters"] for match in TOKEN.finditer(query)} <= {"|s"}
        assert "$" not in TOKEN.sub("", query)  # two of them might make a token by chance
        assert not re.search(r"`[^`]*\$", re.sub(r"`[^`$]*`", "", query))  # none within a macro
        quotes = TOKEN.sub("", query).replace("\\\\", "").replace('\\"', "")
        assert quotes.count('"') % 2 == 0


HOSTILE = [
    'x" | delete',
    'x\\" | outputlookup a.csv',
    "x\\",
    '"',
    "x]] | [| rest /services",
    "`adcs_health`",
    "$ca|n$",
    "a | b",
    "=HYPERLINK(1)",
    "\u202egnp",
    "<script>alert(1)</script>",
]


@each
def test_a_hostile_value_changes_no_search(view: Dashboard) -> None:
    """The commands stay the same, and none of the value's own words becomes one."""
    app = AppSet([ROOT])
    for source in some(view.sources.values()):
        query = "|" * (source["type"] == "ds.chain") + source["options"]["query"].lstrip("| ")
        names = {match["name"] for match in TOKEN.finditer(query)}
        if not names:
            continue
        plain = commands(app, filled(query, dict.fromkeys(names, "x")))
        for value in HOSTILE:
            assert commands(app, filled(query, dict.fromkeys(names, value))) == plain


def commands(app: AppSet, spl: str) -> list[str]:
    return [command.name for command in parse_search(app.expand(spl)).commands]


def check(request: pytest.FixtureRequest, *views: Path) -> subprocess.CompletedProcess[str]:
    """What Splunk's schema says of these views."""
    if not request.config.getoption("--official-tools"):
        pytest.skip("Splunk's schema of dashboards is chosen by --official-tools")
    script = ROOT / "dashboards" / "check.mjs"
    assert (script.parent / "node_modules").exists(), "make views installs Splunk's packages"
    command = ["node", str(script), *map(str, views)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_views_fit_the_schema_that_splunk_publishes(request: pytest.FixtureRequest) -> None:
    done = check(request, *sorted(VIEWS.glob("*.xml")))
    assert done.stdout == f"{len(DASHBOARDS)} views fit Splunk's schema\n"
    assert (done.returncode, done.stderr) == (0, "")


BREAKS = {
    ('"splunk.table"', '"splunk.tabel"'): "/visualizations/viz_table: there is no type",
    ('"majorColor"', '"majorColour"'): "splunk.singlevalue has no option majorColour",
    ('"stacked"', '"stacket"'): "/visualizations/viz_time/options/stackMode: must match pattern",
    ('"width": 195', '"width": 19'): "columnFormat/time/width: must be >= 30",
    ('"query"', '"querry"'): "ds.search has no option querry",
    ('"type": "grid"', '"type": "gird"'): "/layout/layoutDefinitions/layout_1/type: must be equal",
    ('"item": "viz_raw"', '"item": "viz_rew"'): '"viz_raw" is not present in any Layout Structure',
    ('"token": "caller", "defaultValue"', '"token": "ca", "defaultValue"'): "same token (ca)",
}


@pytest.mark.parametrize("change", BREAKS, ids=[words for _, words in BREAKS])
def test_the_schema_refuses_what_is_wrong(
    change: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    text = (VIEWS / "adcs_triage.xml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "broken.xml").write_text(text.replace(*change), encoding="utf-8")
    done = check(request, tmp_path / "broken.xml")
    assert BREAKS[change] in done.stdout
    assert done.returncode == 1
