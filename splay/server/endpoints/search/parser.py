"""search/parser: the commands of a search, what kind each is, and what it asks for.

Source: REST API Reference, "search/parser"; kinds and arguments as Splunk 10.4.2 was measured to
give them. What splay does not know of a command, such as the arguments of most, is left out.
"""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from splay.commands.builtin.eventstats import Eventstats
from splay.commands.builtin.sort import DEFAULT_LIMIT
from splay.commands.builtin.stats import Stats
from splay.commands.builtin.streamstats import Streamstats
from splay.commands.operation import Kind
from splay.commands.stats.frequency import Frequency
from splay.commands.stats.ordering import read_sort_keys
from splay.commands.stats.terms import Term
from splay.engine.inner import new_context
from splay.engine.plan import Plan
from splay.eval.value import to_text
from splay.server.errors import RestError
from splay.server.jobs.search import planned
from splay.server.rest.request import JSON_TYPE, XML_HEAD, XML_TYPE, Call, Routes
from splay.spl.args import Args
from splay.spl.tree import Command

routes = Routes()
_STREAM_TYPES = {
    Kind.GENERATING: ("streaming", "SP_STREAM"),
    Kind.STREAMING: ("streaming", "SP_STREAM"),
    Kind.CENTRALIZED: ("stateful", "SP_STATEFUL"),
    Kind.DATASET: ("events", "SP_EVENTS"),
    Kind.TRANSFORMING: ("report", "SP_STREAMREPORT"),
}
_OTHERS = {"head": ("report", "SP_STATEFUL"), "tail": ("events", "SP_EVENTS")}
_AGGREGATING: dict[str, type[Stats] | type[Eventstats] | type[Streamstats]] = {
    "stats": Stats,
    "eventstats": Eventstats,
    "streamstats": Streamstats,
}


@routes("GET", "search/parser")
@routes("GET", "search/v2/parser")
@routes("POST", "search/parser")
@routes("POST", "search/v2/parser")
def parse(call: Call) -> Response:
    """Whether a search is right, and its commands.

    RestError 400: what is wrong with it; 405: a GET that asks nothing. The REST API Reference has
    GET, Splunk 10.4.2 was seen to refuse it: both hold, as with search/jobs/export.
    """
    known = ("q", "parse_only", "enable_lookups", "reload_macros")
    call.params.refuse_others(known)
    if call.request.method == "GET" and "q" not in call.params:
        headers = {"Allow": "POST"}
        raise RestError(405, "The method is not allowed.", "FATAL", headers=headers)
    if not call.params.get("q").strip():
        raise RestError(400, "Invalid query.", "FATAL")
    apps = call.splunkd.scoped(call.user, call.app_context)
    context = new_context(apps, call.splunkd.started, call.splunkd.zone(call.user))
    parsed = _parsed(planned(call.params.get("q"), context))
    if call.json:
        return Response(json.dumps(parsed), 200, None, JSON_TYPE)
    text = f"{XML_HEAD}<response>\n{_xml(parsed)}\n</response>\n"
    return Response(text, 200, None, XML_TYPE)


def _parsed(plan: Plan) -> dict[str, Any]:
    kinds = [operation.kind for operation in plan.operations]
    kinds = [Kind.STREAMING] * (len(plan.commands) - len(kinds)) + kinds
    commands = [_command(command, kind) for command, kind in zip(plan.commands, kinds, strict=True)]
    commands[0]["isGenerating"] = True
    streaming = [command["streamType"] == "SP_STREAM" for command in commands]
    first = streaming.index(False) if False in streaming else len(commands)
    texts = [f"{command.name} {command.text.strip()}".strip() for command in plan.commands]
    return {
        "canSummarize": False,
        "commands": commands,
        "eventsSearch": " | ".join(texts[:first]) if plan.retrieval is not None else "",
        "eventsStreaming": plan.retrieval is not None,
        "eventsTimeOrdered": plan.retrieval is not None,
        "normalizedSearch": plan.search,
        "remoteSearch": "",  # there are no peers
        "reportsSearch": " | ".join(texts[first:]),
    }


def _command(command: Command, kind: Kind) -> dict[str, Any]:
    pipeline, stream_type = _OTHERS.get(command.name) or _STREAM_TYPES[kind]
    found: dict[str, Any] = {
        "command": command.name,
        "rawargs": command.text.strip(),
        "pipeline": pipeline,
        "streamType": stream_type,
        "isGenerating": kind is Kind.GENERATING,
    }
    args = Args(command.text, command.text_at, command.name)
    if command.name == "sort":
        return {**found, **_sort(args)}
    if command.name in ("top", "rare"):
        return {**found, "args": _frequency(args)}
    if aggregating := _AGGREGATING.get(command.name):
        found["isStreamingOpRequired"] = False
        if command.name == "stats":
            found["preStreamingOp"] = f"prestats {command.text.strip()}"
        return {**found, "args": _aggregated(aggregating.parse(args))}
    return found


def _sort(args: Args) -> dict[str, Any]:
    first = args.peek()
    limit = DEFAULT_LIMIT
    if option := args.option("limit"):
        limit = int(option[1].text)
    elif first and not first.quoted and first.text.isdigit():
        limit = int(args.word().text)
    keys = [
        f"{'-' if key.descending else '+'}{key.kind}({key.name})" for key in read_sort_keys(args)
    ]
    return {"isStreamingOpRequired": True, "preStreamingOp": f"presort {limit} {' '.join(keys)}"}


def _frequency(args: Args) -> dict[str, Any]:
    made = Frequency.parse(args)
    by = {"by-fields": made.by} if made.by else {}
    return {"limit": made.limit, **made.flags, **made.texts, "fields": made.names, **by}


def _aggregated(made: Stats | Eventstats | Streamstats) -> dict[str, Any]:
    """Functions and groups; the options are in rawargs."""
    found: dict[str, Any] = {"stat-specifiers": list(map(_specifier, made.terms))}
    return {**found, "groupby-fields": made.by} if made.by else found


def _specifier(term: Term) -> dict[str, str]:
    function = term.shown.partition("(")[0]
    field = {"field": term.field} if term.field is not None else {}
    return {"function": function, **field, "rename": term.name}


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        keys = "\n".join(f"<key name={quoteattr(k)}>{_xml(v)}</key>" for k, v in value.items())
        return f"<dict>\n{keys}\n</dict>"
    if isinstance(value, list):
        return "<list>" + "".join(f"<item>{_xml(item)}</item>" for item in value) + "</list>"
    return escape(str(int(value)) if isinstance(value, bool) else to_text(value))
