"""The app's Dashboard Studio views, and what their searches give.

Sources: "Dashboard Studio": "Create a dashboard using REST API endpoints" for a view's form,
"What is a dashboard definition", "Tokens" for tokens and their filters, and "Setting tokens from
search results or search job metadata" for $Name of a source:result.field$.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from splay.apps import AppSet
from splay.engine.inner import new_context, run_over
from splay.eval.value import as_list, to_text
from splay.rows import Results
from splay.store.event import Event
from tests.detection.indexed import search_indexed
from tests.detection.searching import NOW, ROOT

VIEWS = ROOT / "default" / "data" / "ui" / "views"
TOKEN = re.compile(r"\$(?P<name>[\w.:]+)(?P<filters>(?:\|[a-z]+)*)\$")
RESULT = ":result."
"""Within a token's name: before it the name of a data source, after it a field of its first row."""


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError(f"a key stands twice among {[key for key, _ in pairs]}")
    return made


@dataclass(frozen=True)
class Dashboard:
    """One view. definition: what Dashboard Studio reads, as JSON."""

    name: str
    label: str
    definition: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Dashboard:
        root = ElementTree.parse(path).getroot()
        assert (root.tag, root.get("version")) == ("dashboard", "2")
        text = root.findtext("definition") or ""
        definition = json.loads(text, object_pairs_hook=_no_key_twice)
        return cls(path.stem, root.findtext("label") or "", definition)

    @property
    def sources(self) -> dict[str, Any]:
        """Its data sources by id."""
        found: dict[str, Any] = self.definition["dataSources"]
        return found

    @property
    def panels(self) -> dict[str, Any]:
        """Its visualizations by id."""
        found: dict[str, Any] = self.definition["visualizations"]
        return found

    @property
    def defaults(self) -> dict[str, str]:
        """The tokens that have a value before anybody has done anything."""
        given = self.definition["defaults"].get("tokens", {}).get("default", {})
        return {name: one["value"] for name, one in given.items()}

    def named(self, name: str) -> str:
        """The id of the data source with this name, whose results are tokens."""
        (found,) = (key for key, source in self.sources.items() if source["name"] == name)
        assert self.sources[found]["options"]["enableSmartSources"] is True
        return found

    def query(self, source: str, tokens: Mapping[str, str]) -> str:
        """What that source sends, each token in its place."""
        return filled(self.sources[source]["options"]["query"], tokens)


def dashboards() -> list[Dashboard]:
    """The views of the app that are made with Dashboard Studio: all of them."""
    return [Dashboard.read(path) for path in sorted(VIEWS.glob("*.xml"))]


def dashboard(name: str) -> Dashboard:
    """One view, by its name."""
    return Dashboard.read(VIEWS / f"{name}.xml")


def filled(text: str, tokens: Mapping[str, str]) -> str:
    """A text with its tokens replaced. The filter s wraps a value in quotes, and escapes quotes and
    backslashes within it ("Tokens", token filters)."""

    def value(match: re.Match[str]) -> str:
        token = tokens[match["name"]]
        return json.dumps(token, ensure_ascii=False) if match["filters"] == "|s" else token

    return TOKEN.sub(value, text)


def ask(
    view: Dashboard,
    events: Sequence[Event],
    tokens: Mapping[str, str],
    apps: Sequence[Path] = (ROOT,),
) -> dict[str, Results]:
    """The results of each data source; chains work on their base's results, as in Splunk."""
    found: dict[str, Results] = {}
    given = {**view.defaults, **tokens}

    def value(name: str) -> str:
        source, smart, field = name.partition(RESULT)
        if not smart:
            return given[name]
        row = results_of(view.named(source)).rows[0]
        return ",".join(map(to_text, as_list(row[field])))

    def results_of(source: str) -> Results:
        if source not in found:
            text = view.sources[source]["options"]["query"]
            names = {match["name"] for match in TOKEN.finditer(text)}
            spl = view.query(source, {name: value(name) for name in names})
            base = view.sources[source]["options"].get("extend")
            found[source] = (
                run_over(spl, results_of(base), new_context(AppSet(apps), NOW))
                if base
                else search_indexed(spl, events, apps)[0]
            )
        return found[source]

    for source in view.sources:
        results_of(source)
    return found
