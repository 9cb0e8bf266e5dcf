"""Runs the tests that detections bring, and judges them as contentctl's unit test does.

Source: contentctl 5.6.2, `retry_search_until_timeout`: there must be a result; every result that is
looked at must have every risk object's field, not empty and not the text "null"; the first one in
which the threat objects' fields are there as well passes; and each threat object's field must have
a value in one result at least.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from splay.apps import AppSet
from splay.detections.attackdata import AttackDataStore, Unavailable
from splay.detections.checking import (
    check_detection,
    drilldown_search,
    needs_app,
    tokens,
)
from splay.detections.content import repository_of
from splay.detections.contentctl import Case, ContentDetection, Definition
from splay.detections.finding import Finding
from splay.detections.replay import Found, Replay
from splay.detections.validating import Doubles
from splay.errors import DataError, Location, SplayError
from splay.eval.value import as_list, to_text
from splay.rows import Row

_NULL = "null"  # what an enrichment writes for a field that it could not fill
_UNTESTABLE = "Correlation"


class Status(Enum):
    """What came of one test."""

    PASSED = "passed"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass
class CaseResult:
    """What came of one test, or of a detection that has none.

    reason: why it failed or was left out. results, events: how many there were.
    told: what is worth a look although it passed.
    """

    detection: str
    case: str
    location: Location
    status: Status
    reason: str = ""
    seconds: float = 0.0
    results: int = 0
    events: int = 0
    told: list[str] = field(default_factory=list)


@dataclass
class DetectionResult:
    """A detection: what was found in its text, and what came of its tests."""

    name: str
    location: Location
    techniques: tuple[str, ...]
    findings: list[Finding]
    cases: list[CaseResult]

    @property
    def status(self) -> Status:
        """Failed if anything did; passed if a test did; left out otherwise."""
        if any(finding.level == "ERROR" for finding in self.findings):
            return Status.FAILED
        if any(finding.level == "SKIP" for finding in self.findings):
            return Status.LEFT_OUT
        found = {case.status for case in self.cases}
        for status in (Status.FAILED, Status.PASSED):
            if status in found:
                return status
        return Status.LEFT_OUT


def run_detection_tests(
    detection: ContentDetection,
    apps: AppSet,
    sources: Mapping[str, Definition],
    replay: Replay | None,
    data: AttackDataStore,
    doubles: Doubles,
) -> DetectionResult:
    """Checks one detection and runs all its tests. replay: None: it is only checked."""
    document = detection.document
    findings = [*doubles.findings(detection), *check_detection(detection, apps, sources)]
    place = document.place("tests" if detection.cases else "name")
    cases = list(_cases(detection, findings, replay, data, place))
    return DetectionResult(
        detection.name, document.place("name"), detection.techniques, findings, cases
    )


def _cases(
    detection: ContentDetection,
    findings: list[Finding],
    replay: Replay | None,
    data: AttackDataStore,
    place: Location,
) -> Iterator[CaseResult]:
    wrong = [finding for finding in findings if finding.level == "ERROR"]
    needs = [finding for finding in findings if finding.level == "SKIP"]
    left_out = str(needs[0]) if needs else _why_left_out(detection)
    if not detection.cases:
        status = Status.FAILED if wrong else Status.LEFT_OUT
        reason = str(wrong[0]) if wrong else left_out or "it has no tests"
        yield CaseResult(detection.name, "", place, status, reason)
    for case in detection.cases:
        result = CaseResult(detection.name, case.name, place, Status.LEFT_OUT, left_out)
        if wrong:
            result.status, result.reason = Status.FAILED, str(wrong[0])
        elif replay is None:
            result.reason = left_out or "it was only checked"
        elif not left_out:
            started = time.perf_counter()
            _run(detection, case, result, replay, data)
            result.seconds = time.perf_counter() - started
        yield result


def _why_left_out(detection: ContentDetection) -> str:
    if detection.manual:
        return f"it is tested by hand: {detection.manual}"
    if detection.type == _UNTESTABLE:
        return "a correlation of risk events has no attack data of its own"
    return ""


def _run(
    detection: ContentDetection,
    case: Case,
    result: CaseResult,
    replay: Replay,
    data: AttackDataStore,
) -> None:
    """Runs one test and writes what came of it into the result."""
    try:
        folders = data_folders(detection.document.path)
        logs = [(one, data.find(one.data, folders)) for one in case.attack_data]
    except Unavailable as error:
        result.reason = str(error)
        return
    except DataError as error:
        result.status, result.reason = Status.FAILED, str(error)
        return
    if not logs:
        result.reason = "it names no attack data"
        return
    try:
        replay.open(logs)
        found = replay.search(detection.search)
        result.results, result.events = len(found.rows), found.events
        result.told += [*found.problems, *found.why_none]
        result.reason = judge(detection, found.rows) or _nothing_read(found)
        if not result.reason:
            result.told += _unfilled(detection, found.rows)
            result.reason = _drilldowns(detection, found.rows[0], replay, result)
    except SplayError as error:
        result.reason = str(error)
    finally:
        replay.close()
    result.status = Status.FAILED if result.reason else Status.PASSED


def data_folders(path: Path) -> list[Path]:
    """What the paths of a detection's attack data count from: its own folder; the repository, as
    contentctl is run there; the working directory."""
    root, here = repository_of(path), Path()
    above = [root] if root and root != here.resolve() else []  # each place is told once
    return [path.parent, *above, here]


def judge(detection: ContentDetection, rows: Iterable[Row]) -> str:
    """Why results do not pass contentctl's unit test; "" where they do."""
    risk = [name for name, _ in detection.risk_objects]
    threat = {name for name, _ in detection.threat_objects}
    missing = set(threat)
    count = 0
    for row in rows:
        count += 1
        for name in risk:
            if not _filled(row, name):
                return f"the risk object {name!r} has no value in result {count}"
        empty = {name for name in threat if not _filled(row, name)}
        if not empty:
            return ""
        missing &= empty
    if not count:
        return "the search found nothing"
    if missing:
        return f"no result has a value of the threat object {', '.join(sorted(missing))}"
    return ""


def _filled(row: Row, name: str) -> bool:
    return name in row and to_text(as_list(row[name])[0]) != _NULL


def _nothing_read(found: Found) -> str:
    return "" if found.events else "no event was read"


def _unfilled(detection: ContentDetection, rows: list[Row]) -> Iterator[str]:
    for name in tokens(detection.message):
        if not any(_filled(row, name) for row in rows):
            yield f"the risk message names ${name}$, which no result fills"


def _drilldowns(detection: ContentDetection, row: Row, replay: Replay, result: CaseResult) -> str:
    """Why a drilldown does not run for a result; "" where all do."""
    values = {name: to_text(as_list(value)[0]) for name, value in row.items()}
    for drilldown in detection.drilldowns:
        try:
            replay.search(drilldown_search(detection, drilldown.search, values))
        except SplayError as error:
            if not needs_app(error):
                return f"the drilldown {drilldown.name!r} does not run: {error}"
            result.told.append(f"the drilldown {drilldown.name!r} was not run: {error.message}")
    return ""
