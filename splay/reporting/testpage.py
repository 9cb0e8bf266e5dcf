"""The report of `splay test` as one HTML page that needs nothing else: no network and no script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from splay.detections.testing import DetectionResult, Status
from splay.detections.testrun import TestReport
from splay.reporting.page import environment, policy
from splay.reporting.tests import found_in, summary

_TEMPLATES = Path(__file__).parent / "templates"


def tests_page(report: TestReport, made: float) -> str:
    """The page. made: when, in epoch seconds."""
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    order = {Status.FAILED: 0, Status.LEFT_OUT: 1, Status.PASSED: 2}
    return (
        environment(UTC)
        .get_template("tests.html.j2")
        .render(
            style=Markup(style),  # nosec B704 # our own file
            policy=policy(style),
            report=report,
            summary=summary(report),
            results=sorted(report.results, key=lambda result: order[result.status]),
            why=why,
            causes=report.causes().most_common(30),
            made=datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )


def why(result: DetectionResult) -> Iterator[str]:
    """What came of a detection, line by line: each finding once, its place in the file before it;
    the file's name stands beside these lines already."""
    said = {str(finding) for finding in result.findings}
    for case in result.cases:
        if case.reason not in said:
            yield case.reason or found_in(case)
        yield from case.told
    for finding in result.findings:
        place = replace(finding.location, path="") if finding.location.path else finding.location
        look = "worth a look: " if finding.level == "WARN" else ""
        yield f"{place}: {look}{finding.text}" if str(place) else f"{look}{finding.text}"
