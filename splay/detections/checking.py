"""What can be said of a detection before any data: would Splunk take it, does it fit together?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path

from splay.apps import AppSet
from splay.detections.contentctl import PLACEHOLDER, ContentDetection, Definition
from splay.detections.finding import Finding
from splay.detections.validating import refused
from splay.engine.inner import new_context
from splay.engine.plan import Plan, make_plan
from splay.errors import Location, Missing, SplayError, SplError
from splay.eval.registry import EvalContext
from splay.knowledge import Knowledge
from splay.rows import EVERYTHING
from splay.store.event import Event

_TOKEN = re.compile(r"\$([^$\s]+)\$")
_TIMES = ("info_min_time", "info_max_time")
_MACROS = (
    *("drop_dm_object_name", "get_asset", "get_risk_severity", "cim_corporate_web_domain_search"),
    "globedistance",
)
_LOOKUPS = (
    *("ut_shannon_lookup", "identity_lookup_expanded", "cim_corporate_web_domain_lookup"),
    *("cim_corporate_email_domain_lookup", "cim_cloud_domain_lookup", "alexa_lookup_by_str"),
    *("interesting_ports_lookup", "asset_lookup_by_str", "admon_groups_def"),
    *("asn_lookup_by_cidr", "mitre_attack_lookup"),
)
"""What apps beside a content repository bring; contentctl 5.6.2 takes it to be there
(MACROS_TO_IGNORE, LOOKUPS_TO_IGNORE)."""
_TAKEN_AS_THERE = {"macro": _MACROS, "lookup": _LOOKUPS}
_BROUGHT_BY = {"drop_dm_": "Splunk_SA_CIM", "cim_": "Splunk_SA_CIM", "ut_": "URL Toolbox"}
_ALWAYS = ("_time", "_raw", "host", "source", "sourcetype", "index", "eventtype", "tag", "punct")


def check_detection(
    detection: ContentDetection, apps: AppSet, sources: Mapping[str, Definition]
) -> list[Finding]:
    """What is wrong with a detection, as far as its text and the apps tell.

    sources: the data sources of its repository, by name.
    """
    document = detection.document
    context = new_context(apps, 0.0, data_folder=Path())
    try:
        plan = make_plan(detection.search, context)
    except SplayError as error:
        where = _place(error, detection)
        if needs_app(error):
            return [Finding("SKIP", f"{error.message}. {_app_wanted(error)}", where)]
        return [Finding("ERROR", said(error), where)]
    found = [
        *refused(detection),
        *_objects(detection, plan),
        *_drilldowns(detection, apps),
        *_fields(detection, plan, apps, sources),
    ]
    place = document.place("search")
    found += [Finding("WARN", text, place) for level, text in context.messages if level != "INFO"]
    if detection.status == "production" and not detection.cases and not detection.manual:
        found.append(Finding("WARN", "it has no tests", document.place("name")))
    return found


def needs_app(error: SplayError) -> bool:
    """Whether an error only says that an app was not given which Splunk's content relies on."""
    missing = _missing(error)
    if missing is None:
        return False
    return missing.kind == "data model" or missing.name in _TAKEN_AS_THERE[missing.kind]


def _missing(error: SplayError) -> Missing | None:
    """What is not defined, as the error says or the one that it comes from."""
    cause = error.__cause__
    return error.missing or (cause.missing if isinstance(cause, SplayError) else None)


def _app_wanted(error: SplayError) -> str:
    """What to do about an app that was not given."""
    missing = _missing(error)
    if missing is None or missing.kind == "data model":
        return error.hint
    for start, app in _BROUGHT_BY.items():
        if missing.name.startswith(start):
            return f"{app} brings it: name its folder with --app"
    return "Name the app that brings it with --app"


def columns_of(plan: Plan) -> list[str] | None:
    """The columns of the results, where they are known before the search runs."""
    columns: list[str] | None = None
    for operation in plan.operations:
        columns = operation.columns(columns)
    return columns


def tokens(text: str) -> list[str]:
    """The fields that a message or a drilldown names as $field$, each once."""
    return list(dict.fromkeys(name for name in _TOKEN.findall(text) if name not in _TIMES))


