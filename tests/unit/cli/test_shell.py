"""What the shell shows: events as a list, narrow tables as blocks, and why nothing was found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from splay.cli.main import main
from splay.engine import nothing

ROOT = Path(__file__).parents[3]
LOG = """\
2024-05-01 10:00:00 action=login user=ann
2024-05-01 10:00:05 action=login user=bob
2024-05-01 10:00:09 action=logout user=ann
"""
SAMPLE = str(ROOT / "tests" / "data" / "sample" / "classic.log")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # which is no app
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return str(path)


def splay(*arguments: str, columns: int = 100) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": str(columns)})


def test_events_are_a_list_of_time_text_and_fields(log: str) -> None:
    """Search Manual, "View and interact with your events": the list has the time, the raw text,
    and below it host, source and sourcetype; newest first."""
    found = splay("search", "action=login", log, columns=250)
    lines = [line.rstrip() for line in found.stdout.splitlines() if line.strip()]
    assert len(lines) == 4
    assert re.match(r"2024-05-01T10:00:05\S*  2024-05-01 10:00:05 action=login user=bob$", lines[0])
    assert re.search(
        r"host = \S+  source = \S+app\.log  sourcetype = \S+  action = login", lines[1]
    )
    assert "user=ann" in lines[2]


def test_fields_that_are_asked_for_are_shown(log: str) -> None:
    found = splay("search", "action=login", log, "--fields", "user, nothing")
    assert "user = bob" in found.stdout
    assert "action = login" not in found.stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 99])
def test_a_narrow_terminal_has_the_time_above_the_text(log: str, columns: int) -> None:
    found = splay("search", "user=bob", log, columns=columns)
    lines = found.stdout.splitlines()
    assert lines[0].startswith("2024-05-01T10:00:05")
    assert lines[1].startswith("  2024-05-01 10:00:05")
    assert max(map(len, lines)) <= columns


def test_from_100_columns_on_the_text_stands_beside_the_time(log: str) -> None:
    found = splay("search", "user=bob", log, columns=100)
    assert re.match(r"2024-05-01T10:00:05\S*  2024-05-01 10:00:05 action=login", found.stdout)


@pytest.mark.parametrize("columns", [80, 110])
def test_a_field_stands_on_one_line_with_its_value(log: str, columns: int) -> None:
    names = [f"a_long_name_{number}" for number in range(8)]
    made = ", ".join(f"{name}=10000000" for name in names)
    shown = ["--fields", ",".join(names)]
    found = splay("search", f"user=bob | eval {made}", log, *shown, columns=columns).stdout
    lines = found.splitlines()
    assert [name for name in names if f"{name} = 10000000" in found] == names
    assert max(map(len, lines)) <= columns
    assert sum("a_long_name" in line for line in lines) < len(names)  # more than one on a line


def test_a_table_that_is_too_wide_becomes_a_block_a_row(log: str) -> None:
    spl = "action=login | eval " + ", ".join(f"a_long_name_{n}={n}" for n in range(6))
    spl += " | table user a_long_name_*"
    wide = splay("search", spl, log, columns=200).stdout
    assert len([line for line in wide.splitlines() if "ann" in line]) == 1
    assert "result 1 of 2" not in wide
    narrow = splay("search", spl, log, columns=60).stdout
    assert "result 1 of 2" in narrow
    assert re.search(r"^ +a_long_name_5 +5 *$", narrow, re.MULTILINE)


def test_no_word_of_a_table_is_broken(log: str) -> None:
    found = splay("search", "action=* | stats count BY action user", log, columns=60).stdout
    assert "logout" in found
    assert "action" in found


@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        (
            "earliest=-1d action=login",
            r"the data has events from 2024-05-01T10:00:00\S* to 2024-05",
        ),
        (
            "action=login latest=1",
            r"no event is before 1970-01-01T00:00:01\S*: the data has events",
        ),
        ("index=other action=login", "no event has index=other: the data has main"),
        ("sourcetype=nope action=login", "no event has sourcetype=nope: the data has "),
        ("acton=login", r"no event has a field acton; did you mean action\?"),
        ("zzz=1", "no event has a field zzz$"),
        ("acton>3", r"no event has a field acton; did you mean action\?"),
        ("action=logon", "no event has action=logon: the data has login, logout$"),
        (
            "user IN (eve, mallory) action=login",
            "no event has user=eve OR user=mallory: the data has ann, bob$",
        ),
        ("action=login nowhere", "no event has nowhere$"),
        (
            "action=logout user=bob",
            "some events meet each of action=logout, user=bob, but none meets them all$",
        ),
        ("action=login | where user=1 | head 3", r"events match, but \| where user=1 leaves none"),
        ("action=login | search user=eve", r"events match, but \| search user=eve leaves none"),
        (
            "action=logout earliest=0 latest=1714557606",  # the first two: until 10:00:05
            "events that match lie outside the time range$",
        ),
        ("nowhere", "3 events were read, and nothing was found$"),
        ("index=other action=login", "3 events were read, and nothing was found$"),
    ],
)
def test_why_nothing_was_found(log: str, spl: str, expected: str) -> None:
    found = splay("search", spl, log)
    assert found.exit_code == 0
    assert found.stdout == "no results\n"
    assert re.search(f"INFO: .*{expected}", found.stderr, re.MULTILINE)


def test_of_very_many_events_it_only_says_how_many_they_were(
    log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nothing, "MOST_AGAIN", 2)
    assert (
        splay("search", "zzz=1", log).stderr == "INFO: 3 events were read, and nothing was found\n"
    )


def test_the_data_is_not_read_again_for_a_word(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be said of it."""
    monkeypatch.delattr(nothing.Asking, "_rows")
    assert splay("search", "nowhere", log).stdout == "no results\n"


