"""Hunts with all saved searches of the given apps over one reading of the logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from splay.apps import AppSet
from splay.commands.operation import Context
from splay.detections.attack import tactics_of
from splay.detections.correlation import Detection, find_detection
from splay.detections.evidence import Group, Kept, WholeEvidence, kept_event
from splay.detections.outcome import Outcome
from splay.detections.riskindex import ObjectRisk, RiskEvent, risk_by_object
from splay.detections.unmade import unmade
from splay.engine.fanout import Progress
from splay.engine.manysearches import Searched, search_together
from splay.engine.plan import Plan, make_plan
from splay.errors import ConfError, SplayError
from splay.eval.value import as_list, text_number
from splay.rows import Results, Row
from splay.store.event import ReadReport, Store
from splay.store.files.filestore import parsed_store

_TIMES = ("_time", "lastTime", "firstTime")

Watching = Callable[[], AbstractContextManager[Progress | None]]


@dataclass
class Fired:
    """A saved search that found something.

    matched: how many events its first stage let through; None where that is not known.
    group: these events: from when to when, and the earliest few of them.
    """

    detection: Detection
    results: Results
    matched: int | None
    group: Group

    @property
    def events(self) -> Sequence[Kept]:
        """The earliest few events behind it."""
        return self.group.kept

    @property
    def tactics(self) -> tuple[str, ...]:
        """The ATT&CK tactics of its techniques."""
        found = (name for each in self.detection.about.techniques for name in tactics_of(each))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class HuntMessage:
    """What searches said on their way. level: INFO, WARN or ERROR. searches: their names."""

    level: str
    text: str
    searches: tuple[str, ...]

    def __str__(self) -> str:
        first, *more = self.searches
        others = f" and {len(more):,} more" if more else ""
        return f"{self.text} ({first}{others})"


@dataclass
class HuntOutcome:
    """What came of a hunt.

    fired: the searches that found something: those that name an ATT&CK technique before reports and
    the like, then the most results first. silent: the names of those
    that found nothing. failed: name and reason of those that cannot be planned, or failed.
    messages: what searches said, each text once.
    """

    fired: list[Fired]
    silent: list[str]
    failed: list[tuple[str, str]]
    risk: list[ObjectRisk]
    report: ReadReport
    data: list[str]
    seconds: float
    tz: tzinfo
    messages: list[HuntMessage] = field(default_factory=list)

    def of(self, fired: Fired) -> Outcome:
        """What came of one search, as if it had run alone."""
        evidence = WholeEvidence(fired.group)
        return Outcome(
            fired.detection, fired.results, self.report, self.data, 0.0, self.tz, [], evidence
        )

    @property
    def searches(self) -> int:
        """How many saved searches there were."""
        return len(self.fired) + len(self.silent) + len(self.failed)


@dataclass
class _Rule:
    """A saved search on its way."""

    detection: Detection
    plan: Plan
    context: Context
    found: Searched = field(default_factory=lambda: Searched(Results([], [])))


def hunt_with(
    context: Context,
    store: Store,
    data: Sequence[str],
    *,
    pick: str = "",
    watching: Watching = nullcontext,
    processes: bool = False,
) -> HuntOutcome:
    """Runs all saved searches of the context's apps, enabled or not, and sums up their risk.

    Args:
        context: the apps, the time range and the time zone.
        store: where the events are.
        data: the names of what is read, as the user wrote them.
        pick: only searches whose name has this text, in any case.
        watching: is opened when all plans are made and reading begins.
        processes: whether files may be divided among several processes.

    Raises:
        SplayError: data that cannot be read, apps without saved searches. A search that is wrong
            is listed and stops nothing.
    """
    started = time.perf_counter()
    failed: list[tuple[str, str]] = []
    rules = list(_planned(context, pick, failed))
    if not rules and not failed:
        what = f"no saved search whose name has {pick!r}" if pick else "no saved searches"
        raise ConfError(f"the apps have {what}", hint="Name an app with savedsearches.conf")
    report = ReadReport()
    store = parsed_store(store, context.apps.index_time)
    with watching() as progress:
        searches = [(rule.plan, rule.context) for rule in rules]
        found = search_together(searches, store, report, progress, processes=processes)
    for rule, outcome in zip(rules, found, strict=True):
        rule.found = outcome
    messages = [*_unmade(rules, store, report.events), *_messages(rules)]
    seconds = time.perf_counter() - started
    return _outcome(rules, failed, report, list(data), seconds, context.tz, messages)


def _planned(context: Context, pick: str, failed: list[tuple[str, str]]) -> Iterator[_Rule]:
    apps: AppSet = context.apps
    for name, stanza in apps.conf("savedsearches").items():
        if not stanza.settings.get("search", "").strip() or pick.lower() not in name.lower():
            continue
        own = replace(context, messages=[], reports=[], spent={})
        try:
            detection = find_detection(apps, name)
            yield _Rule(detection, make_plan(detection.search, own), own)
        except SplayError as error:
            failed.append((name, str(error)))


def _outcome(
    rules: list[_Rule],
    failed: list[tuple[str, str]],
    report: ReadReport,
    data: list[str],
    seconds: float,
    tz: tzinfo,
    messages: list[HuntMessage],
) -> HuntOutcome:
    fired, silent = [], []
    for rule in rules:
        found, name = rule.found, rule.detection.name
        if found.error is not None:
            failed.append((name, str(found.error)))
        elif found.results.rows:
            kept = tuple(map(kept_event, found.events))
            group = Group(found.matched or 0, found.first, found.last, kept)
            fired.append(Fired(rule.detection, found.results, found.matched, group))
        else:
            silent.append(name)
    fired.sort(key=_place)
    risk = risk_by_object(event for one in fired for event in risk_events(one))
    return HuntOutcome(
        fired, sorted(silent), sorted(failed), risk, report, data, seconds, tz, messages
    )


def _unmade(rules: list[_Rule], store: Store, events: int) -> Iterator[HuntMessage]:
    plans = {rule.detection.name: rule.plan for rule in rules}
    matched = {rule.detection.name for rule in rules if rule.found.matched}
    text, searches = unmade(plans, matched, store, events)
    if text:
        yield HuntMessage("WARN", text, tuple(searches))


def _messages(rules: list[_Rule]) -> list[HuntMessage]:
    """What the searches said, with the names of those that said it."""
    said: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        for level, text in rule.context.messages:
            if level != "DEBUG":
                said.setdefault((level, text), []).append(rule.detection.name)
    return [HuntMessage(level, text, tuple(names)) for (level, text), names in said.items()]


def _place(fired: Fired) -> tuple[bool, int, str]:
    about = fired.detection.about
    return (not about.techniques, -len(fired.results.rows), fired.detection.name)


def risk_events(fired: Fired) -> Iterator[RiskEvent]:
    """What a search's results put into the risk index: one event for each object of each row.

    Its time is that of the row: `_time`, else the time of its last event or its first.
    """
    detection = fired.detection
    last = fired.group.last or 0.0
    for row in fired.results.rows:
        moment = _moment(row)
        for entry in detection.risk(row):
            yield RiskEvent(
                last if moment is None else moment,
                entry.object,
                entry.type,
                entry.score,
                detection.name,
                entry.message,
                detection.about.techniques,
                fired.tactics,
            )


def _moment(row: Row) -> float | None:
    for name in _TIMES:
        for value in as_list(row.get(name)):
            number = text_number(value) if isinstance(value, str) else value
            if number is not None:
                return float(number)
    return None
