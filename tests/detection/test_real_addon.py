"""Beside the real Splunk_TA_windows, where its folder is named: pytest --addon PATH [--cim PATH].

The add-on is under Splunk's licence and no part of this project. The fields that Splunk lists for
the event are those of tests/fixtures/fields_of_4876.txt; docs/splay-differences.md explains each
that differs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from splay.conf.files import read_conf
from splay.rows import Row
from tests.detection.searching import ROOT, detect, fields_of, search
from tests.holding import every
from tests.sample_events import Style, event, render
from tools.addon_fields import listed_fields

REAL = ROOT.parent / "shared" / "data" / "4876_example.xml"
STAND_IN = ROOT / "tests" / "fixtures" / "Splunk_TA_windows_stand_in"
FIVE = ("dest", "name", "action", "Caller_Domain", "Caller_User_Name")
OLDER = {"8.1.2": {"object", "process_id"}}  # what this version gives beyond 8.9.0, of the list
QUOTED = {"Name", "Guid", "SystemTime", "ProcessID", "ThreadID"}  # attributes, with their quotes
SIMPLER = {"dvc_nt_host", "Error_Code", "ta_windows_action", "eventtype", "tag", "tag::eventtype"}
WITHOUT_CIM = {"tag::action"}


@pytest.fixture
def addon(request: pytest.FixtureRequest) -> Path:
    path: Path | None = request.config.getoption("--addon")
    if path is None:
        pytest.skip("Splunk_TA_windows is not here: name its folder with --addon")
    return path


@pytest.fixture
def cim(request: pytest.FixtureRequest) -> Path | None:
    path: Path | None = request.config.getoption("--cim")
    return path


@pytest.fixture
def real_event() -> Path:
    if not REAL.exists():
        pytest.skip("the published event is not here")
    return REAL


def only_row(data: Path, apps: list[Path]) -> Row:
    results, _ = search("search *", data, apps)
    [row] = results.rows
    return row


def test_the_fields_are_those_that_splunk_lists(
    addon: Path, cim: Path | None, real_event: Path
) -> None:
    given = set(only_row(real_event, [addon, cim] if cim else [addon])) - {"_raw", "_indextime"}
    version = read_conf(addon / "default" / "app.conf")["launcher"].settings["version"]
    listed = listed_fields()
    assert listed - given == (set() if cim else WITHOUT_CIM)
    assert given - listed == OLDER.get(version, set())


def test_the_clock_and_the_internal_fields(addon: Path, real_event: Path) -> None:
    """By hand, of the event's text: its time is 30 characters long and begins at the 337th."""
    row = only_row(real_event, [addon])
    assert str(row["_raw"])[336:366] == "2023-02-06T16:27:05.403719800Z"
    expected = {
        "timestartpos": "336",
        "timeendpos": "366",
        "date_hour": "16",
        "date_mday": "6",
        "date_minute": "27",
        "date_month": "february",
        "date_second": "5",
        "date_wday": "monday",  # as the calendar has it
        "date_year": "2023",
        "date_zone": "0",
        "linecount": "1",
        "punct": "<_='://../////'><><_='---'_='{----}'/><></><></><>",
        "index": "main",
    }
    assert {name: row[name] for name in expected} == expected


def test_the_detection_fires_with_the_same_five_fields(addon: Path, real_event: Path) -> None:
    """Whichever app comes first, with the add-on, with the stand-in for it, and without."""
    combinations = ([ROOT], [ROOT, addon], [addon, ROOT], [ROOT, STAND_IN], [STAND_IN, ROOT])
    found = []
    for apps in combinations:
        [row] = detect(real_event, apps)[0].rows
        found.append({name: row[name] for name in FIVE})
    assert every(each == found[0] for each in found)
    assert found[0] == {
        "dest": "win-dc-mhaag-attack-range-84.attackrange.local",
        "name": "Certificate Services backup started",
        "action": "success",
        "Caller_Domain": "ATTACKRANGE",
        "Caller_User_Name": "administrator",
    }


def test_the_stand_in_gives_what_the_add_on_gives(addon: Path) -> None:
    """All fields of a backup, but for what the add-on leaves as it is in the XML and what the
    stand-in makes simpler."""
    arguments = (render(event(4876), Style()), "XmlWinEventLog", "XmlWinEventLog:Security")
    real, stand_in = (fields_of(*arguments, apps=[app]) for app in (addon, STAND_IN))
    differing = {name for name, value in stand_in.items() if real.get(name) != value}
    assert differing == QUOTED | SIMPLER
    for name in QUOTED:
        assert real[name] == f"'{stand_in[name]}'"


def test_the_command_line_takes_both_apps(addon: Path, real_event: Path) -> None:
    command = [sys.executable, "-m", "splay", "detect", "--app", str(ROOT), "--app", str(addon)]
    run = subprocess.run(
        [*command, str(real_event), "--format", "json"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert '"ATTACKRANGE"' in run.stdout
