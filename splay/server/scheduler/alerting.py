"""What follows a saved search's job: whether its alert fires, and what its actions do.

Of the actions only `risk` does something here: it writes the events that Enterprise Security's
risk action would write to the index risk. The others are listed with the alert that fired, and
not carried out: splay sends no mail and runs no scripts.
Source: savedsearches.conf.spec (counttype, alert.*); Alerting Manual, "Configure alert trigger
conditions", "Throttle alerts"; Enterprise Security, "Schedule the correlation search" (results are
throttled by fields, also where the alert triggers once for all of them).
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from splay.conf.settings import on
from splay.detections.correlation import RiskObject, find_detection
from splay.engine.inner import run_over
from splay.errors import DataError, OutputError, SplayError
from splay.eval.value import as_list, to_text
from splay.rows import Results, Row
from splay.server.alerts import Fired
from splay.server.errors import RestError
from splay.server.jobs.job import Job
from splay.server.scheduler.savedsearch import SavedSearch
from splay.spl.timemod import resolve
from splay.store.event import Event

if TYPE_CHECKING:
    from splay.server.splunkd import Splunkd

RISK_INDEX = "risk"
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "greater than": operator.gt,
    "less than": operator.lt,
    "equal to": operator.eq,
    "not equal to": operator.ne,
}
_COUNTED = {"number of events": "", "number of hosts": "host", "number of sources": "source"}


def trigger(splunkd: Splunkd, saved: SavedSearch, job: Job) -> str:
    """Fires the alert of a job that has ended, if its condition holds and it is not silent.

    What is wrong with the alert's settings becomes a message of the job. Gives why its events could
    not be kept, where they could not: "" otherwise.
    """
    if job.state != "DONE":
        return ""
    try:
        _trigger(splunkd, saved, job)
    except DataError as error:
        problem = f"its alert could not be kept: {error}"
        job.context.add_message("ERROR", problem)
        return problem
    except (RestError, SplayError) as error:
        job.context.add_message("ERROR", f"The alert could not be evaluated: {error}")
    return ""


def _trigger(splunkd: Splunkd, saved: SavedSearch, job: Job) -> None:
    if not condition_holds(saved, job):
        return
    now = splunkd.clock()
    rows, silences = _not_silent(splunkd, saved, job, now)
    if rows is None:
        return
    actions = saved.actions()
    if "risk" in actions:
        splunkd.indexes.append(list(risk_events(saved, job, rows, now)))
    if saved.tracked:
        splunkd.alerts.add(_fired(saved, job, rows, now))
    if silences:  # not before what they would hold back is kept
        try:
            splunkd.alerts.silence(saved.key, silences, now, _by(job))
        except OutputError as error:
            job.context.add_message(
                "WARN", f"What is throttled is not kept over a restart: {error}"
            )


def _fired(saved: SavedSearch, job: Job, rows: Sequence[Row], now: float) -> Fired:
    expires = resolve(f"+{saved.setting('alert.expires', '24h')}", now, UTC) or now
    return Fired(
        job.sid,
        saved.key,
        saved.owner,
        now,
        expires,
        saved.number("alert.severity", 3),
        on({"digest": saved.setting("alert.digest_mode", "1")}, "digest"),
        len(rows),
        tuple(saved.actions()),
    )


def condition_holds(saved: SavedSearch, job: Job) -> bool:
    """Whether the results are what the alert waits for. RestError 400: no known condition."""
    kind = saved.setting("counttype", "always").lower()
    if kind == "always":
        return True
    if kind == "custom":
        context = replace(job.context, messages=[])
        return bool(run_over(saved.setting("alert_condition"), job.results, context).rows)
    relation = _RELATIONS.get(saved.setting("relation").lower())
    if kind not in _COUNTED or relation is None:
        raise RestError(
            400,
            f"The alert condition {kind!r} {saved.setting('relation')!r} is not supported.",
        )
    try:
        quantity = float(saved.setting("quantity", "0"))
    except ValueError:
        raise RestError(400, f"quantity = {saved.setting('quantity')} is not a number.") from None
    return relation(_count(job.results, _COUNTED[kind]), quantity)


def _count(results: Results, field: str) -> int:
    """The results, or the different values of a field of theirs."""
    if not field:
        return len(results.rows)
    return len({to_text(value) for row in results.rows for value in as_list(row.get(field))})


def _not_silent(
    splunkd: Splunkd, saved: SavedSearch, job: Job, now: float
) -> tuple[Sequence[Row] | None, dict[str, float]]:
    """The rows that are not silenced, None when the whole alert is; and what is to be silent now.

    That is until when, by values of the suppression fields, "" for the search.
    """
    alerts, by, rows = splunkd.alerts, _by(job), job.results.rows
    if alerts.silent_until(saved.key, now, by=by):
        return None, {}
    if not on({"suppress": saved.setting("alert.suppress", "0")}, "suppress"):
        return rows, {}
    until = resolve(f"+{saved.setting('alert.suppress.period', '0s')}", now, UTC) or now
    fields = [f.strip() for f in saved.setting("alert.suppress.fields").split(",") if f.strip()]
    if not fields:
        return rows, {"": until}
    heard: list[Row] = []
    silences: dict[str, float] = {}
    for row in rows:
        value = "\0".join(",".join(map(to_text, as_list(row.get(field)))) for field in fields)
        if value not in silences and not alerts.silent_until(saved.key, now, value, by):
            heard.append(row)
            silences[value] = until
    return heard or None, silences


def _by(job: Job) -> str:
    """Whose silences hold a run: those of the schedule, or of the user who has started it."""
    return "" if job.scheduled else job.user


def risk_events(saved: SavedSearch, job: Job, rows: Sequence[Row], now: float) -> Iterator[Event]:
    """The events of the risk action: one for each risk object of each result.

    Raises ConfError: risk parameters that are not what they must be.
    """
    detection = find_detection(job.context.apps, saved.name)
    context = job.context
    head = {
        "search_name": saved.name,
        "search_now": f"{context.now:.3f}",
        "info_min_time": f"{context.earliest or 0:.3f}",
        "info_max_time": "+Infinity" if context.latest is None else f"{context.latest:.3f}",
        "info_search_time": f"{job.created:.3f}",
        "orig_sid": job.sid,
    }
    annotations = _annotations(saved.setting("action.correlationsearch.annotations"))
    for row in rows:
        for entry in detection.risk(row):
            yield Event(
                _stash(now, head, _risk(saved, entry), row),
                float(int(now)),
                "splay",
                saved.name,
                "stash",
                RISK_INDEX,
                now,
                annotations,
            )


def _risk(saved: SavedSearch, entry: RiskObject) -> dict[str, str]:
    found = {
        "risk_object": entry.object,
        "risk_object_type": entry.type,
        "risk_score": f"{entry.score:g}",
        "risk_message": entry.message,
        "savedsearch_description": saved.setting("description"),
    }
    annotations = saved.setting("action.correlationsearch.annotations")
    if annotations:
        found["annotations"] = annotations
    return found


def _stash(now: float, head: dict[str, str], risk: dict[str, str], row: Row) -> str:
    """A line as the action writes it: a time, then name="value" pairs; several values repeat."""
    pairs = [(name, value) for part in (head, risk) for name, value in part.items()]
    taken = {name for name, _ in pairs}
    for name, value in row.items():
        if name not in taken and not name.startswith("_"):
            pairs += [(name, to_text(item)) for item in as_list(value)]
    return ", ".join([str(int(now)), *(f'{name}="{_quoted(value)}"' for name, value in pairs)])


def _annotations(text: str) -> dict[str, str | list[str]]:
    """The fields `annotations.NAME` that Enterprise Security gives for the lists in the JSON.

    They are index-time fields here, because automatic key-value extraction cleans the dot away.
    """
    try:
        held = json.loads(text or "{}")
    except ValueError:
        return {}
    lists = held.items() if isinstance(held, dict) else ()
    return {
        f"annotations.{name}": [str(v) for v in values] if isinstance(values, list) else str(values)
        for name, values in lists
    }


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
