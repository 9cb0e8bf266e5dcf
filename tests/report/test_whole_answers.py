"""What programs read, whole: every member of the answers, of a case that can be counted by hand.

Two backups of ca1, two seconds apart, and three saved searches: One finds them, Two looks for what
is not there and has a result all the same, Wrong cannot be planned. Members of SARIF: OASIS SARIF
2.1.0; of a layer: mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

import splay
from splay import __version__
from splay.cli.main import main
from tests.sample_events import Style, event, render

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
MOMENT = "1773144000"  # date -u -d "2026-03-10 12:00" +%s
TIMES = ["2026-03-10T12:00:00.000+00:00", "2026-03-10T12:00:02.000+00:00"]
RECORD = "15379961"  # EventRecordID of tests/sample_events.py
SEARCH = "EventCode=4876 | stats count min(_time) AS firstTime BY host"
SAVED = (
    f"""
[One]
search = {SEARCH}
description = What it is.
action.correlationsearch.enabled = 1
action.correlationsearch.annotations = """
    + """{"mitre_attack": ["T1649"]}
action.risk = 1
action.risk.param._risk = [{"risk_object_field":"host","risk_object_type":"system","risk_score":20}]
action.risk.param._risk_message = $host$ was backed up.

[Two]
search = nowhere | stats count

