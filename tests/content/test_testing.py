"""splay test: detections judged as contentctl's unit test judges them.

What passes is that of contentctl 5.6.2, retry_search_until_timeout: a result; in each one that is
looked at a value of every risk object, and of every threat object in one of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import splay
from splay.cli.main import main
from tests.content.conftest import LOG, Line, Repository, copy_of
from tests.holding import every

ROOT = Path(__file__).parents[2]
ADDRESS = (
    "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/app/login.log"
)


def run(repository: Repository, *more: str) -> tuple[int, dict[str, Any]]:
    """What `splay test --json` says of the repository."""
    command = ["test", str(repository.folder), "--attack-data", str(repository.attack_data)]
    cache = str(repository.folder.parent / "cache")
    result = CliRunner().invoke(main, [*command, "--no-fetch", "--cache", cache, "--json", *more])
    assert result.exit_code in (0, 1, 5), result.output
    return result.exit_code, json.loads(result.stdout)


def reason(found: dict[str, Any]) -> str:
    (detection,) = found["detections"]
    (case,) = detection["tests"]
    return str(case["reason"])


def test_a_detection_passes(repository: Repository) -> None:
    code, found = run(repository)
    assert (code, found["passed"], found["failed"]) == (0, 1, 0)
    (detection,) = found["detections"]
    assert (detection["status"], detection["techniques"]) == ("passed", ["T1110"])
    assert [case["status"] for case in detection["tests"]] == ["passed"]
    assert detection["findings"] == []
    (case,) = detection["tests"]
    assert (case["status"], case["results"], case["events"]) == ("passed", 1, 3)
    assert case["told"] == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("count > 1", "count > 2", "the search found nothing"),
        ("action=failure", "action=fialure", "the search found nothing"),
        ("BY user, dest", "BY user, dest | eval user=null()", "the risk object 'user' has no"),
        ("BY user, dest", 'BY user, dest | eval user="null"', "the risk object 'user' has no"),
        (
            "threat_objects: []",
            "threat_objects:\n  - field: sender\n    type: process",
            "the threat object 'sender' is no field",
        ),
    ],
)
def test_what_fails(repository: Repository, before: str, after: str, expected: str) -> None:
    repository.change(before, after)
    code, found = run(repository)
    assert (code, found["failed"]) == (1, 1)
    assert expected in reason(found)


def test_a_search_that_finds_nothing_says_why(repository: Repository) -> None:
    """The same sentences as `splay search` has; the log has failure twice, success once."""
    repository.change("action=failure", "action=fialure")
    [case] = run(repository)[1]["detections"][0]["tests"]
    assert case["told"] == [
        "3 events were read, and nothing was found",
        "no event has action=fialure: the data has failure, success",
    ]


def test_a_threat_object_needs_a_value_in_one_result(repository: Repository) -> None:
    more = '| stats count BY user, dest | eval sender=if(user="bob", "mail", null())'
    repository.change("| where count > 1", more)
    repository.change("action=failure", "action=*")
    repository.change("threat_objects: []", "threat_objects:\n  - field: sender\n    type: process")
    assert run(repository)[0] == 0
    repository.change('user="bob"', 'user="eve"')
    code, found = run(repository)
    assert code == 1
    assert "no result has a value of the threat object sender" in reason(found)


def test_a_token_that_no_result_fills_is_told(repository: Repository) -> None:
    repository.write("lookups/owners.csv", "user,owner\neve,Eve's team\n")
    code, found = run(repository)
    assert code == 0
    (case,) = found["detections"][0]["tests"]
    assert case["told"] == ["the risk message names $owner$, which no result fills"]


def test_a_drilldown_must_run_with_the_values_of_the_data(repository: Repository) -> None:
    """A token without quotes: all is well until a result has a name with a bracket in it."""
    quoted, bare = '| search user = "$user$"', "| search user = $user$"
    repository.log.write_text(LOG.replace("user=ann", "user=ann("))
    repository.change(quoted, bare)
    code, found = run(repository, "--check")
    assert (code, found["detections"][0]["findings"]) == (0, [])
    code, found = run(repository)
    assert (code, found["failed"]) == (1, 1)
    assert reason(found).startswith("the drilldown 'The results for $user$' does not run: ")
    repository.change(bare, quoted)
    assert run(repository)[0] == 0


def test_data_that_is_not_here_is_left_out_and_never_passed(repository: Repository) -> None:
    repository.log.unlink()
    code, found = run(repository)
    assert (code, found["passed"], found["left_out"]) == (5, 0, 1)
    assert "datasets/app/login.log is not here" in reason(found)


@pytest.mark.parametrize("folder", ["detections/endpoint", ".", "away"])
def test_a_path_counts_from_the_detection_the_repository_or_here(
    repository: Repository, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """contentctl 5.6.2 takes it from the working directory, which is its repository (FilePath)."""
    (repository.folder / folder).mkdir(exist_ok=True)
    monkeypatch.chdir(repository.folder / folder if folder == "away" else repository.folder.parent)
    (repository.folder / folder / "mine.log").write_text(LOG)
    repository.change(ADDRESS, "mine.log")
    assert run(repository)[0] == 0


def test_a_path_that_is_not_there_fails(repository: Repository) -> None:
    repository.change(ADDRESS, "mine.log")
    code, found = run(repository)
    assert (code, found["failed"], found["left_out"]) == (1, 1, 0)
    assert reason(found).startswith(f"there is no file {repository.detection.parent}/mine.log nor ")
    assert reason(found).endswith(f"{repository.folder}/mine.log nor mine.log")


def test_a_git_lfs_pointer_is_named(repository: Repository) -> None:
    """Git LFS specification: the pointer's first line, its oid and its size."""
    oid = "0" * 64
    version = "version https://git-lfs.github.com/spec/v1"
    repository.log.write_text(f"{version}\noid sha256:{oid}\nsize {len(LOG)}\n")
    assert "is not here" in reason(run(repository)[1])
    repository.change(ADDRESS, str(repository.log))
    code, found = run(repository)
    assert code == 5
    assert "is a Git LFS pointer, not the data: run git lfs pull" in reason(found)


