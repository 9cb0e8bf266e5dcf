"""The CSV of EvtxECmd: its 27 columns, a payload of JSON with @Name and #text, times in UTC."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.store import blocks
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.sample_events import event

ROOT = str(Path(__file__).parents[3])
HEADER = next(
    csv.reader(
        [
            "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,"
            "Computer,ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,PayloadData2,"
            "PayloadData3,PayloadData4,PayloadData5,PayloadData6,ExecutableInfo,HiddenRecord,SourceFile,"
            "Keywords,ExtraDataOffset,Payload"
        ]
    )
)
DATA = event(4876)["data"]


def row_of(code: int = 4876, payload: str | None = None, **more: str) -> list[str]:
    each = [{"@Name": name, "#text": str(value)} for name, value in DATA.items()]
    cells = {
        "EventRecordId": "15379961",
        "TimeCreated": "2026-03-10 09:30:15.4037190",
        "EventId": str(code),
        "Level": "LogAlways",
        "Provider": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "Computer": "ca01.example.com",
        "Keywords": "Audit success",
        "Payload": json.dumps({"EventData": {"Data": each}}) if payload is None else payload,
        **more,
    }
    return [cells.get(name, "") for name in HEADER]


def table(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue()


def read(path: Path, text: str, need: Need) -> tuple[list[Event], ReadReport]:
    path.write_text(text, newline="")
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(need, report)), report


@pytest.fixture(params=["log.csv", "log.txt"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_detection_fires_on_it(path: Path, mark: str) -> None:
    path.write_text(mark + table(row_of()), newline="")
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    outcome = json.loads(told.stdout)
    (result,) = outcome["results"]
    assert result["Caller_User_Name"] == DATA["SubjectUserName"]
    assert (result["dest"], result["action"]) == ("ca01.example.com", "success")
    assert (result["firstTime"], outcome["problems"]) == ("2026-03-10T09:30:15", [])


def test_what_it_shows_of_other_events_is_told(path: Path) -> None:
    path.write_text(table(row_of(4877)), newline="")
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    outcome = json.loads(told.stdout)
    assert outcome["coverage"]["hosts"] == {"ca01.example.com": 1}
    assert (outcome["fired"], told.exit_code) == (False, 1)


@pytest.mark.parametrize("size", [3_000, blocks.BLOCK])
def test_many_events(path: Path, size: int) -> None:
    text = table(*[row_of(code) for code in (4876, 4877, 4876)] * 20)
    with patch.object(blocks, "BLOCK", size):
        found, report = read(path, text, Need((("4876",),)))
    assert (len(found), report.events, report.problems) == (40, 60, [])


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (
            '{"EventData": {"Data": {"@Name": "a", "#text": "b < c"}}}',
            "<Data Name='a'>b &lt; c</Data>",
        ),
        ('{"EventData": {"Data": ["x", {"#text": "y"}]}}', "<Data>x</Data><Data Name=''>y</Data>"),
        ('{"UserData": {"a": 1}}', '<EventData><Data>{"UserData": {"a": 1}}</Data></EventData>'),
        ("cut {", "<EventData><Data>cut {</Data></EventData>"),
    ],
)
def test_payloads(path: Path, payload: str, shown: str) -> None:
    (found,), _ = read(path, table(row_of(payload=payload, Channel="It's <one>")), Need())
    assert shown in found.raw
    assert (found.host, found.source) == ("ca01.example.com", "XmlWinEventLog:It's <one>")


def test_a_row_that_is_cut_off_is_an_event_and_one_without_a_number_is_told(path: Path) -> None:
    found, report = read(path, table(row_of()[:10], row_of(), ["x"] * len(HEADER)), Need())
    assert [each.host for each in found] == ["ca01.example.com"] * 2
    assert "bytes of text that is part of no event: left out" in report.problems[0]