[Wrong]
search = 4876 | nosuch
"""
)
ROW = {"host": "ca1", "count": "2", "firstTime": MOMENT}
URL = "https://attack.mitre.org/techniques/T1649/"
WRONG = "the command nosuch is not supported (position 8)\n  4876 | nosuch\n         ^"
RISK = {"object": "ca1", "type": "system", "score": 20.0}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app" / "default").mkdir(parents=True)
    (tmp_path / "app" / "default" / "savedsearches.conf").write_text(SAVED, encoding="utf-8")
    props = "[XmlWinEventLog]\nEXTRACT-code = <EventID>(?<EventCode>[0-9]+)\n"
    (tmp_path / "app" / "default" / "props.conf").write_text(props, encoding="utf-8")
    return tmp_path / "app"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write(tmp_path / "two.log", 4876, 4876)


def write(path: Path, *codes: int) -> Path:
    """Events of ca1, two seconds apart."""
    times = [START + timedelta(seconds=2 * n) for n in range(len(codes))]
    lines = [
        render(event(code, time=time, computer="ca1"), Style())
        for code, time in zip(codes, times, strict=True)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(*args: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, args)])
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def read(text: str) -> dict[str, Any]:
    """The JSON object, without how long it took."""
    found: dict[str, Any] = json.loads(text)
    assert found.pop("seconds") >= 0
    return found


def test_a_detection_as_json(log: Path, app: Path) -> None:
    events = [
        {
            "file": str(log),
            "record": RECORD,
            "time": time,
            "host": "ca1",
            "source": "XmlWinEventLog:Security",
        }
        for time in TIMES
    ]
    assert read(run("detect", log, "--app", app, "--json")) == {
        "fired": True,
        "search": "One",
        "results": [ROW],
        "evidence": [{"count": 2, "events": events}],
        "risk": [{**RISK, "message": "ca1 was backed up."}],
        "data": [str(log)],
        "events": 2,
        "bad_events": 0,
        "outside_time_range": 0,
        "coverage": None,
        "incomplete": False,
        "left_out": [],
        "messages": [],
        "problems": [],
    }


def test_silence_as_json(tmp_path: Path, app: Path) -> None:
    """Events 4868 to 4900 are those of Audit Certification Services."""
    log = write(tmp_path / "other.log", 4885, 4885)
    assert read(run("detect", log, "--app", app, "--json", "--earliest", MOMENT)) == {
        "fired": False,
        "search": "One",
        "results": [],
        "evidence": [],
        "risk": [],
        "data": [str(log)],
        "events": 2,
        "bad_events": 0,
        "outside_time_range": 0,
        "coverage": {
            "audit": "Certification Services",
            "codes": [4868, 4900],
            "events": 2,
            "hosts": {"ca1": 2},
            "first": TIMES[0],
            "last": TIMES[1],
        },
        "incomplete": False,
        "left_out": [],
        "messages": [],
        "problems": [],
    }


def test_what_lies_outside_the_time_range_and_what_could_not_be_read(
    tmp_path: Path, log: Path, app: Path
) -> None:
    bad = tmp_path / "bad.xml.gz"
    bad.write_bytes(b"\x1f\x8b\x08\x00 cut")
    found = read(run("detect", log, bad, "--app", app, "--json", "--latest", "1773144001"))
    assert (found["results"][0]["count"], found["outside_time_range"]) == ("1", 1)
    assert found["incomplete"] is True
    (problem,) = found["problems"]
    assert str(bad) in problem


def test_a_detection_as_sarif(log: Path, app: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.sarif"
    run("detect", log, "--app", app, "--sarif", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    (result,) = found["runs"][0]["results"]
    (print_,) = result.pop("partialFingerprints").items()
    assert (print_[0], len(print_[1])) == ("splayResult/v1", 64)  # SHA-256
    assert found == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "splay", "semanticVersion": __version__, "rules": [RULE]}
                },
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
                "artifacts": [{"location": {"uri": log.as_uri()}}],
                "results": [
                    {
                        "ruleId": "One",
                        "ruleIndex": 0,
                        "level": "warning",
                        "message": {"text": "ca1 was backed up."},
                        "locations": [
                            {
                                "logicalLocations": [
                                    {"name": "ca1", "kind": "resource"},
                                    *[{"name": f"record {RECORD}", "kind": "record"}] * 2,
                                ],
                                "physicalLocation": {
                                    "artifactLocation": {"uri": log.as_uri(), "index": 0}
                                },
                            }
                        ],
                        "properties": ROW,
                        "rank": 20.0,
                    }
                ],
            }
        ],
    }


RULE = {
    "id": "One",
    "name": "One",
    "shortDescription": {"text": "One"},
    "fullDescription": {"text": "What it is."},
    "help": {"text": f"What it is.\n\nT1649: {URL}\n\nSearch:\n{SEARCH}"},
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["security", "attack.t1649"]},
    "helpUri": URL,
}


@pytest.mark.parametrize("fires", [True, False])
def test_a_detection_as_a_layer(fires: bool, app: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "some.log", 4876 if fires else 4885)
    out = tmp_path / "layer.json"
    run("detect", log, "--app", app, "--navigator", out)
    metadata = [{"name": "at risk", "value": "ca1"}] if fires else []
    assert json.loads(out.read_text(encoding="utf-8")) == {
        "name": "One",
        "versions": {"navigator": "4.9.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": "What it is.",
        "techniques": [
            {
                "techniqueID": "T1649",
                "score": 20.0 if fires else 0.0,
                "enabled": True,
                "comment": "1 result" if fires else "0 results",
                "metadata": metadata,
                "links": [{"label": "T1649", "url": URL}],
            }
        ],
        "gradient": {"colors": ["#ffffff", "#d13f2e"], "minValue": 0, "maxValue": 100},
        "legendItems": [
            {"label": "0: searched for, no result", "color": "#ffffff"},
            {"label": "100: highest score of a result", "color": "#d13f2e"},
        ],
    }


@pytest.mark.parametrize("fires", [True, False])
def test_a_detection_as_junit(fires: bool, app: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "some.log", 4876 if fires else 4885)
    out = tmp_path / "junit.xml"
    run("detect", log, "--app", app, "--junit", out)
    suites = etree.parse(out).getroot()
    assert suites.tag == "testsuites"
    (suite,) = suites
    given = dict(suite.attrib)
    assert datetime.fromisoformat(given.pop("timestamp")).year > 2000
    assert float(given.pop("time")) >= 0
    failures = "0" if fires else "1"
    counts = {"tests": "1", "failures": failures, "errors": "0", "id": "0"}
    assert given == {
        **counts,
        "name": "splay detect",
        "package": "splay.detect",
        "hostname": "localhost",
    }
    values = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert values == {
        "fired": "true" if fires else "false",
        "results": "1" if fires else "0",
        "events": "1",
        "bad_events": "0",
    }
    (case,) = suite.iter("testcase")
    assert (case.get("name"), case.get("classname")) == ("One", "splay.detect")
    told = "It fired: 1 result.\nca1" if fires else "It did not fire."
    assert (suite.findtext("system-out") or "").splitlines()[:2] == told.splitlines()
    assert [(one.get("type"), one.get("message")) for one in case] == (
        [] if fires else [("unexpected", "expected: fired; it did not fire")]
    )


def test_a_hunt_as_json(log: Path, app: Path) -> None:
    """Tactics of a technique: MITRE ATT&CK, T1649 is one of Credential Access."""
    found = read(run("hunt", log, "--app", app, "--json"))
    raw = log.read_text(encoding="utf-8").splitlines()
    events = [
        {
            "raw": text,
            "time": time,
            "host": "ca1",
            "source": "XmlWinEventLog:Security",
            "cut": 0,
            "file": str(log),
            "record": RECORD,
        }
        for text, time in zip(raw, TIMES, strict=True)
    ]
    one = {"techniques": ["T1649"], "tactics": ["Credential Access"], "count": 1, "matched": 2}
    two = {"techniques": [], "tactics": [], "count": 1, "matched": 0}
    assert found == {
        "searches": 3,
        "fired": [
            {"search": "One", **one, "results": [ROW], "events": events},
            {"search": "Two", **two, "results": [{"count": "0"}], "events": []},
        ],
        "silent": [],
        "failed": [{"search": "Wrong", "reason": WRONG}],
        "risk": [{**RISK, "searches": ["One"], "notables": []}],
        "data": [str(log)],
        "events": 2,
        "bad_events": 0,
        "problems": [],
        "messages": [],
    }


def test_a_hunt_as_csv(tmp_path: Path, app: Path) -> None:
    log = write(tmp_path / "one.log", 4876)
    place = f"{log}, record {RECORD}"
    with (app / "default" / "savedsearches.conf").open("a", encoding="utf-8") as saved:
        saved.write("\n[Silent]\nsearch = nowhere\n")
    assert list(csv.reader(io.StringIO(run("hunt", log, "--app", app, "--format", "csv")))) == [
        [
            *("search", "outcome", "results", "events", "techniques"),
            *("tactics", "reason", "time", "host", "place"),
        ],
        ["One", "fired", "1", "1", "T1649", "Credential Access", "", TIMES[0], "ca1", place],
        ["Two", "fired", "1", "0", *[""] * 6],
        ["Silent", "silent", "0", *[""] * 7],
        ["Wrong", "failed", *[""] * 4, WRONG, *[""] * 3],
    ]


def test_times_of_events_as_text_and_as_numbers(app: Path) -> None:
    """A row's _time may be a text, where a command has made it one."""
    saved = app / "default" / "savedsearches.conf"
    text = saved.read_text(encoding="utf-8")
    for change in ("", "| eval _time=tostring(_time) ", "| eval _time=mvappend(_time, 5) "):
        saved.write_text(text.replace("4876 | stats", f"4876 {change}| stats"))
        events = [
            splay.Event("EventCode=4876", 1773144000.0 + n, "ca1", "s", "st") for n in range(2)
        ]
        outcome = splay.detect(events=events, apps=app, evidence=True)
        group = outcome.behind(outcome.results.rows[0])
        assert group is not None
        expected = (None, None) if "mvappend" in change else (1773144000.0, 1773144001.0)
        assert (group.count, group.first, group.last) == (2, *expected)
