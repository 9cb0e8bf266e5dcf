"""The detection on a Splunk, whichever was asked for: data in, saved search dispatched, result out.

Expected values: the published event with the host and names that the test puts in.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from splay.harness.splunk import Result, Splunk, dispatch, job_results, search
from tests.sample_events import Style, event, render

NAME = "ADCS - Windows Steal Authentication Certificates CS Backup - Rule"
SPECIFIED = [
    *("dest", "name", "action", "Caller_Domain", "Caller_User_Name"),
    *("count", "firstTime", "lastTime"),
]
XML = {"source": "XmlWinEventLog:Security", "sourcetype": "XmlWinEventLog"}
CLASSIC = {"source": "WinEventLog:Security", "sourcetype": "WinEventLog"}


@dataclass
class Case:
    """Events of one CA with a name that no other run uses."""

    splunk: Splunk
    dest: str

    def send(self, code: int, style: Style, **data: str) -> None:
        """Indexes one event of this CA."""
        made = event(
            code,
            time=datetime(2026, 3, 10, 9, 30, 15, tzinfo=UTC),
            computer=self.dest,
            data=data,
        )
        origin = CLASSIC if style.form == "classic" else XML
        self.splunk.send(render(made, style), host=self.dest, **origin)

    def results(self) -> list[Result]:
        """What the saved search finds of this CA."""
        job = dispatch(self.splunk.service(), NAME)
        return [row for row in job_results(job) if row["dest"] == self.dest]


@pytest.fixture
def case(splunk: Splunk) -> Iterator[Case]:
    case = Case(splunk, f"ca-{uuid.uuid4().hex[:12]}.example.com")
    yield case
    splunk.remove(case.dest)


@pytest.mark.parametrize("style", [Style(), Style("classic")], ids=["xml", "classic"])
def test_it_fires(case: Case, style: Style) -> None:
    case.send(4624, style)
    case.send(4876, style)
    case.splunk.wait_until_searchable(case.dest, 2)
    (row,) = case.results()
    assert {name: row[name] for name in SPECIFIED} == {
        "dest": case.dest,
        "name": "Certificate Services backup started",
        "action": "success",
        "Caller_Domain": "EXAMPLE",
        "Caller_User_Name": "svc-backup",
        "count": "1",
        "firstTime": "2026-03-10T09:30:15",
        "lastTime": "2026-03-10T09:30:15",
    }


def test_the_result_is_enriched(case: Case) -> None:
    case.send(4876, Style())
    case.splunk.wait_until_searchable(case.dest, 1)
    (row,) = case.results()
    assert row["caller"] == "EXAMPLE\\svc-backup"
    assert row["caller_type"] == "service"
    assert row["mitre_technique_id"] == "T1649"
    assert row["adcs_enrichment_status"] == "ok"
    assert "+20 a CA was backed up" in row["adcs_reason"]


def test_the_specified_columns_come_first(case: Case) -> None:
    case.send(4876, Style())
    case.splunk.wait_until_searchable(case.dest, 1)
    (row,) = case.results()
    assert list(row)[: len(SPECIFIED)] == SPECIFIED


def test_other_events_do_not_fire(case: Case) -> None:
    for code in (4624, 4688, 4877, 4885):
        case.send(code, Style())
    case.splunk.wait_until_searchable(case.dest, 4)
    assert case.results() == []


def test_two_callers_are_two_results(case: Case) -> None:
    for user in ("alice", "bob"):
        case.send(4876, Style(), SubjectUserName=user)
    case.splunk.wait_until_searchable(case.dest, 2)
    assert [row["Caller_User_Name"] for row in case.results()] == ["alice", "bob"]


def test_the_risk_is_specified(splunk: Splunk) -> None:
    saved = splunk.service().saved_searches[NAME]
    assert saved["action.risk"] == "1"
    assert saved["is_scheduled"] == "1"
    assert '"risk_score": 20' in saved["action.risk.param._risk"]


def test_the_fields_of_an_event(case: Case) -> None:
    case.send(4876, Style())
    case.splunk.wait_until_searchable(case.dest, 1)
    spl = f'search index=* "{case.dest}" | table EventCode signature_id vendor_product src_user'
    (row,) = search(case.splunk.service(), spl)
    assert row == {
        "EventCode": "4876",
        "signature_id": "4876",
        "vendor_product": "Microsoft Windows",
        "src_user": "svc-backup",
    }
