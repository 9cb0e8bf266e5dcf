"""tstats, datamodel and from over data models in the form of the Common Information Model's.

The app is tests/fixtures/SA_cim_style, beside the stand-in for the Windows add-on. Expected values
follow from the events below and docs/data-models.md, by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.rows import Row
from tests.detection.searching import ROOT, search, write_events
from tests.sample_events import AUDIT_FAILURE, Style, event, render

FIXTURES = ROOT / "tests" / "fixtures"
APPS = [FIXTURES / "SA_cim_style", FIXTURES / "Splunk_TA_windows_stand_in"]
CERTUTIL = {"NewProcessName": r"C:\Windows\System32\certutil.exe"}
EVENTS = [
    event(4688),  # cmd.exe
    event(4688, computer="ca02.example.com", data=CERTUTIL),
    event(4876),
    event(4876, keywords=AUDIT_FAILURE, computer="ca03.example.com"),
    event(4885, computer="ca02.example.com"),
    event(4624),
]


@pytest.fixture(params=[Style(), Style("classic")], ids=["xml", "classic"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_events(tmp_path, [render(each, request.param) for each in EVENTS])


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    """As XML, since the stand-in names a process by the element that holds it."""
    return write_events(tmp_path, [render(each, Style()) for each in EVENTS])


def rows(spl: str, data: Path) -> list[Row]:
    return search(spl, data, APPS)[0].rows


def test_a_root_search(xml: Path) -> None:
    found = rows(
        "| tstats summariesonly=true count from datamodel=Endpoint.Processes "
        "by Processes.dest Processes.process_name | `drop_dm_object_name(Processes)`",
        xml,
    )
    assert found == [
        {"dest": "ca01.example.com", "process_name": "cmd.exe", "count": 1},
        {"dest": "ca02.example.com", "process_name": "certutil.exe", "count": 1},
    ]


def test_a_dataset_below_a_root_search(xml: Path) -> None:
    found = rows("| datamodel Endpoint Certutil search | table Processes.*", xml)
    assert [row["Processes.process_name"] for row in found] == ["certutil.exe"]


def test_a_root_of_events_by_their_tags(data: Path) -> None:
    """The failed backup is tagged failure, which the constraint leaves out."""
    found = rows(
        "| tstats count from datamodel=Change.All_Changes "
        "by All_Changes.signature_id All_Changes.severity All_Changes.dest",
        data,
    )
    assert [tuple(row.values()) for row in found] == [
        ("4876", "medium", "ca01.example.com", 1),
        ("4885", "high", "ca02.example.com", 1),
    ]


def test_a_dataset_below_it_with_its_lookup(data: Path) -> None:
    """The table is shipped as cim_style_severities.csv.default."""
    found = rows("| from datamodel:Change.Auditing_Changes | stats count BY severity", data)
    assert found == [{"severity": "high", "count": 1}]


def test_what_the_add_on_does_not_tag_is_in_no_model(data: Path) -> None:
    spl = "| tstats count from datamodel=Change.All_Changes"
    assert search(spl, data, APPS)[0].rows == [{"count": 2}]
    untagged = [FIXTURES / "Splunk_TA_windows_stand_in"]
    assert rows("tag=change signature_id=4624", data) == []
    assert search("tag=change", data, untagged)[0].rows == []
