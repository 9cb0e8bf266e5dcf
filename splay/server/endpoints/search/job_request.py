"""What the arguments of search/jobs mean for a job; what splay cannot honour is refused.

Source: REST API Reference, "search/jobs", POST request parameters.
"""

from __future__ import annotations

import re
from datetime import datetime

from splay.eval.times.timevars import UnsupportedVariable, split_format
from splay.server.errors import RestError
from splay.server.jobs.job import DEFAULT_TTL, MAX_COUNT, Request
from splay.server.jobs.timerange import TimeRange
from splay.server.rest.request import Call, Params

_HONOURED = frozenset(
    (
        "search",
        "earliest_time",
        "latest_time",
        "index_earliest",
        "index_latest",
        "exec_mode",
        "id",
        "label",
        "max_count",
        "max_time",
        "now",
        "auto_cancel",
        "auto_finalize_ec",
        "status_buckets",
        "preview",
        "timeout",
        "time_format",
        "output_time_format",
        "f",
        "field_list",
        "namespace",
        "count",
        "offset",
    )
)
_WITHOUT_EFFECT = frozenset(
    # How splunkd runs or shows a search, not what it finds.
    (
        "adhoc_search_level",
        "allow_partial_results",
        "check_risky_command",
        "enable_lookups",
        "force_bundle_replication",
        "max_lines",
        "postprocess_searches",
        "preview_freq",
        "provenance",
        "reduce_freq",
        "reload_macros",
        "replay_speed",
        "required_field_list",
        "rf",
        "segmentation",
        "show_metadata",
        "spawn_process",
        "sync_bundle_replication",
        "truncation_mode",
        "ui_dispatch_app",
        "ui_dispatch_view",
        "use_histogram",
        "webframework.cache.hash",
        "workload_pool",
    )
)
_ONLY = {
    "enable_lookups": "1",
    "search_mode": "normal",
    "sample_ratio": "1",
    "auto_pause": "0",
    "sid": "",
}
_EPOCH = re.compile(r"\d+(?:\.\d+)?")
_LAST = 253402300800  # the year 10000
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")


def job_request(call: Call) -> tuple[Request, TimeRange, float | None]:
    """The job that a call asks for: what to do, its time range, and the time it is run at.

    RestError 400: an argument that is wrong, or that splay cannot honour.
    """
    params = call.params
    _refuse(params)
    ttl = params.number("timeout", DEFAULT_TTL)
    request = Request(
        params.needed("search"),
        call.user,
        params.get("namespace") or call.app_context,
        sharing="app" if call.app not in (None, "-") else "global",
        label=params.get("label"),
        ttl=ttl,
        max_count=params.number("max_count", MAX_COUNT),
        max_time=params.number("max_time", 0),
        auto_cancel=params.number("auto_cancel", 0),
        auto_finalize_ec=params.number("auto_finalize_ec", 0),
        status_buckets=params.number("status_buckets", 0),
        preview=params.flag("preview", True),
        time_format=output_format(params),
        args=params.pairs(("_",)),
    )
    names = ("earliest_time", "latest_time", "index_earliest", "index_latest")
    return request, TimeRange(*(time_of(params, name) for name in names)), run_at(params)


def _refuse(params: Params) -> None:
    for name in params:
        if name in _ONLY:
            if params.get(name).lower() not in (_ONLY[name], "true" if _ONLY[name] == "1" else ""):
                raise RestError(400, f'Argument "{name}={params.get(name)}" is not supported.')
        elif name.startswith("custom."):
            continue
        else:
            params_known = _HONOURED | _WITHOUT_EFFECT
            if name not in params_known:
                params.refuse_others(params_known, _ONLY)
    for name in ("max_count", "max_time", "auto_cancel", "auto_finalize_ec", "status_buckets"):
        if params.number(name, 0) < 0:
            raise RestError(400, f'Invalid value for the argument "{name}".', "FATAL")


def run_at(params: Params) -> float | None:
    """The argument `now`: the moment that relative times are relative to."""
    text = params.get("now")
    if not text:
        return None
    if not _EPOCH.fullmatch(text) or float(text) >= _LAST:
        raise RestError(400, f"Invalid now: {text}", "FATAL")
    return float(text)


def output_format(params: Params) -> str:
    """The argument `output_time_format`. RestError 400: a variable that is not supported."""
    text = params.get("output_time_format")
    try:
        split_format(text)
    except UnsupportedVariable as error:
        message = f'Invalid value for the argument "output_time_format": {error}.'
        raise RestError(400, message) from None
    return text


def time_of(params: Params, name: str) -> str:
    """A time argument as a time modifier; a date is read with `time_format`."""
    text = params.get(name)
    form = params.get("time_format")
    if not text or not form or not re.match(r"\d", text) or _ISO.fullmatch(text):
        return text
    if _EPOCH.fullmatch(text) and form == "%s":
        return text
    try:
        return str(datetime.strptime(text, form).astimezone().timestamp())
    except (ValueError, OverflowError, re.error):  # re.error: a variable stands twice
        return text
