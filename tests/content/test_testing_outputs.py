"""What splay test writes and shows: files, pages, tables on a terminal."""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree
from rich.console import Console

from splay.cli.main import main
from splay.detections.testing import CaseResult, DetectionResult, Status
from splay.detections.testrun import TestReport
from splay.errors import Location
from splay.reporting.tests import print_tests
from tests.content.conftest import Line, Repository, copy_of
from tests.content.test_testing import run


def test_the_files_that_are_written(repository: Repository, tmp_path: Path) -> None:
    junit, page = tmp_path / "tests.xml", tmp_path / "tests.html"
    repository.change("count > 1", "count > 2")
    code, _ = run(repository, "--junit", str(junit), "--report", str(page))
    assert code == 1
    suite = etree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert suite.xpath("testcase/failure/@message") == ["the search found nothing"]
    text = page.read_text(encoding="utf-8")
    assert "the search found nothing" in text
    assert "<script" not in text


BROUGHT_BY_APPS = {
    "macro": "cim_corporate_web_domain_search drop_dm_object_name get_asset get_risk_severity"
    " globedistance",
    "lookup": "admon_groups_def alexa_lookup_by_str asn_lookup_by_cidr asset_lookup_by_str"
    " cim_cloud_domain_lookup cim_corporate_email_domain_lookup cim_corporate_web_domain_lookup"
    " identity_lookup_expanded interesting_ports_lookup mitre_attack_lookup ut_shannon_lookup",
}


def test_what_apps_beside_the_content_bring_is_left_out(repository: Repository) -> None:
    """contentctl 5.6.2, MACROS_TO_IGNORE and LOOKUPS_TO_IGNORE: it takes these to be there."""
    text = repository.detection.read_text(encoding="utf-8")
    text = text.replace("  | `many_failed_logins_filter`\n", "")  # it goes by the name
    written = {"macro": "`{}`", "lookup": "lookup {} user", "other": "lookup nobody_has_it user"}
    names = {f"{kind} {name}" for kind, some in BROUGHT_BY_APPS.items() for name in some.split()}
    for name in (*sorted(names), "other one"):
        kind, _, brought = name.partition(" ")
        copy = text.replace("where count > 1", written[kind].format(brought))
        copy = copy_of(copy, name)
        repository.detection.with_name(f"{name}.yml").write_text(copy, encoding="utf-8")
    repository.detection.unlink()
    code, told = run(repository, "--check")
    status = {one["name"]: one["status"] for one in told["detections"]}
    assert code == 1
    assert status == {**dict.fromkeys(names, "left out"), "other one": "failed"}


def test_where_a_test_stands(repository: Repository, line_of: Line) -> None:
    """Its list in the file; the detection's name where it has none."""
    _, told = run(repository)
    (case,) = told["detections"][0]["tests"]
    at = line_of("tests:") + 1
    assert case["location"] == {"path": str(repository.detection), "line": at, "column": 1}
    text, _, _ = repository.detection.read_text("utf-8").partition("tests:")
    repository.detection.write_text(text, "utf-8")
    _, told = run(repository)
    (case,) = told["detections"][0]["tests"]
    assert (case["location"]["line"], case["status"]) == (line_of("name:"), "left out")


def test_junit_counts_what_is_left_out(repository: Repository, tmp_path: Path) -> None:
    repository.log.unlink()
    junit = tmp_path / "tests.xml"
    assert run(repository, "--junit", str(junit))[0] == 5
    suite = etree.parse(junit).getroot()[0]
    assert [suite.get(name) for name in ("tests", "skipped", "failures")] == ["1", "1", "0"]


def test_a_cause_is_what_follows_the_first_colon() -> None:
    """The words before it say which search of the detection it was."""
    where = Location("a.yml", "")
    why = "the drilldown 'Of $user$' does not run: Error in 'eval': there is no such function"
    case = CaseResult("A Detection", "A Test", where, Status.FAILED, why)
    report = TestReport([DetectionResult("A Detection", where, (), [], [case])])
    assert report.causes() == {"Error in ...: there is no such function": 1}


