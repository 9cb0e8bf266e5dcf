"""The real process, spoken to as splunkd does, on every Python that Splunk runs commands with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command.chunked import Chunk, Command, to_csv
from tests.command.conftest import ROOT
from tests.command.pythons import find_python

HEADER = [
    "count",
    "firstTime",
    "lastTime",
    "dest",
    "name",
    "action",
    "Caller_Domain",
    "Caller_User_Name",
]
# The order is that of README/adcsenrich.md.
ADDED = [
    "caller",
    "caller_type",
    "caller_authorization",
    "caller_authorization_rule",
    "ca_name",
    "ca_role",
    "ca_owner",
    "ca_tier",
    "ca_status",
    "backup_type",
    "mitre_technique_id",
    "mitre_technique",
    "mitre_tactic",
    "adcs_risk_score",
    "adcs_priority",
    "adcs_reason",
    "adcs_enrichment_status",
]
STARTED = "Certificate Services backup started"
ROW = ["1", "1773144000.0", "1773144000.0", "ca01", STARTED, "success", "CORP", "bob"]


@pytest.fixture(params=["", "3.9", "3.13"], ids=["running", "3.9", "3.13"])
def python(request: pytest.FixtureRequest) -> str:
    found = find_python(request.param)
    if found is None:
        pytest.skip(f"no working Python {request.param} on this machine")
    return found


@pytest.fixture
def command(python: str, tmp_path: Path) -> Iterator[Command]:
    """The command, past its getinfo."""
    with Command(python, ROOT / "bin" / "adcsenrich.py") as started:
        reply = started.getinfo(dispatch_dir=tmp_path)
        assert reply.messages == []
        yield started


def test_getinfo_says_distributable_streaming(python: str, tmp_path: Path) -> None:
    with Command(python, ROOT / "bin" / "adcsenrich.py") as started:
        reply = started.getinfo("dest=host", "time=_time,lastTime", dispatch_dir=tmp_path)
        assert reply == Chunk({"type": "streaming"}, "")
        assert started.close() == 0


def test_a_row_keeps_its_columns_and_gets_all_the_others(command: Command) -> None:
    reply = command.execute(to_csv(HEADER, [ROW]), finished=True)
    assert reply.metadata == {"finished": True}
    assert reply.header[::2] == HEADER + ADDED
    assert reply.header[1::2] == [f"__mv_{name}" for name in HEADER + ADDED]
    (row,) = reply.rows
    assert [row[name] for name in HEADER] == ROW
    assert row["caller"] == "CORP\\bob"
    assert row["adcs_risk_score"] == "20"
    assert row["adcs_enrichment_status"] == "ok"
    assert row["__mv_adcs_reason"].startswith("$+20 a CA was backed up$;$+0 who may back up")
    assert command.close() == 0


def test_many_chunks_and_empty_ones(command: Command) -> None:
    for number in range(20):
        users = [f"user{number}-{row}" for row in range(number % 3)]
        reply = command.execute(to_csv(HEADER, [[*ROW[:-1], user] for user in users]))
        assert [row["Caller_User_Name"] for row in reply.rows] == users
        assert reply.metadata == {"finished": False}
    assert command.execute() == Chunk({"finished": False}, "")
    assert command.execute(finished=True) == Chunk({"finished": True}, "")
    assert command.close() == 0


def test_values_of_any_kind_come_back_as_they_went(command: Command) -> None:
    odd = 'a "quoted", {braced} $ text\nof two lines\r\n\tÄ 漢字 \U0001f600 \u2028 end'
    columns = [*HEADER, "note", "__mv_note", "empty"]
    rows = [
        [*ROW, odd, "", ""],
        [*ROW, "x$y\nz", "$x$$y$;$z$", ""],
        [*ROW[:-1], "Jürgen 漢字", "", "", ""],
    ]
    first, second, third = command.execute(to_csv(columns, rows)).rows
    assert first["note"] == odd
    assert (second["note"], second["__mv_note"]) == ("x$y\nz", "$x$$y$;$z$")
    assert third["caller"] == "CORP\\Jürgen 漢字"
    assert {row["empty"] for row in (first, second, third)} == {""}


def test_fifty_thousand_rows_come_back_in_order(command: Command) -> None:
    users = [f"user{number % 500}" for number in range(50_000)]
    reply = command.execute(to_csv(HEADER, ([*ROW[:-1], user] for user in users)), finished=True)
    assert [row["Caller_User_Name"] for row in reply.rows] == users
    assert {row["adcs_enrichment_status"] for row in reply.rows} == {"ok"}


def test_a_row_s_own_value_is_kept_and_that_is_said_once(command: Command) -> None:
    columns = [*HEADER, "caller", "mitre_tactic"]
    rows = [[*ROW, "somebody", ""], [*ROW, "", ""], [*ROW, "somebody", "Credential Access"]]
    reply = command.execute(to_csv(columns, rows))
    assert [row["caller"] for row in reply.rows] == ["somebody", "CORP\\bob", "somebody"]
    assert [row["adcs_enrichment_status"] for row in reply.rows] == [
        "kept the row's own caller",
        "ok",
        "kept the row's own caller",
    ]
    assert reply.messages == [("WARN", "adcsenrich: kept the row's own caller")]
    assert command.execute(to_csv(columns, rows)).messages == []


def test_run_twice_it_changes_nothing(command: Command) -> None:
    once = command.execute(to_csv(HEADER, [ROW]))
    assert command.execute(once.body).body == once.body


def test_a_bad_value_with_braces_is_a_message_and_not_a_crash(command: Command) -> None:
    reply = command.execute(to_csv(HEADER, [[ROW[0], "{0} {x}", *ROW[2:]]]))
    said = 'firstTime "{0} {x}" is no time in epoch seconds'
    assert reply.rows[0]["adcs_enrichment_status"].startswith(said)
    ((level, text),) = reply.messages
    assert (level, text[: len("adcsenrich: " + said)]) == ("WARN", "adcsenrich: " + said)


def test_a_thousand_bad_values_make_twenty_messages(command: Command) -> None:
    rows = [[ROW[0], f"bad{number}", *ROW[2:]] for number in range(1000)]
    reply = command.execute(to_csv(HEADER, rows))
    assert len(reply.messages) == 20
    assert [row["adcs_enrichment_status"].split(" is ")[0] for row in reply.rows] == [
        f'firstTime "bad{number}"' for number in range(1000)
    ]


@pytest.mark.parametrize(
    ("argument", "messages"),
    [
        ("dest=a b", ['adcsenrich: dest="a b" is no field name: write one, such as dest=host']),
        ("host", ["adcsenrich: host: write it as option=value"]),
        ("hots=x", ["Unrecognized option: hots=x"]),
        (
            "operators=../../etc/passwd",
            [
                'adcsenrich: operators="../../etc/passwd" is no lookup of this app: write the name '
                "of a file in its lookups folder that ends in .csv, such as "
                "operators=my_operators.csv"
            ],
        ),
    ],
)
def test_a_wrong_option_is_a_clear_error(
    python: str, tmp_path: Path, argument: str, messages: list[str]
) -> None:
    with Command(python, ROOT / "bin" / "adcsenrich.py") as started:
        reply = started.getinfo(argument, dispatch_dir=tmp_path)
        assert reply.messages == [("ERROR", text) for text in messages]
        assert started.close() == 1


def _before_getinfo(started: Command, _: Path) -> None:
    assert started.process.poll() is None


def _after_getinfo(started: Command, tmp_path: Path) -> None:
    started.getinfo(dispatch_dir=tmp_path)


def _in_a_chunk(started: Command, tmp_path: Path) -> None:
    started.getinfo(dispatch_dir=tmp_path)
    assert started.process.stdin is not None
    started.process.stdin.write(b'chunked 1.0,20,100000\n{"action":"execute"}\ncount')


def _with_an_answer_on_its_way(started: Command, tmp_path: Path) -> None:
    started.getinfo(dispatch_dir=tmp_path)
    # More than a pipe holds, so that the command is still writing.
    started.send({"action": "execute", "finished": True}, to_csv(HEADER, [ROW] * 5000))
    assert started.process.stdout is not None
    started.process.stdout.readline()
    started.process.stdout.close()


@pytest.mark.parametrize(
    "until", [_before_getinfo, _after_getinfo, _in_a_chunk, _with_an_answer_on_its_way]
)
def test_it_ends_when_the_caller_does(
    python: str, tmp_path: Path, until: Callable[[Command, Path], None]
) -> None:
    with Command(python, ROOT / "bin" / "adcsenrich.py") as started:
        until(started, tmp_path)
        started.close()  # raises where the process has not ended ten seconds later
        assert started.process.poll() is not None
