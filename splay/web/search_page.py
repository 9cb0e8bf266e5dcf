"""The view `search`: the results of the search that its address names, drawn as a dashboard is.

Drilldowns lead there as they do in Splunk Web: app/APP/search?q=...&earliest=...&latest=...
A search that writes is refused, because a link must not be able to run one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from splay.apps import AppSet
from splay.commands.operation import Kind
from splay.commands.registry import find_command
from splay.engine.inner import new_context
from splay.engine.plan import Plan, make_plan
from splay.errors import SplError
from splay.store.files.stash import StashFiles

_WRITING = {find_command(name) for name in ("collect", "outputlookup")}  # by whatever name
_WHOLE = {"x": 0, "y": 0, "w": 1440, "h": 800}


def search_definition(search: str, earliest: str, latest: str, apps: AppSet) -> dict[str, Any]:
    """A dashboard of one panel: events, or the table that the search makes of them.

    Raises SplayError: a search that is wrong, or that writes.
    """
    # The folder is never written: it lets a search that writes be planned, and then refused.
    context = new_context(apps, time.time(), data_folder=Path())
    context.collector = StashFiles(Path())
    plan = make_plan(search, context)
    for name in _commands(plan):
        if find_command(name) in _WRITING:
            raise SplError(f"{name} writes: this page runs no search that does", at=0)
    table = any(o.kind in (Kind.TRANSFORMING, Kind.GENERATING) for o in plan.operations)
    return {
        "title": "",
        "dataSources": {
            "results": {
                "type": "ds.search",
                "options": {
                    "query": search.replace("$", "$$"),
                    "queryParameters": {"earliest": earliest, "latest": latest},
                },
            }
        },
        "visualizations": {
            "results": {
                "type": "splunk.table" if table else "splunk.events",
                "dataSources": {"primary": "results"},
                "options": {"count": 50} if table else {},
            }
        },
        "inputs": {},
        "layout": {
            "type": "grid",
            "options": {"width": 1440},
            "structure": [{"item": "results", "type": "block", "position": _WHOLE}],
            "globalInputs": [],
        },
    }


def _commands(plan: Plan) -> Iterator[str]:
    yield from (command.name for command in plan.commands)
    for inner in plan.inner:
        yield from _commands(inner)
