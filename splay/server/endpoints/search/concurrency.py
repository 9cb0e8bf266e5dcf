"""search/scheduler and search/concurrency-settings: what runs when, and how much at once.

Source: REST API Reference, "search/scheduler", "search/concurrency-settings/scheduler".
"""

from __future__ import annotations

import os

from starlette.responses import Response

from splay.server.errors import RestError
from splay.server.jobs.slots import MOST_AT_ONCE
from splay.server.rest.feeds import Entry, Feed, respond
from splay.server.rest.request import Call, Routes

routes = Routes()


@routes("GET", "search/scheduler")
def scheduler(call: Call) -> Response:
    """Whether scheduled searches run: they always do."""
    entry = Entry("scheduler", call.path, {"saved_searches_disabled": False})
    return respond(call, Feed("scheduler", call.path, [entry]))


@routes("POST", "search/scheduler/status")
def switch(call: Call) -> Response:
    """Refused: searches are disabled one by one."""
    raise RestError(501, "Not implemented: disable the scheduled searches that are not to run.")


@routes("GET", "search/concurrency-settings")
def settings(call: Call) -> Response:
    """How many searches run at once."""
    cores = os.cpu_count() or 1
    content = {
        "base_max_searches": MOST_AT_ONCE - cores,
        "max_searches_per_cpu": 1,
        "max_hist_searches": MOST_AT_ONCE,
    }
    entry = Entry("concurrency-settings", call.path, content)
    return respond(call, Feed("concurrency-settings", call.path, [entry]))


@routes("POST", "search/concurrency-settings/{name}")
def change(call: Call) -> Response:
    """Refused: the limits follow the machine."""
    raise RestError(501, "Not implemented: the limits follow from the number of processors.")
