"""The shipped correlation search on events in every rendering."""

from __future__ import annotations

from pathlib import Path

import pytest

from splay.rows import Row
from splay.store.files.filestore import InputSettings
from tests.detection.searching import ROOT, detect, layer_over, search, write_events
from tests.sample_events import Style, event, render, styles

REAL = ROOT.parent / "shared" / "data" / "4876_example.xml"
SPECIFIED = [
    "dest",
    "name",
    "action",
    "Caller_Domain",
    "Caller_User_Name",
    "count",
    "firstTime",
    "lastTime",
]
ENRICHMENT = "[windows_steal_authentication_certificates_cs_backup_enrich]\n"


def shown(row: Row) -> Row:
    """The specified columns as they are shown: what an external command returns is text."""
    return {name: str(row[name]) for name in SPECIFIED}


def specified(dest: str) -> Row:
    """The row for one backup on `dest`, of the event that `event` makes."""
    return {
        "dest": dest,
        "name": "Certificate Services backup started",
        "action": "success",
        "Caller_Domain": "EXAMPLE",
        "Caller_User_Name": "svc-backup",
        "count": "1",
        "firstTime": "2026-03-10T09:30:15",
        "lastTime": "2026-03-10T09:30:15",
    }


@pytest.fixture(scope="module")
def every_style(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one backup in each rendering, each on a CA of its own."""
    texts = (
        render(event(4876, computer=f"ca{number:02}.example.com"), style)
        for number, style in enumerate(styles())
    )
    return write_events(tmp_path_factory.mktemp("styles"), texts)


def test_every_rendering_gives_the_same_row(every_style: Path) -> None:
    results, messages = detect(every_style)
    assert list(map(shown, results.rows)) == [
        specified(f"ca{number:02}.example.com") for number in range(98)
    ]
    assert results.columns[:8] == SPECIFIED
    assert [text for level, text in messages if level != "INFO"] == []


def test_without_the_enrichment_the_result_is_the_specified_one(
    every_style: Path, tmp_path: Path
) -> None:
    off = layer_over(tmp_path / "off", "macros.conf", f"{ENRICHMENT}definition = search *\n")
    results, _ = detect(every_style, [off, ROOT])
    assert results.columns == SPECIFIED
    assert list(map(shown, results.rows)) == [
        specified(f"ca{number:02}.example.com") for number in range(98)
    ]


def test_backups_are_counted_from_the_first_to_the_last(tmp_path: Path) -> None:
    first = event(4876)["time"]
    times = [first.replace(hour=11, minute=5), first, first.replace(hour=10)]
    data = write_events(tmp_path, [render(event(4876, time=time), Style()) for time in times])
    results, _ = detect(data)
    [row] = results.rows
    assert shown(row) == {
        **specified("ca01.example.com"),
        "count": "3",
        "firstTime": "2026-03-10T09:30:15",
        "lastTime": "2026-03-10T11:05:15",
    }


@pytest.mark.parametrize("code", [4877, 4885])
def test_other_events_of_a_ca_are_no_backup(code: int, tmp_path: Path) -> None:
    results, _ = detect(write_events(tmp_path, [render(event(code), Style())]))
    assert results.rows == []


@pytest.mark.skipif(not REAL.exists(), reason="the real event is not beside this checkout")
def test_a_real_event_gives_its_row() -> None:
    """The event that Splunk publishes for its data source "Windows Event Log Security 4876"."""
    results, _ = detect(REAL)
    [row] = results.rows
    assert shown(row) == {
        "dest": "win-dc-mhaag-attack-range-84.attackrange.local",
        "name": "Certificate Services backup started",
        "action": "success",
        "Caller_Domain": "ATTACKRANGE",
        "Caller_User_Name": "administrator",
        "count": "1",
        "firstTime": "2023-02-06T16:27:05",
        "lastTime": "2023-02-06T16:27:05",
    }


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("WinEventLog:Security", ["adcs_audit", "adcs_backup", "wineventlog_security"]),
        ("WMI:WinEventLog:Security", ["adcs_audit", "adcs_backup", "wineventlog_security"]),
        ("XmlWinEventLog:Security", ["adcs_audit", "adcs_backup", "wineventlog_security"]),
        ("WinEventLog:ForwardedEvents", ["adcs_audit", "adcs_backup"]),
    ],
)
def test_the_app_brings_the_event_type_that_its_search_names(
    source: str, found: list[str], tmp_path: Path
) -> None:
    data = write_events(tmp_path, [render(event(4876), Style("classic"))])
    results, messages = search(
        "`wineventlog_security` EventCode=4876 | table eventtype",
        data,
        settings=InputSettings(None, source, "WinEventLog"),
    )
    assert results.rows == [{"eventtype": found}]
    assert messages == []  # splay warns of event types that do not exist