def drilldown_search(detection: ContentDetection, search: str, values: Mapping[str, str]) -> str:
    """A drilldown's search for a result with these values."""
    whole = search.replace(PLACEHOLDER, detection.search)
    return _TOKEN.sub(lambda found: values.get(found[1], found[0]).replace('"', '\\"'), whole)


def said(error: SplayError) -> str:
    """What an error says, without its place; of what is not defined, where content defines it."""
    missing = _missing(error)
    hint = error.hint
    if missing is not None and missing.kind in _TAKEN_AS_THERE:  # contentctl makes the .conf files
        file = f"{missing.kind}s/{missing.name}.yml"
        hint = f"Did you mean {missing.near}? Otherwise w" if missing.near else "W"
        hint += f"rite {file}, or check the name"
    return f"{error.message}. {hint}" if hint else error.message


def _place(error: SplayError, detection: ContentDetection) -> Location:
    """Where in the YAML an error of the search is. What only stands in a macro's expansion is shown
    at the search itself."""
    if not isinstance(error, SplError) or error.search is None:
        return detection.document.place("search")
    rest = re.split(r"[\n|`]", error.search[error.at : error.at + 60])[0].rstrip()
    at = error.at if error.search == detection.search else -1
    if at < 0 and rest and detection.search.count(rest) == 1:
        at = detection.search.index(rest)
    if at < 0:
        return detection.document.place("search")
    return detection.document.place_within(at, detection.search, "search")


def _objects(detection: ContentDetection, plan: Plan) -> Iterator[Finding]:
    columns = columns_of(plan)
    if columns is None:
        return
    document = detection.document
    named = (
        *(("risk object", "risk_objects", name) for name, _ in detection.risk_objects),
        *(("threat object", "threat_objects", name) for name, _ in detection.threat_objects),
    )
    for what, key, name in named:
        if name not in columns:
            place = document.place("rba", key)
            text = f"the {what} {name!r} is no field of the search's results: {', '.join(columns)}"
            yield Finding("ERROR", text, place)
    for name in tokens(detection.message):
        if name not in columns:
            place = document.place("rba", "message")
            yield Finding("WARN", f"the risk message names ${name}$, which no result has", place)


def _drilldowns(detection: ContentDetection, apps: AppSet) -> Iterator[Finding]:
    for drilldown in detection.drilldowns:
        place = detection.document.place("drilldown_searches")
        values = dict.fromkeys(tokens(drilldown.search), "x")
        search = drilldown_search(detection, drilldown.search, values)
        try:
            make_plan(search, new_context(apps, 0.0, data_folder=Path()))
        except SplayError as error:
            name = f"the drilldown {drilldown.name!r}"
            if needs_app(error):
                yield Finding("WARN", f"{name} is not checked: {error.message}", place)
            else:
                yield Finding("ERROR", f"{name}: {said(error)}", place)


def _fields(
    detection: ContentDetection, plan: Plan, apps: AppSet, sources: Mapping[str, Definition]
) -> Iterator[Finding]:
    """Fields that the search asks for and that the examples of its data sources do not give."""
    retrieval = plan.retrieval
    if retrieval is None or retrieval.demand.everything:
        return
    asked = set(retrieval.demand.names) - set(_ALWAYS)
    known: set[str] = set()
    for name in detection.data_sources:
        source = sources.get(name)
        if source is None or not source.values.get("example_log"):
            return  # nothing tells which fields there are
        known |= fields_of(source, apps)
    if not known:
        return
    for name in sorted(asked - known):
        text = (
            f"the search asks for the field {name!r}, and no given app extracts it from an event "
            f"of {' or '.join(detection.data_sources)}"
        )
        place = detection.document.place_within(
            max(detection.search.find(name), 0), detection.search, "search"
        )
        yield Finding("WARN", text, place)


def fields_of(source: Definition, apps: AppSet) -> set[str]:
    """The fields that the apps' configuration gives the example of a data source."""
    values = source.values
    knowledge = Knowledge(apps, EvalContext(0.0, UTC, apps.lookup), lambda level, text: None)
    event = Event(
        str(values["example_log"]).strip(),
        0.0,
        "host",
        str(values.get("source", "")),
        str(values.get("sourcetype", "")),
    )
    return set(knowledge.row(event, EVERYTHING))
