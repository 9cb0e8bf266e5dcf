"""Events that PowerShell wrote: Get-WinEvent and Get-EventLog, in each form that a pipe gives.

The properties are those of EventLogRecord and EventLogEntry (.NET documentation). Windows
PowerShell writes a #TYPE line and dates as /Date(ms)/, PowerShell 7 neither. The message is that of
sample_events.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from splay.cli.main import main
from splay.errors import DataError
from splay.store import blocks
from splay.store.event import Event, Need, ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from splay.store.parsing.exports import powershell
from tests.sample_events import Style, event, render

ROOT = str(Path(__file__).parents[3])
MESSAGE = render(event(4876), Style("classic")).partition("Message=")[2].strip()
MOMENT = 1773135015  # 2026-03-10T09:30:15Z
BACKUP = {
    "Message": MESSAGE,
    "Id": "4876",
    "Keywords": "-9214364837600034816",  # 0x8020000000000000, Audit Success
    "RecordId": "15379961",
    "ProviderName": "Microsoft-Windows-Security-Auditing",
    "LogName": "Security",
    "MachineName": "ca01.example.com",
    "TimeCreated": "3/10/2026 9:30:15 AM",
    "TaskDisplayName": "Certification Services",
    "KeywordsDisplayNames": "System.Collections.ObjectModel.ReadOnlyCollection`1[System.String]",
}
ENTRY = {
    "EventID": "4876",
    "MachineName": "ca01.example.com",
    "Index": "15379961",
    "Category": "(12805)",
    "EntryType": "SuccessAudit",
    "Message": MESSAGE,
    "Source": "Microsoft-Windows-Security-Auditing",
    "InstanceId": "4876",
    "TimeGenerated": "3/10/2026 9:30:15 AM",
}


def with_code(values: dict[str, str], code: int) -> dict[str, str]:
    return {name: str(code) if text == "4876" else text for name, text in values.items()}


def csv_of(*events: dict[str, str], delimiter: str = ",", kind: str = "") -> str:
    rows = [list(events[0]), *(list(each.values()) for each in events)]
    quoted = ('"{}"'.format(cell.replace('"', '""')) for row in rows for cell in row)
    width = len(rows[0])
    cells = list(quoted)
    lines = (delimiter.join(cells[at : at + width]) for at in range(0, len(cells), width))
    head = f"#TYPE {kind}\r\n" if kind else ""
    return head + "".join(f"{line}\r\n" for line in lines)


def list_of(*events: dict[str, str]) -> str:
    """Format-List: names padded alike, what goes on indented behind them."""
    width = max(len(name) for name in events[0])
    indented = "\r\n" + " " * (width + 3)
    lines = (
        [f"{name:<{width}} : {text.replace(chr(10), indented)}" for name, text in each.items()]
        for each in events
    )
    return "".join("\r\n\r\n" + "\r\n".join(each) + "\r\n" for each in lines) + "\r\n\r\n"


JSON_5 = {
    **BACKUP,
    "Id": 4876,
    "TimeCreated": "/Date(1773135015403)/",
    "Properties": [{"Value": 1}],
}
JSON_7 = {**BACKUP, "Id": 4876, "TimeCreated": "2026-03-10T10:30:15.4037190+01:00"}
FEW = {name: BACKUP[name] for name in ("TimeCreated", "Id", "Message")}
CASES = {
    "csv": csv_of(BACKUP),
    "csv with its type": csv_of(BACKUP, kind="System.Diagnostics.Eventing.Reader.EventLogRecord"),
    "csv with semicolons": csv_of(BACKUP, delimiter=";"),
    "csv with tabs": csv_of(BACKUP, delimiter="\t"),
    "csv of few columns": csv_of(FEW),
    "csv of Get-EventLog": csv_of(ENTRY, kind="System.Diagnostics.EventLogEntry"),
    "json of Windows PowerShell": json.dumps([JSON_5], indent=4),
    "json of PowerShell 7": json.dumps(JSON_7, indent=2),
    "json on one line": json.dumps(JSON_7),
    "json of few columns": json.dumps({**FEW, "TimeCreated": {"value": "/Date(1773135015000)/"}}),
    "list": list_of(BACKUP),
    "list of few": list_of(FEW),
    "list of Get-EventLog": list_of(ENTRY),
}


def read(path: Path, text: str | bytes) -> tuple[list[Event], ReadReport]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = ReadReport()
    return list(FileStore([path], InputSettings()).scan(Need((("4876",),)), report)), report


@pytest.fixture(params=["events.txt", "events.csv", "events.json"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_the_detection_fires_on_it(path: Path, text: str) -> None:
    (found,), report = read(path, text)
    assert (found.sourcetype, found.source) == ("WinEventLog", "WinEventLog:Security")
    assert (int(found.time), report.events, report.problems) == (MOMENT, 1, [])
    told = CliRunner().invoke(main, ["detect", "--app", ROOT, str(path), "--json"])
    (result,) = json.loads(told.stdout)["results"]
    assert result["Caller_User_Name"] == event(4876)["data"]["SubjectUserName"]
    named = "MachineName" in text
    assert result["dest"] == ("ca01.example.com" if named else "unknown")
    assert result["action"] == ("success" if named else "unknown")


@pytest.mark.parametrize("form", [csv_of, list_of, lambda *events: json.dumps(events, indent=4)])
@pytest.mark.parametrize("values", [BACKUP, ENTRY], ids=["Get-WinEvent", "Get-EventLog"])
@pytest.mark.parametrize("size", [3_000, blocks.BLOCK])
def test_many_events(tmp_path: Path, form: object, values: dict[str, str], size: int) -> None:
    assert callable(form)
    text = form(*[with_code(values, code) for code in (4876, 4877, 4876)] * 20)
    with patch.object(blocks, "BLOCK", size):
        found, report = read(tmp_path / "events.txt", text)
    assert (len(found), report.events, report.problems) == (40, 60, [])


def test_as_windows_powershell_redirects_it(tmp_path: Path) -> None:
    (found,), report = read(
        tmp_path / "events.txt", ("\ufeff" + list_of(BACKUP)).encode("utf-16-le")
    )
    assert (found.host, report.problems) == ("ca01.example.com", [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "\r\n\r\n   ProviderName: Microsoft-Windows-Security-Auditing\r\n\r\nTimeCreated"
            "                      Id LevelDisplayName Message\r\n-----------\r\n3/10/2026 9:30:15"
            " AM        4876 Information      Certificate Services backup started....\r\n",
            "is PowerShell's a table, which cuts messages off: write the events with Export-Csv",
        ),
        (
            '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\r\n'
            '  <Obj RefId="0"><Props><I32 N="Id">4876</I32></Props></Obj>\r\n</Objs>',
            "is PowerShell's CliXml: write the events with Export-Csv, or with wevtutil epl",
        ),
    ],
    ids=["table", "CliXml"],
)
def test_what_does_not_hold_events_whole_is_refused(path: Path, text: str, what: str) -> None:
    with pytest.raises(DataError, match=what.replace(".", r"\.")):
        read(path, text)


def test_json_that_is_cut_off_is_told(tmp_path: Path) -> None:
    text = json.dumps([JSON_7, JSON_7], indent=4)
    (_,), report = read(tmp_path / "a.json", text[: int(len(text) * 0.8)])
    assert report.bad_events == 1
    assert "1 event without a beginning or an end" in report.problems[0]


def test_json_that_never_ends_is_let_go_and_told(tmp_path: Path) -> None:
    """What is kept of it is bounded, as in every other form."""
    text = json.dumps([JSON_7]).removesuffix("]") + ', {"Id": 1, "Message": "' + "}" * 1_000_000
    with patch.object(powershell, "MAX_EVENT", 100_000):
        (_,), report = read(tmp_path / "a.json", text)
    assert report.bad_events == 1
    assert "1 event of more than 16 MB: left out" in report.problems[0]


@pytest.mark.parametrize("ticks", ["9" * 13, "9" * 30, "-" + "9" * 18])
def test_a_time_that_cannot_be_is_told(tmp_path: Path, ticks: str) -> None:
    (found,), report = read(
        tmp_path / "a.json", json.dumps({**JSON_5, "TimeCreated": f"/Date({ticks})/"})
    )
    assert found.host == "ca01.example.com"
    told = "1 event without a usable time: took that of the event before, or the file's"
    if len(ticks) == 13:  # the year 2286
        assert report.problems == []
    else:
        assert report.problems == [f"{tmp_path / 'a.json'}: {told}"]
        changed = (tmp_path / "a.json").stat().st_mtime
        assert found.time == pytest.approx(changed, abs=0.001, rel=0)


def test_of_other_objects_beside_them_only_the_first_tells(tmp_path: Path) -> None:
    """A document of several collectors' events is none of PowerShell's, though keys are there."""
    other = {"EventID": 4876, "Channel": "Security", "Computer": "ca02", "TimeGenerated": "x"}
    found, _ = read(tmp_path / "a.json", json.dumps([other, JSON_7]))
    assert "ca02" in {each.host for each in found}
    (_,), report = read(tmp_path / "a.json", json.dumps([JSON_7, other]))
    assert "bytes of text that is part of no event: left out" in report.problems[0]


def test_an_event_without_a_number_is_told(tmp_path: Path) -> None:
    (_,), report = read(tmp_path / "a.csv", csv_of(BACKUP, {**BACKUP, "Id": ""}))
    assert "bytes of text that is part of no event: left out" in report.problems[0]


def test_the_log_is_known_by_provider_or_number_alone(tmp_path: Path) -> None:
    """Others than Security's events are not taken for them."""
    other = {**BACKUP, "LogName": "", "ProviderName": "Somebody"}
    (found,), _ = read(tmp_path / "a.csv", csv_of(other))
    assert found.source == str(tmp_path / "a.csv")
    (found,), _ = read(tmp_path / "a.csv", csv_of({**other, "ProviderName": ""}))
    assert found.source == "WinEventLog:Security"
