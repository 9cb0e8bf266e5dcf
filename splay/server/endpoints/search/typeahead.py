"""search/typeahead: what may follow of what has been typed.

Source: REST API Reference, "search/typeahead"; the form of the answer was measured on Splunk
10.4.2. Of the values of fields splay offers what its indexes know: indexes, hosts, sources and
sourcetypes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from starlette.responses import Response

from splay.server.rest.request import JSON_TYPE, Call, Routes
from splay.server.rest.results import csv_line

routes = Routes()
_ARGS = (
    "prefix",
    "count",
    "earliest_time",
    "latest_time",
    "field",
    "max_time",
    "max_seconds_per_bucket",
    "use_fast_typeahead",
    "time_format",
    "f",
)


@routes("GET", "search/typeahead")
def typeahead(call: Call) -> Response:
    """What begins with the argument `prefix`, and how many events have it."""
    call.need("search")
    call.params.refuse_others(_ARGS)
    prefix = call.params.get("prefix")
    field, equals, begun = prefix.rpartition(" ")[2].partition("=")
    found: Iterable[tuple[str, int]] = ()
    if equals:
        values = _values(call, field)
        begun = begun.strip('"').lower()
        found = [(v, n) for v, n in values.most_common() if v.lower().startswith(begun)]
    most = call.params.number("count", 10)
    lines = [(f'{field}="{value}"', count) for value, count in found][: most if most > 0 else None]
    if call.json:
        results = [{"content": text, "count": count, "operator": True} for text, count in lines]
        return Response(json.dumps({"results": results}), 200, None, JSON_TYPE)
    cells = [["content", "count", "operator"]]
    cells += [[text, str(count), "true"] for text, count in lines]
    return Response("".join(map(csv_line, cells)), 200, None, "text/csv; charset=UTF-8")


def _values(call: Call, field: str) -> Counter[str]:
    """The values of a field that the caller may see, and how many events have each."""
    splunkd = call.splunkd
    allowed = splunkd.users.allowed_indexes(call.user)
    names = [*splunkd.indexes.matching("*", allowed), *splunkd.indexes.matching("_*", allowed)]
    if field == "index":
        return Counter({name: splunkd.indexes.get(name).count() for name in dict.fromkeys(names)})
    found: Counter[str] = Counter()
    if field in ("host", "source", "sourcetype"):
        for name in names:
            found.update(splunkd.indexes.get(name).origins(field))
    return found
