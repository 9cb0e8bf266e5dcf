"""A detection's outcome as a test's result, in the XML that CI systems know as JUnit's.

It has no specification; what is written here fits both schemas in use: that of Ant's JUnit task
(JUnit.xsd, Windy Road) and that of Jenkins (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from splay.counting import counted
from splay.detections.outcome import Outcome
from splay.reporting.judgement import title_of
from splay.visible import visible


def junit_xml(outcome: Outcome, right: bool, expect: str, made: float) -> str:
    """One suite with one test case, which fails where the outcome is not the expected one.

    expect: "fired" or "silent". made: epoch seconds.
    """
    count = len(outcome.results.rows)
    became = f"fired: {counted(count, 'result')}" if count else "did not fire"
    suite = new_suite("detect", outcome.seconds, made, tests=1)
    case = add_case(suite, outcome.detection.name, outcome.seconds)
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
    return written(suite, lines, [*says, *outcome.report.problems])


def junit_error(name: str, message: str, made: float) -> str:
    """One suite with one test case, which could not be run for the reason that is given."""
    suite = new_suite("detect", 0.0, made, tests=1)
    case = add_case(suite, name, 0.0)
    etree.SubElement(case, "error", type="could not run", message=visible(message))
    suite.set("errors", "1")
    etree.SubElement(suite[0], "property", name="fired", value="unknown")
    return written(suite, [], [message])


def new_suite(command: str, seconds: float, made: float, **counts: int) -> etree._Element:
    """A suite without cases, in a document of its own. command: what ran it. seconds: how long it
    took; made: when it was, epoch seconds. counts: tests, failures, errors and skipped ones."""
    suite = etree.SubElement(
        etree.Element("testsuites"),
        "testsuite",
        name=f"splay {command}",
        package=f"splay.{command}",
        id="0",
        timestamp=datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
        time=f"{seconds:.3f}",
    )
    for name, count in {"failures": 0, "errors": 0, **counts}.items():
        suite.set(name, str(count))
    etree.SubElement(suite, "properties")
    return suite


def add_case(suite: etree._Element, name: str, seconds: float) -> etree._Element:
    """A test case more in the suite."""
    package, time = str(suite.get("package")), f"{seconds:.3f}"
    return etree.SubElement(suite, "testcase", name=visible(name), classname=package, time=time)


def written(suite: etree._Element, out: Iterable[str], err: Iterable[str]) -> str:
    """The document of a suite, to which all cases were added. out, err: lines that were said."""
    etree.SubElement(suite, "system-out").text = "\n".join(map(visible, out))
    etree.SubElement(suite, "system-err").text = "\n".join(map(visible, err))
    tree = suite.getroottree()
    etree.indent(tree)
    xml: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return xml.decode() + "\n"
