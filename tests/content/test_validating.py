"""splay test: what contentctl 5.6.2 refuses before it tests, and YAML that is none.

The values that it takes are those of its objects.enums and objects.rba.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.content.conftest import Line, Repository, copy_of
from tests.content.test_testing import reason, run


def findings(repository: Repository) -> list[dict[str, Any]]:
    (detection,) = run(repository, "--check")[1]["detections"]
    found: list[dict[str, Any]] = detection["findings"]
    return found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("status: production", "status: prod", "the status 'prod' is none of contentctl's: prod"),
        ("type: Anomaly", "type: Anomally", "the type 'Anomally' is none of contentctl's: TTP, An"),
        (
            "    score: 20",
            "    score: high",
            "the score 'high' of risk object 1 is no whole number",
        ),
        ("    score: 20", "    score: 0", "the score 0 of risk object 1 is no whole number from 1"),
        ("    score: 20", "    score: 101", "the score 101 of risk object 1"),
        (
            "    type: user\n",
            "    type: usr\n",
            "the type 'usr' of risk object 1 is none of system",
        ),
        ("  | `many_failed_logins_filter`\n", "", "the search has no `many_failed_logins_filter`"),
    ],
)
def test_a_value_that_contentctl_does_not_take_is_told(
    repository: Repository, before: str, after: str, expected: str
) -> None:
    repository.change(before, after)
    (found,) = findings(repository)
    assert found["level"] == "WARN"
    assert found["text"].startswith(expected)
    assert run(repository)[1]["passed"] == 1


@pytest.mark.parametrize("score", ["1", "100"])
def test_scores_that_contentctl_takes(repository: Repository, score: str) -> None:
    repository.change("    score: 20", f"    score: {score}")
    assert findings(repository) == []


@pytest.mark.parametrize("key", ["name", "id"])
def test_two_detections_with_one_name_or_id_fail(
    repository: Repository, key: str, line_of: Line
) -> None:
    """Its director: "Duplicate name", "Duplicate id", each with the paths of both."""
    text = repository.detection.read_text()
    copy = copy_of(text, "Copy").replace("many_failed_logins_filter", "copy_filter")
    line = next(line for line in text.splitlines() if line.startswith(f"{key}:"))
    other = next(line for line in copy.splitlines() if line.startswith(f"{key}:"))
    path = repository.write("detections/endpoint/copy.yml", copy.replace(other, line))
    code, told = run(repository, "-k", "many failed")
    assert (code, told["failed"], told["passed"]) == (1, 2 if key == "name" else 1, 0)
    (found,) = [
        each
        for detection in told["detections"]
        for each in detection["findings"]
        if each["level"] == "ERROR" and each["location"]["path"] == str(repository.detection)
    ]
    assert found["text"] == f"the {key} is that of {path} as well. Give it its own"
    assert found["location"]["line"] == line_of(f"{key}:")


@pytest.mark.parametrize(
    ("macro", "expected"),
    [
        ("drop_dm_object_name(Web)", "Splunk_SA_CIM brings it: name its folder with --app"),
        ("get_asset(user)", "Name the app that brings it with --app"),
    ],
)
def test_an_app_that_is_wanted_is_named(repository: Repository, macro: str, expected: str) -> None:
    repository.change("| where", f"| `{macro}` | where")
    assert reason(run(repository)[1]).endswith(expected)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "`app_logs`",
            "`unlike_any`",
            "Write macros/unlike_any.yml, or check the name",
        ),
        (
            "`app_logs`",
            "`app_log`",
            "Did you mean app_logs? Otherwise write macros/app_log.yml, or",
        ),
        (
            "lookup owners",
            "lookup owner",
            "no lookup 'owner'. Did you mean owners? Otherwise write lookups/owner.yml, or",
        ),
    ],
)
def test_what_is_not_defined_is_wanted_where_contentctl_has_it(
    repository: Repository, before: str, after: str, expected: str
) -> None:
    """contentctl 5.6.2 makes macros.conf and transforms.conf of YAML files."""
    repository.change(before, after)
    assert expected in reason(run(repository)[1])


@pytest.mark.parametrize(
    ("data", "place", "expected"),
    [
        pytest.param(
            b"name: x\nrba:\n\tmessage: y\n",
            (3, 1),
            "not YAML: a tab stands before the text. YAML is indented with spaces: write some in "
            "its place",
            id="a tab",
        ),
        pytest.param(
            b"name: x\ndescription: see: there\n",
            (2, 17),
            "Put a text that holds a colon and a space in quotes",
            id="a colon",
        ),
        pytest.param(
            b"name: x\nsearch: `macro` x=1\n",
            (2, 9),
            "Put a text that begins with ` or @ or % in quotes",
            id="a backquote",
        ),
        pytest.param(
            b'name: x\nsearch: "x\n',
            (3, 1),
            "A quote or a bracket that opens is not closed",
            id="a quote",
        ),
        pytest.param(
            b"name: x\r\nby: caf\xe9\r\n",
            (2, 8),
            "not UTF-8 text. Save the file as UTF-8",
            id="Latin-1",
        ),
    ],
)
def test_what_is_no_yaml_says_what_to_write(
    repository: Repository, data: bytes, place: tuple[int, int], expected: str
) -> None:
    broken = repository.folder / "detections" / "endpoint" / "broken.yml"
    broken.write_bytes(data)
    (error,) = run(repository)[1]["broken"]
    assert error["text"].endswith(expected)
    assert (error["location"]["line"], error["location"]["column"]) == place


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_macro_that_cannot_be_read_is_told_whoever_reads_it(
    repository: Repository, processes: str
) -> None:
    text = repository.detection.read_text()
    for number in range(12):
        name = f"detections/endpoint/copy_{number}.yml"
        repository.write(name, copy_of(text, f"Copy {number}"))
    broken = repository.write("macros/broken.yml", "name: [unclosed\n")
    code, found = run(repository, "-j", processes)
    assert (code, found["passed"]) == (1, 13)
    assert [each["location"]["path"] for each in found["broken"]] == [str(broken.resolve())]
