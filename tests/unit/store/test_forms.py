"""Text whose form changes within a file, and events that other programs exported.

The events are those of tests/sample_events.py. WMI's text and its times: Splunk, "Monitor WMI-based
data", and CIM_DATETIME. wevtutil's and the Event Viewer's forms: Microsoft, "wevtutil", and the
viewer's "Save All Events As..."; Splunk's: "Export data using Splunk Web".
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.store import blocks
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import Style, event, render

ROOT = str(Path(__file__).parents[3])
XML = render(event(4876), Style())
OTHER = render(event(4624), Style())
CLASSIC = render(event(4876), Style("classic"))
LINE = "2026-03-10T09:00:00Z a line of an ordinary log\n"
BACKUP = Need((("4876",),))
MESSAGE = CLASSIC.partition("Message=")[2]
MOMENT = 1773135015  # 2026-03-10T09:30:15Z
WMI = (
    "20260310093015.000000\nCategory=0\nCategoryString=Certification Services\n"
    "ComputerName=ca01.example.com\nEventCode=4876\nEventIdentifier=4876\nEventType=4\n"
    f"Logfile=Security\nRecordNumber=77\nType=Audit Success\nUser=NULL\nMessage={MESSAGE}\n"
)
WEVTUTIL = (
    "Event[0]:\n  Log Name: Security\n  Source: Microsoft-Windows-Security-Auditing\n"
    "  Date: 2026-03-10T09:30:15.000\n  Event ID: 4876\n  Task: Certification Services\n"
    "  Level: Information\n  Opcode: Info\n  Keyword: Audit Success\n  User: N/A\n"
    f"  User Name: N/A\n  Computer: ca01.example.com\n  Description: \n{MESSAGE}\n\n"
)


def comma_separated(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


VIEWER = comma_separated(
    ["Keywords", "Date and Time", "Source", "Event ID", "Task Category"],
    [
        "Audit Success",
        "3/10/2026 9:30:15 AM",
        "Microsoft-Windows-Security-Auditing",
        "4876",
        "Certification Services",
        MESSAGE,
    ],
)
KNOWN = {"host": "ca01", "source": "XmlWinEventLog:Security", "sourcetype": "XmlWinEventLog"}
SPLUNK_JSON = json.dumps(
    {"preview": False, "result": {**KNOWN, "_raw": XML, "_time": "2026-03-10T09:30:15.000+00:00"}}
)
SPLUNK_CSV = comma_separated(
    ["_raw", "_time", *KNOWN], [XML, "2026-03-10T09:30:15.000+0000", *KNOWN.values()]
)


def read(path: Path, text: str | bytes, need: Need = BACKUP) -> tuple[list[Event], ReadReport]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(need, report)), report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


@pytest.mark.parametrize("size", [97, 1000, blocks.BLOCK])
@pytest.mark.parametrize(
    ("text", "events", "found"),
    [
        (LINE * 3 + XML + "\n", 4, [XML]),
        (LINE * 25_000 + XML + "\n", 25_001, [XML]),
        (LINE * 3 + CLASSIC + "\n", 4, [CLASSIC]),
        (LINE * 25_000 + CLASSIC + "\n", 25_001, [CLASSIC]),
        (f"{OTHER}\n{LINE}{LINE}{XML}\n{LINE}", 5, [XML]),
        (f"{OTHER}\n{CLASSIC}\n", 2, [CLASSIC]),
        (f"{CLASSIC}\n{XML}\n{CLASSIC}\n{OTHER}", 4, [CLASSIC, XML, CLASSIC]),
        (f"{LINE}{CLASSIC}\n", 2, [CLASSIC]),
        (f"{OTHER}\n{LINE}{CLASSIC}\n{XML}", 4, [CLASSIC, XML]),
        (
            f"<14>Mar 10 09:30:15 ca01 Security: {XML}\n<14>Mar 10 09:30:16 ca01 x: {OTHER}\n",
            2,
            [XML],
        ),
        (f"<14>1 2026-03-10T09:30:15Z ca01 x - - - {XML}\n", 1, [XML]),
        (XML.replace("<", "<e:").replace("<e:/", "</e:").replace("xmlns=", "xmlns:e="), 1, [XML]),
    ],
)
def test_the_form_changes(path: Path, text: str, events: int, found: list[str], size: int) -> None:
    if len(text) > 100_000 and size < 1000:
        pytest.skip("takes long in small blocks")
    with patch.object(blocks, "BLOCK", size):
        seen, report = read(path, text)
    assert sorted(each.raw for each in seen) == sorted(found)
    assert (report.events, report.bad_events, report.problems) == (events, 0, [])


@pytest.mark.parametrize("size", [97, blocks.BLOCK])
@pytest.mark.parametrize(
    "text",
    [
        f"<Events><!-- {XML} -->{OTHER}</Events>",
        f"<Events>{OTHER}<!-- {XML}\n{XML} -->{OTHER}</Events>",
        f"<Events><![CDATA[{XML}]]>{OTHER}</Events>",
        f"<Events>{OTHER}<!-- {XML}",
    ],
)
def test_what_is_set_apart_in_xml_is_no_event(path: Path, text: str, size: int) -> None:
    """XML 1.0, 2.5 and 2.7: markup in a comment or in CDATA is none."""
    with patch.object(blocks, "BLOCK", size):
        seen, report = read(path, text)
    assert seen == []
    assert report.events == text.count(OTHER)


def test_an_event_in_the_data_of_another_is_none_of_its_own(path: Path) -> None:
    text = OTHER.replace("</EventData>", f"<Data Name='x'><![CDATA[{XML}]]></Data></EventData>")
    seen, report = read(path, f"<Events>{text}</Events>")
    assert [each.raw for each in seen] == [text]
    assert report.events == 1


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (WMI, "WMI:WinEventLog:Security"),
        (WEVTUTIL, "WinEventLog:Security"),
        (VIEWER, "WinEventLog:Security"),
        (VIEWER.replace("3/10/2026 9:30:15 AM", "10.03.2026 09:30:15"), "WinEventLog:Security"),
        (SPLUNK_JSON, "XmlWinEventLog:Security"),
        (SPLUNK_CSV, "XmlWinEventLog:Security"),
    ],
    ids=[
        "wmi",
        "wevtutil",
        "viewer",
        "viewer in German",
        "json",
        "csv",
    ],
)
def test_exported_events(path: Path, text: str, source: str) -> None:
    (found,), report = read(path, text)
    assert (found.source, found.time, found.file) == (source, MOMENT, str(path))
    assert (report.events, report.problems) == (1, [])
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    outcome = json.loads(told.stdout)
    (result,) = outcome["results"]
    assert result["Caller_User_Name"] == event(4876)["data"]["SubjectUserName"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            WEVTUTIL,
            [
                *("LogName=Security", "SourceName=Microsoft-Windows-Security-Auditing"),
                *("EventCode=4876", "Type=Information", "User=N/A"),
                *("ComputerName=ca01.example.com", "TaskCategory=Certification Services"),
                *("OpCode=Info", "Keywords=Audit Success"),
            ],
        ),
        (
            VIEWER,
            [
                *("LogName=Security", "SourceName=Microsoft-Windows-Security-Auditing"),
                *("EventCode=4876", "Type=Information", "TaskCategory=Certification Services"),
                "Keywords=Audit Success",
            ],
        ),
    ],
    ids=["wevtutil", "viewer"],
)
def test_the_text_that_an_export_becomes(path: Path, text: str, lines: list[str]) -> None:
    """A classic event's lines, by the names that Splunk's Windows input gives them."""
    (found,), _ = read(path, text)
    head, message = found.raw.split("\nMessage=")
    assert head.split("\n") == ["03/10/2026 09:30:15 AM", *lines]
    assert message.splitlines() == MESSAGE.strip().splitlines()


@pytest.mark.parametrize(
    "text",
    [VIEWER, SPLUNK_CSV, f"{XML}\n", f"<?xml version='1.0'?>\n<Events>{XML}</Events>", CLASSIC],
    ids=["viewer", "splunk", "xml", "document", "classic"],
)
def test_an_export_may_be_called_what_it_is(tmp_path: Path, text: str) -> None:
    """Though a file of that name is a table with a header to Splunk (props.conf, [csv])."""
    path = tmp_path / "export.csv"
    path.write_text(text, newline="")
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    (result,) = json.loads(told.stdout)["results"]
    assert result["Caller_User_Name"] == event(4876)["data"]["SubjectUserName"]


@pytest.mark.parametrize("text", [WMI, WEVTUTIL, VIEWER, SPLUNK_JSON, SPLUNK_CSV], ids=range(5))
def test_exports_are_known_behind_a_byte_order_mark(path: Path, text: str) -> None:
    """As PowerShell and Excel write it."""
    ((plain,), _), ((marked,), report) = read(path, text), read(path, f"\ufeff{text}")
    assert replace(marked, indextime=0) == replace(plain, indextime=0)
    assert report.problems == []


def test_many_exported_events(path: Path) -> None:
    other = WEVTUTIL.replace("Event ID: 4876", "Event ID: 4877")
    with patch.object(blocks, "BLOCK", 500):
        seen, report = read(path, (other + WEVTUTIL.replace("Event[0]", "Event[1]")) * 50)
    assert (len(seen), report.events) == (50, 100)
    header, row = SPLUNK_CSV.split("\r\n", 1)
    with patch.object(blocks, "BLOCK", 500):
        seen, report = read(path, header + "\r\n" + row * 50)
    assert (len(seen), report.events) == (50, 50)
