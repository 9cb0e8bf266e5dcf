"""The tests of detections in the XML that CI systems know as JUnit's (`splay.reporting.junit`)."""

from __future__ import annotations

from lxml import etree

from splay.detections.checking import said
from splay.detections.testing import CaseResult, Status
from splay.detections.testrun import TestReport
from splay.reporting.junit import add_case, new_suite, written
from splay.visible import visible


def tests_junit(report: TestReport, made: float) -> str:
    """One suite with a test case for each test; left out ones are skipped. made: epoch seconds."""
    cases = [case for result in report.results for case in result.cases]
    suite = new_suite(
        "test",
        report.seconds,
        made,
        tests=len(cases) + len(report.broken),
        failures=sum(case.status is Status.FAILED for case in cases),
        errors=len(report.broken),
        skipped=sum(case.status is Status.LEFT_OUT for case in cases),
    )
    for case in cases:
        _add(suite, case)
    for error in report.broken:
        element = add_case(suite, str(error.location), 0.0)
        etree.SubElement(element, "error", type="unreadable", message=visible(said(error)))
    findings = (finding for result in report.results for finding in result.findings)
    return written(suite, [], map(str, findings))


def _add(suite: etree._Element, case: CaseResult) -> None:
    name = f"{case.detection}: {case.case}" if case.case else case.detection
    element = add_case(suite, name, case.seconds)
    if case.status is Status.FAILED:
        failure = etree.SubElement(element, "failure", type="failed")
        failure.set("message", visible(case.reason))
        failure.text = "\n".join(map(visible, case.told)) or None
    elif case.status is Status.LEFT_OUT:
        etree.SubElement(element, "skipped", message=visible(case.reason))
