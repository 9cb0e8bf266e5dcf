"""Each result names the file and the record of the events behind it, in every form of the outcome.

The events are those of tests/sample_events.py, in a log that tests/evtx_files.py makes.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import splay
from splay import shapes
from splay.cli.main import main
from splay.detections.evidence import MOST_OF_ONE
from splay.engine import fanout
from tests.evtx_files import evtx
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]


def detect(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["detect", "--app", str(ROOT), *arguments])


def told(log: Path) -> dict[str, Any]:
    outcome = json.loads(detect(str(log), "--json").stdout)
    assert isinstance(outcome, dict)
    return outcome


def backup(record: int) -> str:
    return render(event(4876, record=record), Style())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    ordinary = [render(event(4624, record=number), Style()) for number in range(1, 40)]
    (folder / "Security.evtx").write_bytes(evtx([*ordinary, backup(40)]))
    (folder / "later.xml").write_text(backup(77), encoding="utf-8")
    return folder


def test_json_names_file_and_record(log: Path) -> None:
    (evidence,) = told(log)["evidence"]
    assert evidence["count"] == 2
    assert [(Path(each["file"]).name, each["record"]) for each in evidence["events"]] == [
        ("Security.evtx", "40"),
        ("later.xml", "77"),
    ]


def test_the_table_and_csv_name_them(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    line = f"{log / 'Security.evtx'}, record 40"
    assert line in detect(str(log)).stdout
    assert line in detect(str(log), "--format", "csv").stdout


def test_records_that_follow_each_other_are_a_range_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    path = tmp_path / "a.log"
    path.write_text("\n".join(backup(number) for number in (9, 5, 7, 6)))
    assert f"{path}, records 5 to 7, 9" in detect(str(path)).stdout
    path.write_text("\n".join(backup(number) for number in range(1, 31)))
    shown = detect(str(path)).stdout  # the first 20 of a result's events are kept
    assert f"{path}, records 1 to 20" in shown
    assert "and 10 more" in shown


def test_sarif_points_to_the_file_and_not_to_the_folder(log: Path, tmp_path: Path) -> None:
    """SARIF 2.1.0, 3.28.3 (physicalLocation) and 3.4.5 (index into the artifacts)."""
    out = tmp_path / "out.sarif"
    detect(str(log), "--sarif", str(out))
    (run,) = json.loads(out.read_text(encoding="utf-8"))["runs"]
    (result,) = run["results"]
    first, second = result["locations"]
    place = first["physicalLocation"]["artifactLocation"]
    assert place["uri"] == (log / "Security.evtx").as_uri()
    assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert {"name": "record 40", "kind": "record"} in first["logicalLocations"]
    assert {"name": "record 77", "kind": "record"} in second["logicalLocations"]


def test_the_report_names_them(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    detect(str(log), "--report", str(out))
    page = out.read_text(encoding="utf-8")
    assert f"{log / 'Security.evtx'}, record 40" in page
    assert f"{log / 'later.xml'}, record 77" in page


def test_several_processes_find_the_same(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = told(log)["evidence"]
    monkeypatch.setattr(fanout, "SHARE", 50_000)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert told(log)["evidence"] == alone


def _in_form(form: str, record: int) -> str:
    """A backup by one of two accounts, a second apart."""
    changed = {"SubjectUserName": f"operator{record % 2}"}
    data = event(4876)["data"] | changed
    time = datetime(2026, 3, 10, 9, tzinfo=UTC) + timedelta(seconds=record)
    made = event(4876, record=record, time=time, data=data)
    if form != "json":
        return render(made, Style("classic" if form == "classic" else "xml"))
    flat = {"Channel": "Security", "EventID": 4876, "Computer": "ca01", "EventRecordID": record}
    return json.dumps(flat | data | {"TimeCreated": time.isoformat()})


@pytest.mark.parametrize("by_shape", [True, False])
@pytest.mark.parametrize("form", ["xml", "classic", "json", "evtx"])
def test_of_many_events_all_are_counted_and_the_first_named(
    form: str, by_shape: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """600 events, of which each second one is of the same account: 300 seconds of either."""
    monkeypatch.setattr(shapes, "ENABLED", by_shape)
    texts = [_in_form(form, number) for number in range(1, 601)]
    path = tmp_path / "backups"
    path.write_bytes(evtx(texts) if form == "evtx" else "\n".join(texts).encode())
    outcome = splay.detect([path], apps=[ROOT], evidence=True)
    for row in outcome.results.rows:
        group = outcome.behind(row)
        assert group is not None
        number = int(group.kept[0].record)
        assert row["Caller_User_Name"] == f"operator{number % 2}"
        assert (group.count, len(group.kept)) == (300, MOST_OF_ONE)
        assert [(kept.file, kept.record) for kept in group.kept] == [
            (str(path), str(number + 2 * place)) for place in range(MOST_OF_ONE)
        ]
        first = datetime(2026, 3, 10, 9, 0, number, tzinfo=UTC).timestamp()
        assert (group.first, group.last) == (first, first + 598)
    assert len(outcome.results.rows) == 2


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names of files are always text")
@pytest.mark.parametrize("command", ["detect", "hunt"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_name_that_is_no_utf_8_is_written_byte_by_byte(
    command: str, relative: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 3986, 2.1: a byte that is no unreserved character is its two digits after %."""
    (tmp_path / os.fsdecode(b"caf\xe9 [1].xml")).write_text(backup(77), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = ["-k", "CS Backup"] if command == "hunt" else []
    logs = "." if relative else str(tmp_path)
    out, files = tmp_path.parent / "out.sarif", ["--sarif", "--navigator", "--report"]
    written = [part for name in files for part in (name, f"{out}{'' if 'sarif' in name else name}")]
    result = CliRunner().invoke(main, [command, "--app", str(ROOT), logs, *written, *options])
    assert (result.exit_code, result.stderr) == (0, "")
    (run,) = json.loads(out.read_text())["runs"]
    uri = "caf%E9%20%5B1%5D.xml" if relative else f"{tmp_path.as_uri()}/caf%E9%20%5B1%5D.xml"
    assert run["artifacts"][0]["location"]["uri"] == uri