def test_data_that_was_fetched_before_is_used(repository: Repository) -> None:
    repository.log.unlink()
    inner = "media/splunk/attack_data/master/datasets/app/login.log"
    kept = repository.folder.parent / "cache" / "media.githubusercontent.com" / inner
    kept.parent.mkdir(parents=True)
    kept.write_text(LOG)
    assert run(repository)[0] == 0


@pytest.mark.parametrize(
    ("before", "after", "place", "expected"),
    [
        ("`app_logs`", "`app_log`", "`app_log`", "there is no macro app_log"),
        ("| lookup owners", "| lookup owner", "lookup owner", "there is no lookup 'owner'"),
        ("| where", "| were", "were count", "the command were is not supported"),
        ("count > 1", "cuont(count) > 1", "cuont", "cuont"),
        ("- field: user", "- field: usr", "- field: usr", "'usr' is no field of the search's"),
        ('| search user = "$user$"', "| serch x", "- name: The results", "serch"),
    ],
)
def test_what_is_wrong_before_any_data(
    repository: Repository, line_of: Line, before: str, after: str, place: str, expected: str
) -> None:
    repository.change(before, after)
    code, found = run(repository, "--check")
    assert code == 1
    (finding,) = [f for f in found["detections"][0]["findings"] if f["level"] == "ERROR"]
    assert expected in finding["text"]
    assert finding["location"]["path"] == str(repository.detection)
    assert finding["location"]["line"] == line_of(place)


def test_the_column_is_that_of_the_word(repository: Repository) -> None:
    repository.change("| where", "| were")
    (finding,) = run(repository, "--check")[1]["detections"][0]["findings"]
    line = repository.detection.read_text().split("\n")[finding["location"]["line"] - 1]
    assert line[finding["location"]["column"] - 1 :].startswith("were")


def test_a_field_that_no_app_extracts_is_told(repository: Repository) -> None:
    repository.change("action=failure", "action=failure outcome=*")
    findings = run(repository, "--check")[1]["detections"][0]["findings"]
    assert [f["level"] for f in findings] == ["WARN"]
    assert "asks for the field 'outcome', and no given app extracts it" in findings[0]["text"]


