"""`splay detect` as a user meets it, on good, bad and hostile files.

Expected values are those of the published event (../shared data or the sample, written by hand in
tests/sample_events.py) and of the specification.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main
from tests.sample_events import Style, event, render

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample"
REAL = ROOT.parent / "shared" / "data" / "4876_example.xml"
SPECIFIED = [
    *("dest", "name", "action", "Caller_Domain", "Caller_User_Name"),
    *("count", "firstTime", "lastTime"),
]
BACKUP = render(event(4876), Style())
LOGON = render(event(4624), Style())


def detect(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["detect", "--app", str(ROOT), *map(str, args)])


def outcome(*args: str | Path) -> dict[str, Any]:
    result = detect("--format", "json", *args)
    assert result.exit_code in (0, 1), result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def file(folder: Path, text: str | bytes, name: str = "security.log") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_sample_fires_for_each_ca() -> None:
    """48 one-line renderings and the one amid ordinary events, 48 pretty ones, 2 classic."""
    rows = outcome(SAMPLE)["results"]
    assert [(row["dest"], row["Caller_User_Name"], row["count"]) for row in rows] == [
        ("ca01.example.com", "svc-backup", "49"),
        ("ca02.example.com", "administrator", "48"),
        ("ca03.example.com", "CA03$", "2"),
    ]


def test_the_risk_is_the_specified_one() -> None:
    assert outcome(SAMPLE / "classic.log")["risk"] == [
        {
            "object": "ca03.example.com",
            "type": "system",
            "score": 20.0,
            "message": "The Active Directory Certificate Services was backed up on "
            "ca03.example.com.",
        }
    ]


def test_a_person_reads_who_where_how_risky_and_why() -> None:
    result = detect(SAMPLE / "classic.log")
    assert result.exit_code == 0
    for words in (
        "FIRED",
        "ca03.example.com",
        "EXAMPLE\\CA03$",
        "20 on the system ca03.example.com",
        "2 events read",
    ):
        assert words in result.stdout


@pytest.mark.skipif(not REAL.exists(), reason="the real event is not beside this checkout")
def test_the_real_event() -> None:
    found = outcome(REAL)
    (row,) = found["results"]
    assert {name: row[name] for name in SPECIFIED} == {
        "dest": "win-dc-mhaag-attack-range-84.attackrange.local",
        "name": "Certificate Services backup started",
        "action": "success",
        "Caller_Domain": "ATTACKRANGE",
        "Caller_User_Name": "administrator",
        "count": "1",
        "firstTime": "2023-02-06T16:27:05",
        "lastTime": "2023-02-06T16:27:05",
    }
    (risk,) = found["risk"]
    assert (risk["object"], risk["type"], risk["score"]) == (row["dest"], "system", 20)


def test_the_specified_columns_come_first_and_the_enrichment_after_them() -> None:
    header = detect("--format", "csv", SAMPLE / "classic.log").stdout.splitlines()[0].split(",")
    assert header[: len(SPECIFIED)] == SPECIFIED
    assert {"caller", "adcs_risk_score", "adcs_reason"} <= set(header[len(SPECIFIED) :])


def test_other_events_do_not_fire(tmp_path: Path) -> None:
    start = datetime(2026, 3, 10, tzinfo=UTC)
    lines = [
        render(
            event(number, time=start + timedelta(seconds=place), record=place),
            Style(quote="'\""[place % 2]),
        )
        for place, number in enumerate([4624, 4634, 4672, 4688, 4877, 4885] * 3334)
    ]
    path = file(tmp_path, "\n".join(lines[:20_000]))
    result = detect(path)
    assert result.exit_code == 1
    assert "did not fire" in result.stdout
    assert "20,000 events read" in result.stdout


def test_the_number_4876_elsewhere_does_not_fire(tmp_path: Path) -> None:
    """As a record number, a process id or a name, in events of another id."""
    other = render(event(4624, record=4876, data={"TargetUserName": "4876"}), Style())
    assert outcome(file(tmp_path, other))["fired"] is False


def test_gzip_and_folders(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    file(tmp_path, gzip.compress(BACKUP.encode()), "deep/er/one.log.gz")
    file(tmp_path, BACKUP, "two.xml")
    (row,) = outcome(tmp_path)["results"]
    assert row["count"] == "2"


def test_time_bounds(tmp_path: Path) -> None:
    path = file(tmp_path, BACKUP)  # at 2026-03-10T09:30:15.403719Z
    assert detect(path, "--latest", "2026-03-10T09:30:15").exit_code == 1
    assert detect(path, "--earliest", "2026-03-10T09:30:15").exit_code == 0
    assert detect(path, "--earliest", "2026-03-10T10:30:15", "--tz", "Europe/Berlin").exit_code == 0
    assert detect(path, "--earliest", "yesterday-ish").exit_code == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 100, "binary"),
        (BACKUP[: len(BACKUP) // 2].encode(), "event"),
        (b"<Event xmlns='x'>" + b"a" * 100_000_000, "event"),
        (
            b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            + BACKUP.replace("svc-backup", "&b;").encode(),
            "event",
        ),
    ],
    ids=["empty", "binary", "half an event", "100 MB on one line", "entity bomb"],
)
def test_what_holds_no_event_is_refused_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = file(tmp_path, content)
    result = detect(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1
    assert words in result.stderr
    assert str(path) in result.stderr


def test_a_missing_path_and_a_folder_without_logs(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.log", tmp_path):
        result = detect(path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(path) in result.stderr
    assert detect().exit_code == 2


@pytest.mark.parametrize(
    "bad",
    [LOGON[: len(LOGON) // 2], "<Event xmlns='x'>" + "a" * 30_000_000],
    ids=["half an event", "30 MB without an end"],
)
def test_bad_events_are_counted_and_the_rest_is_used(tmp_path: Path, bad: str) -> None:
    path = file(tmp_path, f"{LOGON}\n{BACKUP}\n{bad}")
    result = detect(path)
    assert result.exit_code == 0
    assert "FIRED" in result.stdout
    assert "1 event could not be used" in result.stderr


def test_invalid_utf8_in_a_name_does_not_cost_the_result(tmp_path: Path) -> None:
    path = file(tmp_path, BACKUP.encode().replace(b"svc-backup", b"svc-\xff\xfe"))
    result = detect("--format", "json", path)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["results"][0]["Caller_User_Name"] == "svc-��"
    assert any("UTF-8" in problem for problem in found["problems"])


def test_an_app_without_a_correlation_search(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    result = CliRunner().invoke(main, ["detect", "--app", str(tmp_path), str(SAMPLE)])
    assert result.exit_code == 2
    assert "no enabled correlation search" in result.stderr
    assert "Name one with --saved" in result.stderr
