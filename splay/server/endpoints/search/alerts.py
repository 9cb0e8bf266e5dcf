"""alerts/fired_alerts: which alerts have fired (REST API Reference, "alerts/fired_alerts")."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from starlette.responses import Response

from splay.server.alerts import Fired
from splay.server.endpoints.conf_objects import need_write, visible
from splay.server.endpoints.search.savedsearches import SEARCHES
from splay.server.errors import RestError
from splay.server.objects.acl import Acl
from splay.server.rest.feeds import Entry, Feed, paged
from splay.server.rest.request import Call, Routes, messages_response

routes = Routes()
_PATH = "alerts/fired_alerts"


def _seen(call: Call) -> list[Fired]:
    fired = call.splunkd.alerts.fired(call.splunkd.clock())
    admin = call.splunkd.is_admin(call.user)
    return [one for one in fired if admin or one.owner in (call.user, "nobody")]


@routes("GET", _PATH)
def groups(call: Call) -> Response:
    """The saved searches whose alerts have fired, and `-` for all of them."""
    fired = _seen(call)
    counts = Counter(one.search for one in fired)
    entries = [_group("-", len(fired), Acl("search", "-", "user"))]
    for (_, app, name), count in sorted(counts.items()):
        entries.append(_group(name, count, Acl(app, "nobody", "app")))
    return paged(call, Feed("alerts", _PATH, entries))


def _group(name: str, count: int, acl: Acl) -> Entry:
    return Entry(name, _PATH, {"triggered_alert_count": count}, acl)


@routes("GET", f"{_PATH}/{{name}}")
def alerts_of(call: Call) -> Response:
    """The alerts of one saved search that have fired; of all for the name `-`."""
    name = call.names["name"]
    fired = [one for one in _seen(call) if name in ("-", one.search[2])]
    if not fired and name not in ("-", *(item.stanza.name for item in visible(call, SEARCHES))):
        raise RestError(404, f"Could not find alert savedsearch_id={name}")
    return paged(call, Feed("alerts", f"{_PATH}/{name}", [_entry(one) for one in fired]))


def _entry(fired: Fired) -> Entry:
    _, app, name = fired.search
    content = {
        "actions": ", ".join(fired.actions) or None,
        "alert_type": "historical",
        "digest_mode": fired.digest,
        "expiration_time_rendered": _time(fired.expires),
        "savedsearch_name": name,
        "severity": fired.severity,
        "sid": fired.sid,
        "trigger_time": int(fired.time),
        "trigger_time_rendered": _time(fired.time),
        "triggered_alerts": fired.results,
    }
    acl = Acl(app, fired.owner, "app", removable=True)
    when = datetime.fromtimestamp(fired.time, UTC)
    return Entry(fired.key, _PATH, content, acl, ("job",), published=when)


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@routes("DELETE", f"{_PATH}/{{name}}")
def remove(call: Call) -> Response:
    """Forgets one alert that has fired, by its sid."""
    fired = [one for one in _seen(call) if call.names["name"] in (one.sid, one.key)]
    if fired:
        _need_write(call, fired[0])
    if not fired or not call.splunkd.alerts.remove(fired[0].sid):
        raise RestError(404, f"Could not find object id={call.names['name']}")
    return messages_response(200, [("INFO", "Removed.")], call.json)


def _need_write(call: Call, fired: Fired) -> None:
    """RestError 403: the caller may not change the search that has fired."""
    owner, app, name = fired.search
    for item in call.splunkd.catalog.objects("savedsearches", call.user, owner, app):
        if item.stanza.name == name:
            need_write(call, item.acl)
            return
    call.need("admin_all_objects")  # the search is not there any more
