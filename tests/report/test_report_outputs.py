"""JUnit, SARIF and ATT&CK Navigator files: right by their specifications, whatever is in them.

Sources: the two XML schemas that JUnit's form has; OASIS SARIF 2.1.0, whose section numbers stand
at the tests; mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.holding import every
from tests.published import ANT_JUNIT, JENKINS_JUNIT, SARIF, Published, Unavailable
from tests.report.hostile import FORMULA, MARKUP, SAMPLE, detect, hostile_file
from tests.sample_events import Style, event, render

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "hostile").mkdir()
    return hostile_file(tmp_path / "hostile")


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    path = tmp_path / "logon.log"
    path.write_text(render(event(4624), Style()))
    return path


def schema(published: Published, request: pytest.FixtureRequest) -> Path:
    """A published schema: from the cache, or with --browser from the registry."""
    if not published.path.exists() and not request.config.getoption("--browser"):
        pytest.skip("the schema is not here: python tests/published.py fetches it")
    try:
        return published.fetch()
    except Unavailable as error:
        pytest.fail(str(error))


def junit(tmp_path: Path, *args: str | Path, code: int = 0) -> etree._Element:
    path = tmp_path / "junit.xml"
    result = detect(*args, "--junit", path)
    assert result.exit_code == code, result.output
    return etree.parse(path).getroot()


def sarif(tmp_path: Path, *args: str | Path) -> dict[str, Any]:
    path = tmp_path / "out.sarif"
    detect(*args, "--sarif", path)
    assert not UNSEEN.search(path.read_text(encoding="utf-8"))
    log: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return log


def layer(tmp_path: Path, *args: str | Path) -> dict[str, Any]:
    path = tmp_path / "layer.json"
    detect(*args, "--navigator", path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_junit_passes_where_the_detection_fired(tmp_path: Path) -> None:
    suites = junit(tmp_path, SAMPLE)
    (case,) = suites.iter("testcase")
    assert (case.get("name"), len(case)) == (NAME, 0)
    (suite,) = suites
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")
    values = {found.get("name"): found.get("value") for found in suite.iter("property")}
    assert values["results"] == "3"


@pytest.mark.parametrize(
    ("fires", "expect", "code"),
    [(True, "fired", 0), (True, "silent", 1), (False, "fired", 1), (False, "silent", 0)],
)
def test_what_is_expected_decides(
    tmp_path: Path, silent: Path, fires: bool, expect: str, code: int
) -> None:
    data = SAMPLE / "classic.log" if fires else silent
    suites = junit(tmp_path, data, "--expect", expect, code=code)
    assert len(list(suites.iter("failure"))) == code
    assert suites[0].get("failures") == str(code)


def test_junit_says_that_it_could_not_run(tmp_path: Path) -> None:
    """Else a file of the run before would stand there."""
    (tmp_path / "junit.xml").write_text("of the run before")
    suites = junit(tmp_path, SAMPLE, "--saved", "nowhere", code=2)
    (error,) = suites.iter("error")
    assert "there is no saved search 'nowhere'" in (error.get("message") or "")
    assert suites[0].get("errors") == "1"


@pytest.mark.parametrize("published", [ANT_JUNIT, JENKINS_JUNIT], ids=["Ant", "Jenkins"])
@pytest.mark.parametrize("kind", ["fired", "failed", "hostile", "error"])
def test_junit_fits_the_schemas(
    tmp_path: Path, hostile: Path, published: Published, kind: str, request: pytest.FixtureRequest
) -> None:
    xsd = etree.XMLSchema(etree.parse(schema(published, request)))
    args: dict[str, tuple[list[str | Path], int]] = {
        "fired": ([SAMPLE], 0),
        "failed": ([SAMPLE, "--expect", "silent"], 1),
        "hostile": ([hostile], 0),
        "error": ([SAMPLE, "--saved", "\x1b[2J"], 2),
    }
    given, code = args[kind]
    xsd.assertValid(junit(tmp_path, *given, code=code))


def test_sarif_has_a_rule_with_help_and_attack_tags(tmp_path: Path) -> None:
    """3.49.3 id, 3.49.12 helpUri, 3.49.13 help, 3.8.2 tags."""
    (run,) = sarif(tmp_path, SAMPLE)["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "a2f4cc7f-6503-4078-b206-f83a29f408a7"  # the published detection's
    assert "T1649" in rule["help"]["text"]
    assert rule["helpUri"] == "https://attack.mitre.org/techniques/T1649/"
    assert rule["properties"]["tags"] == ["security", "attack.t1649"]


def test_sarif_has_a_result_for_each_row(tmp_path: Path) -> None:
    """3.27.5 ruleId, 3.27.6 ruleIndex, 3.27.10 level, 3.27.25 rank (0 to 100)."""
    log = sarif(tmp_path, SAMPLE)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    results = {
        found["locations"][0]["logicalLocations"][0]["name"]: found for found in run["results"]
    }
    assert {name: (r["rank"], r["level"]) for name, r in results.items()} == {
        "ca01.example.com": (20, "note"),  # low
        "ca02.example.com": (40, "warning"),  # medium
        "ca03.example.com": (30, "note"),
    }
    assert {found["ruleIndex"] for found in run["results"]} == {0}
    assert {found["ruleId"] for found in run["results"]} == {
        run["tool"]["driver"]["rules"][0]["id"]
    }
    words = results["ca03.example.com"]["message"]["text"]
    assert words.startswith("The Active Directory Certificate Services was backed up on ca03.")
    assert "+10 EXAMPLE\\CA03$ is a computer account or gMSA" in words


def test_sarif_of_two_runs_can_be_compared(tmp_path: Path) -> None:
    """3.27.17 partialFingerprints: the same for the same result, another for another."""

    def fingerprints() -> list[str]:
        (run,) = sarif(tmp_path, SAMPLE)["runs"]
        return [found["partialFingerprints"]["splayResult/v1"] for found in run["results"]]

    first = fingerprints()
    assert first == fingerprints()
    assert len(set(first)) == 3


def test_sarif_names_the_file(tmp_path: Path) -> None:
    """3.4.3: a URI (RFC 3986)."""
    data = tmp_path / "a b#c.log"
    data.write_text(render(event(4876), Style()))
    (run,) = sarif(tmp_path, data)["runs"]
    (found,) = run["results"]
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert uri.endswith("/a%20b%23c.log")


def test_sarif_is_silent_where_the_detection_is(tmp_path: Path, silent: Path) -> None:
    """3.14.23: an empty list says that it was looked for; without the list it was not."""
    (run,) = sarif(tmp_path, silent)["runs"]
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_hostile_event_is_text_in_sarif(tmp_path: Path, hostile: Path) -> None:
    log = json.dumps(sarif(tmp_path, hostile), ensure_ascii=False)
    assert json.dumps(MARKUP)[1:-1] in log
    assert "<U+202E>" in log


@pytest.mark.parametrize("kind", ["fired", "hostile", "silent"])
def test_sarif_fits_the_published_schema(
    tmp_path: Path, hostile: Path, silent: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    published = json.loads(schema(SARIF, request).read_text(encoding="utf-8"))
    jsonschema = pytest.importorskip("jsonschema")
    data = {"fired": SAMPLE, "hostile": hostile, "silent": silent}[kind]
    jsonschema.validate(sarif(tmp_path, data), published)


def test_the_navigator_layer_scores_the_technique(tmp_path: Path) -> None:
    """The highest score of the sample is 40: rules.py, 20 for a backup, 20 for who made it."""
    found = layer(tmp_path, SAMPLE)
    assert (found["name"], found["domain"]) == (NAME, "enterprise-attack")
    assert found["versions"]["layer"] == "4.5"
    (technique,) = found["techniques"]
    assert (technique["techniqueID"], technique["score"]) == ("T1649", 40)
    assert technique["comment"] == "3 results"
    assert technique["enabled"] is True
    (link,) = technique["links"]
    assert link == {"label": "T1649", "url": "https://attack.mitre.org/techniques/T1649/"}
    gradient = found["gradient"]
    assert gradient["minValue"] <= technique["score"] <= gradient["maxValue"]
    assert len(gradient["colors"]) >= 2
    required = {"label", "color"}
    assert every(required <= set(item) for item in found["legendItems"])
    assert every({"name", "value"} <= set(item) for item in technique["metadata"])


def test_the_navigator_layer_says_that_nothing_was_found(tmp_path: Path, silent: Path) -> None:
    (technique,) = layer(tmp_path, silent)["techniques"]
    assert (technique["techniqueID"], technique["score"]) == ("T1649", 0)
    assert (technique["comment"], technique["metadata"]) == ("0 results", [])


def test_a_hostile_event_is_text_in_junit_and_in_the_layer(tmp_path: Path, hostile: Path) -> None:
    suites = junit(tmp_path, hostile)
    out = suites[0].findtext("system-out") or ""
    assert MARKUP in out
    assert FORMULA in out
    assert "<U+202E>" in out
    assert not UNSEEN.search(out)
    assert "<b>ca9</b>.example.com" in str(layer(tmp_path, hostile))