@pytest.mark.parametrize("spl", ["(action=x OR user=eve)", "NOT action=*"])
def test_what_cannot_be_known_is_not_said(log: str, spl: str) -> None:
    assert splay("search", spl, log).stderr == "INFO: 3 events were read, and nothing was found\n"


def test_what_writes_is_not_run_twice_to_know_why(log: str, tmp_path: Path) -> None:
    """A table that the search wrote stays as it was written."""
    spl = "action=login | table user | outputlookup append=true seen.csv | where user=1 | head 1"
    found = splay("search", spl, log, "--data-folder", str(tmp_path))
    assert (found.exit_code, found.stdout) == (0, "no results\n")
    assert found.stderr == "INFO: 3 events were read, and nothing was found\n"
    (written,) = tmp_path.rglob("seen.csv")
    assert sorted(written.read_text().split()) == ["ann", "bob", "user"]


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        (r"EXTRACT-id = <EventID>(?<EventID>\d+)", "EventID"),
        ("KV_MODE = xml", "Event.System.EventID"),
    ],
)
def test_a_raw_field_is_named_where_an_add_on_would_rename_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    event = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    event += "<Provider Name='P'/><EventID>4876</EventID><TimeCreated "
    event += "SystemTime='2026-03-10T09:30:15.403719000Z'/><Computer>ca</Computer></System></Event>"
    (tmp_path / "events.xml").write_text(event)
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "props.conf").write_text(f"[XmlWinEventLog]\n{setting}\n")
    found = splay("search", "EventCode=4876", "events.xml")
    assert f"no event has a field EventCode; did you mean {name}?" in found.stderr


def test_a_field_that_only_an_add_on_makes_is_told_with_it(log: str) -> None:
    said = splay("search", "EventCode=4624", log).stderr
    assert "no event has a field EventCode; Splunk_TA_windows makes it of Windows events" in said


def test_quiet_says_nothing_of_it(log: str) -> None:
    assert splay("search", "acton=login", log, "--quiet").stderr == ""


def test_detect_counts_what_lies_outside_the_time_range() -> None:
    """The two backups of the sample are at 10:00 and 10:01."""
    command = ["detect", SAMPLE, "--app", str(ROOT)]
    within = splay(*command, "--earliest", "2026-03-10T10:01:00")
    assert "1 matching event lies outside the time range" in within.stdout
    none = splay(*command, "--earliest", "2026-03-11")
    assert "2 matching events lie outside the time range" in none.stdout
    assert "outside the time range" not in splay(*command).stdout


def test_a_folder_that_is_no_app_is_told_with_its_option(tmp_path: Path) -> None:
    found = splay("search", "| makeresults", "--app", str(tmp_path))
    assert found.exit_code == 2
    assert "Name the folder that holds the app's default/ (--app)" in found.stderr


def test_a_search_that_makes_its_rows_needs_no_app(log: str) -> None:
    assert "42" in splay("search", "| makeresults | eval answer=6*7 | table answer").stdout


def test_what_an_event_holds_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.log"
    path.write_text("2024-05-01 10:00:00 user=\x1b[31mred\u202e [bold]x\n")
    found = splay("search", "user=*", str(path), "--app", str(ROOT)).stdout
    assert "\x1b" not in found
    assert "<U+001B>[31mred<U+202E> [bold]x" in found


@pytest.mark.parametrize("command", [("search", "action=login"), ("hunt",), ("detect",)])
def test_quiet_still_tells_of_data_that_was_not_read(command: tuple[str, ...], log: str) -> None:
    """What was not read could have held what is looked for; what was read, though odd, is quiet."""
    odd, cut = Path("odd.log"), Path("cut.log")
    odd.write_bytes(b"2024-05-01 10:00:00 action=login user=\xff\n")
    cut.write_text((ROOT / "tests" / "data" / "sample" / "xml_pretty.xml").read_text()[:-500])
    app = ("--app", str(ROOT)) if command[0] != "search" else ()
    assert splay(*command, str(odd), "-q", *app).stderr == ""
    said = splay(*command, str(cut), "-q", *app).stderr
    assert "cut.log" in said
    assert "1 event could not be used" in said


def test_a_time_zone_that_there_is_not_is_refused_with_what_to_write() -> None:
    result = CliRunner().invoke(main, ["search", "| makeresults", "--tz", "Nowhere/Land"])
    assert result.exit_code == 2
    assert "Invalid value for '--tz'" in result.stderr
    assert "'Nowhere/Land'" in result.stderr
    assert "; use an IANA name such as Europe/Berlin" in result.stderr
