"""What came of testing detections: as JSON, as JUnit's XML, and on a terminal.

JUnit's XML has no specification; what is written fits the schemas of Ant's task and of Jenkins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from splay.counting import counted
from splay.detections.checking import said
from splay.detections.testing import CaseResult, DetectionResult, Status
from splay.detections.testrun import TestReport
from splay.reporting.text import NARROW
from splay.visible import visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 40
"""Where there are more tests, those that failed are listed, and of the others how many there are of
each cause."""
_CAUSES = 25
_STYLES = {Status.PASSED: "green", Status.FAILED: "bold red", Status.LEFT_OUT: "yellow"}


def tests_json(report: TestReport) -> str:
    """The whole report as one JSON object."""
    return visible_json(
        {
            "passed": report.count(Status.PASSED),
            "failed": report.count(Status.FAILED),
            "left_out": report.count(Status.LEFT_OUT),
            "broken": [
                {"location": _place(error.location), "text": said(error)} for error in report.broken
            ],
            "seconds": round(report.seconds, 3),
            "exit_code": report.exit_code,
            "causes": dict(report.causes().most_common()),
            "detections": [_detection(result) for result in report.results],
        }
    )


def _detection(result: DetectionResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "file": result.location.path,
        "status": result.status.value,
        "techniques": list(result.techniques),
        "findings": [
            {"level": each.level, "text": each.text, "location": _place(each.location)}
            for each in result.findings
        ],
        "tests": [
            {
                "name": case.case,
                "location": _place(case.location),
                "status": case.status.value,
                "reason": case.reason,
                "seconds": round(case.seconds, 3),
                "results": case.results,
                "events": case.events,
                "told": case.told,
            }
            for case in result.cases
        ],
    }


def _place(location: Any) -> dict[str, Any]:
    found = {"path": location.path, "line": location.line, "column": location.column}
    return {key: value for key, value in found.items() if value not in (None, "")}


def print_tests(console: Console, report: TestReport) -> None:
    """The report for a person: a table of the tests, what is worth a look, a summary."""
    from rich.text import Text

    cases = [case for result in report.results for case in result.cases]
    many = len(cases) > _SHOWN
    shown = [case for case in cases if case.status is Status.FAILED or not many]
    if shown:
        _print_cases(console, shown)
    for line in _errors(report):
        console.print(Text(visible(line)), soft_wrap=True)
    if many:
        _print_causes(console, report)
    else:
        for line in _warnings(report):
            console.print(Text(visible(line)), soft_wrap=True)
    console.print(Text(summary(report), "bold"))


def _print_cases(console: Console, cases: list[CaseResult]) -> None:
    """A table; where there is no room for it, as in a pipe, why stands below in a line that is not
    broken: a place or an address in it can be looked for, and copied."""
    from rich.table import Table
    from rich.text import Text

    rows = [
        (
            Text(case.status.value, _STYLES[case.status]),
            visible(_title(case)),
            visible(case.reason or found_in(case)),
            f"{case.seconds:.2f}" if case.seconds else "",
        )
        for case in cases
    ]
    if console.width < NARROW:
        console.print(Text("result    detection", "bold"))
        for status, title, why, seconds in rows:
            took = f" ({seconds} s)" if seconds else ""
            status.pad_right(10 - len(status))
            console.print(Text.assemble(status, f"{title}{took}"), soft_wrap=True)
            console.print(Text(f"{'':10}{why}"), soft_wrap=True)
        return
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("result", no_wrap=True)
    table.add_column("detection", overflow="fold", ratio=2)
    table.add_column("why", overflow="fold", ratio=3)
    table.add_column("s", justify="right", no_wrap=True)
    for status, title, why, seconds in rows:
        table.add_row(status, Text(title), Text(why), seconds)
    console.print(table)


def _print_causes(console: Console, report: TestReport) -> None:
    """How many detections there are of each cause of a failure, a warning or being left out."""
    from rich.table import Table
    from rich.text import Text

    causes = report.causes()
    if not causes:
        return
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("detections", justify="right", no_wrap=True)
    table.add_column("what was found", overflow="fold", ratio=1)
    for text, count in causes.most_common(_CAUSES):
        table.add_row(f"{count:,}", Text(visible(text)))
    console.print(table)
    rest = len(causes) - _CAUSES
    more = f"{counted(rest, 'more cause')}, and each " if rest > 0 else "Each "
    console.print(Text(f"{more}detection with its findings and their places: --json or --report"))


def _title(case: CaseResult) -> str:
    return case.detection if case.case in ("", "True Positive Test") else _named(case)


def _named(case: CaseResult) -> str:
    return f"{case.detection}: {case.case}"


def found_in(case: CaseResult) -> str:
    """What came of a test that ran: "1 result of 2 events"."""
    return f"{counted(case.results, 'result')} of {counted(case.events, 'event')}"


def _errors(report: TestReport) -> Iterator[str]:
    yield from (f"ERROR: {error}" for error in report.broken)


def _warnings(report: TestReport) -> Iterator[str]:
    for result in report.results:
        yield from (f"{each.level}: {each}" for each in result.findings if each.level == "WARN")
        for case in result.cases:
            yield from (f"WARN: {_named(case)}: {text}" for text in case.told)


def summary(report: TestReport) -> str:
    """One line: how many detections passed, failed and were left out."""
    if report.unchanged:
        return f"nothing to test: no detection differs from {report.unchanged}"
    parts = [f"{report.count(status):,} {status.value}" for status in Status]
    if report.broken:
        parts.append(f"{len(report.broken):,} could not be read")
    return f"{', '.join(parts)} in {report.seconds:.2f} s"