def test_the_summary_stands_out_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """ECMA-48, SGR 1: bold."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard")
    print_tests(console, TestReport([]))
    last = out.getvalue().splitlines()[-1]
    assert last.startswith("\x1b[1m0 passed, 0 failed, 0 left out")


def test_pytest_does_not_take_the_report_for_tests(request: pytest.FixtureRequest) -> None:
    """pytest, "Changing standard test discovery": it warns of such a name, but for __test__."""
    found = pytest.Class.from_parent(request.node.parent, name="TestReport", obj=TestReport)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(found.collect()) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("more", "shown"), [([], True), (["--quiet"], False)], ids=["", "quiet"])
def test_how_far_a_fetch_is_is_shown_on_a_terminal(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, more: list[str], shown: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(SystemExit):
        main(["test", str(repository.folder), "--check", *more])
    assert bool(terminal.getvalue()) is shown


def test_the_page_says_a_finding_once(
    repository: Repository, line_of: Line, tmp_path: Path
) -> None:
    page = tmp_path / "tests.html"
    repository.change("| where count > 1", "| wher count > 1")
    line = line_of("wher count")
    assert run(repository, "--check", "--report", str(page))[0] == 1
    text = page.read_text(encoding="utf-8")
    assert text.count("the command wher is not supported. Did you mean where?") == 1
    assert f"line {line}, column" in text
    assert text.count(str(repository.detection)) == 1  # beside the name, not in each line


def test_a_table_for_people(repository: Repository) -> None:
    command = ["test", str(repository.folder), "--attack-data", str(repository.attack_data)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0
    assert "Many Failed Logins" in result.stdout
    assert "1 passed, 0 failed, 0 left out" in result.stdout


@pytest.mark.parametrize("columns", ["40", "80"])
def test_in_a_pipe_why_is_one_line(repository: Repository, line_of: Line, columns: str) -> None:
    """A place in it can be looked for, as with grep."""
    repository.change("| where count > 1", "| wher count > 1")
    command = ["test", str(repository.folder)]
    result = CliRunner().invoke(main, command, env={"COLUMNS": columns})
    shown = result.stdout.splitlines()
    row = shown.index("failed    Many Failed Logins")
    why = "the command wher is not supported. Did you mean where?"
    place = f"{repository.detection}, line {line_of('| wher count')}, column 5"
    assert shown[row + 1].strip() == f"{place}: {why}"


def test_of_many_detections_the_failed_are_listed_and_the_causes_counted(
    repository: Repository,
) -> None:
    """45 detections: one is wrong, and one names an event type that nobody has."""
    text = repository.detection.read_text(encoding="utf-8")
    for number in range(44):
        copy = copy_of(text, f"Copy {number}")
        copy = copy.replace("many_failed_logins_filter", f"copy_{number}_filter")
        if number == 7:
            copy = copy.replace("| where count > 1", "| wher count > 1")
        if number == 8:
            copy = copy.replace("`app_logs`", "`app_logs` eventtype=nobody_has_it")
        repository.detection.with_name(f"copy{number}.yml").write_text(copy, encoding="utf-8")
    result = CliRunner().invoke(main, ["test", str(repository.folder), "--check"])
    assert result.exit_code == 1
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[:3] for line in lines if line[:1] == ["failed"]] == [["failed", "Copy", "7"]]
    assert not [line for line in lines if "Copy" in line and "7" not in line]
    assert ["detections", "what", "was", "found"] in lines
    counted = {" ".join(line[1:]): line[0] for line in lines if line and line[0].isdigit()}
    assert counted["it was only checked"] == "44"
    assert counted["there is no event type ...: nothing matches it"] == "1"
    assert counted["the command wher is not supported"] == "1"
    assert "--json or --report" in result.stdout
    assert "0 passed, 1 failed, 44 left out" in result.stdout


def test_a_table_shows_brackets_as_they_stand(repository: Repository) -> None:
    repository.change("- name: True Positive Test", "- name: '[bold]A test[/bold]'")
    for columns in ("80", "160"):
        command = ["test", str(repository.folder), "--no-fetch"]
        result = CliRunner().invoke(main, command, env={"COLUMNS": columns})
        assert "[bold]A test[/bold]" in result.stdout
