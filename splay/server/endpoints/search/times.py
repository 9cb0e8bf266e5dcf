"""Times: what a time modifier stands for, and the ranges that time pickers offer.

Source: REST API Reference, "search/timeparser", "data/ui/times"; times.conf.spec.
"""

from __future__ import annotations

import json
import time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from splay.conf.settings import on
from splay.errors import SplError
from splay.eval.times.timefmt import strftime
from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind, add_routes
from splay.server.endpoints.search.job_request import output_format, run_at, time_of
from splay.server.endpoints.search.zones import serialized
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, paged
from splay.server.rest.request import JSON_TYPE, XML_HEAD, XML_TYPE, Call, Routes
from splay.spl.timemod import resolve

routes = Routes()

# ---- the parser ----

_FORMAT = "%FT%T.%Q%:z"


@routes("GET", "search/timeparser")
def parse(call: Call) -> Response:
    """The moment that each argument `time` stands for, by the argument.

    RestError 400: no `time`, or one that is none.
    """
    params = call.params
    params.refuse_others(("time", "now", "time_format", "output_time_format"))
    params.needed("time")
    now = run_at(params)
    now = time.time() if now is None else now
    zone = call.splunkd.zone(call.user)
    form = output_format(params) or _FORMAT
    found = {}
    for text in params.all("time"):
        written = time_of(params.only(("time_format",)).plus("time", text), "time")
        try:
            found[text] = strftime(resolve(written, now, zone) or 0.0, form, zone)
        except (SplError, ValueError):
            raise RestError(400, "Invalid time.", "FATAL") from None
    if call.json:
        return Response(json.dumps(found), 200, None, JSON_TYPE)
    keys = "".join(f"<key name={quoteattr(k)}>{escape(v)}</key>" for k, v in found.items())
    body = f"{XML_HEAD}<response><dict>{keys}</dict></response>\n"
    return Response(body, 200, None, XML_TYPE)


@routes("GET", "search/timeparser/tz")
def zone(call: Call) -> Response:
    """The user's time zone, as Splunk's pages read it."""
    text = serialized(call.splunkd.zone(call.user))
    return Response(text, 200, None, "text/plain; charset=UTF-8")


# ---- ranges ----

_PATH = "data/ui/times"
_RANGES: dict[str, tuple[str, str, str]] = {
    "today": ("Today", "@d", "now"),
    "week_to_date": ("Week to date", "@w0", "now"),
    "month_to_date": ("Month to date", "@mon", "now"),
    "year_to_date": ("Year to date", "@y", "now"),
    "yesterday": ("Yesterday", "-1d@d", "@d"),
    "previous_week": ("Previous week", "-7d@w0", "@w0"),
    "previous_month": ("Previous month", "-1mon@mon", "@mon"),
    "previous_year": ("Previous year", "-1y@y", "@y"),
    "last_15_minutes": ("Last 15 minutes", "-15m", "now"),
    "last_60_minutes": ("Last 60 minutes", "-60m@m", "now"),
    "last_4_hours": ("Last 4 hours", "-4h@m", "now"),
    "last_24_hours": ("Last 24 hours", "-24h@h", "now"),
    "last_7_days": ("Last 7 days", "-7d@h", "now"),
    "last_30_days": ("Last 30 days", "-30d@d", "now"),
    "last_90_days": ("Last 90 days", "-90d@d", "now"),
    "all_time": ("All time", "0", ""),
}
"""name: label, earliest_time, latest_time; those of Splunk's picker that are not real-time."""

_TIMES = Kind(_PATH, "times", "times-conf")


@routes("GET", _PATH)
def list_times(call: Call) -> Response:
    """The ranges, in order; an app's times.conf adds some or changes them."""
    own = {item.stanza.name: item for item in conf_objects.visible(call, _TIMES)}
    names = [*_RANGES, *(name for name in own if name not in _RANGES)]
    entries = [_range(name, own.get(name), order) for order, name in enumerate(names, 1)]
    if call.params.number("count", 0) < 0:  # -1 is how Splunk's packages write "all"
        call.params = call.params.only(("output_mode", "search")).plus("count", "0")
    return paged(call, Feed("times-conf", _PATH, entries))


add_routes(routes, _TIMES)


def _range(name: str, item: Object | None, order: int) -> Entry:
    label, earliest, latest = _RANGES.get(name, (name, "", ""))
    content: dict[str, Any] = {
        "label": label,
        "earliest_time": earliest,
        "latest_time": latest,
        "order": str(order),
        **(item.stanza.settings if item else {}),
    }
    content["disabled"] = on(content, "disabled")
    return Entry(name, _PATH, content, item.acl if item else Acl())
