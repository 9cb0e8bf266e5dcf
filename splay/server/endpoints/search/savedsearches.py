"""saved/searches: saved searches, their jobs, their schedule and their silence.

Source: REST API Reference, "saved/searches"; savedsearches.conf.spec.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from splay.conf.settings import on
from splay.errors import SplError
from splay.server.endpoints import conf_objects
from splay.server.endpoints.conf_objects import Kind, Settings, add_routes
from splay.server.endpoints.search.job_entry import job_entry
from splay.server.endpoints.search.job_request import run_at
from splay.server.errors import RestError
from splay.server.jobs.job import Job
from splay.server.objects.catalog import Object
from splay.server.rest.feeds import Entry, Feed, paged, respond
from splay.server.rest.request import Call, Routes, messages_response, record_response
from splay.server.scheduler.alerting import trigger
from splay.server.scheduler.cron import Cron
from splay.server.scheduler.savedsearch import SavedSearch, dispatched
from splay.spl.timemod import resolve

routes = Routes()
_STANDARD_ACTIONS = ("email", "populate_lookup", "rss", "script", "summary_index")
"""Actions of every Splunk: off unless a search says otherwise."""
_DEFAULTS: dict[str, str] = {
    # As savedsearches.conf.spec gives them.
    **{f"action.{name}": "0" for name in _STANDARD_ACTIONS},
    "alert.digest_mode": "1",
    "alert.expires": "24h",
    "alert.severity": "3",
    "alert.suppress": "0",
    "alert.suppress.fields": "",
    "alert.suppress.period": "",
    "alert.track": "auto",
    "alert_condition": "",
    "allow_skew": "0",
    "auto_summarize": "0",
    "auto_summarize.cron_schedule": "*/10 * * * *",
    "auto_summarize.dispatch.earliest_time": "",
    "auto_summarize.dispatch.latest_time": "",
    "auto_summarize.dispatch.time_format": "%FT%T.%Q%:z",
    "auto_summarize.dispatch.ttl": "60",
    "auto_summarize.max_concurrent": "1",
    "auto_summarize.max_disabled_buckets": "2",
    "auto_summarize.max_summary_ratio": "0.1",
    "auto_summarize.max_summary_size": "52428800",
    "auto_summarize.max_time": "3600",
    "auto_summarize.suspend_period": "24h",
    "auto_summarize.timespan": "",
    "cron_schedule": "",
    "description": "",
    "dispatchAs": "owner",
    "dispatch.buckets": "0",
    "dispatch.earliest_time": "",
    "dispatch.index_earliest": "",
    "dispatch.index_latest": "",
    "dispatch.latest_time": "",
    "dispatch.lookups": "1",
    "dispatch.max_count": "500000",
    "dispatch.max_time": "0",
    "dispatch.reduce_freq": "10",
    "dispatch.rt_backfill": "0",
    "dispatch.sample_ratio": "1",
    "dispatch.spawn_process": "1",
    "dispatch.time_format": "%FT%T.%Q%:z",
    "dispatch.ttl": "2p",
    "display.general.enablePreview": "1",
    "display.page.search.mode": "",
    "display.statistics.drilldown": "cell",
    "display.visualizations.charting.chart": "column",
    "display.visualizations.type": "charting",
    "displayview": "",
    "embed.enabled": "0",
    "max_concurrent": "1",
    "realtime_schedule": "1",
    "request.ui_dispatch_app": "",
    "request.ui_dispatch_view": "",
    "restart_on_searchpeer_add": "1",
    "run_n_times": "0",
    "run_on_startup": "0",
    "schedule_as": "auto",
    "schedule_priority": "default",
    "schedule_window": "0",
    "search": "",
    "vsid": "",
}
_BOOLEANS = (
    "alert.digest_mode",
    "alert.suppress",
    "auto_summarize",
    "dispatch.lookups",
    "dispatch.rt_backfill",
    "dispatch.spawn_process",
    "display.general.enablePreview",
    "embed.enabled",
    "realtime_schedule",
    "run_on_startup",
)
_NUMBERS = (
    "alert.severity",
    "dispatch.buckets",
    "dispatch.max_count",
    "dispatch.max_time",
    "dispatch.reduce_freq",
    "max_concurrent",
    "run_n_times",
)
_ALIASES = {
    "is_scheduled": "enableSched",
    "alert_type": "counttype",
    "alert_comparator": "relation",
    "alert_threshold": "quantity",
}
_ALERT_DEFAULTS = {"alert_type": "always", "alert_comparator": "", "alert_threshold": ""}
_ACTION = re.compile(r"action\.([^.]+)")
_LINKS = ("dispatch", "embed", "history", "move")
_LISTING = ("add_orphan_field", "earliest_time", "latest_time", "listDefaultActionArgs")


def _content(call: Call, item: Object) -> dict[str, Any]:
    held = item.stanza.settings
    content: dict[str, Any] = {**_DEFAULTS, **held}
    for name in _BOOLEANS:
        content[name] = on(content, name)
    for name in _NUMBERS:
        text = str(content[name])
        content[name] = int(text) if re.fullmatch(r"\d{1,18}", text) else text
    content["alert.track"] = SavedSearch(item).tracked
    for shown, kept in _ALIASES.items():
        content[shown] = content.pop(kept, _ALERT_DEFAULTS.get(shown, ""))
    content["is_scheduled"] = on(held, "enableSched")
    content["is_visible"] = on(held, "is_visible", True)
    content["disabled"] = on(held, "disabled")
    content["actions"] = ", ".join(SavedSearch(item).actions())
    content["qualifiedSearch"] = SavedSearch(item).qualified
    content["triggered_alert_count"] = _fired_count(call, item)
    content["next_scheduled_time"] = _next_time(call, item)
    for name in list(content):
        if _ACTION.fullmatch(name):
            content[name] = on(content, name)
    return content


def _fired_count(call: Call, item: Object) -> int:
    fired = call.splunkd.alerts.fired(call.splunkd.clock())
    return sum(1 for one in fired if one.search == SavedSearch(item).key)


def _next_time(call: Call, item: Object) -> str:
    saved = SavedSearch(item)
    if not saved.scheduled:
        return ""
    zone = call.splunkd.zone(item.acl.owner)
    try:
        moment = Cron(saved.setting("cron_schedule")).after(call.splunkd.clock(), zone)
    except RestError:  # of an app's file: the others are listed all the same
        return ""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _settings(call: Call, item: Object | None) -> Settings:
    """The arguments as settings; those that the REST interface names otherwise are renamed."""
    settings: Settings = {}
    for name, value in conf_objects.plain_settings(call, item).items():
        settings[_ALIASES.get(name, name)] = value
    if "actions" in settings:
        wanted = [a.strip() for a in (settings.pop("actions") or "").split(",") if a.strip()]
        old = SavedSearch(item).actions() if item else []
        settings.update({f"action.{name}": "0" for name in old if name not in wanted})
        settings.update({f"action.{name}": "1" for name in wanted})
    cron = settings.get("cron_schedule")
    if cron:
        Cron(cron)
    if on(settings, "enableSched") and not (
        cron or (item and item.stanza.settings.get("cron_schedule"))
    ):
        raise RestError(400, "A scheduled search needs a cron_schedule.")
    if settings.get("enableSched") not in (None, "0", "false"):
        call.need("schedule_search")
    return settings


SEARCHES = Kind(
    "saved/searches",
    "savedsearches",
    "savedsearch",
    _content,
    _settings,
    _LINKS,
    required=("search",),
    capability="search",
    listing=_LISTING,
    fields={
        "optionalFields": sorted({*_DEFAULTS, *_ALIASES, "actions", "disabled", "is_visible"}),
        "wildcardFields": [r"action\..*", r"alert\..*", r"dispatch\..*", r"display\..*"],
    },
)


@routes("DELETE", "saved/searches/{name}")
def delete(call: Call) -> Response:
    """Removes a saved search, with its alerts that have fired."""
    saved = _saved(call)
    answer = conf_objects.delete(call, SEARCHES)
    call.splunkd.alerts.forget(saved.key)
    return answer


add_routes(routes, SEARCHES)


def _saved(call: Call) -> SavedSearch:
    return SavedSearch(conf_objects.find(call, SEARCHES, call.names["name"]))


@routes("POST", "saved/searches/{name}/dispatch")
def dispatch(call: Call) -> Response:
    """Runs a saved search now."""
    params = call.params
    prefixed = [name for name in params if name.startswith(("dispatch.", "args."))]
    params.refuse_others(_DISPATCH, prefixed)
    call.need("search")
    saved = _saved(call)
    for name, value in params.pairs().items():
        if name.startswith("dispatch."):
            saved.overridden[name] = value
    args = {n.removeprefix("args."): v for n, v in params.pairs().items() if n.startswith("args.")}
    acting = params.flag("trigger_actions")
    if acting:  # an action speaks in the name of the search
        conf_objects.need_write(call, saved.item.acl)

    def ended(job: Job) -> None:
        if acting:
            trigger(call.splunkd, saved, job)

    moment = run_at(params)
    job = dispatched(call.splunkd, saved, call.user, args, moment, after=ended, acting=acting)
    return record_response(call, {"sid": job.sid}, 201)


_DISPATCH = ("trigger_actions", "force_dispatch", "now", "f", "output_mode")


@routes("GET", "saved/searches/{name}/history")
def history(call: Call) -> Response:
    """The jobs of a saved search that are still there."""
    saved = _saved(call)
    splunkd = call.splunkd
    jobs = splunkd.jobs.listed(call.user, splunkd.is_admin(call.user))
    entries = []
    for job in jobs:
        if job.request.search_of == saved.key:
            entry = job_entry(job)
            entry.name = job.sid
            scheduled = job.request.scheduled is not None
            entry.content = {**entry.content, "isScheduled": scheduled, "start": int(job.created)}
            entries.append(entry)
    return paged(call, Feed(saved.name, "search/jobs", entries))


@routes("GET", "saved/searches/{name}/scheduled_times")
def scheduled_times(call: Call) -> Response:
    """When a saved search is going to run between two times."""
    saved = _saved(call)
    if not saved.scheduled:
        raise RestError(400, f"The saved search {saved.name!r} is not scheduled.")
    zone = call.splunkd.zone(saved.owner)
    now = call.splunkd.clock()
    begin = resolve(call.params.needed("earliest_time"), now, zone) or 0.0
    end = resolve(call.params.needed("latest_time"), now, zone) or now
    cron = Cron(saved.setting("cron_schedule"))
    times: list[int] = []
    moment = cron.after(begin - 1, zone)
    while moment <= end and len(times) < 10_000:
        times.append(int(moment))
        moment = cron.after(moment, zone)
    path = f"saved/searches/{saved.name}"
    entry = Entry("scheduled_times", path, {"scheduled_times": times}, saved.item.acl)
    return respond(call, Feed(saved.name, path, [entry]))


# ---- suppression ----


@routes("GET", "saved/searches/{name}/suppress")
def suppression(call: Call) -> Response:
    """Whether the alert is silent, and for how many seconds more."""
    saved = _saved(call)
    now = call.splunkd.clock()
    until = call.splunkd.alerts.silent_until(saved.key, now)
    content = {"suppressed": bool(until), "expiration": int(max(until - now, 0))}
    path = f"saved/searches/{saved.name}"
    return respond(call, Feed(saved.name, path, [Entry("suppress", path, content, saved.item.acl)]))


@routes("POST", "saved/searches/{name}/suppress")
def suppress(call: Call) -> Response:
    """Silences the alert for a time such as 60, 5m or 1h; 0 ends the silence."""
    call.params.refuse_others(("expiration",))
    saved = _saved(call)
    conf_objects.need_write(call, saved.item.acl)
    now = call.splunkd.clock()
    text = call.params.needed("expiration")
    try:
        until = resolve(f"+{text}s" if text.isdigit() else f"+{text}", now, UTC)
    except SplError as error:
        raise RestError(400, f"Invalid expiration: {text}") from error
    silent = 0.0 if text == "0" else until or 0.0
    call.splunkd.alerts.silence(saved.key, {"": silent}, now)
    return suppression(call)


@routes("POST", "saved/searches/{name}/acknowledge")
def acknowledge(call: Call) -> Response:
    """Ends the silence of an alert."""
    saved = _saved(call)
    conf_objects.need_write(call, saved.item.acl)
    for by in ("", call.user):
        call.splunkd.alerts.silence(saved.key, {"": 0.0}, call.splunkd.clock(), by)
    return messages_response(200, [("INFO", "Acknowledged.")], call.json)


@routes("POST", "saved/searches/{name}/reschedule")
@routes("POST", "saved/searches/{name}/move")
def unsupported(call: Call) -> Response:
    """Moving to another time or app: not here."""
    raise RestError(
        501, "Not implemented: change the cron_schedule, or create it in the other app."
    )
