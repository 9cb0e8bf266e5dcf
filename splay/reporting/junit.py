"""A detection's outcome as a test's result, in the XML that CI systems know as JUnit's.

It has no specification; what is written here fits both schemas in use: that of Ant's JUnit task
(JUnit.xsd, Windy Road) and that of Jenkins (junit-10.xsd).
"""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from splay.counting import counted
from splay.detections.outcome import Outcome
from splay.reporting.judgement import title_of
from splay.visible import visible

_CLASS = "splay.detect"


def junit_xml(outcome: Outcome, right: bool, expect: str, made: float) -> str:
    """One suite with one test case, which fails where the outcome is not the expected one.

    expect: "fired" or "silent". made: epoch seconds.
    """
    count = len(outcome.results.rows)
    became = f"fired: {counted(count, 'result')}" if count else "did not fire"
    suite, case = _suite(outcome.detection.name, outcome.seconds, made)
    if not right:
        message = f"expected: {expect}; it {became}"
        etree.SubElement(case, "failure", type="unexpected", message=message)
        suite.set("failures", "1")
    properties = suite[0]
    for name, value in (
        ("fired", str(outcome.fired).lower()),
        ("results", str(count)),
        ("events", str(outcome.report.events)),
        ("bad_events", str(outcome.report.bad_events)),
    ):
        etree.SubElement(properties, "property", name=name, value=value)
    rows = enumerate(outcome.results.rows, start=1)
    lines = [f"It {became}.", *(title_of(outcome, row, number) for number, row in rows)]
    says = [f"{level}: {text}" for level, text in outcome.messages]
    return _text(suite, lines, [*says, *outcome.report.problems])


def junit_error(name: str, message: str, made: float) -> str:
    """One suite with one test case, which could not be run for the reason that is given."""
    suite, case = _suite(name, 0.0, made)
    etree.SubElement(case, "error", type="could not run", message=visible(message))
    suite.set("errors", "1")
    etree.SubElement(suite[0], "property", name="fired", value="unknown")
    return _text(suite, [], [message])


def _suite(name: str, seconds: float, made: float) -> tuple[etree._Element, etree._Element]:
    suites = etree.Element("testsuites")
    suite = etree.SubElement(
        suites,
        "testsuite",
        name="splay detect",
        package=_CLASS,
        id="0",
        timestamp=datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
        tests="1",
        failures="0",
        errors="0",
        time=f"{seconds:.3f}",
    )
    etree.SubElement(suite, "properties")
    case = etree.SubElement(
        suite, "testcase", name=visible(name), classname=_CLASS, time=f"{seconds:.3f}"
    )
    return suite, case


def _text(suite: etree._Element, out: list[str], err: list[str]) -> str:
    etree.SubElement(suite, "system-out").text = "\n".join(map(visible, out))
    etree.SubElement(suite, "system-err").text = "\n".join(map(visible, err))
    tree = suite.getroottree()
    etree.indent(tree)
    xml: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return xml.decode() + "\n"
