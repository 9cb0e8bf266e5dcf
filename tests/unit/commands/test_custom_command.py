"""Custom search commands as processes, against commands that keep the protocol and that do not.

What counts as failure is splunkd's, as publicly measured on Splunk 9.4: a message of level ERROR
is shown and the search goes on; an end before `finished` fails the search, whatever was said.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from splay.commands.custom import process as processes
from splay.commands.operation import Context
from splay.engine.plan import make_plan
from splay.engine.run import run_plan
from splay.errors import CommandError, DataError, SplError, UnsupportedError
from splay.rows import Row
from splay.store.event import ReadReport
from splay.store.files.filestore import FileStore, InputSettings
from tests.unit.conftest import Through

Started = list[subprocess.Popen[bytes]]
OWN = f"Python {sys.version_info[0]}.{sys.version_info[1]}"

pytestmark = pytest.mark.usefixtures("started")


def numbered(many: int) -> list[Row]:
    return [{"n": str(number)} for number in range(many)]


def search(spl: str, context: Context) -> list[Row]:
    return run_plan(make_plan(spl, context), None, context, ReadReport()).rows


# ---- rows there and back ----


def test_rows_come_back_as_they_went(through: Through) -> None:
    rows: list[Row] = [
        {"a": "x", "b": ["1", "$2", "3;"]},
        {"c": 'a "quoted", line\nand another'},
        {"a": "ünï", "d": " spaces "},
    ]
    assert list(through("echo", rows)) == rows


def test_no_rows(through: Through, started: Started) -> None:
    assert list(through("echo", [])) == []
    assert len(started) == 1  # it runs all the same: it may have something to say


def test_many_rows_go_in_chunks(through: Through, started: Started) -> None:
    assert list(through("echo", numbered(25_000))) == numbered(25_000)
    assert len(started) == 1


def test_numbers_go_as_text(through: Through) -> None:
    assert list(through("echo", [{"a": 1, "b": 0.5, "_time": 1534143600}])) == [
        {"a": "1", "b": "0.5", "_time": "1534143600"}
    ]


@pytest.mark.parametrize("many", [1, 5, 10_001, 25_000])
def test_fewer_rows_may_come_back(through: Through, many: int) -> None:
    rows = list(through("even", numbered(many)))
    assert [row["n"] for row in rows] == [str(number) for number in range(0, many, 2)]


def test_a_chunk_without_rows(through: Through) -> None:
    odd: list[Row] = [{"n": str(2 * number + 1)} for number in range(10_000)]
    assert list(through("even", [*odd, {"n": "2"}, *odd])) == [{"n": "2"}]


def test_a_command_may_finish_early(through: Through) -> None:
    read = count()
    rows: Iterator[Row] = ({"n": str(number)} for number in read)
    assert len(list(through("once", rows))) == 10_000


def test_rows_are_read_as_they_are_needed(through: Through) -> None:
    read = count()
    rows: Iterator[Row] = ({"n": str(number)} for number in read)
    flowing = through("echo | head 5", rows)
    assert [row["n"] for row in flowing] == ["0", "1", "2", "3", "4"]
    assert next(read) <= 20_001  # one chunk, and the next to know whether it is the last


def test_two_commands_in_a_row(through: Through, started: Started) -> None:
    assert list(through("even | echo", numbered(4))) == [{"n": "0"}, {"n": "2"}]
    assert len(started) == 2


# ---- arguments ----


def test_arguments_are_split_and_unquoted(through: Through) -> None:
    rows = list(through('tell plain name=value name="a \\"b\\" c", "x y" a=b=c', []))
    assert [row["arg"] for row in rows] == [
        "plain",
        "name=value",
        'name=a "b" c',
        "x y",
        "a=b=c",
    ]
    assert rows[2]["raw_arg"] == 'name="a \\"b\\" c"'


# ---- what a command asks for before it ----


def test_other_commands_run_before_one_that_asks_for_them(through: Through) -> None:
    assert list(through("asks even", numbered(4))) == [{"n": "0"}, {"n": "2"}]
    assert list(through('asks "where n>1 | even"', numbered(4))) == [{"n": "2"}]


def test_asking_for_what_there_is_not(through: Through) -> None:
    with pytest.raises(CommandError, match="the command asks asks for 'evenn' before it: ") as no:
        list(through("asks evenn", numbered(4)))
    assert no.value.hint == "Did you mean even?"


# ---- generating commands ----


def test_a_generating_command_begins_a_search(context: Context) -> None:
    rows = search("| countdown 7 | table n", context)
    assert [row["n"] for row in rows] == ["7", "6", "5", "4", "3", "2", "1"]


def test_a_generating_command_without_rows(context: Context) -> None:
    assert search("| countdown 0", context) == []


def test_a_generating_command_must_be_the_first(context: Context) -> None:
    with pytest.raises(SplError, match="countdown must be the first command") as raised:
        search("| makeresults | countdown 3", context)
    assert raised.value.at == 16


def test_another_command_cannot_begin_a_search(context: Context) -> None:
    with pytest.raises(SplError, match="echo cannot begin a search") as raised:
        search("| echo", context)
    assert raised.value.at == 2


# ---- messages and faults ----


def test_error_messages_are_shown_and_the_rows_go_on(through: Through, context: Context) -> None:
    assert list(through("complains", numbered(2))) == numbered(2)
    assert context.messages == [("WARN", "a word of warning"), ("ERROR", "something is wrong")]


def test_an_error_in_the_metadata_ends_the_search(through: Through) -> None:
    with pytest.raises(CommandError, match="the command gives_up failed: I give up"):
        list(through("gives_up", numbered(2)))


def test_a_refusal_in_getinfo_says_why(through: Through) -> None:
    with pytest.raises(CommandError, match="the command refuses failed") as raised:
        list(through("refuses colour=red", numbered(2)))
    assert "exit code 1" in str(raised.value)
    assert "It said: Unrecognized option: colour=red" in str(raised.value)


def test_a_command_that_dies_shows_the_end_of_its_stderr(through: Through) -> None:
    with pytest.raises(CommandError, match="the command dies failed") as raised:
        list(through("dies", numbered(2)))
    said = str(raised.value)
    assert "it ended without an answer (exit code 3)" in said
    assert "line 17 / line 18 / line 19 / line 20 / ValueError: of all things" in said
    assert "line 16" not in said


def test_a_command_that_ends_without_a_word(through: Through) -> None:
    with pytest.raises(CommandError, match="exit code 0"):
        list(through("silent", numbered(2)))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("garbage", "b'hello, world\\n' where the protocol wants a header"),
        ("flood", "b'debug output\\n' where the protocol wants a header"),
        ("cut", "its answer ends in the middle"),
        ("badmeta", "the metadata of its answer is not JSON"),
        ("badmessages", "messages that are not pairs"),
    ],
)
def test_answers_that_are_none(through: Through, command: str, said: str) -> None:
    with pytest.raises(CommandError, match=f"the command {command} failed") as raised:
        list(through(command, numbered(25_000)))
    assert said in str(raised.value)


def test_a_command_that_does_not_end_is_ended(
    through: Through, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.1)
    assert list(through("lingers", numbered(2))) == numbered(2)
    assert context.messages == [("WARN", "lingers did not end after its last row, and was ended")]


# ---- processes end with their stage ----


def test_a_consumer_that_stops_ends_the_process(through: Through, started: Started) -> None:
    flowing = through("echo", numbered(25_000))
    assert len(list(islice(flowing, 3))) == 3
    flowing.close()  # type: ignore[attr-defined]
    assert started[0].returncode is not None


def test_a_search_that_stops_early_ends_the_process(context: Context, started: Started) -> None:
    rows = search("| countdown 1000 | head 2", context)
    assert [row["n"] for row in rows] == ["1000", "999"]
    assert started[0].returncode is not None


def test_an_error_further_on_ends_the_process(context: Context, started: Started) -> None:
    with pytest.raises(CommandError):
        search("| countdown 1000 | dies", context)
    assert [process.returncode is not None for process in started] == [True, True]


def test_an_error_before_it_ends_the_process(through: Through, started: Started) -> None:
    def rows() -> Iterator[Row]:
        yield from numbered(25_000)
        raise SplError("no more", at=0)

    with pytest.raises(SplError, match="no more"):
        list(through("echo", rows()))
    assert started[0].returncode is not None


def test_an_error_before_it_was_asked_anything_ends_the_process(
    context: Context, started: Started
) -> None:
    store = FileStore([Path("nowhere.log")], InputSettings())
    with pytest.raises(DataError):
        run_plan(make_plan("error | stats count | echo", context), store, context, ReadReport())
    assert [process.returncode is not None for process in started] == [True]


# ---- which Python, which script ----


def test_a_python_that_is_not_here(through: Through, context: Context) -> None:
    assert list(through("newer", numbered(1))) == numbered(1)
    assert context.messages == [("DEBUG", f"newer ran on {OWN}; not found: python3.99")]


def interpreter(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a python3.99 into the path."""
    path = folder / "python3.99"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_python_that_is_here(
    through: Through, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter(tmp_path, f'exec {sys.executable} "$@"', monkeypatch)
    assert list(through("newer", numbered(1))) == numbered(1)
    assert context.messages == []


@pytest.mark.parametrize("code", [126, 127])
def test_a_launcher_without_its_python(
    through: Through, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    interpreter(tmp_path, f"echo no such version >&2; exit {code}", monkeypatch)
    assert list(through("newer", numbered(1))) == numbered(1)
    assert context.messages == [("DEBUG", f"newer ran on {OWN}; not found: python3.99")]


def test_a_python_that_fails_is_not_replaced(
    through: Through, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter(tmp_path, "echo broken >&2; exit 1", monkeypatch)
    with pytest.raises(CommandError, match="It wrote: broken"):
        list(through("newer", numbered(1)))


def test_none_of_several_pythons_is_here(through: Through, context: Context) -> None:
    assert list(through("newest", numbered(1))) == numbered(1)
    said = f"newest ran on {OWN}; not found: python3.99, python3.98"
    assert context.messages == [("DEBUG", said)]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("old", "does not use the chunked protocol"),
        ("lost", "the script bin/nowhere.py of the command lost does not exist"),
        ("outside", "does not exist"),
    ],
)
def test_commands_that_cannot_run(context: Context, command: str, said: str) -> None:
    with pytest.raises(UnsupportedError) as raised:
        make_plan(f"error | {command}", context)
    assert said in str(raised.value)
    assert raised.value.at == len("error | ")


def test_an_unknown_command(context: Context) -> None:
    with pytest.raises(UnsupportedError, match="the command echoo is not supported") as raised:
        make_plan("error | echoo", context)
    assert raised.value.hint == "Did you mean echo?"


def test_the_plan_of_a_custom_command(context: Context) -> None:
    plan = make_plan("user=bob | echo | stats count BY host", context)
    assert plan.retrieval is not None
    assert plan.retrieval.demand.everything  # it may read any field
    assert plan.retrieval.newest_first  # and may mind the order