def test_an_app_that_is_not_given_leaves_out(repository: Repository) -> None:
    """contentctl takes macros of Splunk_SA_CIM to be there; without it nothing can be said."""
    repository.change("| where", "| `drop_dm_object_name(Authentication)` | where")
    code, found = run(repository)
    assert (code, found["left_out"]) == (5, 1)
    assert "there is no macro drop_dm_object_name" in reason(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [unclosed\n", "not YAML"),
        ("- a list\n", "no mapping of keys to values"),
        ("name: x\nsearch: 7\n", "search is missing or is no text"),
        ("name: x\nsearch: y\ntests: soon\n", "tests is no list of mappings"),
        (
            "name: x\nsearch: y\ntests:\n- name: t\n  attack_data:\n  - data: a.log\n",
            "attack_data names no source, sourcetype",
        ),
    ],
)
def test_a_file_that_cannot_be_read_stops_nothing(
    repository: Repository, text: str, expected: str
) -> None:
    broken = repository.write("detections/endpoint/broken.yml", text)
    code, found = run(repository)
    assert (code, found["passed"]) == (1, 1)
    (error,) = found["broken"]
    assert expected in error["text"]
    assert error["location"]["path"] == str(broken)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", "this YAML is empty", id="empty"),
        pytest.param(b"# soon\n", "this YAML is empty", id="a comment"),
        pytest.param(b"\x7fELF\xff\xfe", "not UTF-8 text. Save the file as UTF-8", id="binary"),
        pytest.param(b"name: \x00\x01\n", "not YAML (", id="control characters"),
    ],
)
def test_nothing_that_can_be_read_is_an_error_of_its_own(
    tmp_path: Path, data: bytes, expected: str
) -> None:
    """2, as pytest ends where it cannot collect what it is given (pytest, "Exit codes")."""
    broken = tmp_path / "broken.yml"
    broken.write_bytes(data)
    result = CliRunner().invoke(main, ["test", str(broken)])
    assert result.exit_code == 2
    first, *_ = result.output.splitlines()
    assert first.startswith(f"ERROR: {broken}")
    assert expected in first


def test_tests_by_hand_and_correlations_are_left_out(repository: Repository) -> None:
    repository.change("tags:", "tags:\n  manual_test: Needs two hosts.")
    assert "it is tested by hand: Needs two hosts." in reason(run(repository)[1])
    repository.change("\n  manual_test: Needs two hosts.", "")
    repository.change("type: Anomaly", "type: Correlation")
    code, found = run(repository)
    assert code == 5
    assert "a correlation of risk events" in reason(found)


def test_some_are_chosen_by_name(repository: Repository) -> None:
    assert run(repository, "-k", "failed")[1]["passed"] == 1
    command = ["test", str(repository.folder), "-k", "nothing like it"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "no detection is chosen" in result.stderr


def test_many_are_tested_by_several_processes(repository: Repository) -> None:
    text = repository.detection.read_text()
    for number in range(12):
        name = f"Many Failed Logins {number}"
        changed = copy_of(text, name).replace(
            "many_failed_logins_filter", f"many_failed_logins_{number}_filter"
        )
        repository.write(f"detections/endpoint/many_{number}.yml", changed)
    alone, several = (run(repository, "-j", count)[1] for count in ("1", "3"))
    assert [d["name"] for d in alone["detections"]] == [d["name"] for d in several["detections"]]
    assert alone["passed"] == several["passed"] == 13


def test_wrong_paths_are_one_error(tmp_path: Path) -> None:
    for path in ("/nowhere/at/all", str(tmp_path)):
        result = CliRunner().invoke(main, ["test", path])
        assert result.exit_code == 2
        assert "Name a detection's YAML file" in result.stderr


def test_the_library_does_the_same(repository: Repository) -> None:
    report = splay.test([repository.folder], attack_data=repository.attack_data, fetch=False)
    assert report.exit_code == 0
    assert [case.status for result in report.results for case in result.cases] == [
        splay.Status.PASSED
    ]


def test_our_own_content_passes(tmp_path: Path) -> None:
    """The event of the sample as the published attack data has it: one XML event a line."""
    inner = "datasets/attack_techniques/T1649/atomic_red_team/4876_windows-security.log"
    log = tmp_path / inner
    log.parent.mkdir(parents=True)
    log.write_bytes((ROOT / "tests" / "data" / "sample" / "xml_lines.log").read_bytes())
    report = splay.test([ROOT / "content"], apps=[ROOT], attack_data=tmp_path, fetch=False)
    (result,) = report.results
    assert [(case.status, case.reason) for case in result.cases] == [(splay.Status.PASSED, "")]
    assert every(finding.level == "WARN" for finding in result.findings)
